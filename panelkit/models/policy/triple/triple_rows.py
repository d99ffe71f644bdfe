"""Rows of place x group x period: the treatment of each, the four cells of every treated place, and gaps in places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from panelkit.data.provinces import lookup_many
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.index import SHOWN, Array, listed, read_panel_index
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.policy.rows.adoption import read_timing
from panelkit.models.policy.rows.handed import fresh, with_columns
from panelkit.models.reading import Frame, read_design
from panelkit.show.brief import Brief


class Asked(Protocol):
    """What the rows ask of their spec, `TripleDifference`."""

    @property
    def formula(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def group(self) -> str: ...

    @property
    def affected(self) -> str | None: ...

    @property
    def cohort(self) -> str | None: ...

    @property
    def treatment(self) -> str | None: ...

    @property
    def where(self) -> str | None: ...


@dataclass(frozen=True, eq=False)
class TripleRows(Brief):
    """The rows of a triple difference; n rows of the frame.

    `frame` holds the columns `cell` (place and group as one unit) and `term` (1 where an affected group of a place is
    treated). `path`, `affected` (n,) are treatment of the place and kind of group; `place` (n,) codes into `places`,
    `first` (P,) when each adopts. `in_sample` (n,) marks the rows that the formula and `where` leave in.
    """

    frame: Frame
    cell: str
    term: str
    path: FloatArray
    affected: FloatArray
    place: Array
    places: Array
    first: FloatArray
    in_sample: Array
    period: FloatArray

    @property
    def n_places(self) -> int:
        return len(np.unique(self.place[self.in_sample]))

    @property
    def n_treated(self) -> int:
        """Return how many places have treated rows of affected groups in the sample."""
        return len(np.unique(self.place[self.in_sample & (self.path * self.affected > 0.0)]))

    @property
    def cohorts(self) -> int:
        """Return how many dates of adoption lie inside the sample."""
        when = self.period[self.in_sample]
        held = self.first[np.unique(self.place[self.in_sample])]
        return len(np.unique(held[(held > when.min()) & (held <= when.max())]))


def triple_rows(spec: Asked, data: Any, time: str) -> TripleRows:
    """Return the rows with their treatment.

    Raises
    ------
    DataError
        As `TripleDifference.fit`.
    """
    frame = _flat(data, [spec.place, spec.group, time])
    _refuse_twins(frame, spec.place)
    cell = fresh(Frame(frame), f"{spec.place}-{spec.group}")
    names = frame[[spec.place, spec.group]].astype(str)
    held = Frame(frame.assign(**{cell: names[spec.place] + " · " + names[spec.group]}))
    panel = read_panel_index(held.data, cell, time)
    _ = panel.order  # refuses a place, group and period that stands twice
    period = panel.time_labels.astype(np.float64)[panel.time]
    place, places = pd.factorize(frame[spec.place], sort=True)
    if spec.affected is None:
        timing = read_timing(held, unit=cell, time=time, cohort=spec.cohort, treatment=spec.treatment)
        begins = np.array([timing.first[label] for label in panel.unit_labels])[panel.unit]
        affected = np.isfinite(begins).astype(np.float64)
        first = np.full(len(places), np.inf)
        np.minimum.at(first, place, begins)
    else:
        affected = _affected(held.data, spec, panel)
        first = _of_places(held.data, spec, places, time)
        begins = first[place]
    path = (period >= first[place]).astype(np.float64)
    active = (period >= begins).astype(np.float64) * affected
    term = fresh(held, "treated_affected")
    held = with_columns(held, {term: active})
    inside = _in_sample(spec, held, cell, time)
    rows = TripleRows(held, cell, term, path, affected, place, np.asarray(places), first, inside, period)
    _refuse_missing_cells(rows, spec)
    return rows


def _flat(data: Any, columns: list[str]) -> pd.DataFrame:
    """Return a frame with these names as columns.

    Raises
    ------
    DataError
        If it has neither a column nor a level of its index of that name, or a cell of it is empty.
    """
    frame = as_pandas(data)
    levels = [name for name in columns if name not in frame.columns and name in frame.index.names]
    attrs = frame.attrs
    frame = frame.reset_index(level=levels).reset_index(drop=True) if levels else frame.reset_index(drop=True)
    frame.attrs = attrs
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise DataError(
            message(
                "no column {names}: triple differences need place, group and period",
                names=[f"`{name}`" for name in absent],
            )
        )
    empty = [f"`{name}`" for name in columns if bool(frame[name].isna().any())]
    if empty:
        raise DataError(
            message("{names} is empty in some rows: name place, group and period of each", names=empty)
        )
    return frame


def _refuse_twins(frame: pd.DataFrame, place: str) -> None:
    """Refuse two spellings of one province: they would be two places."""
    labels = list(dict.fromkeys(frame[place]))
    if len(labels) > 1_000:
        return
    by_code: dict[int, list[str]] = {}
    for label, found in zip(labels, lookup_many(labels), strict=True):
        if found is not None:
            by_code.setdefault(found.adcode, []).append(str(label))
    twins = [" = ".join(same) for same in by_code.values() if len(same) > 1]
    if twins:
        raise DataError(
            message("`{place}` spells one province in two ways ({twins}): use one", place=place, twins=twins)
        )


def _affected(data: pd.DataFrame, spec: Asked, panel: Any) -> FloatArray:
    """Return the kind of each row's group, (n,): 0/1, constant within place and group."""
    name = str(spec.affected)
    if name not in data.columns:
        raise DataError(message("no column `{name}` for the groups that the policy concerns", name=name))
    values = as_floats(data[name], f"`{name}`")
    if not np.isin(values, (0.0, 1.0)).all():
        raise DataError(
            message("`{name}` must be 0 or 1 in every row: 1 in groups that the policy concerns", name=name)
        )
    low = np.ones(len(panel.unit_labels))
    high = np.zeros(len(panel.unit_labels))
    np.minimum.at(low, panel.unit, values)
    np.maximum.at(high, panel.unit, values)
    moving = np.flatnonzero(low != high)
    if len(moving):
        labels = [str(panel.unit_labels[i]) for i in moving[:SHOWN]]
        raise DataError(
            message(
                "`{name}` changes over time in {cells}: a group is affected or not, whenever the policy comes",
                name=name,
                cells=listed(labels, len(moving)),
            )
        )
    if values.min() == values.max():
        raise DataError(
            message(
                "`{name}` is {value:.0f} in all rows: a third difference needs groups of both kinds",
                name=name,
                value=float(values[0]),
            )
        )
    return values


