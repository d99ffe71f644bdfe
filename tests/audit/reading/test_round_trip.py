"""A thousand known tables, each written in a format and a style of chance, come back as they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from panelkit.audit.printed import PrintedCell, decimal_of, read_cell
from panelkit.audit.reading.door import read_sheets
from panelkit.audit.reading.sheet import Sheet
from tests.audit.reading.written import ONE_LINE, WRITERS, Known, drawn, rows_of, style_of

CASES = {"docx": 40, "xlsx": 40}
"""Tables of a format; 115 of the others, whose files are made faster: 1,000 in all."""


@pytest.mark.parametrize("kind", WRITERS)
def test_tables_come_back(kind: str) -> None:
    rng = np.random.default_rng(20170825)
    for case in range(CASES.get(kind, 115)):
        known = drawn(rng)
        style = style_of(rng, same_cell=kind == "single")
        if kind in ONE_LINE and style.where == "below":
            style = replace(style, where="beside")
        if style.decimal == "," and not tells_commas(known):
            style = replace(style, decimal=".")  # 1,234 alone is 1234
        content = WRITERS[kind](known, rows_of(known, style), rng)
        sheets = read_sheets(content)
        assert len(sheets) == 1, (kind, case)
        check(sheets[0], known, (kind, case, style))


def tells_commas(known: Known) -> bool:
    """Return whether a number begins with 0 or has another number of decimals than three."""
    texts = [text for row in known.numbers for one in row if one for text in (one[0], one[2]) if "." in text]
    return any(text.lstrip("-").startswith("0") or len(text.partition(".")[2]) != 3 for text in texts)


def check(sheet: Sheet, known: Known, about: object) -> None:
    """Compare title, headings, labels, numbers, stars and brackets with what was meant."""
    assert sheet.title == known.title, about
    assert sheet.notes == (known.note,), about
    assert sheet.cells[0] == ("变量", *known.heads), about
    decimal = decimal_of(cell for row in sheet.cells[1:] for cell in row[1:])
    read: list[tuple[str, list[PrintedCell]]] = []
    for row in sheet.cells[1:]:
        cells = [read_cell(cell, decimal) for cell in row[1:]]
        if row[0] == "" and read:  # brackets on a row of their own
            label, above = read[-1]
            read[-1] = label, [replace(a, brackets=b.brackets) for a, b in zip(above, cells, strict=True)]
        else:
            read.append((row[0], cells))
    assert [label for label, _ in read] == list(known.labels), about
    for (label, cells), meant in zip(read, known.numbers, strict=True):
        for cell, number in zip(cells, meant, strict=True):
            assert cell.unread == "", (about, label)
            if number is None:
                assert cell.number is None, (about, label)
                continue
            value, stars, error = number
            assert cell.number is not None, (about, label)
            assert (cell.number.value, cell.stars) == (float(value), stars), (about, label)
            assert cell.number.decimals == len(value.partition(".")[2]), (about, label)
            assert [one.numbers[0].value for one in cell.brackets] == ([float(error)] if error else []), (
                about,
                label,
            )
