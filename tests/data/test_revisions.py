"""Which cells are new, gone and revised between two tables of figures."""

from __future__ import annotations

import pandas as pd
import pytest

import panelkit as pk
from panelkit import DataError
from panelkit.data.figures import read_figures


def test_a_hand_made_revision() -> None:
    old = read_figures(["rd_expenditure"])
    new = old.copy()
    row = new.index[(new["adcode"] == 310000) & (new["period"] == "2016")]
    new.loc[row, "value"] *= 1.25
    gone = new.index[(new["adcode"] == 540000) & (new["period"] == "2010")]
    fresh = new.loc[row].assign(period="2030")
    found = pk.diff_vintages(old, pd.concat([new.drop(gone), fresh]))
    assert found.attrs["panelkit"] == {"new": 1, "gone": 1, "revised": 1, "unchanged": len(old) - 2}
    revised = found[found["status"] == "revised"].iloc[0]
    assert (revised["province"], revised["period"]) == ("Shanghai", "2016")
    # 25 % by construction, up to the rounding of one product
    assert revised["percent"] == pytest.approx(25, rel=1e-12)
    assert found.set_index("status").at["gone", "province"] == "Tibet"
    assert found.set_index("status").at["new", "period"] == "2030"


def test_two_vintages_of_gdp() -> None:
    found = pk.diff_vintages(read_figures(["gdp"], "as_published"), read_figures(["gdp"], "census2023"))
    assert found.attrs["panelkit"] == {"new": 62, "gone": 0, "revised": 527, "unchanged": 0}
    assert found["province"].iloc[0] == "Tianjin"
    assert set(found.loc[found["status"] == "new", "period"]) == {"2006", "2024"}


def test_equal_figures_in_other_units_are_unchanged() -> None:
    old = read_figures(["rd_expenditure"])
    assert pk.diff_vintages(old, old).empty
    assert pk.diff_vintages(old, old.assign(value=old["value"] / 1e4, unit="亿元")).empty


def test_what_cannot_be_compared() -> None:
    old = read_figures(["gdp"])
    with pytest.raises(DataError, match="old table holds more than one value of: gdp Beijing"):
        pk.diff_vintages(old, old)
    one = read_figures(["gdp"], "census2023")
    with pytest.raises(DataError, match="gdp: units cannot be compared: 亿元 and 万人"):
        pk.diff_vintages(one, one.assign(unit="人"))
    with pytest.raises(DataError, match="new table has no column unit"):
        pk.diff_vintages(one, one.drop(columns="unit"))
