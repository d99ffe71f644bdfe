"""Which unit and which year every row belongs to: integer codes, their labels, and the sorted order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import DataError
from panelkit.language.levels import PROVINCIAL, Levels, time_level, unit_level
from panelkit.language.message import Message, message, verbatim
from panelkit.language.message import listed as all_listed
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

UNIT_NAMES = frozenset({"province", "provinces", "unit", "region", "adcode", "省份", "省", "地区"})
TIME_NAMES = frozenset({"year", "years", "time", "period", "年份", "年", "年度"})
LARGEST_TIME = 10**9
_YEAR_TEXT = re.compile(r"\s*[0-9]{1,9}\s*年?\s*")
SHOWN = 8
_DENSE = 4
_WIDE = "\u3000"

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class PanelIndex(Brief):
    """Units and times of n rows, in the rows' own order.

    `unit` and `time` are (n,) int64 codes into `unit_labels` (N,) and `time_labels` (T,), both sorted
    and each used at least once; `time_labels` are whole numbers. `levels` are what the data call unit and time.
    """

    unit: Array
    time: Array
    unit_labels: Array
    time_labels: Array
    levels: Levels = PROVINCIAL

    @cached_property
    def order(self) -> Array | None:
        """Return the rows in unit-major order, then time; None when they lie so already.

        Raises
        ------
        DataError
            If one unit holds the same time twice.
        """
        n_times = len(self.time_labels)
        key = self.unit * n_times + self.time
        if bool(np.all(key[1:] > key[:-1])):
            return None
        cells = len(self.unit_labels) * n_times
        if cells > _DENSE * len(key) + 1_000:
            order = np.argsort(key, kind="stable")
            if bool(np.any(np.diff(key[order]) == 0)):
                self._refuse_duplicates(key)
            return order
        row = np.full(cells, -1, dtype=np.int64)
        row[key] = np.arange(len(key))
        order = row[row >= 0]
        if len(order) < len(key):
            self._refuse_duplicates(key)
        return order

    def _refuse_duplicates(self, key: Array) -> None:
        values, counts = np.unique(key, return_counts=True)
        double = values[counts > 1]
        times = counts[counts > 1]
        n_times = len(self.time_labels)
        named = [
            message(
                "{unit_label} {time_label} ({n} rows)",
                unit_label=self.unit_labels[cell // n_times],
                time_label=self.time_labels[cell % n_times],
                n=n,
            )
            for cell, n in zip(double[:SHOWN], times[:SHOWN], strict=True)
        ]
        raise DataError(
            message(
                "{unit} and {period} must name one row each; held more than once: {named}. Keep one row of each, or "
                "aggregate them (`data.groupby({names}).sum()`).",
                named=listed(named, len(double)),
                names=str(list(self.levels)),
            ).spoken(*self.levels)
        )

    def _rows_at(self, held: Array, wanted: Array, cells: int) -> Array:
        """Return the row that holds each wanted key, -1 where none does; all (n,) int64."""
        order = self.order
        if cells <= _DENSE * len(held) + 1_000:
            row = np.full(cells, -1, dtype=np.int64)
            row[held] = np.arange(len(held))
            return row[wanted]
        order = np.arange(len(held)) if order is None else order
        held = held[order]
        found = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        return np.where(held[found] == wanted, order[found], -1)

    def place(self, row: int) -> str:
        """Name the unit and time of one row."""
        return f"{self.unit_labels[self.unit[row]]} {self.time_labels[self.time[row]]}"

    def shifted(self, values: Array, step: int) -> tuple[Array, Array]:
        """Return the values of the same unit `step` years earlier (later if negative), and their rows.

        Shapes: values (n,) float; returns (n,) float with NaN where that year is not held, and (n,)
        source rows, -1 where not held.
        """
        years = self.time_labels.astype(np.int64)
        span = int(years[-1] - years[0]) + 1
        year = (years - years[0])[self.time]
        target = year - step
        inside = (target >= 0) & (target < span)
        key = self.unit * span
        source = self._rows_at(key + year, key + np.where(inside, target, 0), len(self.unit_labels) * span)
        matched = inside & (source >= 0)
        source = np.where(matched, source, -1)
        return np.where(matched, values[source], np.nan), source


def listed(names: Sequence[str], total: int) -> Message:
    """Join the first names and count the rest."""
    shown = list(names[:SHOWN])
    if total > len(shown):
        return message("{names} and {rest:,} more", names=shown, rest=total - len(shown))
    return all_listed(shown)


def read_panel_index(frame: pd.DataFrame, unit: str | None = None, time: str | None = None) -> PanelIndex:
    """Read units and times from columns, or from the levels of the frame's index.

    Without `unit` and `time` the index must be a MultiIndex: levels named province and year (any case or
    order), or else its first two levels. Times are whole numbers, or text, dates and periods that stand
    for a whole year.

    Raises
    ------
    DataError
        If there is no such index or column, the index has a third level, a unit or time is missing or not a
        whole year, or names of units differ only by blanks.
    """
    levels = levels_of(frame, unit, time)
    if len(frame) == 0:
        said = message("the data hold no rows: check the {units} and {periods} that were asked for")
        raise DataError(said.spoken(*levels))
    if (unit is None) != (time is None):
        raise DataError(
            message(
                "give both {unit} and {time}, or neither for a (province, year) index",
                unit=option("unit"),
                time=option("time"),
            )
        )
    if unit is not None and time is not None:
        unit_part, time_part = _part(frame, unit, "unit"), _part(frame, time, "time")
    else:
        unit_part, time_part = _levels(frame)
    unit_codes, unit_labels = unit_part
    time_codes, time_labels = time_part
    _refuse_missing(unit_codes, _unit_called(levels[0]), levels)
    _refuse_missing(time_codes, _time_called(levels[1]), levels)
    years = _whole_years(time_labels, levels, named=unit is not None)
    unit_codes, unit_labels = _compact(unit_codes, _ordered_labels(unit_labels))
    _refuse_blanks(unit_labels)
    time_codes, time_labels = _compact(time_codes, (np.argsort(years, kind="stable"), years))
    if len(np.unique(time_labels)) < len(time_labels):
        time_labels, merged = np.unique(time_labels, return_inverse=True)
        time_codes = merged[time_codes]
    return PanelIndex(unit_codes, time_codes, unit_labels, time_labels, levels)


def levels_of(frame: pd.DataFrame, unit: str | None = None, time: str | None = None) -> Levels:
    """Return what the data call unit and time; province and year where they do not say."""
    if unit is not None and time is not None:
        return str(unit), str(time)
    if frame.index.nlevels < 2:
        return PROVINCIAL
    own = (frame.index.names[at] for at in level_places(frame))
    unit, time = (other if name is None else str(name) for name, other in zip(own, PROVINCIAL, strict=True))
    return unit, time


def dimension_names(
    frame: pd.DataFrame, unit: str | None, time: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the unit and the time are called, their own names first; a unit without a name is a unit.

    `province` and `unit`, `year` and `time` are second names, unless the data hold a column of that name.
    """
    own = (unit, time) if unit is not None else tuple(frame.index.names[i] for i in level_places(frame))
    taken = set(frame.columns) - set(own)
    names = []
    unnamed_first = ("unit", "province") if own[0] is None else ("province", "unit")
    for name, aliases in zip(own, (unnamed_first, ("year", "time")), strict=True):
        free = [alias for alias in aliases if alias not in taken]
        names.append(tuple(dict.fromkeys([*([str(name)] if name is not None else []), *free])))
    return names[0], names[1]


