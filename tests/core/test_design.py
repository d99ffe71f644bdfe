"""The design: sorted, complete, typed arrays; what left the sample stands on it."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panelkit.language.errors import DataError, SpecError
from panelkit.panel.design import Design, build_design, design_from_arrays
from tests.counting import calls_of


def panel(seed: int = 0, share: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([["b", "a", "d", "c"], range(2010, 2016)], names=["province", "year"])
    frame = pd.DataFrame(rng.normal(size=(len(index), 3)), index=index, columns=["y", "x1", "x2"])
    frame["zone"] = np.where(index.get_level_values("province") < "c", "west", "east")
    return frame[rng.random(len(frame)) < share].sample(frac=1, random_state=seed)


def same(left: Design, right: Design) -> None:
    """Two designs hold the same bits."""
    for name in ("y", "X", "unit", "time", "unit_labels", "time_labels"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))
    assert left.terms == right.terms
    pd.testing.assert_frame_equal(left.dropped, right.dropped)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.3, 0.8, 1.0]), holes=st.integers(0, 4))
def test_against_a_dictionary(seed: int, share: float, holes: int) -> None:
    frame = panel(seed, share)
    if frame.empty:
        return
    rng = np.random.default_rng(seed)
    for _ in range(holes):
        frame.iloc[rng.integers(len(frame)), rng.integers(3)] = np.nan
    complete = frame[["y", "x1", "x2"]].dropna().sort_index()
    if complete.empty:
        return
    design = build_design("y ~ x1 + x2", frame)
    np.testing.assert_array_equal(design.y, complete["y"])
    np.testing.assert_array_equal(design.X, np.column_stack([np.ones(len(complete)), complete[["x1", "x2"]]]))
    assert design.labels().equals(complete.index)
    assert list(design.unit_labels) == sorted(complete.index.unique("province"))
    assert list(design.time_labels) == sorted(complete.index.unique("year"))
    lost = frame.index.difference(complete.index)
    assert {(p, y) for p, y in design.dropped[["province", "year"]].itertuples(index=False)} == set(lost)
    for province, year, reason in design.dropped.itertuples(index=False):
        row = frame.loc[(province, year), ["y", "x1", "x2"]]
        assert reason == "missing: " + ", ".join(row.index[row.isna()])


def test_types_layout_and_protection() -> None:
    design = build_design("y ~ x1 + x2", panel(), extra=["zone"])
    assert design.y.dtype == design.X.dtype == np.float64
    assert design.unit.dtype == design.time.dtype == np.int64
    assert design.X.flags.f_contiguous
    for array in (design.y, design.X, design.unit, design.time, design.extra["zone"]):
        assert not array.flags.writeable
    with pytest.raises(AttributeError):
        design.y = design.y  # type: ignore[misc]


def test_the_data_stay_as_they_were() -> None:
    frame = panel().sort_index()
    before = frame.copy()
    build_design("y ~ x1", frame)
    pd.testing.assert_frame_equal(frame, before)
    design = build_design("y ~ 0 + x1", frame, extra=["x2"])
    for name, array in [("y", design.y), ("x1", design.X), ("x2", design.extra["x2"])]:
        assert not np.shares_memory(array, frame[name].to_numpy())


@pytest.mark.parametrize(
    "text", ["y ~ x1 + x2", "y ~ C(zone)*x1 + bs(x2, df=4)", "y ~ lag(x1) + standardize(x2) - 1"]
)
def test_row_order_never_matters(text: str) -> None:
    frame = panel(3, 0.8)
    frame.iloc[2, 1] = np.nan
    reference = build_design(text, frame.sort_index(), extra=["zone"])
    for seed in range(5):
        shuffled = build_design(text, frame.sample(frac=1, random_state=seed), extra=["zone"])
        same(shuffled, reference)
        np.testing.assert_array_equal(shuffled.extra["zone"], reference.extra["zone"])


def test_every_way_to_name_units_and_years_gives_the_same() -> None:
    frame = panel(1, 0.9)
    reference = build_design("y ~ x1", frame)
    flat = frame.reset_index()
    swapped = frame.swaplevel()
    upper = frame.rename_axis(["Province", "YEAR"])
    chinese = frame.rename_axis(["省份", "年份"]).swaplevel()
    unnamed = frame.rename_axis([None, None])
    other = frame.rename_axis(["firm", "t"])
    for data in (swapped, upper, chinese, unnamed, other):
        same(build_design("y ~ x1", data), reference)
    same(build_design("y ~ x1", flat, unit="province", time="year"), reference)
    same(build_design("y ~ x1", flat.set_index("year"), unit="province", time="year"), reference)
    same(build_design("y ~ x1", frame, unit="province", time="year"), reference)
    same(build_design("y ~ x1", frame.reset_index("year"), unit="province", time="year"), reference)


def test_province_and_year_are_names_whatever_the_columns_are_called() -> None:
    flat = panel().reset_index().rename(columns={"province": "firm", "year": "t"})
    design = build_design("y ~ C(year) + x1", flat, unit="firm", time="t", extra=["province", "firm", "t"])
    assert design.unit_names == ("firm", "province", "unit")
    assert design.time_names == ("t", "year", "time")
    assert dict(design.extra) == {}, "unit and time are at hand anyway"
    assert "C(year)[2011]" in design.terms


@pytest.mark.parametrize(
    "years",
    [
        [str(y) for y in range(2010, 2016)],
        [f"{y}年" for y in range(2010, 2016)],
        [float(y) for y in range(2010, 2016)],
        list(pd.period_range("2010", "2015", freq="Y")),
        [np.int32(y) for y in range(2010, 2016)],
    ],
)
def test_years_in_other_clothes(years: list[object]) -> None:
    frame = panel(2, 0.9)
    dressed = dict(zip(range(2010, 2016), years, strict=True))
    flat = frame.reset_index()
    flat["year"] = [dressed[y] for y in flat["year"]]
    same(build_design("y ~ x1", flat, unit="province", time="year"), build_design("y ~ x1", frame))
    same(build_design("y ~ x1", flat.set_index(["province", "year"])), build_design("y ~ x1", frame))


@pytest.mark.parametrize(
    ("years", "words"),
    [
        (["2010Q1"], "whole numbers"),
        ([2010.5], "whole numbers"),
        (pd.to_datetime(["2010-01-01"]), "dt.year"),
        ([None], "missing"),
        ([10**12], "no year"),
        ([True], "whole numbers"),
        (["x"], "seen: 'x'$"),
    ],
)
def test_times_that_are_no_years_are_refused(years: object, words: str) -> None:
    flat = pd.DataFrame({"p": "a", "t": years, "y": 1.0, "x": 2.0})
    with pytest.raises(DataError, match=words):
        build_design("y ~ x", flat, unit="p", time="t")


def test_times_that_mean_one_year_are_duplicates() -> None:
    flat = pd.DataFrame({"p": "a", "t": pd.Series(["2010", 2010], dtype=object), "y": 1.0, "x": 2.0})
    with pytest.raises(DataError, match="a 2010 \\(2 rows\\)"):
        build_design("y ~ x", flat, unit="p", time="t")


def test_duplicates_are_named_also_in_a_sparse_panel() -> None:
    index = pd.MultiIndex.from_arrays([np.arange(3_000), np.arange(3_000)], names=["province", "year"])
    frame = pd.DataFrame({"y": 1.0, "x": 2.0}, index=index)
    assert build_design("y ~ x", frame.sample(frac=1, random_state=0)).counts()["nobs"] == 3_000
    with pytest.raises(DataError, match="17 17 \\(2 rows\\)"):
        build_design("y ~ x", pd.concat([frame, frame.iloc[[17]]]))


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (pd.DataFrame({"y": [1.0], "x": [1.0]}), {}, "MultiIndex"),
        (pd.DataFrame({"y": [1.0], "x": [1.0]}), {"unit": "p", "time": "t"}, "names no column"),
        (pd.DataFrame({"y": [1.0], "x": [1.0]}), {"unit": "y"}, "both"),
        (panel().iloc[:0], {}, "no rows"),
        (panel().to_numpy(), {}, "DataFrame"),
        (panel().reset_index().assign(province=None), {"unit": "province", "time": "year"}, "missing"),
    ],
)
def test_data_that_are_no_panel_are_refused(data, options: dict[str, str], words: str) -> None:
    with pytest.raises(DataError, match=words):
        build_design("y ~ x1", data, **options)


def test_extra_columns_are_sorted_alike_and_their_gaps_recorded() -> None:
    frame = panel(4)
    frame["weight"] = np.arange(len(frame), dtype=float)
    frame.loc[("a", 2012), "zone"] = None
    design = build_design("y ~ x1", frame, extra=["zone", "weight"])
    expected = frame.drop(index=[("a", 2012)]).sort_index()
    np.testing.assert_array_equal(design.extra["zone"], expected["zone"])
    np.testing.assert_array_equal(design.extra["weight"], expected["weight"])
    assert design.dropped["reason"].tolist() == ["missing: zone"]
    with pytest.raises(DataError, match="`zonne` \\(near: `zone`\\)"):
        build_design("y ~ x1", frame, extra=["zonne"])


def test_what_left_stands_in_the_notes_and_codes_are_used_up() -> None:
    frame = panel().sort_index()
    frame.loc["b", "x1"] = np.nan
    frame.loc[(slice(None), 2010), "x2"] = np.nan
    design = build_design("y ~ x1 + x2", frame)
    assert list(design.unit_labels) == ["a", "c", "d"]
    assert list(design.time_labels) == [2011, 2012, 2013, 2014, 2015]
    assert np.array_equal(np.unique(design.unit), np.arange(3))
    assert design.notes == (
        "9 of 24 rows left the sample: missing: x1 (5 rows), missing: x2 (3 rows), missing: x1, x2 (1 row)",
    )
    assert design.counts() == {
        "nobs": 15,
        "n_units": 3,
        "n_periods": 5,
        "n_terms": 3,
        "n_dropped": 9,
        "n_singletons": 0,
        "first_year": 2011,
        "last_year": 2015,
        "balanced": True,
    }
    assert build_design("y ~ 1", frame).notes == ()


def test_keep_records_the_rows_that_leave() -> None:
    design = build_design("y ~ x1", panel(), extra=["zone"])
    kept = design.keep(design.unit != 1, "not wanted")
    assert list(kept.unit_labels) == ["a", "c", "d"]
    assert kept.counts()["n_dropped"] == 6
    assert set(kept.dropped["reason"]) == {"not wanted"}
    assert set(kept.dropped["province"]) == {"b"}
    assert "6 more rows" in kept.notes[-1]
    assert len(kept.extra["zone"]) == len(kept.y) == 18
    assert design.keep(np.ones(24, dtype=bool), "none") is design
    with pytest.raises(DataError, match="no row is left"):
        design.keep(np.zeros(24, dtype=bool), "everything goes")


def test_intercept() -> None:
    assert build_design("y ~ x1", panel()).terms == ("Intercept", "x1")
    without = build_design("y ~ x1 - 1", panel())
    assert without.terms == ("x1",)
    assert without.has_intercept is False
    assert build_design("y ~ 0", panel()).X.shape == (24, 0)


def test_a_design_remembers_how_it_was_made() -> None:
    frame = panel(6)
    text = "y ~ bs(x1, df=5) + C(zone) + standardize(x2) + x2"
    whole = build_design(text, frame)
    middle = frame[frame["x1"].between(-0.5, 0.5) & (frame["zone"] == "west")]
    again = build_design(text, middle, like=whole)
    assert again.terms == whole.terms
    expected = whole.frame().loc[again.labels()]
    # The same knots, levels, mean and deviation on the same cells.
    np.testing.assert_allclose(again.X, expected[list(again.terms)], rtol=1e-12, atol=1e-14)
    with pytest.raises(SpecError, match="same formula"):
        build_design("y ~ x1", frame, like=whole)
    with pytest.raises(DataError, match="north"):
        build_design(text, frame.assign(zone="north"), like=whole)


def test_a_design_travels_to_another_process() -> None:
    design = build_design("y ~ bs(x1) + C(zone)*x2", panel(2), extra=["zone"])
    again = pickle.loads(pickle.dumps(design))
    same(again, design)
    assert again.formula == design.formula
    np.testing.assert_array_equal(again.extra["zone"], design.extra["zone"])
    same(build_design("y ~ bs(x1) + C(zone)*x2", panel(2), like=again), design)


# ------------------------------------------------------------------------------------------- arrays


def test_arrays_take_the_same_road() -> None:
    frame = panel(8, 0.8)
    frame.iloc[3, 2] = np.nan
    flat = frame.reset_index()
    by_formula = build_design("y ~ 0 + x1 + x2", frame, extra=["zone"])
    by_arrays = design_from_arrays(
        flat["y"],
        flat[["x1", "x2"]],
        flat["province"],
        flat["year"],
        terms=["x1", "x2"],
        extra={"zone": flat["zone"]},
    )
    same(by_arrays, by_formula)
    np.testing.assert_array_equal(by_arrays.extra["zone"], by_formula.extra["zone"])
    assert by_arrays.notes == by_formula.notes


def test_arrays_defaults_and_refusals() -> None:
    design = design_from_arrays([1.0, 2.0], [3.0, 4.0], ["b", "a"], [2010, 2010])
    assert design.terms == ("x1",)
    np.testing.assert_array_equal(design.y, [2.0, 1.0])
    assert design_from_arrays([1, 2], np.ones((2, 1)), [0, 1], [1, 1], terms=["Intercept"]).has_intercept
    for arguments, error, words in [
        (([1.0, 2.0], [3.0], [0, 1], [1, 1]), DataError, "2 rows, but"),
        (([1.0, np.inf], [3.0, 4.0], [0, 1], [1, 1]), DataError, "infinite"),
        ((["a", "b"], [3.0, 4.0], [0, 1], [1, 1]), DataError, "not numeric"),
        (([[1.0, 2.0]], [3.0, 4.0], [0, 1], [1, 1]), DataError, "dimensions"),
        (([1.0, 2.0], [3.0, 4.0], [0, 0], [1, 1]), DataError, "more than once"),
        (([np.nan, np.nan], [3.0, 4.0], [0, 1], [1, 1]), DataError, "no complete row"),
    ]:
        with pytest.raises(error, match=words):
            design_from_arrays(*arguments)
    with pytest.raises(SpecError, match="one name each"):
        design_from_arrays([1.0, 2.0], np.ones((2, 2)), [0, 1], [1, 1], terms=["x", "x"])


# -------------------------------------------------------------------------------------------- work


def _panel(n_units: int, shuffled: bool) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([range(n_units), range(2000, 2020)], names=["province", "year"])
    frame = pd.DataFrame(rng.normal(size=(len(index), 4)), index=index, columns=["y", "x1", "x2", "x3"])
    return frame.sample(frac=1, random_state=0) if shuffled else frame


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_design_makes_no_call_a_row_or_a_unit(shuffled: bool) -> None:
    small, large = _panel(50, shuffled), _panel(5_000, shuffled)
    build_design("y ~ x1 + x2 + x3", small)  # imports and caches
    once = calls_of(lambda: build_design("y ~ x1 + x2 + x3", small))
    # a hundred times the rows: a single call a unit would add 4,950; branches on size may differ by a few
    assert calls_of(lambda: build_design("y ~ x1 + x2 + x3", large)) < once + 500
    assert build_design("y ~ x1 + x2 + x3", large).X.shape == (100_000, 4)
