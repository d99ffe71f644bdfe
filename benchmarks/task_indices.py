"""Rank uncertainty of a 31 x 13 x 25 system and Dagum's Gini of 3,000 units, against plain loops in the same run."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.run import Task
from panelkit.indices.arrays import inequality, uncertainty

Array = np.ndarray[Any, np.dtype[Any]]


def loop_ranks(z: Array, weights: Array) -> Array:
    """Count ranks draw by draw and year by year."""
    n, t, _ = z.shape
    counts = np.zeros((n, t, n), dtype=np.int64)
    for w in weights:
        for year in range(t):
            order = np.argsort(-(z[:, year] @ w), kind="stable")
            for place, unit in enumerate(order):
                counts[unit, year, place] += 1
    return counts


def loop_dagum(y: Array, groups: Array) -> tuple[float, float, float]:
    """Decompose pair by pair from the definition."""
    labels = sorted(set(groups.tolist()), key=lambda g: float(y[groups == g].mean()))
    share = {g: float((groups == g).mean()) for g in labels}
    income = {g: float(y[groups == g].sum() / y.sum()) for g in labels}
    within = net = overlap = 0.0
    for at, low in enumerate(labels):
        a = y[groups == low]
        total = 0.0
        for x in a:
            for other in a:
                total += abs(x - other)
        within += total / (2 * len(a) ** 2 * a.mean()) * share[low] * income[low]
        for high in labels[at + 1 :]:
            b = y[groups == high]
            up = down = 0.0
            for x in b:
                for other in a:
                    if x > other:
                        up += x - other
                    else:
                        down += other - x
            gini = (up + down) / (len(a) * len(b) * (a.mean() + b.mean()))
            both = gini * (share[high] * income[low] + share[low] * income[high])
            relative = (up - down) / (up + down)
            net += both * relative
            overlap += both * (1 - relative)
    return within, net, overlap


def tasks() -> list[Task]:
    """Return the two tasks; both check that the loops give the same numbers before anything is timed."""
    return [_ranks(), _dagum()]


def _ranks() -> Task:
    z = np.random.default_rng(0).random((31, 13, 25))
    w = uncertainty.draw_weights(25, 10_000, 0, delete_one=True)
    if not np.array_equal(uncertainty.rank_counts(z, w[:50]), loop_ranks(z, w[:50])):
        raise AssertionError("the loops count other ranks")
    ours = partial(_drawn_and_ranked, z)
    name = "rank uncertainty, 10,000 draws of 31 x 13 x 25"
    return Task(name, ours, {"plain loops": partial(loop_ranks, z, w)}, 1, "same counts on 50 draws")


def _drawn_and_ranked(z: Array) -> Array:
    return uncertainty.rank_counts(z, uncertainty.draw_weights(25, 10_000, 0, delete_one=True))


def _dagum() -> Task:
    y = np.random.default_rng(1).lognormal(size=3_000)
    groups = np.random.default_rng(2).integers(4, size=3_000)
    found = list(inequality.decompose_dagum(y, groups).parts.values())
    if not np.allclose(found, loop_dagum(y, groups), rtol=1e-9):
        raise AssertionError("the loops give other parts")
    ours = partial(inequality.decompose_dagum, y, groups)
    return Task(
        "Dagum Gini, n = 3,000, four groups",
        ours,
        {"plain loops": partial(loop_dagum, y, groups)},
        1,
        "same parts",
    )
