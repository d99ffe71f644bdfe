"""Weights with a row of their sum; headings of Stata in a file of separated cells; uneven intervals."""

from __future__ import annotations

import pytest

import panelkit as pk

WEIGHTS = "指标,权重\n研发人员,{a}\n研发经费,0.40\n专利授权,0.30\n{name},{whole}\n"


@pytest.mark.parametrize("name", ["合计", "总计", "Total", "sum"])
def test_weights_are_held_to_their_printed_sum_and_to_one(name: str) -> None:
    clean = pk.audit(WEIGHTS.format(a="0.30", name=name, whole="1.00"))
    assert clean.state == "consistent"
    assert sum(one.identity == "weights-sum" for one in clean.findings) == 2
    slip = pk.audit(WEIGHTS.format(a="0.35", name=name, whole="1.00"))
    assert [one.identity for one in slip.failing] == ["weights-sum", "weights-sum"]
    assert "0.30" in slip.misprints[0].would_be


def test_a_printed_sum_is_held_where_only_some_weights_are_listed() -> None:
    some = "indicator,weight\nstaff,0.10\nfunds,0.20\npatents,0.15\nTotal,{whole}\n"
    assert pk.audit(some.format(whole="0.45")).state == "consistent"
    assert pk.audit(some.format(whole="0.54")).state == "inconsistent"


@pytest.mark.parametrize("ratio", ["4.0", "5.0"])
def test_headings_of_stata_part_cells_by_commas(ratio: str) -> None:
    found = pk.audit(
        f"variable,Coef.,Std. Err.,t,P>|t|,[95% Conf.,Interval]\nx,0.50,0.10,{ratio},0.000,0.30,0.70\n"
    )
    assert [one.identity for one in found.failing] == ([] if ratio == "5.0" else ["t-ratio"])
    assert any(one.identity == "interval-middle" for one in found.findings)


def test_an_uneven_interval_of_an_indirect_effect_is_no_finding() -> None:
    listed = "效应,估计值,95%CI下限,95%CI上限\n总效应,0.5,0.3,0.7\n直接效应,0.3,0.1,0.5\n间接效应,0.20,{low},0.36\n"
    clean = pk.audit(listed.format(low="0.08"))
    assert clean.state == "consistent"
    assert [one.where for one in clean.unchecked if one.identity == "interval-middle"] == [
        "间接效应 · 估计值"
    ]
    assert pk.audit(listed.format(low="0.28")).failing[0].identity == "interval-middle"
