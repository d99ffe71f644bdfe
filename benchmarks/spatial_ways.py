"""The ways of synthetic spatial papers: conventions, known mistakes, and ways that are no candidate of the search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.spatial_papers import (
    SpatialWay,
    behind,
    cube_of,
    effects_of,
    likelihood,
    only,
    rows_of,
    swept,
)
from panelkit.data.provinces import provinces

Rng = np.random.Generator
Numbers = Mapping[str, float]


def plain(**options: Any) -> Any:
    """Return what makes a paper by one likelihood on row-standardised weights."""
    return lambda frame, w, rng: likelihood(cube_of(frame), rows_of(w), **options)


def weighted(change: Any, **options: Any) -> Any:
    """Return what makes a paper by weights that are changed as named."""
    return lambda frame, w, rng: likelihood(cube_of(frame), change(w), **options)


def ordered(column: str) -> Any:
    """Return what makes a paper whose W lies in the order of another column of the table of provinces."""

    def made(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
        order = np.argsort(provinces()[column].to_numpy(str), kind="stable")
        return likelihood(cube_of(frame), rows_of(w[np.ix_(order, order)]), transformed=True)

    return made


def stacked(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper whose program reads rows by province as rows by year."""
    y, X = cube_of(frame)
    n, t = y.shape
    again = [a.reshape(t, n, -1).transpose(1, 0, 2) for a in (y, X)]
    return likelihood((again[0][..., 0], again[1]), rows_of(w), lag_swept=True)


