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
from panelkit.claims.designs import relative_importance
from panelkit.claims.designs.agreement import AgreementDesign
from panelkit.claims.designs.measures import composite_of
from panelkit.claims.designs.relative_importance import resampled, shapley
from panelkit.claims.figures import Figures
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Finding, Measured
from panelkit.claims.rules.judge import judge
from panelkit.data.paths import figures_from, shipped
from panelkit.indices.arrays import inequality
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import verbatim
from panelkit.report.charts import yearly_picture
from panelkit.report.conditions import sizes_frame
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


def test_a_cap_holds() -> None:
    why = {"en": "w", "zh": "由"}
    rule = rule_of({"name": "R-DESC", "relation": ">", "value": "0.5", "why": why})
    capped = rule.model_copy(update={"at_most": "PARTLY"})
    assert judge(rule, measured(0.6, 0.55, 0.65)).word == "SUPPORTED"
    assert judge(capped, measured(0.6, 0.55, 0.65)).word == "PARTLY"
    assert "a part of the claim only" in judge(capped, measured(0.6, 0.55, 0.65)).sentence
    assert judge(capped, measured(0.1, 0.05, 0.15)).word == "CONTRADICTED"


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
    head = row["headline"]
    assert head["conf_low"] < head["inner_low"] < head["estimate"] < head["inner_high"] < head["conf_high"]
    # what the rule read of it: beyond its farther end the 90 % interval excludes everything
    assert row["sizes"]["excluded"] == max(abs(head["inner_low"]), abs(head["inner_high"]))
    table = sizes_frame([verdict], "en")
    assert table.loc[0, ["inner_low", "inner_high"]].tolist() == [head["inner_low"], head["inner_high"]]
    assert json.dumps(row, allow_nan=False)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_measured_claims_stand_on_terminal_page_and_in_files(tmp_path: Path, language: Language) -> None:
    places = '["Guangdong", "Jiangsu", "Beijing"]'
    design = f'kind = "yearly"\nmeasure = "leaders"\nfigure = "rd_expenditure"\nplaces = {places}\n'
    why = 'why = { en = "all of them", zh = "全部" }'
    path = written(tmp_path, f'{{ name = "R-DESC", relation = ">=", value = "3", {why} }}', design)
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


def test_a_cap_stands_in_every_output(tmp_path: Path) -> None:
    places = '["Guangdong", "Jiangsu", "Beijing"]'
    design = f'kind = "yearly"\nmeasure = "leaders"\nfigure = "rd_expenditure"\nplaces = {places}\n'
    why = 'why = { en = "all of them", zh = "全部" }'
    rule = f'{{ name = "R-DESC", relation = ">=", value = "3", at_most = "PARTLY", {why} }}'
    result = pk.check(written(tmp_path, rule, design))
    assert result.word_of("M1") == "PARTLY"
    (row,) = json.loads(json.dumps(result.to_list()))
    (cap,) = [item for item in row["conditions"] if item["condition"] == "at_most"]
    assert (cap["outcome"], cap["decides"]) == ("fails", True)
    assert cap["found"] == "a part of it: PARTLY at most; SUPPORTED without the cap"
    assert "capped" in row["flags"]
    console = Console(record=True, width=140)
    console.print(overview(result, "en", full=True))
    files = {file.name: file for file in write(result, tmp_path / "out", "en")}
    texts = [console.export_text(), page(result, "en")]
    texts += [files[name].read_text("utf-8") for name in ("M1_conditions.csv", "M1_main_conditions.tex")]
    for text in texts:
        assert "the design tests the whole claim" in " ".join(text.split())
    for text in texts[:3]:
        assert "SUPPORTED without the cap" in " ".join(text.split())


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