def _levels(frame: pd.DataFrame) -> tuple[tuple[Array, Any], tuple[Array, Any]]:
    index = frame.index
    if not isinstance(index, pd.MultiIndex) or index.nlevels < 2:
        raise DataError(
            message(
                "the data need a (province, year) MultiIndex, or {unit} and {time} that name two "
                'columns: set one by `data.set_index(["province", "year"])`',
                unit=option("unit"),
                time=option("time"),
            )
        )
    if index.nlevels > 2:
        used = level_places(frame)
        more = [repr(name) for at, name in enumerate(index.names) if at not in used]
        raise DataError(
            message(
                "the index has {nlevels} levels, a panel has two, unit and time: make columns of the others, "
                "`data.reset_index([{more}])`, or choose the rows of one value",
                nlevels=index.nlevels,
                more=more,
            )
        )
    unit_part, time_part = ((np.asarray(index.codes[i]), index.levels[i]) for i in level_places(frame))
    return unit_part, time_part


def level_places(frame: pd.DataFrame) -> tuple[int, int]:
    """Return which levels of the index are the unit and the time."""
    names = [str(name).strip().casefold() for name in frame.index.names]
    unit_at = next((i for i, name in enumerate(names) if name in UNIT_NAMES), None)
    time_at = next((i for i, name in enumerate(names) if name in TIME_NAMES), None)
    if unit_at is None:
        unit_at = 1 if time_at == 0 else 0
    if time_at is None:
        time_at = 1 if unit_at == 0 else 0
    return unit_at, time_at


