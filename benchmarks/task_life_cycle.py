"""999 bootstrap refits of a life cycle's curves at T = 25, against a loop of scipy's curve_fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from benchmarks.run import Task
from panelkit.evaluation.life_cycle.curves import Curve, curve_of, limits_of, mean_of
from panelkit.evaluation.life_cycle.fitting import fit_many, search

_LOOP, _DRAWS = 50, 999  # draws that the loop is timed on, and all of them
_TIMES = np.arange(1998.0, 2023.0)
_TRUE = {
    "logistic": [2.0, np.log(0.35), 2009.0],
    "gompertz": [2.0, np.log(0.2), 2007.0],
    "bass": [2.0, np.log(0.35), 2012.0],
    "two_wave": [1.0, np.log(0.9), 2003.0, 1.2, np.log(0.8), np.log(12.0)],
}


def tasks() -> list[Task]:
    """Return one task a curve: least squares from the same start, and the whole refit with AR(1) errors."""
    return [_task(key) for key in _TRUE]


def _task(key: str) -> Task:
    curve, truth = curve_of(key, "flow"), np.array(_TRUE[key])
    mean, bounds = mean_of(curve, "flow", "log"), limits_of(curve, _TIMES)
    y = mean(truth, _TIMES)[0] + 0.05 * np.random.default_rng(0).standard_normal((_DRAWS, len(_TIMES)))
    start = np.broadcast_to(truth, (_DRAWS, curve.size))
    loop = _Loop(curve, y)
    own = search(mean, y[:_LOOP], _TIMES, start[:_LOOP], np.zeros(_LOOP), bounds)[1]
    more = float(np.max(own / np.array(loop()) - 1.0))
    note = f"sums of squares at most {more:.0e} above scipy's; the whole refit (grid of starts, AR(1)) beside"
    peers: dict[str, Any] = {
        "a loop of scipy.curve_fit": loop,
        "ours, starts and AR(1) too": lambda: fit_many(curve, y, _TIMES, near=truth),
    }
    return Task(
        f"life cycle, {_DRAWS} refits of {key}",
        lambda: search(mean, y, _TIMES, start, np.zeros(_DRAWS), bounds),
        peers,
        3,
        note,
    )


class _Loop:
    """Draw by draw, with exact slopes."""

    scale = _DRAWS / _LOOP

    def __init__(self, curve: Curve, y: np.ndarray) -> None:
        self.y, self.start = y[:_LOOP], _TRUE[curve.key]
        self.mean = mean_of(curve, "flow", "log")

    def __call__(self) -> list[float]:
        found = []
        for one in self.y:
            theta = curve_fit(
                lambda t, *p: self.mean(np.array(p), t)[0],
                _TIMES,
                one,
                p0=self.start,
                jac=lambda t, *p: self.mean(np.array(p), t)[1],
            )[0]
            found.append(float(((one - self.mean(theta, _TIMES)[0]) ** 2).sum()))
        return found
