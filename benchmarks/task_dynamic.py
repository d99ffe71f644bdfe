"""Two-step system GMM with 1,000 units and 10 periods against StatsPAI's, which prints the same numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task

UNITS, PERIODS, BURN = 1_000, 10, 20


def panel(seed: int = 0) -> pd.DataFrame:
    """Return a dynamic panel with one strictly exogenous regressor."""
    rng = np.random.default_rng(seed)
    mu = rng.normal(size=UNITS)
    x, y = np.zeros((UNITS, PERIODS + BURN)), np.zeros((UNITS, PERIODS + BURN))
    for t in range(1, PERIODS + BURN):
        x[:, t] = 0.5 * x[:, t - 1] + rng.normal(size=UNITS)
        y[:, t] = 0.5 * y[:, t - 1] + 0.5 * x[:, t] + 0.5 * mu + rng.normal(size=UNITS)
    index = pd.MultiIndex.from_product([range(UNITS), range(2000, 2000 + PERIODS)], names=["id", "year"])
    return pd.DataFrame({"y": y[:, BURN:].ravel(), "x": x[:, BURN:].ravel()}, index=index)


def tasks() -> list[Task]:
    """Return the one task; StatsPAI is a peer where it is installed."""
    data = panel()
    flat = data.reset_index()
    spec = pk.SystemGMM("y ~ lag(y, 1) + x | gmm(y, 2:) + iv(x)", steps=2)

    def ours() -> Any:
        return spec.fit(data)

    peers: dict[str, Callable[[], object]] = {}
    note = "StatsPAI is not installed"
    try:
        import statspai  # type: ignore[import-not-found]
    except ImportError:
        return [Task("two-step system GMM, 1,000 x 10, 46 instruments", ours, peers, 5, note)]

    def theirs() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return statspai.xtabond(flat, y="y", x=["x"], id="id", time="year", method="system", twostep=True)

    one, other = ours(), theirs()
    if abs(one.estimates[0] - other.estimate) > 1e-10 or abs(one.std_errors.iloc[0] - other.se) > 1e-10:
        raise RuntimeError("the two programs disagree")
    note = f"own lag {one.estimates[0]:.6f} ({one.std_errors.iloc[0]:.6f}) in both"
    return [
        Task("two-step system GMM, 1,000 x 10, 46 instruments", ours, {"StatsPAI (xtabond)": theirs}, 5, note)
    ]
