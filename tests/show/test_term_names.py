"""What a table calls a term whose columns have labels: words for lags, logarithms, squares, levels, interactions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.show.model_columns import columns_of
from panelkit.show.table_style import TableStyle
from panelkit.show.term_names import term_label

LABELS = {"x": "数字经济", "z": "城镇化率", "region": "地区", "year": "年份", "log(w)": "强度"}


@pytest.mark.parametrize(
    ("term", "english", "chinese"),
    [
        ("x", "数字经济", "数字经济"),
        ("lag(x)", "数字经济 (lag 1)", "数字经济（滞后 1 期）"),
        ("lag(x, 2)", "数字经济 (lag 2)", "数字经济（滞后 2 期）"),
        ("lead(x)", "数字经济 (lead 1)", "数字经济（提前 1 期）"),
        ("diff(x)", "change in 数字经济", "数字经济的一阶差分"),
        ("diff(x, 3)", "change in 数字经济 (3)", "数字经济的 3 期差分"),
        ("log(x)", "log 数字经济", "ln数字经济"),
        ("lag(log(x))", "log 数字经济 (lag 1)", "ln数字经济（滞后 1 期）"),
        ("I(x^2)", "数字经济 squared", "数字经济的平方"),
        ("I(x ^ 2)", "数字经济 squared", "数字经济的平方"),
        ("I(log(w)^2)", "强度 squared", "强度的平方"),
        ("winsorize(x, p=0.01)", "数字经济 (winsorised)", "数字经济（缩尾）"),
        ("standardize(x)", "数字经济 (standardised)", "数字经济（标准化）"),
        ("C(region)[中部]:x", "中部 × 数字经济", "中部 × 数字经济"),
        ("C(year, base=2012)[2013]:z", "年份=2013 × 城镇化率", "年份=2013 × 城镇化率"),
        ("W*lag(x)", "W × 数字经济 (lag 1)", "W × 数字经济（滞后 1 期）"),
        # What no word says stays the formula's own.
        ("x:q", "数字经济 × q", "数字经济 × q"),
        ("log(q)", "log(q)", "log(q)"),
        ("I(x/z)", "I(x/z)", "I(x/z)"),
        ("log(x / q)", "log(x / q)", "log(x / q)"),
        ("lag(x, k)", "lag(x, k)", "lag(x, k)"),
        ("bs(x, 3)[1]", "bs(x, 3)[1]", "bs(x, 3)[1]"),
        ("C(sector)[2]", "C(sector)[2]", "C(sector)[2]"),
        ("W*q", "W*q", "W*q"),
    ],
)
def test_a_term_is_called_by_what_was_done_to_its_column(term: str, english: str, chinese: str) -> None:
    assert term_label("", term, LABELS, "en") == english
    assert term_label("", term, LABELS, "zh") == chinese


def test_a_label_of_the_whole_term_comes_first() -> None:
    labels = {**LABELS, "lag(x)": "上年数字经济", "wx:x": "邻省数字经济"}
    assert term_label("", "lag(x)", labels, "zh") == "上年数字经济"
    assert term_label("wx", "x", labels, "zh") == "邻省数字经济"


@pytest.mark.parametrize("vcov", [pk.Cluster(), pk.Iid()], ids=["cluster", "iid"])
def test_a_table_of_instruments_shows_the_tests_of_rank(vcov: object) -> None:
    rng = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([[f"u{k}" for k in range(20)], range(6)], names=["id", "t"])
    panel = pd.DataFrame(rng.normal(size=(120, 4)), index=index, columns=["y", "x", "z", "w"])
    panel["x"] += panel["w"]
    fit = pk.InstrumentalFE("y ~ z + [x ~ w]", vcov=vcov, effects="unit").fit(panel, unit="id", time="t")
    column = columns_of([fit], TableStyle(), "en")[0]
    of_one_variance = isinstance(vcov, pk.Iid)
    shown = {"anderson_lm", "cragg_donald_f"} if of_one_variance else {"rk_lm", "cragg_donald_f", "rk_f"}
    absent = {"rk_lm", "rk_f"} if of_one_variance else {"anderson_lm"}
    numbers = fit.weak_identification.numbers
    # The very numbers of the table of weak identification, so exactly equal.
    assert {key: column.facts[key] for key in shown} == {key: numbers[key] for key in shown}
    assert not absent & set(column.facts)
    text = fit.to_text(stats=["N", "cdf"])
    assert "Cragg-Donald F" in text
    if not of_one_variance:
        assert "Kleibergen-Paap rk Wald F" in fit.to_text()
        assert fit.to_text(stats=["idstat", "widstat"]).count("Kleibergen-Paap") == 2


def test_figures_name_terms_and_moderators_as_tables_do() -> None:
    rng = np.random.default_rng(4)
    index = pd.MultiIndex.from_product(
        [[f"u{k}" for k in range(12)], range(2010, 2016)], names=["id", "year"]
    )
    panel = pd.DataFrame(rng.normal(size=(72, 3)), index=index, columns=["y", "x", "z"])
    fit = pk.FixedEffects("y ~ x*z", "unit").fit(panel, unit="id", time="year")
    axes = fit.margins("x", at="z").plot(labels=LABELS, language="zh").drawing.axes[0]
    assert axes.get_xlabel() == "城镇化率"
    assert axes.get_ylabel().startswith("数字经济 的边际效应")
    rows = fit.plot(labels=LABELS, language="zh").drawing.axes[0].get_yticklabels()
    assert "数字经济 × 城镇化率" in {row.get_text() for row in rows}


def test_two_likelihoods_are_compared_under_heads_of_their_own() -> None:
    panel = pk.load_provinces(["gdp", "population"], (2014, 2022))
    sdm, sar = (
        pk.SpatialPanel("log(gdp) ~ log(population)", model, convention="xsmle").fit(panel, pk.contiguity())
        for model in ("sdm", "sar")
    )
    text = sdm.compare(sar).summary(language="zh")
    assert "第一个回归  第二个回归" in text
    assert "居首" not in text
