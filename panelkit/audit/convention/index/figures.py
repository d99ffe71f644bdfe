"""The figures of an index: indicators by unit and period, which of them speak against, and what was stated."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.problem import Problem
from panelkit.formula.arithmetic import Cells
from panelkit.indices.arrays.checks import weights_of
from panelkit.indices.arrays.coupling import formula
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.models.reading import open_frame
from panelkit.show.brief import Brief

IntArray = NDArray[np.int64]
KNOWN = ("systems", "indicators", "negative", "weights", "system_weights", "shift", "form")
METHODS = ("entropy", "equal", "critic", "variation", "pca")


@dataclass(frozen=True, eq=False)
class Figures(Brief):
    """Complete rows (n, k) of the indicators, sorted by unit and period; labels of units and periods by code."""

    values: FloatArray
    unit: IntArray
    time: IntArray
    unit_labels: tuple[Hashable, ...]
    time_labels: tuple[Hashable, ...]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, eq=False)
class Stated(Brief):
    """What a paper states of its index.

    `systems` are the names with the places of their indicators; one whose score is a column of the figures is in
    `scored`. `sign` (k,) is -1 where less is better. `method` says how indicators are weighted, or `own` (k,) are the
    weights. `system_weights` (S,) enter T. `shift` is what is added before entropies.
    """

    indicators: tuple[str, ...]
    systems: Mapping[str, tuple[int, ...]]
    sign: FloatArray
    method: str
    own: FloatArray | None
    system_weights: FloatArray
    shift: float
    form: str
    scored: bool


def stated_of(problem: Problem, *, several: bool) -> Stated:
    """Return what was stated, checked.

    Parameters
    ----------
    several
        Whether there are systems to be coupled.

    Raises
    ------
    SpecError
        If indicators or systems are not stated, or a fact has no meaning.
    """
    facts = dict(problem.stated)
    unknown = [name for name in facts if name not in KNOWN]
    if unknown:
        raise SpecError(
            message("stated holds {unknown}: an index knows {known}", unknown=unknown, known=list(KNOWN))
        )
    systems = _systems(facts, several=several)
    indicators = tuple(dict.fromkeys(name for names in systems.values() for name in names))
    negative = _names(facts.get("negative", ()), "negative")
    lost = [name for name in negative if name not in indicators]
    if lost:
        raise SpecError(message("negative: {names} are no indicators", names=lost))
    places = {name: tuple(indicators.index(one) for one in names) for name, names in systems.items()}
    method, own = _weights(facts.get("weights", "entropy"), indicators)
    shift = facts.get("shift", 0.0)
    if isinstance(shift, bool) or not isinstance(shift, int | float) or not 0.0 <= shift < np.inf:
        raise SpecError(message("shift is a number from 0, not {shift!r}", shift=shift))
    return Stated(
        indicators=indicators,
        systems=places,
        sign=np.array([-1.0 if name in negative else 1.0 for name in indicators]),
        method=method,
        own=own,
        system_weights=weights_of(facts.get("system_weights"), len(systems), verbatim("system_weights")),
        shift=float(shift),
        form=_form(facts.get("form", "standard")),
        scored=all(isinstance(one, str) for one in _given(facts)),
    )


def _form(name: Any) -> str:
    formula(name)
    return str(name)


def _given(facts: Mapping[str, Any]) -> Sequence[Any]:
    systems = facts.get("systems")
    return list(systems.values()) if isinstance(systems, Mapping) else [()]


def _systems(facts: Mapping[str, Any], *, several: bool) -> dict[str, tuple[str, ...]]:
    if not several:
        if "indicators" not in facts:
            raise SpecError(
                message(
                    "the entropy family needs the indicators: stated={example}",
                    example='{"indicators": ["x1", "x2"]}',
                )
            )
        return {"": _names(facts["indicators"], "indicators")}
    systems = facts.get("systems")
    if not isinstance(systems, Mapping) or len(systems) < 2:
        raise SpecError(
            message(
                "the coupling family needs two systems or more: stated={example}, each a list of indicators, or the "
                "column that holds its score",
                example='{"systems": {"U1": ["x1", "x2"], "U2": ["x3"]}}',
            )
        )
    kinds = {isinstance(one, str) for one in systems.values()}
    if len(kinds) > 1:
        raise SpecError(message("systems are all lists of indicators, or all columns of scores"))
    return {
        str(name): (one,) if isinstance(one, str) else _names(one, str(name)) for name, one in systems.items()
    }


def _names(given: Any, what: str) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(one, str) for one in given):
        raise SpecError(message("{what} is a list of columns, not {given!r}", what=what, given=given))
    names = tuple(given)
    if len(set(names)) < len(names):
        raise SpecError(message("{what}: a column stands twice", what=what))
    return names


def _weights(given: Any, indicators: Sequence[str]) -> tuple[str, FloatArray | None]:
    if isinstance(given, Mapping):
        lost = [name for name in indicators if name not in given]
        if lost:
            raise SpecError(message("weights: none for {names}", names=lost))
        return "own", np.array([float(given[name]) for name in indicators])
    if given not in METHODS:
        raise SpecError(
            message(
                "weights are {methods} or a mapping of indicators to numbers, not {given!r}",
                methods=list(METHODS),
                given=given,
            )
        )
    return str(given), None


def figures_of(problem: Problem, indicators: Sequence[str]) -> Figures:
    """Return the complete rows of the indicators.

    Raises
    ------
    DataError
        If a column is missing or infinite, units and periods repeat, or no row is complete.
    """
    frame = open_frame(problem.data, problem.unit, problem.time)
    table = Cells(frame.data, problem.unit, problem.time)
    table.require(indicators)
    columns = np.column_stack([table.column(name) for name in indicators])
    if np.isinf(columns).any():
        names = [name for at, name in enumerate(indicators) if np.isinf(columns[:, at]).any()]
        raise DataError(
            message("infinite cells in {names}: correct those cells, or set them to missing", names=names)
        )
    panel = table.panel
    keep = ~np.isnan(columns).any(axis=1)
    if keep.sum() < 2:
        raise DataError(message("fewer than two rows hold all indicators"))
    at = np.flatnonzero(keep)
    at = at[np.lexsort((panel.time[at], panel.unit[at]))]
    notes = list(frame.notes)
    if not keep.all():
        notes.append(message("{n} rows without all indicators are left out", n=int((~keep).sum())))
    return Figures(
        np.ascontiguousarray(columns[at]),
        panel.unit[at],
        panel.time[at],
        tuple(panel.unit_labels.tolist()),
        tuple(panel.time_labels.tolist()),
        tuple(dict.fromkeys(notes)),
    )
