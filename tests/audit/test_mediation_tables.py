"""Printed tables of mediation and of effects in the short and long run, from text to findings."""

from __future__ import annotations

import pytest

import panelkit as pk

SHARES = """表8 中介效应分解
效应,估计值,占比(%)
总效应,0.500,100
直接效应,0.350,70.00
间接效应,0.150,30.00
"""
FRACTIONS = """Table 8 Mediation
,Effect,SE,Share of total
Total effect,0.500,0.05,1.000
Direct effect,0.350,0.05,0.700
Indirect effect,0.150,0.03,0.300
"""
RUNS = """表8 动态空间杜宾模型
变量,短期直接,短期间接,短期总,长期直接,长期间接,长期总
lnRD,0.416***,0.384***,0.800***,0.612***,0.531**,1.143***
,(8.10),(3.00),(6.00),(6.10),(2.50),(5.00)
注：括号内为t值
"""


@pytest.mark.parametrize(
    ("text", "key", "right", "wrong"),
    [
        (SHARES, "direct-share", "70.00", "60.00"),
        (SHARES, "direct-share", "30.00", "40.00"),
        (FRACTIONS, "direct-share", "0.700", "0.760"),
        (RUNS, "effects-sum", "0.800", "0.900"),
        (RUNS, "effects-sum", "0.531", "0.431"),
    ],
)
def test_a_printed_table_comes_out_and_a_slip_in_it_is_found(
    text: str, key: str, right: str, wrong: str
) -> None:
    assert not pk.audit(text).failing
    found = pk.audit(text.replace(right, wrong))
    assert key in {one.identity for one in found.failing}
    assert any(one.operand.printed.text == wrong for one in found.misprints)


def test_partial_mediation_at_ten_per_cent_needs_no_star_where_stars_begin_at_five() -> None:
    text = (
        "中介效应检验：部分中介效应\n变量,效应值\n总效应,0.15** (0.05)\n直接效应,0.08 (0.04)\n间接效应,0.07** (0.02)\n"
        "注：括号内为标准误；***、**、*分别表示在0.1%、1%、5%水平上显著。\n"
    )
    assert pk.audit(text).state == "consistent"
    far = pk.audit(text.replace("0.08 (0.04)", "0.08 (0.14)"))
    assert [one.identity for one in far.failing] == ["mediation-words"]
