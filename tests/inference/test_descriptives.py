"""Descriptives against sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from tests.panels import random_panel


def test_xtsum_by_hand() -> None:
    """Two units, three years: means 2 and 5, overall 3.5 (a table small enough to check with a pencil)."""
    index = pd.MultiIndex.from_product([["A", "B"], [2000, 2001, 2002]], names=["province", "year"])
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}, index=index)
    table = pk.describe_panel(frame).loc["x"]
    assert table.loc["overall", "mean"] == 3.5
    assert table.loc["overall", "sd"] == pytest.approx(np.sqrt(3.5))
    assert table.loc["between", ["sd", "min", "max", "count"]].tolist() == pytest.approx(
        [np.sqrt(4.5), 2, 5, 2]
    )
    assert table.loc["within", ["min", "max", "count"]].tolist() == pytest.approx([2.5, 4.5, 3])
    assert table.loc["within", "sd"] == pytest.approx(np.sqrt(4 / 5))


def test_unbalanced_and_expressions() -> None:
    frame = random_panel(91, 8, 6, 0.8)
    frame.iloc[:3, 0] = np.nan
    table = pk.describe_panel(frame, ["x1", "exp(x2)"])
    x = frame["x1"].dropna()
    means = x.groupby(level=0).mean()
    assert table.loc[("x1", "between"), "sd"] == pytest.approx(means.std())
    within = x - x.groupby(level=0).transform("mean")
    assert table.loc[("x1", "within"), "sd"] == pytest.approx(within.std())
    assert table.loc[("x1", "within"), "count"] == pytest.approx(len(x) / len(means))
    assert table.loc[("exp(x2)", "overall"), "mean"] == pytest.approx(np.exp(frame["x2"]).mean())


@pytest.mark.parametrize("kind", ["overall", "within", "between"])
def test_correlations(kind: str) -> None:
    frame = random_panel(92, 8, 6, 0.8).sort_index()
    columns = frame[["y", "x1", "x2"]]
    grouped = columns.groupby(level=0)
    expected = {
        "overall": columns,
        "within": columns - grouped.transform("mean"),
        "between": grouped.mean(),
    }[kind].corr()
    np.testing.assert_allclose(pk.correlations(frame, ["y", "x1", "x2"], kind=kind), expected, atol=1e-12)


def test_missing_cells_and_their_map() -> None:
    from panelkit.inference.descriptives import missing_plot

    frame = random_panel(93, 5, 4)
    frame = frame.drop([("P01", 2011)])
    table = pk.missing_cells(frame, "y")
    assert table.shape == (5, 4)
    assert np.isnan(table.loc["P01", 2011])
    assert int(table.isna().to_numpy().sum()) == 1
    assert missing_plot(frame, "y") is not None


def test_refusals() -> None:
    frame = random_panel(94, 5, 4)
    with pytest.raises(pk.SpecError, match="kind is overall"):
        pk.correlations(frame, kind="all")
    with pytest.raises(pk.DataError, match="holds no value"):
        pk.describe_panel(frame.assign(x1=np.nan), ["x1"])
    with pytest.raises(pk.DataError, match="both unit= and time="):
        pk.describe_panel(frame, unit="province")
