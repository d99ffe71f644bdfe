"""Regression tables: published numbers come out, one changed digit does not; what is not stated is allowed for."""

from __future__ import annotations

import math

import pytest
from scipy.stats import chi2, norm
from scipy.stats import t as student

import panelkit as pk
from panelkit.audit.entries import Entry, Table
from panelkit.audit.significance import chi2_p_of, p_of
from panelkit.kernels.intervals import Interval
from tests.audit.by_hand import entry, outcomes, put, states, table

COLUMN = {"column": 1}


def auto(**changed: str) -> Table:
    """Stata manual, [R] regress and [R] estat ic: mpg on weight and foreign, 1978 automobile data."""
    said = {
        "nobs": "74", "df_resid": "71", "f": "69.75", "r2": "0.6627", "r2_adjusted": "0.6532",
        "root_mse": "3.4071", "rss": "824.171761", "loglik": "-194.1831", "aic": "394.3661", "bic": "401.2783",
    } | changed  # fmt: skip
    found = [entry(role, text, "", **COLUMN) for role, text in said.items()]
    found += [
        entry("coefficient", "-.0065879", "weight", se=".0006371", t="-10.34", p="0.000", low="-.0078583",
              high="-.0053175", **COLUMN),
        entry("coefficient", "-1.650029", "foreign", se="1.075994", t="-1.53", p="0.130", low="-3.7955",
              high=".4954422", **COLUMN),
        entry("constant", "41.6797", "_cons", se="2.165547", t="19.25", p="0.000", low="37.36172",
              high="45.99768", **COLUMN),
    ]  # fmt: skip
    return table(*found, title="OLS")


OF_AUTO = (
    "t-ratio", "t-sign", "p-value", "interval-middle", "interval-width", "error-range", "p-range", "clusters",
    "information-criteria", "r2-range", "adjusted-r2", "f-r2", "error-variance",
)  # fmt: skip


@pytest.mark.parametrize("key", OF_AUTO)
def test_the_automobile_regression_comes_out(key: str) -> None:
    held = states(key, auto())
    assert held
    assert set(held) == {"consistent"}


@pytest.mark.parametrize(
    ("key", "role", "text"),
    [
        ("information-criteria", "aic", "349.3661"), ("information-criteria", "bic", "401.2738"),
        ("information-criteria", "loglik", "-194.1813"), ("adjusted-r2", "r2_adjusted", "0.6732"),
        ("f-r2", "f", "96.75"), ("error-variance", "root_mse", "3.4701"), ("r2-range", "r2", "1.6627"),
        ("clusters", "df_resid", "77"),
    ],
)  # fmt: skip
def test_one_misprint_of_its_statistics_is_seen(key: str, role: str, text: str) -> None:
    assert set(states(key, auto(**{role: text}))) - {"consistent"}


def test_a_criterion_per_observation_is_one_of_eviews() -> None:
    n, ll, k = 74, -194.1831, 3
    per = {"aic": f"{(2 * k - 2 * ll) / n:.4f}", "bic": f"{(k * math.log(n) - 2 * ll) / n:.4f}"}
    assert states("information-criteria", auto(**per)) == ["consistent"]


def columns(*cells: str, role: str = "coefficient", **facts: object) -> Table:
    found = [entry(role, text, f"x{at}", row=at) for at, text in enumerate(cells)]
    return table(*found, **facts)


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("0.052*** (0.011)", "consistent"),
        ("0.052** (0.011)", "inconsistent"),  # p < .001 printed with p < .05
        ("0.052* (0.011)", "decision"),  # 5 %
        ("0.052 (0.011)", "decision"),  # any star
        ("0.022** (0.011)", "consistent"),  # t from 1.87 to 2.14
        ("0.002*** (0.011)", "decision"),
        (
            "0.0201 (0.0101)",
            "inconsistent",
        ),  # p from .047: a resampled p may be .1, so that nothing is decided
    ],
)
def test_stars_of_an_estimate_over_its_error(cell: str, state: str) -> None:
    found = outcomes("stars-ratio", columns("0.900*** (0.100)", cell, "0.100 (0.200)"))
    assert [one.state for one in found] == ["consistent", state, "consistent"]


