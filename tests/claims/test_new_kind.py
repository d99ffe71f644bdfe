"""A kind of design and a rule are one file each: what a foreign module declares is read, run, judged and shown."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import ClassVar, Literal

import pytest
from rich.console import Console

import panelkit as pk
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import MeasuredDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.parts import Expression, Printed
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Finding, Judgement, Measured, asked, paragraph
from panelkit.claims.rules.reading import measured_of
from panelkit.language import register
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim
from panelkit.language.offers import MARK, Entry, offered
from panelkit.report.page import page
from panelkit.report.register import claim_card
from panelkit.studies.grid import Tick

CLAIM = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "N1"
place = { section = "1", phrase = "many" }
status = "computed"
says = { en = "There are many rows.", zh = "行数多。" }
sample = { years = [2021, 2023] }

[[claim.reading]]
id = "main"
main = true
rule = { name = "R-LARGE", least = "90" }
label = { en = "main", zh = "主要" }
says = { en = "As said.", zh = "如题。" }

[[claim.reading.design]]
id = "one"
kind = "counting"
label = { en = "one", zh = "其一" }
figure = "gdp"
"""


@offered("design", "counting")
class CountingDesign(MeasuredDesign):
    """How many province-years hold a figure."""

    FORMULAS: ClassVar[tuple[str, ...]] = ("figure",)

    kind: Literal["counting"]
    figure: Expression

    def run(self, claim: Claim, reading: Reading, figures: Figures, tick: Tick) -> Finding:
        """Return the number of rows."""
        years = claim.sample_of(self).years
        n = pk.load_provinces(self.figure, years)[self.figure].notna().sum()
        tick(1)
        return Finding(
            measured=Measured(quantity=verbatim("n"), value=float(n), sentence=verbatim(f"n = {n}."))
        )


@offered("rule", "R-LARGE", can=("measured",))
class LargeRule(Rule):
    """At least so many."""

    NEEDS: ClassVar[tuple[str, ...]] = ("least",)

    least: Printed | None = None

    def judge(self, tested: Finding) -> Judgement:
        """Return SUPPORTED where there are enough."""
        found = measured_of(tested)
        enough = found.value >= float(self.least or "nan")
        return Judgement(
            word="SUPPORTED" if enough else "NOT SUPPORTED",
            sentence=paragraph([found.sentence, verbatim("Judged.")]),
            conditions=(asked("least", verbatim("enough rows"), enough),),
            leans=1 if enough else -1,
        )


@pytest.fixture
def claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = ModuleType("panelkit.new_kind_of_a_test")
    entries: list[Entry] = []
    for thing in (CountingDesign, LargeRule):
        setattr(own, thing.__name__, thing)
        (mark,) = vars(thing)[MARK]
        entries.append(Entry(mark.kind, mark.key, "new_kind_of_a_test", mark.name, can=mark.can))
    monkeypatch.setitem(sys.modules, own.__name__, own)
    held = register.entries()
    monkeypatch.setattr(register, "_entries", lambda: (*held, *entries))
    path = tmp_path / "new.toml"
    path.write_text(CLAIM, encoding="utf-8")
    return path


def test_a_kind_and_a_rule_of_a_file_of_their_own_are_run_and_shown(claim: Path) -> None:
    (verdict,) = pk.check(claim)
    assert (verdict.word, str(verdict.reason)) == ("SUPPORTED", "n = 93. Judged.")
    assert verdict.family == "R-LARGE"
    assert "n = 93." in page(pk.check(claim), "zh")
    console = Console(record=True, width=120)
    console.print(claim_card(load_claims(claim)[0], "en"))
    text = console.export_text()
    assert "one: counting" in text
    assert "figure = gdp" in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (', least = "90"', "", "R-LARGE needs least"),
        ('least = "90"', "least = 90", "rule.least: 90 is not text"),
        ('figure = "gdp"', 'figur = "gdp"', "did you mean `figure`"),
        ("R-LARGE", "R-SMALL", "no rule `R-SMALL`"),
    ],
)
def test_their_fields_are_checked_by_themselves(claim: Path, old: str, new: str, told: str) -> None:
    claim.write_text(CLAIM.replace(old, new), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_claims(claim)
    assert told in str(caught.value)


def test_a_misspelt_figure_in_their_formulas_is_named(claim: Path) -> None:
    claim.write_text(CLAIM.replace('figure = "gdp"', 'figure = "gdpp"'), encoding="utf-8")
    (verdict,) = pk.check(claim)
    assert "claim N1, design one, figure `gdpp`" in str(verdict.error)
    assert "论断 N1，设计 one，figure `gdpp`" in str(verdict.error and verdict.error.text("zh"))
