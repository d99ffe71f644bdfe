"""Place labels of tables: provinces, the nation, regions, and Hong Kong, Macau and Taiwan."""

from __future__ import annotations

import re
from functools import lru_cache

from panelkit.data.cities import Gazetteer
from panelkit.data.provinces import Place
from panelkit.data.yearbook.files.cells import looks_like_number, read_number
from panelkit.data.yearbook.files.grid import Cell, Grid, is_empty, shown
from panelkit.data.yearbook.vocabulary.apart_rows import Why, plain_label, why_no_place
from panelkit.data.yearbook.vocabulary.remarks import is_remark, opens_table

_MARKS = re.compile(
    r"(?:[①-⑳⑴-⑽*＊※†‡¹²³⁴⁵⁶⁷⁸⁹⁰#＃]|\s*[(（\[［]\s*注?\s*\d{1,2}\s*[)）\]］]|(?<=[\u3400-\u9fff])\s*(?:注\s*\d{0,2}|[a-z\d]\s*[)）]))+$"
)
"""Marks of footnotes behind a name: 北京①, 北京(1), 北京[注1], 北京a)."""
_LISTED = re.compile(r"^[一二三四五六七八九十]{1,3}\s*[、.．]\s*|^【\s*(?=[^【】]*】$)|(?<=.)\s*】$")
_LATIN = re.compile(r"[A-Za-z][A-Za-z .'’\-]*")
_CODE = re.compile(r"\d{6}")
_TOTAL = re.compile(
    r"(?P<of>[\u3400-\u9fff\d、和与及]{0,12}?)(?:合计|总计|小计|总数|总额|总和|加总)数?"
    r"|(?:[a-z .,\-]+ )?(?:sub-?)?totals?|total (?:of|for) [a-z ,.\-]+|all (?:regions|provinces|areas)",
    re.I,
)


@lru_cache(maxsize=16384)
def known_place(name: str, places: Gazetteer) -> Place | None:
    """Return which place a name or code is, remembered from one file to the next."""
    return places.find(name)


def place_of(cell: Cell, places: Gazetteer) -> Place | None:
    """Return which place a label cell names; a bare number counts only as a six-digit code."""
    return _place(shown(cell), places)


@lru_cache(maxsize=8192)
def total_of(text: str, places: Gazetteer) -> Place | None:
    """Return the place of a row of totals that is called by no place's name, as 地方合计 or 各地区合计."""
    if is_remark(text) or opens_table(text):
        return None
    plain = re.sub(r"[(（][^()（）]*[)）]", "", _MARKS.sub("", text))
    chinese = re.sub(r"[^\u3400-\u9fff\d、]", "", plain)
    match = _TOTAL.fullmatch(chinese or re.sub(r"\s+", " ", plain).strip())
    if match is None:
        return None
    of = known_place(match["of"], places) if match["of"] else None
    return None if of is not None and (of.is_row or of.kind == "apart") else Place(0, "subtotal")


def row_place(cell: Cell, places: Gazetteer) -> Place | None:
    """Return which place, or which total over places, a row is about by its label."""
    return place_of(cell, places) or total_of(shown(cell), places)


def place_in(grid: Grid, row: int, column: int) -> Place | None:
    """Return which place, or which total, a row of a sheet is about by its label in a column.

    A total that is called by no place's name has figures, or marks for missing ones, on its right; a line without
    them, as 各地区货物进出口总额, is a title or a footnote.
    """
    label = grid.cell(row, column)
    place = place_of(label, grid.places)
    if place is not None:
        return place
    place = total_of(shown(label), grid.places)
    return place if place is not None and _has_figures(grid, row, column) else None


def _has_figures(grid: Grid, row: int, column: int) -> bool:
    return any(
        looks_like_number(cell)
        or (isinstance(cell, str) and not is_empty(cell) and read_number(cell) is None)
        for cell in grid.rows[row][column + 1 :]
    )


@lru_cache(maxsize=8192)
def _place(text: str, places: Gazetteer) -> Place | None:
    plain = _LISTED.sub("", _MARKS.sub("", re.sub(r"\s+", " ", text)).strip()).strip()
    if not plain or len(plain) > 60:
        return None
    if re.fullmatch(r"[\d.]+", plain):
        return known_place(plain, places) if _CODE.fullmatch(plain) else None
    return _without_notes(plain, places)


def _without_notes(plain: str, places: Gazetteer) -> Place | None:
    found = known_place(plain, places)
    if found is not None:
        return found
    latin = " ".join(m.strip() for m in _LATIN.findall(plain))
    chinese = _LATIN.sub("", plain).strip()
    if not latin or not chinese:
        return None
    one, other = known_place(chinese, places), known_place(latin, places)
    return (
        one if other is None or one is None or one == other or other.kind == one.kind == "subtotal" else None
    )


def why_apart(grid: Grid, label: str, place: Place | None = None) -> Why | None:
    """Return why a row of a sheet is set apart by its label; `place` is what that names.

    In a table of cities a province is a whole beside them.
    """
    why = why_no_place(label, place, grid.told_rows)
    whole = place is None and grid.places.is_whole(plain_label(label))
    return why or ("whole" if whole else None)