def test_stars_of_t_and_of_p() -> None:
    assert states("stars-t", columns("1*** (3.90)", "1 (3.90)"), brackets="t") == ["consistent", "decision"]
    assert states("stars-p", columns("1*** (0.004)", "1 (0.004)"), brackets="p") == ["consistent", "decision"]
    assert states("stars-p", columns("1*** (3.9)", "1* (0.04)"), brackets="p") == ["decision"]


def test_a_table_without_a_third_star_may_know_two_levels() -> None:
    assert states("stars-ratio", columns("0.9** (0.1)", "0.2 (0.2)")) == ["consistent"] * 2
    assert states("stars-ratio", columns("0.9** (0.1)", "0.2 (0.2)", star_levels=(0.1, 0.05, 0.01))) == [
        "inconsistent",
        "consistent",
    ]


def test_one_sided_tests_are_an_excuse_where_they_explain_all_or_are_stated() -> None:
    cells = ("0.900*** (0.100)", "0.140* (0.100)", "0.150* (0.100)", "0.050 (0.100)")
    assert "decision" not in states("stars-ratio", columns(*cells))
    assert "decision" in states("stars-ratio", columns(*cells, one_sided=False))
    assert set(states("stars-ratio", columns(*cells, one_sided=True))) == {"consistent"}
    assert "decision" in states("stars-ratio", columns(*cells[:2], cells[3]))  # one cell alone is a misprint


def test_resampled_errors_and_odds_ratios_are_allowed_for() -> None:
    cells = ("0.900*** (0.100)", "0.900 (0.100)")
    held = columns(*cells)
    assert states("stars-ratio", held) == ["consistent", "decision"]
    assert states("stars-ratio", columns(*cells, bootstrap=True)) == ["consistent", "inconsistent"]
    assert states("stars-ratio", table(*held.entries, notes=("odds ratios",))) == []


def test_a_table_of_sizes_of_t_has_no_signs_to_compare() -> None:
    assert states("t-sign", columns("-0.5 (2.1)", "0.4 (1.2)"), brackets="t") == ["consistent"]
    assert states("t-sign", columns("-0.5 (2.1)", "-0.4 (-1.2)"), brackets="t") == ["decision", "consistent"]
    assert states("t-sign", columns("0.5 (-2.1)"), brackets="t") == ["decision"]


def test_a_negative_bracket_is_no_error() -> None:
    assert states("error-range", columns("0.5 (-2.1)")) == ["decision"]
    assert states("p-range", columns("0.5 (2.1)"), brackets="p") == ["decision"]


def interval(text: str, low: str, high: str, **more: str) -> Table:
    return table(
        entry("coefficient", text, "x", low=low, high=high, **more), entry("coefficient", "1***", "y")
    )


def test_intervals() -> None:
    q = norm.ppf(0.975)
    low, high = f"{0.5 - q * 0.2:.3f}", f"{0.5 + q * 0.2:.3f}"
    assert states("interval-middle", interval("0.500", low, high)) == ["consistent"]
    assert states("interval-middle", interval("0.530", low, high)) == ["inconsistent"]
    assert states("interval-middle", interval("0.950", low, high)) == ["decision"]
    assert states("interval-width", interval("0.500", low, high, se="0.200")) == ["consistent"]
    assert states("interval-width", interval("0.500", low, high, se="0.260")) == ["inconsistent"]
    assert states("interval-zero", interval("0.500**", low, high, se="0.200")) == ["consistent"]
    assert states("interval-zero", interval("0.500**", "-0.108", "1.108", se="0.310")) == ["decision"]
    assert states("interval-zero", interval("0.500", low, high, se="0.200")) == ["decision"]


