"""Printed tables of spatial models, from text to findings: whose effects they are, and a W with other sums of rows."""

from __future__ import annotations

import pytest

import panelkit as pk

# exact effects of a W with a mean row sum of W (I - rho W)^-1 of .9, not 1 / (1 - rho)
OTHER = """Table 4 SDM estimates and effects
Variable,Main,Wx,Direct,Indirect,Total
lnRD,0.400 (0.050),0.200 (0.100),0.420 (0.050),0.268 (0.110),0.688 (0.120)
lnGov,-0.300 (0.040),0.100 (0.080),-0.299 (0.040),0.008 (0.090),-0.291 (0.100)
rho,0.300 (0.050),,,,
Notes: standard errors in parentheses.
"""
RIGHT = (
    OTHER.replace("0.688", "0.857")
    .replace("0.268", "0.437")
    .replace("0.008", "0.013")
    .replace("-0.291", "-0.286")
)
BY_W = """Table 7 Alternative weights, SDM
Variable,(1) Contiguity,(2) Distance
L.lnY,0.253,0.258
,(6.39),(6.43)
lnRD,0.400,0.300
,(8.00),(6.00)
Urban,0.120,0.130
,(3.00),(3.10)
W×lnRD,0.200,0.150
,(2.00),(1.90)
W×Urban,0.020,0.030
,(0.20),(0.30)
rho,0.250,0.300
,(4.00),(5.00)
Direct,0.416,0.312
,(8.10),(6.10)
Indirect,0.384,0.331
,(3.00),(2.50)
Total,0.800,0.643
,(6.00),(5.00)
Notes: t-values in parentheses.
"""


def states(text: str, key: str, **facts: object) -> list[str]:
    return [one.state for one in pk.audit(text, **facts).findings if one.identity == key]  # type: ignore[arg-type]


def test_totals_that_one_w_explains_are_one_finding() -> None:
    found = [one for one in pk.audit(OTHER, simulated=False).failing if one.identity == "total-effect"]
    assert len(found) == 1
    assert "mean row sum" in str(found[0].why)
    assert states(OTHER, "total-effect", simulated=False, row_standardised=True) == ["inconsistent"] * 2
    assert not states(OTHER, "total-effect", row_standardised=False)


def test_columns_that_all_miss_by_their_w_are_a_remark() -> None:
    numbers = {
        "lnRD": "0.400 (0.050)",
        "W×lnRD": "0.200 (0.100)",
        "rho": "0.300 (0.050)",
        "Direct": "0.420 (0.050)",
    }
    numbers |= {"Indirect": "0.268 (0.110)", "Total": "0.688 (0.120)"}
    rows = [f"{name},{held},{held}" for name, held in numbers.items()]
    found = pk.audit("\n".join(["Table 7 SDM", "Variable,(1),(2)", *rows]), simulated=False, brackets="se")
    assert not found.failing
    assert any("mean row sum" in str(one.why) for one in found.remarked)


def test_a_slip_in_one_total_is_not_taken_for_a_w() -> None:
    assert not pk.audit(RIGHT, simulated=False).failing
    slipped = RIGHT.replace("0.857", "0.587").replace("0.437", "0.167")
    assert states(slipped, "total-effect", simulated=False) == ["inconsistent", "consistent"]


def test_effects_without_a_name_are_those_of_the_core_regressor() -> None:
    found = pk.audit(BY_W)
    total = [one for one in found.findings if one.identity == "total-effect"]
    assert len(total) == 2
    assert all("lnRD" in one.where for one in total)
    assert not found.failing


def test_effects_that_may_be_of_the_long_run_are_consistent_or_not_judged() -> None:
    text = BY_W.replace("0.800", "1.207").replace("0.384", "0.791")
    assert states(text, "total-effect") == ["consistent"]


@pytest.mark.parametrize("name", ["SAR", "SAC"])
def test_columns_without_wx_beside_a_durbin_model_are_judged_by_their_name(name: str) -> None:
    text = f"""Table 2 Comparison of spatial models
Variable,{name},SDM
lnRD,0.303 (0.019),0.400 (0.050)
W×lnRD,,0.200 (0.100)
rho,0.040 (0.010),0.300 (0.050)
Direct effect,0.303 (0.019),0.416 (0.050)
Indirect effect,0.013 (0.004),0.441 (0.120)
Total effect,0.316 (0.020),0.857 (0.130)
Notes: standard errors in parentheses.
"""
    assert not pk.audit(text).failing
    assert "direct-effect" in {one.identity for one in pk.audit(text.replace("0.303", "0.903", 1)).failing}


def test_the_spatial_lag_below_its_variable_is_no_rho() -> None:
    text = """表8 SDM模型
变量,,系数
数字经济,系数,0.1919 (6.58)
,空间滞后项,-0.0226 (-0.18)
,直接效应,0.1933 (6.59)
,间接效应,-0.0635 (-0.81)
,总效应,0.1298 (1.60)
ρ,,-0.3935 (-1.41)
注：括号内为t值。
"""
    assert not pk.audit(text).failing
    assert "effects-sum" in {one.identity for one in pk.audit(text.replace("0.1298", "0.2298")).failing}


def test_no_whole_number_of_restrictions_gives_this_p() -> None:
    text = """Table 8 Tests of the SDM
Test,Statistic,p
Wald SDM to SAR,19.128,0.004
LR SDM to SAR,18.554,0.005
"""
    assert not pk.audit(text).failing
    found = pk.audit(text.replace("0.004", "0.005"))
    assert [one.identity for one in found.failing] == ["reduction-tests"]
