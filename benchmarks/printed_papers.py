"""Synthetic papers for the search of conventions: provincial figures, and the numbers that one way prints of them.

The numbers are made without the search: least squares on dummies in numpy, columns and rows changed by pandas, and for
covariances that are not sums over units or rows the package's own estimators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.data.provinces import provinces

YEARS = range(2009, 2021)
FORMULA = "log(y) ~ log(x) + log(z) + log(w) + v"
TERMS = ("log(x)", "log(z)")


@dataclass(frozen=True)
class Numbers:
    """What a way prints: coefficients and standard errors of `TERMS`, number of rows."""

    beta: np.ndarray
    errors: np.ndarray
    nobs: int


@dataclass(frozen=True)
class Way:
    """One way to a paper's numbers: its name, what the search should say (axis -> choice), how it is made.

    `formula`, `effects` and `where` are what the paper states. `terms` are those that it prints. Nothing to be said
    marks a paper whose way is no candidate.
    """

    name: str
    kind: str
    said: Mapping[str, str]
    made: Callable[[pd.DataFrame, np.random.Generator], Numbers | tuple[Numbers, Mapping[str, str]]]
    formula: str = FORMULA
    effects: str | None = "twoway"
    terms: tuple[str, ...] = TERMS
    more: Mapping[str, Any] = field(default_factory=dict)


def figures(rng: np.random.Generator) -> pd.DataFrame:
    """Return 31 provinces and twelve years: persistent regressors, effects, errors that are persistent too."""
    names = list(provinces()["name_en"])
    index = pd.MultiIndex.from_product([names, YEARS], names=["province", "year"])
    shape = (len(names), len(YEARS))
    size, common = rng.normal(size=(shape[0], 1)), 0.05 * np.arange(shape[1])
    made = {name: size + common + 0.6 * _ar(rng, shape, 0.7) for name in ("x", "z", "w")}
    v = 0.3 * size + _ar(rng, shape, 0.5)
    errors = 0.35 * _ar(rng, shape, 0.5) * np.exp(0.3 * rng.normal(size=(shape[0], 1)))
    y = 0.35 * made["x"] + 0.2 * made["z"] - 0.15 * made["w"] + 0.08 * v + size + 0.5 * common + errors
    frame = pd.DataFrame({name: np.exp(one).ravel() for name, one in made.items()}, index=index)
    frame["v"] = v.ravel()
    frame["y"] = np.exp(y).ravel()
    frame["m"] = (0.5 * size + _ar(rng, shape, 0.6)).ravel() + 2.0
    return frame


def _ar(rng: np.random.Generator, shape: tuple[int, int], rho: float) -> np.ndarray:
    made = rng.normal(size=shape)
    for t in range(1, shape[1]):
        made[:, t] = rho * made[:, t - 1] + np.sqrt(1.0 - rho**2) * made[:, t]
    return made


def by_dummies(
    frame: pd.DataFrame,
    formula: str = FORMULA,
    effects: str = "twoway",
    errors: str = "cluster",
    terms: Any = TERMS,
) -> Numbers:
    """Return least squares on dummies of `columns`, as numpy does it; rows that lack a cell leave."""
    outcome, right = formula.split(" ~ ")
    labels = [label.strip() for label in right.split(" + ")]
    columns = {label: evaluated(frame, label) for label in (outcome, *labels)}
    held = pd.DataFrame({"unit": frame["province"], "time": frame["year"], **columns}).dropna()
    return of_columns(held, outcome, labels, effects, errors, terms)


def of_columns(
    held: pd.DataFrame, outcome: str, labels: list[str], effects: str, errors: str, terms: Any
) -> Numbers:
    """Return least squares of a column on others, (n,) each, with dummies of `unit` and `time`."""
    X, y = held[labels].to_numpy(float), held[outcome].to_numpy(float)
    dummies = [np.ones((len(y), 1))]
    if effects in ("unit", "twoway"):
        dummies.append(pd.get_dummies(held["unit"], drop_first=True).to_numpy(float))
    if effects in ("time", "twoway"):
        dummies.append(pd.get_dummies(held["time"], drop_first=True).to_numpy(float))
    Z = np.column_stack([X, *dummies])
    inverse = np.linalg.pinv(Z.T @ Z)
    beta = inverse @ Z.T @ y
    e = y - Z @ beta
    n, rank, k = len(y), Z.shape[1], X.shape[1]
    if errors == "iid":
        matrix = inverse * (e @ e) / (n - rank)
    elif errors == "HC1":
        matrix = inverse @ (Z.T * e**2) @ Z @ inverse * n / (n - rank)
    else:
        codes = pd.factorize(held["unit"])[0]
        sums = np.stack([np.bincount(codes, column) for column in (Z * e[:, None]).T], axis=1)
        groups = len(sums)
        counted = rank - (groups - 1 if effects in ("unit", "twoway") and errors == "cluster" else 0)
        matrix = inverse @ sums.T @ sums @ inverse * groups / (groups - 1) * (n - 1) / (n - counted)
    at = [labels.index(term) for term in terms]
    return Numbers(beta[:k][at], np.sqrt(np.diag(matrix)[at]), n)


def evaluated(frame: pd.DataFrame, label: str) -> pd.Series:
    """Return a simple expression on a frame: a column, its logarithm, a product, a lag."""
    if ":" in label:
        first, second = label.split(":")
        return evaluated(frame, first) * evaluated(frame, second)
    if label.startswith("log("):
        values = evaluated(frame, label[4:-1])
        return np.log(values.where(values > 0.0))
    if label.startswith("center("):
        values = evaluated(frame, label[7:-1])
        return values - values.mean()
    if label.startswith("lag("):
        return evaluated(frame, label[4 : label.rindex(",")]).groupby(frame["province"].to_numpy()).shift(1)
    return frame[label].astype(float)


def by_panelkit(frame: pd.DataFrame, vcov: Any, convention: str) -> Numbers:
    """Return what `FixedEffects` prints."""
    fit = pk.FixedEffects(FORMULA, vcov=vcov, convention=convention).fit(
        frame.set_index(["province", "year"])
    )
    return Numbers(fit.params[list(TERMS)].to_numpy(), fit.std_errors[list(TERMS)].to_numpy(), fit.nobs)


def scaled(numbers: Numbers, by: np.ndarray) -> Numbers:
    """Return coefficients and errors times a factor, (k,)."""
    return Numbers(numbers.beta * by, numbers.errors * np.abs(by), numbers.nobs)


def texts(numbers: Numbers, terms: tuple[str, ...], decimals: int, brackets: str) -> dict[str, str]:
    """Return numbers as a table prints them: brackets hold errors, or t statistics."""
    held = numbers.errors if brackets == "se" else numbers.beta / numbers.errors
    cells = zip(terms, numbers.beta, held, strict=True)
    return {
        **{term: f"{b:.{decimals}f} ({s:.{decimals}f})" for term, b, s in cells},
        "N": str(numbers.nobs),
    }
