"""Frames at the door of the indices: any frame becomes a (province, year) frame, sorted, each cell once.

Frames of polars and Arrow are read, one province has one name, and totals and regions are set apart: what was done
says `panel.provenance.place_notes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.user.places import provincial_rows
from panelkit.indices.panels.incomplete import refuse_missing
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.index import levels_of, read_panel_index
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.levels import Levels
from panelkit.language.message import message
from panelkit.panel.provenance import with_place_notes
from panelkit.results.fit import FloatArray


def panel_frame(
    data: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
    in_order: bool = True,
) -> pd.DataFrame:
    """Return the columns as floats under a sorted (province, year) MultiIndex, provinces only and under one name each.

    `in_order=False` leaves the rows as the caller has them.

    Raises
    ------
    DataError
        If the data are no frame, a column is missing or holds text, or a province-year stands twice.
    """
    data, notes = provincial_rows(as_pandas(data), unit, time)
    index = read_panel_index(data, unit, time)
    names = [name for name in data.columns if name not in (unit, time)] if columns is None else list(columns)
    absent = [name for name in names if name not in data.columns]
    if absent:
        raise DataError(
            message(
                "the data have no column {columns} (there are: {held})",
                columns=absent,
                held=[str(name) for name in data.columns],
            )
        )
    order = np.arange(len(data)) if index.order is None or not in_order else index.order
    levels = [index.unit_labels[index.unit[order]], index.time_labels[index.time[order]]]
    out = pd.DataFrame(
        {name: as_floats(_only(data, name), message("column {name}", name=name))[order] for name in names},
        index=pd.MultiIndex.from_arrays(levels, names=["province", "year"]),
    )
    out.attrs = dict(data.attrs)
    return with_place_notes(out, notes)


@contextmanager
def own_words(data: Any, unit: str | None, time: str | None) -> Iterator[Levels]:
    """Give what a panel calls unit and time, and put what is raised inside the block into these words."""
    levels = levels_of(as_pandas(data), unit, time)
    try:
        yield levels
    except PanelkitError as error:
        error.said = error.said.spoken(*levels)
        raise


def labelled(table: pd.DataFrame, what: str) -> tuple[pd.DataFrame, FloatArray]:
    """Return a table of indicators without totals and regions among its labelled rows, and its values (n, k)."""
    frame, notes = provincial_rows(as_pandas(table, what))
    values = as_floats(frame, what)
    return with_place_notes(frame, notes), values


def wide(series: pd.Series) -> tuple[FloatArray, pd.Index, pd.Index]:
    """Return a (province, year) series as an array (N, T) with its provinces and years.

    Raises
    ------
    DataError
        If cells are missing, naming the first of them: balance the panel by dropping provinces or years.
    """
    refuse_missing(series.to_frame(series.name))
    table = series.unstack()
    return as_floats(table, str(series.name)), table.index, table.columns


def earlier(frame: pd.DataFrame, *, base: int | None = None) -> pd.DataFrame:
    """Return for every row the same province's row of the year before, or of the year `base`; NaN where not held."""
    province, year = (frame.index.get_level_values(name) for name in ("province", "year"))
    wanted = year - 1 if base is None else np.full(len(frame), base)
    source = pd.MultiIndex.from_arrays([province, wanted], names=["province", "year"])
    return pd.DataFrame(frame.reindex(source).to_numpy(), index=frame.index, columns=frame.columns)


def years_of(table: pd.DataFrame) -> FloatArray:
    """Return the year of every row of a (province, year) frame."""
    if not isinstance(table.index, pd.MultiIndex) or "year" not in table.index.names:
        raise DataError(message("by-year results need a (province, year) index: use `panel_frame` first"))
    return np.asarray(table.index.get_level_values("year"))


def refuse_gaps(years: pd.Index) -> None:
    """Refuse years that do not follow each other."""
    if (np.diff(years.to_numpy()) != 1).any():
        raise DataError(
            message(
                "a yearly chain or trend needs consecutive {periods}, not {years}",
                years=[str(one) for one in years],
            )
        )


def _only(data: pd.DataFrame, name: str) -> pd.Series:
    column: Any = data[name]
    if isinstance(column, pd.DataFrame):
        raise DataError(
            message(
                "the data hold {count} columns called {name!r}: rename all but one",
                count=column.shape[1],
                name=name,
            )
        )
    return column
