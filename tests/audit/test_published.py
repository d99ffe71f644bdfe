"""Four published tables are judged as their compilers judged them by hand (numbers read in place)."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from tests.reference import printed_table


def test_lm_tests_of_a_published_table_add_up() -> None:
    # Humanities and Social Sciences Communications 11, s41599-024-03337-2, table 1
    found = pk.audit(printed_table("lm_and_wald.csv"))
    assert found.state == "consistent"
    assert sum(one.identity == "lm-tests" for one in found.findings) == 2


def test_effects_of_a_published_durbin_model_hold() -> None:
    # PMC12267521, table 7
    found = pk.audit(printed_table("sdm_effects.csv"))
    assert found.state == "consistent"
    assert found.tried[0][0].reading.brackets in ("t", "z")
    checked = [one.identity for one in found.findings]
    assert checked.count("effects-sum") == checked.count("total-effect") == 4


def test_a_rho_below_minus_one_is_possible_and_says_where() -> None:
    # hanspub, paper file 29-1252385, table 6
    found = pk.audit(printed_table("four_weights_zh.csv"), provinces=31, years=8)
    assert found.state == "consistent"
    (remark,) = found.remarked
    assert remark.identity == "rho-range"
    assert "-0.771" in str(remark.why)
    assert "经济距离权重" in remark.where
    assert [one.state for one in found.findings if one.identity == "observations"] == ["consistent"] * 4


def test_stars_against_errors_cannot_be_saved_by_a_reading() -> None:
    # Resources Science 41(10) 2019, table 5 (part)
    found = pk.audit(printed_table("stars_against_errors.csv"))
    assert found.state == "decision"
    assert all(one.badness[0] for one in found.tried[0])
    assert any("under every reading" in note for note in found.notes)
    asked = pk.audit(printed_table("stars_against_errors.csv"), stars=(0.1, 0.05, 0.01), brackets="se")
    states = {one.where: one.state for one in asked.failing}
    assert states["lnSI · SAR"] == "decision"  # t = 3.4 and one star
    # .0025 / .0015 round to .002 and .002 and carry one star at 10 %, though 1 does not
    assert "lnRS · SEM" not in states


def test_json_and_report(tmp_path: Path) -> None:
    out = str(tmp_path / "report.html")
    done = CliRunner().invoke(
        app, ["audit", str(printed_table("stars_against_errors.csv")), "--json", "--out", out]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["state"] == "decision"
    assert {one["state"] for one in told["findings"]} == {"consistent", "inconsistent", "decision"}
