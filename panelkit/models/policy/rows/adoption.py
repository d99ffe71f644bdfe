"""When every unit adopts a policy: read from a cohort column or an absorbing 0/1 column, checked once for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.frames import as_floats
from panelkit.kernels.index import SHOWN, Array, PanelIndex, listed, read_panel_index
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.reading import Frame
from panelkit.panel.design import Design
from panelkit.panel.provenance import note_of
from panelkit.show.brief import Brief

NEVER = np.inf


@dataclass(frozen=True, eq=False)
class Adoption(Brief):
    """When the units of a design adopt; N units, T periods.

    `first` (N,) is the first treated period of each unit among `periods` (T,), calendar values in order; `NEVER`
    where none of them is. `name` is the column that says so.
    """

    first: FloatArray
    periods: FloatArray
    name: str

    @property
    def treated(self) -> Array:
        """Mark the units that adopt in the sample, (N,) bool."""
        return np.isfinite(self.first)

    @property
    def cohorts(self) -> FloatArray:
        """Return the adoption periods that occur, (C,), in order."""
        return np.unique(self.first[self.treated])

    def path(self, unit: IntArray, time: IntArray) -> FloatArray:
        """Return the treatment of rows, 0 or 1, (n,)."""
        return (self.periods[time] >= self.first[unit]).astype(np.float64)

    def event(self, unit: IntArray, time: IntArray) -> FloatArray:
        """Return calendar periods since adoption, (n,): 0 in the first treated one; -inf for units that never adopt."""
        return self.periods[time] - self.first[unit]


@dataclass(frozen=True, eq=False)
class Timing(Brief):
    """First treated period by unit label, as the data state it, `NEVER` for none; `name` is the column.

    `later` holds dates after the last row of the data, too, where the column states any.
    """

    first: Mapping[Any, float]
    name: str
    notes: tuple[Message, ...] = field(default=())
    later: Mapping[Any, float] | None = None

    def on(self, design: Design) -> Adoption:
        """Return the adoption of the units of a design: dates between its periods move to the next one held."""
        periods = design.time_labels.astype(np.float64)
        first = np.array([self.first[label] for label in design.unit_labels], dtype=np.float64)
        at = np.searchsorted(periods, first)
        inside = at < len(periods)
        first = np.where(inside, periods[np.minimum(at, len(periods) - 1)], NEVER)
        return Adoption(first, periods, self.name)


def read_timing(
    frame: Frame,
    *,
    unit: str | None = None,
    time: str | None = None,
    cohort: str | None = None,
    treatment: str | None = None,
) -> Timing:
    """Read when every unit adopts, from all rows held.

    Parameters
    ----------
    frame
        The user's data, open.
    unit, time
        As in `FixedEffects.fit`.
    cohort
        A column with the first treated period of the unit, the same in all its rows; never treated: 0, missing,
        infinite, or after the last period held.
    treatment
        A column that is 0 before adoption and 1 from then on. Give it or `cohort`.

    Raises
    ------
    SpecError
        If neither or both are given, or the treatment is no 0/1 column.
    DataError
        If there is no such column, a cohort changes within a unit, a treatment switches off, or the period of
        adoption falls in a gap; every unit is named.
    """
    if (cohort is None) == (treatment is None):
        raise SpecError(
            message(
                "say when units adopt: {cohort} names a column with the first treated {period}, or "
                "{treatment} a 0/1 column; give one of the two",
                cohort=option("cohort"),
                treatment=option("treatment"),
            )
        )
    name = str(cohort if cohort is not None else treatment)
    panel = read_panel_index(frame.data, unit, time)
    values = _column(frame.data, name, panel)
    recorded = _recorded(frame.data, name)
    if cohort is not None:
        both = _of_cohorts(values, panel, name)
        held, later = (dict(zip(panel.unit_labels, dates, strict=True)) for dates in both)
        return Timing(held, name, recorded, later)
    first, notes = _of_path(values, panel, name)
    return Timing(dict(zip(panel.unit_labels, first, strict=True)), name, (*recorded, *notes))


def _recorded(data: pd.DataFrame, name: str) -> tuple[Message, ...]:
    """Return what the data know of the column: how a shipped policy is coded, and who was left out."""
    facts = data.attrs.get("panelkit")
    origins = facts.get("origins", {}) if isinstance(facts, Mapping) else {}
    return (note_of(origins[name]),) if name in origins else ()


def _column(data: pd.DataFrame, name: str, panel: PanelIndex) -> FloatArray:
    """Return a column as numbers (n,)."""
    if name not in data.columns:
        raise DataError(
            message(
                "no column `{name}`: the data have {columns}",
                name=name,
                columns=listed([str(each) for each in data.columns], len(data.columns)),
            )
        )
    if list(data.columns).count(name) > 1:
        raise DataError(message("the data hold several columns `{name}`: keep one", name=name))
    return as_floats(data[name], f"`{name}`")


def _of_cohorts(values: FloatArray, panel: PanelIndex, name: str) -> tuple[FloatArray, FloatArray]:
    """Return the first treated period (N,) of units whose rows all state it, and with dates after the data."""
    told = np.where(np.isnan(values) | (values == 0.0), NEVER, values)
    stated = np.where(told > float(panel.time_labels[-1]), NEVER, told)
    n_units = len(panel.unit_labels)
    first = np.full(n_units, -np.inf)
    np.maximum.at(first, panel.unit, stated)
    lowest = np.full(n_units, np.inf)
    np.minimum.at(lowest, panel.unit, stated)
    _refuse_switch(told, panel, name)
    moving = np.flatnonzero(first != lowest)
    if len(moving):
        raise DataError(
            message(
                "`{name}` must state one first treated {period} a {unit}, and it changes within {units_named}: give "
                "every row of a {unit} the same (0 or missing in all of them for one that never adopts)",
                name=name,
                units_named=listed([str(panel.unit_labels[i]) for i in moving[:SHOWN]], len(moving)),
            ).spoken(*panel.levels)
        )
    if (first < 0.0).any():
        bad = np.flatnonzero(first < 0.0)
        raise DataError(
            message(
                "`{name}` is negative in {units_named}: it states the first treated {period}, and 0 stands for never",
                name=name,
                units_named=listed([str(panel.unit_labels[i]) for i in bad[:SHOWN]], len(bad)),
            ).spoken(*panel.levels)
        )
    later = np.full(n_units, NEVER)
    np.minimum.at(later, panel.unit, told)
    return first, np.where(first == NEVER, later, first)


def _refuse_switch(told: FloatArray, panel: PanelIndex, name: str) -> None:
    """Refuse a 0/1 column as a cohort where no period is called 1."""
    if set(told[told != NEVER]) == {1.0} and float(panel.time_labels[0]) > 1.0:
        raise DataError(
            message(
                "`{name}` holds 0 and 1, and a cohort is the first treated {period} ({early} to {late}, 0 for never): "
                "a column that is 1 from adoption on goes into `treatment=` (command: --treatment); one that is 1 in "
                "all rows of the treated says who, not when",
                name=name,
                early=int(panel.time_labels[0]),
                late=int(panel.time_labels[-1]),
            ).spoken(*panel.levels)
        )


def _of_path(values: FloatArray, panel: PanelIndex, name: str) -> tuple[FloatArray, tuple[Message, ...]]:
    """Return the first treated period (N,) of units with a 0/1 path, and what is said of it."""
    held = ~np.isnan(values)
    odd = np.unique(values[held & (values != 0.0) & (values != 1.0)])
    if len(odd):
        raise SpecError(
            message(
                "`{name}` is no 0/1 treatment, it holds {values}: a dose (intensity x post) is the business of DoseDiD",
                name=name,
                values=listed([f"{value:g}" for value in odd[:SHOWN]], len(odd)),
            )
        )
    years = panel.time_labels.astype(np.float64)[panel.time]
    n_units = len(panel.unit_labels)
    _refuse_unstated(np.bincount(panel.unit[held], minlength=n_units) == 0, panel, name)
    first = np.full(n_units, NEVER)
    on = held & (values == 1.0)
    np.minimum.at(first, panel.unit[on], years[on])
    last_off = np.full(n_units, -np.inf)
    off = held & (values == 0.0)
    np.maximum.at(last_off, panel.unit[off], years[off])
    _refuse_reversals(first, last_off, panel, name)
    _refuse_gaps(first, last_off, panel, name)
    missing = int((~held).sum())
    notes: tuple[Message, ...] = ()
    if missing:
        notes = (
            message(
                "`{name}` is missing in {n} rows: the {units} adopt at the dates that the other rows state",
                name=name,
                n=missing,
            ),
        )
    return first, notes


def _refuse_unstated(unstated: Array, panel: PanelIndex, name: str) -> None:
    if not unstated.any():
        return
    labels = [str(label) for label in panel.unit_labels[unstated]]
    raise DataError(
        message(
            "`{name}` is missing in every row of {units_named}: fill it in, or leave these {units} out "
            "({where})",
            where=option("where"),
            name=name,
            units_named=listed(labels, len(labels)),
        ).spoken(*panel.levels)
    )


def _refuse_reversals(first: FloatArray, last_off: FloatArray, panel: PanelIndex, name: str) -> None:
    back = np.flatnonzero(last_off > first)
    if not len(back):
        return
    named = [
        message(
            "{unit_label} (1 from {first:.0f}, 0 in {off:.0f})",
            unit_label=str(panel.unit_labels[i]),
            first=float(first[i]),
            off=float(last_off[i]),
        )
        for i in back[:SHOWN]
    ]
    raise DataError(
        message(
            "`{name}` switches off again in {named}: these estimators are for a policy that stays; "
            "correct the column, end the sample before it switches off ({where}), or name the first "
            "treated {period} by {cohort} and read the effect as that of ever having had it",
            where=option("where"),
            cohort=option("cohort"),
            name=name,
            named=listed(named, len(back)),
        ).spoken(*panel.levels)
    )


def _refuse_gaps(first: FloatArray, last_off: FloatArray, panel: PanelIndex, name: str) -> None:
    """Refuse units whose adoption falls between two rows with a period of the panel between them."""
    periods = panel.time_labels.astype(np.float64)
    both = np.isfinite(first) & np.isfinite(last_off)
    between = np.searchsorted(periods, first) - np.searchsorted(periods, last_off) - 1
    gaps = np.flatnonzero(both & (between > 0))
    if not len(gaps):
        return
    named = [
        message(
            "{unit_label} (0 in {off:.0f}, 1 in {first:.0f}, nothing between)",
            unit_label=str(panel.unit_labels[i]),
            off=float(last_off[i]),
            first=float(first[i]),
        )
        for i in gaps[:SHOWN]
    ]
    raise DataError(
        message(
            "`{name}` does not say when {named} adopted: complete the column in these {periods}, or name "
            "the first treated {period} by {cohort}",
            cohort=option("cohort"),
            name=name,
            named=listed(named, len(gaps)),
        ).spoken(*panel.levels)
    )
