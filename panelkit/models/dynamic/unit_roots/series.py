"""One variable of a panel as units by periods, with what is wrong with it for a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.reading import read_design
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

_FLAT = 1e-12  # of the size of a series: what varies less is rounding
_SHOWN = 6
_DRIFT = 0.25  # standard deviations of a change: a mean drift that is said


@dataclass(frozen=True, eq=False)
class Series(Brief):
    """A variable: values (N, T) on a calendar of equal steps, zero where `held` (N, T) is not.

    `periods` (T,) are the labels of the calendar, `levels` what unit and time are called.
    """

    variable: str
    values: FloatArray
    held: Array
    units: Array
    periods: Array
    levels: tuple[str, str]
    notes: tuple[Message, ...]

    def named(self, marked: Array) -> list[str]:
        """Return the names of the marked units, the first few of them."""
        names = [str(name) for name in self.units[marked]]
        return names[:_SHOWN] + (["..."] if len(names) > _SHOWN else [])

    def spoken(self, said: Message) -> Message:
        """Return a sentence in the words of the panel."""
        return said.spoken(*self.levels)


def read_series(
    variable: str, data: Any, unit: str | None, time: str | None, where: str | None, *, demean: bool
) -> Series:
    """Return the variable, an expression of the formula gate.

    Raises
    ------
    DataError
        If there is one unit, a unit does not vary, or a period of cross-section means has one unit.
    """
    design = read_design(f"{variable} ~ 1", data, unit=unit, time=time, where=where, varies=False)
    years = np.asarray(design.time_labels, dtype=np.int64)
    step = int(np.gcd.reduce(np.diff(years))) if len(years) > 1 else 1
    place = (years - years[0]) // step
    shape = len(design.unit_labels), int(place[-1]) + 1
    values, held = np.zeros(shape), np.zeros(shape, bool)
    values[design.unit, place[design.time]] = design.y
    held[design.unit, place[design.time]] = True
    series = Series(
        variable=variable,
        values=values,
        held=held,
        units=np.asarray(design.unit_labels),
        periods=years[0] + step * np.arange(shape[1]),
        levels=design.level_names,
        notes=_notes(design, step),
    )
    _refuse(series, demean)
    return series


def _refuse(series: Series, demean: bool) -> None:
    if len(series.units) < 2:
        said = message(
            "`{variable}` has one {unit} ({name}): tests of panels need two or more; with one, a Dickey-Fuller test "
            "of the series alone",
            variable=series.variable,
            name=str(series.units[0]),
        )
        raise DataError(series.spoken(said))
    low = np.where(series.held, series.values, np.inf).min(axis=1)
    high = np.where(series.held, series.values, -np.inf).max(axis=1)
    flat = high - low <= _FLAT * np.maximum(np.abs(low), np.abs(high))
    if flat.any():
        said = message(
            "`{variable}` does not vary within {names}: a constant series has no unit root to test for; leave it "
            "out by `where`",
            variable=series.variable,
            names=series.named(flat),
        )
        raise DataError(series.spoken(said))
    alone = series.held.sum(axis=0) == 1
    if demean and alone.any():
        said = message(
            "`{variable}`: {when} has one {unit}, and nothing is left of it without the cross-section mean; leave "
            "it out by `where`, or leave `demean` out",
            variable=series.variable,
            when=[str(period) for period in series.periods[alone]],
        )
        raise DataError(series.spoken(said))
    if demean:
        _refuse_means(series, np.maximum(np.abs(low), np.abs(high)))


def _refuse_means(series: Series, size: FloatArray) -> None:
    """Refuse units that are the cross-section mean: what is left of them is rounding."""
    mean = np.where(series.held, series.values, 0.0).sum(axis=0) / np.maximum(series.held.sum(axis=0), 1)
    left = np.where(series.held, series.values - mean, 0.0)
    gone = np.abs(left).max(axis=1) <= _FLAT * size
    if gone.any():
        said = message(
            "`{variable}`: {names} is the cross-section mean in every {period}, and nothing is left of it without; "
            "leave `demean` out",
            variable=series.variable,
            names=series.named(gone),
        )
        raise DataError(series.spoken(said))


def drift_note(series: Series, trend: str) -> tuple[Message, ...]:
    """Return that a variable grows where no trend is among the terms: mean changes by unit over their deviations."""
    both = series.held[:, 1:] & series.held[:, :-1]
    counts = both.sum(axis=1)
    changes = np.where(both, np.diff(series.values, axis=1), 0.0)
    many = counts > 1
    if trend == "trend" or not many.any():
        return ()
    changes, both, counts = changes[many], both[many], counts[many]
    mean = changes.sum(axis=1) / counts
    spread = np.sqrt((np.where(both, changes - mean[:, None], 0.0) ** 2).sum(axis=1) / (counts - 1))
    own = mean[spread > 0.0] / spread[spread > 0.0]
    drift = float(own.mean()) if len(own) else 0.0
    if abs(drift) <= _DRIFT:
        return ()
    said = message(
        "`{variable}` grows or falls on average, by {drift:.1f} standard deviations of a change every "
        "{period}: without a trend llc, ips and the Fisher tests then hardly ever reject, even what is "
        "stationary around one, and cips rejects too often; p (sim.), size and power are of series that "
        "do not grow. {trend} takes growth out",
        trend=option("trend", "trend"),
        variable=series.variable,
        drift=abs(drift),
    )
    return (series.spoken(said),)


def _notes(design: Design, step: int) -> tuple[Message, ...]:
    found = list(design.notes)
    if step > 1:
        found.append(message("one step of the calendar is {step} {periods}", step=step))
    return tuple(design.spoken(note) for note in found)
