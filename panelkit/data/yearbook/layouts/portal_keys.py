"""What the names in the header row and the first column of a portal export mean: places, periods, indicators."""

from __future__ import annotations

from panelkit.data.yearbook.errors import Where
from panelkit.data.yearbook.files.grid import is_empty, shown
from panelkit.data.yearbook.layouts.portal_table import (
    DIMENSIONS,
    PortalTable,
    mended,
)
from panelkit.data.yearbook.layouts.reading import Builder
from panelkit.data.yearbook.vocabulary.near_places import no_place
from panelkit.data.yearbook.vocabulary.periods import in_range, parse_period, years_in
from panelkit.data.yearbook.vocabulary.place_labels import row_place
from panelkit.language.message import Message, message


def columns_of(table: PortalTable, builder: Builder) -> dict[int, str]:
    """Return column -> key (period, adcode or label) of the header row, noting what is wrong with it."""
    columns: dict[int, str] = {}
    seen: dict[str, int] = {}
    for column in range(1, table.width):
        name = mended(shown(table.grid.cell(table.head, column)))
        where = table.grid.where(table.head, column)
        if not name and _is_blank(table, column):
            continue
        key = key_of(name, table.columns, table, where, builder)
        if key is None:
            continue
        if key in seen:
            column_before = message("column {column}", column=seen[key] + 1)
            builder.problem(where, doubled(table.columns, name, column_before))
        seen[key] = column
        columns[column] = key
    return columns


def _is_blank(table: PortalTable, column: int) -> bool:
    """Return whether nothing at all stands in a column."""
    return all(is_empty(table.grid.cell(row, column)) for row in range(table.head, len(table.grid.rows)))


def doubled(kind: str, name: str, spot: Message) -> Message:
    """Return the problem of a name that stands in `spot` already."""
    if kind == "label":
        return message(
            "two indicators under one name: {name!r} stands in {spot} already", name=name, spot=spot
        )
    return message(
        "the {dimension} {name!r} stands in {spot} already: duplicate rows or columns",
        dimension=DIMENSIONS[kind],
        name=name,
        spot=spot,
    )


def key_of(name: str, kind: str, table: PortalTable, where: Where, builder: Builder) -> str | None:
    """Return what a name in the header row or the first column means, noting one that means nothing.

    Parameters
    ----------
    name, where
        The printed name, and the spot that a problem names.
    kind
        "place", "period" or "label": what the names of this row or column are.
    table
        The table, with what the lines above it say.
    builder
        Takes the problems.

    Returns
    -------
    str or None
        An adcode or the name of a total, a period, a label; None where a problem was noted.
    """
    if not name:
        builder.problem(where, message("no name stands here: the header is damaged"))
        return None
    if kind == "period":
        return _period_key(name, table.meta, where, builder)
    if kind == "label":
        return name
    places = table.grid.places
    place = row_place(name, places)
    if place is None:
        builder.problem(
            where,
            no_place(name, places, regions=True),
        )
        return None
    return name if place.kind == "subtotal" else str(place.adcode)


def _period_key(name: str, meta: dict[str, str], where: Where, builder: Builder) -> str | None:
    period = parse_period(name)
    if period is None:
        builder.problem(where, message("{name!r} is no year, quarter or month", name=name))
        return None
    if not in_range(period):
        builder.problem(where, message("the year {name!r} is out of range", name=name))
        return None
    years = years_in(meta.get("time", ""))
    if len(years) == 2 and not min(years) <= int(period[:4]) <= max(years):
        builder.problem(
            where,
            message("{name!r} lies outside the time the file states ({time})", name=name, time=meta["time"]),
        )
        return None
    return period
