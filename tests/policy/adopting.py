"""Panels with staggered adoption for the tests of the policy room."""

from __future__ import annotations

import gzip
import pickle
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


def adopting_panel(
    seed: int,
    *,
    n_units: int = 31,
    n_periods: int = 10,
    treated: int = 9,
    effect: float = 0.5,
    growth: float = 0.2,
    held: float = 1.0,
    covariates: int = 0,
) -> pd.DataFrame:
    """Return a panel with `unit`, `year`, `y`, `x0`.., `first` (0 never), `did`, `w`; the effect grows."""
    rng = np.random.default_rng(seed)
    years = np.arange(2001, 2001 + n_periods)
    first = np.zeros(n_units)
    first[:treated] = rng.choice(years[3:-2], treated)
    errors = rng.normal(size=(n_units, n_periods))
    for t in range(1, n_periods):
        errors[:, t] += 0.5 * errors[:, t - 1]
    since = years[None, :] - np.where(first == 0, np.inf, first)[:, None]
    on = since >= 0
    X = rng.normal(size=(covariates, n_units, n_periods)) + 0.5 * on
    path = np.where(on, effect + growth * np.where(on, since, 0.0), 0.0)
    y = rng.normal(size=(n_units, 1)) + 0.1 * years + path + errors + (X * 0.7).sum(axis=0)
    columns = {f"x{j}": X[j].ravel() for j in range(covariates)}
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02d}" for i in range(n_units)], n_periods),
            "year": np.tile(years, n_units),
            "y": y.ravel(),
            "first": np.repeat(first, n_periods),
            "did": on.ravel().astype(float),
            "w": np.repeat(rng.uniform(0.5, 2.0, n_units), n_periods),
            **columns,
        }
    )
    return frame[rng.random(len(frame)) < held] if held < 1.0 else frame


def teaching_panel(name: str) -> pd.DataFrame:
    """Return `mpdta` (500 counties) or `ehec` (46 states) from an installed moderndid; skip where there is none."""
    file = {"mpdta": "mpdta_long.pkl.gz", "ehec": "ehec_data.pkl.gz"}[name]
    found = find_spec("moderndid")
    if found is None or not found.submodule_search_locations:
        pytest.skip("skipped: reference data absent (moderndid)")
    path = Path(next(iter(found.submodule_search_locations))) / "core" / "datasets" / file
    with gzip.open(path) as held:
        return pickle.load(held)
