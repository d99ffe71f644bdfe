"""How large a change of slope the search finds four times in five, and how small one matters."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.threshold.sequence import path
from panelkit.studies.dynamics.steps import SIGNIFICANT, Step, StepPanel, null_draws
from panelkit.studies.scrutiny.main_test import POWER, SMALLEST_SHARE

_HALVINGS = 12
_DOUBLINGS = 40


def detectable_change(panel: StepPanel, main: Step, reps: int, seed: int) -> float:
    """Return the change of slope, at the median of the threshold variable, that the test finds four times in five.

    Residuals of the first outcome get random signs by unit and a change put in; what they give is held against the 95th
    percentiles of F without it. The residuals of the null model hold the change, so that the bar of random signs rises
    with it. Infinite where no change, however large, is found so often.
    """
    above = (panel.q > np.median(panel.q)) * panel.inside
    moved = main.search.without(main.search.space.moved(above[:, None]).T)
    signs = 2.0 * np.random.default_rng([seed, 1]).integers(0, 2, (reps, panel.layout.n_units)) - 1.0
    signs, left = signs[:, panel.unit], main.residuals[0]
    fixed = [float(np.quantile(one, 1.0 - SIGNIFICANT)) for one in null_draws(main, 0, reps, seed)]

    def f_of(outcomes: FloatArray) -> FloatArray:
        made = path(main.search, main.search.without(outcomes), 1, main.grid.least, rest=False)
        return made.f(main.search.space.degrees)[:, -1]

    def found(size: float) -> float:
        rising = float(np.quantile(f_of(signs * (left + size * moved)), 1.0 - SIGNIFICANT))
        return float(np.mean(f_of(signs * left + size * moved) > max(rising, *fixed[:-1], 0.0)))

    low, high = 0.0, float(np.sqrt((left**2).sum() / (moved**2).sum()))
    for _ in range(_DOUBLINGS):
        if found(high) >= POWER:
            break
        low, high = high, 2.0 * high
    else:
        return float("inf")
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if found(middle) >= POWER else (middle, high)
    return high


def smallest_change(panel: StepPanel, main: Step) -> FloatArray:
    """Return the change of slope that moves y by a fifth of its deviation for one of x, (W,), both inside units."""
    space = main.search.space
    x, y = space.moved(panel.inside[:, None])[:, 0], space.moved(panel.y.T).T
    return np.asarray(SMALLEST_SHARE * np.sqrt((y**2).sum(axis=1) / (x**2).sum()))
