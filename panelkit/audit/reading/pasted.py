"""Pasted text as tables: tabs, bars, aligned columns, or the single blanks that a copy from a PDF leaves."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from panelkit.audit.reading.aligned import aligned_rows, tokens_of
from panelkit.audit.reading.around import is_note
from panelkit.audit.reading.barred import barred_rows, is_barred
from panelkit.audit.reading.console import without_preamble
from panelkit.audit.reading.raw import Raw, checked_cell, count_cells
from panelkit.audit.reading.ruled import is_ruler
from panelkit.audit.reading.separated import cut, separator
from panelkit.audit.reading.sheet import Sheet, Span, blank, is_title, sheets_of
from panelkit.audit.reading.single_blanks import is_figure, unaligned_rows
from panelkit.language.offers import offered

_LINES = 20_000
_SAME_FIT = ("coefficient", "parameter", "residual", "effects:", "component")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@offered("table_file", "text", family="text", also=("txt", "md"), source="")
def read_pasted(raw: Raw) -> list[Sheet]:
    """Return the tables of a paste.

    Raises
    ------
    DataError
        If cells cannot be told from each other, naming the line.
    """
    return sheets_of_text(raw.text(), raw.name)


def sheets_of_text(text: str, name: str) -> list[Sheet]:
    """Return the tables of a text, in whichever way its cells are parted.

    Raises
    ------
    DataError
        If cells cannot be told from each other, naming the line.
    """
    count_cells(name, 0 if text.count("\n") < _LINES else 10**9)
    held = without_preamble(text.replace("\xa0", " ")).strip("\n")
    for line in held.split("\n"):
        checked_cell(name, line if "\t" not in line else "")
    found: list[Sheet] = []
    for first, lines in _chunks(held.split("\n")):
        rows, merged = _rows(lines, first, name)
        found += sheets_of(rows, source=name, merged=merged)
    return found


def _rows(lines: list[str], first: int, name: str) -> tuple[list[list[str]], list[Span]]:
    """Return the rows of the lines of one table, and headings over several columns."""
    text = "\n".join(lines)
    if is_barred(lines):
        return (cut(text, "|", name) if _quoted_bars(text) else barred_rows(lines)), []
    figures = [line for line in lines if any(map(is_figure, tokens_of(line)[1:])) or "\t" in line.strip()]
    if sum("\t" in line.strip() for line in lines) * 2 > max(len(figures), 1):
        return _tabbed(text, name), []
    sign = separator(text)
    if _quoted_bars(text):
        return cut(text, "|", name), []
    if sign and sign != "|" and not (sign == "," and not _THOUSANDS.sub("", text).count(",")):
        share = sum(sign in line for line in lines) / max(1, sum(not blank(line) for line in lines))
        if share > 0.5:
            return cut(text, sign, name), []
    several = sum(len(tokens_of(line)) > 1 and not is_note(line) for line in lines)
    if several > 1:
        return aligned_rows(lines, first, name)
    return unaligned_rows(lines, first, name), []


def _quoted_bars(text: str) -> bool:
    """Return whether bars part cells that quotation marks hold together; bars are drawn otherwise."""
    return '"' in text and separator(text) == "|"


def _tabbed(text: str, name: str) -> list[list[str]]:
    """Return rows parted by tabs; quotation marks hold a cell together where they close."""
    try:
        list(csv.reader(text.splitlines(keepends=True), delimiter="\t", strict=True))
    except csv.Error:
        return [line.split("\t") for line in text.split("\n")]
    return cut(text, "\t", name)


def _ruled_anew(line: str, before: str) -> bool:
    """Return whether a ruler stands after the ruler or the notes of a table."""
    return is_ruler(line) and (is_ruler(before) or is_note(before))


def _is_console_title(line: str) -> bool:
    """Return whether a line heads another table of a console: "Impact measures (lag, exact):", no coefficients."""
    held = line.strip().casefold()
    return held.endswith(":") and not is_note(line) and not any(word in held for word in _SAME_FIT)


def _chunks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each table with the number of the first: a title, or a ruler after notes, begins a new one."""
    start, figures, before, gap = 0, False, "", False
    for at, line in enumerate(lines):
        if blank(line):
            gap = True
            continue
        opens = is_title(line) or (gap and (_is_console_title(line) or _ruled_anew(line, before)))
        if opens and figures:
            yield start, lines[start:at]
            start, figures = at, False
        figures = figures or (not is_note(line) and any(map(is_figure, line.split()[1:])))
        before, gap = line, False
    yield start, lines[start:]
