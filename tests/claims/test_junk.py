"""Junk in claim files: every field takes one message of panelkit's own, or is computed; nothing else comes out."""

from __future__ import annotations

import copy
import json
import os
import random
import re
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import panelkit as pk
from panelkit.claims.file.load import load_claims
from panelkit.data.paths import shipped
from panelkit.language.errors import PanelkitError, SpecError
from tests.claims.small import SMALL

JUNK: tuple[Any, ...] = (
    *("", "x", "gdpp", "{rd}", "{nowhere}", "log(", "gdp +", "nan", "9" * 60, "\x1b[31m", "a\x00b", "不存在"),
    *("province", "year", "lag(gdp, 99)", "0*gdp", "I(gdp^99)", "population", "gdp"),
    *(-1, 0, 1, 10**26, 2024, float("nan"), float("inf"), True),
    *([], [1], [2030, 2031], [2020, 2020], [10**20, 10**21], [2000, 10**7], ["gdpp"], ["gdp", "gdp"]),
    *({}, {"x": 1}, {"gdp": "gdpp"}),
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
FOREIGN = re.compile(r"^[A-Za-z_.]+(Error|Warning|Exception): ")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    for step in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from _places(node[step], (*at, step))


def _small() -> dict[str, Any]:
    raw = tomllib.loads(SMALL)
    raw["claim"] = raw["claim"][:1]
    raw["claim"][0]["test"]["reps"] = 99
    return raw


def _shipped(name: str) -> dict[str, Any]:
    """Return a shipped claim alone, with its first design."""
    for path in shipped("seeds").glob("*.toml"):
        raw = tomllib.loads(path.read_text("utf-8"))
        for claim in raw.get("claim", ()) if isinstance(raw.get("claim"), list) else ():
            if claim["id"] == name:
                reading = next(item for item in claim["reading"] if item.get("main"))
                design = {**reading["design"][0]} | (
                    {"draws": 999} if "draws" in reading["design"][0] else {}
                )
                return {
                    "document": raw["document"],
                    "claim": [claim | {"reading": [reading | {"design": [design]}]}],
                }
    raise AssertionError(name)


@pytest.mark.parametrize("name", ["small", "B04", "B01", "B11"])
def test_junk_in_any_field_is_refused_by_panelkit_or_computed(name: str, tmp_path: Path) -> None:
    whole = _small() if name == "small" else _shipped(name)
    dice = random.Random(name)
    path = tmp_path / "junk.toml"
    refusals: list[str] = []
    for place in _places(whole):
        for junk in dice.sample(JUNK, 2 if name == "small" else 1):
            raw = copy.deepcopy(whole)
            node: Any = raw
            for step in place[:-1]:
                node = node[step]
            node[place[-1]] = junk
            path.write_text(
                "\n".join(f"{key} = {_toml(value)}" for key, value in raw.items()), encoding="utf-8"
            )
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    result = pk.check(path)
                except PanelkitError as error:
                    refusals.append(str(error))
                    continue
            told = [verdict.error for verdict in result if verdict.error]
            told += [
                why
                for item in result
                if item.tested and item.tested.tally
                for _, why in item.tested.tally.failed
            ]
            assert not [text for text in told if FOREIGN.match(text) or "array of shape" in text], (
                place,
                junk,
            )
            json.dumps(result.to_list(), allow_nan=False)
    assert len(refusals) > 20
    assert not [text for text in refusals if CONTROL.search(text)]


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("log({rd} / gdp)", "log({rd} / gdpp)", ("claim T1", "design gross", "outcome", "gdpp", "did you mean")),
        ('rd = "rd_expenditure"', 'rd = "rd_expendture"', ("claim T1", "outcome", "rd_expendture", "rd_expenditure")),
        ("years = [2018, 2021] }", "years = [1950, 1951] }", ("claim T1, sample.years", "1950-1951", "held")),
        (
            "years = [2018, 2021] }",
            "years = [2018, 2031] }",
            ("claim T1, design gross, sample.years: no figure asked for is held in 20", "-2031", "change the years"),
        ),
        (
            "years = [2018, 2021] }",
            'years = [2018, 2021], vintage = { gdp = "cenus" } }',
            ("sample.vintage", "cenus", "census2023"),
        ),
        ("years = [2018, 2021] }", 'years = [2018, 2021], provinces = ["Beijin"] }', ("sample.provinces", "Beijin")),
    ],
)  # fmt: skip
def test_what_is_not_held_is_named_with_claim_design_and_field(
    claim_file: Callable[..., Path], old: str, new: str, parts: tuple[str, ...]
) -> None:
    gross = pk.check(claim_file(old, new)).of("T1")[0]
    assert gross.error is not None
    for part in parts:
        assert part in gross.error


def test_a_misspelt_option_of_the_grid_fails_alone_with_its_near_names(
    claim_file: Callable[..., Path],
) -> None:
    gross = pk.check(claim_file("years = [2019, 2022] }]", 'quantities = { rd = "rd_expendture" } }]')).of(
        "T1"
    )[0]
    assert gross.tested is not None
    assert gross.tested.grid is not None
    ((label, reason),) = gross.tested.grid.failed
    assert "later" in label
    assert "did you mean rd_expenditure" in reason


