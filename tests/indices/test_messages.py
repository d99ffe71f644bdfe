"""What indices and specification curves say, in both languages: refusals, notes, names, reasons."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.indices.arrays import convergence, coupling, inequality, markov, normalise, weights
from panelkit.indices.panels.designs import design_of_columns, load_design
from panelkit.indices.panels.panel_frame import panel_frame, wide
from panelkit.language.errors import PanelkitError
from panelkit.language.message import Message

UNITS = ("Beijing", "Tianjin", "Hebei", "Shanxi")
INDEX = pd.MultiIndex.from_product([UNITS, range(2010, 2014)], names=["province", "year"])


def panel() -> pd.DataFrame:
    draw = np.random.default_rng(1).uniform(0.2, 0.9, (len(INDEX), 3))
    return pd.DataFrame(draw, index=INDEX, columns=["a", "b", "c"])


REFUSALS: dict[str, tuple[Callable[[], object], str, str]] = {
    "shape": (
        lambda: weights.entropy([1.0, 2.0]),
        "entropy: needs rows and columns, not an array of shape (2,)",
        "熵值法：需要有行有列，而不是形状为 (2,) 的数组",
    ),
    "cells": (
        lambda: inequality.gini([1.0, -1.0]),
        "inequality: negative values in position [1]: a share, an entropy or a ratio of means needs none",
        "不平等指数：位置 [1] 为负值：计算占比、熵或均值之比时不得有负值",
    ),
    "more cells": (
        lambda: weights.critic(np.full((3, 2), np.nan)),
        "CRITIC: missing values in (row 0, column 0), (row 0, column 1), (row 1, column 0), (row 1, column 1), "
        "(row 2, column 0) and 1 more: drop these rows or fill them by a named rule",
        "CRITIC 法：（第 0 行，第 0 列）、（第 0 行，第 1 列）、（第 1 行，第 0 列）、（第 1 行，第 1 列）、"
        "（第 2 行，第 0 列） 等（另有 1 个） 缺失：请剔除这些行，或按写明的规则填补",
    ),
    "within a group": (
        lambda: normalise.minmax([[1.0], [1.0], [2.0], [3.0]], groups=[1, 1, 2, 2]),
        "within 1: columns [0] are constant or empty: they carry no information; drop them",
        "在 1 组内：第 [0] 列为常数或为空：不含信息；请剔除",
    ),
    "a list of names": (
        lambda: inequality.batched("hhi"),
        "unknown inequality index 'hhi': choose one of gini, theil_t, theil_l, cv",
        "未知的不平等指数 'hhi'：请从 gini、theil_t、theil_l、cv 中选择",
    ),
    "missing cells of a panel": (
        lambda: wide(panel_frame(panel().iloc[1:])["a"]),
        "a: missing for Beijing 2010; drop these provinces (data.query(\"province not in ['Beijing']\")) or years",
        "a：Beijing 2010 缺失；请剔除这些省份（data.query(\"province not in ['Beijing']\")）或年份",
    ),
    "a design's own check": (
        lambda: design_of_columns({"a": 1}, years=(2012, 2010)),
        "design index: design: Value error, years run from 2012 to 2010: write the earlier year first",
        "指标体系 index：design：取值有误：年份写成了由 2012 至 2010：请把较早的年份写在前面",
    ),
    "a field that no design has": (
        lambda: load_design("tech_innovation").with_(colour="red"),
        "design tech_innovation: colour: Extra inputs are not permitted",
        "指标体系 tech_innovation：colour：不允许有多余的字段",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_say_the_same_in_both_languages(case: str) -> None:
    call, english, chinese = REFUSALS[case]
    with pytest.raises(PanelkitError) as caught:
        call()
    assert (str(caught.value), caught.value.text("zh")) == (english, chinese)


def test_a_sentence_speaks_of_the_units_of_another_panel() -> None:
    with pytest.raises(PanelkitError) as caught:
        wide(panel_frame(panel().iloc[1:])["a"])
    said = caught.value.said
    assert isinstance(said, Message)
    assert said.spoken("city", "quarter").endswith(
        "drop these cities (data.query(\"city not in ['Beijing']\")) or quarters"
    )
    assert (
        said.spoken("城市", "季度")
        .text("zh")
        .endswith("请剔除这些城市（data.query(\"城市 not in ['Beijing']\")）或季度")
    )


def test_notes_and_names_of_measures_are_messages() -> None:
    measure = pk.coupling_coordination(panel()[["a", "b"]])
    assert all(isinstance(note, Message) for note in measure.notes)
    assert "耦合协调度：a、b" in measure.summary(language="zh")
    again = pickle.loads(pickle.dumps(measure.notes))
    assert [note.text("zh") for note in again] == [note.text("zh") for note in measure.notes]


def test_words_for_levels_are_read_in_either_language() -> None:
    codes = coupling.levels([0.05, 0.95])
    assert coupling.names(codes, coupling.LEVELS).tolist() == ["extreme disorder", "superior coordination"]
    assert coupling.names(codes, coupling.LEVELS, "zh").tolist() == ["极度失调", "优质协调"]


def test_a_wrong_formula_says_how_to_know_it_in_either_language() -> None:
    scores = np.random.default_rng(0).uniform(0.2, 0.9, (20, 2))
    printed = [
        f"{value:.5f}" for value in coupling.FORMS["lost_coefficient"].compute(scores, np.full(2, 0.5))
    ]
    found = pk.which_coupling_formula(scores, printed)
    assert found.sentence() == (
        "all 20 values agree with C by lost_coefficient (a wrong formula): C never exceeds 1/n: with two subsystems "
        "every unit looks antagonistic"
    )
    assert found.sentence("zh") == (
        "与丢失系数公式的 C 的全部 20 个数值吻合（公式有误）：C 不超过 1/n：两个子系统时各个体看上去都处于拮抗阶段。"
    )


def test_a_test_that_does_not_apply_says_why_in_either_language() -> None:
    told = convergence.trend([1.0, 2.0]).summary(language="zh")
    assert told == (
        "趋势检验（Newey-West）：不适用，因为需要十年数据，现有 2 年：年数更少时趋势检验的水平不可靠\n"
        "原假设：序列没有线性趋势"
    )
    lr, q = markov.homogeneity(np.zeros((2, 2, 2)))
    assert "转移矩阵没有一行在两种条件下都有观测" in lr.summary(language="zh")
    assert q.null == "the transition matrix is the same for every neighbours' class"


def test_dropped_rows_keep_their_reason_in_both_languages() -> None:
    data = panel()
    data.iloc[2, 1] = np.nan
    found = pk.composite_index({"a": 1, "b": -1}, data)
    reason = found.dropped["reason"].iloc[0]
    assert (str(reason), reason.text("zh")) == ("no figure for b", "缺少 b 的数据")
    assert "1 条省份—年份观测因指标不全未计分" in found.summary(language="zh")


def test_reasons_of_a_curve_keep_both_languages() -> None:
    data = panel().assign(double=2.0 * panel()["a"])
    samples = (pk.Sample(), pk.Sample("none", (1990, 1991)))
    curve = pk.SpecificationCurve(("a",), ("b", "double"), samples=samples, failures="count").fit(data)
    told = {reason.text("zh") for reason in curve.frame["failed"] if reason}
    assert told == {"完整的观测过少", "解释变量恰好再现被解释变量"}
    assert "未能计算：2 个，完整的观测过少" in curve.summary(language="zh")
    assert "not computed: 2 x too few complete rows" in curve.summary()
    strict = pk.SpecificationCurve(("a",), ("b",), samples=(pk.Sample("none", (1990, 1991)),))
    with pytest.raises(PanelkitError) as caught:
        strict.fit(data)
    assert str(caught.value).startswith(
        "empty cells in the grid of specifications: outcome a, treatment b, controls none, sample none, lag 0 "
        "(0 complete rows): leave out the choice"
    )
    assert caught.value.text("zh").startswith(
        "设定网格中有空单元：被解释变量 a、核心解释变量 b、控制变量 none、样本 none、滞后 0（完整观测 0 行）："
        "请略去相应选择"
    )
