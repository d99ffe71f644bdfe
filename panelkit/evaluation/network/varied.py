"""How far measures of a network hang on its rule of ties, on single units, on its figures, and on chance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.structure import whole_measures
from panelkit.evaluation.network.tie_rules import Threshold, ties_of
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray

BoolArray = NDArray[np.bool_]
OTHER_RULES: tuple[Threshold, ...] = (
    "row_mean",
    "row_mean_all",
    "row_median",
    "mean",
    "median",
    0.1,
    0.2,
    0.3,
)
TAIL = 0.05
_SWAPS = 5


def under_rules(network: Network) -> BoolArray:
    """Return the ties (R, N, N) of a network of one period under every rule of `OTHER_RULES`."""
    return np.stack([ties_of(network.scores[0], rule) for rule in OTHER_RULES])


def without_each(network: Network) -> Iterator[BoolArray]:
    """Yield the ties (N - 1, N - 1) without each unit, made anew from the scores that are left."""
    for unit in range(network.n):
        kept = np.delete(np.arange(network.n), unit)
        yield ties_of(network.scores[0][np.ix_(kept, kept)], network.threshold)


def under_noise(network: Network, noise: float, reps: int, rng: np.random.Generator) -> BoolArray | None:
    """Return ties (B, N, N) with every figure times exp(noise z); None for a network that is not built from masses."""
    if network.recipe is None:
        return None
    made = [network.recipe.noisy(noise, rng).scores()[0] for _ in steps_of(range(reps), reps)]
    return ties_of(np.stack(made), network.threshold)


def random_links(ties: BoolArray, reps: int, rng: np.random.Generator) -> BoolArray:
    """Return networks (B, N, N) in which every unit sends and receives as many ties as in (N, N), otherwise random.

    Two ties a-b and c-d become a-d and c-b where these are new, `_SWAPS` tries a tie from the network itself each time.
    """
    return np.stack([_swapped(ties, rng) for _ in steps_of(range(reps), reps)])


def _swapped(ties: BoolArray, rng: np.random.Generator) -> BoolArray:
    held = ties.tolist()
    edges = [(int(i), int(j)) for i, j in np.argwhere(ties)]
    if len(edges) < 2:
        return ties.copy()
    for first, second in rng.integers(0, len(edges), (_SWAPS * len(edges), 2)).tolist():
        (a, b), (c, d) = edges[first], edges[second]
        if a == d or c == b or held[a][d] or held[c][b]:
            continue
        held[a][b] = held[c][d] = False
        held[a][d] = held[c][b] = True
        edges[first], edges[second] = (a, d), (c, b)
    return np.array(held, dtype=bool)


def ranges(network: Network, noise: float, reps: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the range of every whole measure: `source, measure, low, high`.

    Least and most for rules of ties and units left out; the 5 and 95 % quantiles for noise and random links.
    """
    random = whole_measures(random_links(network.ties[0], reps, rng))
    rows = _rows("random_links", random, quantiles=True)
    rows += _rows("threshold", whole_measures(under_rules(network)), quantiles=False)
    rows += _rows("left_out", whole_measures(np.stack(list(without_each(network)))), quantiles=False)
    shaken = under_noise(network, noise, reps, rng)
    if shaken is not None:
        rows += _rows("noise", whole_measures(shaken), quantiles=True)
    return pd.DataFrame(rows, columns=["source", "measure", "low", "high"])


def rank_ranges(network: Network, noise: float, reps: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the rank of every unit by ties sent and received, and its range: one row a unit, 1 the most ties.

    `low, high` by source: least and most over rules of ties, 5 and 95 % under noise.
    """
    table = pd.DataFrame({"rank": _ranks(network.ties)[0]}, index=list(network.ids))
    held = _ranks(under_rules(network))
    table["threshold_low"], table["threshold_high"] = held.min(axis=0), held.max(axis=0)
    shaken = under_noise(network, noise, reps, rng)
    if shaken is not None:
        cloud = _ranks(shaken)
        table["noise_low"], table["noise_high"] = np.quantile(
            cloud, [TAIL, 1.0 - TAIL], axis=0, method="closest_observation"
        )
    return table


def _ranks(ties: BoolArray) -> FloatArray:
    """Return ranks (B, N) by total degree, 1 the most; equals share the best rank."""
    degree = ties.sum(axis=1) + ties.sum(axis=2)
    return np.asarray(1.0 + (degree[:, None, :] > degree[:, :, None]).sum(axis=2))


def _rows(
    source: str, found: dict[str, FloatArray], *, quantiles: bool
) -> list[tuple[str, str, float, float]]:
    rows = []
    for name, values in found.items():
        held = values[np.isfinite(values)]
        if not len(held):
            rows.append((source, name, float("nan"), float("nan")))
            continue
        low, high = np.quantile(held, [TAIL, 1.0 - TAIL]) if quantiles else (held.min(), held.max())
        rows.append((source, name, float(low), float(high)))
    return rows
