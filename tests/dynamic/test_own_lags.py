"""A dynamic panel names the lags of its outcome; one without, or with a hidden one, is refused with the spelling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import panelkit as pk
from panelkit.models.dynamic.short.own_lags import own_lags

ESTIMATORS: tuple[Any, ...] = (
    pk.AdjustedMoments,
    pk.BiasCorrectedLSDV,
    pk.HalfPanelJackknife,
    pk.TransformedLikelihood,
)


def test_lags_are_found_by_what_they_lag() -> None:
    found = own_lags("log(y) ~ x + lag(log(y), 2) + lag(log(y)) + lag(x, 1)")
    assert found.orders == (1, 2)
    assert found.terms == ("lag(log(y))", "lag(log(y), 2)")
    assert not found.first_only
    # a part of the outcome is another variable
    assert own_lags("log(y/p) ~ lag(log(y/p), 1) + lag(p, 1)").first_only


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y ~ x", r"no lag of its outcome.*lag\(y, 1\)"),
        ("y ~ x + lag(x, 1)", "no lag of its outcome"),
        ("log(y) ~ lag(y, 1) + x", r"`lag\(y, 1\)` holds the outcome `log\(y\)`.*lag\(log\(y\), 1\)"),
        ("log(y) ~ log(lag(y, 1)) + x", "holds the outcome"),
        ("y ~ lag(y, 1) + diff(y, 2)", r"`diff\(y, 2\)` holds the outcome"),
        ("y ~ lag(y, 1) + lead(y, 1)", "holds the outcome"),
        ("y ~ lag(y, 1) + lag(y, 1):x", r"`lag\(y, 1\):x` holds the outcome"),
        ("y ~ lag(y, 1) + I(lag(y, 1)^2)", "holds the outcome"),
        ("y ~ lag(y, 1) + lag(y)", "twice"),
    ],
)
def test_formulas_without_a_plain_lag_are_refused(kind: Any, formula: str, said: str) -> None:
    with pytest.raises(pk.SpecError, match=said):
        kind(formula)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_effects_without_units_are_refused(kind: Any) -> None:
    with pytest.raises(pk.SpecError, match="without unit effects there is no bias"):
        kind("y ~ lag(y, 1)", effects="time")
    with pytest.raises(pk.SpecError, match="errors is one of"):
        kind("y ~ lag(y, 1)", errors="robust")


@pytest.mark.parametrize("kind", [pk.BiasCorrectedLSDV, pk.TransformedLikelihood])
def test_further_lags_are_refused_where_the_theory_has_one(kind: Any) -> None:
    from tests.dynamic.short_panels import dynamic_panel

    with pytest.raises(pk.SpecError, match=r"one lag, and the formula holds .*lag\(y, 2\).*AdjustedMoments"):
        kind("y ~ lag(y, 1) + lag(y, 2) + x").fit(dynamic_panel(12, 8))


@pytest.mark.parametrize(
    "options", [{"order": 4}, {"order": True}, {"initial": "gmm"}, {"reps": 5}, {"seed": -1}, {"order": "3"}]
)
def test_options_of_the_corrected_lsdv(options: dict[str, Any]) -> None:
    with pytest.raises(pk.SpecError):
        pk.BiasCorrectedLSDV("y ~ lag(y, 1)", **options)


def test_projection_is_checked() -> None:
    with pytest.raises(pk.SpecError, match="projection is one of"):
        pk.TransformedLikelihood("y ~ lag(y, 1)", projection="mean")  # type: ignore[arg-type]


def test_a_refusal_speaks_chinese() -> None:
    with pytest.raises(pk.SpecError) as refused:
        pk.AdjustedMoments("y ~ x")
    assert "动态面板" in refused.value.text("zh")
    assert np.all([ord(letter) < 128 for letter in str(refused.value)])
