"""What the tests of the docs share: the pages by language, their blocks of code and their headings."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

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


def module_of(path: Path) -> ModuleType:
    """Return a file of the docs as a module, as the site's builder loads it: what lies beside it can be imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module, held = importlib.util.module_from_spec(spec), sys.path.copy()
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = held
    return module
