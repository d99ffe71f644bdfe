"""What may differ from the stated regression, one axis a function: options, and what each changes of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.linear.plans import Axis, Choice, Plan
from panelkit.audit.convention.linear.pool import BY_APPEARANCE, BY_CODE, BY_LABEL, BY_PERIOD, Pool
from panelkit.audit.convention.linear.terms import lags_of
from panelkit.audit.convention.problem import Problem
from panelkit.formula.tree import calls_of
from panelkit.kernels.index import Array
from panelkit.kernels.within import IntArray
from panelkit.language.message import Message, message, verbatim
from panelkit.show.brief import Brief

FEWEST_PERIODS = 3
_SUBSETS = 6  # optional terms of which all subsets are tried; of more, each alone out or in, and none
_MUNICIPALITIES = (110000, 120000, 310000, 500000)
_TIBET = 540000
_EFFECTS = {
    "twoway": message("unit and period effects"),
    "unit": message("unit effects"),
    "time": message("period effects"),
    "none": message("pooled"),
}
_ORDERS = {
    BY_LABEL: message("units sorted by name"),
    BY_APPEARANCE: message("units as the file lists them"),
    BY_CODE: message("provinces by their code"),
    BY_PERIOD: message("rows by period, then unit"),
}


@dataclass(frozen=True, eq=False)
class Ground(Brief):
    """What the axes stand on: the pool, the stated plan and its rows (n,), the search."""

    pool: Pool
    base: Plan
    rows: NDArray[np.bool_]
    problem: Problem


def effects_axis(ground: Ground) -> Axis:
    """Return the effects, those that are stated alone; none of them is a departure."""
    stated = ground.problem.effects
    names = [stated] if stated is not None else list(_EFFECTS)
    return tuple(
        Choice(Option("effects", name, _EFFECTS[name]), lambda plan, name=name: replace(plan, effects=name))  # type: ignore[misc]
        for name in names
    )


def departures(ground: Ground) -> tuple[Axis, ...]:
    """Return the axes along which a candidate may depart from what is stated, the stated choice not among them."""
    axes = (
        _windows,
        _units,
        _samples,
        _lags,
        _controls,
        _logs,
        _versions,
        _centring,
        _ordering,
        _rows,
        _splits,
    )
    found = (tuple(axis(ground)) for axis in axes)
    return tuple(axis for axis in found if axis)


def _windows(ground: Ground) -> Iterator[Choice]:
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


def _units(ground: Ground) -> Iterator[Choice]:
    if ground.problem.samples is not None:
        return
    held = np.unique(ground.pool.unit[ground.rows])
    labels = ground.pool.panel.unit_labels
    for said, codes in (*_named_groups(labels, held), *((_without([labels[at]]), (int(at),)) for at in held)):
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


def _without(names: Iterable[object]) -> Message:
    return message("without {names}", names=[verbatim(str(name)) for name in names])


def _samples(ground: Ground) -> Iterator[Choice]:
    for sample in ground.problem.samples or ():
        labels, times = ground.pool.panel.unit_labels, ground.pool.panel.time_labels
        codes = tuple(int(at) for name in sample.without_units for at in _places(name, labels))
        first, last = sample.years or (times[0], times[-1])
        inside = np.flatnonzero((times >= first) & (times <= last))
        window = (int(inside[0]), int(inside[-1])) if len(inside) else (0, -1)
        gone = tuple(int(at) for at in np.flatnonzero(np.isin(times, list(sample.without_years))))
        option = Option("sample", sample.name, verbatim(sample.name), 1)
        yield Choice(
            option,
            lambda plan, codes=codes, window=window, gone=gone: replace(  # type: ignore[misc]
                plan, without=codes, window=window, without_periods=gone
            ),
        )


def _places(name: object, labels: Array) -> IntArray:
    from panelkit.models.reading import namesakes

    own = np.array([label == name for label in labels], dtype=bool)
    others = None if own.any() else namesakes(str(name), labels)
    return np.flatnonzero(own if others is None else others)


def _lags(ground: Ground) -> Iterator[Choice]:
    question = ground.pool.question
    nodes = [piece.node for one in question.regressors for piece in one.pieces]
    wanted = tuple(dict.fromkeys(question.named.values()))
    steps = (1, 2) if ground.problem.lags is None else ground.problem.lags
    for step in (one for one in steps if one):
        said = message("all regressors {n} periods earlier", n=step)
        yield _lag_choice(f"all {step}", said, step, ())
        if len(question.regressors) > 1:
            for label in wanted if len(wanted) <= _SUBSETS else ():
                said = message("`{term}` {n} periods earlier", term=label, n=step)
                yield _lag_choice(f"{label} {step}", said, step, (label,))
    longest = max((lags_of(node) for node in nodes), default=0)
    if longest and ground.problem.lags is None:
        lagged = tuple(
            one.label for one in question.regressors if any(lags_of(piece.node) for piece in one.pieces)
        )
        yield _lag_choice("not lagged", message("lagged regressors in their own period"), -longest, lagged)
    if longest or any(name in ("lag", "diff") for node in nodes for name in calls_of(node)):
        said = message("lags taken from the row above, across units")
        yield Choice(
            Option("mistake", "lag of the row above", said, 1, mistake=True),
            lambda plan: replace(plan, recipe=replace(plan.recipe, above=True)),
        )


def _lag_choice(key: str, said: Message, step: int, lagged: tuple[str, ...]) -> Choice:
    return Choice(
        Option("lag", key, said, 1),
        lambda plan: replace(plan, recipe=replace(plan.recipe, lag=step, lagged=lagged)),
    )


def _controls(ground: Ground) -> Iterator[Choice]:
    optional, stated = ground.pool.question.optional, ground.base.controls
    sets = [one for size in range(len(optional) + 1) for one in combinations(optional, size)]
    if len(optional) > _SUBSETS:
        moved = [tuple(x for x in optional if (x in stated) != (x == one)) for one in optional]
        sets = [(), *moved]
    for chosen in sets:
        if set(chosen) != set(stated):
            said = (
                message("controls {terms}", terms=[f"`{one}`" for one in chosen])
                if chosen
                else message("no controls")
            )
            option = Option("controls", " + ".join(chosen) or "none", said, 1)
            yield Choice(option, lambda plan, chosen=chosen: replace(plan, controls=chosen))  # type: ignore[misc]


def _logs(ground: Ground) -> Iterator[Choice]:
    who = {
        "outcome": message("logarithm of the outcome taken, or taken off"),
        "regressors": message("logarithms of the regressors taken, or taken off"),
        "all": message("all logarithms taken, or taken off"),
    }
    for key, said in who.items():
        yield Choice(
            Option("logs", key, said, 1),
            lambda plan, key=key: replace(plan, recipe=replace(plan.recipe, logs=key)),  # type: ignore[misc]
        )
    question = ground.pool.question
    nodes = [question.outcome.node, *(piece.node for one in question.regressors for piece in one.pieces)]
    if not any(name == "log" for node in nodes for name in calls_of(node)):
        return
    yield Choice(
        Option("mistake", "log(1 + x)", message("log(1 + x) in the place of log(x)"), 1, mistake=True),
        lambda plan: replace(plan, recipe=replace(plan.recipe, zeros="log1p")),
    )
    if any(
        bool((table.column(name) == 0.0).any())
        for table in ground.pool.tables.values()
        for name in question.columns
    ):
        yield Choice(
            Option(
                "mistake", "zeros filled", message("zeros set to one before the logarithm"), 1, mistake=True
            ),
            lambda plan: replace(plan, recipe=replace(plan.recipe, zeros="filled")),
        )


def _versions(ground: Ground) -> Iterator[Choice]:
    for name in list(ground.pool.tables)[1:]:
        yield Choice(
            Option("figures", name, message("figures {name}", name=verbatim(name)), 1),
            lambda plan, name=name: replace(plan, recipe=replace(plan.recipe, version=name)),  # type: ignore[misc]
        )


def _centring(ground: Ground) -> Iterator[Choice]:
    products = [one for one in ground.pool.question.regressors if len(one.pieces) > 1]
    if not products:
        return
    marked = any(piece.marker for one in products for piece in one.pieces)
    if marked:
        said = message("products of factors that are not centred")
        option = Option("mistake", "uncentred product", said, 1, mistake=True)
        yield Choice(option, lambda plan: replace(plan, centred="none"))
    else:
        option = Option("centring", "centred product", message("products of centred factors"), 1)
        yield Choice(option, lambda plan: replace(plan, centred="all"))


def _ordering(ground: Ground) -> Iterator[Choice]:
    for own, other in permutations(ground.pool.orders, 2):
        said = message(
            "outcome and regressors side by side by position: outcome with {own}, regressors with {other}",
            own=_ORDERS[own],
            other=_ORDERS[other],
        )
        option = Option("mistake", f"order {own}/{other}", said, 1, mistake=True)
        yield Choice(
            option,
            lambda plan, pair=(own, other): replace(plan, recipe=replace(plan.recipe, orders=pair)),  # type: ignore[misc]
        )


def _rows(ground: Ground) -> Iterator[Choice]:
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


def _splits(ground: Ground) -> Iterator[Choice]:
    """Yield every unit that goes by another name from some period on, where two periods are left on either side."""
    unit, time = ground.pool.unit[ground.rows], ground.pool.time[ground.rows]
    labels, times = ground.pool.panel.unit_labels, ground.pool.panel.time_labels
    for code in np.unique(unit):
        held = np.unique(time[unit == code])
        for since in held[2:-1]:
            said = message(
                "{name} as two units, under another name since {since}",
                name=verbatim(str(labels[code])),
                since=str(times[since]),
            )
            option = Option("mistake", f"two names, {labels[code]} {times[since]}", said, 2, mistake=True)
            yield Choice(option, lambda plan, split=(int(code), int(since)): replace(plan, split=split))  # type: ignore[misc]
