"""`pk.lint_claim`: every problem at once, at its line, in the loader's own words; a clean file is one that runs."""

from __future__ import annotations

import copy
import json
import random
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import panelkit as pk
from panelkit.claims.check import find_claims
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.toml_lines import line_of, places_in
from panelkit.claims.lint.fields import place_in
from panelkit.claims.rules.judge import judge
from panelkit.data.paths import shipped
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.register import find, keys
from tests.claims.small import KINDS, SMALL
from tests.claims.test_junk import JUNK, _places, _toml

SEEDS = sorted(path for path in shipped("seeds").glob("*.toml") if path.name != "DECLARED.toml")

BAD = SMALL.split('[[claim]]\nid = "T2"', maxsplit=1)[0]
# each of them one slip, with a part of what must be said and the line (of the slip) on which it must be said
SLIPS = [
    ('key = "small"', 'kye = "small"', "did you mean `key`"),
    ('key = "small"', "", "document.key: missing"),
    ('flags = ["association_only"]', 'flags = ["asociation_only"]', "did you mean 'association_only'"),
    ('claimed = "0.67"', "claimed = 0.67", 'write it in quotes, as it is printed, for example "0.67"'),
    ('value = "0.67" }', 'value = "0.67", smallest = "0.1" }', "has a bound (smallest) without a reason"),
    ('id = "net"', 'id = "gross"', "design `gross` stands twice"),
    ('treatment = "log({subsidy})"', 'treatment = "log({subsidyy})"', "{subsidyy} is not in [claim.quantities]"),
    ('outcome = "log({rd} / gdp)"', 'outcome = "lambda x: x"', "formula, position 1"),
    ('outcome = "log({rd} / gdp)"', 'outcome = "log({rd} / gdpp)"', "did you mean gdp?"),
    ('id = "gross"', 'id = "gross"\nkind = "panell"', "no kind of design `panell`"),
    ("years = [2018, 2021] }", "years = [1918, 1921] }", "is not held in 1918-1921"),
    ("years = [2018, 2021] }", "years = [2021, 2018] }", "write the earlier year first"),
    ("seed = 7", 'seed = "7"', "input should be a valid integer"),
    ('says = { en = "Gov', 'says = { de = "x", en = "Gov', "no such field"),
    ("years = [2019, 2022] }]", "years = [2019, 2022], lag = 9 }]", "less than or equal to 5"),
]  # fmt: skip


def written(path: Path, raw: dict[str, Any]) -> None:
    path.write_text("\n".join(f"{key} = {_toml(item)}" for key, item in raw.items()), encoding="utf-8")


def refusal(path: Path) -> str | None:
    try:
        find_claims([path])
    except PanelkitError as error:
        return str(error)
    return None


