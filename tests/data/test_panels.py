"""`load_provinces` and `build_panel`: what comes out, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit import DataError, SpecError
from panelkit.data.figure_notes import data_notes
from panelkit.data.figures import read_figures
from panelkit.formula.formula import materialise, parse_formula
from tests.counting import calls_of


def facts(frame: pd.DataFrame) -> dict[str, Any]:
    return frame.attrs["panelkit"]


def test_a_balanced_panel_with_its_facts() -> None:
    frame = pk.load_provinces(["rd_expenditure", "gdp"], (2016, 2023))
    assert frame.shape == (31 * 8, 2)
    assert frame.index.names == ["province", "year"]
    assert list(frame.columns) == ["rd_expenditure", "gdp"]
    assert (frame.dtypes == "float64").all()
    assert frame.index[0] == ("Beijing", 2016)
    assert frame.loc[("Beijing", 2016), "gdp"] == 28438.7
    # 万元 as printed to 亿元: one division, so equality to the last bit of it
    assert frame.loc[("Beijing", 2016), "rd_expenditure"] == 14845762 / 1e4
    known = facts(frame)
    assert known["vintages"] == {"rd_expenditure": "as_published", "gdp": "census2023"}
    assert known["units"] == {"rd_expenditure": "亿元", "gdp": "亿元"}
    assert known["missing"] == {"rd_expenditure": 0, "gdp": 0}
    assert [s["source"] for s in known["sources"]["gdp"]] == ["nbs_portal_2026", "nbs_portal_gdp"]
    assert known["sources"]["gdp"][1]["years"] == "2016-2018"
    assert json.loads(json.dumps(known, ensure_ascii=False)) == known


def test_facts_survive_the_usual_operations() -> None:
    frame = pk.load_provinces(["rd_expenditure", "gdp"], (2016, 2023))
    for other in (
        frame[["gdp"]],
        frame["gdp"],
        frame[frame["gdp"] > 5000],
        frame.assign(ratio=frame["rd_expenditure"] / frame["gdp"]),
        frame.dropna(),
        frame.sort_index(),
        frame.reset_index(),
        frame.query("year > 2018"),
        frame.copy(),
    ):
        assert other.attrs == frame.attrs


def test_slicing_by_labels_gives_no_warning() -> None:
    frame = pk.load_provinces("gdp", (2016, 2018))
    assert frame.loc["Tibet"].shape == (3, 1)
    assert frame.loc[("Tibet", 2017)].item() > 0
    assert frame["gdp"].unstack().shape == (31, 3)
    assert list(frame.index.get_level_values("province").unique()[:2]) == ["Beijing", "Tianjin"]


@pytest.mark.parametrize(
    ("years", "held"),
    [
        (2019, [2019]),
        (np.int64(2019), [2019]),
        (range(2017, 2020), [2017, 2018, 2019]),
        ((2017, 2019), [2017, 2018, 2019]),
        ([2019, 2016, 2016], [2016, 2019]),
        (np.array([2018, 2019]), [2018, 2019]),
        (None, list(range(2006, 2025))),
    ],
)
def test_years(years: Any, held: list[int]) -> None:
    frame = pk.load_provinces("gdp", years)
    assert sorted(set(frame.index.get_level_values("year"))) == held
    assert len(frame) == 31 * len(held)


@pytest.mark.parametrize("years", [(2016, 2017, 2018), "2016", 2016.5, [], (2019, 2016), True, ["2016"]])
def test_years_that_are_no_years(years: Any) -> None:
    with pytest.raises(SpecError, match="years="):
        pk.load_provinces("gdp", years)


def test_years_out_of_range_show_the_coverage() -> None:
    with pytest.raises(SpecError, match=r"2003-2005 \(gdp: 2006-2024\)"):
        pk.load_provinces("gdp", (2003, 2010))


def test_a_year_that_one_indicator_lacks_is_missing_there_and_counted() -> None:
    frame = pk.load_provinces(["gdp", "retail_sales", "industry_rd_funds_government"], (2014, 2021))
    assert facts(frame)["missing"] == {"gdp": 0, "retail_sales": 62, "industry_rd_funds_government": 124}
    assert frame["industry_rd_funds_government"].xs(2017, level="year").isna().all()


def test_absent_cells_stay_missing_and_zero_stays_zero() -> None:
    frame = pk.load_provinces(["rd_funds_enterprise", "industry_new_product_sales"], (2012, 2014))
    assert np.isnan(frame.loc[("Beijing", 2012), "rd_funds_enterprise"])
    assert frame.loc[("Tibet", 2014), "industry_new_product_sales"] == 0.0


@pytest.mark.parametrize(("labels", "first"), [("en", "Beijing"), ("zh", "北京"), ("adcode", 110000)])
def test_labels(labels: Any, first: object) -> None:
    assert pk.load_provinces("gdp", 2019, labels=labels).index[0] == (first, 2019)


def test_provinces_in_any_spelling() -> None:
    frame = pk.load_provinces("gdp", 2019, provinces=["西藏自治区", "beijing", 310000])
    assert list(frame.index.get_level_values(0)) == ["Beijing", "Shanghai", "Tibet"]
    assert len(pk.load_provinces("gdp", 2019, provinces="no_tibet")) == 30
    assert len(pk.load_provinces("gdp", 2019, provinces="上海")) == 1


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"provinces": ["Bejing"]}, "did you mean Beijing"),
        ({"provinces": ["香港"]}, "kept apart"),
    ],
)
def test_provinces_that_are_not_held(kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        pk.load_provinces("gdp", 2019, **kwargs)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"indicators": "gpd"}, r"'gpd' \(did you mean gdp"),
        ({"indicators": ["gdp", "rd_expend", "patent"]}, "rd_expenditure.*no indicator is called 'patent'"),
        ({"indicators": []}, "at least one"),
        ({"vintage": "census1995"}, "as_published, census2023"),
        ({"vintage": {"gdp": "census2020", "population": "census2020"}}, "population.*gdp has no vintage"),
        ({"labels": "fr"}, "'en', 'zh' or 'adcode'"),
        ({"units": "si"}, "harmonised"),
        ({"provinces": []}, "empty"),
        ({"allow_breaks": "population"}, "not among the indicators"),
    ],
)
def test_requests_that_are_refused(kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        pk.load_provinces(**{"indicators": "gdp", "years": 2019, **kwargs})


def test_names_of_indicators_are_understood() -> None:
    assert list(pk.load_provinces(["地区生产总值", "resident population, year-end"], 2019)) == [
        "gdp",
        "population",
    ]


def test_several_names_of_one_indicator_give_one_column() -> None:
    names = ["gdp", "地区生产总值", "gross regional product, current prices"]
    assert list(pk.load_provinces(names, 2019)) == ["gdp"]
    assert list(pk.build_panel(read_figures(["gdp"]), indicators=names[1:], years=2019)) == ["gdp"]


def test_units() -> None:
    keys = [
        "gdp",
        "rd_expenditure",
        "rd_personnel_fte",
        "university_students",
        "population",
        "health_workers_per_10k",
        "disposable_income_per_capita",
        "urbanisation_rate",
    ]
    ours, printed = pk.load_provinces(keys, 2019), pk.load_provinces(keys, 2019, units="yearbook")
    ratio = (printed / ours).iloc[0].round(9).to_dict()
    assert ratio == dict(zip(keys, [1, 1e4, 1e4, 1e4, 1, 1, 1, 1], strict=True))
    units = list(facts(ours)["units"].values())
    assert units == ["亿元", "亿元", "万人年", "万人", "万人", "人", "元", "%"]
    assert facts(printed)["units"]["rd_expenditure"] == "万元"
    dollars = pk.load_provinces("trade_total_usd", 2010)
    assert facts(dollars)["units"]["trade_total_usd"] == "亿美元"


def test_vintages() -> None:
    published = pk.load_provinces(["gdp", "population"], 2016, vintage={"gdp": "as_published"})
    assert published.loc[("Tianjin", 2016), "gdp"] == 17885.39
    assert facts(published)["vintages"] == {"gdp": "as_published", "population": "census2020"}
    string = pk.load_provinces(["gdp", "population"], 2016, vintage="as_published")
    pd.testing.assert_frame_equal(string, published)


def test_a_series_on_two_bases_is_flagged_and_its_changes_are_refused_unless_named() -> None:
    frame = pk.load_provinces("gdp", (2014, 2022), vintage={"gdp": "as_published"})
    assert facts(frame)["breaks"] == {"gdp": [2017, 2018, 2019]}
    assert [flag["flag"] for flag in facts(frame)["flags"]] == ["mixed_vintage"]
    growth = parse_formula("diff(log(gdp)) ~ 1")
    with pytest.raises(DataError, match="gdp"):
        materialise(growth, frame)
    named = pk.load_provinces("gdp", (2014, 2022), vintage={"gdp": "as_published"}, allow_breaks="gdp")
    assert materialise(growth, named)[0].notna().sum() == 31 * 8
    materialise(parse_formula("log(gdp) ~ 1"), frame)


@pytest.mark.parametrize(
    ("key", "years", "starts"),
    [
        ("employment_tertiary", (2015, 2023), [2020]),
        ("employment_tertiary", (2010, 2019), []),
        ("employment_tertiary", (2020, 2023), []),
        ("telecom_volume", (2011, 2023), [2016, 2021]),
        ("va_secondary", (2007, 2016), []),
        ("va_secondary", (2016, 2017), [2017, 2018, 2019]),
        ("gdp", (2006, 2024), []),
    ],
)
def test_breaks_of_default_series(key: str, years: tuple[int, int], starts: list[int]) -> None:
    frame = pk.load_provinces(key, years)
    assert facts(frame)["breaks"].get(key, []) == starts
    assert bool(facts(frame)["flags"]) == bool(starts)


def test_growth_on_one_side_of_a_break_passes() -> None:
    frame = pk.load_provinces("employment_primary", (2010, 2023))
    after = frame[frame.index.get_level_values("year") >= 2020]
    assert materialise(parse_formula("diff(log(employment_primary)) ~ 1"), after)[0].notna().sum() == 31 * 3


def test_flags_touch_what_is_loaded() -> None:
    assert (
        facts(pk.load_provinces("software_revenue", (2018, 2022)))["flags"][0]["province"] == "Inner Mongolia"
    )
    assert not facts(pk.load_provinces("software_revenue", (2013, 2020)))["flags"]
    assert not facts(pk.load_provinces("software_revenue", (2018, 2022), provinces=["Beijing"]))["flags"]


def test_a_part_in_another_vintage_than_its_total_is_flagged() -> None:
    frame = pk.load_provinces(["va_secondary", "gdp"], (2019, 2022))
    assert [flag["flag"] for flag in facts(frame)["flags"]] == ["vintages_differ"]
    one = pk.load_provinces(["va_secondary", "gdp"], (2019, 2022), vintage="census2023")
    assert not facts(one)["flags"]


def test_notes_in_both_languages() -> None:
    frame = pk.load_provinces(["gdp", "rd_funds_enterprise"], (2011, 2013))
    english, chinese = data_notes(frame), data_notes(frame, language="zh")
    assert len(english) == len(chinese) == 5
    assert "vintage census2023; National Bureau of Statistics" in english[0]
    assert "数据版本 census2023；国家统计局" in chinese[0]
    assert "1 of 93 cells are missing" in english[2]
    assert any("北京 2012" in line and "来源缺失" in line for line in chinese)
    assert data_notes(pd.DataFrame()) == ()
    assert len(data_notes(frame, ["gdp"])) == 1


def test_loading_costs_few_calls_a_cell_and_few_an_indicator() -> None:
    keys = ["gdp", "rd_expenditure", "rd_funds_government", "population", "va_primary"]
    pk.load_provinces(keys, (2016, 2023))  # imports and caches
    one_year = calls_of(lambda: pk.load_provinces(keys, 2019))
    eight = calls_of(lambda: pk.load_provinces(keys, (2016, 2023)))
    # 31 provinces, 5 indicators, 7 more years: cells are looked at for gaps, at three calls each at most
    assert eight < one_year + 3 * 31 * 5 * 7
    # the catalogue, the names and the notes are read once for all indicators, not once for each
    assert eight < 2.5 * calls_of(lambda: pk.load_provinces(keys[:1], (2016, 2023)))


def test_loading_imports_no_estimators() -> None:
    code = (
        "import sys, panelkit as pk; pk.load_provinces('gdp', 2019);"
        "heavy = {'statsmodels', 'linearmodels', 'libpysal', 'spreg', 'matplotlib', 'esda'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def own_figures(**changes: Any) -> pd.DataFrame:
    rows = [
        (code, str(year), "robots", "mine", 10.0 * year, "万元")
        for code in (110000, 120000)
        for year in (2019, 2020)
    ]
    table = pd.DataFrame(rows, columns=["adcode", "period", "indicator", "vintage", "value", "unit"])
    return table.assign(**changes)


def test_figures_of_ones_own() -> None:
    extra = pd.DataFrame(
        [(100000, "2019", "robots", "mine", 1.0, "万元"), (110000, "2019-Q4", "robots", "mine", 1.0, "万元")],
        columns=own_figures().columns,
    )
    frame = pk.build_panel(pd.concat([own_figures(), extra]), provinces=["Beijing", "Tianjin", "Hebei"])
    assert frame["robots"].tolist()[:4] == [2.019, 2.02, 2.019, 2.02]
    assert frame["robots"].isna().sum() == 2
    assert facts(frame)["vintages"] == {"robots": "mine"}
    assert facts(frame)["units"] == {"robots": "亿元"}


def test_years_may_be_numbers() -> None:
    frame = pk.build_panel(own_figures(period=[2019, 2020] * 2))
    assert sorted(set(frame.index.get_level_values("year"))) == [2019, 2020]


def test_own_figures_and_ours_together() -> None:
    table = pd.concat([own_figures(), read_figures(["gdp"])])
    frame = pk.build_panel(table, indicators=["gdp", "robots"], years=(2019, 2020))
    assert facts(frame)["vintages"] == {"gdp": "census2023", "robots": "mine"}
    assert frame.shape == (62, 2)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (own_figures().drop(columns="unit"), "column unit is missing"),
        (own_figures(adcode=110000), r"more than one value: Beijing 2019 robots \(mine\)"),
        (own_figures(adcode=999999), "not one of the provinces: 999999 2019"),
        (own_figures(period="19-20"), "no year, quarter or month"),
        (own_figures(value=np.inf), "not a finite number"),
        (own_figures(value=None), "column value holds object, not float64"),
        (own_figures(value=np.nan), "column value is empty: Beijing 2019"),
        (own_figures(unit=["万元", "亿元"] * 2), "several units: 万元, 亿元"),
        (own_figures(indicator="gdp"), "not in the unit of the catalogue"),
    ],
)
def test_own_figures_that_are_refused(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=message):
        pk.build_panel(table)


def test_two_vintages_of_ones_own_need_a_name() -> None:
    table = pd.concat([own_figures(), own_figures(vintage="theirs", value=1.0)])
    with pytest.raises(SpecError, match=r"robots \(mine, theirs\)"):
        pk.build_panel(table)
    assert pk.build_panel(table, vintage="theirs", units="yearbook")["robots"].max() == 1.0
    assert pk.build_panel(table, vintage={"robots": "mine"}, units="yearbook")["robots"].max() == 20200


def test_an_indicator_that_the_table_does_not_hold() -> None:
    with pytest.raises(SpecError, match="holds no gdp"):
        pk.build_panel(own_figures(), indicators=["gdp"])
