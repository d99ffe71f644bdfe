"""A smoothed bootstrap and a Malmquist panel against loops of programs; a stochastic frontier against a search."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog, minimize
from scipy.stats import norm

from benchmarks.run import Task
from panelkit.evaluation.efficiency.chance.smoothed import (
    bandwidth_of,
    distances_of,
    drawn_distances,
    redrawn,
)
from panelkit.evaluation.efficiency.productivity.indices import Figures, adjacent
from panelkit.evaluation.efficiency.stochastic.maximum import maximise

_UNITS, _YEARS, _DRAWS, _LOOP = 31, 12, 999, 4


def tasks() -> list[Task]:
    """Return the tasks; draws of the bootstrap are made beforehand, the programs are timed."""
    return [_bootstrap(), _malmquist(), _frontier()]


def _figures(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.uniform(1.0, 5.0, size=(_UNITS, _YEARS, 2))
    top = np.sqrt(X.prod(axis=2)) ** 0.9 * np.exp(0.03 * np.arange(_YEARS))
    return X, (top * np.exp(-0.3 * np.abs(rng.normal(size=top.shape))))[..., None]


def _bootstrap() -> Task:
    X, Y = (one[:, 0] for one in _figures())
    own = distances_of(X, Y, X, Y, "variable", "output")
    drawn = drawn_distances(own, bandwidth_of(own), _DRAWS, np.random.default_rng(1))

    def ours() -> np.ndarray:
        return redrawn(X, Y, own, drawn, "variable", "output")

    def loop() -> np.ndarray:
        return np.array(
            [_programs(X, Y, X, Y * (own / one)[:, None], variable=True) for one in drawn[:_LOOP]]
        )

    gap = float(np.abs(ours()[:_LOOP] - loop()).max())
    peer: Any = _Scaled(loop, _DRAWS / _LOOP)
    return Task(
        f"productivity, {_DRAWS} draws of a smoothed bootstrap, {_UNITS} units",
        ours,
        {"a loop of scipy's linprog": peer},
        3,
        f"largest difference {gap:.1e}",
    )


def _malmquist() -> Task:
    X, Y = _figures()
    figures = Figures(X, Y, np.empty((_UNITS, _YEARS, 0)))

    def ours() -> np.ndarray:
        return adjacent(figures, "output", "none")["malmquist"]

    def loop() -> np.ndarray:
        own = [_programs(X[:, t], Y[:, t], X[:, t], Y[:, t]) for t in range(_YEARS)]
        out = []
        for t in range(_YEARS - 1):
            early_late = _programs(X[:, t], Y[:, t], X[:, t + 1], Y[:, t + 1])
            late_early = _programs(X[:, t + 1], Y[:, t + 1], X[:, t], Y[:, t])
            out.append(np.sqrt(own[t] / late_early * early_late / own[t + 1]))
        return np.column_stack(out)

    gap = float(np.abs(ours() - loop()).max())
    name = f"productivity, Malmquist indices, {_UNITS} x {_YEARS}"
    return Task(name, ours, {"a loop of scipy's linprog": loop}, 3, f"largest difference {gap:.1e}")


def _frontier() -> Task:
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(372), rng.normal(size=(372, 2))])
    y = X @ [1.0, 0.5, 0.3] + 0.2 * rng.normal(size=372) - 0.5 * np.abs(rng.normal(size=372))

    def loss(t: np.ndarray) -> float:
        v, u = np.exp(t[3:])
        s, r = np.hypot(v, u), y - X @ t[:3]
        return -float((np.log(2 / s) + norm.logpdf(r / s) + norm.logcdf(-r * u / v / s)).sum())

    def search() -> np.ndarray:
        start = np.r_[np.linalg.lstsq(X, y, rcond=None)[0], np.log([0.3, 0.3])]
        return np.asarray(minimize(loss, start, method="BFGS").x)

    gap = float(np.abs(maximise(y, X).slopes - search()[:3]).max())
    return Task(
        "productivity, a stochastic frontier of 372 rows, three searches",
        lambda: maximise(y, X),
        {"scipy's BFGS, one search, no Hessian": search},
        3,
        f"slopes differ by {gap:.1e}",
    )


class _Scaled:
    """A peer that is timed on a part of the work."""

    def __init__(self, call: Any, scale: float) -> None:
        self.call, self.scale = call, scale

    def __call__(self) -> object:
        return self.call()


def _programs(
    X: np.ndarray, Y: np.ndarray, over: np.ndarray, under: np.ndarray, *, variable: bool = False
) -> np.ndarray:
    """Return output distances of points to the envelope of others, one program after the other."""
    n = len(over)
    options = {"A_eq": np.r_[np.ones(n), 0.0][None], "b_eq": [1.0]} if variable else {}
    found = []
    for x, y in zip(X, Y, strict=True):
        upper = np.vstack([np.column_stack([over.T, np.zeros(len(x))]), np.column_stack([-under.T, y])])
        made = linprog(np.r_[np.zeros(n), -1.0], A_ub=upper, b_ub=np.r_[x, np.zeros(len(y))], **options)
        found.append(-made.fun)
    return np.array(found)
