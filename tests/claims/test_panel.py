"""The panel run: against brute force, against its own slow road, and through identities."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.claims.designs.panel import headline, inner_test, main_test
from panelkit.claims.figures import Figures
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.parts import Test
from panelkit.claims.findings import Finding
from panelkit.claims.ratios import spread
from panelkit.covariance.by_name import vcov_named
from panelkit.formula.formula import parse_formula
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim
from panelkit.studies.batch import effect_of
from panelkit.studies.columns import PanelColumns
from panelkit.studies.estimation import fit_specification
from panelkit.studies.specification import longest_lag, longest_lead

# Same arithmetic in another order: two dozen operations on numbers of order one to ten.
SAME = 1e-9


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2016, 2023))


def finding(result: CheckResult, reading: str, design: str) -> Finding:
    (found,) = (
        item.tested
        for item in result
        if item.reading and item.design and (item.reading.id, item.design.id) == (reading, design)
    )
    assert found is not None
    return found


def dummies(y: pd.Series, x: pd.Series) -> float:
    """Return the slope of y on x with province and year dummies, by least squares."""
    provinces = pd.get_dummies(y.index.get_level_values("province"), dtype=float).to_numpy()
    years = pd.get_dummies(y.index.get_level_values("year"), dtype=float).to_numpy()[:, 1:]
    columns = np.column_stack([x.to_numpy(), provinces, years])
    return float(np.linalg.lstsq(columns, y.to_numpy(), rcond=None)[0][0])


def test_the_main_estimates_are_those_of_a_regression_with_dummies(
    flagship: CheckResult, figures: pd.DataFrame
) -> None:
    rd, money, gdp = figures["rd_expenditure"], figures["rd_funds_government"], figures["gdp"]
    x = pd.Series(np.log(money))
    expected = {
        ("elasticity", "gross"): dummies(np.log(rd / gdp), x),
        ("elasticity", "net"): dummies(np.log((rd - money) / gdp), x),
        ("points", "gross"): math.log(1.01) * dummies(100 * rd / gdp, x),
        ("ratio", "gross"): dummies(rd / gdp, money / gdp),
        ("semi", "net"): 100 * dummies(np.log((rd - money) / gdp), 100 * money / gdp),
    }
    for (reading, design), value in expected.items():
        assert finding(flagship, reading, design).headline.estimate == pytest.approx(value, rel=1e-8)


def test_a_ratio_net_of_the_subsidy_is_the_gross_one_less_one(flagship: CheckResult) -> None:
    gross, net = (finding(flagship, "ratio", name).headline for name in ("gross", "net"))
    assert net.estimate == pytest.approx(gross.estimate - 1.0, abs=SAME)
    assert net.std_error == pytest.approx(gross.std_error, rel=SAME)
    # the test inverts on the same draws, so the whole interval moves by one
    assert net.wild_low == pytest.approx(gross.wild_low - 1.0, abs=1e-6)


def test_the_sample_is_what_the_claim_declares(flagship: CheckResult) -> None:
    for item in flagship:
        assert item.tested is not None
        head = item.tested.headline
        assert (head.nobs, head.n_units, head.years) == (248, 31, "2016-2023")
        assert head.vcov.startswith("CRV3")
        assert head.convention == "reghdfe"


def test_the_grid_holds_every_combination_and_every_province_left_out(flagship: CheckResult) -> None:
    grid = finding(flagship, "elasticity", "gross").grid
    assert grid is not None
    assert not grid.failed
    left_out = grid.table["left_out"] != ""
    assert left_out.sum() == 31
    assert (~left_out).sum() == 2 * 2 * 2 * 2 * 3 * 3 * 3
    assert grid.share_same_sign == pytest.approx((grid.table["estimate"] > 0).mean())
    inside = (grid.table["conf_low"] <= 0.38) & (grid.table["conf_high"] >= 0.38)
    assert grid.share_claim_inside == pytest.approx(inside.mean())


def test_options_that_change_nothing_count_once(flagship: CheckResult) -> None:
    # government money inside industry is held for 2018-2023 only, so both spans of years are one sample
    grid = finding(flagship, "elasticity", "net").grid
    assert grid is not None
    combinations = grid.table[grid.table["left_out"] == ""]
    assert len(combinations) < 2 * 2 * 2 * 2 * 3 * 3 * 3
    assert not combinations.duplicated(["formula", "provinces", "period", "dynamics"]).any()
    industry = combinations[combinations["rd"] == "industry"]
    periods = industry.groupby("dynamics")["period"].agg(set)
    assert periods.pop("differences") <= {"2018-2023", "2019-2023", "2020-2023", "2021-2023"}
    assert set().union(*periods) == {"2018-2023"}


def test_the_fast_road_of_the_grid_is_the_slow_one() -> None:
    (claim,) = (item.claim for item in load_claims() if item.id == "A9")
    specs = [
        spec
        for reading in claim.reading
        for design in reading.design
        for spec in design.specifications(claim)
    ]
    panels = Figures(specs)
    for spec in specs[5::61]:
        fast = panels.effect(spec)
        slow = effect_of(fit_specification(spec, panels.panel(spec)))
        assert fast is not None
        assert (fast.nobs, fast.period, fast.df) == (slow.nobs, slow.period, slow.df)
        # cross-products keep half the digits of the columns that they are made of
        assert (fast.estimate, fast.std_error) == pytest.approx((slow.estimate, slow.std_error), rel=1e-6)


def test_without_fixed_effects_the_headline_is_the_treatment_and_not_the_intercept() -> None:
    (claim,) = (item.claim for item in load_claims() if item.id == "A9")
    spec = replace(claim.reading[0].design[0].specification(claim), effects="none")
    panels = Figures([spec])
    fit = fit_specification(spec, panels.panel(spec))
    place = fit.terms.index(spec.term)
    assert fit.terms[0] == "Intercept"
    assert effect_of(fit).estimate == fit.estimates[place]
    assert effect_of(fit).std_error == pytest.approx(
        fit.tidy()["std_error"].iloc[place], rel=1e-12
    )  # one square root
    assert panels.effect(spec) in (None, effect_of(fit))
    wild = main_test(fit, Test(reps=100, seed=1))
    shown = headline(fit, wild, inner_test(fit, Test(reps=100, seed=1)), None, 1.0)
    assert (shown.term, shown.estimate) == (spec.term, fit.estimates[place])
    assert wild.p_value == pk.wild_cluster_bootstrap(fit, spec.term, reps=100, rng=1).p_value


def test_a_lag_reaches_back_out_of_the_sample() -> None:
    (claim,) = (item.claim for item in load_claims() if item.id == "A9")
    axis = next(item for item in claim.grid.axis if item.id == "lag")
    spec = claim.reading[0].design[0].specification(claim, (axis.option[1],))
    assert spec.term == "lag(log(rd_funds_government), 2)"
    assert spec.lead_in == 2
    fit = fit_specification(spec, Figures([spec]).panel(spec))
    assert (fit.nobs, fit.facts["years"]) == (248, "2016-2023")


@pytest.mark.parametrize(
    ("formula", "years"),
    [
        ("y ~ x", 0),
        ("y ~ lag(x, 2) + diff(z)", 2),
        ("diff(y, 3) ~ x", 3),
        ("y ~ lag(lag(x) / z, 2)", 3),
        ("y ~ log(-x) + I(x^2)", 0),
    ],
)
def test_the_reach_of_a_formula_is_its_longest_lag(formula: str, years: int) -> None:
    assert longest_lag(parse_formula(formula)) == years


@pytest.mark.parametrize(
    ("formula", "years"),
    [
        ("y ~ lag(x, 2)", 0),
        ("lead(y, 2) ~ x", 2),
        ("y ~ lag(lead(x, 2))", 1),  # one year back, then two ahead
        ("y ~ lead(lag(x, 2))", 1),  # the row a year ahead is looked at before two years back
    ],
)
def test_leads_reach_ahead_out_of_the_sample(formula: str, years: int) -> None:
    assert longest_lead(parse_formula(formula)) == years


def test_ratios_beside_are_sums_over_sums(flagship: CheckResult, figures: pd.DataFrame) -> None:
    share = finding(flagship, "elasticity", "gross").beside[0]
    sums = figures[["rd_funds_government", "rd_expenditure"]].sum()
    assert share.aggregate == pytest.approx(sums.iloc[0] / sums.iloc[1], rel=SAME)
    ratios = figures["rd_funds_government"] / figures["rd_expenditure"]
    assert (share.p10, share.p90) == pytest.approx(tuple(np.quantile(ratios, [0.1, 0.9])), rel=SAME)


def test_implied_yuan_are_the_estimate_over_the_share(flagship: CheckResult) -> None:
    result = finding(flagship, "elasticity", "gross")
    share, implied, claimed = result.beside
    assert implied.aggregate == pytest.approx(result.headline.estimate / share.aggregate, rel=SAME)
    assert claimed.aggregate == pytest.approx(0.38 / share.aggregate, rel=SAME)


def test_percentage_points_are_rejected_as_implausible(flagship: CheckResult) -> None:
    result = finding(flagship, "points", "gross")
    assert result.plausible is not None
    assert not result.plausible.plausible
    # 0.38 / ln 1.01 x ln 1.1 = 3.64 points
    assert "3.64" in result.plausible.sentence
    flags = [item.flags for item in flagship if item.reading and item.reading.id == "points"]
    assert all("implausible_number" in item for item in flags)


def test_an_intensity_is_not_summed_over_provinces(figures: pd.DataFrame) -> None:
    frame = figures.assign(urbanisation_rate=50.0)
    with pytest.raises(SpecError, match="urbanisation_rate: an intensity"):
        spread("urbanisation_rate / gdp", frame, label=verbatim("x"))


def test_a_function_of_the_sample_is_refused_in_a_grid(figures: pd.DataFrame) -> None:
    with pytest.raises(SpecError, match=r"center\(\) depends on the sample"):
        PanelColumns(figures).column("center(gdp)")


def test_covariances_are_named_as_in_python() -> None:
    assert vcov_named("Cluster(year)") == pk.Cluster("year")
    assert vcov_named("CRV3") == pk.CRV3()
    with pytest.raises(SpecError, match="no covariance 'HC9'"):
        vcov_named("HC9")


def test_the_same_seed_gives_the_same_numbers(claim_file: Callable[..., Path]) -> None:
    path = claim_file()
    assert pk.check(path).to_list() == pk.check(path).to_list()


def test_a_design_that_cannot_be_computed_does_not_stop_the_others(claim_file: Callable[..., Path]) -> None:
    result = pk.check(claim_file("log({rd} / gdp)", "log({rd} / gdpp)"))
    gross, net = result.of("T1")
    assert gross.word is None
    assert gross.error is not None
    assert "gdpp" in gross.error
    assert net.word is not None
    assert net.tested is not None
    assert net.tested.grid is not None
    assert net.tested.grid.failed == ()
    assert result.failures == (gross,)
    assert result.word_of("T1") is None


@pytest.mark.parametrize(
    "wrong", ["log({rd} / gdp", "__import__({rd})", "log({rd} / province)", "log(-{rd})"]
)
def test_a_formula_that_is_refused_fails_alone(claim_file: Callable[..., Path], wrong: str) -> None:
    gross, net = pk.check(claim_file("log({rd} / gdp)", wrong)).of("T1")
    assert gross.error is not None
    assert net.word is not None


def test_an_option_that_cannot_be_computed_is_listed_with_its_reason(claim_file: Callable[..., Path]) -> None:
    changed = claim_file("years = [2019, 2022] }]", 'quantities = { rd = "gdpp" } }]')
    gross, _ = pk.check(changed).of("T1")
    assert gross.tested is not None
    assert gross.tested.grid is not None
    ((label, reason),) = gross.tested.grid.failed
    assert "later" in label
    assert "gdpp" in reason
    assert gross.tested.grid.n == 1
