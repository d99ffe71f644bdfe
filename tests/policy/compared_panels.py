"""Panels on which units adopt a treatment, and two-way least squares by explicit dummies."""

from __future__ import annotations

import gzip
import pickle
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.panels import dummies


def adopting_panel(
    seed: int, starts: dict[float, int], periods: int = 7, *, grow: float = 0.3, shuffled: bool = True
) -> pd.DataFrame:
    """Return a panel of `starts[start]` units by first treated period (0 always, inf never), columns y, d, x, start."""
    rng = np.random.default_rng(seed)
    first = np.repeat(list(starts), list(starts.values()))
    units = len(first)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    since = time - np.where(np.isfinite(first), first, 1e9)[unit]
    d = (since >= 0).astype(float)
    x = rng.normal(size=len(unit)) + 0.4 * d + rng.normal(size=units)[unit] * time / periods
    y = rng.normal(size=units)[unit] + rng.normal(size=periods)[time] + 0.5 * x
    y += d * (1.0 + grow * np.maximum(since, 0.0)) + rng.normal(size=len(unit))
    frame = pd.DataFrame(
        {
            "province": [f"P{u:02d}" for u in unit],
            "year": 2010 + time,
            "y": y,
            "d": d,
            "x": x,
            "start": first[unit],
        }
    )
    return frame.sample(frac=1.0, random_state=seed) if shuffled else frame


def swept_treatment(
    frame: pd.DataFrame, controls: tuple[str, ...] = (), weights: np.ndarray | None = None
) -> np.ndarray:
    """Return what dummies of units and periods and the controls leave of `d`, rows as they stand."""
    unit = pd.factorize(frame["province"])[0]
    time = pd.factorize(frame["year"])[0]
    Z = np.column_stack([dummies(unit), dummies(time), *(frame[name] for name in controls)])
    root = np.ones(len(frame)) if weights is None else np.sqrt(weights)
    d = frame["d"].to_numpy()
    return d - Z @ np.linalg.lstsq(Z * root[:, None], d * root, rcond=None)[0]


def package_file(package: str, *parts: str) -> Path:
    """Return a data file of a package, without importing it; skip where it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"skipped: reference data absent ({package})")
    return Path(spec.submodule_search_locations[0]).joinpath(*parts)


def ehec() -> pd.DataFrame:
    """Return the Medicaid expansion by state and year, `did` from the year of expansion on."""
    with gzip.open(package_file("moderndid", "core", "datasets", "ehec_data.pkl.gz")) as file:
        frame = pd.DataFrame(pickle.load(file))
    start = frame["yexp2"].fillna(np.inf)
    since = (frame["year"] - start).clip(lower=0.0)
    return frame.assign(did=(frame["year"] >= start).astype(float), dins2=frame["dins"] + 0.01 * since)


def castle() -> pd.DataFrame:
    """Return the castle doctrine laws by state and year; `early` begins one year before `post`."""
    frame = pd.read_stata(package_file("causaldata", "castle", "castle.dta")).sort_values(["sid", "year"])
    post = (frame["post"] > 0).astype(float)
    early = post.groupby(frame["sid"]).shift(-1).fillna(post)
    kept = frame[["sid", "year", "l_homicide"]]
    return kept.assign(post=post, early=early)
