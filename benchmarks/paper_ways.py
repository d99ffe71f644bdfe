"""The ways of synthetic papers: conventions, known mistakes, and ways that are no candidate of the search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.printed_papers import (
    FORMULA,
    TERMS,
    YEARS,
    Numbers,
    Way,
    by_dummies,
    by_panelkit,
    evaluated,
    of_columns,
    scaled,
)
from panelkit.data.provinces import provinces

Rng = np.random.Generator
Made = tuple[Numbers, Mapping[str, str]]
PRODUCT = "log(y) ~ log(x) + m + log(x):m + log(w)"
CENTRED = "log(y) ~ log(x) + m + center(log(x)):center(m) + log(w)"
LAGGED = "log(y) ~ lag(log(x), 1) + log(z) + log(w) + v"
RAW = "y ~ log(x) + log(z) + log(w) + v"


def window(frame: pd.DataFrame, rng: Rng) -> Made:
    """Return a paper on some of the years."""
    first = int(rng.integers(YEARS[0], YEARS[0] + 4))
    last = int(rng.integers(max(YEARS[-1] - 4, first + 5), YEARS[-1] + (first > YEARS[0])))
    return by_dummies(frame[frame["year"].between(first, last)]), {"window": f"{first}-{last}"}


def without(frame: pd.DataFrame, rng: Rng) -> Made:
    """Return a paper without one province, Tibet half of the time."""
    name = "Tibet" if rng.random() < 0.5 else str(rng.choice(frame["province"].unique()))
    return by_dummies(frame[frame["province"] != name]), {"units": f"without {name}"}


def municipalities(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper without the four municipalities."""
    return by_dummies(frame[~frame["province"].isin(["Beijing", "Tianjin", "Shanghai", "Chongqing"])])


def both(frame: pd.DataFrame, rng: Rng) -> Made:
    """Return a paper on some of the years, without Tibet."""
    numbers, said = window(frame[frame["province"] != "Tibet"], rng)
    return numbers, {**said, "units": "without Tibet"}


