"""lag, lead and diff: the same unit's value at year - k, whatever the order and the gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panelkit.formula.formula import evaluate, materialise
from panelkit.language.errors import DataError
from panelkit.panel.design import build_design


def gappy(seed: int, share: float = 0.7) -> pd.DataFrame:
    """Return a shuffled panel that misses years, with missing cells."""
    rng = np.random.default_rng(seed)
    cells = [(p, y) for p in ("京", "津", "冀", "晋") for y in range(2005, 2016) if rng.random() < share]
    index = pd.MultiIndex.from_tuples(cells or [("京", 2005)], names=["province", "year"])
    frame = pd.DataFrame({"x": rng.normal(size=len(index)), "y": rng.normal(size=len(index))}, index=index)
    frame.loc[rng.random(len(index)) < 0.1, "x"] = np.nan
    return frame.sample(frac=1, random_state=seed)


def looked_up(frame: pd.DataFrame, name: str, k: int) -> np.ndarray:
    """Brute force: a dictionary from (province, year) to the value."""
    held = {(p, int(y)): v for (p, y), v in frame[name].items()}
    return np.array([held.get((p, int(y) - k), np.nan) for p, y in frame.index])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 12), share=st.sampled_from([0.2, 0.5, 0.9, 1.0]))
def test_against_a_dictionary(seed: int, k: int, share: float) -> None:
    frame = gappy(seed, share)
    expected, ahead = looked_up(frame, "x", k), looked_up(frame, "x", -k)
    np.testing.assert_array_equal(evaluate(f"lag(x, {k})", frame), expected)
    np.testing.assert_array_equal(evaluate(f"lead(x, k={k})", frame), ahead)
    np.testing.assert_array_equal(evaluate(f"diff(x, {k})", frame), frame["x"].to_numpy() - expected)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 900))
def test_far_apart_times_against_a_dictionary(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    times = rng.choice(3_000, size=60, replace=False)
    times = np.concatenate([times, times + k])
    units = rng.choice(["京", "津", "冀"], size=len(times))
    index = pd.MultiIndex.from_arrays([units, times * 7], names=["province", "year"])
    frame = pd.DataFrame({"x": rng.normal(size=len(index))}, index=index)
    frame = frame[~index.duplicated()].sample(frac=1, random_state=seed)
    np.testing.assert_array_equal(evaluate(f"lag(x, {k})", frame), looked_up(frame, "x", k))
    np.testing.assert_array_equal(evaluate(f"lead(x, {k})", frame), looked_up(frame, "x", -k))


def test_the_previous_row_is_not_the_previous_year() -> None:
    frame = pd.DataFrame(
        {"x": [1.0, 2.0, 3.0, 10.0, 20.0]},
        index=pd.MultiIndex.from_tuples([("A", 2010), ("A", 2011), ("A", 2013), ("B", 2011), ("B", 2012)]),
    )
    np.testing.assert_array_equal(evaluate("lag(x)", frame), [np.nan, 1.0, np.nan, np.nan, 10.0])
    np.testing.assert_array_equal(evaluate("lag(x, 2)", frame), [np.nan, np.nan, 2.0, np.nan, np.nan])


def test_lags_of_expressions_and_of_lags() -> None:
    frame = gappy(3, 0.8)
    nested = evaluate("lag(lag(x + 1)) - 1", frame)
    direct = looked_up(frame, "x", 2)
    one = evaluate("lag(x)", frame)
    between = np.array([(p, y - 1) in frame.index for p, y in frame.index])
    # x + 1 - 1 rounds in the last bit.
    np.testing.assert_allclose(nested.to_numpy(), np.where(between, direct, np.nan), rtol=1e-12, atol=1e-15)
    assert one.index.equals(frame.index)


def test_lags_inside_a_design_use_rows_that_leave_the_sample() -> None:
    frame = gappy(5, 1.0)
    frame["z"] = 1.0
    frame.loc[("津", 2007), "z"] = np.nan
    design = build_design("y ~ lag(x) + z", frame)
    lagged = design.frame()["lag(x)"]
    assert lagged.loc[("津", 2008)] == frame.loc[("津", 2007), "x"]
    reasons = {(p, y): r for p, y, r in design.dropped.itertuples(index=False)}
    assert reasons[("津", 2007)] == "missing: z"
    assert reasons[("津", 2005)] == "missing: lag(x)"


def test_a_lag_of_one_period_panels_with_numbered_units() -> None:
    index = pd.MultiIndex.from_product([[110000, 120000], [2019]], names=["province", "year"])
    assert evaluate("lag(x)", pd.DataFrame({"x": [1.0, 2.0]}, index=index)).isna().all()


def test_duplicates_are_refused_by_name() -> None:
    frame = pd.concat([gappy(1, 1.0), gappy(2, 1.0).loc[[("冀", 2009), ("晋", 2005)]]])
    for run in (
        lambda: evaluate("lag(x)", frame),
        lambda: materialise("y ~ x", frame),
        lambda: build_design("y ~ x", frame),
    ):
        with pytest.raises(DataError) as caught:
            run()
        assert "冀 2009 (2 rows)" in str(caught.value)
        assert "晋 2005 (2 rows)" in str(caught.value)


# ------------------------------------------------------------------------------------- breaks of a series


def broken(allowed: tuple[str, ...] = ()) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["京", "津"], range(2015, 2022)], names=["province", "year"])
    frame = pd.DataFrame({"gdp": np.arange(14.0) + 1, "pop": 2.0, "y": 1.0}, index=index)
    frame.attrs["panelkit"] = {"breaks": {"gdp": [2018]}, "breaks_allowed": list(allowed)}
    return frame


@pytest.mark.parametrize(
    "text", ["lag(gdp)", "lag(log(gdp), 2)", "diff(log(gdp / pop))", "lead(gdp)", "diff(pop + gdp, 3)"]
)
def test_steps_across_a_break_are_refused(text: str) -> None:
    for run in (lambda: evaluate(text, broken()), lambda: build_design(f"y ~ {text}", broken())):
        with pytest.raises(DataError) as caught:
            run()
        message = str(caught.value)
        assert "`gdp` starts a new base in 2018" in message
        assert "breaks_allowed" in message
        assert "京 2017" in message if text.startswith("lead") else "京 2018" in message


def test_the_rows_named_are_those_that_cross() -> None:
    with pytest.raises(DataError) as caught:
        evaluate("lag(gdp, 2)", broken())
    assert "京 2018, 京 2019, 津 2018, 津 2019." in str(caught.value)


def test_what_does_not_cross_a_break_passes() -> None:
    evaluate("lag(pop)", broken())
    evaluate("log(gdp)", broken())
    evaluate("diff(gdp)", broken(allowed=("gdp",)))
    after = broken().query("year >= 2018")
    assert after.attrs
    assert evaluate("diff(gdp)", after).notna().sum() == 6
    apart = broken().query("year < 2017 or year >= 2019")
    assert evaluate("diff(gdp)", apart).notna().sum() == 6
