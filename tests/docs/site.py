"""What the tests of the docs share: the pages by language, their blocks of code and their headings."""

from __future__ import annotations

import re
from pathlib import Path

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
    return page.parent.name != "reference"


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return language and text of the blocks of a page."""
    return [(found[1], found[2]) for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]
