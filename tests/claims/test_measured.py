"""Designs that measure instead of fitting, the rules that read them, and how they are shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import panelkit as pk
from panelkit.claims.designs.agreement import AgreementDesign
from panelkit.claims.designs.measures import composite_of
from panelkit.claims.designs.relative_importance import shapley
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Finding, Measured, Word
from panelkit.claims.rules.judge import judge
from panelkit.claims.rules.rank import rank
from panelkit.data.paths import figures_from, shipped
from panelkit.indices.arrays import inequality
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim
from panelkit.report.page import page
from panelkit.report.register import claim_card
from panelkit.report.terminal import overview
from panelkit.report.write import write
from panelkit.results.fit import Language

HEAD = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "M1"
place = { section = "1", phrase = "more concentrated" }
status = "computed"
says = { en = "R&D is more concentrated than output.", zh = "研发比产出更集中。" }
sample = { years = [2021, 2023] }

[[claim.reading]]
id = "main"
main = true
rule = RULE
label = { en = "main", zh = "主要" }
says = { en = "As said.", zh = "如题。" }

[[claim.reading.design]]
id = "one"
label = { en = "one", zh = "其一" }
"""


def written(tmp_path: Path, rule: str, design: str) -> Path:
    path = tmp_path / "measured.toml"
    path.write_text(HEAD.replace("RULE", rule) + design, encoding="utf-8")
    return path


