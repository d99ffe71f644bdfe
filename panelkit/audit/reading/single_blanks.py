"""Lines whose cells are parted by single blanks, as a copy from a PDF leaves them: numbers at the end, words before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from panelkit.audit.reading.around import is_note
from panelkit.audit.reading.ruled import is_ruler
from panelkit.audit.reading.sheet import blank, is_title
from panelkit.language.errors import DataError
from panelkit.language.message import message

_SIGN = "[-−–－‐‑﹣]"
_NUMBER = (
    rf"[<>＜＞]?(?:{_SIGN}\s?|[+—])?(?:[0-9０-９][0-9０-９,，]*(?:[.．·][0-9０-９]*)?|[.．][0-9０-９]+)"
    rf"(?:[eE]{_SIGN}?[0-9]+)?%?"
)
_STARS = r"(?:\s?[*∗＊⁎]+|[†‡ᵃᵇᶜ+])"
_BRACKET = rf"[(\[（［【{{]\s?(?:[tzp]\s?=\s?)?{_NUMBER}(?:\s?[,;~～]\s?{_NUMBER})?{_STARS}?\s?[)\]）］】}}]"
_WORD = r"(?:——|—|–|-|/|\.\.\.|…|NA|N/A|Yes|No|YES|NO|Y|N|是|否|√|×|控制|未控制|有|无)"
_CELL = rf"(?:{_NUMBER}{_STARS}?(?:\s?{_BRACKET}{_STARS}?)?|{_BRACKET}{_STARS}?|{_WORD})"
_ONE = re.compile(rf"\s*({_CELL})(?=\s|$)")
_LONGEST = 600
_FIGURE = re.compile(rf"\s*(?:{_NUMBER}|{_BRACKET}).*")


def is_figure(text: str) -> bool:
    """Return whether a cell begins with a number, in brackets or not, and is no sentence."""
    return len(text) < 60 and bool(_FIGURE.fullmatch(text))


def parts_unclear(name: str, line: int, cells: int, most: int) -> DataError:
    """Return the refusal of a line whose cells cannot be told to columns."""
    return DataError(
        message(
            "{name}, line {line}: {cells} cells where other lines have {most}, and nothing says which are blank: part "
            "the cells by tabs, or put — where nothing stands",
            name=name,
            line=line,
            cells=cells,
            most=most,
        )
    )


def unaligned_rows(lines: Sequence[str], first: int, name: str) -> list[list[str]]:
    """Return the rows of lines with single blanks: numbers at the end are cells, what stands before heads the row.

    A number and the bracket behind it are one cell. A line of words with as many as there are columns is a heading.

    Raises
    ------
    DataError
        If a line holds several numbers and not as many as the others.
    """
    cut = [_cut(line) for line in lines]
    counts = Counter(len(cells) for _, cells in cut if len(cells) > 1)
    if not counts:
        return [[line] for line in lines]
    most = max(counts, key=lambda count: (counts[count], count))
    rows: list[list[str]] = []
    for at, (line, (label, cells)) in enumerate(zip(lines, cut, strict=True)):
        if len(cells) >= most:
            own = len(cells) - most
            rows.append([" ".join([label, *cells[:own]]).strip(), *cells[own:]])
        elif len(cells) > 1:
            raise parts_unclear(name, first + at + 1, len(cells), most)
        else:
            rows.append(_heading(line, most))
    return rows


def _cut(line: str) -> tuple[str, list[str]]:
    """Return the words at the start of a line and the cells at its end, as many as there are."""
    held = line.strip()
    if is_ruler(line):
        return "", []
    if is_title(line) or is_note(line) or len(held) > _LONGEST:
        return held, []
    for start in (0, *(found.end() for found in re.finditer(r"\s+", held))):
        cells = _cells(held, start)
        if cells:
            return held[:start].strip(), cells
    return held, []


def _cells(line: str, at: int) -> list[str]:
    """Return the cells from a place to the end of a line, none where something else stands there too."""
    cells: list[str] = []
    while at < len(line):
        found = _ONE.match(line, at)
        if found is None:
            return []
        cells.append(found[1].strip())
        at = found.end()
    return cells


def _heading(line: str, columns: int) -> list[str]:
    """Return a line of words as a heading where it has one word a column, else as a row of one cell."""
    words = [] if is_title(line) or is_note(line) else line.split()
    if len(words) == columns:
        return ["", *words]
    return (
        words if len(words) == columns + 1 else [line.strip() if not (blank(line) or is_ruler(line)) else ""]
    )
