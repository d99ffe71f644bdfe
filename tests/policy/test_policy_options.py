"""Options of policy designs that are of no right kind: one clear error, never a traceback, never silence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import PanelkitError, SpecError
from tests.policy.designed_panels import cities, codes, slopes

ODD: tuple[Any, ...] = (True, 0, 1.5, (), [], {}, np)


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_columns_are_named_by_text(value: Any) -> None:
    for name in ("cohort", "treatment"):
        for make in (
            lambda **o: pk.DoseDiD("y ~ 1", "d", **o),
            lambda **o: pk.MatchedDiD("y ~ 1", "x", **o),
            lambda **o: pk.TripleDifference("y ~ 1", "place", "group", **o),
            lambda **o: pk.SpilloverDiD("y ~ 1", **o),
            lambda **o: pk.SpatialDiD("y ~ 1", **o),
        ):
            with pytest.raises(SpecError, match="named by a text"):
                make(**{name: value})
    with pytest.raises(SpecError):
        pk.MatchedDiD("y ~ 1", value, treatment="on")
    with pytest.raises(SpecError, match="Matching"):
        pk.MatchedDiD("y ~ 1", "x", treatment="on", matching=value)
    for formula in (lambda: pk.SyntheticControl(value), lambda: pk.DoubleML(value, "d")):
        with pytest.raises(SpecError):
            formula()


@pytest.mark.parametrize(
    "options",
    [
        {"outcomes": 0},
        {"outcomes": ()},
        {"outcomes": ("2003",)},
        {"outcomes": (2003, 2003)},
        {"windows": None},
        {"windows": ""},
        {"windows": (("x", 2003),)},
        {"windows": (("x", "a", "b"),)},
        {"windows": (("x", 2003, 2001),)},
        {"v": ("a",)},
        {"v": {}},
        {"v": (10**400,)},
        {"worst_fit": 10**400},
    ],
    ids=str,
)
def test_options_of_a_synthetic_control(options: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=next(iter(options))):
        pk.SyntheticControl("y ~ x", treatment="on", **options)


def test_options_that_did_nothing() -> None:
    for given in ({"event": "no"}, {"event": 1}):
        with pytest.raises(SpecError, match="event"):
            pk.DoseDiD("y ~ 1", "d", start=2015, **given)
    odd: tuple[Any, ...] = (False, "", [], ())
    for convention in odd:
        with pytest.raises(SpecError, match="convention"):
            pk.DoseDiD("y ~ 1", "d", start=2015, convention=convention)
    with pytest.raises(SpecError, match="kernel"):
        pk.Matching(kernel="gaussian")
    with pytest.raises(SpecError, match="at"):
        pk.MatchedDiD("y ~ 1", "x", treatment="on", at="2010")  # type: ignore[arg-type]


def test_the_period_is_no_date_of_adoption() -> None:
    rows = pd.MultiIndex.from_product([list("abcd"), [0, 1], range(2010, 2014)], names=["p", "g", "year"])
    frame = pd.DataFrame({"y": np.arange(len(rows)) ** 0.5}, index=rows).reset_index()
    with pytest.raises(PanelkitError, match="names rows"):
        pk.TripleDifference("y ~ 1", "p", "g", affected="g", cohort="year").fit(frame)


def sparse() -> pd.DataFrame:
    """Return 20 units in every second year, adopting in 2007 or 2011, in years that are not held."""
    index = cities(20, 8)
    unit, time = codes(index)
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {"y": rng.normal(size=160), "d": np.where(unit < 12, 0.5 + unit % 4, 0.0), "year": 2000 + 2 * time}
    )
    frame["first"] = np.where(unit < 6, 2007, np.where(unit < 12, 2011, 0))
    frame["city"] = index.get_level_values(0)
    return frame


def test_event_time_of_doses_in_every_second_year() -> None:
    frame = sparse()
    place = {"unit": "city", "time": "year"}
    fit = pk.DoseDiD("y ~ 1", "d", cohort="first", event=True).fit(frame, **place)
    unit, time = frame["city"].factorize()[0], (frame["year"].to_numpy() - 2000) // 2
    # dates move to the next year held, as everywhere; the base is the year held before, two years earlier
    since = np.where(frame["first"] > 0, frame["year"] - frame["first"] - 1, np.nan)
    events = [e for e in np.unique(since[~np.isnan(since)]) if e != -2]
    want = slopes(frame["y"], np.column_stack([frame["d"] * (since == e) for e in events]), unit, time)
    np.testing.assert_allclose(fit.estimates, want, atol=1e-9)
    assert "d_pre2" not in fit.terms
    assert any("the base, is -2" in note for note in fit.notes)
    with pytest.raises(SpecError, match="begins at the base"):
        pk.DoseDiD("y ~ 1", "d", cohort="first", event=True, window=(-2, 2)).fit(frame, **place)


def test_a_date_after_where_is_none() -> None:
    frame = sparse()
    frame = frame.assign(year=frame["year"] // 2, first=frame["first"] // 2)
    frame.loc[frame["city"].factorize()[0] < 2, "first"] = 1007  # after where, in the data
    spec: dict[str, Any] = {"cohort": "first", "event": True}
    cut = pk.DoseDiD("y ~ 1", "d", **spec).fit(frame[frame["year"] < 1007], unit="city", time="year")
    held = pk.DoseDiD("y ~ 1", "d", where="year < 1007", **spec).fit(frame, unit="city", time="year")
    pd.testing.assert_series_equal(cut.params, held.params)


def test_ratio_of_several_treated_says_that_it_rejects_too_often() -> None:
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product([[f"u{i}" for i in range(9)], range(2000, 2020)], names=["u", "t"])
    frame = pd.DataFrame({"y": rng.normal(size=180)}, index=index)
    frame["on"] = [int(u in ("u0", "u1") and t >= 2016) for u, t in index]
    spec = pk.SyntheticControl("y ~ 1", treatment="on", placebos=19, statistic="ratio")
    place = {"unit": "u", "time": "t"}
    said = "2 donors fewer than the estimate"
    assert any(said in note for note in spec.fit(frame, **place).notes)
    one = frame.assign(on=frame["on"] * (index.get_level_values(0) == "u0"))
    assert not any("donors fewer" in note for note in spec.fit(one, **place).notes)


def test_numbers_of_numpy_are_numbers() -> None:
    one: Any = np.int64(1)
    assert pk.load_policy_pilots("ftz", year_shift=one).equals(pk.load_policy_pilots("ftz", year_shift=1))
    assert pk.StaggeredDiD("y ~ 1", cohort="first", anticipation=one).anticipation == 1
