"""Any test without each unit: every row of the table is the test of a fit made anew on the data that are left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.message import verbatim
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult
from tests.panels import random_panel

SPECS: dict[str, Any] = {
    "twoway": pk.FixedEffects("y ~ x1 + x2"),
    "unit, cluster": pk.FixedEffects("y ~ x1 + x2", effects="unit", vcov=pk.Cluster()),
    "none": pk.FixedEffects("y ~ x1 + x2", effects="none"),
    "pooled": pk.PooledOLS("y ~ x1 + x2"),
    "differences": pk.FirstDifference("y ~ x1 + x2"),
    "drift": pk.FirstDifference("y ~ x1 + x2", effects="drift"),
}


def small(fit: FitResult) -> TestResult:
    return pk.equivalence(fit, "x1", 0.9)


@pytest.mark.parametrize("name", list(SPECS))
@pytest.mark.parametrize("share", [1.0, 0.8])
def test_every_row_is_a_new_fit_on_what_is_left(name: str, share: float) -> None:
    frame = random_panel(91, 9, 7, share).sort_index()
    spec = SPECS[name]
    found = pk.leave_one_out(spec.fit(frame), small)
    table = found.table.set_index("left_out")
    assert len(table) == 9
    for unit in table.index:
        anew = small(spec.fit(frame.drop(unit, level=0)))
        assert table.loc[unit, "statistic"] == pytest.approx(anew.statistic, rel=1e-8)
        assert table.loc[unit, "p_value"] == pytest.approx(anew.p_value, rel=1e-6)
        assert table.loc[unit, "turns"] == ((anew.p_value < 0.05) != (found.whole.p_value < 0.05))
    np.testing.assert_allclose(table["change"], table["statistic"] - found.whole.statistic)


def test_periods_leave_too_and_other_tests_are_taken() -> None:
    frame = random_panel(92, 12, 7).sort_index()
    spec = pk.FixedEffects("y ~ x1 + x2")
    found = pk.leave_one_out(spec.fit(frame), pk.serial_correlation)
    unit = found.worst
    anew = pk.serial_correlation(spec.fit(frame.drop(unit, level=0)))
    assert found.table["p_value"].iloc[0] == pytest.approx(anew.p_value, rel=1e-6)
    by_year = pk.leave_one_out(spec.fit(frame), small, "time")
    assert len(by_year.table) == 7
    anew = small(spec.fit(frame.drop(by_year.worst, level=1)))
    assert by_year.table["p_value"].iloc[0] == pytest.approx(anew.p_value, rel=1e-6)


def test_the_province_that_carries_a_finding_is_named() -> None:
    """Slope 0 but for one province far out: without it nothing is left, in 8 of 8 seeded panels."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        index = pd.MultiIndex.from_product(
            [[f"P{u:02d}" for u in range(20)], range(8)], names=["province", "year"]
        )
        x, e = rng.normal(size=(2, len(index)))
        far = index.get_level_values(0) == "P07"
        x = np.where(far, 6 * x, x)
        frame = pd.DataFrame({"x": x, "y": np.where(far, x, 0.0) + 0.3 * e}, index=index)
        fit = pk.FixedEffects("y ~ x", vcov=pk.Robust()).fit(frame)
        found = pk.leave_one_out(fit, lambda one: _wald(one, "x"))
        assert found.whole.p_value < 0.05
        assert found.worst == "P07"


def _wald(fit: FitResult, term: str) -> TestResult:
    return TestResult(
        name=verbatim("t"),
        null=verbatim("none"),
        statistic=float(fit.statistics[term]),
        distribution="t",
        p_value=float(fit.p_values[term]),
    )


def test_a_province_without_which_there_is_no_test_stands_first() -> None:
    frame = random_panel(93, 12, 6).sort_index()
    first = frame.index.get_level_values(0) == "P02"
    frame["d"] = (first & (frame.index.get_level_values(1) > 2012)).astype(float)
    fit = pk.FixedEffects("y ~ d + x1", vcov=pk.Cluster()).fit(frame)
    found = pk.leave_one_out(fit, lambda one: _wald(one, "d"))
    assert found.worst == "P02"
    assert np.isnan(found.table["p_value"].iloc[0])
    assert "without 1 of them the test cannot be run" in found.summary()
    assert any(note.startswith("without P02:") for note in found.notes)


def test_text_and_tables(tmp_path: Path) -> None:
    found = pk.leave_one_out(pk.FixedEffects("y ~ x1 + x2").fit(random_panel(94, 12, 6)), small)
    assert "worst: " in str(found)
    assert "worst" not in found.summary(language="zh")
    assert "<table" in found.to_html(language="zh")
    assert found.to_docx(tmp_path / "t.docx").exists()
    assert "LeftOut(" in repr(found)
    assert len(found.tidy()) == 12


def test_refusals() -> None:
    frame = random_panel(95, 12, 6)
    fit = pk.FixedEffects("y ~ x1 + x2").fit(frame)
    with pytest.raises(pk.SpecError, match="by is unit or time"):
        pk.leave_one_out(fit, small, "cell")  # type: ignore[arg-type]
    with pytest.raises(pk.SpecError, match="makes a TestResult of a fit, not float"):
        pk.leave_one_out(fit, lambda one: float(one.params["x1"]))  # type: ignore[arg-type,return-value]
    with pytest.raises(pk.SpecError, match="on rows as observed"):
        pk.leave_one_out(pk.RandomEffects("y ~ x1 + x2").fit(frame), small)
