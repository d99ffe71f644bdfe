"""A grid as a Rich Text file: a three-line table that Word, WPS and LibreOffice open, Chinese as Unicode escapes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from panelkit.show.alignment import padded_for_print
from panelkit.show.grid import Row, TableGrid
from panelkit.show.widths import column_widths
from panelkit.show.words import word

_FONTS = (
    r"{\fonttbl{\f0\froman\fcharset0 Times New Roman;}"
    r"{\f1\fnil\fcharset134 SimSun;}{\f2\fnil\fcharset134 SimHei;}}"
)
_HEAVY, _LIGHT = 30, 15  # twentieths of a point: 1.5 pt outside, 0.75 pt under the header
_TWIPS = 20
_WIDE = 6
_EAST = re.compile("([\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]+)")
_SPECIAL = {"\\": r"\\", "{": r"\{", "}": r"\}", "\n": r"\line ", "\t": r"\tab "}


def escape(text: str, *, east: int = 1) -> str:
    """Return text as Rich Text prints it: other letters than ASCII by number, Chinese in font `east`."""
    parts = _EAST.split(text)
    return "".join(
        rf"{{\f{east} {_numbered(part)}}}" if at % 2 else _numbered(part) for at, part in enumerate(parts)
    )


def rtf(grid: TableGrid) -> str:
    """Return the document, of ASCII letters alone."""
    grid = padded_for_print(grid)
    wide = len(grid.header) > _WIDE
    size = 18 if wide else 21  # half points
    edges = _edges(column_widths(grid, size=size / 2))
    paper = r"\paperw16838\paperh11906\landscape" if wide else r"\paperw11906\paperh16838"
    lines = [r"{\rtf1\ansi\ansicpg936\uc1\deff0\deflang1033", _FONTS, paper + r"\margl1417\margr1417"]
    if grid.caption:
        lines.append(_caption(grid))
    if grid.spans:
        lines.append(_span_row(grid, edges, size))
    lines.append(_row((grid.stub, *grid.header), edges, size, top=0 if grid.spans else _HEAVY, bottom=_LIGHT))
    rows = grid.rows
    for at, row in enumerate(rows):
        bottom = _HEAVY if at == len(rows) - 1 else 0
        lines.append(
            _heading(row, edges, size)
            if row.heading
            else _row((row.label, *row.cells), edges, size, bottom=bottom)
        )
    if grid.notes:
        lines.append(rf"\pard\plain\f0\fs18\sb80 {escape(grid.note_text())}\par")
    return "\n".join([*lines, "}"]) + "\n"


def _caption(grid: TableGrid) -> str:
    number = word("table", grid.language) + " 1" + ("\u3000" if grid.language == "zh" else ". ")
    return rf"\pard\plain\qc\keepn\sa80\f0\fs21\b {escape(number + str(grid.caption), east=2)}\b0\par"


def _row(cells: Sequence[str], edges: Sequence[int], size: int, *, top: int = 0, bottom: int = 0) -> str:
    """Return one row of the table, its rules in twentieths of a point."""
    head = rf"\trowd\trqc\trgaph60\trrh{_height(size)}" + (r"\trhdr" if top or bottom == _LIGHT else "")
    rules = "".join(
        rf"\clbrdr{side}\brdrs\brdrw{width}" for side, width in (("t", top), ("b", bottom)) if width
    )
    held = "".join(rf"{rules}\clvertalc\cellx{edge}" for edge in edges)
    texts = "".join(
        rf"\pard\plain\intbl\keepn\q{side}\f0\fs{size} {escape(cell.rstrip())}\cell"
        for side, cell in zip("l" + "c" * len(cells), cells, strict=False)
    )
    return f"{head}{held}\n{texts}\\row"


def _heading(row: Row, edges: Sequence[int], size: int) -> str:
    text = rf"\pard\plain\intbl\keepn\ql\f0\fs{size}\i {escape(row.label)}\i0\cell"
    return f"\\trowd\\trqc\\trgaph60\\trrh{_height(size) + 60}\\clvertalb\\cellx{edges[-1]}\n{text}\\row"


def _span_row(grid: TableGrid, edges: Sequence[int], size: int) -> str:
    """Return the heads that stand over several columns, each with a short line below it."""
    held, texts, at = [rf"\clbrdrt\brdrs\brdrw{_HEAVY}\cellx{edges[0]}"], [r"\pard\plain\intbl\keepn\cell"], 0
    for head, width in grid.spans:
        at += width
        rule = rf"\clbrdrb\brdrs\brdrw{_LIGHT}" if head else ""
        held.append(rf"\clbrdrt\brdrs\brdrw{_HEAVY}{rule}\clvertalc\cellx{edges[at]}")
        texts.append(rf"\pard\plain\intbl\keepn\qc\f0\fs{size} {escape(head)}\cell")
    return rf"\trowd\trqc\trgaph60\trhdr{''.join(held)}" + f"\n{''.join(texts)}\\row"


def _height(size: int) -> int:
    """Return the least height of a row: that of Chinese letters, so that all rows are alike."""
    return 15 * size


def _edges(widths: Sequence[float]) -> list[int]:
    edges, at = [], 0.0
    for width in widths:
        at += width * _TWIPS
        edges.append(round(at))
    return edges


def _numbered(text: str) -> str:
    return "".join(_letter(char) for char in text)


def _letter(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isascii():
        return char if char.isprintable() else " "
    units = char.encode("utf-16-le")
    codes = [int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2)]
    return "".join(rf"\u{code}?" for code in codes)
