"""The one door to printed tables: a file, a paste, standard input, a frame of strings, a list of rows."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.audit.reading.kinds import kind_of
from panelkit.audit.reading.raw import Raw, checked, count_cells, from_path, from_stream
from panelkit.audit.reading.refused import no_table
from panelkit.audit.reading.sheet import Sheet, sheets_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.register import find


def read_sheets(source: Any) -> tuple[Sheet, ...]:
    """Return the tables of a source, in its order.

    Parameters
    ----------
    source
        A path; "-" for standard input; text of several lines; bytes or an open file; a frame of strings as they are
        printed; a list of rows; a sheet, or several.

    Raises
    ------
    DataError
        If it cannot be read or holds no table, with the remedy.
    SpecError
        If it is none of these, or rows hold numbers: 0.380 as a number is 0.38.
    """
    if isinstance(source, Sheet):
        return (source,)
    if isinstance(source, pd.DataFrame):
        return _of_rows(_strings(source))
    if isinstance(source, Sequence) and not isinstance(source, str | bytes):
        if source and all(isinstance(one, Sheet) for one in source):
            return tuple(source)
        return _of_rows(source)
    raw = _raw(source)
    found = tuple(sheet for sheet in find("table_file", kind_of(raw))(raw) if _is_table(sheet))
    if not found:
        raise no_table(raw.name)
    return found


def _raw(source: Any) -> Raw:
    """Return the bytes of a source."""
    if isinstance(source, Path):
        return from_path(source)
    if isinstance(source, bytes):
        return checked(Raw(message("the input"), source))
    if isinstance(source, str):
        if source == "-":
            return from_stream(sys.stdin, message("standard input"))
        if "\n" in source or "\r" in source:
            return checked(Raw(message("the input"), source.encode("utf-8", "surrogatepass")))
        return from_path(Path(source))
    if hasattr(source, "read"):
        return from_stream(source, str(getattr(source, "name", "the stream")))
    raise SpecError(
        message(
            "a table is a path, a text, an open file, a frame of strings or a list of rows, not {kind}",
            kind=type(source).__name__,
        )
    )


def _strings(frame: pd.DataFrame) -> list[list[Any]]:
    """Return headings and rows of a frame, an index that names rows in front; "" for what is missing."""
    whole = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
    levels = range(whole.columns.nlevels)
    heads = [
        ["" if pd.isna(name) else str(name) for name in whole.columns.get_level_values(level)]
        for level in levels
    ]
    return [*heads, *map(list, whole.astype(object).where(whole.notna(), "").to_numpy())]


def _of_rows(rows: Sequence[Any]) -> tuple[Sheet, ...]:
    """Return the tables of rows of strings.

    Raises
    ------
    SpecError
        If a row is no row, or a cell is a number with decimals, whose last zeros are lost.
    """
    lines: list[list[str]] = []
    for at, row in enumerate(rows):
        if isinstance(row, str) or not isinstance(row, Sequence):
            raise SpecError(message("row {row} is no list of cells", row=at + 1))
        lines.append([_cell(cell, at) for cell in row])
    count_cells(message("the input"), sum(map(len, lines)), max(map(len, lines), default=0))
    found = tuple(sheets_of(lines))
    if not found:
        raise no_table(message("the input"))
    return found


def _cell(cell: Any, row: int) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool) or not hasattr(cell, "__index__"):
        raise SpecError(
            message(
                "row {row} holds {cell!r}, a number and not a string: give every cell as printed, since 0.380 as a "
                "number is 0.38",
                row=row + 1,
                cell=cell,
            )
        )
    return str(cell)


def _is_table(sheet: Sheet) -> bool:
    """Return whether a sheet holds rows of several cells with a digit anywhere."""
    return sheet.shape[1] > 1 and any(any(map(str.isdigit, cell)) for row in sheet.cells for cell in row)
