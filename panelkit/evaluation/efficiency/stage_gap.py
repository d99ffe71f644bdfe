"""Which of two stages in a row lags further behind its own best practice: the gap of their mean efficiencies.

Scores of two stages are relative to two frontiers, and each frontier is one or two units. Given the frontiers a paired
test over units is about them alone: one lucky unit in a stage lowers the scores of all others there. So the frontier
belongs to what is random. Under the null the two log ratios of a unit, each less its mean over units, may be exchanged:
both stages spread alike. The gap is held against itself after the stages of a random half of the units are exchanged,
the frontiers found anew each time.

One column a stage, under constant returns: a stage with more columns has higher scores by that alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

ORDER = 10
"""The size of the peer groups whose expected best is the partial frontier (order-m, Cazals, Florens and Simar 2002):
a third of the provinces, so that the best one is met in a third of the groups and decides nothing alone."""


@dataclass(frozen=True, eq=False)
class StageGap(Brief):
    """Mean efficiencies of two stages, their gap (first less second), and the gap in `draws` exchanges.

    `share` is that of the units whose second stage is the less efficient one.
    """

    first: float
    second: float
    share: float
    draws: FloatArray

    @property
    def gap(self) -> float:
        """Return how much further the second stage lags."""
        return self.first - self.second

    @property
    def p(self) -> float:
        """Return the two-sided p of a gap as large where stages are exchanged."""
        return float((1 + np.sum(np.abs(self.draws) >= abs(self.gap))) / (1 + len(self.draws)))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the gaps that the exchange does not tell from the one found: it holds zero where p > 1 - level."""
        reach = float(np.quantile(np.abs(self.draws), level, method="higher"))
        return self.gap - reach, self.gap + reach


def efficiencies(ratios: FloatArray, order: int | None = None) -> FloatArray:
    """Return efficiencies of log ratios (..., N, 2) against the best unit of each stage.

    With `order` against the expected best of so many units drawn at random, which some lie beyond (scores above one).
    """
    top = ratios.max(axis=-2, keepdims=True)
    found = np.exp(ratios - top)
    if order is None:
        return found
    n = ratios.shape[-2]
    places = np.arange(n + 1) / n
    weights = np.diff(places**order)[:, None]
    return np.asarray(found / (weights * np.sort(found, axis=-2)).sum(axis=-2, keepdims=True))


def stage_gap(
    ratios: FloatArray, *, order: int | None = None, draws: int = 999, rng: int | np.random.Generator = 0
) -> StageGap:
    """Return the gap between two stages with its distribution where their ratios are exchanged.

    Parameters
    ----------
    ratios
        (N, 2), log output for each unit of input of both stages.
    order
        None: the frontier is the best unit; else as in `efficiencies`.
    draws
        Exchanges: each unit's two ratios, less their means over units, change places or not.
    rng
        Seed or generator.
    """
    found = efficiencies(ratios, order)
    centred = ratios - ratios.mean(axis=0)
    change = as_generator(rng).random((draws, len(ratios), 1)) < 0.5
    again = efficiencies(np.where(change, centred[:, ::-1], centred), order).mean(axis=-2)
    first, second = found.mean(axis=0)
    return StageGap(
        float(first), float(second), float(np.mean(found[:, 1] < found[:, 0])), again[:, 0] - again[:, 1]
    )


def shares_of_halves(ratios: FloatArray, draws: int, rng: int | np.random.Generator) -> FloatArray:
    """Return the share of units whose second stage is the less efficient one, in halves with own frontiers.

    A resample that draws units with return holds the best unit too often; halves leave it out every second time.
    """
    n = len(ratios)
    chosen = np.argsort(as_generator(rng).random((draws, n)), axis=1)[:, : n // 2]
    found = efficiencies(ratios[chosen])
    return np.asarray((found[..., 1] < found[..., 0]).mean(axis=-1))


def without_movement(ratios: FloatArray, yearly: FloatArray) -> FloatArray | None:
    """Return log ratios (N, 2) drawn towards their means, so that the spread is that of what lasts.

    `yearly` (N, T, 2) are the ratios of the years behind them. The variance between units less that which their
    movement from year to year puts there; None below three years, or where nothing lasts.
    """
    n, years, _ = yearly.shape
    if years < 3:
        return None
    means = yearly.mean(axis=1)
    moved = yearly - means[:, None] - yearly.mean(axis=0) + yearly.mean(axis=(0, 1))
    noise = (moved**2).sum(axis=(0, 1)) / ((n - 1) * (years - 1)) / years
    between = means.var(axis=0, ddof=1)
    if (between <= noise).any():
        return None
    centre = ratios.mean(axis=0)
    return np.asarray(centre + np.sqrt(1.0 - noise / between) * (ratios - centre))


def net_of_size(ratios: FloatArray, size: FloatArray) -> FloatArray:
    """Return log ratios (N, 2) less what goes with log size (N,), whose elasticity one is under constant returns."""
    centred = size - size.mean()
    slopes = centred @ ratios / (centred @ centred)
    return np.asarray(ratios - centred[:, None] * slopes)