def measured(value: float = 0.5, low: float = np.nan, high: float = np.nan, **more: object) -> Finding:
    text = verbatim("It is.")
    return Finding(measured=Measured(quantity=text, value=value, low=low, high=high, sentence=text, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("probability", "word"),
    [(1.0, "SUPPORTED"), (0.9, "SUPPORTED"), (0.89, "PARTLY"), (0.5, "PARTLY"), (0.49, "NOT SUPPORTED")],
)
def test_an_order_is_judged_by_its_probability(probability: float, word: Word) -> None:
    assert rank(probability) == word
    assert judge(rule_of({"name": "R-RANK"}), measured(probability)).word == word


def test_a_description_reads_the_last_five_years_and_a_cap_holds() -> None:
    by_year = {2017: 0.0, 2018: 0.0, **dict.fromkeys(range(2019, 2024), 0.6)}
    found = measured(0.6, by_year=by_year)
    rule = rule_of({"name": "R-DESC", "relation": ">", "value": "0.5"})
    assert judge(rule, found).word == "SUPPORTED"
    capped = judge(rule.model_copy(update={"at_most": "PARTLY"}), found)
    assert capped.word == "PARTLY"
    assert "a part of the claim only" in capped.sentence
    some = measured(0.6, by_year=by_year | {2023: 0.4})
    assert judge(rule, some).word == "PARTLY"
    worse = measured(0.6, by_year=dict.fromkeys(range(2019, 2024), 0.1))
    assert judge(rule.model_copy(update={"at_most": "PARTLY"}), worse).word == "NOT SUPPORTED"


def test_a_rule_refuses_what_it_cannot_read() -> None:
    with pytest.raises(SpecError, match="reads no result of such a design"):
        judge(rule_of({"name": "R-MAG", "value": "0.3"}), measured())
    with pytest.raises(SpecError, match="reads no result of such a design"):
        judge(rule_of({"name": "R-RANK"}), Finding())


def test_a_gap_is_the_difference_of_two_inequalities(tmp_path: Path) -> None:
    design = 'kind = "gap"\nfigure = "rd_expenditure"\nagainst = "gdp"\nalso = ["theil_t"]\ndraws = 999\nseed = 1\n'
    path = written(tmp_path, '{ name = "R-INEQ", sign = "+" }', design)
    (verdict,) = pk.check(path)
    assert verdict.word == "SUPPORTED"
    assert verdict.tested is not None
    assert verdict.tested.measured is not None
    data = pk.load_provinces(["rd_expenditure", "gdp"], years=(2021, 2023))
    gini = data.groupby(level="year").agg(inequality.gini).mean()
    assert verdict.tested.measured.value == pytest.approx(gini["rd_expenditure"] - gini["gdp"])
    row = verdict.to_dict()
    assert row["headline"]["estimate"] == pytest.approx(verdict.tested.measured.value)
    assert [item["outcome"] for item in row["conditions"]] == ["passes", "passes", "passes"]
    assert json.dumps(row, allow_nan=False)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_measured_claims_stand_on_terminal_page_and_in_files(tmp_path: Path, language: Language) -> None:
    places = '["Guangdong", "Jiangsu", "Beijing"]'
    design = f'kind = "yearly"\nmeasure = "leaders"\nfigure = "rd_expenditure"\nplaces = {places}\n'
    path = written(tmp_path, '{ name = "R-DESC", relation = ">=", value = "3" }', design)
    result = pk.check(path)
    assert result.word_of("M1") == "SUPPORTED"
    console = Console(record=True, width=120)
    console.print(overview(result, language, full=True))
    console.print(claim_card(load_claims(path)[0], language))
    text = console.export_text()
    assert ("居前者" if language == "zh" else "In front") in text
    assert "nan" not in text
    html = page(result, language)
    assert ("居前者" if language == "zh" else "In front") in html
    files = {file.name for file in write(result, tmp_path / "out", language)}
    assert "M1_main_one.csv" in files


@pytest.mark.parametrize(
    ("design", "problem"),
    [
        ('kind = "yearly"\nmeasure = "spearman"\nfigure = "gdp"\n', "needs against"),
        (
            'kind = "leading"\noutcome = ["gdp"]\nleader = "z"\ngroup = { a = ["gdp"], b = ["gdp"] }\n',
            "is no group",
        ),
        (
            'kind = "order"\nindex = "tech_innovation"\norder = ["Beijing", "Shanghai"]\n',
            "design one.seed: missing",
        ),
        ('kind = "guess"\n', "guess"),
    ],
)
def test_wrong_designs_are_named(tmp_path: Path, design: str, problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        load_claims(written(tmp_path, '{ name = "R-RANK" }', design))


def test_a_design_that_cannot_be_computed_says_why(tmp_path: Path) -> None:
    design = 'kind = "order"\nindex = "no_such"\norder = ["Beijing", "Shanghai"]\nseed = 1\n'
    (verdict,) = pk.check(written(tmp_path, '{ name = "R-RANK" }', design))
    assert verdict.word is None
    assert "no design no_such" in str(verdict.error)


def test_shapley_shares_add_up_and_find_the_only_cause() -> None:
    rng = np.random.default_rng(0)
    index = pk.load_provinces("gdp", years=(2019, 2023)).index
    data = pd.DataFrame(rng.normal(size=(len(index), 3)), index=index, columns=["a", "b", "c"])
    data["y"] = data["a"] + 0.01 * rng.normal(size=len(index))
    shares = shapley(data, "y", ["a", "b", "c"])
    whole = pk.FixedEffects("y ~ a + b + c").fit(data).facts["r2_within"]
    assert sum(shares) == pytest.approx(whole)
    assert shares[0] > 0.9
    assert max(shares[1:]) < 0.1


def test_shipped_orders_and_persistence_are_no_better_than_declared() -> None:
    result = pk.check("B11")
    assert result.word_of("B11") in ("PARTLY", "NOT SUPPORTED")
    assert len(result) == 4


def test_composites_follow_the_folder_of_figures(tmp_path: Path) -> None:
    claim = next(item.claim for item in load_claims() if item.id == "A17")
    design = claim.reading[0].design[0]
    assert isinstance(design, AgreementDesign)
    before = composite_of(claim, design, "tech_innovation", "mixed")
    assert composite_of(claim, design, "tech_innovation", "mixed") is before
    other = tmp_path / "data"
    shutil.copytree(shipped("data"), other)
    with figures_from(other):
        assert composite_of(claim, design, "tech_innovation", "mixed") is not before
