"""What became of the files of a folder, as a table (CSV), a page (HTML) and lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from panelkit.data.yearbook.folder_report import OUTCOMES, FileOutcome, FolderReport
from panelkit.language.message import Language, Message, message, term
from panelkit.show.files import csv_text, write_whole

_TEMPLATES = Path(__file__).parent / "templates"
_NAMES = 8
"""Indicators of a file that the page names; the table names all."""
_STYLES = {"read": "supported", "held": "undecided", "apart": "not-testable", "refused": "contradicted"}


def counts_line(report: FolderReport) -> Message:
    """Return one sentence: how many files were read, held already, set apart and refused."""
    found = report.counts()
    return message(
        "{n} files: {read} read, {held} in the store already, {apart} set apart, {refused} refused",
        n=len(report.files),
        **found,
    )


def grouped(files: Sequence[FileOutcome], language: Language) -> list[tuple[int, str, str]]:
    """Return the reasons of refusals, most frequent first: how many files, one of them, and what is said of it."""
    refused = [file for file in files if file.word == "refused"]
    kinds = Counter(kind_of_reason(file) for file in refused)
    first = {kind_of_reason(file): file for file in reversed(refused)}
    return [
        (count, first[kind].file, _short(first[kind].said.text(language)))
        for kind, count in kinds.most_common()
    ]


def kind_of_reason(file: FileOutcome) -> str:
    """Return the first sentence of a reason without what is particular to one file: equal for refusals alike."""
    problem = file.problems[0] if file.problems else file.said
    return problem.id


def write_report(report: FolderReport, folder: Path, language: Language) -> list[Path]:
    """Write `ingested.csv` and `ingested.html` into a folder and return their paths."""
    table = csv_text(report.to_frame(language))
    return [
        write_whole(folder / "ingested.csv", table),
        write_whole(folder / "ingested.html", page(report, language)),
    ]


def page(report: FolderReport, language: Language) -> str:
    """Return the page of a run over a folder as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    heads = (
        term("column of files", "file"),
        term("column of files", "outcome"),
        term("column of files", "cells"),
        term("column of files", "indicators"),
    )
    return environment.get_template("ingested.html.j2").render(
        language=language,
        title=message("Files of {folder}", folder=report.folder).text(language),
        counts=counts_line(report).text(language),
        why=message("Why files were refused").text(language),
        every=message("Every file").text(language),
        reasons=[{"count": n, "said": said} for n, _, said in grouped(report.files, language)],
        heads=[head.text(language) for head in heads],
        rows=[_row(file, language) for file in report.files],
    )


def _row(file: FileOutcome, language: Language) -> dict[str, Any]:
    rest = len(file.indicators) - _NAMES
    names = ", ".join(file.indicators[:_NAMES]) + (f", ... (+{rest})" if rest > 0 else "")
    series = [names, file.years, ", ".join(file.vintages)]
    return {
        "file": file.file,
        "outcome": OUTCOMES[file.word].text(language),
        "style": _STYLES[file.word],
        "cells": file.cells,
        "series": "; ".join(part for part in series if part),
        "reason": file.said.text(language),
        "notes": [note.text(language) for note in file.notes],
    }


def _short(text: str) -> str:
    line = text.splitlines()[0]
    return line if len(line) <= 600 else line[:599] + "…"
