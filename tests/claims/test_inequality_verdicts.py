"""R-INEQ: the studentised interval decides of a gap, simulated series of a trend; what else must hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.designs.trended import SLOW, trend_of
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Finding, Measured, Word, asked
from panelkit.claims.rules.inequality import TENTH
from panelkit.claims.rules.judge import judge
from panelkit.indices.arrays import convergence, inequality
from panelkit.language.message import verbatim
from tests.claims.test_measured import written

RULE = '{ name = "R-INEQ", sign = "+" }'


def measured(low: float, high: float, *held: bool, **more: float) -> Finding:
    said = verbatim("It is.")
    conditions = tuple(asked("also", verbatim("the same by Theil"), item) for item in held)
    middle = (low + high) / 2.0
    inner = (middle + 0.84 * (low - middle), middle + 0.84 * (high - middle))
    return Finding(
        measured=Measured(
            quantity=said,
            value=middle,
            low=low,
            high=high,
            inner_low=inner[0],
            inner_high=inner[1],
            conditions=conditions,
            sentence=said,
            **more,
        )
    )


@pytest.mark.parametrize(
    ("low", "high", "held", "smallest", "word"),
    [
        (0.1, 0.2, True, 0.02, "SUPPORTED"),
        (0.1, 0.2, False, 0.02, "PARTLY"),
        (-0.1, 0.2, True, 0.02, "UNDECIDED"),
        (0.0, 0.2, True, 0.02, "UNDECIDED"),
        (-0.01, 0.01, True, 0.02, "NOT SUPPORTED"),
        (-0.01, 0.01, True, float("nan"), "UNDECIDED"),
        (-0.2, -0.1, True, 0.02, "CONTRADICTED"),
        (-0.2, -0.1, False, 0.02, "NOT SUPPORTED"),
    ],
)
def test_words_of_a_difference(low: float, high: float, held: bool, smallest: float, word: Word) -> None:
    found = measured(low, high, held, smallest=smallest, error=0.05, df=30.0)
    judged = judge(rule_of({"name": "R-INEQ", "sign": "+"}), found)
    assert judged.word == word
    assert judged.conditions[0].key == "main"
    mirrored = measured(-high, -low, held, smallest=smallest, error=0.05, df=30.0)
    assert judge(rule_of({"name": "R-INEQ", "sign": "-"}), mirrored).word == word
    assert judged.sizes is not None
    if np.isfinite(smallest):
        assert "a tenth of the inequality" in judged.sizes.why
    assert judged.sizes.detectable == pytest.approx(
        0.05 * (2.0423 + 0.8538), rel=1e-4
    )  # t(30) to four digits


def test_the_studentised_interval_decides_of_a_gap(tmp_path: Path) -> None:
    design = 'kind = "gap"\nfigure = "rd_expenditure"\nagainst = "gdp"\nalso = ["theil_t"]\ndraws = 999\nseed = 1\n'
    (verdict,) = pk.check(written(tmp_path, RULE, design))
    found = verdict.tested.measured
    panel = pk.load_provinces(["rd_expenditure", "gdp"], (2021, 2023))
    ends = {
        (index, interval): pk.inequality_gap(
            panel, "rd_expenditure", "gdp", index=index, interval=interval, reps=999, rng=1
        )
        for index in ("gini", "theil_t")
        for interval in ("studentised", "percentile")
    }
    main = ends["gini", "studentised"]
    assert [found.low, found.high] == pytest.approx(main.conf_int().iloc[2].tolist())
    assert [found.inner_low, found.inner_high] == pytest.approx(main.conf_int(0.90).iloc[2].tolist())
    assert found.smallest == pytest.approx(TENTH * main.estimates[1])
    percentile, also = found.conditions
    assert percentile.key == "percentile"
    assert [percentile.numbers["low"], percentile.numbers["high"]] == pytest.approx(
        ends["gini", "percentile"].conf_int().iloc[2].tolist()
    )
    assert [also.numbers["low"], also.numbers["high"]] == pytest.approx(
        ends["theil_t", "studentised"].conf_int().iloc[2].tolist()
    )
    assert verdict.word == "SUPPORTED"


def test_a_gap_is_read_in_a_mirror(tmp_path: Path) -> None:
    design = 'kind = "gap"\nfigure = "gdp"\nagainst = "rd_expenditure"\nalso = ["theil_t"]\ndraws = 999\nseed = 1\n'
    (verdict,) = pk.check(written(tmp_path, RULE, design))
    assert verdict.word == "CONTRADICTED"
    assert all(item.passes for item in verdict.conditions[1:])


def test_weights_of_the_benchmark_alone_count(tmp_path: Path) -> None:
    more = 'kind = "gap"\nfigure = "rd_expenditure"\nagainst = "gdp / population"\nagainst_weight = "population"\n'
    (verdict,) = pk.check(written(tmp_path, RULE, more + "draws = 999\nseed = 1\n"))
    panel = pk.load_provinces(["rd_expenditure", "gdp", "population"], (2021, 2023))
    panel["head"] = panel["gdp"] / panel["population"]
    want = [
        inequality.gini(year["rd_expenditure"]) - inequality.gini(year["head"], year["population"])
        for _, year in panel.groupby(level="year")
    ]
    assert verdict.tested.measured.value == pytest.approx(np.mean(want))


def test_simulated_series_decide_of_a_trend() -> None:
    values = pd.Series(0.3 + 0.01 * np.random.default_rng(8).standard_normal(12).cumsum(), range(2010, 2022))
    trend = trend_of(values, lags=2, seed=4)
    theirs = convergence.trend(values, reference="simulated", rng=4)
    assert trend.found.p_value == theirs.p_value
    assert (trend.low, trend.high) == pytest.approx(
        tuple(
            theirs.facts["slope"] + s * theirs.facts["critical"] * theirs.facts["std_error"] for s in (-1, 1)
        )
    )
    assert trend.p_by_t == pytest.approx(convergence.trend(values).p_value)
    slow = convergence.simulated_trend(values, least_serial=SLOW, rng=4)
    assert trend.slow.numbers["p"] == slow.p_value
    assert trend.slow.passes == (slow.p_value < 0.05)


def test_a_widening_gap_is_undecided_where_only_the_t_test_sees_it() -> None:
    result = pk.check("B06")
    for verdict in result:
        if verdict.reading.id != "widening":
            continue
        found = verdict.tested.measured
        assert verdict.word == "UNDECIDED"
        assert verdict.sizes.detectable > 0.0
        assert found.p_value > 0.05
    by_t = [verdict.tested.measured.facts["p_by_t"] for verdict in result if verdict.reading.id == "widening"]
    assert min(by_t) < 0.05  # what decided before


def test_dependence_must_rise_under_other_weights_too() -> None:
    designs = {verdict.design.id: verdict for verdict in pk.check("B21")}
    found = designs["technology"].tested.measured
    data = pk.load_provinces(["rd_expenditure", "gdp"], 2022, vintage={"gdp": "census2023"})
    value = np.log(data["rd_expenditure"] / data["gdp"]).droplevel(1)
    assert found.by_year[2022] == pytest.approx(
        pk.moran(value, pk.contiguity(), permutations=99)["I"].iloc[0], rel=1e-10
    )
    slow, other = found.conditions
    assert slow.key == "slow"
    assert other.key == "weights"
    assert other.numbers["low"] < 0.0 < other.numbers["high"]
    assert not other.passes
    assert designs["technology"].word == "PARTLY"
    # a fifth of dependence over the years: no smallest trend is declared
    sizes = designs["technology"].sizes
    years = sorted(found.by_year)
    assert sizes.smallest == pytest.approx(0.2 / (years[-1] - years[0]))
    assert "of a province one deviation above the mean" in str(sizes.why)
    flat = Finding(
        measured=replace(found, value=0.0, low=-0.01, high=0.01, inner_low=-0.008, inner_high=0.008)
    )
    assert judge(rule_of({"name": "R-SIGN", "sign": "+"}), flat).word == "NOT SUPPORTED"


def test_unequal_words_of_parts_make_one() -> None:
    result = pk.check("B01", "B05")
    assert [item.design.id for item in result.round_of("B05").parts] == ["talent", "technology"]
    assert result.word_of("B05") == "PARTLY"  # talent and technology are far proxies
    assert [item.design.id for item in result.round_of("B01").parts] == ["incubators"]
