"""Which stages a series is seen to pass: those assigned to its years, in their order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import stats

from panelkit.evaluation.life_cycle.choice import LEAST_FOR_TWO
from panelkit.evaluation.life_cycle.cycle import Cycle, Ways
from panelkit.evaluation.life_cycle.one_series import life_cycle_of
from panelkit.kernels.within import FloatArray

CURVES = ("logistic", "gompertz", "bass", "two_wave")


def passages(
    series: Mapping[str, tuple[FloatArray, FloatArray]], *, reps: int, rng: np.random.Generator
) -> dict[str, tuple[Cycle, tuple[str, ...]]]:
    """Return the life cycle of every series, positive values and their years, and the stages that it is seen in.

    A stage is seen where one of its years is assigned to it, with probability .8 over draws, curves and rivals.
    """
    found = {}
    for (name, (values, times)), own in zip(series.items(), rng.spawn(len(series)), strict=True):
        curves = CURVES if len(times) >= LEAST_FOR_TWO else CURVES[:-1]
        cycle = life_cycle_of(values, times, Ways(curves=curves, reps=reps, horizon=0), own)
        found[name] = (cycle, tuple(dict.fromkeys(stage for stage in cycle.stages if stage is not None)))
    return found


def lowest_share(count: int, of: int, level: float = 0.95) -> float:
    """Return the lower end of the interval of Clopper and Pearson (1934) for a share of `of` draws."""
    return float(stats.beta.ppf((1.0 - level) / 2.0, count, of - count + 1)) if count else 0.0


def detectable_distance(of: int, bound: float, power: float = 0.8) -> float:
    """Return how far above a bound a share must lie for its lowest share to clear the bound four times in five.

    NaN where no count clears it.
    """
    clears = [count for count in range(of + 1) if lowest_share(count, of) > bound]
    if not clears:
        return float("nan")
    shares = np.linspace(0.0, 1.0, 1001)
    reached = stats.binom.sf(clears[0] - 1, of, shares) >= power
    return float(max(shares[reached.argmax()] - bound, 0.0))