def without_tibet(before: bool) -> Any:
    """Return what makes a paper without Tibet, W standardised before or after it left."""

    def made(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
        part, inside = only(frame, rows_of(w) if before else w, lambda name: name != "Tibet")
        return likelihood(cube_of(part), inside if before else rows_of(inside), lag_swept=True)

    return made


def window(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper on the years since 2011."""
    return likelihood(cube_of(frame[frame.index.get_level_values(1) >= 2011]), rows_of(w), transformed=True)


def spillover(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper that prints coefficients of W x as indirect effects."""
    found = likelihood(cube_of(frame), rows_of(w), transformed=True)
    return {"rho": found["rho"], "direct:x": found["x"], "indirect:x": found["W*x"], "N": found["N"]}


def effects(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper that prints its effects."""
    return effects_of(likelihood(cube_of(frame), rows_of(w), transformed=True), rows_of(w))


# what no candidate does


def hidden(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper with a control that the figures do not hold."""
    return likelihood(
        cube_of(frame.assign(h=0.5 * frame["x"] + rng.normal(size=len(frame))), "xzvh"), rows_of(w)
    )


def revised(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper on figures that differ here and there."""
    return likelihood(cube_of(frame.assign(y=frame["y"] + 0.05 * rng.normal(size=len(frame)))), rows_of(w))


def other_w(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper with weights by distance."""
    far = pk.inverse_distance().aligned(list(provinces()["name_en"]))
    return likelihood(cube_of(frame), far.matrix.toarray(), transformed=True)


def lost_links(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper whose W lacks some links."""
    pairs = np.argwhere(np.triu(w) > 0)
    w = w.copy()
    for i, j in rng.permutation(pairs):
        if w[i].sum() > 2 and w[j].sum() > 2 and rng.random() < 0.1:
            w[i, j] = w[j, i] = 0.0
    return likelihood(cube_of(frame), rows_of(w), transformed=True)


def five_out(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper without five provinces."""
    gone = set(
        rng.choice(["Beijing", "Shanxi", "Jilin", "Anhui", "Fujian", "Hubei", "Yunnan"], 5, replace=False)
    )
    part, inside = only(frame, w, lambda name: name not in gone)
    return likelihood(cube_of(part), rows_of(inside), transformed=True)


def two_stage(frame: pd.DataFrame, w: np.ndarray, rng: Rng) -> Numbers:
    """Return a paper that takes W y by W x and W W x (2SLS)."""
    y, X = cube_of(frame)
    w = rows_of(w)
    columns = [swept(a, "twoway") for a in (y, behind(w, y), X, behind(w, X), behind(w, behind(w, X)))]
    n = y.size
    own, lag, x, wx, wwx = (a.reshape(n, -1) for a in columns)
    Z, Q = np.hstack([lag, x, wx]), np.hstack([x, wx, wwx])
    inside = Q @ np.linalg.lstsq(Q, Z, rcond=None)[0]
    b = np.linalg.lstsq(inside, own[:, 0], rcond=None)[0]
    return {"rho": b[0], "x": b[1], "z": b[2], "W*x": b[4], "W*z": b[5], "N": n}


CONVENTIONS = (
    SpatialWay("lee-yu", "convention", {"convention": "lee-yu"}, plain(transformed=True)),
    SpatialWay("lsdv", "convention", {"convention": "lsdv"}, plain()),
    SpatialWay("splm", "convention", {"convention": "splm"}, plain(lag_swept=True)),
    SpatialWay("sar", "convention", {"convention": "lsdv"}, plain(model="sar"), "sar"),
    SpatialWay("sem", "convention", {"convention": "lee-yu"}, plain(model="sem", transformed=True), "sem"),
    SpatialWay(
        "time effects",
        "convention",
        {"effects": "time", "convention": "lsdv"},
        plain(effects="time"),
        effects=None,
    ),
    SpatialWay("unit effects", "convention", {"effects": "unit"}, plain(effects="unit"), effects=None),
    SpatialWay(
        "spectral",
        "convention",
        {"normalisation": "spectral", "convention": "lsdv"},
        weighted(lambda w: w / np.abs(np.linalg.eigvals(w)).max()),
    ),
    SpatialWay("without Tibet", "convention", {"units": "without Tibet"}, without_tibet(before=False)),
    SpatialWay("window", "convention", {"window": "2011-2020"}, window),
    SpatialWay("effects", "convention", {"convention": "lee-yu"}, effects),
)
MISTAKES = (
    SpatialWay("W by English names", "mistake", {"mistake": "order adcode/english"}, ordered("name_en")),
    SpatialWay("W by pinyin", "mistake", {"mistake": "order adcode/pinyin"}, ordered("pinyin")),
    SpatialWay("W by characters", "mistake", {"mistake": "order adcode/chinese"}, ordered("name_zh")),
    SpatialWay("one determinant", "mistake", {"mistake": "one determinant"}, plain(once=True)),
    SpatialWay(
        "lag of demeaned", "mistake", {"mistake": "lag of demeaned"}, plain(mixed=True, lag_swept=True)
    ),
    SpatialWay(
        "demeaned first", "mistake", {"mistake": "demeaned first"}, plain(lag_swept=True, durbin_swept=True)
    ),
    SpatialWay(
        "W twice",
        "mistake",
        {"mistake": "W twice"},
        weighted(lambda w: rows_of(w) / w.sum(axis=1, keepdims=True), lag_swept=True),
    ),
    SpatialWay("W not", "mistake", {"mistake": "W not"}, weighted(lambda w: w, lag_swept=True)),
    SpatialWay("W columns", "mistake", {"mistake": "W columns"}, weighted(lambda w: w / w.sum(axis=0))),
    SpatialWay("W before", "mistake", {"mistake": "W before"}, without_tibet(before=True)),
    SpatialWay("stacked", "mistake", {"mistake": "stacked adcode"}, stacked),
    SpatialWay("theta as spillover", "mistake", {"mistake": "theta as spillover"}, spillover),
)
NO_CANDIDATES = tuple(
    SpatialWay(name, "none", {}, made)
    for name, made in {
        "unknown control": hidden,
        "revised figures": revised,
        "other weights": other_w,
        "links lost": lost_links,
        "five provinces out": five_out,
        "2SLS": two_stage,
    }.items()
)
