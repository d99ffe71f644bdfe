"""Names of places that the caller reads for a file: each misspelt label becomes the province that it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from panelkit.data.cities import Level
from panelkit.data.provinces import labels_of
from panelkit.data.yearbook.files.grid import Cell, Grid
from panelkit.data.yearbook.layouts.city_grid import city_grid
from panelkit.data.yearbook.layouts.told import told_place
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label

_SUM = re.compile(r"[0-9a-f]{8,64}")


def places_for(said: Mapping[str, str], name: str, sha256: str) -> dict[str, str]:
    """Return label -> province for one file, of what is said for all files and for this one.

    A key is `LABEL`, or `FILE:LABEL` for one file: its name, or at least eight digits of its SHA-256. What is said for
    a file goes before what is said for all.
    """
    general: dict[str, str] = {}
    own: dict[str, str] = {}
    for key, province in said.items():
        scope, _, label = key.rpartition(":")
        if not scope:
            general[plain_label(label)] = province
        elif scope == name or (_SUM.fullmatch(scope) and sha256.startswith(scope)):
            own[plain_label(label)] = province
    return general | own


def with_places(grid: Grid, said: Mapping[str, str], level: Level) -> tuple[Grid, set[str]]:
    """Return a sheet in which the said labels are the places that they mean, and which labels it holds.

    A sheet of cities is laid out as one.
    """
    if level == "city":
        return city_grid(grid, {label: told_place(city, level) for label, city in said.items()})
    if not said:
        return grid, set()
    chinese = labels_of("zh")
    meant = {label: str(chinese[told_place(province)]) for label, province in said.items()}
    found: set[str] = set()

    def put(cell: Cell) -> Cell:
        label = plain_label(cell) if isinstance(cell, str) and len(cell) < 100 else ""
        if label not in meant:
            return cell
        found.add(label)
        return meant[label]

    return replace(grid, rows=tuple(tuple(map(put, row)) for row in grid.rows)), found
