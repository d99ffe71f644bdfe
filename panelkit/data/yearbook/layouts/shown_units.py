"""The units that a workbook's cells show by their number formats, as a percent sign."""

from __future__ import annotations

from panelkit.data.yearbook.files.cells import read_number
from panelkit.data.yearbook.files.grid import Grid
from panelkit.data.yearbook.layouts.reading import Builder
from panelkit.data.yearbook.vocabulary.printed_units import SCALES, parse_unit
from panelkit.language.message import message


def column_units(
    grid: Grid, rows: list[int], column: int, printed: str, *, strong: bool, builder: Builder
) -> dict[int, str]:
    """Return row -> unit for the cells of one column whose format shows a unit.

    `printed` is the unit that the table names for the column; it is `strong` where it stands with the column's own
    name, and then no format may contradict it. A column in which some figures show `%` and others nothing is not
    read unless `%` is its printed unit.
    """
    for row in rows:
        word = grid.formats.get((row, column), "")
        if word in SCALES and not printed.startswith(word):
            builder.problem(
                grid.where(row, column),
                message(
                    "the cell shows its number with {word!r} behind it, and the column's unit is {printed!r}",
                    word=word,
                    printed=printed or message("not named"),
                ),
            )
            return {}
    found = {row: unit for row in rows if (unit := grid.formats.get((row, column), "")) and parse_unit(unit)}
    if not found:
        return {}
    stated = parse_unit(printed)
    for row, unit in found.items():
        if strong and printed and parse_unit(unit) != stated:
            builder.problem(
                grid.where(row, column),
                message(
                    "the cell shows its number in {unit!r}, and the column's unit is {printed!r}",
                    unit=unit,
                    printed=printed,
                ),
            )
            return {}
    kinds = {parse_unit(unit) for unit in found.values()}
    bare = [row for row in rows if row not in found and read_number(grid.cell(row, column))]
    if kinds != {stated} and (bare or len(kinds) > 1):
        spot = bare[0] if bare else max(found)
        unit = next(iter(found.values()))
        builder.problem(
            grid.where(spot, column),
            message(
                "some cells of the column show {unit!r} and this one does not: write the unit behind the "
                "column's name",
                unit=unit,
            ),
        )
    return {} if kinds == {stated} else found
