"""Rows of place x group x period: the treatment of each, the four cells of every treated place, and gaps in places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from panelkit.data.provinces import lookup_many
from panelkit.formula.formula import parse_formula
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.index import SHOWN, Array, listed, read_panel_index
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.models.policy.adoption import read_timing
from panelkit.models.policy.handed import fresh, with_columns
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
    timing = read_timing(held, unit=cell, time=time, cohort=spec.cohort, treatment=spec.treatment)
    panel = read_panel_index(held.data, cell, time)
    begins = np.array([timing.first[label] for label in panel.unit_labels])[panel.unit]
    period = panel.time_labels.astype(np.float64)[panel.time]
    place, places = pd.factorize(frame[spec.place], sort=True)
    if spec.affected is None:
        affected = np.isfinite(begins).astype(np.float64)
        first = np.full(len(places), np.inf)
        np.minimum.at(first, place, begins)
    else:
        affected = _affected(held.data, spec, panel)
        first = _one_date(begins, place, np.asarray(places), spec)
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


def _one_date(begins: FloatArray, place: Array, places: Array, spec: Asked) -> FloatArray:
    """Return when each place adopts, (P,), refused where its groups say different dates."""
    low, high = np.full(len(places), np.inf), np.full(len(places), -np.inf)
    np.minimum.at(low, place, begins)
    np.maximum.at(high, place, begins)
    split = np.flatnonzero(low != high)
    if len(split):
        labels = [str(places[i]) for i in split[:SHOWN]]
        raise DataError(
            message(
                "groups of {places} adopt at different dates or only in part: beside `affected=` the date is that of "
                "the place. Leave `affected` out where the treatment is told by place and group",
                places=listed(labels, len(split)),
            )
        )
    return low


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
                "a treated place needs affected and other groups, before and after the policy; these lack cells: "
                "{lacking}. Add the rows, or leave the places out (`where=`)",
                lacking=listed(lacking[:SHOWN], len(lacking)),
            )
        )


def gaps(spec: Asked, rows: TripleRows, time: str) -> pd.DataFrame:
    """Return the outcome's gap between both kinds of groups by place and period.

    Raises
    ------
    DataError
        If a place lacks a kind of group, or holds other groups in one period than in the next; cells are named.
    """
    design = read_design(spec.formula, rows.frame, unit=rows.cell, time=time, where=spec.where)
    panel = read_panel_index(rows.frame.data, rows.cell, time)
    of_cell = {label: (rows.place[i], rows.affected[i]) for i, label in _first_rows(panel)}
    place = np.array([of_cell[label][0] for label in design.unit_labels], dtype=np.int64)[design.unit]
    kind = np.array([of_cell[label][1] for label in design.unit_labels])[design.unit] > 0.0
    shape = (len(rows.places), len(design.time_labels))
    held, sums = np.zeros((2, *shape)), np.zeros((2, *shape))
    np.add.at(held, (kind.astype(int), place, design.time), 1.0)
    np.add.at(sums, (kind.astype(int), place, design.time), design.y)
    there = held.sum(axis=0) > 0.0
    cells = np.zeros((2, len(rows.places)))
    np.add.at(
        cells, tuple(np.array([(a > 0.0, p) for p, a in map(of_cell.__getitem__, design.unit_labels)]).T), 1.0
    )
    _refuse_changing_groups(held, cells, there, rows, design.time_labels)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = sums[1] / held[1] - sums[0] / held[0]
    at = np.argwhere(there)
    first = np.where(np.isfinite(rows.first), rows.first, 0.0)
    index = pd.MultiIndex.from_arrays(
        [rows.places[at[:, 0]], design.time_labels[at[:, 1]]], names=[spec.place, time]
    )
    made = {"gap": gap[there], "first_treated": first[at[:, 0]]}
    frame = pd.DataFrame(made, index=index)
    frame.attrs["outcome"] = parse_formula(spec.formula).outcome
    return frame


def _first_rows(panel: Any) -> list[tuple[int, Any]]:
    """Return a row of each unit, and its label."""
    _, at = np.unique(panel.unit, return_index=True)
    return [(int(i), panel.unit_labels[panel.unit[i]]) for i in at]


def _refuse_changing_groups(
    held: FloatArray, cells: FloatArray, there: Array, rows: TripleRows, periods: Array
) -> None:
    wrong = there & ((held == 0.0).any(axis=0) | (held != cells[:, :, None]).any(axis=0))
    if not wrong.any():
        return
    named = [f"{rows.places[i]} {periods[t]}" for i, t in np.argwhere(wrong)[:SHOWN]]
    raise DataError(
        message(
            "the gap inside a place needs the same groups of both kinds in every period, and groups are missing in "
            "{cells}: complete them, leave these places or periods out (`where=`), or take estimator='three-way'",
            cells=listed(named, int(wrong.sum())),
        )
    )
