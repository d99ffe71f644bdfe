"""Place labels of tables: provinces, the nation, regions, and Hong Kong, Macau and Taiwan."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from panelkit.data.provinces import Place, finder
from panelkit.data.yearbook.files.cells import looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown
from panelkit.data.yearbook.vocabulary.remarks import is_remark, opens_table

_MARKS = re.compile(r"[①-⑳⑴-⑽*＊※†‡¹²³⁴⁵⁶⁷⁸⁹⁰]+$")
_LATIN = re.compile(r"[A-Za-z][A-Za-z .'’\-]*")
_CODE = re.compile(r"\d{6}")
_TOTAL = re.compile(
    r"(?P<of>[\u3400-\u9fff\d、和与及]{0,12}?)(?:合计|总计|小计|总数|总额|总和|加总)数?"
    r"|(?:[a-z .,\-]+ )?(?:sub-?)?totals?|total (?:of|for) [a-z ,.\-]+|all (?:regions|provinces|areas)",
    re.I,
)


@lru_cache(maxsize=16384)
def known_place(name: str) -> Place | None:
    """Return which place a name or code is, remembered from one file to the next."""
    return _finder()(name)


@lru_cache(maxsize=1)
def _finder() -> Callable[[Any], Place | None]:
    return finder()


def place_of(cell: Cell) -> Place | None:
    """Return which place a label cell names; a bare number counts only as a six-digit code."""
    return _place(shown(cell))


@lru_cache(maxsize=8192)
def total_of(text: str) -> Place | None:
    """Return the place of a row of totals that is called by no place's name, as 地方合计 or 各地区合计."""
    if is_remark(text) or opens_table(text):
        return None
    plain = re.sub(r"[(（][^()（）]*[)）]", "", _MARKS.sub("", text))
    chinese = re.sub(r"[^\u3400-\u9fff\d、]", "", plain)
    match = _TOTAL.fullmatch(chinese or re.sub(r"\s+", " ", plain).strip())
    if match is None:
        return None
    of = known_place(match["of"]) if match["of"] else None
    return None if of is not None and of.kind in ("province", "apart") else Place(0, "subtotal")


def row_place(cell: Cell) -> Place | None:
    """Return which place, or which total over places, a row is about by its label."""
    return place_of(cell) or total_of(shown(cell))


def place_in(grid: Grid, row: int, column: int) -> Place | None:
    """Return which place, or which total, a row of a sheet is about by its label in a column.

    A total that is called by no place's name has figures, or marks for missing ones, on its right; a line without
    them, as 各地区货物进出口总额, is a title or a footnote.
    """
    label = grid.cell(row, column)
    place = place_of(label)
    if place is not None:
        return place
    place = total_of(shown(label))
    return place if place is not None and _has_figures(grid, row, column) else None


def _has_figures(grid: Grid, row: int, column: int) -> bool:
    return any(
        looks_like_number(cell)
        or (isinstance(cell, str) and not is_empty(cell) and read_number(cell) is None)
        for cell in grid.rows[row][column + 1 :]
    )


@lru_cache(maxsize=8192)
def _place(text: str) -> Place | None:
    plain = _MARKS.sub("", re.sub(r"\s+", " ", text)).strip()
    if not plain or len(plain) > 60:
        return None
    if re.fullmatch(r"[\d.]+", plain):
        return known_place(plain) if _CODE.fullmatch(plain) else None
    return _without_notes(plain)


def _without_notes(plain: str) -> Place | None:
    found = known_place(plain)
    if found is not None:
        return found
    latin = " ".join(m.strip() for m in _LATIN.findall(plain))
    chinese = _LATIN.sub("", plain).strip()
    if not latin or not chinese:
        return None
    one, other = known_place(chinese), known_place(latin)
    return (
        one if other is None or one is None or one == other or other.kind == one.kind == "subtotal" else None
    )
