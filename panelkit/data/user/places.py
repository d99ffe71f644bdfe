"""One province, one name in a user's own panel: spellings joined, totals and regions set apart, both said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.provinces import Place
from panelkit.data.unit_names import (
    CITIES_OF_THE_SAME_NAME,
    MUNICIPALITIES,
    is_number,
    near_provinces,
    places_of,
)
from panelkit.data.wording import alternatives, first_of, together
from panelkit.kernels.index import SHOWN, factorised, level_places
from panelkit.language.errors import DataError
from panelkit.language.message import Joined, Message, counted, message

MOST_NAMES = 5_000  # panels of more units are firms, villages or persons
SMALLEST_CODE, LARGEST_CODE = 100_000, 999_999
UNKNOWN_SHARE = 4  # names that are no place: at most one to so many provinces

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class _Units:
    """Who is who: (n,) codes, -1 where missing, the labels in use, and where in the frame the names stand."""

    codes: Array
    labels: list[Any]
    column: str | None
    level: int | None


def provincial_rows(
    data: pd.DataFrame, unit: str | None = None, time: str | None = None
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return the rows of provinces, each under one name, and what was joined or set apart, as notes.

    A frame is a provincial panel when its units are provinces in any spelling, the nation, totals or regions, with
    two provinces at least (a few unknown names may stand among many provinces; they stay, and are named). Spellings
    of one province become the most frequent one; the nation, regions, totals, Hong Kong, Macau and Taiwan leave.
    Any other frame, and one in which nothing changes, is returned as the same object; totals among cities are named.

    Raises
    ------
    DataError
        If one province-year is held under two spellings, or a panel of cities or firms holds one province or
        municipality under two names.
    """
    units = _units(data, unit)
    if units is None:
        return data, ()
    numbers = [is_number(label) for label in units.labels]
    places = places_of(units.labels)
    if not _is_provincial(places):
        if any(number and place is None for number, place in zip(numbers, places, strict=True)):
            return data, ()
        _refuse_twins(units.labels, places)
        return data, _totals_kept(units.labels, places)
    counts = np.bincount(units.codes[units.codes >= 0], minlength=len(units.labels))
    kept = _kept_spellings(units, places, counts)
    notes = [*_unknown(units.labels, places)]
    if any(kept[i] != i for i in range(len(kept))):
        _refuse_held_twice(data, time, units, kept)
        notes.insert(0, _joined(units.labels, kept))
        data = _renamed(data, units, kept)
    away = np.array([place is not None and place.kind != "province" for place in places])
    if away.any():
        notes.append(_set_apart(units.labels, counts, away))
        data = data[~away[units.codes] | (units.codes < 0)]
    return data, tuple(notes)


def _units(data: pd.DataFrame, unit: str | None) -> _Units | None:
    """Return the units of a frame, or None where there are none to read (the panel's own reader then says so)."""
    if len(data) == 0:
        return None
    index = data.index
    if unit is not None and unit in data.columns:
        if list(data.columns).count(unit) > 1:
            return None
        return None if _no_codes(data[unit]) else _used(*factorised(data[unit]), column=unit)
    if isinstance(index, pd.MultiIndex):
        if unit is not None and unit not in index.names:
            return None
        at = level_places(data)[0] if unit is None else list(index.names).index(unit)
        return _used(np.asarray(index.codes[at]), index.levels[at], level=at)
    if isinstance(index, pd.RangeIndex) or (unit is not None and unit != index.name):
        return None
    return _used(*factorised(index))


def _used(codes: Array, labels: Any, column: str | None = None, level: int | None = None) -> _Units | None:
    held = np.bincount(codes[codes >= 0], minlength=len(labels)) > 0
    if held.sum() > MOST_NAMES:
        return None
    if not held.all():
        codes = np.append(np.cumsum(held) - 1, -1)[codes]
    return _Units(codes, [labels[i] for i in np.flatnonzero(held)], column, level)


def _no_codes(values: pd.Series) -> bool:
    """Tell whether all of these whole numbers lie outside the range of six-digit codes, as numbers of firms do."""
    if not isinstance(values.dtype, np.dtype) or values.dtype.kind not in "iu":
        return False
    return bool(values.max() < SMALLEST_CODE or values.min() > LARGEST_CODE)


def _is_provincial(places: Sequence[Place | None]) -> bool:
    known = {place.adcode for place in places if place is not None and place.kind == "province"}
    unknown = sum(place is None for place in places)
    if unknown == 0:
        return len(known) >= 2
    return unknown * UNKNOWN_SHARE <= len(known) and not known <= MUNICIPALITIES


def _spellings(labels: Sequence[Any], places: Sequence[Place | None]) -> dict[int, list[int]]:
    """Return, by province that stands under several names, the positions of its labels."""
    by_code: dict[int, list[int]] = {}
    for at, place in enumerate(places):
        if place is not None and place.kind == "province":
            by_code.setdefault(place.adcode, []).append(at)
    return {code: found for code, found in by_code.items() if len(found) > 1}


def _refuse_twins(labels: Sequence[Any], places: Sequence[Place | None]) -> None:
    twins = [
        together(repr(labels[at]) for at in found)
        for code, found in _spellings(labels, places).items()
        if code not in CITIES_OF_THE_SAME_NAME
    ]
    if twins:
        raise DataError(
            message(
                "one place stands under two names among the units: {twins}. Each name would count as a "
                "unit of its own: rename one of them, so that every place is spelt in one way",
                twins=_first(twins),
            )
        )


