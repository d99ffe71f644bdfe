"""4,999 relabellings of a regression over 31 provinces against a loop of regressions; measures against networkx."""

from __future__ import annotations

from typing import Any

import numpy as np

import panelkit as pk
from benchmarks.run import Task
from panelkit.evaluation.network.structure import whole_measures

_UNITS, _REPS, _LOOP, _NETWORKS = 31, 4_999, 100, 200


def tasks() -> list[Task]:
    """Return the tasks; what the peers compute is checked to be the same first."""
    return [_regression(), _structure()]


def _regression() -> Task:
    rng = np.random.default_rng(0)
    y, x1, x2 = rng.normal(size=(3, _UNITS, _UNITS)) + rng.normal(size=(3, _UNITS, 1))
    X = {"x1": x1, "x2": x2}
    loop = _Loop(y, [x1, x2])
    found = pk.mrqap(y, X, reps=99)
    if not np.allclose(found.statistics, loop.observed):
        raise AssertionError("the t values differ")
    return Task(
        f"network, MRQAP-DSP, {_REPS:,} relabellings of {_UNITS} units, two regressors",
        lambda: pk.mrqap(y, X, reps=_REPS),
        {"a loop of regressions": loop},
        3,
        f"the same t values; the loop is timed on {_LOOP} relabellings; ours counts p of all coefficients too",
    )


class _Loop:
    """Residuals of each regressor relabelled, and a regression for every relabelling."""

    scale = _REPS / _LOOP

    def __init__(self, y: np.ndarray, X: list[np.ndarray]) -> None:
        self.off = ~np.eye(_UNITS, dtype=bool)
        self.y, self.X = y[self.off], [x[self.off] for x in X]
        self.observed = [self.t(self.X[0], self.X[1]), self.t(self.X[1], self.X[0])]

    def t(self, own: np.ndarray, other: np.ndarray) -> float:
        """Return the t of a regressor beside another one."""
        Z = np.column_stack([np.ones(len(own)), own, other])
        inverse = np.linalg.inv(Z.T @ Z)
        b = inverse @ Z.T @ self.y
        e = self.y - Z @ b
        return float(b[1] / np.sqrt(e @ e / (len(e) - 3) * inverse[1, 1]))

    def __call__(self) -> list[float]:
        rng, found = np.random.default_rng(0), []
        for own, other in (self.X, self.X[::-1]):
            Z = np.column_stack([np.ones(len(own)), other])
            rest = np.zeros((_UNITS, _UNITS))
            rest[self.off] = own - Z @ np.linalg.lstsq(Z, own, rcond=None)[0]
            for _ in range(_LOOP):
                order = rng.permutation(_UNITS)
                found.append(self.t(rest[np.ix_(order, order)][self.off], other))
        return found


def _structure() -> Task:
    import networkx as nx

    ties = np.random.default_rng(1).random((_NETWORKS, _UNITS, _UNITS)) < 0.2
    ties &= ~np.eye(_UNITS, dtype=bool)
    graphs = [nx.from_numpy_array(one.astype(int), create_using=nx.DiGraph) for one in ties]

    def one_by_one() -> list[Any]:
        return [
            (
                nx.density(g),
                nx.reciprocity(g),
                nx.average_clustering(g),
                [len(nx.descendants(g, node)) for node in g],
                nx.number_weakly_connected_components(g),
            )
            for g in graphs
        ]

    ours, theirs = whole_measures(ties), one_by_one()
    for name, place in (("density", 0), ("reciprocity", 1), ("clustering", 2)):
        if not np.allclose(ours[name], [one[place] for one in theirs]):
            raise AssertionError(f"{name} differs")
    return Task(
        f"network, whole measures of {_NETWORKS} networks of {_UNITS} units",
        lambda: whole_measures(ties),
        {"networkx, one by one": one_by_one},
        3,
        "density, reciprocity and clustering are the same; networkx has no hierarchy and efficiency: reach is timed",
    )
