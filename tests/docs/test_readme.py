"""The README says numbers that are measured, in both languages, and its picture is what its code draws."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from panelkit import __version__
from panelkit.language.message import Language
from tests.docs.site import DOCS, HOME, measured, module_of

PAGES = (HOME / "README.md", HOME / "README.zh.md")
WARNING = (DOCS / "not_meant.md", DOCS / "not_meant.zh.md")
# evidence, what picks the rows, and the columns of which the README says the numbers
SAID = (
    ("xsmle_size", {"errors": "iid", "convention": "xsmle"}, ("bias rho", "rejected rho")),
    (
        "xsmle_size",
        {"errors": "iid", "convention": "lee-yu", "vcov": "Cluster"},
        ("bias rho", "rejected rho"),
    ),
    ("crv_size", {"regressor": "3 treated", "T": "8"}, ("CRV1 %", "CRV3 %")),
    ("verdicts_words", {"world": "null"}, ("S",)),
    ("verdicts_words", {"world": "effect .38"}, ("S",)),
    ("verdicts_words", {"world": "walks"}, ("S",)),
    *(
        (
            "spatial_summary",
            {"errors": "iid", "convention": name, "vcov": "information, normal", "interval": "delta"},
            ("indirect",),
        )
        for name in ("splm", "lee-yu")
    ),
)
WARNED: dict[str, tuple[str, ...]] = {  # of `verdicts_words`, by world
    "null": ("significant", "S", "U"),
    "effect .17": ("significant", "S", "N", "S as 0.38"),
    "effect .38": ("significant", "S", "N"),
    "detectable": ("U",),
    "walks": ("S",),
    "three years": ("N",),
    "three years declared": ("N",),
}
# what a page of the docs says of another program, and the README repeats
REPEATED = {
    "spatial.md": (".226879", ".271178", "1e-5", ".0182", ".0291", "1e-7"),
    "stata.md": ("1e-9", "2e-8", "1e-12", "1.4.5"),
    "dynamic_gmm.md": ("38", "1e-8", "StatsPAI 1.40"),
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_table_says_what_was_measured(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name, rows, columns in SAID:
        absent = {number for number in measured(name, rows, columns) if number not in text}
        assert not absent, f"{name} {rows}: {absent}"
    for source, numbers in REPEATED.items():
        there = (DOCS / source).read_text(encoding="utf-8")
        for number in numbers:
            assert number in text, number
            assert number in there, f"{source}: {number}"


@pytest.mark.parametrize("page", WARNING, ids=lambda page: page.name)
def test_what_a_verdict_does_not_mean_has_its_numbers(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for world, columns in WARNED.items():
        numbers = measured("verdicts_words", {"world": world}, columns)
        assert all(number in text for number in numbers), f"{world}: {numbers}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_count_of_rows_is_that_of_the_conformance_page(page: Path) -> None:
    first = (DOCS / "conformance.md").read_text(encoding="utf-8").split("\n## ")[0]
    rows = [line for line in first.splitlines() if line.startswith("| ") and re.search(r"unit|twoway", line)]
    run = [line for line in rows if "not run" not in line]
    assert len(rows) - len(run) == 3  # "three more", 三行
    assert str(len(run)) in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_citation_is_that_of_the_file(page: Path) -> None:
    cited = (HOME / "CITATION.cff").read_text(encoding="utf-8")
    text = " ".join(page.read_text(encoding="utf-8").split())
    title = re.search(r'title: "(.*)"', cited)
    assert title is not None
    assert f"{title[1]} (version {__version__})" in text
    assert f"version: {__version__}" in cited


def test_both_pages_travel_with_the_source() -> None:
    build = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert {page.name for page in PAGES} <= set(build["targets"]["sdist"]["include"])


def _drawn(svg: str) -> tuple[list[str], np.ndarray]:
    """Return the texts of a figure, and where its points lie."""
    points = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"', svg)
    return re.findall(r"<text[^>]*>([^<]*)", svg), np.array(points, dtype=float)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_is_what_its_code_draws(language: Language) -> None:
    ending = "svg" if language == "en" else f"{language}.svg"
    kept = _drawn((DOCS / "images" / f"first.{ending}").read_text(encoding="utf-8"))
    drawn = _drawn(module_of(DOCS / "images" / "first.py").picture(language).svg())
    assert drawn[0] == kept[0]
    # points of paper: the width of the labels, which moves the axes a little, is that of the fonts at hand
    np.testing.assert_allclose(drawn[1], kept[1], atol=8.0)
    assert "0.171" in " ".join(kept[0])
