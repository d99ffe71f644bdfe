"""Ten thousand spatial fits of 31 provinces in fourteen years at once, against `SpatialPanel` one by one.

Outcomes are dealt anew by year; each panel is fitted as sar, sem, sdm, slx and sdem under five conventions and three
kinds of effects, with errors from information and Hessian and clustered ones. The peer fits 75 of them.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task
from panelkit.models.spatial.batch.asked import Asked, Cube, Job, Neighbours
from panelkit.models.spatial.batch.fits import fit_batch
from panelkit.models.spatial.conventions import SPATIAL_CONVENTIONS

MODELS = ("sar", "sem", "sdm", "slx", "sdem")
KINDS = tuple(product(MODELS, ("twoway", "unit", "time"), SPATIAL_CONVENTIONS))
YEARS, COUNT = 14, 10_000


def figures() -> tuple[pd.DataFrame, pk.Weights]:
    """Return a provincial panel of one outcome and four regressors, and contiguity."""
    rng, w = np.random.default_rng(0), pk.contiguity()
    index = pd.MultiIndex.from_product([w.ids, range(2007, 2007 + YEARS)], names=["province", "year"])
    frame = pd.DataFrame(rng.normal(size=(len(index), 5)), index=index, columns=["y", "x1", "x2", "x3", "x4"])
    frame["y"] += frame[["x1", "x2", "x3", "x4"]].sum(axis=1)
    return frame, w


def jobs(frame: pd.DataFrame, w: pk.Weights) -> list[Job]:
    """Return `COUNT` fits: whole panels whose outcome is shuffled by year, every kind on each."""
    rng = np.random.default_rng(1)
    held = frame.to_numpy().reshape(w.n, YEARS, 5)
    neighbours = Neighbours(w.matrix.toarray())
    out: list[Job] = []
    while len(out) < COUNT:
        cube = Cube(held[:, rng.permutation(YEARS), 0], held[:, :, 1:])
        out += [Job(cube, neighbours, Asked(*kind)) for kind in KINDS]
    return out[:COUNT]


def tasks() -> list[Task]:
    """Return the task; its ratio is per fit."""
    frame, w = figures()
    every = jobs(frame, w)
    sample = Cube(frame["y"].to_numpy().reshape(w.n, YEARS), frame.to_numpy()[:, 1:].reshape(w.n, YEARS, 4))
    own = fit_batch([Job(sample, Neighbours(w.matrix.toarray()), Asked(*kind)) for kind in KINDS])

    def one_by_one() -> list[float]:
        fits = [
            pk.SpatialPanel("y ~ x1 + x2 + x3 + x4", m, effects=e, convention=c).fit(frame, w)
            for m, e, c in KINDS
        ]
        return [fit.rho if np.isfinite(rho) else fit.lam for fit, rho in zip(fits, own.rho, strict=True)]

    mine = np.where(np.isfinite(own.rho), own.rho, np.nan_to_num(own.lam))
    gap = float(np.abs(mine - one_by_one()).max())
    one_by_one.scale = COUNT / len(KINDS)  # type: ignore[attr-defined]
    return [
        Task(
            f"{COUNT:,} spatial fits, {w.n} x {YEARS}",
            lambda: fit_batch(every),
            {"SpatialPanel, one by one": one_by_one},
            repeats=3,
            note=f"spatial parameters agree to {gap:.0e} on all {len(KINDS)} kinds",
        )
    ]
