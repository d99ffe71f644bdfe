"""Panels for the tests of synthetic controls: a stored one, and drawn ones with a known effect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.policy.compared_panels import package_file

FIRST = 2000


def as_rows(Y: Any, starts: Sequence[int], **columns: Any) -> pd.DataFrame:
    """Return outcomes (N, T) as rows: `unit`, `year`, `y`, `d` (1 from `starts` on), `cohort`, more columns."""
    Y = np.asarray(Y)
    N, T = Y.shape
    unit, time = np.repeat(np.arange(N), T), np.tile(np.arange(T), N)
    start = np.asarray(starts)
    first = np.where(start < T, FIRST + start, 0)
    made = {"unit": [f"u{i:02d}" for i in unit], "year": FIRST + time, "y": Y.ravel()}
    made |= {"d": (time >= start[unit]) * 1.0, "cohort": first[unit]}
    made |= {name: np.asarray(values).ravel() for name, values in columns.items()}
    return pd.DataFrame(made)


def drawn(
    seed: int, *, treated: int = 1, N: int = 12, T: int = 10, start: int = 6, effect: float = 0.0
) -> pd.DataFrame:
    """Return a panel with one factor; the first `treated` units adopt at the place `start`."""
    rng = np.random.default_rng(seed)
    Y = rng.normal(size=(N, 1)) + rng.normal(size=(N, 1)) * rng.normal(size=T).cumsum()
    Y = 5.0 + Y + 0.3 * rng.normal(size=(N, T))
    starts = np.full(N, T)
    starts[:treated] = start
    Y[:treated, start:] += effect
    x = rng.normal(size=(N, T)) + Y.mean(axis=1, keepdims=True)
    z = np.repeat(rng.uniform(1.0, 9.0, size=(N, 1)), T, axis=1) + 0.1 * rng.normal(size=(N, T))
    return as_rows(Y, list(starts), x=x, z=z)


def wide(frame: pd.DataFrame, column: str = "y") -> np.ndarray:
    """Return a column as (N, T), units and years in order."""
    return frame.pivot(index="unit", columns="year", values=column).sort_index().to_numpy()


def california() -> pd.DataFrame:
    """Return cigarette sales of 39 states from an installed synthdid-py; skip where there is none."""
    path = package_file("synthdid", "data", "california_prop99.csv")
    return _held(path, sep=";").rename(columns=str.lower)


def texas() -> pd.DataFrame:
    """Return prison populations of 51 states from an installed causaldata; skip where there is none."""
    path = package_file("causaldata", "texas", "texas.dta")
    if not path.exists():
        pytest.skip("skipped: reference data absent (causaldata)")
    frame = pd.read_stata(path)
    return frame.assign(
        state=frame["state"].astype(str),
        year=frame["year"].astype(int),
        d=((frame["state"] == "Texas") & (frame["year"] >= 1993)) * 1.0,
    )


def _held(path: Path, **options: Any) -> pd.DataFrame:
    if not path.exists():
        pytest.skip(f"skipped: reference data absent ({path.name})")
    return pd.read_csv(path, **options)
