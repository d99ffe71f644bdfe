"""What the tests of the docs share: the pages by language, their blocks of code and their headings."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

HOME = Path(__file__).resolve().parents[2]
DOCS = HOME / "docs"
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def english() -> list[Path]:
    """Return the English pages of the site, but for the reference, which is written when it is built."""
    return [page for page in sorted(DOCS.rglob("*.md")) if kept(page) and not page.name.endswith(".zh.md")]


def chinese(page: Path) -> Path:
    """Return where the Chinese page of an English one stands."""
    return page.with_suffix(".zh.md")


def kept(page: Path) -> bool:
    """Return whether a page is kept, and not written when the site is built."""
    return page.parent.name not in ("reference", "cases")


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return language and text of the blocks of a page."""
    return [(found[1], found[2]) for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def measured(name: str, rows: dict[str, str], columns: tuple[str, ...]) -> set[str]:
    """Return the numbers of some columns in the rows of an evidence file that hold some values, as they stand there."""
    table = pd.read_csv(DOCS / "evidence" / f"{name}.csv", comment="#", dtype=str, keep_default_na=False)
    for column, value in rows.items():
        table = table[table[column] == value]
    assert len(table) in (1, 2), f"{name}: {rows}"
    return set(table[list(columns)].to_numpy().ravel())
