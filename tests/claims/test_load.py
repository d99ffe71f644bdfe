"""Claim files: what is read, and what is refused with which words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from panelkit.claims.check import find_claims
from panelkit.claims.file.load import load_claims, natural_key, select_claims
from panelkit.data.paths import shipped
from panelkit.language.errors import SpecError
from tests.claims.small import SMALL

ClaimFile = Callable[..., Path]


def test_every_claim_of_class_a_is_registered_and_declared() -> None:
    claims = [item for item in load_claims() if item.id.startswith("A")]
    assert [item.id for item in claims] == [f"A{number}" for number in range(1, 18)]
    assert all(item.declaration is not None for item in claims)
    status = {item.id: item.claim.status for item in claims}
    assert status["A9"] == "computed"
    assert status["A10"] == "not_testable"
    assert all(item.claim.reason is not None for item in claims if item.claim.status != "computed")


def test_the_flagship_claim_is_declared_as_its_document_states_it() -> None:
    (claim,) = (item.claim for item in load_claims() if item.id == "A9")
    main = next(reading for reading in claim.reading if reading.main)
    assert (main.claimed, main.rule.name, main.rule.value) == ("0.38", "R-MAG", "0.38")
    standings = {design.id: main.standing_of(design) for design in main.design}
    assert standings["net"] == "principal"
    assert standings["gross"] == "alternative"
    assert claim.sample is not None
    assert claim.sample.years == (2016, 2023)
    assert claim.test is not None
    assert (claim.test.weights, claim.test.reps) == ("rademacher", 9999)
    assert all(design.lag == 0 and not design.controls for design in main.design)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('claimed = "0.67"', "claimed = 0.67", ("claim T1", "claimed", "in quotes")),
        ('claimed = "0.67"', 'claimed = "two thirds"', ("claimed", "two thirds", "digits only")),
        ('status = "computed"', 'status = "done"', ("claim T1", "status", "'computed'")),
        ("claimed = ", "claim = ", ("reading elasticity", "claim", "did you mean `claimed`")),
        (', value = "0.67"', "", ("reading elasticity", "rule", "R-MAG needs value")),
        ("main = true", "main = false", ("T1", "main = true")),
        ("years = [2018, 2021]", "years = [2021, 2018]", ("sample", "earlier year first")),
        ('id = "net"', 'id = "gross"', ("reading elasticity", "`gross`", "twice")),
        ("log({subsidy})", "log({money})", ("{money}", "claim.quantities")),
        ('id = "T2"', 'id = "T1"', ("`T1`", "twice")),
        ("needs = [", "#", ("T2", "needs")),
        ('reason = { en = "No figure measures it.", zh = "没有数据衡量。" }', "", ("T3", "reason")),
        (
            'reason = { en = "No figure measures it.", zh',
            'reason = { en = "None.", cn',
            ("reason", "zh", "missing"),
        ),
        ('rd = "rd_expenditure"', 'rd = "R&D"', ("quantities", "R&D", "panelkit data list")),
        (", seed = 7", "", ("test", "seed", "missing")),
        ('key = "small"', "", ("document", "key", "missing")),
    ],
)
def test_a_wrong_field_is_named_with_its_remedy(
    claim_file: ClaimFile, old: str, new: str, told: tuple[str, ...]
) -> None:
    with pytest.raises(SpecError) as caught:
        load_claims(claim_file(old, new))
    assert "small.toml" in str(caught.value)
    for part in told:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        (
            'standing = "principal"\n',
            "",
            "reading elasticity: ",
            'has 2 designs and no principal one: write standing = "principal"',
        ),
        (
            'id = "net"\n',
            'id = "net"\nstanding = "principal"\n',
            "reading elasticity: ",
            'has 2 principal designs (gross, net): one decides; another that must hold with it says standing = "part"',
        ),
        (
            'standing = "principal"',
            'standing = "prinicpal"',
            "reading elasticity.design gross.standing: ",
            "input should be 'principal', 'part' or 'alternative' (did you mean 'principal'?)",
        ),
        (
            'value = "0.67" }',
            'value = "0.67", smallest = "0", why = { en = "a", zh = "甲" } }',
            "reading elasticity.rule: ",
            'smallest = "0" is no size: write a positive number',
        ),
        (
            'value = "0.67" }',
            'value = "0.67", smallest = "0.1" }',
            "reading elasticity.rule: ",
            "R-MAG has a bound (smallest) without a reason: add why = {",
        ),
        (
            'value = "0.67" }',
            'value = "0.67", smallest = "0.1", why = { en = "a" } }',
            "reading elasticity.rule.why.zh: ",
            "missing: add it",
        ),
        (
            '{ name = "R-MAG", value = "0.67" }',
            '{ name = "R-DESC", relation = ">", value = "0.67" }',
            "reading elasticity.rule: ",
            "R-DESC has a bound (value) without a reason: add why = {",
        ),
        (
            'flags = ["association_only"]',
            'flags = ["far_proxi"]',
            "flags number 1: ",
            "(did you mean 'far_proxy'?)",
        ),
        (
            'id = "net"\n',
            'id = "net"\nflags = ["far-proxy"]\n',
            "reading elasticity.design net.flags number 1: ",
            "(did you mean 'far_proxy'?)",
        ),
        (
            'flags = ["association_only"]',
            'flags = "far_proxy"',
            "flags: ",
            "input should be a list, in square brackets",
        ),
        (
            'value = "0.67" }',
            'value = "0.67", at_most = "SUPPORTED" }',
            "reading elasticity.rule.at_most: ",
            "input should be 'PARTLY' or 'NOT SUPPORTED'",
        ),
    ],
)  # fmt: skip
def test_standings_bounds_and_flags_are_refused_at_their_place(
    claim_file: ClaimFile, old: str, new: str, place: str, told: str
) -> None:
    with pytest.raises(SpecError) as caught:
        load_claims(claim_file(old, new))
    said, chinese = str(caught.value), caught.value.text("zh")
    assert len(said.splitlines()) == 1
    assert said.startswith(f"small.toml, claim T1, {place}")
    assert told in said
    assert chinese != said
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert " or " not in chinese
    assert "did you mean" not in chinese


def test_all_problems_of_a_file_come_in_one_message(claim_file: ClaimFile) -> None:
    path = claim_file('claimed = "0.67"', "claimed = 0.67\nsays_what = 1")
    with pytest.raises(SpecError) as caught:
        load_claims(path)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"[document", "is not TOML"), (b"\xff\xfe", "UTF-8"), (b"", "document: missing")],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "damaged.toml"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=told):
        load_claims(path)


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="there is no file"):
        load_claims(tmp_path / "none.toml")
    with pytest.raises(SpecError, match="holds no claim file"):
        load_claims(tmp_path)


def test_two_files_of_a_folder_may_not_hold_the_same_claim(claim_file: ClaimFile, tmp_path: Path) -> None:
    claim_file()
    claim_file(name="other.toml")
    with pytest.raises(SpecError, match=r"claim T1 stands in other.toml and small.toml"):
        load_claims(tmp_path)


def test_files_that_are_named_together_may_not_hold_the_same_claim(tmp_path: Path) -> None:
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    waiting = SMALL[: SMALL.index("[[claim]]")] + SMALL[SMALL.rindex("[[claim]]") :]
    one.write_text(waiting, encoding="utf-8")
    other.write_text(waiting.replace('"T3"', '"t3"'), encoding="utf-8")
    with pytest.raises(SpecError, match=r"claim T3 and t3 stands in one\.toml and other\.toml"):
        find_claims([one, str(other)])
    assert [item.id for item in find_claims([one, str(one)])] == ["T3"]


def test_claims_are_selected_by_id_in_any_case() -> None:
    claims = load_claims()
    assert [item.id for item in select_claims(claims, ["a10", "A9"])] == ["A9", "A10"]
    with pytest.raises(SpecError, match="no claim A99"):
        select_claims(claims, ["A9", "A99"])


def test_ids_sort_by_their_numbers() -> None:
    assert sorted(["B2", "A10", "A9"], key=natural_key) == ["A9", "A10", "B2"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("seed = 7", 'seed = 7, level = "95"', 'write "0.95"'),
        ("seed = 7", 'seed = 7, level = "0"', 'write "0.95"'),
        ('value = "0.67"', 'value = "0.68"', "rule value 0.68 contradicts claimed 0.67"),
        ('value = "0.67"', 'value = "0"', "a number other than zero"),
        ('claimed = "0.67"\n', "", 'add claimed = "0.67"'),
    ],
)
def test_a_number_that_cannot_be_judged_is_refused(
    claim_file: ClaimFile, old: str, new: str, told: str
) -> None:
    with pytest.raises(SpecError) as caught:
        load_claims(claim_file(old, new))
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1, "an error of a field makes no second one"


def test_the_register_speaks_chinese_wherever_it_speaks() -> None:
    """A half sentence, or English, in the place of the Chinese: what has words there has Chinese signs."""
    folder = shipped("seeds")
    strange = [
        (path.name, text)
        for path in sorted(folder.glob("*.toml"))
        for text in _chinese(tomllib.loads(path.read_text(encoding="utf-8")))
        if text != text.strip() or (re.search("[A-Za-z]{3}", text) and not re.search("[\u4e00-\u9fff]", text))
    ]
    assert strange == []


def _chinese(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("zh"), str):
            yield part["zh"]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _chinese(one)