def _part(frame: pd.DataFrame, name: str, what: str) -> tuple[Array, Any]:
    if isinstance(frame.index, pd.MultiIndex) and name in frame.index.names and name not in frame.columns:
        at = list(frame.index.names).index(name)
        return np.asarray(frame.index.codes[at]), frame.index.levels[at]
    if name in frame.columns:
        values: Any = frame[name]
    elif name == frame.index.name:
        values = frame.index
    else:
        raise DataError(
            message(
                "`{what}={name!r}` names no column of the data: there are {columns}",
                what=what,
                name=name,
                columns=listed([str(column) for column in frame.columns], len(frame.columns)),
            )
        )
    if isinstance(values, pd.DataFrame):
        raise DataError(
            message(
                "the data hold {columns} columns called {name!r}: rename all but one",
                columns=values.shape[1],
                name=name,
            )
        )
    return factorised(values)


def factorised(values: Any) -> tuple[Array, Any]:
    """Return (n,) codes, -1 where missing, and the labels in order of the codes."""
    if isinstance(values.dtype, pd.StringDtype):  # no detour through objects
        return pd.factorize(values)
    array = np.asarray(values) if isinstance(values, np.ndarray) else values.to_numpy()
    if array.dtype.kind in "iu" and len(array):
        low, high = int(array.min()), int(array.max())
        if high - low < 4 * len(array) + 1_000:
            offset = array.astype(np.int64) - low
            held = np.zeros(high - low + 1, dtype=bool)
            held[offset] = True
            position = np.cumsum(held) - 1
            return position[offset], np.flatnonzero(held) + low
    codes, labels = pd.factorize(values)
    return codes, labels


def _unit_called(name: str) -> Message:
    if unit_level(name).one == "unit":  # no word of its own: the column says which one
        return message("unit ({column})", column=name)
    return message("unit ({unit})")


def _time_called(name: str) -> Message:
    if time_level(name).one == "period":
        return message("time ({column})", column=name)
    return message("time ({period})")


def _refuse_missing(codes: Array, what: Message, levels: Levels) -> None:
    missing = np.flatnonzero(codes < 0)
    if len(missing):
        rows = listed([str(row) for row in missing[:SHOWN]], len(missing))
        raise DataError(
            message(
                "the {what} is missing in {count:,} rows (rows {rows}, counted from 0): fill it or drop them",
                what=what,
                count=len(missing),
                rows=rows,
            ).spoken(*levels)
        )


