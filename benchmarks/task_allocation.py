"""499 optima over 31 provinces and 3 links: all at once in the dual, against loops of SLSQP and trust-constr."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import LinearConstraint, minimize

from benchmarks.run import Task
from panelkit.evaluation.allocation.imbalance import Imbalance
from panelkit.evaluation.allocation.searched import objective, search
from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.evaluation.allocation.water_filling import water_fill

_DRAWS, _LOOP = 499, 4  # draws, and those that a loop is timed on
_TARGET = np.array([0.5, 0.3, 0.2])


def tasks() -> list[Task]:
    """Return the draws without and with a weight of balance."""
    return [_task(penalty) for penalty in (0.0, 1.0)]


def _task(penalty: float) -> Task:
    rng = np.random.default_rng(0)
    actual, outputs = np.exp(rng.normal(size=(2, 31, 3)))
    noisy = outputs * np.exp(0.1 * rng.normal(size=(_DRAWS, 31, 3)))
    elasticity = np.clip([0.3, 0.6, 0.2] + 0.1 * rng.normal(size=(_DRAWS, 3)), 0.01, 0.99)
    made = Technology.calibrated(actual, noisy, elasticity, np.full(3, 1 / 3))
    bounds = Bounds(0.5 * actual, 2.0 * actual, float(actual.sum()))
    one = [replace(made, value=made.value[d], elasticity=made.elasticity[d]) for d in range(_LOOP)]
    measures = [Imbalance("shares", each, bounds.budget, _TARGET) for each in one]

    def loop() -> list[np.ndarray]:
        return [
            search(each, bounds, measure, penalty, [actual])[0]
            for each, measure in zip(one, measures, strict=True)
        ]

    def trust() -> list[np.ndarray]:
        return [_trust(each, bounds, measure, penalty) for each, measure in zip(one, measures, strict=True)]

    loop.scale = trust.scale = _DRAWS / _LOOP  # type: ignore[attr-defined]
    mine = water_fill(made, bounds, penalty=penalty, target=_TARGET).x[:_LOOP]
    gap = max(float(np.abs(x - y).max()) for x, y in zip(mine, loop(), strict=True)) / bounds.budget
    return Task(
        f"allocation, {_DRAWS} draws, weight of balance {penalty:g}",
        lambda: water_fill(made, bounds, penalty=penalty, target=_TARGET),
        {"a loop of SLSQP": loop, "a loop of trust-constr": trust},
        3,
        f"money differs by {gap:.0e} of the budget at most",
    )


def _trust(technology: Technology, bounds: Bounds, measure: Imbalance, penalty: float) -> np.ndarray:
    shape = technology.actual.shape

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = objective(x.reshape(shape), technology, measure, penalty)
        return -value, -slope.ravel()

    found = minimize(
        loss,
        technology.actual.ravel(),
        jac=True,
        method="trust-constr",
        bounds=list(zip(bounds.lower.ravel(), bounds.upper.ravel(), strict=True)),
        constraints=[LinearConstraint(np.ones(technology.actual.size), -np.inf, bounds.budget)],
    )
    return np.asarray(found.x).reshape(shape)
