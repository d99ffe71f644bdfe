"""Known mistakes, made by hand in the rows and columns of a panel, are named by the search."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from benchmarks.printed_papers import by_dummies, evaluated, of_columns, texts
from tests.audit.convention.papers import FORMULA, TERMS, axes, panel, search


def lost(flat: pd.DataFrame) -> pd.DataFrame:
    return flat.drop(flat.index[17])


def twice(flat: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([flat, flat.iloc[[17]]])


def renamed(flat: pd.DataFrame) -> pd.DataFrame:
    later = (flat["province"] == "省05") & (flat["year"] >= 2016)
    return flat.assign(province=flat["province"].where(~later, "省05市"))


@pytest.mark.parametrize(
    ("mistake", "key"), [(lost, "lost"), (twice, "twice"), (renamed, "two names, 省05 2016")]
)
def test_a_mistake_in_the_rows_is_named(mistake: Callable[[pd.DataFrame], pd.DataFrame], key: str) -> None:
    frame = panel()
    flat = frame.reset_index()
    place = f"{flat['province'][17]} {flat['year'][17]}"
    found = search(texts(by_dummies(mistake(flat), FORMULA), TERMS, 5, "se"), frame, depth=2)
    assert found.hits
    assert found.best is not None
    assert found.best.candidate.kind == "mistake"
    named = axes(found)[0]["mistake"]
    assert named == (f"row {place} {key}" if key in ("lost", "twice") else key)


@pytest.mark.parametrize("how", ["filled", "log1p"])
def test_zeros_under_a_logarithm_are_named(how: str) -> None:
    frame = panel()
    frame.loc[frame.index[::17], "z"] = 0.0
    flat = frame.reset_index()
    own = flat.assign(z=flat["z"].where(flat["z"] > 0, 1.0))
    if how == "log1p":
        own = flat.assign(**{name: flat[name] + 1.0 for name in ("y", "x", "z")})
    found = search(texts(by_dummies(own, FORMULA), TERMS, 4, "se"), frame)
    assert found.state == "found"
    assert axes(found)[0]["mistake"] == {"filled": "zeros filled", "log1p": "log(1 + x)"}[how]
    assert any("7 rows" in str(note) for note in found.notes)


def test_regressors_in_another_order_of_units_are_named() -> None:
    """The outcome stands by name of the unit, the regressors in the order of the file."""
    frame = panel()
    listed, sorted_ = frame.reset_index(), frame.sort_index().reset_index()
    mixed = sorted_.assign(**{name: listed[name] for name in ("x", "z", "w")})
    found = search(texts(by_dummies(mixed, FORMULA), TERMS, 4, "se"), frame)
    assert found.state == "found"
    assert axes(found)[0]["mistake"] == "order label/appearance"


def test_a_lag_of_the_row_above_is_named() -> None:
    frame = panel()
    flat = frame.sort_index().reset_index()
    formula = "log(y) ~ lag(log(x), 1) + log(z) + w"
    columns = {label: evaluated(flat, label) for label in ("log(y)", "log(z)", "w")}
    columns["lag(log(x), 1)"] = np.log(flat["x"]).shift(1)
    table = pd.DataFrame({"unit": flat["province"], "time": flat["year"], **columns}).dropna()
    labels = ["lag(log(x), 1)", "log(z)", "w"]
    numbers = of_columns(table, "log(y)", labels, "twoway", "cluster", labels[:2])
    found = search(texts(numbers, ("lag(log(x), 1)", "log(z)"), 4, "se"), frame, formula=formula)
    assert found.state == "found"
    assert axes(found)[0]["mistake"] == "lag of the row above"


def test_an_uncentred_product_and_a_population_deviation_are_named() -> None:
    frame = panel()
    flat = frame.reset_index()
    raw = by_dummies(flat, "log(y) ~ log(x) + m + log(x):m", terms=("log(x)", "m"))
    found = search(
        texts(raw, ("log(x)", "m"), 4, "se"), frame, formula="log(y) ~ log(x) + m + center(log(x)):center(m)"
    )
    assert axes(found)[0]["mistake"] == "uncentred product"
    assert found.state == "found"
    numbers = by_dummies(flat, FORMULA)
    spread = np.array([np.log(frame[name]).std(ddof=0) for name in ("x", "z")])
    scaled = type(numbers)(numbers.beta * spread, numbers.errors * spread, numbers.nobs)
    found = search(texts(scaled, TERMS, 5, "se"), frame)
    assert axes(found)[0]["coefficients"] == "regressors standardised, n"


def test_a_unit_of_two_names_loses_its_lag_too() -> None:
    """Under its new name the first period has no period before."""
    frame = panel()
    flat = renamed(frame.sort_index().reset_index())
    formula = "log(y) ~ lag(log(x), 1) + log(z) + w"
    labels = ["lag(log(x), 1)", "log(z)", "w"]
    numbers = by_dummies(flat, formula, terms=labels[:2])
    found = search(texts(numbers, tuple(labels[:2]), 5, "se"), frame, formula=formula, depth=2)
    assert found.hits
    assert axes(found)[0]["mistake"] == "two names, 省05 2016"
