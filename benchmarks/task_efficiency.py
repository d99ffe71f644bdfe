"""Radial efficiencies of 31 provinces, of 12 years, and of 1,000 bootstrap references, against programs one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog

from benchmarks.run import Task
from panelkit.evaluation.efficiency.programs import radial

_LOOP = 93  # programs that the loop is timed on


def figures(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return two inputs and two outputs."""
    rng = np.random.default_rng(seed)
    X = np.exp(rng.normal(size=(count, 2)))
    return X, X.mean(axis=1, keepdims=True) * np.exp(0.5 * rng.normal(size=(count, 2)))


def tasks() -> list[Task]:
    """Return the tasks: one cross-section, one frontier of 372 rows, 1,000 references of 31 units."""
    return [
        _task("31 units, one frontier", 31, 1),
        _task("372 rows, one frontier", 372, 1),
        _task("31 units against 1,000 references of 31", 31, 1_000),
    ]


def _task(name: str, count: int, references: int) -> Task:
    X, Y = figures(count)
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, count, (references, count)) if references > 1 else np.arange(count)[None]
    inputs, outputs = np.tile(X, (references, 1)), np.tile(Y, (references, 1))
    of_inputs, of_outputs = (np.repeat(one[drawn], count, axis=0) for one in (X, Y))
    shared = references == 1

    def ours() -> np.ndarray:
        reference = (X, Y) if shared else (of_inputs, of_outputs)
        return radial(inputs, outputs, *reference, returns="variable").scores

    found = ours()
    loop = _Loop(inputs, outputs, of_inputs, of_outputs)
    peers: dict[str, Any] = {"a loop of linprog": loop}
    gap = np.nanmax(np.abs(found[: len(loop())] - loop()))
    note = f"largest gap {gap:.1e}; mean score {np.nanmean(found):.4f}"
    if count == 31 and shared:
        peer = _pyfrontier(X, Y)
        if peer is not None:
            peers["Pyfrontier"] = peer
    return Task(f"efficiency, {name}", ours, peers, 3, note)


class _Loop:
    """Program by program through HiGHS."""

    def __init__(self, *arrays: np.ndarray) -> None:
        self.arrays = arrays
        self.scale = len(arrays[0]) / min(_LOOP, len(arrays[0]))

    def __call__(self) -> np.ndarray:
        found = []
        for x, y, X, Y in zip(*(one[:_LOOP] for one in self.arrays), strict=True):
            rows = np.vstack([np.column_stack([X.T, -x]), np.column_stack([-Y.T, np.zeros(len(y))])])
            goal = np.zeros(len(X) + 1)
            goal[-1] = 1.0
            sums = np.ones((1, len(X) + 1))
            sums[0, -1] = 0.0
            right = np.concatenate([np.zeros(len(x)), -y])
            one = linprog(goal, rows, right, sums, [1.0], method="highs")
            found.append(one.fun if one.status == 0 else np.nan)
        return np.array(found)


def _pyfrontier(X: np.ndarray, Y: np.ndarray) -> Any:
    """Return a run of Pyfrontier, or None where it is not installed."""
    try:
        from Pyfrontier.frontier_model import EnvelopDEA
    except ModuleNotFoundError:
        return None

    def run() -> list[float]:
        model = EnvelopDEA("VRS", "in")
        model.fit(X, Y)
        return [one.score for one in model.result]

    return run
