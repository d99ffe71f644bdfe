"""What a caller holds, as series over consecutive years: one of a nation, or one a unit of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.life_cycle.curves import Errors, Measure
from panelkit.indices.arrays.checks import first_of
from panelkit.indices.panels.incomplete import Incomplete, read_incomplete
from panelkit.indices.panels.panel_frame import panel_frame, refuse_gaps, wide
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import refuse_idle
from panelkit.language.spelt import Spelt, option
from panelkit.panel.provenance import place_notes
from panelkit.show.brief import Brief

LEAST_YEARS = 10
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Series(Brief):
    """S series over n years: `values` (S, n) as they are fitted, gains where the figure is a running total.

    `units` are their names, none for the one series of a nation; `name` is what the figure is called.
    """

    name: str
    units: tuple[str, ...]
    times: FloatArray
    values: FloatArray
    notes: tuple[Message, ...]


def read_series(
    data: Any,
    column: str | None,
    *,
    unit: str | None,
    time: str | None,
    measure: Measure,
    errors: Errors,
    incomplete: Incomplete = "refuse",
) -> Series:
    """Return the series of a national frame or Series indexed by year, or of a panel.

    Raises
    ------
    DataError
        If years lack or do not follow each other, cells are missing, a running total falls, or fewer than ten years are
        held; with errors of logarithms also where a value is not positive.
    SpecError
        If the column is not named.
    """
    if isinstance(data, pd.Series):
        name = str(column or (data.name if data.name is not None else message("the series")))
        data, column = data.rename(name).to_frame(), name
    frame = as_pandas(data)
    if column is None:
        raise SpecError(message("name the column whose life cycle is asked for"))
    if unit is None and frame.index.nlevels == 1:
        refuse_idle(
            {"incomplete": incomplete != "refuse"}, message("belongs to a panel, and this is one series")
        )
        name, units, values, times, notes = _national(frame, column, time)
    else:
        panel = panel_frame(frame, [column], unit=unit, time=time)
        panel, skipped = read_incomplete(panel, incomplete)
        values, provinces, years = wide(panel[column])
        refuse_gaps(years)
        name, units, times = column, tuple(map(str, provinces)), years.to_numpy(dtype=np.float64)
        notes = (*place_notes(panel), *skipped)
    if measure == "cumulative":
        values, times = _gains(name, units, values, times)
    _refuse_unfit(name, units, values, times, errors)
    return Series(name, units, times, values, tuple(notes))


def _national(
    frame: pd.DataFrame, column: str, time: str | None
) -> tuple[str, tuple[str, ...], FloatArray, FloatArray, tuple[Message, ...]]:
    if column not in frame.columns:
        raise DataError(
            message(
                "the data have no column {columns} (there are: {held})",
                columns=[column],
                held=[str(name) for name in frame.columns],
            )
        )
    years = pd.Index(frame[time]) if time is not None and time in frame.columns else frame.index
    if time is not None and time not in frame.columns and time not in frame.index.names:
        raise DataError(
            message("the data have no column {columns} (there are: {held})", columns=[time],
                    held=[str(name) for name in frame.columns])
        )  # fmt: skip
    times = _years(years)
    order = np.argsort(times, kind="stable")
    times, values = times[order], as_floats(frame[column], message("column {name}", name=column))[order]
    if len(np.unique(times)) < len(times):
        double = sorted({f"{year:g}" for year in times if (times == year).sum() > 1})
        raise DataError(message("{name}: several rows of {years}; one series has one row a {period}: name "
                                "the units by {by}", name=column, years=double, by=option("unit")))  # fmt: skip
    refuse_gaps(pd.Index(times.astype(int)))
    missing = np.flatnonzero(~np.isfinite(values))
    if len(missing):
        raise DataError(
            message(
                "{name}: missing for {places}; leave out the {periods} before or after them ({how})",
                how=Spelt("data.loc[first:last]", "--years FIRST-LAST"),
                name=column,
                places=first_of([f"{times[i]:g}" for i in missing[:_SHOWN]], len(missing)),
            )
        )
    return column, (), values[None], times, ()


def _years(index: pd.Index) -> FloatArray:
    """Return the years of an index: whole numbers, or dates."""
    if isinstance(index, pd.DatetimeIndex | pd.PeriodIndex):
        return np.asarray(index.year, dtype=np.float64)
    try:
        years = np.asarray(index, dtype=np.float64)
    except (TypeError, ValueError):
        years = np.full(len(index), np.nan)
    if isinstance(index, pd.RangeIndex) and index.name is None and index.start == 0:
        years = np.full(len(index), np.nan)
    if not np.isfinite(years).all() or (years != np.round(years)).any() or not len(years):
        raise DataError(
            message(
                "one series is indexed by year, whole numbers one apart; a column of years is named by {when}, "
                "and the units of a panel by {by}",
                when=option("time"),
                by=[option("unit"), option("time")],
            )
        )
    return years


def _places(units: tuple[str, ...], times: FloatArray, at: Any) -> list[str]:
    return [(f"{units[i]} " if units else "") + f"{times[j]:g}" for i, j in zip(*at, strict=True)]


def _gains(
    name: str, units: tuple[str, ...], values: FloatArray, times: FloatArray
) -> tuple[FloatArray, FloatArray]:
    gains = np.diff(values, axis=1)
    fallen = np.nonzero(gains < 0.0)
    if len(fallen[0]):
        places = _places(units, times[1:], fallen)
        raise DataError(
            message(
                '{name}: a running total does not fall, and this one does in {places}: is it a "flow" or a "level"?',
                name=name,
                places=first_of(places[:_SHOWN], len(places)),
            )
        )
    return gains, times[1:]


def _refuse_unfit(
    name: str, units: tuple[str, ...], values: FloatArray, times: FloatArray, errors: Errors
) -> None:
    if values.shape[1] < LEAST_YEARS:
        raise DataError(
            message(
                "{name}: {count} {periods} are held; a curve of three parameters with its errors needs {least}",
                name=name,
                count=values.shape[1],
                least=LEAST_YEARS,
            )
        )
    if errors == "log":
        at = np.nonzero(values <= 0.0)
        if len(at[0]):
            places = _places(units, times, at)
            shown = first_of(places[:_SHOWN], len(places))
            if not units:
                raise DataError(
                    message(
                        "{name}: zero or negative in {places}, and errors of logarithms need positive values: begin "
                        "after the zeros, or take {level}",
                        level=option("errors", "level"),
                        name=name,
                        places=shown,
                    )
                )
            raise DataError(
                message(
                    "{name}: zero or negative in {places}, and errors of logarithms need positive values: begin after "
                    "the zeros, leave these {units} out, or take {level}",
                    level=option("errors", "level"),
                    name=name,
                    places=shown,
                )
            )
    still = np.flatnonzero(np.ptp(values, axis=1) == 0.0)
    if len(still):
        raise DataError(
            message(
                "{name} never changes{where}: there is no cycle to date",
                name=name,
                where=message(" in {units}", units=[units[i] for i in still]) if units else "",
            )
        )
