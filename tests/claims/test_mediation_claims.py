"""The design kind `mediation` under R-MED: conditions, words, grid, refusals, and the shipped claims."""

from __future__ import annotations

from pathlib import Path

import pytest

import panelkit as pk
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.rules.judge import judge
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim
from panelkit.report.words import flag_text

CLAIM = """
[document]
key = "someone"
authors = ["Someone"]
title = "A title"

[[claim]]
id = "X1"
place = { section = "1", phrase = "a phrase" }
status = "computed"
says = { en = "It works through it.", zh = "经由它起作用。" }
sample = { years = [2014, 2019], provinces = "no_tibet" }
test = { weights = "rademacher", reps = 999, seed = 1 }

[[claim.reading]]
id = "channel"
main = true
rule = { name = "R-MED", sign = "+" }
label = { en = "channel", zh = "渠道" }
says = { en = "Through it.", zh = "经由它。" }

[[claim.reading.design]]
id = "both"
kind = "mediation"
label = { en = "both", zh = "两者" }
outcome = "log(gdp / population)"
treatment = "log(rd_expenditure)"
mediators = ["log(patents_granted_invention)", "log(software_revenue)"]
lag = 1
draws = 999
seed = 2
EXTRA

[[claim.grid.axis]]
id = "lag"
label = { en = "lag", zh = "滞后" }
main = { en = "1", zh = "1" }
option = [{ id = "lag0", label = { en = "0", zh = "0" }, lag = 0 }]
"""


def checked(tmp_path: Path, extra: str = "") -> CheckResult:
    path = tmp_path / "claim.toml"
    path.write_text(CLAIM.replace("EXTRA", extra), encoding="utf-8")
    return pk.check(path)


def test_a_claim_file_of_ones_own(tmp_path: Path) -> None:
    found = checked(tmp_path, "through = 2")
    assert not found.failures
    verdict = next(iter(found))
    measured = verdict.tested.measured
    table = measured.table
    assert list(table["lag"]) == ["", "lag0"]
    assert {"estimate", "conf_low", "conf_high", "a1", "a2", "rho_zero", "period"} <= set(table.columns)
    assert (table["failed"] == "").all()
    texts = [str(text) for text, _ in measured.conditions]
    assert "moves log(software_revenue)" in texts[0]
    assert texts[1].endswith("of 2 specifications")
    assert "no confounder below a correlation of 0.3" in texts[2]
    assert measured.facts["draws"] == 999
    by_hand = pk.Mediation(
        "log(gdp / population)", "log(rd_expenditure)",
        ("log(patents_granted_invention)", "log(software_revenue)"), treatment_lag=1,
    ).fit(
        pk.load_provinces(
            ["gdp", "population", "rd_expenditure", "patents_granted_invention", "software_revenue"],
            (2013, 2019), provinces="no_tibet",
        ),
        reps=999, rng=2,
    )  # fmt: skip
    assert measured.value == by_hand.params["path", "via log(software_revenue)"]
    assert verdict.to_dict()["headline"]["quantity"] == "indirect effect"


def test_the_sum_asks_for_every_mediator(tmp_path: Path) -> None:
    measured = next(iter(checked(tmp_path))).tested.measured
    assert len(measured.conditions) == 5


@pytest.mark.parametrize(
    ("low", "high", "conditions", "word"),
    [
        (0.1, 0.5, (True, True, True), "SUPPORTED"),
        (0.1, 0.5, (True, True, False), "PARTLY"),
        (-0.1, 0.5, (True, True, True), "NOT SUPPORTED"),
        (-0.5, -0.1, (True, True, True), "CONTRADICTED"),
    ],
)
def test_words_of_the_rule(low: float, high: float, conditions: tuple[bool, ...], word: str) -> None:
    said = verbatim("a")
    measured = Measured(
        quantity=said, value=0.5 * (low + high), low=low, high=high, sentence=said,
        conditions=tuple((said, held) for held in conditions),
    )  # fmt: skip
    assert judge(rule_of({"name": "R-MED", "sign": "+"}), Finding(measured=measured)).word == word


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("through = 3", "through = 3 names one of 2"),
        ('first_signs = ["+"]', "1 signs for 2 mediators"),
        ('order = "serial"\nthrough = 1', "parallel mediators"),
    ],
)
def test_wrong_designs_are_refused(tmp_path: Path, extra: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        checked(tmp_path, extra)


def test_shipped_claims_are_declared_under_the_rule() -> None:
    claims = {item.id: item for item in pk.load_claims()}
    for name, designs in (("A3", 2), ("B33", 4)):
        claim = claims[name].claim
        assert claim.status == "computed"
        assert claims[name].declaration.revision
        assert [len(reading.design) for reading in claim.reading] == [designs]
        assert {reading.rule.name for reading in claim.reading} == {"R-MED"}


def test_overlap_is_a_flag_of_the_verdict(tmp_path: Path) -> None:
    text = CLAIM.replace("EXTRA", "through = 1").replace('"log(software_revenue)"', '"log(gdp)"')
    path = tmp_path / "claim.toml"
    path.write_text(text, encoding="utf-8")
    verdict = next(iter(pk.check(path)))
    assert "overlapping_figures" in verdict.flags
    assert "overlapping_figures" in verdict.to_dict()["flags"]
    assert "share figures" in flag_text("overlapping_figures", "en")
    plain = next(iter(checked(tmp_path, "through = 1")))
    assert "overlapping_figures" not in plain.flags


def test_a_mediator_inside_a_control_is_not_computed(tmp_path: Path) -> None:
    held = 'controls = ["log(rd_expenditure):log(patents_granted_invention)"]'
    (verdict,) = checked(tmp_path, held).verdicts
    assert verdict.word is None
    assert "`log(rd_expenditure):log(patents_granted_invention)` is made of the mediator" in str(
        verdict.error
    )