def test_a_year_without_figures_names_the_figure_and_the_years_held(tmp_path: Path) -> None:
    """Software revenue begins later than the population: the years before it are named."""
    raw = _shipped("B11")
    design = raw["claim"][0]["reading"][0]["design"][0]
    raw["claim"][0]["sample"] = {"years": [2005, 2016]}
    design |= {"figure": "software_revenue / population"}
    path = tmp_path / "years.toml"
    path.write_text("\n".join(f"{key} = {_toml(value)}" for key, value in raw.items()), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (verdict,) = pk.check(path)
    assert verdict.error is not None
    assert re.search(r"software_revenue / population.* has no value in 2005", verdict.error)
    assert "it has some in" in verdict.error


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("two thirds.", "two\\u001bthirds.", r"claim T1, says.en: holds the control character U\+001B"),
        ('title = "A small', 'title = "A\\u0000small', r"document.title: holds the control character U\+0000"),
        ("years = [2018, 2021]", f"years = [2018, {10**26}]", "less than or equal to 2100"),
        ("years = [2018, 2021]", 'years = ["2018", 2021]', "sample.years number 1: input should be a valid integer"),
        ("seed = 7", "seed = true", "test.seed: input should be a valid integer"),
        ("seed = 7", "seed = nan", "test.seed: input should be a valid integer"),
        ('claimed = "0.67"', f'claimed = "{"9" * 400}"', "claimed"),
        ('id = "T1"', f'id = "T{"1" * 5000}"', "id"),
        ("years = [2019, 2022] }]", "years = [2022, 2019] }]", "write the earlier year first"),
        ('rule = {', 'rule = { at_most = "SUPPORTED",', "input should be 'PARTLY' or 'NOT SUPPORTED'$"),
        ('rule = {', 'rule = { at_most = "PARTLI",', r"did you mean 'PARTLY'\?"),
        ("option = [", "option = [] #", "option: the list should hold at least 1 entry, and holds 0"),
    ],
)  # fmt: skip
def test_absurd_values_are_refused_by_name(
    claim_file: Callable[..., Path], old: str, new: str, told: str
) -> None:
    with pytest.raises(SpecError, match=told) as caught:
        load_claims(claim_file(old, new))
    assert len(str(caught.value)) < 1_000


def test_a_grid_that_nobody_can_walk_is_refused_before_it_is_made(claim_file: Callable[..., Path]) -> None:
    axis = SMALL[SMALL.index("[[claim.grid.axis]]") : SMALL.index('[[claim]]\nid = "T2"')]
    option = 'option = [{ id = "later"'
    many = ", ".join(f'{{ id = "o{i}", label = {{ en = "a", zh = "b" }} }}' for i in range(9))
    axes = "".join(
        axis.replace('id = "years"', f'id = "a{i}"').replace(option, f"option = [{many}, {option[10:]}")
        for i in range(10)
    )
    with pytest.raises(SpecError, match=r"specifications: declare 20,000 at most"):
        load_claims(claim_file(axis, axes))


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + b"[" * 100_000,
        b"a = " + b"9" * 10_000,
        b"\xef\xbb\xbf[document",
        b"\xff\xfea\x00",
        b"a = 1\na = 2",
    ],
)
def test_a_file_that_is_no_toml_is_one_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "junk.toml"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=r"junk\.toml"):
        pk.check(path)


def test_a_file_name_that_is_no_utf8_is_printed_all_the_same(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff\xfe.toml")
    script = (
        "import sys; from panelkit.cli import main; sys.argv = ['panelkit', 'check', sys.argv[1]]; main()"
    )
    for content, told in ((None, "there is no file"), (b"[document", "is not TOML")):
        if content is not None:
            Path(name).write_bytes(content)
        done = subprocess.run([sys.executable, "-c", script, name], capture_output=True, check=False)
        assert done.returncode == 2
        assert told in done.stderr.decode("utf-8")
        assert "Traceback" not in done.stderr.decode("utf-8")


def test_an_unknown_id_with_a_control_character_prints_escaped() -> None:
    with pytest.raises(SpecError, match=r"no claim A\\x1b9"):
        pk.check("A\x1b9")


def test_provinces_may_be_spelt_in_chinese_and_a_misspelt_one_is_refused(tmp_path: Path) -> None:
    raw = _shipped("B04")
    design = raw["claim"][0]["reading"][0]["design"][0]
    path = tmp_path / "places.toml"
    found = []
    english = list(design["places"])
    chinese = {
        "Beijing": "北京市",
        "Guangdong": "广东",
        "Jiangsu": "江苏",
        "Shanghai": "上海",
        "Zhejiang": "浙江",
    }
    for places in (english, [chinese.get(name, name) for name in english], [*english[:-1], "Atlantis"]):
        design["places"] = places
        path.write_text("\n".join(f"{key} = {_toml(value)}" for key, value in raw.items()), encoding="utf-8")
        (verdict,) = pk.check(path)
        found.append(verdict)
    assert found[0].tested is not None
    assert found[1].tested is not None
    assert found[0].tested.measured.by_year == found[1].tested.measured.by_year
    assert found[2].error is not None
    assert "places" in found[2].error
    assert "Atlantis" in found[2].error
