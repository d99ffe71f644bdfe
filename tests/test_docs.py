"""The pages show what the evidence files hold, and no link of theirs leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.quoted import entries, number, requoted, written
from benchmarks.tables import pages, rebuilt
from tests.docs.site import kept

HOME = Path(__file__).resolve().parents[1]
READ = ("README.md", "README.zh.md", "CONTRIBUTING.md")
PAGES = [
    *(HOME / name for name in READ),
    *(page for page in sorted((HOME / "docs").rglob("*.md")) if kept(page)),
]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_tables_equal_their_evidence(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert rebuilt(text) == text, "run `python -m benchmarks.tables`"


def quoting() -> list[str]:
    """Return the pages in both languages that quote the evidence."""
    told = {entry["page"] for entry in entries()}
    chosen = told | {page.replace(".md", ".zh.md") for page in told}
    return sorted(page for page in chosen if page in told or (HOME / "docs" / page).exists())


@pytest.mark.parametrize("page", quoting())
def test_sentences_quote_their_evidence(page: str) -> None:
    text = (HOME / "docs" / page).read_text(encoding="utf-8")
    assert HOME / "docs" / page in pages()
    assert requoted(page, text) == text, "run `python -m benchmarks.tables`, and read the sentence again"


def test_every_quoted_sentence_is_held_in_chinese() -> None:
    """Where the Chinese page is written, that is; test_chinese_pages.py asks that it be."""
    told = [entry for entry in entries() if entry["page"].replace(".md", ".zh.md") in quoting()]
    assert [entry["says"] for entry in told if "zh" not in entry] == []


def test_a_chinese_sentence_takes_its_numbers_in_any_order_and_breaks_anywhere() -> None:
    cell = {"table": "efficiency", "where": "units == 31 and noise == 0.3", "digits": 2, "bare": True}
    numbers = [{**cell, "of": "0 * worlds + 0.25"}, {**cell, "of": "0 * worlds + 12.5"}]
    entry = {"page": "efficiency.md", "zh": "效率从 {1} 到 {0}。", "numbers": numbers}
    assert written(entry, "其效\n率从 3 到\n.7。", chinese=True) == "其效\n率从 12.50 到\n0.25。"
    with pytest.raises(ValueError, match="says 2 times"):
        written(entry, "效率从 3 到 7。效率从 3 到 7。", chinese=True)
    with pytest.raises(ValueError, match="2 numbers for"):
        written({**entry, "zh": "效率从 {1} 起。"}, "效率从 3 起。", chinese=True)


def test_a_quoted_number_is_rounded_half_away_from_zero() -> None:
    """4.5 to 5 and not to 4: 21.625 has an exact half at two digits."""
    cell = {"table": "efficiency", "where": "units == 31 and noise == 0.3", "of": "0 * worlds + 21.625"}
    assert [number({**cell, "digits": digits}) for digits in (0, 2)] == ["22", "21.63"]
    assert number({**cell, "of": "0 * worlds - 0.5", "digits": 1, "bare": True}) == "-.5"
    with pytest.raises(ValueError, match="rows for"):
        number({"table": "efficiency", "of": "worlds"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    # these are written when the site is built; `mkdocs build --strict` holds links to them
    built = ("http", "mailto", "reference/", "cases/", "images/gallery/")
    local = [target for target in targets if not target.startswith(built)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_tests_that_the_table_of_faults_names_exist() -> None:
    text = (HOME / "docs" / "faults.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) > 20
    absent = []
    for file, function in named:
        path = HOME / "tests" / file
        source = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not source or (function and f"def {function}(" not in source):
            absent.append((file, function))
    assert absent == []
    assert [int(number) for number in re.findall(r"^### (\d+) ·", text, re.MULTILINE)] == list(range(1, 31))