def test_places_are_those_that_tomllib_reads() -> None:
    def walk(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if place:
            yield place
        for step in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
            yield from walk(node[step], (*place, step))

    awkward = (
        'a.b."c.d" = """x\n["y]"""  # [no]\n"" = 1\nz = [1, # ]\n "]", {q = \'a"b\', "r\\n" = [[],[{}]]} ,]\n[x]\r\n'
        "y = 1979-05-27 07:32:00\n[[p]]\n[p.q]\nv = ''\n[[p.r]]\n[[p]]\n[[p.r]]\n"
        "w = \"\"\"a\\\"\"\"b\"\"\"\"\n[p.r.'o k']\nk=+inf\nl='''\n'''''\nm = 0x1F\n"
    )
    texts = [awkward, SMALL, KINDS, *(path.read_text("utf-8") for path in SEEDS)]
    for text in texts:
        assert set(places_in(text)) == set(walk(tomllib.loads(text)))
    found = places_in(awkward)
    lines = awkward.split("\n")
    assert {
        place: lines[found[place] - 1].split("=")[0].strip() for place in [("x", "y"), ("p", 1, "r", 0, "w")]
    } == {
        ("x", "y"): "y",
        ("p", 1, "r", 0, "w"): "w",
    }
    assert lines[found["p", 1] - 1] == "[[p]]"
    assert line_of(found, ("p", 1, "nowhere")) == found["p", 1]
    assert line_of(found, ("nowhere",)) == 1


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_shipped_files_are_clean(path: Path) -> None:
    assert [str(item.said) for item in pk.lint_claim(path)] == []


@pytest.mark.parametrize(("old", "new", "told"), SLIPS, ids=[told[:20] for *_, told in SLIPS])
def test_a_slip_is_named_at_its_line(claim_file: Callable[..., Path], old: str, new: str, told: str) -> None:
    path = claim_file(old, new)
    found = pk.lint_claim(path)
    text = path.read_text("utf-8")
    wanted = SMALL[: SMALL.index(old)].count("\n") + 1
    hits = [item for item in found if told in item.said]
    assert hits, [str(item.said) for item in found]
    if "missing" in told:
        wanted = text[: text.index("[document]")].count("\n") + 1
    elif "kind of design" in told:
        wanted = text[: text.index("[[claim.reading.design]]")].count("\n") + 1
    assert hits[0].line == wanted
    assert not hits[0].blank
    assert all(item.file == str(path) for item in found)


def test_all_slips_of_all_layers_come_at_once(tmp_path: Path) -> None:
    """Every slip that can stand beside the others, in one file: one lint names them all."""
    together = [
        slip
        for slip in SLIPS
        if slip[1] not in ("", 'outcome = "log({rd} / gdpp)"', "years = [2021, 2018] }")
        and "panell" not in slip[1]
    ]
    text = SMALL
    for old, new, _ in together:
        text = text.replace(old, new, 1)
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    found = pk.lint_claim(path)
    said = "\n".join(str(item.said) for item in found)
    assert [told for *_, told in together if told not in said] == []
    assert len(found) >= len(together)
    assert [item.line for item in found] == sorted(item.line for item in found)
    with pytest.raises(SpecError) as caught:  # the loader stops at the tables with errors inside
        load_claims(path)
    assert len(str(caught.value).splitlines()) < len(together)


def test_what_the_loader_refuses_is_never_clean_and_what_is_clean_is_read(tmp_path: Path) -> None:
    """Junk in every field: the lint finds something wherever loading or the check before a run does."""
    dice = random.Random("lint")
    whole = tomllib.loads(KINDS)
    path = tmp_path / "junk.toml"
    refused = clean = 0
    for place in _places(whole):
        raw = copy.deepcopy(whole)
        node: Any = raw
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] = dice.choice(JUNK)
        written(path, raw)
        found = pk.lint_claim(path)
        json.dumps(found.to_list(), allow_nan=False)
        told = refusal(path)
        if told is None:
            clean += found.clean
            continue
        refused += 1
        assert not found.clean, (place, told)
        said = {str(item.said) for item in found}
        for line in told.splitlines():  # in the loader's own words, file name aside
            assert any(line.endswith(one.splitlines()[0]) or one in line for one in said), (line, said)
    assert refused > 100
    assert clean > 20


def test_a_blank_is_told_from_a_problem_and_not_loaded(claim_file: Callable[..., Path]) -> None:
    path = claim_file('en = "Government money raises R&D by two thirds."', 'en = "..."')
    (blank,) = pk.lint_claim(path)
    assert (blank.blank, blank.claim, blank.field, blank.line) == (True, "T1", "says.en", 12)
    with pytest.raises(SpecError, match="says.en: still a blank of the template"):
        pk.check(path)
    path = claim_file('value = "0.67"', 'value = "…"')
    assert [item.blank for item in pk.lint_claim(path)] == [True]


def test_columns_years_and_units_are_those_of_the_panel(claim_file: Callable[..., Path]) -> None:
    frame = pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2017, 2023))
    assert pk.lint_claim(claim_file(), data=frame).clean
    towns = frame.rename(lambda name: f"town {name}", level=0).rename_axis(index=["city", "year"])
    towns = towns.rename(columns={"gdp": "output"})
    text = SMALL.replace("[2018, 2021]", "[2010, 2021]").replace(
        "[[claim.grid.axis]]", '[claim.grid]\nleave_one_out = "province"\n\n[[claim.grid.axis]]'
    )
    path = claim_file()
    path.write_text(text, encoding="utf-8")
    found = pk.lint_claim(path, data=towns)
    lines = text.split("\n")
    assert {(lines[item.line - 1].split("=")[0].strip(), item.claim) for item in found} == {
        ("sample", "T1"),
        ("leave_one_out", "T1"),
        ("outcome", "T1"),
    }
    assert "the cities of the data are no provinces" in " ".join(str(item.said) for item in found)
    assert sum("no column `gdp`" in item.said for item in found) == 2
    with pytest.raises(SpecError, match="no design reads the weights"):
        pk.check(claim_file(), data=frame, w=pk.contiguity())
    idle = pk.lint_claim(claim_file(), data=frame, w=pk.contiguity())
    assert ["no design reads the weights" in item.said for item in idle] == [True]
    with pytest.raises(SpecError, match="describe a panel of your own"):
        pk.lint_claim(path, unit="city")


