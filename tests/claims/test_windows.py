"""Years that roll: the newest year of all figures, the hash of the text, the years used in every output."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import panelkit as pk
from panelkit.claims.check import Silence
from panelkit.claims.file.declared import content_hash, read_toml
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.window import rolls, with_last
from panelkit.claims.source import Shipped
from panelkit.claims.stated_windows import stated_windows
from panelkit.claims.windows import newest
from panelkit.language.errors import SpecError
from panelkit.report.page import page
from panelkit.report.terminal import overview

NEWEST = '[2018, "newest"]'


def text_of(item: object) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(item)
    return console.export_text()


def test_the_newest_year_is_that_of_all_figures(claim_file: Callable[..., Path]) -> None:
    path = claim_file("[2018, 2021]", NEWEST)
    result = pk.check(path)
    window = result.verdicts[0].registered.window
    assert window is not None
    # gdp is held to 2024, both figures of R&D to 2023
    assert (window.used, window.declared) == ([2018, 2023], [2018, "newest"])
    assert set(window.ends) == {"rd_expenditure", "rd_funds_government"}
    explicit = pk.check(claim_file("[2018, 2021]", "[2018, 2023]"))
    rolled, stated = result.to_list()[0], explicit.to_list()[0]
    assert rolled.pop("years") == {
        "declared": [2018, "newest"],
        "used": [2018, 2023],
        "ends": list(window.ends),
    }
    assert rolled == stated


def test_the_years_used_are_printed_everywhere(claim_file: Callable[..., Path]) -> None:
    result = pk.check(claim_file("[2018, 2021]", NEWEST))
    for shown in (
        text_of(overview(result, "en", full=True)),
        text_of(overview(result, "en")),
        page(result, "en"),
    ):
        assert "Years: 2018-2023; the last one is the newest year" in shown.replace("\n", " ")
    assert "年份：2018-2023" in page(result, "zh")


def test_the_hash_is_of_the_text(claim_file: Callable[..., Path]) -> None:
    path = claim_file("[2018, 2021]", NEWEST)
    raw = read_toml(path)["claim"][0]
    assert raw["sample"]["years"] == [2018, "newest"]
    digest = content_hash(raw)
    assert digest != content_hash(raw | {"sample": {"years": [2018, 2023]}})
    (path.parent / "DECLARED.toml").write_text(
        f'[document.small]\ndeclared = 2026-01-01\nsha256 = "{content_hash(read_toml(path)["document"])}"\n'
        + "".join(
            f'[claim.{item["id"]}]\ndeclared = 2026-01-01\nsha256 = "{content_hash(item)}"\n'
            for item in read_toml(path)["claim"]
        ),
        encoding="utf-8",
    )
    (claim, *_) = load_claims(path)
    assert claim.declaration is not None
    assert rolls(claim.claim)


def test_options_and_designs_roll_too(claim_file: Callable[..., Path]) -> None:
    path = claim_file("[2019, 2022]", '[2019, "newest"]')
    (registered, *_) = load_claims(path)
    prepared = Shipped().prepared(registered).claim
    assert prepared.grid.axis[0].option[0].years == (2019, 2023)
    assert prepared.sample is not None
    assert prepared.sample.years == (2018, 2021)


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ('[2018, "latest"]', "small.toml, claim T1, sample.years number 2: 'latest' is no year"),
        ('["newest", 2021]', "small.toml, claim T1, sample.years number 1: input should be a valid integer"),
        ("[2021, 2018]", "small.toml, claim T1, sample.years: years run from 2021 to 2018"),
        ("[2018, 3018]", "sample.years number 2: input should be less than or equal to 2100"),
        ("[2018.0, 2021]", "sample.years number 1: input should be a valid integer"),
    ],
)
def test_years_that_are_none_are_refused_at_their_place(
    claim_file: Callable[..., Path], years: str, words: str
) -> None:
    with pytest.raises(SpecError) as caught:
        pk.check(claim_file("[2018, 2021]", years))
    assert words in str(caught.value)
    assert str(caught.value).count("sample.years") == 1


def test_a_first_year_after_the_newest_is_refused_at_its_place(claim_file: Callable[..., Path]) -> None:
    result = pk.check(claim_file("[2018, 2021]", '[2060, "newest"]'))
    assert result.verdicts[0].word is None
    said = str(result.verdicts[0].error)
    assert "small.toml, claim T1, sample.years: the newest year of all figures is 2023, before 2060" in said


def test_every_computed_claim_of_the_register_has_a_newest_year() -> None:
    claims = [item.claim for item in load_claims() if item.claim.status == "computed"]
    found = {claim.id: newest(claim, Shipped()) for claim in claims}
    without = [claim for claim in claims if found[claim.id] is None]
    # a claim may be about national figures alone, of which no province has any: it states its years
    assert not any(rolls(claim) for claim in without)
    assert len(without) < len(claims) / 10
    assert all(window.ends for window in found.values() if window is not None)


def test_a_stated_period_is_shown_beside_the_rolled_one(claim_file: Callable[..., Path]) -> None:
    claims = load_claims(claim_file())
    (stated,) = stated_windows(claims, Silence())
    assert (stated.years, stated.window.last, stated.later) == ((2018, 2021), 2023, True)
    assert stated.rolled is not None
    moved = replace(claims[0], claim=with_last(claims[0].claim, 2023, explicit=True))
    assert moved.claim.sample is not None
    assert moved.claim.sample.years == (2018, 2023)
    shown = stated.to_dict()["rolled"]
    assert shown["years"] == [2018, 2023]
    explicit = pk.check(claim_file("[2018, 2021]", "[2018, 2023]"))
    assert shown["verdict"] == explicit.word_of("T1")
    assert (
        stated_windows(load_claims(claim_file("[2018, 2021]", "[2018, 2023]")), Silence())[0].rolled is None
    )
    assert stated_windows(load_claims(claim_file("[2018, 2021]", NEWEST)), Silence()) == ()