def lagged(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper whose regressors are all those of the year before."""
    labels = ["lag(log(x), 1)", "lag(log(z), 1)", "lag(log(w), 1)", "lag(v, 1)"]
    return by_dummies(frame, "log(y) ~ " + " + ".join(labels), terms=labels[:2])


def vintage(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper on the other version of the outcome."""
    return by_dummies(frame.assign(y=frame["y_revised"]))


def standardised(frame: pd.DataFrame, rng: Rng, ddof: int) -> Numbers:
    """Return a paper with regressors over their standard deviation."""
    spread = np.array([np.log(frame[name]).std(ddof=ddof) for name in ("x", "z")])
    return scaled(by_dummies(frame), spread)


def lost_row(frame: pd.DataFrame, rng: Rng) -> Made:
    """Return a paper that lost one row."""
    at = int(rng.integers(len(frame)))
    place = frame.iloc[at]
    return by_dummies(frame.drop(frame.index[at])), {
        "mistake": f"row {place['province']} {place['year']} lost"
    }


def double_row(frame: pd.DataFrame, rng: Rng) -> Made:
    """Return a paper that holds one row twice."""
    at = int(rng.integers(len(frame)))
    place = frame.iloc[at]
    twice = pd.concat([frame, frame.iloc[[at]]])
    return by_dummies(twice), {"mistake": f"row {place['province']} {place['year']} twice"}


def two_names(frame: pd.DataFrame, rng: Rng) -> Made:
    """Return a paper in which a province goes by another name from some year on."""
    name, since = str(rng.choice(frame["province"].unique())), int(rng.integers(YEARS[0] + 3, YEARS[-1] - 2))
    renamed = frame["province"].where((frame["province"] != name) | (frame["year"] < since), f"{name} City")
    return by_dummies(frame.assign(province=renamed)), {"mistake": f"two names, {name} {since}"}


def with_zeros(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the figures with a few zeros in z."""
    marked = (np.arange(len(frame)) * 7919) % 53 == 0
    return frame.assign(z=frame["z"].where(~marked, 0.0))


def zeros(frame: pd.DataFrame, rng: Rng, how: str) -> Numbers:
    """Return a paper whose logarithms treat zeros in its own way."""
    if how == "filled":
        return by_dummies(frame.assign(z=frame["z"].where(frame["z"] > 0.0, 1.0)))
    return by_dummies(frame.assign(**{name: frame[name] + 1.0 for name in ("y", "x", "z", "w")}))


def misplaced(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper with regressors by code of the province beside an outcome by name."""
    by_code = frame.set_index(["province", "year"]).loc[list(provinces()["name_en"])].reset_index()
    by_name = frame.sort_values(["province", "year"]).reset_index(drop=True)
    return by_dummies(by_name.assign(**{name: by_code[name] for name in ("x", "z", "w", "v")}))


def row_above(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper whose lag is the row above, whosever it is."""
    ordered = frame.sort_values(["province", "year"]).reset_index(drop=True)
    labels = ["lag(log(x), 1)", "log(z)", "log(w)", "v"]
    held = {label: evaluated(ordered, label) for label in ("log(y)", *labels[1:])}
    held[labels[0]] = np.log(ordered["x"]).shift(1)
    table = pd.DataFrame({"unit": ordered["province"], "time": ordered["year"], **held}).dropna()
    return of_columns(table, "log(y)", labels, "twoway", "cluster", labels[:2])


def uncentred(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper whose product is of the factors as they are."""
    return by_dummies(frame, PRODUCT, terms=("log(x)", "m"))


# what no candidate does


def unknown_control(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper with a control that the figures do not hold."""
    hidden = np.log(frame["x"]) * 0.3 + rng.normal(size=len(frame))
    return by_dummies(frame.assign(hidden=hidden), FORMULA + " + hidden")


def winsorised(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper that cuts the tails of its columns."""
    cut = {name: frame[name].clip(*frame[name].quantile([0.01, 0.99])) for name in ("y", "x", "z", "w", "v")}
    return by_dummies(frame.assign(**cut))


def other_figures(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper on figures that differ by three per cent here and there."""
    return by_dummies(frame.assign(y=frame["y"] * np.exp(0.03 * rng.normal(size=len(frame)))))


def some_lost(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper without twelve rows at random."""
    return by_dummies(frame.drop(frame.index[rng.choice(len(frame), 12, replace=False)]))


def subset(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper without five provinces at random."""
    gone = rng.choice(frame["province"].unique(), 5, replace=False)
    return by_dummies(frame[~frame["province"].isin(gone)])


def differenced(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper in first differences."""
    fit = pk.FirstDifference(FORMULA, vcov=pk.Cluster()).fit(frame.set_index(["province", "year"]))
    return Numbers(fit.params[list(TERMS)].to_numpy(), fit.std_errors[list(TERMS)].to_numpy(), fit.nobs)


def weighted(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper with weights of provinces."""
    spec = pk.FixedEffects(FORMULA, vcov=pk.Cluster(), weights="aw=w")
    fit = spec.fit(frame.set_index(["province", "year"]))
    return Numbers(fit.params[list(TERMS)].to_numpy(), fit.std_errors[list(TERMS)].to_numpy(), fit.nobs)


def trends(frame: pd.DataFrame, rng: Rng) -> Numbers:
    """Return a paper with a trend of every region of four."""
    regions = provinces().set_index("name_en")["region4"]
    of_row = frame["province"].map(regions)
    slopes = {
        f"trend{at}": (of_row == one) * (frame["year"] - 2009.0)
        for at, one in enumerate(sorted(set(regions))[1:])
    }
    return by_dummies(frame.assign(**slopes), FORMULA + "".join(f" + {name}" for name in slopes))


def _cov(key: str, vcov: Any, convention: str) -> Way:
    return Way(
        key, "convention", {"covariance": key}, lambda frame, rng: by_panelkit(frame, vcov, convention)
    )


def _effects(name: str) -> Way:
    return Way(
        f"effects {name}",
        "convention",
        {"effects": name},
        lambda frame, rng: by_dummies(frame, effects=name),
        effects=None,
    )


CONVENTIONS = (
    Way("cluster", "convention", {"covariance": "cluster unit, reghdfe"}, lambda f, r: by_dummies(f)),
    Way(
        "dummies",
        "convention",
        {"covariance": "cluster unit, lsdv"},
        lambda f, r: by_dummies(f, errors="lsdv"),
    ),
    Way("iid", "convention", {"covariance": "iid"}, lambda f, r: by_dummies(f, errors="iid")),
    Way("HC1", "convention", {"covariance": "HC1"}, lambda f, r: by_dummies(f, errors="HC1")),
    _cov("cluster unit, plm", pk.Cluster(), "plm"),
    _cov("cluster unit, linearmodels", pk.Cluster(), "linearmodels"),
    _cov("CRV3", pk.CRV3(), "reghdfe"),
    _cov("two-way, reghdfe", pk.TwoWayCluster(), "reghdfe"),
    _cov("Driscoll-Kraay 2, xtscc", pk.DriscollKraay(2), "xtreg"),
    _effects("unit"),
    _effects("time"),
    _effects("none"),
    Way("window", "convention", {}, window),
    Way("without", "convention", {}, without),
    Way(
        "municipalities",
        "convention",
        {"units": "without Beijing, Tianjin, Shanghai, Chongqing"},
        municipalities,
    ),
    Way("window without Tibet", "convention", {}, both),
    Way("lagged", "convention", {"lag": "all 1"}, lagged),
    Way(
        "no controls",
        "convention",
        {"controls": "none"},
        lambda f, r: by_dummies(f, "log(y) ~ log(x) + log(z)"),
    ),
    Way("level of outcome", "convention", {"logs": "outcome"}, lambda f, r: by_dummies(f, RAW)),
    Way("vintage", "convention", {"figures": "revised"}, vintage),
    Way(
        "standardised",
        "convention",
        {"coefficients": "regressors standardised"},
        lambda f, r: standardised(f, r, 1),
    ),
)
MISTAKES = (
    Way("row lost", "mistake", {}, lost_row),
    Way("row twice", "mistake", {}, double_row),
    Way("two names", "mistake", {}, two_names),
    Way(
        "zeros filled",
        "mistake",
        {"mistake": "zeros filled"},
        lambda f, r: zeros(f, r, "filled"),
        more={"zeros": True},
    ),
    Way(
        "log(1+x)",
        "mistake",
        {"mistake": "log(1 + x)"},
        lambda f, r: zeros(f, r, "log1p"),
        more={"zeros": True},
    ),
    Way("order", "mistake", {"mistake": "order label/appearance"}, misplaced),
    Way(
        "row above",
        "mistake",
        {"mistake": "lag of the row above"},
        row_above,
        formula=LAGGED,
        terms=("lag(log(x), 1)", "log(z)"),
    ),
    Way(
        "uncentred product",
        "mistake",
        {"mistake": "uncentred product"},
        uncentred,
        formula=CENTRED,
        terms=("log(x)", "m"),
    ),
    Way(
        "population deviation",
        "mistake",
        {"coefficients": "regressors standardised, n"},
        lambda f, r: standardised(f, r, 0),
    ),
)
NO_CANDIDATES = tuple(
    Way(name, "none", {}, made)
    for name, made in {
        "unknown control": unknown_control,
        "winsorised": winsorised,
        "other figures": other_figures,
        "twelve rows lost": some_lost,
        "five provinces out": subset,
        "first differences": differenced,
        "weights": weighted,
        "regional trends": trends,
    }.items()
)
