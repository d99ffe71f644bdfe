"""What a person should know of figures that were read: negative by their brackets, preliminary by their header."""

from __future__ import annotations

from dataclasses import replace

from panelkit.data.yearbook.files.cells import in_brackets
from panelkit.data.yearbook.files.grid import Grid, shown
from panelkit.data.yearbook.layouts.reading import FileReading
from panelkit.data.yearbook.vocabulary.periods import is_preliminary, parse_period
from panelkit.language.message import Message, message


def with_notes(grid: Grid, reading: FileReading) -> FileReading:
    """Return a reading with notes on numbers in brackets and on preliminary periods, and with the latter listed."""
    preliminary = _preliminary(grid, reading)
    notes = [*_negatives(grid, reading)]
    notes += [
        message("{where}: {text!r}: preliminary figures", where=grid.where().said(), text=text)
        for text in preliminary.values()
    ]
    return replace(reading, notes=(*reading.notes, *notes), preliminary=tuple(preliminary))


def _negatives(grid: Grid, reading: FileReading) -> list[Message]:
    at = {line: row for row, line in enumerate(grid.lines)}
    found = [
        figure.where
        for figure in (*reading.figures, *reading.apart, *(one.figure for one in reading.subtotals))
        if figure.value < 0
        and figure.where.row in at
        and figure.where.column is not None
        and in_brackets(grid.cell(at[figure.where.row], figure.where.column - 1))
    ]
    if not found:
        return []
    count = len(found)
    return [
        message(
            "{where}: {count} numbers in brackets, from here on, are read as negative",
            where=found[0].said(),
            count=count,
        )
    ]


def _preliminary(grid: Grid, reading: FileReading) -> dict[str, str]:
    """Return period -> how it is printed, for those whose figures are called preliminary."""
    periods = {figure.period for figure in reading.figures}
    texts = [
        text
        for cells in grid.rows
        for cell in cells
        if isinstance(cell, str) and is_preliminary(text := shown(cell))
    ]
    found = {parse_period(text) or "": text for text in texts}
    return {period: text for period, text in found.items() if period in periods}
