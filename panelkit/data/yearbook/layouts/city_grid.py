"""A table of cities laid out for the readers of layouts: its places are cities, its codes no column of figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from panelkit.data.cities import PROVINCES as PROVINCE_NAMES
from panelkit.data.cities import Gazetteer, city_code, city_labels, plain_city, shipped_city
from panelkit.data.yearbook.errors import CellProblem, YearbookError
from panelkit.data.yearbook.files.grid import Cell, Grid, shown
from panelkit.data.yearbook.layouts.city_codes import (
    HEADS,
    OF_PROVINCE,
    Codes,
    Spot,
    city_head,
    codes_of,
    is_code_head,
    name_of,
)
from panelkit.data.yearbook.layouts.headings import HEADS as PLACE_HEADS
from panelkit.data.yearbook.layouts.headings import plain
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label
from panelkit.data.yearbook.vocabulary.place_labels import known_place
from panelkit.language.message import Message, message

_ROWS = 40
_WORD = re.compile(r"[^\d\s.,\-]")
_CORNER = re.compile(r"(?<=[\\/／|])\s*城\s*市\s*$|^\s*城\s*市\s*(?=[\\/／|])")


def city_grid(grid: Grid, said: Mapping[str, int]) -> tuple[Grid, set[str]]:
    """Return a sheet whose places are cities, and which of the said labels it holds.

    `said` is label -> code, as the caller reads misspelt and unknown names. Codes leave the sheet where they stand
    beside names, so does a column of provinces beside that of cities, and 城市 above it reads 地区.

    Raises
    ------
    YearbookError
        With every code that is none of a city, or of another than its name, and every city of another province than
        the one beside it.
    """
    problems: list[CellProblem] = []
    own = dict(said)
    cells = [list(row) for row in grid.rows]
    for one in codes_of(grid):
        _take_codes(grid, one, own, cells, problems)
    head = city_head(grid)
    if head is not None:
        _drop_provinces(grid, head, own, cells, problems)
    if problems:
        raise YearbookError(problems)
    _name_heads(cells)
    places = Gazetteer("city", {plain_city(name): code for name, code in own.items()})
    return replace(grid, rows=tuple(map(tuple, cells)), places=places), _labels(grid) & said.keys()


def printed_names(grid: Grid) -> dict[int, str]:
    """Return code -> name of the cities of a sheet that are not shipped, the first where it prints several."""
    shipped = city_labels("code")
    named = reversed([*grid.places.own.items()])
    return {code: name for name, code in named if code not in shipped}


def _take_codes(
    grid: Grid, codes: Codes, own: dict[str, int], cells: list[list[Cell]], problems: list[CellProblem]
) -> None:
    """Note which city each code names, and empty the cells of the codes."""
    for code, name in codes.names:
        number = city_code(shown(grid.cell(*code)))
        label = "" if name is None else name_of(grid.cell(*name))
        if number is None:
            if not _is_whole(shown(grid.cell(*code)), label):
                problems.append(CellProblem(grid.where(*code), _no_code(shown(grid.cell(*code)))))
            continue
        known = own.get(plain_city(label)) or shipped_city(label)
        if label and known not in (None, number):
            said = message(
                "{name!r} has the code {code} here, and {known} elsewhere: which city is it? Correct the code, or "
                "write the name in full",
                name=label,
                code=number,
                known=known,
            )
            problems.append(CellProblem(grid.where(*code), said))
        elif label:
            own[plain_city(label)] = number
        else:
            own[str(number)] = number
    _move(codes, grid, cells)


def _no_code(code: str) -> Message:
    return message(
        "{code} is the code of no city: codes of provinces and cities end in 00, those of districts and counties in "
        "other digits",
        code=code,
    )


def _move(codes: Codes, grid: Grid, cells: list[list[Cell]]) -> None:
    """Leave a code where a name belongs, as text, in a row or column that has none; empty the others."""
    named = next(((code, name) for code, name in codes.names if name is not None), None)
    if named is not None:
        for row, column in codes.cells:
            if column < len(cells[row]):
                cells[row][column] = None
    for (row, column), name in codes.names:
        if name is not None or city_code(shown(grid.cell(row, column))) is None:
            continue
        at = (row, column) if named is None else _beside(named, (row, column))
        if at[1] < len(cells[at[0]]):
            cells[at[0]][at[1]] = re.sub(r"\.0+$", "", shown(grid.cell(row, column)))


def _beside(named: tuple[Spot, Spot], code: Spot) -> Spot:
    """Return where the name of a code belongs, as it lies beside another."""
    (row, column), (name_row, name_column) = named
    return code[0] + name_row - row, code[1] + name_column - column


def _is_whole(code: str, label: str) -> bool:
    """Return whether a code is that of a province or the nation, whose row is a total beside the cities."""
    places = known_place(code, PROVINCE_NAMES), known_place(plain_label(label), PROVINCE_NAMES)
    return places[0] is not None and (not label or places[0] == places[1])


def _drop_provinces(
    grid: Grid,
    head: tuple[int, int],
    own: Mapping[str, int],
    cells: list[list[Cell]],
    problems: list[CellProblem],
) -> None:
    """Empty the column of provinces beside that of cities, each city of which has to lie in its province."""
    row, column = head
    beside = [
        other
        for other, cell in enumerate(grid.rows[row])
        if other != column and isinstance(cell, str) and _names_provinces(grid, row, other)
    ]
    for other in beside:
        for below in range(row + 1, len(grid.rows)):
            province = known_place(shown(grid.cell(below, other)), PROVINCE_NAMES)
            label = name_of(grid.cell(below, column))
            code = own.get(plain_city(label)) or shipped_city(label)
            if province is None or not province.is_row or code is None:
                continue
            if code // 10000 != province.adcode // 10000:
                said = shown(grid.cell(below, other)), label
                problems.append(
                    CellProblem(
                        grid.where(below, other),
                        message(
                            "two places in one row: {first!r} and {second!r}", first=said[0], second=said[1]
                        ),
                    )
                )
        for at in range(row, len(cells)):
            if other < len(cells[at]) and (at == row or known_place(shown(cells[at][other]), PROVINCE_NAMES)):
                cells[at][other] = None


def _names_provinces(grid: Grid, row: int, column: int) -> bool:
    """Return whether a column of places holds provinces or regions, or the codes of provinces."""
    head = shown(grid.cell(row, column))
    texts = [shown(grid.cell(below, column)) for below in range(row + 1, len(grid.rows))]
    if OF_PROVINCE.search(head):
        return True
    if plain(head) not in PLACE_HEADS:
        return False
    places = [known_place(text, PROVINCE_NAMES) for text in texts if text]
    known = [place for place in places if place is not None]
    cities = city_labels("code")
    return 2 * len(known) > len(places) and any(place.adcode not in cities for place in known)


def _name_heads(cells: list[list[Cell]]) -> None:
    """Write 地区 in the place of 城市 in headers, corners and names of columns of codes."""
    for row, line in enumerate(cells[:_ROWS]):
        for column, cell in enumerate(line):
            if not isinstance(cell, str):
                continue
            below = _first_below(cells, row, column)
            named = _WORD.search(below) and plain(below) not in HEADS
            if (plain(cell) in HEADS and named) or (is_code_head(cell) and city_code(below)):
                line[column] = "地区"
            elif _CORNER.search(cell):
                line[column] = _CORNER.sub("地区", cell)


def _first_below(cells: list[list[Cell]], row: int, column: int) -> str:
    below = (shown(line[column]) for line in cells[row + 1 :] if column < len(line))
    return next((text for text in below if text), "")


def _labels(grid: Grid) -> set[str]:
    return {
        plain_label(cell) for row in grid.rows for cell in row if isinstance(cell, str) and len(cell) < 100
    }
