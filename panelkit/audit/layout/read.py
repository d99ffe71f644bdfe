"""The door: a sheet of strings becomes a table of entries."""

from __future__ import annotations

from collections.abc import Sequence

from panelkit.audit.decimals import decimal_of
from panelkit.audit.entries import Facts, Table
from panelkit.audit.layout.anova import unfolded
from panelkit.audit.layout.blocks import parts_of
from panelkit.audit.layout.columns import Column
from panelkit.audit.layout.combine import EFFECTS
from panelkit.audit.layout.drafts import Draft
from panelkit.audit.layout.grid import Grid, cell_of, grid_of
from panelkit.audit.layout.notes import said_of
from panelkit.audit.layout.sections import Section
from panelkit.audit.layout.start import walk_of
from panelkit.audit.layout.stated import stated_in
from panelkit.audit.layout.walk import Walk
from panelkit.audit.legends import read_legend
from panelkit.audit.reading.sheet import Sheet


def read_table(sheet: Sheet, facts: Facts | None = None, number: int = 0) -> Table:
    """Return the table that a sheet holds.

    Parameters
    ----------
    sheet
        The printed cells, with title and notes.
    facts
        What the user states; it goes before what the sheet states and what its notes say.
    number
        Which table of the document it is, from 0.
    """
    said = said_of((sheet.title, *sheet.notes))
    texts = [text for row in sheet.cells for text in row]
    grid = unfolded(grid_of(sheet.cells, decimal_of(texts), read_legend(sheet.notes, texts)))
    covered = _covered(sheet)
    walks: list[Walk] = []
    columns: list[Column] = []
    section = Section()
    for part in parts_of(grid):
        if not part.body:
            continue
        walk = walk_of(part, covered, sheet.title, said, section)
        walks.append(walk)
        columns += walk.columns
        section = walk.section
    stated = _stated_below(sheet, columns)
    known = (facts or Facts()).over(sheet.facts.over(said.facts))
    return Table(
        title=sheet.title,
        entries=tuple(
            draft.entry(number, known.brackets)
            for draft in (*(one for walk in walks for one in walk.drafts), *stated)
        ),
        facts=known,
        notes=sheet.notes,
        columns=_by_place(grid, {column.place: column.heading for column in columns}),
        source=sheet.source,
        unread=tuple(cell.text for walk in walks for cell in walk.unread),
        groups=_groups(grid, columns),
        dependents=_by_place(grid, {column.place: column.dependent for column in columns}),
        marks=tuple(mark for walk in walks for mark in walk.marks),
        blanks=sum(walk.blanks for walk in walks),
    )


def _stated_below(sheet: Sheet, columns: Sequence[Column]) -> list[Draft]:
    """Return the tests that lines below a table state: of its model where it has one."""
    models = {column.group for column in columns}
    place = models.pop() if len(models) == 1 else 0
    rows = enumerate(sheet.notes, len(sheet.cells))
    return [draft for row, note in rows for draft in stated_in(cell_of(note, row, place), "")]


def _covered(sheet: Sheet) -> dict[tuple[int, int], str]:
    """Return the text over every cell of merged ones."""
    return {
        (row, column): sheet.cells[top][left]
        for top, left, bottom, right in sheet.merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if row < len(sheet.cells) and column < len(sheet.cells[0])
    }


def _by_place(grid: Grid, held: dict[int, str]) -> tuple[str, ...]:
    width = len(grid[0]) if grid else 0
    return tuple(held.get(place, "") for place in range(width))


def _groups(grid: Grid, columns: Sequence[Column]) -> tuple[int, ...]:
    """Return the first column of every column's model, effects of one model in blocks side by side together."""
    first = {column.place: column.group for column in columns}
    held: dict[tuple[str, ...], list[Column]] = {}
    for column in columns:
        if column.said.measure and column.said.measure.role in EFFECTS and column.rest:
            beside = held.setdefault(column.rest, [])
            if beside and all(one.said.measure != column.said.measure for one in beside):
                first[column.place] = first[beside[0].place]
            beside.append(column)
    return tuple(first.get(place, place) for place in range(len(grid[0]) if grid else 0))
