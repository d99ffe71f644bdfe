"""How far printed digits and vintages move a yearly value: brute force over the corners of what rounding allows."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from panelkit.indices.panels.printed_digits import half_units, widest, yearly_value

YEARS = pd.Index([2020, 2021, 2022], name="year")


def test_half_a_unit_of_the_last_digit_of_any_row_of_a_year() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], [2020, 2021]], names=["province", "year"])
    printed = pd.DataFrame({"x": [12.0, 3.25, 7.5, np.nan], "y": [1e6, 20.0, 3.0, 0.001]}, index)
    found = half_units(printed)
    assert found.loc[2020].tolist() == [0.05, 0.5]
    assert found.loc[2021].tolist() == [0.005, 0.0005]


def test_a_share_reaches_the_worst_corner_of_rounding() -> None:
    totals = pd.DataFrame({"a": [10.0, 11.0, 12.0], "b": [100.0, 90.0, 95.0]}, YEARS)
    halves = pd.DataFrame({"a": 0.05, "b": 0.5}, YEARS)
    found = widest("a / b", totals, halves, {})
    for year in YEARS:
        corners = [
            (totals.a[year] + i * 0.05) / (totals.b[year] + j * 0.5) for i, j in product((-1, 1), repeat=2)
        ]
        assert found.value[year] == pytest.approx(totals.a[year] / totals.b[year])
        # one figure is moved at a time: second-order terms, 0.5 % of 0.5 %, are left out
        assert found.low[year] == pytest.approx(min(corners), rel=1e-4)
        assert found.high[year] == pytest.approx(max(corners), rel=1e-4)


def test_growth_takes_both_years_apart() -> None:
    totals = pd.DataFrame({"a": [100.0, 110.0, 121.0]}, YEARS)
    found = widest("diff(log(a))", totals, pd.DataFrame({"a": 0.5}, YEARS), {})
    assert np.isnan(found.value[2020])
    want = np.log(110.5) - np.log(99.5)
    assert found.high[2021] == pytest.approx(want, rel=1e-3)  # log is bent by half of (0.5 / 100)^2
    assert found.low[2021] == pytest.approx(np.log(109.5) - np.log(100.5), rel=1e-3)


def test_another_vintage_widens_the_years_that_it_holds() -> None:
    totals = pd.DataFrame({"a": [10.0, 11.0, 12.0]}, YEARS)
    other = pd.Series([20.0], pd.Index([2021], name="year"))
    found = widest("a / 2", totals, totals * 0.0, {"a": other})
    assert found.low.tolist() == [5.0, 5.5, 6.0]
    assert found.high.tolist() == [5.0, 10.0, 6.0]
    assert yearly_value("a / 2", totals).tolist() == [5.0, 5.5, 6.0]