@pytest.mark.parametrize(
    ("n", "state"),
    [("248", "consistent"), ("240", "consistent"), ("284", "decision"), ("2480", "inconsistent")],
)
def test_observations_of_a_panel(n: str, state: str) -> None:
    assert states("observations", table(entry("nobs", n, ""), provinces=31, years=8)) == [state]


def test_a_balanced_panel_has_whole_years() -> None:
    held = table(entry("nobs", "241", ""), entry("rho", "0.3", ""), provinces=31, years=8)
    assert states("observations", held) == ["inconsistent"]
    assert states("observations", put(held, "nobs", "217")) == ["consistent"]  # a lag
    printed = (entry("units", "31", ""), entry("periods", "8", ""))
    assert states("observations", table(*put(held, "nobs", "240").entries, *printed)) == ["inconsistent"]
    noted = table(entry("nobs", "241", ""), notes=("非平衡面板",), provinces=31, years=8)
    assert states("observations", noted) == ["consistent"]


def test_one_sample_where_the_note_says_so() -> None:
    rows = entry("nobs", "248", "", column=1), entry("nobs", "242", "", column=2)
    assert states("same-sample", table(*rows)) == []
    assert states("same-sample", table(*rows, notes=("各列使用相同样本",))) == ["inconsistent"]


def elhorst(column: str) -> tuple[Entry, ...]:
    """Elhorst 2014, table 3.1: cigarette demand, LM lag, LM error, robust LM lag, robust LM error."""
    printed = {
        "pooled": ("66.47", "153.04", "58.26", "144.84"),
        "spatial": ("136.43", "255.72", "29.51", "148.80"),
        "time": ("44.04", "62.86", "0.33", "19.15"),
        "both": ("46.90", "54.65", "1.16", "8.91"),
    }[column]
    roles = ("lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error")
    return tuple(entry(role, text, "") for role, text in zip(roles, printed, strict=True))


@pytest.mark.parametrize("column", ["pooled", "spatial", "time", "both"])
def test_lm_tests_of_elhorst(column: str) -> None:
    held = table(*elhorst(column))
    assert states("lm-tests", held) == ["consistent"]
    error = float(held.of("lm_error")[0].number.text)
    assert states("lm-tests", put(held, "lm_error", f"{error + 0.1:.2f}")) != ["consistent"]


def test_a_robust_lm_test_on_the_other_side_of_five_per_cent_decides() -> None:
    held = table(*elhorst("both"))
    assert states("lm-tests", put(held, "robust_lm_lag", "11.60")) == ["decision"]
    joint = table(*elhorst("both"), entry("lm_sarma", "55.81", ""))
    assert states("lm-sarma", joint) == ["consistent", "consistent"]
    assert states("lm-sarma", put(joint, "lm_sarma", "58.51")) == ["inconsistent", "inconsistent"]
    assert states("lm-range", put(joint, "lm_sarma", "45.81")).count("inconsistent") == 2


def models(*values: tuple[str, str]) -> Table:
    found = [entry("loglik", text, "", column=at, heading=name) for at, (name, text) in enumerate(values, 1)]
    return table(
        *found, entry("lr", "24.68***", "", column=2, other="sar"), entry("lr", "9.1", "", other="sem")
    )


def test_likelihood_ratios_between_columns_named_by_their_models() -> None:
    held = models(("SAR", "1661.20"), ("空间杜宾模型", "1673.54"), ("SEM", "1668.99"))
    assert states("likelihood-ratio", held) == ["consistent", "consistent"]
    assert states("likelihood-ratio", put(held, "lr", "26.48")) == ["inconsistent", "consistent"]
    assert set(states("nested-likelihoods", held)) == {"consistent"}
    turned = models(("SAR", "1673.54"), ("SDM", "1661.20"))
    assert states("nested-likelihoods", turned) == ["inconsistent"]
    assert states("likelihood-ratio", turned) == [
        "decision"
    ]  # no test that favours the free model is negative