@pytest.mark.parametrize(
    "kind", [name for name in keys("design") if name not in ("order", "agreement", "trend")]
)
def test_a_rule_that_reads_no_such_design_is_known_before_the_run(kind: str) -> None:
    """The rule that a new claim of a kind is given reads it, and the others are told apart."""
    design = find("design", kind)
    reads = {name for name in keys("rule") if find("rule", name).reads(kind, design.YIELDS)}
    assert design.RULE in reads or any(find("rule", name).READS for name in reads)
    assert ("R-RANK" in reads) == ("order" in design.YIELDS)
    assert ("R-MAG" in reads) == ("headline" in design.YIELDS)


def test_a_mismatch_is_known_before_the_run_where_the_result_is_refused_after_it(tmp_path: Path) -> None:
    """Every kind that reads columns under every rule: what `judge` makes of the result is what the lint says."""
    path = tmp_path / "kinds.toml"
    base = tomllib.loads(KINDS)
    for reading in base["claim"][0]["reading"]:
        reading["design"] = reading["design"][:1]
    written(path, base)
    tested = {item.design.id: item.tested for item in pk.check(path) if item.design is not None}
    assert None not in tested.values()
    texts = {
        "R-MAG": {"value": "0.5"},
        "R-DESC": {"relation": ">", "value": "0", "why": {"en": "x", "zh": "某"}},
    }
    compared = 0
    for rule in keys("rule"):
        raw = copy.deepcopy(base)
        unsigned = rule in ("R-JOINT", "R-THR", "R-RANK")
        for reading in raw["claim"][0]["reading"]:
            reading["rule"] = {"name": rule, **texts.get(rule, {} if unsigned else {"sign": "+"})}
            reading |= {"claimed": "0.5"} if rule == "R-MAG" else {}
        written(path, raw)
        linted = {str(item.said).split(", design ")[1].split(":")[0] for item in pk.lint_claim(path)}
        (registered,) = load_claims(path)
        for reading in registered.claim.reading:
            (design,) = reading.design
            finding = tested[design.id]
            assert finding is not None
            refused = design.id in linted
            try:
                judge(design.rule_under(reading.rule), finding)
            except (SpecError, KeyError):
                assert refused, (rule, design.id)
            else:
                found = find("rule", rule)
                # an interval of a share could be judged by its side of zero, and only one side would ever come
                one_sided = found.BY_SIDE and not design.signed
                assert not refused or found.READS or one_sided, (rule, design.id)
            compared += 1
    assert compared == len(tested) * len(keys("rule"))


def test_fields_of_sentences_lead_to_their_places() -> None:
    raw = tomllib.loads(KINDS)["claim"][0]
    assert place_in(raw, "grid.axis lag.option lag2.lag") == ("grid", "axis", 0, "option", 0, "lag")
    assert place_in(raw, "beside share.figure") == ("beside", 0, "figure")
    assert place_in(raw, "reading med.design med.mediators 1") == ("reading", 1, "design", 0, "mediators", 0)
    assert place_in(raw, "sample.years", ("claim", 0)) == ("claim", 0, "sample", "years")
    assert place_in(raw, "nowhere", ("claim", 0)) == ("claim", 0)


def test_a_file_that_is_no_toml_is_one_problem_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "no.toml"
    path.write_text("[document]\nkey = 1\nkey = 2\n", encoding="utf-8")
    (only,) = pk.lint_claim(path)
    assert (only.line, "is not TOML" in only.said) == (3, True)
    with pytest.raises(SpecError, match="there is no file"):
        pk.lint_claim(tmp_path / "nowhere.toml")


def test_the_result_is_a_table_and_a_line(claim_file: Callable[..., Path]) -> None:
    found = pk.lint_claim(claim_file('key = "small"', 'kye = "..."\nnote = "..."'))
    assert list(found.table().columns) == ["line", "claim", "field", "kind", "problem"]
    assert isinstance(found.table("zh"), pd.DataFrame)
    assert len(found.table()) == len(found) == 3
    assert len(found.blanks) == 1
    assert "3 problems, 1 of them blanks" in repr(found)
