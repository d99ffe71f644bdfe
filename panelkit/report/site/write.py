"""The site of a run: overview and claims in both languages, figures with their numbers, search, style."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from panelkit.claims.checked import CheckResult
from panelkit.language.message import Language
from panelkit.report.drawn import Drawn
from panelkit.report.filled import TEMPLATES, filled
from panelkit.report.page import claim_ids
from panelkit.report.site.claims import claim_page
from panelkit.report.site.files import Files
from panelkit.report.site.overview import overview
from panelkit.report.site.places import (
    CLAIMS,
    FIGURES,
    SCRIPT,
    STYLE,
    claim_file,
    overview_file,
)
from panelkit.report.site.record import NAME, added, read_run, run_of, written_run
from panelkit.report.site.search import LANGUAGES, search_script
from panelkit.show.files import csv_text, without_formulas

Contents = Mapping[Language, Mapping[str, Mapping[str, Any]]]


def write_site(
    result: CheckResult,
    files: Files,
    contents: Contents,
    tables: Mapping[str, Sequence[Path]],
    language: Language,
) -> list[Path]:
    """Add the site to the files of a run and return its paths, the overview first.

    Parameters
    ----------
    result
        The run.
    files
        The files of the run.
    contents
        What is said of every computed claim, by language.
    tables
        The files of every claim's tables.
    language
        The language of `index.html`.

    Returns
    -------
    list of Path
    """
    folder, names = files.folder, claim_ids(result)
    last = read_run(folder)
    pages = {one: overview(result, last, one) for one in LANGUAGES}
    written = [
        files.add(folder / "index.html", pages[language]),
        *(files.add(folder / overview_file(one), text) for one, text in pages.items()),
        files.add(folder / STYLE, filled("site.css.j2", {}, language)),
        files.add(folder / SCRIPT, (TEMPLATES / "site.js").read_text(encoding="utf-8")),
        files.add(folder / CLAIMS, search_script(result, names)),
    ]
    for one in LANGUAGES:
        for name in names:
            content = contents[one].get(name)
            text = claim_page(result, name, names, content, tables.get(name, ()), one)
            written.append(files.add(folder / one / claim_file(name), text))
            written += _figures(content, files, one)
    written.append(files.add(folder / NAME, written_run(added(run_of(result), last))))
    return written


def _figures(content: Mapping[str, Any] | None, files: Files, language: Language) -> Iterator[Path]:
    """Add the pictures of one claim, each as SVG and its numbers as CSV."""
    for picture in _pictures(content or {}):
        stem = files.folder / FIGURES / f"{picture.name}.{language}"
        yield files.add(stem.with_name(f"{stem.name}.svg"), picture.svg)
        yield files.add(stem.with_name(f"{stem.name}.csv"), csv_text(without_formulas(picture.data)))


def _pictures(content: Mapping[str, Any]) -> Iterator[Drawn]:
    """Yield every picture that a page shows, each once."""
    designs = [
        *content.get("deciding", ()),
        *(design for reading in content.get("readings", ()) for design in reading["designs"]),
    ]
    shown = (design.get(key) for design in designs for key in ("picture", "curve", "left_out"))
    yield from {one.name: one for one in shown if one}.values()
