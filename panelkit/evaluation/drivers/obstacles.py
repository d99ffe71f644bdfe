"""What keeps a unit from the goal of an index: obstacle degrees of one year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.evaluation.drivers.result import IndexDrivers
from panelkit.evaluation.drivers.tables import index_name, indicator_labels
from panelkit.indices.arrays.uncertainty import draw_weights, rank
from panelkit.indices.panels.composite import Composite
from panelkit.kernels.rng import seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message, term
from panelkit.language.options import check_count
from panelkit.results.fit import FloatArray


def obstacles_of(
    index: Composite, year: int | None = None, *, draws: int = 1_000, rng: int | np.random.Generator = 0
) -> IndexDrivers:
    """Return the obstacle degrees of a year (None: the last) by unit and indicator, the largest beside every unit.

    `share` is the share of drawn weights (Dirichlet, one indicator left out) under which an indicator is the largest
    obstacle of its unit.

    Raises
    ------
    SpecError
        If the index is no min-max one, or has no such year.
    """
    check_count("draws", draws, 2)
    degrees = index.obstacles()
    when = degrees.index.get_level_values("year")
    chosen = int(when.max()) if year is None else year
    if chosen not in when:
        raise SpecError(
            message(
                "no {period} {year} in the index: it runs from {first} to {last}",
                year=str(chosen),
                first=str(when.min()),
                last=str(when.max()),
            )
        )
    held = degrees[when == chosen].droplevel("year")
    z = index.normalised[when == chosen].to_numpy(float)
    w = draw_weights(held.shape[1], draws, rng, delete_one=held.shape[1] > 1)
    parts = _parts(held, _largest_share(z, w))
    score = index.scores[when == chosen].to_numpy(float)
    units = pd.DataFrame({"unit": held.index.to_numpy(), "score": score, "rank": rank(score)})
    first = parts.groupby("unit", sort=False).head(1).set_index("unit").reindex(held.index)
    return IndexDrivers(
        title=message(
            "What keeps {units} from the goal of {index} in {year}", index=index_name(index), year=str(chosen)
        ),
        units=units.join(first.reset_index(drop=True)).sort_values("rank", ignore_index=True),
        parts=parts,
        leading=term("head of drivers", "largest obstacle"),
        leading_title=message("The largest obstacle of each {unit}"),
        labels=indicator_labels(index),
        notes=(
            message(
                "obstacle degree: the share of an indicator in the weighted distance to its best value; arithmetic of "
                "the index, no effect of a policy"
            ),
            message(
                "share of draws: those of {draws} draws of weights, one indicator left out, in which it is the largest "
                "obstacle (seed {seed})",
                draws=draws,
                seed=_seed(rng),
            ),
        ),
    )


def _seed(rng: int | np.random.Generator) -> str:
    seed = seed_of(rng)
    return str(message("the caller's generator") if seed is None else seed)


def _largest_share(z: FloatArray, w: FloatArray) -> FloatArray:
    """Return the share (N, k) of weights w (B, k) under which an indicator z (N, k) is the farthest from 1."""
    short = w[:, None, :] * (1.0 - z)
    most = short.max(axis=2, keepdims=True)
    return np.asarray(((short == most) & (most > 0.0)).mean(axis=0))


def _parts(held: pd.DataFrame, share: FloatArray) -> pd.DataFrame:
    """Return one row a unit and indicator, within units the largest degree first."""
    n, k = held.shape
    table = pd.DataFrame(
        {
            "unit": np.repeat(held.index.to_numpy(), k),
            "indicator": np.tile(held.columns.to_numpy(dtype=object), n),
            "degree": held.to_numpy(float).ravel(),
            "share": share.ravel(),
        }
    )
    order = np.lexsort((-table["degree"].to_numpy(), np.repeat(np.arange(n), k)))
    return table.iloc[order].reset_index(drop=True)
