"""`where=` on every estimator: the fit of the rows that meet it, with event time, trends and region-years beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.register import keys
from tests.contracts.cases import CASES
from tests.every_result import city_panel, lattice

# a change, or a lag of the outcome, reads the year before the sample
LENT = {
    "adjusted_moments", "bias_corrected_lsdv", "difference_gmm", "dynamic_spatial_panel", "first_difference",
    "half_panel_jackknife", "panel_var", "system_gmm", "transformed_likelihood",
}  # fmt: skip
SEARCHED = 1e-6  # a likelihood is found by a search


@pytest.mark.parametrize("key", keys("estimator"))
def test_a_condition_is_the_rows_that_meet_it(key: str) -> None:
    case, data = CASES[key], city_panel()
    made = replace(case, spec=lambda x: replace(case.spec(x), where="year >= 2012")).fit(data)
    first = 2011 if key in LENT else 2012
    cut = case.fit(data[data.index.get_level_values("year") >= first])
    pd.testing.assert_frame_equal(made.tidy(), cut.tidy(), rtol=SEARCHED, atol=SEARCHED)


def treated() -> pd.DataFrame:
    """Return the panel of cities with regions and a group that is treated."""
    data = city_panel()
    number = data.index.get_level_values("city").str[1:].astype(int)
    return data.assign(treat=(number < 8) * 1.0, region=np.array(["n", "m", "s"])[number % 3])


TERMS = ("C(year, base=2013):treat", "C(city):year", "C(region):C(year)", "C(region):w", "x:w")
WEIGHTED: tuple[str | None, ...] = (None, "aw=exp(z1)", "pw=exp(z1)")


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("weights", WEIGHTED)
@pytest.mark.parametrize("kind", ["fixed_effects", "instrumental"])
def test_a_condition_stands_beside_interactions_and_weights(
    kind: str, weights: str | None, term: str
) -> None:
    data, where = treated(), "year <= 2016 & city != 'c05'"
    right = f"{term} + [x ~ z1 + z2]" if kind == "instrumental" and term != "x:w" else f"x + w + {term}"
    if kind == "instrumental" and term == "x:w":
        right = "w + [x + x:w ~ z1 + z2 + z1:w]"
    estimator: Any = pk.InstrumentalFE if kind == "instrumental" else pk.FixedEffects
    made = estimator(f"y ~ {right}", where=where, weights=weights).fit(data)
    inside = (data.index.get_level_values("year") <= 2016) & (data.index.get_level_values("city") != "c05")
    cut = estimator(f"y ~ {right}", weights=weights).fit(data[inside])
    pd.testing.assert_frame_equal(made.tidy(), cut.tidy(), rtol=1e-9)
    outside = [row for row in made.dropped.itertuples() if "outside where" in str(row.reason)]
    assert len(outside) == int((~inside).sum())


def test_levels_outside_the_condition_leave_with_their_rows() -> None:
    fit = pk.FixedEffects("y ~ x + C(year, base=2013):treat", where="year >= 2012").fit(treated())
    assert [term for term in fit.terms if "2011" in term] == []
    assert any("left out as the reference: `C(year, base=2013)[2013]:treat`" in note for note in fit.notes)
    said = r"no row of the sample holds the base; there are 2014, 2015, 2016, 2017"
    with pytest.raises(pk.DataError, match=said):
        pk.FixedEffects("y ~ x + C(year, base=2013):treat", where="year > 2013").fit(treated())


@pytest.mark.parametrize("estimator", [pk.BetweenEffects, pk.RandomEffects, pk.PooledOLS])
def test_slopes_by_region_are_columns_where_nothing_is_swept(estimator: Any) -> None:
    """Without effects to sweep, `C(region):w` gives every region a slope; least squares on columns written out."""
    data = treated()
    fit = estimator("y ~ x + C(region):w").fit(data)
    apart = data.assign(**{f"w_{name}": data["w"] * (data["region"] == name) for name in ("m", "n", "s")})
    written = estimator("y ~ x + w_m + w_n + w_s").fit(apart)
    np.testing.assert_allclose(fit.estimates, written.estimates, rtol=1e-8)
    np.testing.assert_allclose(fit.std_errors, written.std_errors, rtol=1e-7)


REFERENCE = "left out as the reference: `C(year, base=2013)[2013]:treat`"


@pytest.mark.parametrize(
    "made",
    [
        lambda data: pk.SpatialPanel("y ~ x + C(year, base=2013):treat").fit(data, w=lattice()),
        lambda data: pk.FirstDifference("y ~ x + C(year, base=2013):treat").fit(data),
        lambda data: pk.Mediation("y", "x", "m", "C(year, base=2013):treat").fit(data, reps=100, rng=1),
        lambda data: pk.InstrumentalFE("y ~ C(year, base=2013):treat + [x ~ z1]").fit(data),
    ],
    ids=["spatial", "first differences", "mediation", "instruments"],
)
def test_event_time_leaves_its_reference_out_in_every_estimator_with_effects(made: Any) -> None:
    fit = made(treated())
    assert any(REFERENCE in note for note in fit.notes)


def test_event_time_of_a_spatial_model_is_that_of_dummies_written_out() -> None:
    data = treated()
    years = [year for year in range(2010, 2018) if year != 2013]
    for year in years:
        data[f"d{year}"] = data["treat"] * (data.index.get_level_values("year") == year)
    written = pk.SpatialPanel("y ~ x + " + " + ".join(f"d{year}" for year in years)).fit(data, w=lattice())
    fit = pk.SpatialPanel("y ~ x + C(year, base=2013):treat").fit(data, w=lattice())
    np.testing.assert_allclose(fit.estimates, written.estimates, rtol=SEARCHED, atol=SEARCHED)
    np.testing.assert_allclose(fit.std_errors, written.std_errors, rtol=SEARCHED)


def test_event_time_in_changes_is_that_of_dummies_written_out() -> None:
    data = treated()
    years = [year for year in range(2010, 2018) if year != 2013]
    for year in years:
        data[f"d{year}"] = data["treat"] * (data.index.get_level_values("year") == year)
    written = pk.FirstDifference("y ~ x + " + " + ".join(f"d{year}" for year in years)).fit(data)
    fit = pk.FirstDifference("y ~ x + C(year, base=2013):treat").fit(data)
    np.testing.assert_allclose(fit.estimates, written.estimates, rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors, written.std_errors, rtol=1e-8)
