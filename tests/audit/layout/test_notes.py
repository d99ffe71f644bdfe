"""Notes are read into facts; a note that says nothing, or two things, states nothing."""

from __future__ import annotations

from typing import Any

import pytest

from panelkit.audit.entries import Facts
from panelkit.audit.layout.notes import said_of
from tests.audit.layout.sheets import table

TEN = (0.1, 0.05, 0.01)
STATED: list[tuple[str, dict[str, Any]]] = [
    ("注:***、**、*分别表示在1%、5%、10%水平上显著,括号内为t值。", {"star_levels": TEN, "brackets": "t"}),
    ("注:*、**、***分别代表10%、5%、1%的显著性水平,括号内数值为稳健标准误。", {"star_levels": TEN, "brackets": "se"}),
    ("显著性水平:10%、5%、1%分别用*、**、***表示", {"star_levels": TEN}),
    ("括号内为 z 统计量,*、**、*** 分别表示 p<0.1、p<0.05、p<0.01",
     {"star_levels": TEN, "brackets": "z", "normal": True}),
    ("括号内为聚类到省级层面的稳健标准误;样本为30个省份", {"provinces": 30, "clusters": 30, "brackets": "se"}),
    ("Note: Robust standard errors in parentheses. *** p<0.01, ** p<0.05, * p<0.1",
     {"star_levels": TEN, "brackets": "se"}),
    ("t statistics in parentheses; * p < 0.05, ** p < 0.01, *** p < 0.001",
     {"star_levels": (0.05, 0.01, 0.001), "brackets": "t"}),
    ("***, **, and * denote significance at the 1%, 5%, and 10% levels; z-values are reported in parentheses.",
     {"star_levels": TEN, "brackets": "z", "normal": True}),
    ("*** significant at 1% level; ** significant at 5% level; * significant at 10% level", {"star_levels": TEN}),
    ("Standard errors clustered at the province level are in parentheses. 31 provinces, 2011-2018.",
     {"provinces": 31, "years": 8, "clusters": 31, "brackets": "se"}),
    ("括号中为对应的 p 值", {"brackets": "p"}),
    ("括号内为标准差", {"brackets": "se"}),
    ("Values in brackets are standard errors", {"brackets": "se"}),
    ("Standard errors (clustered by city) in brackets", {"brackets": "se"}),
    ("AR(2)检验的P值在括号内", {}),
    ("N=31×8, row-standardised weights; effects from 500 draws",
     {"provinces": 31, "years": 8, "row_standardised": True, "draws": 500}),
    ("空间权重矩阵经行标准化处理;解释变量滞后一期;Bootstrap 1000次",
     {"lags": 1, "row_standardised": True, "draws": 1000, "bootstrap": True}),
    ("explanatory variables are lagged by one year", {"lags": 1}),
    ("基于偏微分方法,500次模拟", {"simulated": True, "draws": 500}),
    ("1,000 bootstrap replications", {"draws": 1000, "bootstrap": True}),
    ("权重矩阵未行标准化", {"row_standardised": False}),
    ("one-tailed tests", {"one_sided": True}),
    ("双侧检验", {"one_sided": False}),
    ("2011—2018年中国30个省(市、自治区)", {"provinces": 30, "years": 8}),
    ("the data cover 2005 to 2019 for 285 cities", {"provinces": 285, "years": 15}),
    ("全国31个省份,其中东部11个省份", {"provinces": 31}),
    ("东部11个省份,中部8个省份", {}),
    ("数据来源:历年统计年鉴", {}),
    ("Source: authors' calculation", {}),
]  # fmt: skip


@pytest.mark.parametrize(("note", "stated"), STATED)
def test_a_note_states_facts(note: str, stated: dict[str, Any]) -> None:
    held = {name: value for name, value in vars(said_of([note]).facts).items() if value is not None}
    assert held == stated


@pytest.mark.parametrize(
    ("note", "shapes"),
    [
        ("圆括号内为t统计量,方括号内为p值", {"(": "t", "[": "p"}),
        ("注:( )内为标准误,[ ]内为p值", {"(": "se", "[": "p"}),
        ("注:中括号内为p值,小括号内为z值", {"[": "p", "(": "z"}),
        ("The numbers in parentheses are t-values, and those in brackets are p-values", {"(": "t", "[": "p"}),
    ],
)
def test_two_kinds_of_brackets_are_told_apart(note: str, shapes: dict[str, str]) -> None:
    assert said_of([note]).shapes == shapes


ROWS = """
 | (1)
lnX | 0.5*** (0.1) [0.000]
 | {5.0}
"""


def test_brackets_are_what_the_note_says() -> None:
    told = table(ROWS, notes=("( )内为标准误,[ ]内为p值",)).entries[0]
    assert [one.kind for one in told.attached] == ["se", "p", "bracket"]


def test_facts_of_the_user_go_before_notes() -> None:
    from panelkit.audit.layout.read import read_table
    from tests.audit.layout.sheets import sheet

    printed = sheet(" | (1)\nlnX | 0.5 (0.1)", notes=("t statistics in parentheses; 30 provinces",))
    assert read_table(printed).entries[0].attached[0].kind == "t"
    mine = read_table(printed, Facts(brackets="se"))
    assert mine.entries[0].attached[0].kind == "se"
    assert (mine.facts.brackets, mine.facts.provinces) == ("se", 30)


def test_without_a_note_a_bracket_stays_open() -> None:
    assert table(" | (1)\nlnX | 0.5 (0.1)").entries[0].attached[0].kind == "bracket"


def test_a_note_says_that_tests_are_p_values() -> None:
    text = " | (1)\nL.y | 0.5\nAR(1) | 0.01\nAR(2) | 0.35"
    told = table(text, notes=("AR(1)、AR(2)检验报告的是p值",))
    assert [(one.role, one.subject) for one in told.entries[1:]] == [("p", "ar1"), ("p", "ar2")]
    assert [one.role for one in table(text).entries[1:]] == ["ar1", "ar2"]
