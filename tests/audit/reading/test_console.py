"""Printouts of R as they stand on the console: single blanks between columns, signs of significance, a call above."""

from __future__ import annotations

import pytest

import panelkit as pk
from panelkit.audit.reading.console import pieces_of

SPLM = """Spatial panel fixed effects lag model

Call:
spml(formula = fm, data = d, listw = w, model = "within", lag = TRUE,
    spatial.error = "none")

Residuals:
     Min.   1st Qu.    Median   3rd Qu.      Max.
-0.157000 -0.019900 -0.000400  0.018800  0.170000

Spatial autoregressive coefficient:
       Estimate Std. Error t-value  Pr(>|t|)
lambda 0.275000   0.022000  12.500 < 2.2e-16 ***

Coefficients:
            Estimate Std. Error t-value Pr(>|t|)
log(pcap) -0.046600   0.025500 -1.8275  0.06763 .
log(pc)    0.187000   0.023500  7.9574 1.757e-15 ***
unemp     -0.004500   0.000900 -5.0000 5.733e-07 ***

---
Signif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1

Impact measures (lag, trace):
              Direct     Indirect        Total
log(pcap) -0.0473700 -0.016905862 -0.064275862
log(pc)    0.1900900  0.067841000  0.257931000
unemp     -0.0045740 -0.001632897 -0.006206897
"""
SPATIALREG = """Coefficients: (asymptotic standard errors)
              Estimate Std. Error z value  Pr(>|z|)
(Intercept) 45.079250   7.177347  6.2808 3.369e-10
INC         -1.031616   0.305143 -3.3808 0.0007229
lag.INC     -0.585750   0.554210 -1.0569 0.2905500
"""


def test_a_printout_of_splm_is_two_tables_whose_lambda_is_the_lag() -> None:
    found = pk.audit(SPLM)
    assert len(found.tried) == 2
    first = found.tried[0][0].table
    assert [one.number.text for one in first.of("rho")] == ["0.275000"]
    assert [one.subject for one in first.of("coefficient")] == ["log(pcap)", "log(pc)", "unemp"]
    assert first.facts.star_levels == (0.05, 0.01, 0.001)
    assert not found.failing
    checked = {one.identity for one in found.findings}
    assert {"total-effect-elsewhere", "effects-sum", "p-value", "t-ratio"} <= checked


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("0.187000", "0.178000", "t-ratio"),
        ("0.067841000", "0.076841000", "effects-sum"),
        ("5.733e-07", "5.733e-17", "p-value"),
        ("0.275000", "0.725000", "total-effect-elsewhere"),
    ],
)
def test_a_slip_in_a_printout_is_found(right: str, wrong: str, key: str) -> None:
    assert key in {one.identity for one in pk.audit(SPLM.replace(right, wrong)).failing}


def test_numbers_parted_by_single_blanks_stand_in_their_columns() -> None:
    table = pk.audit(SPATIALREG).tried[0][0].table
    kinds = [[more.kind for more in one.attached] for one in table.entries]
    assert [one.role for one in table.entries] == ["constant", "coefficient", "spatial_lag_x"]
    assert kinds == [["se", "z", "p"]] * 3


@pytest.mark.parametrize(
    ("text", "leads", "pieces"),
    [
        ("6.2808 3.369e-10", False, ["6.2808", "3.369e-10"]),
        ("-1.8275 0.06763 .", False, ["-1.8275", "0.06763 ."]),
        ("7.4572 < 2.2e-16 ***", False, ["7.4572", "< 2.2e-16 ***"]),
        ("lag.INC -0.585750", True, ["lag.INC", "-0.585750"]),
        ("Estimate Std. Error z value", False, ["Estimate", "Std. Error", "z value"]),
        ("Model 1", True, ["Model 1"]),
        ("1 234", False, ["1 234"]),
        ("0.213 (0.051)", False, ["0.213 (0.051)"]),
        ("Panel A 2011", True, ["Panel A 2011"]),
    ],
)
def test_where_a_token_is_parted(text: str, leads: bool, pieces: list[str]) -> None:
    assert [text[a:b] for a, b in pieces_of(text, leads=leads)] == pieces
