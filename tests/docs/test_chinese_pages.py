"""Every page of the site has a Chinese one with its headings, its code and its tables of evidence.

The plugin of the two languages shows the English page where a Chinese one is absent, and says nothing.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from panelkit.language import register
from tests.docs.site import BLOCK, DOCS, HOME, blocks, chinese, english, kept

# its blocks speak Chinese (labels, `--lang zh`) and run by themselves in test_blocks.py
OWN_CODE = ("stata.md",)
# what is no prose: code, tables of evidence, comments, addresses of links, code in a line, formulas
NO_PROSE = re.compile(
    r"^```.*?^```$|<!-- evidence: \w+ -->.*?<!-- /evidence -->|<!--.*?-->|\]\([^)]*\)|`[^`\n]+`|\$[^$\n]+\$",
    re.MULTILINE | re.DOTALL,
)
COMMENT = re.compile(r"\s*(?<!\S)(#|//) .*$", re.MULTILINE)
LANGUAGE = re.compile(r' --lang zh|^language = "(en|zh)"$', re.MULTILINE)
PAIRS = [(HOME / "README.md", HOME / "README.zh.md"), *((page, chinese(page)) for page in english())]


def levels(page: Path) -> list[int]:
    """Return the levels of the headings of a page, in their order."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]


def code(page: Path) -> list[tuple[str, str]]:
    """Return what runs on a page, without comments and its language; what is shown (`text`) speaks the latter."""
    kept = [(kind, LANGUAGE.sub("", COMMENT.sub("", text))) for kind, text in blocks(page)]
    return [(kind, "" if kind == "text" else text) for kind, text in kept]


def share(page: Path) -> float:
    """Return the share of Chinese characters in the letters of a page's prose."""
    prose = NO_PROSE.sub("", page.read_text(encoding="utf-8"))
    han, latin = len(re.findall(r"[\u4e00-\u9fff]", prose)), len(re.findall(r"[A-Za-z]", prose))
    return han / max(han + latin, 1)


@pytest.mark.parametrize(("page", "other"), PAIRS, ids=[page.name for page, _ in PAIRS])
def test_a_page_has_a_chinese_one(page: Path, other: Path) -> None:
    assert other.exists(), f"write {other.name}"
    assert levels(other) == levels(page)
    if page.name in OWN_CODE:
        assert [kind for kind, _ in blocks(other)] == [kind for kind, _ in blocks(page)]
    else:
        assert code(other) == code(page)
    evidence = [
        re.findall(r"<!-- evidence: (\w+) -->", one.read_text(encoding="utf-8")) for one in (page, other)
    ]
    assert evidence[0] == evidence[1]
    assert share(other) >= 0.3


def test_no_chinese_page_stands_alone() -> None:
    held = {chinese(page) for page in english()}
    assert [page.name for page in DOCS.rglob("*.zh.md") if kept(page) and page not in held] == []


def test_every_public_name_has_its_line_in_chinese() -> None:
    lines = tomllib.loads((DOCS / "reference_zh.toml").read_text(encoding="utf-8"))["names"]
    public = {entry.name for entry in register.entries() if entry.public}
    assert set(lines) == public
    assert [name for name, line in lines.items() if not re.search(r"[\u4e00-\u9fff]", line)] == []
