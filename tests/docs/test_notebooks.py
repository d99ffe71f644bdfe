"""The notebooks run: what they store is what comes out, in both languages, and the site shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import panelkit as pk
from tests.docs.site import DOCS, module_of

NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
LANGUAGE = {"en": 'language = "en"', "zh": 'language = "zh"'}
HAN = re.compile("[\u4e00-\u9fff]")


pages = module_of(DOCS / "notebook_pages.py")
PATHS = pages.notebooks()


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    pk.set_language("en")


def code(path: Path) -> list[str]:
    return [pages.source(cell) for cell in pages.read(path)["cells"] if cell["cell_type"] == "code"]


def texts(path: Path) -> list[str]:
    return [pages.source(cell) for cell in pages.read(path)["cells"] if cell["cell_type"] == "markdown"]


def alike(one: str, other: str) -> bool:
    """Say whether two texts agree: their words, and their numbers to the last digit printed but one."""
    if NUMBER.sub("#", one).split() != NUMBER.sub("#", other).split():
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    # the last digit printed may round either way on another processor
    return all(
        float(a.replace("−", "-")) == pytest.approx(float(b.replace("−", "-")), rel=1e-4, abs=1e-9)
        or abs(float(a.replace("−", "-")) - float(b.replace("−", "-")))
        <= 1.5 * 10 ** -len(a.partition(".")[2])
        for a, b in pairs
    )


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_a_notebook_gives_what_it_stores(path: Path) -> None:
    held = pages.read(path)
    stored = [cell["outputs"] for cell in held["cells"] if cell["cell_type"] == "code"]
    for before, now, text in zip(stored, pages.run(held["cells"]), code(path), strict=True):
        assert [sorted(one.get("data", "s")) for one in before] == [
            sorted(one.get("data", "s")) for one in now
        ], text
        for one, other in zip(before, now, strict=True):
            assert alike(pages.words(one), pages.words(other)), text
    assert any("image/svg+xml" in one.get("data", {}) for outputs in stored for one in outputs)
    assert any("docx" in text for text in code(path))  # a three-line table for the paper


@pytest.mark.parametrize("name", pages.ORDER)
def test_both_languages_have_the_same_cells(name: str) -> None:
    english, chinese = (DOCS / "notebooks" / f"{name}{ending}.ipynb" for ending in ("", ".zh"))
    assert [text.replace(LANGUAGE["en"], LANGUAGE["zh"]) for text in code(english)] == code(chinese)
    assert LANGUAGE["en"] in code(english)[0]
    kinds = [[cell["cell_type"] for cell in pages.read(path)["cells"]] for path in (english, chinese)]
    assert kinds[0] == kinds[1]
    for one, other in zip(texts(english), texts(chinese), strict=True):
        assert re.findall("^#+", one, re.MULTILINE) == re.findall("^#+", other, re.MULTILINE)
        assert HAN.search(other)
        assert not HAN.search(one)
        assert re.findall(r"\]\(([^)]*)\)", one) == re.findall(r"\]\(([^)]*)\)", other)
    assert texts(english)[-1].startswith("## What not to conclude")


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_a_notebook_is_one(path: Path) -> None:
    held = pages.read(path)
    assert (held["nbformat"], held["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in held["cells"]]
    assert len(set(ids)) == len(ids)
    assert [sorted(cell) for cell in held["cells"]] == [
        sorted(
            ["cell_type", "id", "metadata", "source"]
            + ["execution_count", "outputs"] * (cell["cell_type"] == "code")
        )
        for cell in held["cells"]
    ]
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(held, ensure_ascii=False, indent=1) + "\n"
    assert not re.search(r"/tmp|/home|/root|\\Users\\", text)


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_the_site_shows_code_outputs_and_figures(path: Path) -> None:
    text, figures = pages.page(path)
    assert text.startswith("# ")
    assert f"(../notebooks/{path.name})" in text
    for one in code(path):
        assert one in text
    shown = re.findall(r"!\[(.*)\]\((.*?)\)", text)
    assert [name for _, name in shown] == list(figures)
    assert all(" | " in words for words, _ in shown)  # a heading and the title of the figure
    assert figures
    assert all(figure.startswith("<svg") for figure in figures.values())


def test_links_of_a_notebook_lead_to_pages() -> None:
    for path in PATHS:
        for link in re.findall(r"\]\(\.\./([^)#]*)", "\n".join(texts(path))):
            assert (DOCS / link).is_file(), f"{path.name}: {link}"
