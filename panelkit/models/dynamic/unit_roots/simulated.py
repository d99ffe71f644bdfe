"""Size and power at the units, periods, terms and lags in hand: panels drawn at random, many at once.

Series are y_t = rho y_{t-1} + e_t with independent standard normal e, from y_1 = e_1 where rho is one and from the
stationary distribution elsewhere; they hold the periods that the data hold, and go the way of the data: cross-section
means, terms, lags chosen anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.unit_roots.batch import batch_of
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import PanelTest
from panelkit.show.brief import Brief

LEVEL = 0.05
_CELLS = 200_000  # numbers in one batch


@dataclass(frozen=True, eq=False)
class Draws(Brief):
    """Statistics and asymptotic p-values of one test, (R,), by the rho of the panels."""

    statistic: dict[float, FloatArray]
    p_value: dict[float, FloatArray]


def drawn(
    tests: Sequence[PanelTest],
    held: Array,
    setting: Setting,
    rhos: Sequence[float],
    reps: int,
    rng: np.random.Generator,
) -> dict[str, Draws]:
    """Return the statistics of `reps` panels a rho, by the key of the test. The panels are the same for every test.

    Random walks, and white noise where a test has stationarity as its null, are drawn beside `rhos`.
    """
    found = {test.key: Draws({}, {}) for test in tests}
    wanted = dict(zip((1.0, 0.0, *rhos), rng.spawn(len(rhos) + 2), strict=True))
    if 0.0 not in rhos and not any(test.stationary_null for test in tests):
        del wanted[0.0]
    for rho, source in wanted.items():
        parts: dict[str, list[tuple[FloatArray, FloatArray]]] = {test.key: [] for test in tests}
        for values in _panels(held.shape, rho, reps, source):
            batch = batch_of(values, held, setting)
            for test in tests:
                scored = test.scored(batch)
                parts[test.key].append((scored.statistic, scored.p_value))
        for key, held_parts in parts.items():
            statistic, p_value = (np.concatenate(part) for part in zip(*held_parts, strict=True))
            found[key].statistic[rho], found[key].p_value[rho] = statistic, p_value
    return found


def _panels(shape: tuple[int, int], rho: float, reps: int, rng: np.random.Generator) -> Iterator[FloatArray]:
    """Yield panels (R, N, T), R at a time."""
    at_once = max(1, _CELLS // (shape[0] * shape[1]))
    for start in steps_of(range(0, reps, at_once), -(-reps // at_once)):
        yield paths(rng.standard_normal((min(at_once, reps - start), *shape)), rho)


def paths(shocks: FloatArray, rho: float) -> FloatArray:
    """Return first-order autoregressions (..., T) from their shocks."""
    if rho == 1.0:
        return np.cumsum(shocks, axis=-1)
    found = shocks.copy()
    found[..., 0] /= np.sqrt(1.0 - rho**2)
    for t in range(1, shocks.shape[-1]):
        found[..., t] += rho * found[..., t - 1]
    return found


def beyond(statistic: float, draws: FloatArray, tail: str) -> float:
    """Return the share of draws as far out as a statistic, itself counted: (1 + number) / (1 + draws)."""
    further = draws <= statistic if tail == "lower" else draws >= statistic
    return float((1 + further.sum()) / (1 + len(draws)))


def critical(draws: FloatArray, tail: str, level: float = LEVEL) -> float:
    """Return the critical value that so large a share of the draws lies beyond."""
    return float(np.quantile(draws, level if tail == "lower" else 1.0 - level))


def rejected(statistics: FloatArray, draws: FloatArray, tail: str) -> float:
    """Return the share of statistics beyond the critical value of the draws."""
    bound = critical(draws, tail)
    return float(np.mean(statistics < bound if tail == "lower" else statistics > bound))
