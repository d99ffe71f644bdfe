"""Synthetic papers of spatial panels: figures of provinces, and the numbers that one way prints of them.

The numbers are made without the search and without the package's likelihoods: dense matrices, dummies projected out or
Helmert transformations, determinants by LU, and a bounded search for the spatial parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import linalg, optimize

import panelkit as pk
from panelkit.data.provinces import provinces

YEARS = range(2009, 2021)
FORMULA = "y ~ x + z + v"
Cube = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class SpatialWay:
    """One way to a paper's numbers: what the search should say of it (axis -> choice), and how it is made.

    `made(frame, w, rng)` gives the numbers by name. Nothing to be said marks a paper whose way is no candidate.
    """

    name: str
    kind: str
    said: Mapping[str, str]
    made: Callable[[pd.DataFrame, np.ndarray, np.random.Generator], Mapping[str, float]]
    model: str = "sdm"
    effects: str | None = "twoway"


@cache
def contiguity() -> np.ndarray:
    """Return 0/1 contiguity in the order of codes."""
    return pk.contiguity(normalisation="none").aligned(list(provinces()["name_en"])).matrix.toarray()


def rows_of(w: np.ndarray) -> np.ndarray:
    return w / w.sum(axis=1, keepdims=True)


def figures(rng: np.random.Generator) -> pd.DataFrame:
    """Return 31 provinces and twelve years of a spatial Durbin process, provinces in the order of codes."""
    names, w = list(provinces()["name_en"]), rows_of(contiguity())
    n, t = len(names), len(YEARS)
    X = np.stack([_ar(rng, (n, t), 0.6) + 0.5 * rng.normal(size=(n, 1)) for _ in range(3)], axis=2)
    mean = X @ [0.5, -0.3, 0.2] + np.einsum("ij,jtk->itk", w, X) @ [0.3, 0.2, -0.1]
    mean = mean + rng.normal(size=(n, 1)) + 0.1 * np.arange(t)
    rho = rng.uniform(0.15, 0.5)
    y = np.linalg.solve(np.eye(n) - rho * w, mean + 0.5 * _ar(rng, (n, t), 0.3))
    index = pd.MultiIndex.from_product([names, YEARS], names=["province", "year"])
    columns = {name: X[:, :, j].ravel() for j, name in enumerate("xzv")}
    return pd.DataFrame({"y": y.ravel(), **columns}, index=index)


def _ar(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> np.ndarray:
    made = rng.normal(size=shape)
    for t in range(1, shape[1]):
        made[:, t] = rho * made[:, t - 1] + np.sqrt(1.0 - rho**2) * made[:, t]
    return made


def cube_of(frame: pd.DataFrame, columns: str = "xzv") -> Cube:
    """Return y (N, T) and X (N, T, k), rows in the order of the frame."""
    n = frame.index.get_level_values(0).nunique()
    held = frame[["y", *columns]].to_numpy().reshape(n, -1, 1 + len(columns))
    return held[:, :, 0], held[:, :, 1:]


def swept(a: np.ndarray, effects: str) -> np.ndarray:
    """Return columns (N, T, ...) less their means of units, periods or both."""
    out = a - a.mean(axis=1, keepdims=True) if effects in ("unit", "twoway") else a
    return out - out.mean(axis=0, keepdims=True) if effects in ("time", "twoway") else out


def behind(w: np.ndarray, a: np.ndarray) -> np.ndarray:
    return np.einsum("ij,jt...->it...", w, a)


def likelihood(
    cube: Cube,
    w: np.ndarray,
    *,
    model: str = "sdm",
    effects: str = "twoway",
    transformed: bool = False,
    lag_swept: bool = False,
    durbin_swept: bool = False,
    once: bool = False,
    mixed: bool = False,
) -> dict[str, float]:
    """Return the maximum of one likelihood: rho (or lambda), coefficients, and effects of x.

    `transformed` multiplies by Helmert matrices of units and periods (Lee and Yu 2010); else demeaned columns stand for
    dummies. `lag_swept`, `durbin_swept` and `once` are what programs and mistakes do to it; `mixed` puts demeaned
    columns into the likelihood of transformed ones.
    """
    y, X = cube
    n, t = y.shape
    Z = [swept(X, effects)]
    if model == "sdm":
        Z.append(behind(w, swept(X, effects)) if durbin_swept else swept(behind(w, X), effects))
    columns = np.concatenate(Z, axis=2)
    own = swept(y, effects)
    if model == "sem":
        pairs = [(a, swept(behind(w, b), effects)) for a, b in ((own, y), (columns, X))]
        (own, wy), (columns, w_columns) = pairs
    else:
        wy = behind(w, own) if lag_swept else swept(behind(w, y), effects)
        w_columns = np.zeros_like(columns)
    units, periods = n, t
    if transformed:
        left = linalg.null_space(np.ones((1, n))) if effects in ("time", "twoway") else np.eye(n)
        right = linalg.null_space(np.ones((1, t))) if effects in ("unit", "twoway") else np.eye(t)
        own, wy = (left.T @ a @ right for a in (own, wy))
        columns, w_columns = (np.einsum("in,itk,ts->nsk", left, a, right) for a in (columns, w_columns))
        w, (units, periods) = left.T @ w @ left, own.shape
    flat, flat_w = (a.reshape(units * periods, -1) for a in (columns, w_columns))

    def parts(value: float) -> tuple[np.ndarray, np.ndarray]:
        target = (own - value * wy).reshape(-1)
        design = flat - value * flat_w if model == "sem" else flat
        b = np.linalg.lstsq(design, target, rcond=None)[0]
        return b, target - design @ b

    def negative(value: float) -> float:
        e = parts(value)[1]
        logdet = np.linalg.slogdet(np.eye(len(w)) - value * w)[1]
        if mixed:
            return (n - 1) * (t - 1) / 2 * np.log(e @ e) - (t - 1) * (logdet - np.log(1.0 - value))
        return units * periods / 2 * np.log(e @ e) - (1 if once else periods) * logdet

    top = 0.999 / np.abs(np.linalg.eigvals(w)).max()
    top = min(top, 0.999) if transformed or mixed else top
    bounds = (-top, top)
    value = optimize.minimize_scalar(negative, bounds=bounds, method="bounded", options={"xatol": 1e-9}).x
    b = parts(value)[0]
    k = X.shape[2]
    found = {"lambda" if model == "sem" else "rho": value, "x": b[0], "z": b[1]}
    if model == "sdm":
        found |= {"W*x": b[k], "W*z": b[k + 1]}
    return {**found, "N": n * t}


def effects_of(numbers: Mapping[str, float], w: np.ndarray) -> dict[str, float]:
    """Return direct and indirect effects of x from a Durbin model, by the inverse."""
    n = len(w)
    S = np.linalg.solve(
        np.eye(n) - numbers["rho"] * w, np.eye(n) * numbers["x"] + w * numbers.get("W*x", 0.0)
    )
    direct = np.trace(S) / n
    return {
        "rho": numbers["rho"],
        "direct:x": direct,
        "indirect:x": S.sum() / n - direct,
        "N": numbers["N"],
    }


def texts(numbers: Mapping[str, float], decimals: int) -> dict[str, str]:
    """Return numbers as a table prints them."""
    return {name: f"{v:.0f}" if name == "N" else f"{v:.{decimals}f}" for name, v in numbers.items()}


def only(frame: pd.DataFrame, w: np.ndarray, keep: Any) -> tuple[pd.DataFrame, np.ndarray]:
    """Return figures and raw weights of some provinces."""
    names = frame.index.get_level_values(0)
    held = [name for name in dict.fromkeys(names) if keep(name)]
    at = [list(dict.fromkeys(names)).index(name) for name in held]
    return frame[names.isin(held)], w[np.ix_(at, at)]
