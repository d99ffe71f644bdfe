"""Rows that may differ from the stated ones: windows, units, samples, rows lost or twice, units of two names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.linear.ground import Ground
from panelkit.audit.convention.linear.plans import Choice
from panelkit.audit.convention.naming import said_units
from panelkit.kernels.index import Array
from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.studies.specification_curve.choices import Sample

FEWEST_PERIODS = 3
_MOST_UNITS, _MOST_ROWS = 400, 5_000  # of which each is left out, or lost, in turn
_MUNICIPALITIES = (110000, 120000, 310000, 500000)
_TIBET = 540000


def windows(ground: Ground) -> Iterator[Choice]:
    """Yield every shorter window of periods."""
    if ground.problem.samples is not None:
        return
    times = np.unique(ground.pool.time[ground.rows])
    labels = ground.pool.panel.time_labels
    for first in range(len(times)):
        for last in range(first + FEWEST_PERIODS - 1, len(times)):
            if last - first + 1 < len(times):
                ends = (int(times[first]), int(times[last]))
                said = message("{first} to {last}", first=str(labels[ends[0]]), last=str(labels[ends[1]]))
                option = Option("window", f"{labels[ends[0]]}-{labels[ends[1]]}", said, 1)
                yield Choice(option, lambda plan, ends=ends: replace(plan, window=ends))  # type: ignore[misc]


def units(ground: Ground) -> Iterator[Choice]:
    """Yield the groups of units that papers leave out, and every unit alone."""
    if ground.problem.samples is not None:
        return
    held = np.unique(ground.pool.unit[ground.rows])
    labels = ground.pool.panel.unit_labels
    alone = held if len(held) <= _MOST_UNITS else held[:0]
    said_by_unit = said_units(labels) if len(alone) else []
    for said, codes in (
        *_named_groups(labels, held),
        *((message("without {names}", names=[said_by_unit[at]]), (int(at),)) for at in alone),
    ):
        if 0 < len(codes) <= len(held) - 2:
            option = Option("units", "without " + ", ".join(str(labels[at]) for at in codes), said, 1)
            yield Choice(option, lambda plan, codes=codes: replace(plan, without=codes))  # type: ignore[misc]


def _named_groups(labels: Array, held: IntArray) -> list[tuple[Message, tuple[int, ...]]]:
    """Return the groups of provinces that papers leave out: the municipalities, those and Tibet."""
    from panelkit.data.provinces import lookup_many

    places = lookup_many(list(labels))
    codes = {place.adcode: at for at, place in enumerate(places) if place is not None and at in held}
    four = tuple(codes[code] for code in _MUNICIPALITIES if code in codes)
    if len(four) < len(_MUNICIPALITIES):
        return []
    found = [(message("without the four municipalities"), four)]
    if _TIBET in codes:
        found.append((message("without the four municipalities and Tibet"), (*four, codes[_TIBET])))
    return found


def too_large(ground: Ground) -> tuple[Message, ...]:
    """Say which single units or rows are not tried, because there are too many."""
    units, rows = len(np.unique(ground.pool.unit[ground.rows])), int(ground.rows.sum())
    found = []
    if units > _MOST_UNITS and ground.problem.samples is None:
        found.append(
            message(
                "{units:,} units are too many to leave out each in turn: name some in samples=", units=units
            )
        )
    if rows > _MOST_ROWS:
        found.append(
            message(
                "{rows:,} rows are too many to lose or repeat each in turn, and units to take for two",
                rows=rows,
            )
        )
    return tuple(found)


def samples(ground: Ground) -> Iterator[Choice]:
    """Yield the samples that the user names in their place."""
    for sample in ground.problem.samples or ():
        labels, times = ground.pool.panel.unit_labels, ground.pool.panel.time_labels
        codes = tuple(int(at) for name in sample.without_units for at in _places(sample, name, labels))
        first, last = sample.years or (times[0], times[-1])
        inside = np.flatnonzero((times >= first) & (times <= last))
        if len(inside) == 0:
            raise SpecError(
                message(
                    "sample `{name}` is of {first}-{last}, and the panel of {earliest}-{latest}",
                    name=sample.name,
                    first=first,
                    last=last,
                    earliest=int(times[0]),
                    latest=int(times[-1]),
                )
            )
        window = (int(inside[0]), int(inside[-1]))
        gone = tuple(int(at) for at in np.flatnonzero(np.isin(times, list(sample.without_years))))
        option = Option("sample", sample.name, verbatim(sample.name), 1)
        yield Choice(
            option,
            lambda plan, codes=codes, window=window, gone=gone: replace(  # type: ignore[misc]
                plan, without=codes, window=window, without_periods=gone
            ),
        )


def _places(sample: Sample, name: object, labels: Array) -> IntArray:
    """Return the units that a name of a sample means, every spelling of a province among them."""
    from panelkit.models.reading import namesakes

    own = np.array([label == name for label in labels], dtype=bool)
    others = None if own.any() else namesakes(str(name), labels)
    found = np.flatnonzero(own if others is None else others)
    if len(found) == 0:
        raise SpecError(
            message(
                "sample `{name}` leaves out {names}, which the panel lacks",
                name=sample.name,
                names=[str(name)],
            )
        )
    return found


def rows(ground: Ground) -> Iterator[Choice]:
    """Yield every row lost, and every row twice."""
    if int(ground.rows.sum()) > _MOST_ROWS:
        return
    panel = ground.pool.panel
    for how, template in (("dropped", "{place} lost"), ("doubled", "{place} twice")):
        for at in np.flatnonzero(ground.rows):
            place = verbatim(panel.place(int(ground.pool.rows[at])))
            said = (
                message("{place} lost", place=place)
                if how == "dropped"
                else message("{place} twice", place=place)
            )
            option = Option("mistake", f"row {template.format(place=place)}", said, 2, mistake=True)
            yield Choice(option, lambda plan, row=(how, int(at)): replace(plan, row=row))  # type: ignore[misc]


def splits(ground: Ground) -> Iterator[Choice]:
    """Yield every unit that goes by another name from some period on, where two periods are left on either side."""
    if int(ground.rows.sum()) > _MOST_ROWS:
        return
    unit, time = ground.pool.unit[ground.rows], ground.pool.time[ground.rows]
    names, times = said_units(ground.pool.panel.unit_labels), ground.pool.panel.time_labels
    labels = ground.pool.panel.unit_labels
    for code in np.unique(unit):
        held = np.unique(time[unit == code])
        for since in held[2:-1]:
            said = message(
                "{name} as two units, under another name since {since}",
                name=names[code],
                since=str(times[since]),
            )
            option = Option("mistake", f"two names, {labels[code]} {times[since]}", said, 2, mistake=True)
            yield Choice(option, lambda plan, split=(int(code), int(since)): replace(plan, split=split))  # type: ignore[misc]
