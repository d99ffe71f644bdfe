"""The reference pages of the site are made from the register; the site itself is built by `.ci/run`."""

from __future__ import annotations

from types import ModuleType

import pytest

from panelkit.covariance.conventions import CONVENTIONS
from panelkit.language import register
from tests.docs.site import HOME, english, module_of

PUBLIC = [entry for entry in register.entries() if entry.public]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    return module_of(HOME / "docs" / "reference_pages.py")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_public_name_stands_on_one_page(hook: ModuleType, language: str) -> None:
    (_, tables), *pages = hook.pages(language)
    shown = [line for _, text in pages for line in text.splitlines() if line.startswith("::: ")]
    assert sorted(shown) == sorted(f"::: panelkit.{entry.module}.{entry.name}" for entry in PUBLIC)
    for entry in PUBLIC:
        assert f"[`{entry.name}`]" in tables
        assert entry.source.replace("|", "\\|") in tables
    assert all(f"`{name}`" in tables for name in CONVENTIONS)


def test_pages_have_paths_of_their_own(hook: ModuleType) -> None:
    paths = [path for language in ("en", "zh") for path, _ in hook.pages(language)]
    assert len(set(paths)) == len(paths)


def test_every_page_stands_in_the_navigation() -> None:
    navigation = (HOME / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page.name for page in english() if page.name not in navigation] == []