def test_the_shares_of_resamples_are_those_of_the_units_written_out() -> None:
    rng = np.random.default_rng(1)
    index = pd.MultiIndex.from_product([list("abcdefgh"), range(2015, 2021)], names=["province", "year"])
    data = pd.DataFrame(rng.normal(size=(48, 4)), index=index, columns=["y", "a", "b", "c"]).drop(("c", 2017))
    data["y"] += data["a"] + 0.5 * data["b"]
    units = data.index.get_level_values("province").unique()
    counts = np.array([[1.0] * 8, [2.0, 0.0, 1.0, 1.0, 0.0, 3.0, 0.0, 1.0]])
    found = resampled(data, counts, units)
    assert found[0] == pytest.approx(shapley(data, "y", ["a", "b", "c"]))
    copies = [
        (unit, copy) for unit, times in zip(units, counts[1], strict=True) for copy in range(int(times))
    ]
    written_out = pd.concat({f"{u}{copy}": data.loc[u] for u, copy in copies}, names=["province"])
    assert found[1] == pytest.approx(shapley(written_out, "y", ["a", "b", "c"]))


def test_a_lost_specification_is_one_in_which_the_leader_does_not_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (claim,) = (item.claim for item in load_claims() if item.id == "B59")
    claim = claim.model_copy(update={"sample": claim.sample.model_copy(update={"years": (2014, 2023)})})  # type: ignore[union-attr]
    reading = claim.reading[0]
    design = reading.design[0].model_copy(update={"draws": 199})
    whole = design.run(claim, reading, Figures([]), lambda _: None).measured
    real, calls = relative_importance.shapley, []

    def but_the_first(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 1:
            raise ConvergenceError(verbatim("made to fail"))
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(relative_importance, "shapley", but_the_first)
    part = design.run(claim, reading, Figures([]), lambda _: None).measured
    assert whole is not None
    assert part is not None
    assert whole.order is not None
    assert part.order is not None
    assert part.tally is not None
    assert len(part.tally.failed) == 1
    for one, other in zip(whole.order.pairs, part.order.pairs, strict=True):
        # of sixteen specifications the lost one held in some share of its draws, and holds in none now
        assert one.probability - 1 / 16 - 1e-12 <= other.probability <= one.probability


def test_persistence_tests_a_part_of_its_claim() -> None:
    result = pk.check("B11")
    assert result.word_of("B11") in ("PARTLY", "UNDECIDED", "NOT SUPPORTED")
    assert [verdict.standing for verdict in result] == ["principal", *["part"] * 5]
    assert sum("gdp / population" in verdict.reason for verdict in result) == 4


def test_composites_follow_the_folder_of_figures(tmp_path: Path) -> None:
    claim = next(item.claim for item in load_claims() if item.id == "A17")
    claim = claim.model_copy(update={"sample": claim.sample.model_copy(update={"years": (2014, 2023)})})  # type: ignore[union-attr]
    design = claim.reading[0].design[0]
    assert isinstance(design, AgreementDesign)
    before = composite_of(claim, design, "tech_innovation", "mixed")
    assert composite_of(claim, design, "tech_innovation", "mixed") is before
    other = tmp_path / "data"
    shutil.copytree(shipped("data"), other)
    with figures_from(other):
        assert composite_of(claim, design, "tech_innovation", "mixed") is not before


def test_numbers_by_year_are_drawn_with_their_intervals_and_their_bound(tmp_path: Path) -> None:
    design = (
        'kind = "yearly"\nmeasure = "spearman"\nfigure = "rd_expenditure"\nagainst = "gdp"\ndraws = 199\n'
    )
    why = 'why = { en = "half", zh = "一半" }'
    result = pk.check(
        written(tmp_path, f'{{ name = "R-DESC", relation = ">", value = "0.5", {why} }}', design)
    )
    (verdict,) = result
    drawn, chinese = yearly_picture(verdict, "en"), yearly_picture(verdict, "zh")
    assert drawn is not None
    assert chinese is not None
    for text in ("By year: one", "bound 0.5", "observed", "2021", "2023"):
        assert text in drawn.svg
    assert list(drawn.data) == ["when", "value", "bound", "low", "high"]
    assert "界限0.5" in chinese.svg
    assert page(result, "en").count("<svg") == 1
    gap = 'kind = "gap"\nfigure = "rd_expenditure"\nagainst = "gdp"\ndraws = 999\nseed = 1\n'
    (alone,) = pk.check(written(tmp_path, '{ name = "R-INEQ", sign = "+" }', gap))
    assert yearly_picture(alone, "en") is None
