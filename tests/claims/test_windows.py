"""Years that roll: the newest year of all figures, the hash of the text, the years used in every output."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

import panelkit as pk
from panelkit.claims.check import Silence
from panelkit.claims.file.declared import content_hash
from panelkit.claims.file.design import kind_of
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.toml_file import read_toml
from panelkit.claims.file.window import Window, rolls, samples_of, years_of
from panelkit.claims.source import Shipped
from panelkit.claims.stated_windows import stated_windows
from panelkit.claims.windows import newest
from panelkit.language.errors import SpecError
from panelkit.language.register import keys
from panelkit.report.page import page
from panelkit.report.register import claim_card
from panelkit.report.terminal import overview
from tests.claims.small import SMALL

NEWEST = '[2018, "newest"]'


def text_of(item: object) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(item)
    return console.export_text()


def declared(path: Path) -> Path:
    """Write the declaration of a claim file beside it."""
    raw = read_toml(path)
    parts = [("document", raw["document"]["key"], raw["document"])]
    parts += [("claim", item["id"], item) for item in raw["claim"]]
    entries = [
        f'[{kind}.{key}]\ndeclared = 2026-01-01\nsha256 = "{content_hash(content)}"\n'
        for kind, key, content in parts
    ]
    (path.parent / "DECLARED.toml").write_text("".join(entries), encoding="utf-8")
    return path


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
    (claim, *_) = load_claims(declared(path))
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


def test_stated_years_that_no_figure_holds_are_refused_at_their_place(
    claim_file: Callable[..., Path],
) -> None:
    result = pk.check(claim_file("[2018, 2021]", "[2060, 2063]"))
    assert {item.word for item in result.of("T1")} == {None}
    said = str(result.verdicts[0].error)
    assert said.startswith(
        "small.toml, claim T1, sample.years: no figure of its designs is held in 2060-2063, but in "
    )
    assert "2006-2024" in said


def test_years_that_one_figure_alone_lacks_are_told_of_that_figure(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    text = SMALL.replace("[2018, 2021]", "[2021, 2022]").replace("/ gdp)", "/ state_key_labs)")  # of 2019
    path.write_text(text, encoding="utf-8")
    errors = [str(item.error) for item in pk.check(path).of("T1")]
    assert len(errors) == 2
    assert all("state_key_labs" in said and "sample.years" not in said for said in errors)


def window_of(path: Path) -> Window:
    window = Shipped().prepared(load_claims(path)[0]).window
    assert window is not None
    return window


def test_a_lagged_figure_need_not_be_held_in_the_newest_year(tmp_path: Path) -> None:
    def written(more: str = "", treatment: str = "log({subsidy})", option: str = "lag = 2") -> Path:
        path = tmp_path / "small.toml"
        path.write_text(
            SMALL.replace("[2018, 2021]", NEWEST)
            .replace('outcome = "log({rd} / gdp)"', f'outcome = "log(gdp / population)"\n{more}')
            .replace('outcome = "log(({rd} - {subsidy}) / gdp)"', f'outcome = "log(gdp)"\n{more}')
            .replace('treatment = "log({subsidy})"', f'treatment = "{treatment}"')
            .replace("years = [2019, 2022] }", f"{option} }}"),
            encoding="utf-8",
        )
        return path

    # output and population are held to 2024, government money to 2023
    assert window_of(written()).last == 2023
    lagged = window_of(written("lag = 1"))
    assert lagged.last == 2024
    assert set(lagged.ends) == {"gdp", "population", "rd_funds_government"}
    assert window_of(written("lag = 1", option="lag = 0")).last == 2023
    assert window_of(written(treatment="lag(log({subsidy}), 2)")).last == 2024
    assert window_of(written('controls = ["log({rd})"]\nlag = 1')).last == 2023
    assert window_of(written(treatment="lead(log({subsidy}))")).last == 2022


def test_every_kind_that_takes_a_lag_says_what_it_lags() -> None:
    kinds = {kind: kind_of(kind) for kind in keys("design")}
    lagged = {name: kind.LAGGED for name, kind in kinds.items() if "lag" in kind.model_fields}
    assert lagged["panel"] == lagged["mediation"] == lagged["spatial"] == ("treatment",)
    assert all(fields and set(fields) <= set(kinds[name].FORMULAS) for name, fields in lagged.items())
    assert not any(kind.LAGGED for name, kind in kinds.items() if name not in lagged)


def test_a_design_with_its_own_sample_rolls_with_its_own_figures(claim_file: Callable[..., Path]) -> None:
    own = 'sample = { years = [2015, "newest"], vintage = { va_tertiary = "as_published" } }'
    path = claim_file('id = "net"\n', f'id = "net"\ncontrols = ["log(va_tertiary)"]\n{own}\n')
    text = path.read_text("utf-8").replace("[2018, 2021]", NEWEST)
    path.write_text(text.replace("years = [2019, 2022] }", 'years = [2019, "newest"] }'), encoding="utf-8")
    result = pk.check(path)
    # sectors as first published are held to 2022, both figures of R&D to 2023; an option is for both designs
    objects = result.to_list()[:2]
    assert [item["years"]["used"] for item in objects] == [[2018, 2023], [2015, 2022]]
    assert [item["headline"]["years"] for item in objects] == ["2018-2023", "2015-2022"]
    assert result.verdicts[0].registered.claim.grid.axis[0].option[0].years == (2019, 2022)
    said = text_of(overview(result, "en", full=True)).replace("\n", " ")
    assert "Years of net: 2015-2022 (va_tertiary go no further)." in said


def test_why_years_are_stated_is_shown(claim_file: Callable[..., Path]) -> None:
    why = 'stated = { en = "Its table 1 is of these years.", zh = "其表1即此数年。" }'
    path = claim_file("{ years = [2018, 2021] }", f"{{ years = [2018, 2021], {why} }}")
    result = pk.check(path)
    assert "Years: 2018-2021. Its table 1 is of these years." in text_of(overview(result, "en", full=True))
    assert "年份：2018-2021。其表1即此数年。" in page(result, "zh")
    assert "Years: 2018-2021. Its table 1" in text_of(claim_card(load_claims(path)[0], "en"))
    assert result.to_list()[0]["years"] == {
        "declared": [2018, 2021],
        "used": [2018, 2021],
        "stated": "Its table 1 is of these years.",
    }
    rolling = claim_file("{ years = [2018, 2021] }", f"{{ years = {NEWEST}, {why} }}")
    with pytest.raises(SpecError, match="claim T1, sample: `stated` says why the years end where they do"):
        load_claims(rolling)


def test_a_declared_claim_ends_in_the_newest_year_or_says_why_not(claim_file: Callable[..., Path]) -> None:
    with pytest.raises(SpecError, match=r"claim T1, sample.years: a declared claim ends in the newest year"):
        load_claims(declared(claim_file()))
    own = 'id = "net"\nsample = { years = [2018, 2021] }\n'
    with pytest.raises(SpecError, match=r"reading elasticity.design net.sample.years: a declared claim ends"):
        load_claims(declared(claim_file('id = "net"\n', own)))
    assert load_claims(declared(claim_file("[2018, 2021]", NEWEST)))
    stated = '[2018, 2021], stated = { en = "Its table 1.", zh = "其表1。" }'
    assert load_claims(declared(claim_file("[2018, 2021]", stated)))


def test_only_these_claims_of_the_register_state_their_years() -> None:
    claims = [item.claim for item in load_claims()]
    stated = {claim.id for claim in claims for _, sample in samples_of(claim) if sample.stated is not None}
    # a period that the document states, and the year of a shock
    assert stated == {"A9", "B54"}


def test_no_option_of_a_rolling_claim_ends_in_the_year_in_which_the_claim_ends_today() -> None:
    for registered in load_claims():
        window = Shipped().prepared(registered).window
        if window is None:
            continue
        for placed in years_of(registered.claim):
            if placed.option and placed.years[1] != "newest":
                assert int(placed.years[1]) < window.every, (registered.id, placed.field)


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
    shown = stated.to_dict()["rolled"]
    assert shown["years"] == [2018, 2023]
    explicit = pk.check(claim_file("[2018, 2021]", "[2018, 2023]"))
    assert shown["verdict"] == explicit.word_of("T1")
    assert (
        stated_windows(load_claims(claim_file("[2018, 2021]", "[2018, 2023]")), Silence())[0].rolled is None
    )
    assert stated_windows(load_claims(claim_file("[2018, 2021]", NEWEST)), Silence()) == ()
