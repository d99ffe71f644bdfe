"""What a reader of one layout hands on: the cells of a file with their origin, and what stood around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from panelkit.data.provinces import Place
from panelkit.data.yearbook.errors import CellProblem, Where, YearbookError
from panelkit.data.yearbook.files.cells import Misread, read_number
from panelkit.data.yearbook.files.grid import Cell
from panelkit.data.yearbook.files.limits import PROBLEMS
from panelkit.data.yearbook.vocabulary.apart_rows import Why, plain_label
from panelkit.language.message import Message, message
from panelkit.show.brief import Brief


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """One printed number.

    Attributes
    ----------
    adcode : province, 100000 for the nation, or None where the file does not say which place.
    label : the indicator as printed, without its unit; empty where the file does not name one.
    context : the table's title, where a workbook has one.
    unit : the unit as printed; empty where the file does not say.
    value : the number to its last printed digit.
    """

    adcode: int | None
    period: str
    label: str
    unit: str
    value: Decimal
    where: Where
    context: str = ""


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A printed national or regional total, to be compared with the sum of its parts."""

    region: str
    figure: PrintedFigure


@dataclass(frozen=True, slots=True)
class RowApart:
    """A row, or all rows of one name on a sheet, about no province: its figures are not taken in.

    Attributes
    ----------
    name : the label as printed, without blanks and English below it.
    where : the first such row.
    cells : how many numbers stand in the rows.
    why : one of the words of `Why`.
    """

    name: str
    where: Where
    cells: int
    why: Why

    def record(self) -> dict[str, Any]:
        """Return the row as JSON holds it."""
        sheet = self.where.sheet or None
        return {
            "name": self.name,
            "sheet": sheet,
            "row": self.where.row,
            "cells": self.cells,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class FileReading(Brief):
    """Everything read from one file.

    Attributes
    ----------
    layout : which reader read it.
    figures : the numbers, in the order of the file.
    missing : how many cells held a mark for missing.
    subtotals : national and regional totals, which are checks and not rows.
    apart : figures of Hong Kong, Macau and Taiwan, set apart.
    rows_apart : rows about no province, set apart and listed.
    renamed : labels that were read as the province that the caller names.
    footnotes : notes below the table.
    notes : what the reader wants known (sheets skipped, lines not understood).
    preliminary : periods that the file calls preliminary.
    cities : code -> printed name of the cities that are not shipped.
    """

    layout: str
    figures: tuple[PrintedFigure, ...]
    missing: int = 0
    subtotals: tuple[Subtotal, ...] = ()
    apart: tuple[PrintedFigure, ...] = ()
    rows_apart: tuple[RowApart, ...] = ()
    footnotes: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    preliminary: tuple[str, ...] = ()
    renamed: frozenset[str] = frozenset()
    cities: Mapping[int, str] = field(default_factory=dict)


@dataclass
class Builder(Brief):
    """Collects figures and problems while a reader goes through a file."""

    layout: str
    figures: list[PrintedFigure] = field(default_factory=list)
    subtotals: list[Subtotal] = field(default_factory=list)
    apart: list[PrintedFigure] = field(default_factory=list)
    rows_apart: list[RowApart] = field(default_factory=list)
    footnotes: list[str] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    missing: int = 0

    def problem(self, where: Where, said: Message) -> None:
        """Note one thing that is wrong.

        Raises
        ------
        YearbookError
            When so much is wrong that reading on would tell nothing more.
        """
        self.problems.append(CellProblem(where, said))
        if len(self.problems) >= PROBLEMS:
            stopped = message("so much is wrong that reading stopped here")
            raise YearbookError([*self.problems, CellProblem(where, stopped)])

    def number(self, where: Where, value: Decimal | Misread | None) -> Decimal | None:
        """Return the number of a cell as it was read; None where it is missing, which is counted, or a problem."""
        if isinstance(value, Misread):
            self.problem(where, value.said)
            return None
        if value is None:
            self.missing += 1
        return value

    def only_marks(self, cells: Iterable[tuple[Where, Cell]]) -> None:
        """Take the cells of a row that holds marks for missing numbers alone; words among them are problems."""
        for where, cell in cells:
            value = read_number(cell)
            if isinstance(value, Misread):
                self.problem(where, value.said)
            else:
                self.missing += 1

    def add(self, place: Place, name: str, figure: PrintedFigure) -> None:
        """Take a figure as what its place is: a row's, one set apart, or a total over places called `name`."""
        if place.is_row:
            self.figures.append(figure)
        elif place.kind == "apart":
            self.apart.append(figure)
        else:
            self.subtotals.append(Subtotal(name, figure))

    def note(self, where: Where, said: Message) -> None:
        """Note one thing that a person should know."""
        self.notes.append(message("{where}: {problem}", where=where.said(), problem=said))

    def set_apart(self, where: Where, label: str, cells: int, why: Why) -> None:
        """List a row, or a cell of a long table, that is about no province."""
        self.rows_apart.append(RowApart(plain_label(label) or label, where, cells, why))

    def finish(self) -> FileReading:
        """Return the reading.

        Raises
        ------
        YearbookError
            With every problem that was noted.
        """
        if self.problems:
            raise YearbookError(self.problems)
        return FileReading(
            self.layout,
            tuple(self.figures),
            self.missing,
            tuple(self.subtotals),
            tuple(self.apart),
            together(self.rows_apart),
            tuple(dict.fromkeys(self.footnotes)),
            tuple(dict.fromkeys(self.notes)),
        )


def joined(readings: list[FileReading]) -> FileReading:
    """Return the readings of several sheets of one file as one."""
    first = readings[0]
    if len(readings) == 1:
        return first
    return replace(
        first,
        figures=tuple(f for r in readings for f in r.figures),
        missing=sum(r.missing for r in readings),
        subtotals=tuple(s for r in readings for s in r.subtotals),
        apart=tuple(f for r in readings for f in r.apart),
        rows_apart=tuple(row for r in readings for row in r.rows_apart),
        footnotes=tuple(dict.fromkeys(n for r in readings for n in r.footnotes)),
        notes=tuple(dict.fromkeys(n for r in readings for n in r.notes)),
        preliminary=tuple(dict.fromkeys(p for r in readings for p in r.preliminary)),
    )


def together(rows: list[RowApart]) -> tuple[RowApart, ...]:
    """Return the rows with one entry for each name on a sheet, and why."""
    found: dict[tuple[str, str, Why], RowApart] = {}
    for row in rows:
        key = (row.where.sheet, row.name, row.why)
        before = found.get(key)
        found[key] = row if before is None else replace(before, cells=before.cells + row.cells)
    return tuple(found.values())


def listed_apart(reading: FileReading) -> tuple[RowApart, ...]:
    """Return everything that was set apart, the rows of Hong Kong, Macau and Taiwan among it."""
    names = {710000: "台湾", 810000: "香港", 820000: "澳门"}
    own = [
        RowApart(names.get(figure.adcode or 0, str(figure.adcode)), figure.where, 1, "hmt")
        for figure in reading.apart
    ]
    return (*reading.rows_apart, *together(own))
