"""A file to what one of the layouts makes of it: by its kind, its sheets, and the layout of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from panelkit.data.cities import Level
from panelkit.data.yearbook.errors import Where, YearbookError, refuse
from panelkit.data.yearbook.files.decode import decode_text, text_grid
from panelkit.data.yearbook.files.grid import Grid, is_empty
from panelkit.data.yearbook.files.page import page_grid
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.files.sniff import sniff
from panelkit.data.yearbook.layouts.city_grid import printed_names
from panelkit.data.yearbook.layouts.layout import json_layouts, sheet_layouts
from panelkit.data.yearbook.layouts.reading import FileReading, joined
from panelkit.data.yearbook.layouts.said_of_cells import with_notes
from panelkit.data.yearbook.layouts.said_places import with_places
from panelkit.data.yearbook.layouts.sheet_levels import at_level
from panelkit.data.yearbook.layouts.told import CallerSays, gazetteer
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label
from panelkit.language.message import Message, message


def read_layout(path: Path, content: bytes, told: CallerSays, workbooks: WorkbookReader) -> FileReading:
    """Return what stands in a file, by the reader of its layout.

    Raises
    ------
    YearbookError
        If no reader knows the layout, or the one that does finds anything wrong.
    """
    kind = sniff(content, path.name)
    if kind in ("text", "json", "page"):
        text = decode_text(content, path.name)
        if kind == "json":
            return _not_empty(_read_json(text, path.name, told.level), path.name)
        grids = [page_grid(text, path.name) if kind == "page" else text_grid(text, path.name)]
    else:
        grids = workbooks.read(content, kind, path.name)
    grids = [replace(grid, told_rows=frozenset(map(plain_label, told.rows))) for grid in grids]
    kept, notes = _sheets(grids, told, path.name)
    of_level, other_notes = at_level(kept, told.level, named=told.province is not None)
    notes += other_notes
    said = [with_places(grid, told.places, told.level) for grid in of_level]
    renamed = frozenset[str]().union(*(names for _, names in said))
    readings, skipped = [], []
    for grid, _ in said:
        reading_of_sheet = _read_grid(grid, told)
        if reading_of_sheet is None:
            skipped.append(grid.sheet)
        else:
            readings.append(with_notes(grid, reading_of_sheet))
            notes += _about_formats(grid)
    if not readings:
        hidden = [grid.sheet for grid in grids if grid.hidden and not any(grid is one for one in kept)]
        raise _no_table(path.name, hidden)
    notes += [message("sheet {name!r} holds no table: skipped", name=name) for name in skipped]
    cities = {code: name for grid, _ in said for code, name in printed_names(grid).items()}
    reading = replace(joined(readings), renamed=renamed, cities=cities)
    return _not_empty(replace(reading, notes=(*reading.notes, *notes)), path.name)


def _sheets(grids: list[Grid], told: CallerSays, name: str) -> tuple[list[Grid], list[Message]]:
    """Return the sheets to read: the one that was asked for, or those that the workbook shows."""
    if told.sheet is None or not any(grid.sheet for grid in grids):
        notes = [
            message("sheet {sheet!r} is hidden: left out; `--sheet {sheet}` reads it", sheet=grid.sheet)
            for grid in grids
            if grid.hidden and grid.rows
        ]
        return [grid for grid in grids if not grid.hidden], notes
    names = [grid.sheet for grid in grids]
    kept = [grid for grid in grids if grid.sheet == told.sheet]
    if not kept:
        raise refuse(
            Where(name),
            message("no sheet {sheet!r}; there are {names}", sheet=told.sheet, names=names),
        )
    return kept, []


def _about_formats(grid: Grid) -> list[Message]:
    """Say what a person who looks at the sheet does not see, or what could not be seen."""
    notes = []
    if grid.unseen:
        notes.append(
            message(
                "{where}: hidden rows or columns ({unseen}) are read like the others",
                where=grid.where().said(),
                unseen=grid.unseen,
            )
        )
    if grid.unstyled:
        notes.append(
            message(
                "{where}: number formats cannot be read; figures shown in % or in thousands are taken as "
                "they are stored",
                where=grid.where().said(),
            )
        )
    return notes + _about_readers(grid)


def _about_readers(grid: Grid) -> list[Message]:
    """Say where the two readers of an old workbook did not both read it."""
    cells, count = grid.settled
    notes = []
    if grid.alone and grid.rows:
        notes.append(
            message(
                "{where}: one of two readers (calamine) cannot read this workbook; it is taken as the other "
                "(xlrd) reads it, unchecked against a second reading",
                where=grid.where().said(),
            )
        )
    if count:
        notes.append(
            message(
                "{where}: {count} cell(s) ({cells}) are texts or dates that one of two readers (calamine) is known "
                "to misread; they are taken as the other (xlrd) reads them",
                where=grid.where().said(),
                count=count,
                cells=cells,
            )
        )
    return notes


def _no_table(name: str, hidden: list[str]) -> YearbookError:
    if hidden:
        return refuse(
            Where(name),
            message(
                "no table is found on the sheets that the workbook shows; hidden sheets: {hidden}. Name "
                "one with `--sheet NAME` to read it",
                hidden=hidden,
            ),
        )
    return refuse(
        Where(name),
        message(
            "no table is found: neither a header row of the portal nor a column of provinces. A "
            "table of one province with years in its rows is read where the row of headers comes "
            "first: cut the title above it, write units behind the names, and give `--province NAME`"
        ),
    )


def _not_empty(reading: FileReading, name: str) -> FileReading:
    if not reading.figures:
        raise refuse(
            Where(name),
            message("the table is empty: {missing} cells, all marked missing", missing=reading.missing),
        )
    return reading


def _read_grid(grid: Grid, told: CallerSays) -> FileReading | None:
    if all(is_empty(cell) for row in grid.rows for cell in row):
        return None
    layout = next((one for one in sheet_layouts() if one.knows(grid, told)), None)
    return None if layout is None else layout.read(grid, told)


def _read_json(text: str, name: str, level: Level) -> FileReading:
    layouts = json_layouts()
    layout = next((one for one in layouts if one.knows(text)), layouts[-1])
    return layout.read(text, name, gazetteer(level))
