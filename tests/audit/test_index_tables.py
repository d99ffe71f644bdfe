"""Printed tables of indices, from text to findings: words, ranks, means, levels of weights, utilities."""

from __future__ import annotations

import pytest

import panelkit as pk
from panelkit.audit.result import Audit

YEARS = """Table 5 Coupling coordination degree by region
| Region | 2011 | 2012 | 2013 | Mean | Rank |
|---|---|---|---|---|---|
| Beijing | 0.475 | 0.492 | 0.507 | 0.491 | 2 |
| Tianjin | 0.211 | 0.247 | 0.264 | 0.241 | 4 |
| Hebei | 0.575 | 0.593 | 0.619 | 0.596 | 1 |
| Shanxi | 0.458 | 0.485 | 0.429 | 0.457 | 3 |
"""
CLASSES = """表5 耦合协调度及类型
省份,2011,,2020,
,D值,协调等级,D值,协调等级
北京,0.623,初级协调,0.740,中级协调
天津,0.557,勉强协调,0.580,勉强协调
河北,0.370,轻度失调,0.458,濒临失调
山西,0.285,中度失调,0.314,轻度失调
"""
RANKED = """表5 耦合协调度排名
排名,省份,耦合协调度,协调类型
1,北京,0.9467,优质协调
2,天津,0.5621,勉强协调
3,河北,0.3191,轻度失调
4,山西,0.3183,轻度失调
"""
LEVELS = """Table 1 Index system and weights
Dimension,Weight,Indicator,Weight
Dim A,0.4494,ind a,0.3116
,,ind b,0.1378
Dim B,0.5506,ind c,0.2991
,,ind d,0.2515
"""
ENTROPIES = """表1 熵值法指标权重
指标,信息熵,冗余度,权重
甲,0.9500,0.0500,0.2000
乙,0.8750,0.1250,0.5000
丙,0.9250,0.0750,0.3000
"""
DAGUM = """Table 7 Dagum Gini coefficient and decomposition
Year,Gini,Within,Between,Transvariation,Within %,Between %,Transvariation %
2012,0.209,0.047,0.086,0.076,22.49,41.15,36.36
2013,0.185,0.035,0.063,0.087,18.92,34.05,47.03
"""
THRESHOLDS = """Table 10 Threshold tests
Threshold variable\tNumber\tF\tP\t1%\t5%\t10%\tEstimate\t95% CI
lndig\tSingle\t55.55***\t0.003\t29.551\t26.864\t8.784\t7.6146\t[7.1661, 7.9618]
\tDouble\t50.72***\t0.003\t32.593\t15.858\t14.774\t1.5017\t[1.0803, 1.6258]
"""


def keys(found: Audit) -> set[str]:
    return {one.identity for one in found.failing}


@pytest.mark.parametrize(
    ("text", "checked", "right", "wrong"),
    [
        (YEARS, "summary-means", "0.593", "0.793"),
        (YEARS, "rank-order", "0.241 | 4", "0.241 | 1"),
        (CLASSES, "coordination-words", "0.623,初级协调", "0.423,初级协调"),
        (CLASSES, "coordination-words", "0.458,濒临", "0.758,濒临"),
        (RANKED, "rank-order", "0.3191", "0.3118"),
        (RANKED, "coordination-words", "0.9467", "0.2467"),
        (LEVELS, "parent-weights", "0.2991", "0.2891"),
        (ENTROPIES, "entropy-utility", "0.0750", "0.0570"),
        (DAGUM, "inequality-shares", "34.05", "39.05"),
        (THRESHOLDS, "threshold-interval", "1.0803", "1.8083"),
        (THRESHOLDS, "threshold-test", "50.72", "5.72"),
    ],
)
def test_a_printed_table_of_indices_comes_out_and_a_slip_in_it_is_found(
    text: str, checked: str, right: str, wrong: str
) -> None:
    clean = pk.audit(text)
    assert not clean.failing
    assert checked in {one.identity for one in clean.findings}
    altered = pk.audit(text.replace(right, wrong, 1))
    assert checked in keys(altered)


def test_words_of_another_scale_are_left_alone() -> None:
    other = (
        CLASSES.replace("初级协调", "优质协调")
        .replace("勉强协调", "良好协调")
        .replace("轻度失调", "中度失调")
    )
    assert not pk.audit(other).failing


def test_the_mean_of_years_that_are_not_all_printed_is_left_alone() -> None:
    other = YEARS.replace("0.491", "0.431").replace("0.241", "0.261").replace("0.596", "0.576")
    assert "summary-means" not in keys(pk.audit(other))


def test_ranks_by_something_else_are_left_alone() -> None:
    values = (0.51, 0.44, 0.62, 0.39, 0.58, 0.47, 0.66, 0.35)
    rows = "".join(f"{rank},unit {rank},{value}\n" for rank, value in enumerate(values, 1))
    found = pk.audit(f"Table 5 Coupling coordination degree\nRank,Province,Coordination degree\n{rows}")
    assert "rank-order" not in {one.identity for one in found.findings}
