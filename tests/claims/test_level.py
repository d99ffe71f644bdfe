"""The kind `level`: shares and growth of official totals, what their interval holds, what is refused."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.check import CheckResult
from panelkit.claims.file.load import load_claims
from panelkit.claims.verdict import Verdict
from panelkit.indices.panels.yearly import rank_correlations
from tests.claims.test_measured import HEAD

RULE = '{ name = "R-DESC", relation = ">", value = "0", why = { en = "Any.", zh = "任意。" } }'


def level(tmp_path: Path, figure: str, years: str = "[2019, 2023]", more: str = "") -> Path:
    text = HEAD.replace("RULE", RULE).replace("[2021, 2023]", years)
    path = tmp_path / "level.toml"
    path.write_text(text + f'kind = "level"\nfigure = "{figure}"\n{more}', encoding="utf-8")
    return path


def only(result: CheckResult) -> Verdict:
    (verdict,) = result
    return verdict


def test_a_share_of_provincial_sums_with_its_vintages(tmp_path: Path) -> None:
    verdict = only(pk.check(level(tmp_path, "rd_expenditure / gdp")))
    found = verdict.tested.measured
    sums = {
        vintage: pk.load_provinces(["rd_expenditure", "gdp"], (2019, 2023), vintage={"gdp": vintage})
        .groupby(level="year")
        .sum()
        for vintage in ("census2023", "as_published")
    }
    share = {vintage: table["rd_expenditure"] / table["gdp"] for vintage, table in sums.items()}
    for year in range(2019, 2024):
        assert found.by_year[year] == pytest.approx(share["census2023"][year], rel=1e-12)
        low, high = found.by_year_interval[year]
        both = [share[vintage][year] for vintage in share]
        # rounding: half a unit of the last digit in 31 cells of some 1e5, less than one in ten thousand
        assert low == pytest.approx(min(both), rel=1e-4)
        assert high == pytest.approx(max(both), rel=1e-4)
        assert low < min(both)
        assert max(both) < high
    (condition,) = (item for item in verdict.conditions if item.key == "figures")
    assert "other vintages of gdp" in condition.found
    assert condition.passes
    assert verdict.word == "SUPPORTED"


def test_the_number_is_the_mean_of_the_last_years_that_is_judged_and_lies_in_its_interval(
    tmp_path: Path,
) -> None:
    verdict = only(pk.check(level(tmp_path, "rd_expenditure / gdp", "[2014, 2023]")))
    found = verdict.tested.measured
    last = [found.by_year[year] for year in range(2019, 2024)]
    assert found.value == pytest.approx(np.mean(last), rel=1e-12)
    ends = np.mean([found.by_year_interval[year] for year in range(2019, 2024)], axis=0)
    assert (found.low, found.high) == pytest.approx(tuple(ends), rel=1e-12)
    assert found.low < found.value < found.high
    assert (found.inner_low, found.inner_high) == (found.low, found.high)
    (main,) = (item for item in verdict.conditions if item.key == "main")
    assert main.numbers["low"] < main.numbers["value"] < main.numbers["high"]


def test_printed_digits_of_a_national_total(tmp_path: Path) -> None:
    path = level(
        tmp_path, "maker_space_funded_clients / maker_space_clients", "[2022, 2023]", 'of = "nation"\n'
    )
    found = only(pk.check(path)).tested.measured
    frame = pk.load_nation(
        ["maker_space_funded_clients", "maker_space_clients"], (2022, 2023), units="yearbook"
    )
    one, other = (frame.loc[2023, name] for name in frame.columns)
    assert found.by_year[2023] == pytest.approx(one / other, rel=1e-12)
    low, high = found.by_year_interval[2023]
    # both are whole numbers; terms of second order, one in 1e9, are left out
    assert low == pytest.approx((one - 0.5) / (other + 0.5), rel=1e-8)
    assert high == pytest.approx((one + 0.5) / (other - 0.5), rel=1e-8)


def test_growth_of_a_product_reads_the_year_before_and_rolls(tmp_path: Path) -> None:
    path = level(tmp_path, "diff(log(integrated_circuits))", '[2010, "newest"]', 'of = "nation"\n')
    verdict = only(pk.check(path))
    output = pk.load_nation("integrated_circuits", (2009, 2022))["integrated_circuits"]
    found = verdict.tested.measured.by_year
    assert list(found) == list(range(2010, 2023))
    assert list(found.values()) == pytest.approx(np.diff(np.log(output)).tolist(), rel=1e-12)
    assert verdict.registered.window.last == 2022


def test_a_year_without_every_province_has_no_number(tmp_path: Path) -> None:
    verdict = only(pk.check(level(tmp_path, "hightech_revenue / gdp", "[2015, 2019]")))
    found = verdict.tested.measured
    assert np.isnan(found.by_year[2017])  # the yearbook of 2017 was not printed
    assert 2017 not in found.by_year_interval
    assert found.tally.failed[0][0] == "2017"
    assert verdict.word != "SUPPORTED"


def test_what_cannot_be_summed_is_refused(tmp_path: Path) -> None:
    verdict = only(pk.check(level(tmp_path, "urbanisation_rate")))
    assert "an intensity cannot be summed" in verdict.error
    nation = only(pk.check(level(tmp_path, "rd_expenditure", more='of = "nation"\n')))
    assert "no printed national total of rd_expenditure" in nation.error
    product = only(pk.check(level(tmp_path, "integrated_circuits")))
    assert "integrated_circuits" in product.error  # held for the nation only


def test_a_panel_of_ones_own_is_summed_over_its_units(tmp_path: Path) -> None:
    rows = [("x", 2020, 1.0, 10.0), ("y", 2020, 3.0, 10.0), ("x", 2021, 2.0, 10.0), ("y", 2021, 4.0, 20.0)]
    frame = pd.DataFrame(rows, columns=["firm", "year", "a", "b"])
    verdict = only(pk.check(level(tmp_path, "a / b", "[2020, 2021]"), data=frame, unit="firm", time="year"))
    found = verdict.tested.measured
    assert found.by_year == pytest.approx({2020: 0.2, 2021: 0.2})
    assert found.by_year_interval[2021] == pytest.approx((0.2, 0.2))
    nation = level(tmp_path, "a / b", "[2020, 2021]", 'of = "nation"\n')
    assert "national totals" in only(pk.check(nation, data=frame, unit="firm", time="year")).error


def test_national_totals_of_ones_own_are_a_panel_of_one_unit(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"place": "nation", "year": range(2019, 2024), "bonds": [1.0, 2.0, 2.0, 3.0, 4.0], "all": 10.0}
    )
    verdict = only(pk.check(level(tmp_path, "bonds / all"), data=frame, unit="place", time="year"))
    assert verdict.tested.measured.by_year[2023] == pytest.approx(0.4)


def test_the_totals_that_pending_claims_ask_for_are_computed_as_the_page_shows(tmp_path: Path) -> None:
    asked = [need for item in load_claims() for need in item.claim.needs if "`level`" in need.supply.en]
    assert asked
    assert all("'Totals of your own'" in need.supply.en for need in asked)
    page = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    section = page.split("### Totals of your own")[1]
    (tmp_path / "totals.toml").write_text(section.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    head = section.split("```text\n")[1].splitlines()[0].split(",")
    rows = [("nation", year, 30.0 + year, 10.0) for year in range(2019, 2024)]
    data = pd.DataFrame(rows, columns=head)
    assert only(pk.check(tmp_path / "totals.toml", data=data, unit="place", time="year")).word == "SUPPORTED"


def test_one_year_is_told_as_one(tmp_path: Path) -> None:
    frame = pd.DataFrame({"place": "nation", "year": [2019], "bonds": [1.0], "all": 10.0})
    path = level(tmp_path, "bonds / all", "[2019, 2019]")
    verdict = only(pk.check(path, data=frame, unit="place", time="year"))
    assert "(0.1 to 0.1), the only year held." in str(verdict.reason)


def test_a_figure_linked_with_itself_is_an_identity(tmp_path: Path) -> None:
    frame = pd.DataFrame([(f"c{i}", 2019 + t) for i in range(9) for t in range(5)], columns=["city", "year"])
    frame["x"] = np.random.default_rng(1).normal(size=45)
    frame["y"] = 5.0 - 2.0 * frame.x
    path = level(tmp_path, "x")
    path.write_text(path.read_text().replace('"level"', '"link"') + 'against = "y"\nseed = 1\n', "utf-8")
    verdict = only(pk.check(path, data=frame, unit="city", time="year"))
    assert verdict.word is None
    assert "one and the same figure (correlation -1)" in verdict.error


def test_a_rank_correlation_with_a_constant_is_missing_and_warns_of_nothing() -> None:
    index = pd.MultiIndex.from_product([["a", "b", "c"], [2019]], names=["province", "year"])
    frame = pd.DataFrame({"x": [1.0, 1.0, 1.0], "y": [1.0, 2.0, 3.0]}, index=index)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(rank_correlations(frame, "x", "y")[2019])
        assert rank_correlations(frame, "y", "y") == {2019: 1.0}


def test_shares_of_the_register_are_those_of_the_yearbooks() -> None:
    result = pk.check("B95", "B126", "B77")
    found = {verdict.claim: verdict.tested.measured for verdict in result}
    sums = (
        pk.load_provinces(
            [
                "rd_basic_research",
                "rd_expenditure",
                "industry_rd_experimental_development",
                "industry_rd_expenditure",
            ],
            (2018, 2023),
        )
        .groupby(level="year")
        .sum()
    )
    basic = sums["rd_basic_research"] / sums["rd_expenditure"]
    rest = 1.0 - sums["industry_rd_experimental_development"] / sums["industry_rd_expenditure"]
    assert found["B126"].by_year[2023] == pytest.approx(basic[2023], rel=1e-12)
    assert found["B95"].by_year[2023] == pytest.approx(rest[2023] - basic[2023], rel=1e-12)
    assert all(verdict.conditions for verdict in result)
    assert result.word_of("B77") in ("PARTLY", "UNDECIDED", "NOT SUPPORTED")  # a part of the claim only
