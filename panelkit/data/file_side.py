"""A file as a side of a comparison: read as `ingest` reads it, with every option of it, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data.yearbook.corrections import apply_corrections
from panelkit.data.yearbook.ingest import Run, opened_run
from panelkit.data.yearbook.judge.belongs import vintages_of
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.held import Held, PlacePeriod, is_equal, matches, series_digits
from panelkit.data.yearbook.judge.judge import compared_with
from panelkit.data.yearbook.layouts.told import require_used
from panelkit.data.yearbook.read import CallerSays, long_table, read_file
from panelkit.show.brief import Brief

UNNAMED = "unnamed"
"""The vintage of a series that equals no held one, where the caller names none."""


@dataclass(frozen=True, eq=False)
class Beside(Brief):
    """A file and the held figures of its cells, as two long tables for `diff_vintages`.

    `compared` says of each indicator with which held vintage; None where nothing is held of its cells.
    """

    old: pd.DataFrame
    new: pd.DataFrame
    compared: Mapping[str, str | None]


def file_figures(path: Path, store: Path, said: Mapping[str, Any]) -> pd.DataFrame:
    """Return the figures of a file as the long table, after corrections; `said` are arguments of `ingest`.

    Raises
    ------
    YearbookError
        With every problem of the file.
    """
    with _opened(path, store, said) as (run, read):
        return long_table(read, _vintages(run, read))


def beside_held(path: Path, store: Path, said: Mapping[str, Any]) -> Beside:
    """Return a file beside the held figures, shipped and in a store, of the provinces and years that it holds.

    A series is compared with the vintage to which it belongs, else with the nearest one; a cell that equals the held
    figure to the decimals that both print has not changed, as `ingest` counts it.

    Raises
    ------
    YearbookError
        With every problem of the file.
    """
    with _opened(path, store, said) as (run, read):
        held, vintages, series = run.context.held, _vintages(run, read), read.series()
        units = {entry.indicator: entry.unit for entry in read.entries}
        compared = {
            key: compared_with(vintages[key], matches(key, cells, held)) for key, cells in series.items()
        }
        rows = [
            (key, *cell, value, units[key])
            for key, cells in series.items()
            for cell, value in _held_cells(cells, held, key, compared[key])
        ]
        old = pd.DataFrame.from_records(rows, columns=["indicator", "adcode", "period", "value", "unit"])
        return Beside(old.astype({"adcode": "int64", "value": float}), long_table(read, vintages), compared)


@contextmanager
def _opened(path: Path, store: Path, said: Mapping[str, Any]) -> Iterator[tuple[Run, FileRead]]:
    """Yield the run of one file and the file as read, with corrections in it."""
    year = said.get("year")
    told = CallerSays(
        said.get("indicator"),
        said.get("province"),
        None if year is None else str(year),
        said.get("sheet"),
        said.get("columns") or {},
        said.get("unit"),
        rows=tuple(said.get("skip_rows") or ()),
        places=said.get("places") or {},
        level=said.get("level") or "province",
    )
    options = {"vintage": said.get("vintage"), "corrections": said.get("corrections")}
    with opened_run(store, told, dry_run=True, **options) as run:
        read = read_file(path, run.told, run.context)
        require_used(run.told, [read.told])
        entries, _ = apply_corrections(read.entries, _vintages(run, read), run.rules)
        yield run, replace(read, entries=tuple(entries))


def _vintages(run: Run, read: FileRead) -> dict[str, str]:
    found = vintages_of(read, run.context.held, run.vintage)
    return {key: found.get(key) or run.vintage or UNNAMED for key in read.series()}


def _held_cells(
    cells: Mapping[PlacePeriod, Decimal], held: Held, indicator: str, vintage: str | None
) -> Iterator[tuple[PlacePeriod, float]]:
    """Yield the held figures of a series' provinces and periods; one that is equal as printed in the file's digits."""
    if vintage is None:
        return
    values, theirs = held.values[indicator, vintage], held.digits[indicator, vintage]
    mine = series_digits(cells)
    places = {place for place, _ in cells}
    for (place, period), value in values.items():
        if place not in places or period not in mine:
            continue
        new = cells.get((place, period))
        same = new is not None and is_equal(new, value, min(mine[period], theirs[period]))
        yield (place, period), float(new) if same and new is not None else value
