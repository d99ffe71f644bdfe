"""Grey and Lotka-Volterra models of 31 provinces with their draws, and paths, against loops of numpy, OLS and "
"scipy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import statsmodels.api as sm
from scipy.integrate import solve_ivp

from benchmarks.run import Task
from panelkit.evaluation.dynamics.grey import grey_fit
from panelkit.evaluation.dynamics.integral_regression import integrals, log_changes
from panelkit.evaluation.dynamics.one_system import one_system
from panelkit.evaluation.dynamics.trajectories import paths, rates

UNITS, PERIODS, DRAWS = 31, 13, 499
_LOOP = 50  # of the systems that the loops are timed on


def stocks(seed: int = 0) -> np.ndarray:
    """Return draws of two stocks (DRAWS N, T, 2)."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0.1, 0.4, (DRAWS * UNITS, 2))
    path = paths(start, np.array([[0.35, -0.3, 0.05], [0.3, -0.25, 0.05]]), PERIODS - 1)
    return path * np.exp(0.03 * rng.normal(size=path.shape))


def tasks() -> list[Task]:
    """Return the tasks: what one call of a door does in its draws."""
    held = stocks()
    return [_grey(held[:, :, 0]), _systems(held), _paths(held)]


def _grey(x: np.ndarray) -> Task:
    def loop() -> list[np.ndarray]:
        return [_textbook(series) for series in x[:_LOOP]]

    ours = grey_fit(x[:_LOOP]).path(PERIODS + 3)
    gap = float(np.abs(np.array(loop()) / ours - 1.0).max())
    peers = {"a loop of lstsq": _scaled(loop, len(x))}
    name = f"GM(1,1), {len(x):,} series of {PERIODS}"
    return Task(name, lambda: grey_fit(x).path(PERIODS + 3), peers, 3, _same(gap))


def _textbook(series: np.ndarray) -> np.ndarray:
    total = series.cumsum()
    z = 0.5 * (total[1:] + total[:-1])
    a, b = np.linalg.lstsq(np.column_stack([-z, np.ones_like(z)]), series[1:], rcond=None)[0]
    response = (series[0] - b / a) * np.exp(-a * np.arange(PERIODS + 3)) + b / a
    return np.concatenate([series[:1], np.diff(response)])


def _systems(held: np.ndarray) -> Task:
    def loop() -> list[np.ndarray]:
        found = []
        for pair in held[:_LOOP]:
            own, changes = integrals(pair.T), log_changes(pair.T)
            for at in (0, 1):
                regressors = sm.add_constant(np.column_stack([own[at], own[1 - at]]))
                found.append(sm.OLS(changes[at], regressors).fit().params)
        return found

    ours = one_system(held[:_LOOP]).coefficients.reshape(-1, 3)
    gap = float(np.abs(np.array(loop()) / ours - 1.0).max())
    peers = {"a loop of statsmodels OLS": _scaled(loop, len(held))}
    name = f"Lotka-Volterra, {len(held):,} pairs of {PERIODS}"
    return Task(name, lambda: one_system(held), peers, 3, _same(gap))


def _paths(held: np.ndarray) -> Task:
    coefficients = np.array([[0.35, -0.3, 0.05], [0.3, -0.25, 0.05]])
    start, times = held[:, 0], np.arange(float(PERIODS))

    def loop() -> list[np.ndarray]:
        return [
            solve_ivp(
                lambda _, state: rates(state, coefficients), (0.0, times[-1]), one, t_eval=times, rtol=1e-6
            ).y.T
            for one in start[:_LOOP]
        ]

    gap = float(np.abs(np.array(loop()) / paths(start[:_LOOP], coefficients, PERIODS - 1) - 1.0).max())
    peers = {"a loop of solve_ivp (rtol 1e-6)": _scaled(loop, len(held))}
    name = f"paths of {len(held):,} systems over {PERIODS - 1} periods"
    return Task(name, lambda: paths(start, coefficients, PERIODS - 1), peers, 3, _same(gap))


def _same(gap: float) -> str:
    return f"the same numbers, largest relative gap {gap:.1e}"


class _Scaled:
    """A loop over some of the systems, with the factor to all of them."""

    def __init__(self, loop: Callable[[], object], scale: float) -> None:
        self.loop, self.scale = loop, scale

    def __call__(self) -> object:
        return self.loop()


def _scaled(loop: Callable[[], object], systems: int) -> _Scaled:
    return _Scaled(loop, systems / _LOOP)
