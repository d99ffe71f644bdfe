"""Text whose cells are parted by one sign: comma, tab, semicolon, bar."""

from __future__ import annotations

import csv
import re
from collections import Counter

from panelkit.audit.reading.raw import Raw, count_cells
from panelkit.audit.reading.sheet import Sheet, sheets_of
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered

_SIGNS = ("\t", ";", "|", ",", "，", "；")
_IN_SENTENCES = ",;，；"
_AS_TEXT = re.compile(r'\A="(.*)"\Z', re.S)
"""A text that a program guards from becoming a number in a spreadsheet: ="(0.05)"."""
_NOTE = re.compile(
    r"\s*(?:注|说明|备注|(?:资料|数据)?来源|notes?\b|sources?\b)|.*(?:parenthes|brackets|括号|括弧)"
    r"|.*[*∗＊†]\s*p\s*<",
    re.I,
)
"""The first cell of a note that was typed with separators in it and without quotation marks."""
_SAMPLE = 1_000
_FIGURE = re.compile(r"[\s\d.,%*∗＊()（）\[\]<=−–-]+")
_SPLIT_HEADING = re.compile(r"\s*[\[(（]?\s*\d+\s*[%％]\s*[^\d\])）]*")
_OPEN, _SHUT = "([{（［【", ")]}）］】"


@offered("table_file", "csv", family="text", also=("tsv",), source="RFC 4180")
def read_separated(raw: Raw) -> list[Sheet]:
    """Return the tables of a file of separated cells, in any encoding that `Raw.text` reads and with any separator.

    Raises
    ------
    DataError
        If a quotation mark never closes.
    """
    text = raw.text()
    sign = separator(text) or ("\t" if raw.ending == "tsv" else ",")
    return sheets_of(cut(text, sign, raw.name), source=raw.name)


def cut(text: str, sign: str, name: str) -> list[list[str]]:
    """Return the rows of a text cut at a sign, quotations kept whole.

    Raises
    ------
    DataError
        If a quotation mark never closes, or there are more cells than a printed table has.
    """
    rows: list[list[str]] = []
    reader = csv.reader(text.splitlines(keepends=True), delimiter=sign, strict=True)
    cells = 0
    try:
        for row in reader:
            rows.append([_AS_TEXT.sub(r"\1", cell) for cell in row])
            cells += len(row)
            count_cells(name, cells, len(row))
            if sign in _IN_SENTENCES and _NOTE.match(row[0] if row else ""):
                rows[-1] = _sentence(rows[-1], sign)
    except csv.Error as error:
        raise DataError(
            message(
                "{name}, line {line}: the row cannot be split into cells ({error}); a quotation mark that never "
                "closes?",
                name=name,
                line=reader.line_num,
                error=str(error),
            )
        ) from error
    return rows


def _sentence(row: list[str], sign: str) -> list[str]:
    """Return a note that was cut at its own commas as one cell; a row that holds a number alone in a cell as it is."""
    rest = [cell.strip() for cell in row[1:] if cell.strip()]
    if not rest or any(_FIGURE.fullmatch(cell) for cell in rest):
        return row
    return [sign.join(row).rstrip(sign + " ")]


def separator(text: str) -> str | None:
    """Return the sign that cuts the lines of a text into the same number of cells, None where none does.

    A sign that stands inside brackets ("[0.1; 0.5]") or inside numbers parts no cells: one that leaves brackets open
    in a cell does not count, and of two that cut equally well the rarer in numbers (tab, semicolon, bar) is taken.
    """
    scores = [(_agreement(text, sign), -place, sign) for place, sign in enumerate(_SIGNS)]
    best = max(scores)
    return best[2] if best[0] > 0.0 else None


def _agreement(text: str, sign: str) -> float:
    """Return the share of lines that a sign cuts into the most usual number of cells, 0 where it cuts brackets."""
    lines = text.splitlines()
    try:
        rows = list(csv.reader(lines[:_SAMPLE], delimiter=sign, strict=len(lines) <= _SAMPLE))
    except csv.Error:
        return 0.0
    counts = [len(row) for row in rows if any(cell.strip() for cell in row)]
    several = Counter(count for count in counts if count > 1)
    if not several or any(_open(cell) for row in rows if len(row) > 1 for cell in row):
        return 0.0
    return round(several.most_common(1)[0][1] / max(1, len([c for c in counts if c > 0])), 1)


def _open(cell: str) -> bool:
    """Return whether a short cell opens a bracket with a number that it does not shut, or the other way round.

    A heading over two columns ("[95% Conf." beside "Interval]") opens none.
    """
    if len(cell) > 60 or not re.search(r"\d", cell) or _SPLIT_HEADING.fullmatch(cell):
        return False
    return sum(cell.count(one) for one in _OPEN) != sum(cell.count(one) for one in _SHUT)
