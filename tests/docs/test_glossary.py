"""The glossary has every word of verdicts and flags as the program says them, and the same terms in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from panelkit.claims.findings import WORD_TEXTS
from panelkit.language.message import Language, in_language
from panelkit.report.words import _FLAGS as FLAGS
from panelkit.report.words import flag_text
from tests.docs.site import DOCS, HOME

PAGES: dict[Language, Path] = {"en": DOCS / "glossary.md", "zh": DOCS / "glossary.zh.md"}
CATALOGUE = sorted((HOME / "panelkit" / "language" / "catalogue" / "zh").glob("*.po"))
# where the program says more, or another thing, by the same English: the heads of columns, values of options
OTHERWISE = {
    "verdict",
    "reading",
    "interaction",
    "panel threshold",
    "cluster",
    "placebo",
    "parallel trends",
    "unit root",
    "note",
}


def rows(language: Language) -> list[list[str]]:
    """Return the cells of every term."""
    lines = PAGES[language].read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in cells if row[0] != "English"]


def test_both_pages_hold_the_same_terms() -> None:
    english, chinese = rows("en"), rows("zh")
    assert len(english) >= 120
    assert [row[:3] for row in english] == [row[:3] for row in chinese]
    assert len({row[0] for row in english}) == len(english)
    links = [[re.findall(r"\]\(([^)]*)\)", row[4]) for row in held] for held in (english, chinese)]
    assert links[0] == links[1]
    assert all(len(row) == 5 and row[3] and link for row, link in zip(english, links[0], strict=True))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_and_flag_stands_as_the_program_says_it(language: Language) -> None:
    held = {row[0]: row for row in rows(language)}
    for word, text in WORD_TEXTS.items():
        assert in_language(text, "zh") == held[word][1]
    for flag in FLAGS:
        assert held[f"`{flag}`"][3] == flag_text(flag, language)


def test_terms_are_those_of_the_catalogue() -> None:
    catalogue: dict[str, set[str]] = {}
    for file in CATALOGUE:
        for said, chinese in re.findall(r'msgid "([^"\n]+)"\nmsgstr "([^"\n]+)"', file.read_text("utf-8")):
            catalogue.setdefault(said.lower(), set()).add(chinese)
    other = {
        row[0]: catalogue[row[0].lower()]
        for row in rows("en")
        if row[0].lower() in catalogue and row[1] not in catalogue[row[0].lower()]
    }
    assert set(other) <= OTHERWISE, other