def _of_places(data: pd.DataFrame, spec: Asked, places: Any, time: str) -> FloatArray:
    """Return when each place adopts, (P,), refused where its groups say different things in one period."""
    name = str(spec.treatment if spec.cohort is None else spec.cohort)
    if name in (spec.place, spec.group, time):
        raise DataError(message("`{name}` names rows and cannot say when a place adopts", name=name))
    if name not in data.columns:  # the reader names what there is
        read_timing(Frame(data), unit=spec.place, time=time, cohort=spec.cohort, treatment=spec.treatment)
    by_row = data[[spec.place, time]].assign(**{name: as_floats(data[name], f"`{name}`")})
    ends = by_row.groupby([spec.place, time], sort=True)[name].agg(["min", "max"])
    split = ends["min"] != ends["max"]
    split &= ends.notna().any(axis=1)
    if split.any():
        labels = list(dict.fromkeys(str(label) for label in ends.index[split].get_level_values(0)))
        raise DataError(
            message(
                "groups of {places} adopt at different dates or only in part: beside `affected=` the date is that of "
                "the place. Leave `affected` out where the treatment is told by place and group",
                places=listed(labels[:SHOWN], len(labels)),
            )
        )
    one = ends["max"].rename(name).reset_index()
    timing = read_timing(Frame(one), unit=spec.place, time=time, cohort=spec.cohort, treatment=spec.treatment)
    return np.array([timing.first[label] for label in places], dtype=np.float64)


def _in_sample(spec: Asked, frame: Frame, cell: str, time: str) -> Array:
    """Mark the rows (n,) that the formula and `where` leave in."""
    design = read_design(spec.formula, frame, unit=cell, time=time, where=spec.where)
    panel = read_panel_index(frame.data, cell, time)
    unit = {label: code for code, label in enumerate(design.unit_labels)}
    when = {label: code for code, label in enumerate(design.time_labels)}
    units = np.array([unit.get(label, -1) for label in panel.unit_labels])[panel.unit]
    times = np.array([when.get(label, -1) for label in panel.time_labels])[panel.time]
    held = np.zeros((len(unit) + 1, len(when) + 1), dtype=bool)
    held[design.unit, design.time] = True
    return held[units, times] & (units >= 0) & (times >= 0)


def _refuse_missing_cells(rows: TripleRows, spec: Asked) -> None:
    """Refuse a sample in which nobody, or everybody, is treated, or a treated place lacks one of four cells."""
    inside = rows.in_sample
    treated = np.unique(rows.place[inside & (rows.path * rows.affected > 0.0)])
    others = np.setdiff1d(np.unique(rows.place[inside]), treated)
    if not len(treated) or not (len(others) or rows.cohorts > 1):
        raise DataError(
            message("triple differences need places with the policy and places without it (or not yet)")
        )
    kinds = (
        (message("affected groups before"), 1.0, 0.0),
        (message("affected groups after"), 1.0, 1.0),
        (message("other groups before"), 0.0, 0.0),
        (message("other groups after"), 0.0, 1.0),
    )
    lacking = []
    for at in treated:
        own = inside & (rows.place == at)
        absent = [name for name, a, p in kinds if not (own & (rows.affected == a) & (rows.path == p)).any()]
        if absent:
            lacking.append(message("{place} ({cells})", place=str(rows.places[at]), cells=absent))
    if lacking:
        raise DataError(
            message(
                "a treated place needs affected and other groups, before and after the policy; these "
                "lack cells: {lacking}. Add the rows, or leave the places out ({where})",
                where=option("where"),
                lacking=listed(lacking[:SHOWN], len(lacking)),
            )
        )
