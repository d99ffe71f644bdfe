"""The first page is a map: every page of the navigation stands on it."""

from __future__ import annotations

import re

import pytest

from tests.docs.site import DOCS, HOME


@pytest.mark.parametrize("name", ["index.md", "index.zh.md"])
def test_the_first_page_leads_to_every_page(name: str) -> None:
    listed = re.findall(
        r"^ +- ([\w/]+\.md)$", (HOME / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    text = (DOCS / name).read_text(encoding="utf-8")
    assert len(listed) > 40
    assert [page for page in listed if page != "index.md" and f"]({page})" not in text] == []
