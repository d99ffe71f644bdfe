"""Write the site of a run: overview and claims in both languages, figures with their numbers, search, style."""

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
from panelkit.report.site.overview import overview
from panelkit.report.site.places import (
    CLAIMS,
    FIGURES,
    SCRIPT,
    STYLE,
    claim_file,
    overview_file,
)
from panelkit.report.site.record import NAME, read_run, run_of, written_run
from panelkit.report.site.search import LANGUAGES, search_script
from panelkit.show.files import csv_text, without_formulas, write_whole

Contents = Mapping[Language, Mapping[str, Mapping[str, Any]]]


def write_site(
    result: CheckResult,
    folder: Path,
    contents: Contents,
    tables: Mapping[str, Sequence[Path]],
    language: Language,
) -> list[Path]:
    """Write the site below a folder and return the paths, the overview first.

    Parameters
    ----------
    result
        The run.
    folder
        The folder of the run.
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
    names, last = claim_ids(result), read_run(folder)
    pages = {one: overview(result, last, one) for one in LANGUAGES}
    written = [
        write_whole(folder / "index.html", pages[language]),
        *(write_whole(folder / overview_file(one), text) for one, text in pages.items()),
        write_whole(folder / STYLE, filled("site.css.j2", {}, language)),
        write_whole(folder / SCRIPT, (TEMPLATES / "site.js").read_text(encoding="utf-8")),
        write_whole(folder / CLAIMS, search_script(result, names)),
    ]
    for one in LANGUAGES:
        for name in names:
            content = contents[one].get(name)
            text = claim_page(result, name, names, content, tables.get(name, ()), one)
            written.append(write_whole(folder / one / claim_file(name), text))
            written += _figures(content, folder, one)
    written.append(write_whole(folder / NAME, written_run(run_of(result))))
    return written


def _figures(content: Mapping[str, Any] | None, folder: Path, language: Language) -> Iterator[Path]:
    """Write the pictures of one claim, each as SVG and its numbers as CSV."""
    for picture in _pictures(content or {}):
        stem = folder / FIGURES / f"{picture.name}.{language}"
        yield write_whole(stem.with_name(f"{stem.name}.svg"), picture.svg)
        yield write_whole(stem.with_name(f"{stem.name}.csv"), csv_text(without_formulas(picture.data)))


def _pictures(content: Mapping[str, Any]) -> Iterator[Drawn]:
    """Yield every picture that a page shows, each once."""
    designs = [
        *content.get("deciding", ()),
        *(design for reading in content.get("readings", ()) for design in reading["designs"]),
    ]
    shown = (design.get(key) for design in designs for key in ("picture", "curve", "left_out"))
    yield from {one.name: one for one in shown if one}.values()