def _refuse_blanks(labels: Array) -> None:
    """Refuse units whose names differ only by blanks around them or by full-width ones."""
    if labels.dtype != object:
        return
    texts = [label for label in labels if isinstance(label, str)]
    if not any(_WIDE in text or text != text.strip() for text in texts):
        return
    alike: dict[str, list[str]] = {}
    for text in texts:
        alike.setdefault(text.replace(_WIDE, "").strip(), []).append(text)
    double = [" and ".join(map(repr, group)) for group in alike.values() if len(group) > 1]
    if double:
        raise DataError(
            message(
                "units that differ only by blanks: {double}. Write each in one way, for example "
                '`.str.replace("\\u3000", "").str.strip()` on the column of units',
                double=listed(double, len(double)),
            )
        )


def _ordered_labels(labels: Any) -> tuple[Array, Array]:
    values = np.asarray(labels)
    if values.dtype.kind not in "iuf":
        values = np.array(list(labels), dtype=object)
    try:
        return np.argsort(values, kind="stable"), values
    except TypeError:
        return np.argsort([str(value) for value in values], kind="stable"), values


def _compact(codes: Array, ordered: tuple[Array, Array]) -> tuple[Array, Array]:
    order, labels = ordered
    used = np.zeros(len(labels), dtype=bool)
    used[codes] = True
    kept = order[used[order]]
    if len(kept) == len(labels) and bool(np.all(kept[1:] > kept[:-1])):
        return codes.astype(np.int64, copy=False), labels
    renumbered = np.full(len(labels), -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    return renumbered[codes], labels[kept]


def _whole_years(labels: Any, levels: Levels, *, named: bool) -> Array:
    if isinstance(labels, pd.PeriodIndex) or getattr(labels, "dtype", None) == "period[Y-DEC]":
        return np.asarray([label.year for label in labels], dtype=np.int64)
    values = np.asarray(labels)
    if values.dtype.kind == "M":
        raise DataError(
            message("the times are dates, not years: set `data['year'] = data['date'].dt.year` and use it")
        )
    if values.dtype.kind not in "iu":
        bad = [label for label in labels if not _is_whole(label)]
        if bad:
            raise DataError(_no_times(bad, levels, named=named))
        values = np.array([_whole(label) for label in labels], dtype=object)
    if len(values):
        farthest = max(int(values.max()), -int(values.min()))  # of any size: they may not fit into 64 bits
        if farthest > LARGEST_TIME:
            shown = verbatim(str(farthest)) if farthest < 10**30 else message("more than 30 digits")
            raise DataError(
                message("a time of {shown} is no year: count times in years or periods", shown=shown)
            )
    return values.astype(np.int64)


def whole_where_all_are(labels: Sequence[Any]) -> list[Any]:
    """Return times as a panel reads them, "2019" and 2019.0 as 2019; as they are where one is no whole number."""
    return [_whole(label) for label in labels] if all(map(_is_whole, labels)) else list(labels)


def _no_times(bad: Sequence[Any], levels: Levels, *, named: bool) -> Message:
    shown = listed([repr(label) for label in bad[:SHOWN]], len(bad))
    if named:
        return message("times must be whole numbers such as 2019; seen: {shown}", shown=shown)
    return message(
        "times must be whole numbers such as 2019; seen: {shown}. If {names} are swapped, name the levels.",
        shown=shown,
        names=message("{unit_name} and {time_name}", unit_name=levels[0], time_name=levels[1]),
    )


def _whole(label: Any) -> int:
    return int(label.strip().rstrip("年")) if isinstance(label, str) else int(label)


def _is_whole(label: Any) -> bool:
    if isinstance(label, (bool, np.bool_)):
        return False
    if isinstance(label, (int, np.integer)):
        return True
    if isinstance(label, (float, np.floating)):
        return bool(np.isfinite(label)) and float(label).is_integer()
    return isinstance(label, str) and bool(_YEAR_TEXT.fullmatch(label))