def _totals_kept(labels: Sequence[Any], places: Sequence[Place | None]) -> tuple[Message, ...]:
    """Name what reads as a total among units of which some are provinces or municipalities."""
    held = {place.kind for place in places if place is not None}
    names = [
        str(label)
        for label, place in zip(labels, places, strict=True)
        if place is not None and place.kind in ("nation", "subtotal")
    ]
    if "province" not in held or not names:
        return ()
    return (
        message(
            "kept as units, though they read as totals or regions: {names}; take their rows out if they are",
            names=_first(names),
        ),
    )


def _kept_spellings(units: _Units, places: Sequence[Place | None], counts: Array) -> list[int]:
    """Return, for each label, the position of the label that it is joined to: the most frequent, then first seen."""
    kept = list(range(len(units.labels)))
    for found in _spellings(units.labels, places).values():
        first = {at: int(np.argmax(units.codes == at)) for at in found}
        best = min(found, key=lambda at: (-int(counts[at]), first[at]))
        for at in found:
            kept[at] = best
    return kept


def _refuse_held_twice(data: pd.DataFrame, time: str | None, units: _Units, kept: Sequence[int]) -> None:
    times = _times(data, time, units)
    if times is None:
        return
    several = np.array([sum(other == one for other in kept) > 1 for one in kept])
    rows = np.flatnonzero((units.codes >= 0) & several[units.codes])
    cells = pd.DataFrame(
        {"to": np.asarray(kept)[units.codes[rows]], "time": times[rows], "own": units.codes[rows]}
    ).drop_duplicates()
    double = cells[cells.duplicated(["to", "time"], keep=False)]
    if double.empty:
        return
    under: dict[tuple[int, Any], list[str]] = {}
    for to, when, own in double.itertuples(index=False, name=None):
        under.setdefault((to, when), []).append(repr(units.labels[own]))
    named = [
        message(
            "{name} {time} (as {names})",
            name=units.labels[to],
            time=when,
            names=Joined(names, {"en": " and as ", "zh": "、"}),
        )
        for (to, when), names in under.items()
    ]
    raise DataError(
        message(
            "one province under two names in the same year: {cells}. Keep one row of each province "
            "and year; if they are different places, rename one",
            cells=_first(named),
        )
    )


def _times(data: pd.DataFrame, time: str | None, units: _Units) -> Array | None:
    """Return the times as text, in one writing; one time for all where every unit has one row; None if unknown."""
    if time is not None and time in data.columns:
        values: Any = data[time]
    elif isinstance(data.index, pd.MultiIndex):
        at = list(data.index.names).index(time) if time in data.index.names and time is not None else None
        values = data.index.get_level_values(level_places(data)[1] if at is None else at)
    elif len(units.labels) == len(data):
        return np.zeros(len(data), dtype=np.int64)
    else:
        return None
    texts = pd.Series(np.asarray(values, dtype=object)).astype(str)
    return texts.str.strip().str.replace(r"(?:\.0+)?\s*年?$", "", regex=True).to_numpy(dtype=object)


def _renamed(data: pd.DataFrame, units: _Units, kept: Sequence[int]) -> pd.DataFrame:
    """Return the frame with one name a province, its column or index of the same type as before."""
    target = np.append(np.asarray(kept), -1)[units.codes]
    codes, first = np.unique(units.codes, return_index=True)
    row_of = dict(zip(codes.tolist(), first.tolist(), strict=True))
    take = np.arange(len(data))
    moved = np.flatnonzero(target != units.codes)
    take[moved] = [row_of[int(code)] for code in target[moved]]
    out = data.copy(deep=False)
    if units.column is not None:
        out[units.column] = data[units.column].iloc[take].set_axis(data.index)
    elif units.level is not None and isinstance(data.index, pd.MultiIndex):
        codes_now = np.asarray(data.index.codes[units.level])[take].tolist()
        out.index = data.index.set_codes(codes_now, level=units.level)
    else:
        out.index = data.index.take(take)
    out.attrs = _relabelled(data.attrs, {units.labels[i]: units.labels[to] for i, to in enumerate(kept)})
    return out


def _relabelled(attrs: dict[Any, Any], names: dict[Any, Any]) -> dict[Any, Any]:
    """Return the figures' facts with the flags under the names that the provinces now have."""
    facts = attrs.get("panelkit")
    if not isinstance(facts, dict) or not facts.get("flags"):
        return attrs
    flags = [
        {**flag, "label": names.get(flag["label"], flag["label"])} if "label" in flag else flag
        for flag in facts["flags"]
    ]
    return {**attrs, "panelkit": {**facts, "flags": flags}}


def _joined(labels: Sequence[Any], kept: Sequence[int]) -> Message:
    pairs = [(labels[at], labels[to]) for at, to in enumerate(kept) if to != at]
    joined = _first([message("{own} as {name}", own=own, name=name) for own, name in pairs])
    return message("names of one province joined: {joined}", joined=joined)


def _first(names: Sequence[str]) -> Message:
    return first_of(names, SHOWN, grouped=True)


def _set_apart(labels: Sequence[Any], counts: Array, away: Array) -> Message:
    found = [(label, int(rows)) for label, rows, apart in zip(labels, counts, away, strict=True) if apart]
    names = [counted("{name} ({n:,} row)", "{name} ({n:,} rows)", n=rows, name=name) for name, rows in found]
    return message("set apart, none of the 31 provinces: {names}", names=_first(names))


def _unknown(labels: Sequence[Any], places: Sequence[Place | None]) -> list[Message]:
    names = [str(label) for label, place in zip(labels, places, strict=True) if place is None]
    if not names:
        return []
    said = [
        message("{name} (did you mean {near}?)", name=name, near=alternatives(near))
        if (near := near_provinces(name))
        else name
        for name in names
    ]
    return [message("kept as units, though no known province: {names}", names=_first(said))]
