"""The pages show what the evidence files hold, and no link of theirs leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.tables import pages, rebuilt

HOME = Path(__file__).resolve().parents[1]
PAGES = [HOME / "README.md", HOME / "CONTRIBUTING.md", *sorted((HOME / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_tables_equal_their_evidence(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert rebuilt(text) == text, "run `python -m benchmarks.tables`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not target.startswith(("http", "mailto"))]
    assert [target for target in local if not (page.parent / target).exists()] == []