def test_statistics_against_p_stars_and_degrees_of_freedom() -> None:
    df = entry("df", "6", "hausman")
    test = entry("hausman", "15.20 (0.019)", "")
    assert states("test-p", table(test, df)) == ["consistent"]
    assert chi2.sf(15.20, 6) == pytest.approx(0.0188, abs=5e-5)
    assert states("test-p", table(entry("hausman", "15.20 (0.190)", ""), df)) == ["decision"]
    assert states("test-p", table(entry("ar2", "-0.56", "", p="0.575"))) == ["consistent"]
    assert states("test-p", table(entry("ar2", "-2.56", "", p="0.575"))) == ["decision"]
    assert states("test-stars", table(entry("lm_lag", "2.10***", ""), entry("lm_error", "9.00***", ""))) == [
        "decision",
        "consistent",
    ]
    lags = [entry("spatial_lag_x", "0.1", f"x{at}") for at in range(4)]
    assert states("test-df", table(*lags, entry("df", "4", "wald", other="sar"))) == ["consistent"]
    assert states("test-df", table(*lags, entry("df", "5", "wald", other="sar"))) == ["inconsistent"]


def test_a_negative_hausman_statistic() -> None:
    assert states("hausman-sign", table(entry("hausman", "-12.3", ""))) == ["inconsistent"]
    assert states("hausman-sign", table(entry("hausman", "-12.3***", ""))) == ["decision"]


def test_p_values_hold_every_number_of_degrees_of_freedom() -> None:
    held = p_of(Interval(1.9, 2.1), Interval(20.0, math.inf))
    for size in (1.9, 2.0, 2.1):
        for df in (20, 31, 400):
            assert held.has(2 * student.sf(size, df))
        assert held.has(2 * norm.sf(size))
    assert held.high == pytest.approx(2 * student.sf(1.9, 20))
    assert held.low == pytest.approx(2 * norm.sf(2.1))
    tail = chi2_p_of(Interval(9.0, 9.5), Interval(1.0, 4.0))
    assert (tail.low, tail.high) == (pytest.approx(chi2.sf(9.5, 1)), pytest.approx(chi2.sf(9.0, 4)))


PASTED = """\
         mpg | Coefficient  Std. err.      t    P>|t|     [95% conf. interval]
-------------+----------------------------------------------------------------
      weight |  -.0065879   .0006371   -10.34   0.000    -.0078583   -.0053175
     foreign |  -1.650029   1.075994    -1.53   0.130      -3.7955    .4954422
       _cons |    41.6797   2.165547    19.25   0.000     37.36172    45.99768
------------------------------------------------------------------------------
"""


def test_what_stata_prints_is_pasted_and_both_ends_of_its_intervals_are_read() -> None:
    found = pk.audit(PASTED)
    assert found.state == "consistent"
    checked = [one.identity for one in found.findings]
    assert all(checked.count(key) == 3 for key in ("t-ratio", "p-value", "interval-middle", "interval-width"))
    wrong = pk.audit(PASTED.replace("-3.7955", "-3.9755"))
    assert {one.identity for one in wrong.failing} == {"interval-middle"}


def test_a_constant_among_the_coefficients_does_not_spoil_f() -> None:
    r2, n, k = 0.6627, 74, 2
    f = (r2 / k) / ((1 - r2) / (n - k - 1))
    names = ("weight", "foreign", "const")
    found = [entry("coefficient", "1.0", name, **COLUMN) for name in names]
    found += [entry("f", f"{f:.2f}", "", **COLUMN), entry("r2", "0.6627", "", **COLUMN)]
    held = table(*found, entry("nobs", "74", "", **COLUMN), title="pooled OLS")
    assert states("f-r2", held) == ["consistent"]
    assert states("f-r2", table(*held.entries, title="pooled OLS, robust standard errors")) == []
