"""Every picture of the gallery is saved by the block above it, and is drawn anew where something changed."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.site import DOCS, HOME, module_of


@pytest.fixture
def hook() -> ModuleType:
    return module_of(DOCS / "gallery_figures.py")


@pytest.mark.parametrize("name", ["gallery.md", "gallery.zh.md"])
def test_every_picture_is_saved_by_the_block_above_it(hook: ModuleType, name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    shown, above = hook.names(DOCS / name), re.split(r"!\[[^\]]*\]\(", text)[:-1]
    assert len(shown) == len(set(shown)) >= 24
    for picture, part in zip(shown, above, strict=True):
        assert f'.save("{picture}.svg")' in part.split("```python")[-1]


def test_both_languages_are_drawn_and_only_once(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {ending: tmp_path / f"page{ending}.md" for ending in ("", ".zh")}
    for ending, page in pages.items():
        code = f'from pathlib import Path\n\nPath("a.svg").write_text("<svg>{ending}</svg>")\n'
        page.write_text(f"```python\n{code}```\n\n![a](images/gallery/a.svg)\n", encoding="utf-8")
    monkeypatch.setattr(hook, "PAGES", pages)
    folder = tmp_path / "figures"
    hook.write(folder)
    held = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.svg")}
    assert held == {"a.svg": "<svg></svg>", "a.zh.svg": "<svg>.zh</svg>"}
    (folder / "a.svg").write_text("kept", encoding="utf-8")
    hook.write(folder)
    assert (folder / "a.svg").read_text(encoding="utf-8") == "kept"  # nothing has changed
    pages[""].write_text(pages[""].read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    hook.write(folder)
    assert (folder / "a.svg").read_text(encoding="utf-8") == "<svg></svg>"


def test_the_pictures_are_not_kept_in_the_repository() -> None:
    assert "docs/images/gallery/" in (HOME / ".gitignore").read_text(encoding="utf-8").split()
