"""What a person reads of every result: Chinese without English sentences, and the panel's own words for its units."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.evaluation.contest.labels import ahead
from panelkit.language.levels import time_level, unit_level
from panelkit.language.message import message
from panelkit.results.fit import TestResult
from panelkit.show import tables
from panelkit.spatial import provincial
from tests import every_result
from tests.every_result import PERIODS
from tests.spatial.data import simulate

# three English words in a row; the names of programs and people that stand so are listed
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’-]+(?:[ ,]+[A-Za-z][A-Za-z'’()-]+){2,}")
NAMES = (
    "Lee, Yu",
    "Yu, de Jong",
    "Cameron, Gelbach",
    "robust LM ",
    "LM lag given",
    "LM error given",
)


@cache
def results() -> tuple[tuple[str, Any], ...]:
    return (*every_result.estimates(), *every_result.spatial(), *every_result.studies())


def printed(result: Any, language: str) -> Iterator[str]:
    """Yield everything that a result prints in a language: its table in each form, its summary."""
    if hasattr(result, "to_text"):
        yield result.to_text(language=language, width=2_000)
        yield result.to_markdown(language=language)
        yield result.to_latex(language=language)
    if isinstance(result, TestResult):
        yield tables.frame_table(tables.frame_of_tests([result], language=language), format="text")
    yield result.summary(language=language)


def english(text: str) -> list[str]:
    found = [
        match.group() for match in ENGLISH.finditer(re.sub(r"\\[a-z]+(\[[^]]*\])?(\{[^}]*\})?", " ", text))
    ]
    return [words for words in found if not any(name in words for name in NAMES)]


def test_the_search_finds_english_sentences() -> None:
    assert english("注：2 of 153 rows left the sample") == ["rows left the sample"]
    assert english("注：括号内为标准误") == []


def test_no_chinese_table_or_summary_carries_an_english_sentence() -> None:
    wrong = {}
    for name, result in results():
        for text in printed(result, "zh"):
            for words in english(text):
                wrong.setdefault(words, name)
    assert wrong == {}


def test_tests_are_said_in_chinese_in_a_table() -> None:
    tests = [result for _, result in results() if hasattr(result, "null")]
    assert len(tests) > 15
    text = tables.frame_table(tables.frame_of_tests(tests, language="zh"), format="text", width=2_000)
    assert english(text) == []


def test_a_panel_of_cities_never_speaks_of_provinces() -> None:
    wrong = {}
    for name, result in results():
        for language in ("en", "zh"):
            for text in printed(result, language):
                for words in re.findall(r".{0,30}(?:[Pp]rovinc|省).{0,20}", text):
                    wrong.setdefault(words, (name, language))
    assert wrong == {}


def test_cities_are_counted_as_cities() -> None:
    fit = pk.FixedEffects("y ~ x + w").fit(every_result.city_panel(gaps=True))
    text = fit.to_text(width=400)
    assert re.search(r"Cities +19", text)
    assert re.search(r"City effects +Yes", text)
    assert "singleton: the only row of its city or year" in text
    assert set(fit.dropped["reason"]) == {"missing: w", "singleton: the only row of its city or year"}
    chinese_text = fit.to_text(language="zh", width=400)
    assert re.search(r"城市数 +19", chinese_text)
    assert re.search(r"城市效应 +是", chinese_text)
    assert "城市和年份" in fit.summary(language="zh")
    assert fit.__maketables_fixef_string__ == "city+year"
    mediated = pk.Mediation("y", "x", "m").fit(every_result.city_panel(), reps=199)
    assert "Effects (cities resampled whole" in mediated.summary()
    assert "整个城市重抽样" in mediated.summary(language="zh")


@pytest.mark.parametrize(
    ("unit", "time", "en", "zh"),
    [
        (
            "stkcd",
            "quarter",
            "Units (stkcd), Quarters, Unit effects, Quarter effects",
            "个体数（stkcd）, 季度数",
        ),
        ("firm", "year", "Firms, Years, Firm effects, Year effects", "企业数, 年数, 企业效应, 年份效应"),
        ("县", "年份", "Counties, Years, County effects, Year effects", "县域数, 年数, 县域效应, 年份效应"),
        ("证券代码", "t", "Units (证券代码), Periods", "证券代码数, 期数, 证券代码效应"),
        ("province", "year", "Provinces, Years, Province effects", "省份数, 年数, 省份效应, 年份效应"),
    ],
)
def test_the_users_words_stand_in_every_form(unit: str, time: str, en: str, zh: str) -> None:
    data = every_result.city_panel(unit, time).reset_index()
    fit = pk.FixedEffects("y ~ x").fit(data, unit=unit, time=time)
    for words, language in ((en, "en"), (zh, "zh")):
        for text in (fit.to_text(language=language, width=400), fit.to_html(language=language)):
            assert [word for word in words.split(", ") if word not in text] == []


def test_a_unit_without_a_name_is_a_unit() -> None:
    data = every_result.city_panel()
    data.index.names = [None, None]
    text = pk.FixedEffects("y ~ x").fit(data).to_text(width=400)
    assert "Units" in text
    assert "Provinc" not in text


def test_fits_of_different_units_stand_under_a_common_word() -> None:
    cities = pk.FixedEffects("y ~ x").fit(every_result.city_panel())
    firms = pk.FixedEffects("y ~ x").fit(every_result.city_panel("firm"))
    text = tables.to_text([cities, firms], width=400)
    assert "Units" in text
    assert "Unit effects" in text


def test_a_column_called_province_keeps_its_name() -> None:
    data = every_result.city_panel()
    data["province"] = np.where(np.arange(len(data)) % 7 == 0, np.nan, 1.0 + np.arange(len(data)) % 5)
    fit = pk.FixedEffects("y ~ x + province", vcov=pk.Robust()).fit(data)
    assert any("missing: province" in note for note in fit.notes)


def test_random_effects_say_random() -> None:
    data = every_result.city_panel()
    fit = pk.RandomEffects("y ~ x").fit(data)
    fixed = pk.FixedEffects("y ~ x").fit(data)
    text = tables.to_text([fit, fixed], width=400)
    assert re.search(r"City effects +Random +Yes", text)
    assert re.search(r"Year effects +No +Yes", text)
    assert re.search(r"城市效应 +随机 +是", tables.to_text([fit, fixed], language="zh", width=400))
    assert "随机效应：y" in fit.summary(language="zh")
    assert re.search(r"固定效应 +随机", fit.summary(language="zh"))
    spatial = pk.SpatialRandomEffects("y ~ x", "sar").fit(data, every_result.lattice())
    assert re.search(r"City effects +Random", spatial.to_text(width=400))
    assert re.search(r"Year effects +No", spatial.to_text(width=400))
    dated = pk.SpatialRandomEffects("y ~ x", "sar", time_effects=True).fit(data, every_result.lattice())
    assert re.search(r"Year effects +Yes", dated.to_text(width=400))


def test_provinces_stay_provinces_and_warnings_of_weights_are_said_in_chinese() -> None:
    rng = np.random.default_rng(2)
    names = provincial.contiguity().ids
    index = pd.MultiIndex.from_product([names, range(2010, 2016)], names=["province", "year"])
    data = pd.DataFrame(rng.normal(size=(len(index), 2)), index=index, columns=["y", "x"])
    income = pd.Series(rng.uniform(1, 3, len(names)), index=list(names))
    for weights in (
        provincial.economic_distance(income),
        provincial.nested(income),
        provincial.gravity(income),
    ):
        fit = pk.SpatialPanel("y ~ x", "sar").fit(data, weights)
        text = fit.to_text(language="zh", width=2_000)
        assert english(text) == []
        assert "内生性" in text
        assert "省份数" in text
        assert "Provinces" in fit.to_text()


def test_words_of_levels() -> None:
    assert unit_level("City").many == "cities"
    assert unit_level("stkcd").count_label("en") == "Units (stkcd)"
    assert time_level("wave").count_label("zh") == "期数（wave）"
    said = message(
        "a {unit} is missing in this {period}; {unit}-{periods}; all {units}, and the 31 provinces"
    )
    assert said == "a province is missing in this year; province-years; all provinces, and the 31 provinces"
    assert said.spoken("county", "quarter") == (
        "a county is missing in this quarter; county-quarters; all counties, and the 31 provinces"
    )


def test_titles_are_said_in_chinese() -> None:
    data, w = every_result.city_panel(), every_result.lattice()
    fit = pk.FixedEffects("y ~ x", effects="unit").fit(data)
    assert fit.title == "Fixed effects (unit): y"
    assert fit.title.text("zh") == "固定效应（个体）：y"
    spatial = pk.SpatialPanel("y ~ x", "sdm").fit(data, w)
    assert spatial.impacts().title == "impacts: SDM (twoway): y"
    assert spatial.impacts().title.text("zh") == "效应分解：SDM（双向）：y"
    dynamic = pk.DynamicSpatialPanel("y ~ x", "sar", lags="time", effects="time", convention="lsdv")
    title = dynamic.fit(data, w).impacts().title
    assert title == "short-run impacts: dynamic SAR (time): y"
    assert title.text("zh") == "短期效应分解：动态 SAR（时间）：y"


def test_errors_speak_of_the_panels_units() -> None:
    data = every_result.city_panel()
    lone = data.iloc[[0, PERIODS + 1, 2 * PERIODS + 2, 3 * PERIODS + 3]]
    with pytest.raises(pk.DataError, match="city or year.*take more years or cities"):
        pk.FixedEffects("y ~ x").fit(lone)
    with pytest.raises(pk.DataError, match="take more years or cities"):
        pk.FixedEffects("y ~ x", effects="time").fit(data.loc[["c00"]])
    cut = data.assign(half=(np.arange(len(data)) % 3).astype(float))
    with pytest.raises(pk.SpecError, match="cut through cities, and the bootstrap resamples whole cities"):
        pk.Mediation("y", "x", "m", vcov=pk.Cluster("half")).fit(cut, reps=199)


def test_what_lies_below_a_model_refuses_in_the_panels_words() -> None:
    data = every_result.city_panel("firm", "quarter", gaps=True)
    with pytest.raises(
        pk.DataError, match="missing firm-quarters.*Choose quarters that hold every firm"
    ) as found:
        pk.SpatialPanel("y ~ x + w").fit(data, every_result.lattice())
    assert "缺失的企业—季度" in found.value.text("zh")
    with pytest.raises(pk.SpecError, match="not identified|absorb|no variation") as absorbed:
        pk.FixedEffects("y ~ x + z").fit(data.assign(z=1.0))
    assert "provinc" not in str(absorbed.value)


def _more() -> Iterator[tuple[str, Any]]:
    """Yield results that are no table of estimates: influence, the path of tests, indices, ranks, parts."""
    data = every_result.city_panel()
    positive = (data.abs() + 0.1).rename_axis(index=["province", "year"])
    for by in ("unit", "time", "cell"):
        yield f"influence {by}", pk.influence(pk.FixedEffects("y ~ x + w").fit(data), "x", by)  # type: ignore[arg-type]
    yield "no dependence", pk.select_model(pk.SpatialPanel("y ~ x"), data, every_result.lattice())
    w = provincial.contiguity()
    yield "dependence", pk.select_model(pk.SpatialPanel("y ~ x1"), simulate(w, 8, _dice(), rho=0.4), w)
    composite = pk.composite_index({"x": 1, "w": -1}, positive)
    yield "composite", composite
    yield "per year", pk.composite_index({"x": 1, "w": -1}, positive, extremes="per_year", weights="equal")
    yield "ranks", pk.rank_uncertainty(composite, draws=200)
    yield "synergy", pk.synergy_degree(positive[["x", "w"]] / positive[["x", "w"]].max())
    yield "theil", pk.theil(positive["x"].to_numpy(), np.repeat(["a", "b"], len(positive) // 2))


def _dice() -> np.random.Generator:
    return np.random.default_rng(2)


def test_studies_are_said_in_chinese_and_shown_in_a_notebook() -> None:
    seen = []
    for name, result in _more():
        told = result.summary(language="zh")
        assert english(told) == [], name
        assert re.search("[\u4e00-\u9fff]", told), name
        assert english(result.summary()) or name == "theil", name
        assert "<table" in result._repr_html_(), name
        seen.append(told)
    assert seen[0].startswith("全样本 x = ")
    assert "注：区间：其余个体的 CRV1" in seen[0]
    assert "残差没有空间依赖的迹象" in seen[3]
    assert "SDM 简化为 SAR" in seen[4]


@pytest.mark.parametrize(
    ("vcov", "name", "told"),
    [
        (pk.CRV3(), "CRV3 (jackknife) by province, t(30)", "CRV3（刀切法），聚类于省份，t(30)"),
        (pk.Cluster("year"), "cluster (CRV1) by year", "聚类稳健（CRV1），聚类于年份"),
        (pk.CR2(), "CR2 by province, Satterthwaite df", "CR2，聚类于省份，Satterthwaite 自由度"),
        (pk.Cluster("region"), "cluster (CRV1) by region", "聚类稳健（CRV1），聚类于region"),
        (pk.DriscollKraay(2), "Driscoll-Kraay, 2 lags", "Driscoll-Kraay，滞后 2 期"),
        (
            pk.Conley(800.0),
            "Conley, bartlett to 800 km, any lag within a unit",
            "Conley，Bartlett 核，截断距离 800 km，个体内任意滞后",
        ),
        (
            pk.Conley(1000.0, 3, "uniform"),
            "Conley, uniform to 1000 km, 3 lags within a unit",
            "Conley，均匀核，截断距离 1000 km，个体内滞后 3 期以内",
        ),
        (pk.TwoWayCluster(), "two-way cluster by province and year", "双向聚类：省份和年份"),
        (pk.Iid(), "iid", "独立同分布"),
        (pk.Robust("HC0"), "robust, HC0", "异方差稳健（HC0）"),
    ],
)
def test_covariances_are_told_in_chinese(vcov: Any, name: str, told: str) -> None:
    data = simulate(provincial.contiguity(), 8, _dice(), rho=0.4)
    data["region"] = np.arange(len(data)) // 8 % 5
    held = pk.FixedEffects("y ~ x1", vcov=vcov).fit(data).facts["vcov"]
    assert (held, held.text("zh")) == (name, told)


def test_panels_of_spatial_tables_are_told_in_chinese() -> None:
    w = provincial.contiguity()
    fit = pk.SpatialPanel("y ~ x1", model="sdm").fit(simulate(w, 8, _dice(), rho=0.4), w)
    for shown in (fit.summary(language="zh"), tables.to_text(fit, language="zh")):
        assert "空间滞后解释变量" in shown
        assert "空间参数" in shown
        assert not re.search(r"\b(main|wx|spatial)\b", shown)
    assert fit.params.index.get_level_values("equation")[0] == "main"
    english = tables.to_text(fit)
    assert all(re.search(rf"\b{name}\b", english) for name in ("main", "wx", "spatial"))


FIRMS = {"unit": "firm", "time": "quarter"}


def _firms() -> pd.DataFrame:
    return every_result.city_panel("firm", "quarter").reset_index()


def _without(column: str) -> pd.DataFrame:
    data = _firms().astype({column: object})
    data.loc[3, column] = None
    return data


def _cross_section(**options: Any) -> Any:
    return pk.SpatialCrossSection("y ~ x", "sar").fit(_firms(), every_result.lattice(), **FIRMS, **options)


def _growth(kind: Any) -> Any:
    data = _firms()
    first = data[data["quarter"] == data["quarter"].min()]
    return pk.beta_convergence(
        first, "x", kind=kind, w=every_result.lattice() if kind == "spatial" else None, **FIRMS
    )


def _short() -> Any:
    data = _firms()
    two = data[data["quarter"] <= data["quarter"].min() + 1]
    return pk.DynamicSpatialPanel("y ~ x", "sar").fit(two, every_result.lattice(), **FIRMS)


REFUSALS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "twice": (
        lambda: _fitted(pd.concat([_firms(), _firms().iloc[:1]])),
        "firm and quarter must name one row each; .*groupby\\(\\['firm', 'quarter'\\]\\)",
        "每个企业与季度的组合只能对应一行.*groupby\\(\\['firm', 'quarter'\\]\\)",
    ),
    "twice, by index": (
        lambda: pk.FixedEffects("y ~ x").fit(
            pd.concat([_firms(), _firms().iloc[:1]]).set_index(["firm", "quarter"])
        ),
        "firm and quarter must name one row each; .*groupby\\(\\['firm', 'quarter'\\]\\)",
        "每个企业与季度的组合",
    ),
    "twice, in an index of ours": (
        lambda: pk.markov_chain(pd.concat([_firms(), _firms().iloc[:1]]), "x", **FIRMS),
        "firm and quarter must name one row each",
        "每个企业与季度的组合",
    ),
    "no unit": (
        lambda: _fitted(_without("firm")),
        "the unit \\(firm\\) is missing in 1 rows",
        "个体（企业）在1行",
    ),
    "no unit of a column that is no word": (
        lambda: pk.FixedEffects("y ~ x").fit(
            _without("firm").rename(columns={"firm": "stkcd", "quarter": "wave"}), unit="stkcd", time="wave"
        ),
        "the unit \\(stkcd\\) is missing",
        "个体（stkcd）在1行",
    ),
    "no time": (
        lambda: _fitted(_without("quarter")),
        "the time \\(quarter\\) is missing",
        "时间（季度）在1行",
    ),
    "swapped though named": (
        lambda: pk.FixedEffects("y ~ x").fit(_firms(), unit="quarter", time="firm"),
        "whole numbers such as 2019; seen: [^.]*$",
        "时间须为整数[^。]*$",
    ),
    "swapped": (
        lambda: pk.FixedEffects("y ~ x").fit(_firms().set_index(["quarter", "firm"])),
        "If quarter and firm are swapped, name the levels\\.$",
        "若 quarter 与 firm 颠倒，请为索引各级命名。$",
    ),
    "empty": (
        lambda: _fitted(_firms().iloc[:0]),
        "check the firms and quarters that",
        "请检查所选的企业与季度",
    ),
    "nothing left": (
        lambda: pk.FixedEffects("y ~ lag(x, 8)").fit(_firms(), **FIRMS),
        "Check the quarters asked for",
        "请检查所选季度",
    ),
    "no year chosen": (
        _cross_section,
        "the panel holds 8 quarters: name one",
        "面板含 8 个季度：请指明其中一个",
    ),
    "a year not held": (lambda: _cross_section(year=1900), "no quarter 1900 in the panel", "没有季度 1900"),
    "too short": (_short, "2 quarters are too few .*four at least", "2 个季度不足.*至少需要四个季度"),
    "no growth": (lambda: _growth("absolute"), "three firms and two quarters", "三个企业和两个季度"),
    "no growth in space": (lambda: _growth("spatial"), "four firms and two quarters", "四个企业和两个季度"),
}


def _fitted(data: pd.DataFrame) -> Any:
    return pk.FixedEffects("y ~ x").fit(data, **FIRMS)


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_wrong_with_a_panel_of_firms_is_said_of_firms(case: str) -> None:
    refused, english_words, chinese_words = REFUSALS[case]
    with pytest.raises(pk.PanelkitError, match=english_words) as found:
        refused()
    assert re.search(chinese_words, found.value.text("zh"))
    for text in (str(found.value), found.value.text("zh")):
        assert not re.search("provinc|省|年份", text)


def test_what_is_wrong_with_a_panel_of_provinces_is_said_as_ever() -> None:
    data = _firms().rename(columns={"firm": "province", "quarter": "year"})
    twice = pd.concat([data, data.iloc[:1]])
    levels = ["province", "year"]
    said = (
        "province and year must name one row each; held more than once: c00 2010 (2 rows). Keep one row of each, or "
        "aggregate them (`data.groupby(['province', 'year']).sum()`)."
    )
    for named in (
        lambda: pk.FixedEffects("y ~ x").fit(twice.set_index(levels)),
        lambda: pk.FixedEffects("y ~ x").fit(twice, unit="province", time="year"),
        lambda: pk.FixedEffects("y ~ x").fit(twice.set_index(levels).rename_axis([None, None])),
    ):
        with pytest.raises(pk.DataError) as found:
            named()
        assert str(found.value) == said
    bad = data.assign(year="x").set_index(levels)
    with pytest.raises(pk.DataError, match="If province and year are swapped, name the levels") as found:
        pk.FixedEffects("y ~ x").fit(bad)
    assert found.value.text("zh").endswith("若 province 与 year 颠倒，请为索引各级命名。")
    with pytest.raises(pk.DataError, match="the panel holds 8 years: name one, year=2017") as found:
        pk.SpatialCrossSection("y ~ x").fit(data.set_index(levels), every_result.lattice())
    assert found.value.text("zh") == "面板含 8 个年份：请指明一年，如 year=2017"


def test_an_index_counts_firms() -> None:
    found = pk.markov_chain(
        _firms().assign(x=lambda data: data["x"].abs()), "x", k=2, relative=True, reps=50, **FIRMS
    )
    assert re.search(r"企业数 +20", found.summary(language="zh"))
    assert "relative to the quarter" in found.summary()


def test_a_cross_section_refuses_in_its_own_name() -> None:
    fit = _cross_section(year=2017)
    assert fit.spec == pk.SpatialCrossSection("y ~ x", "sar")
    with pytest.raises(pk.SpecError, match="^SpatialCrossSection has no covariance"):
        fit.with_vcov(pk.CR2())
    assert fit.with_vcov(pk.Cluster()).spec == pk.SpatialCrossSection("y ~ x", "sar", vcov=pk.Cluster())


def test_reductions_are_named_in_chinese() -> None:
    fit = pk.SpatialPanel("y ~ x").fit(_firms(), every_result.lattice(), **FIRMS)
    names = [message("{name}", name=test.name).text("zh") for test in fit.reduction_tests()]
    assert {"Wald 检验：SDM 简化为 SAR", "LR 检验：SDM 简化为 SEM"} <= set(names)


@pytest.mark.parametrize(
    ("time", "chinese"),
    [("year", "年"), ("month", "个月"), ("季度", "个季度"), ("届", "个届"), ("wave", "期")],
)
def test_chinese_counts_time_as_it_is_counted(time: str, chinese: str) -> None:
    assert ahead(3).spoken("firm", time).text("zh") == f"提前 3 {chinese}"
