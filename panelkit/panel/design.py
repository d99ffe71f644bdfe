"""The design: one formula on one panel as sorted, complete, typed arrays.

Row order never matters: rows are sorted unit-major, then by time. Nothing is dropped silently: what left
the sample, and why, stands in `Design.dropped`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from panelkit.formula.absorbing import split_terms
from panelkit.formula.arithmetic import Cells, Evaluator
from panelkit.formula.conditions import Namesakes
from panelkit.formula.formula import Columns, Formula, as_formula, columns_on
from panelkit.formula.model_matrix import INTERCEPT, Memory
from panelkit.formula.tree import columns_of
from panelkit.kernels.index import SHOWN, Array, PanelIndex, dimension_names, listed, read_panel_index
from panelkit.kernels.interactions import Interactions
from panelkit.kernels.within import Effects, Layout
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.panel.leaving import dropped_rows, joined, nothing_dropped, reason_of, tally
from panelkit.panel.leaving import missing as missing_cells
from panelkit.panel.provenance import provenance_notes, refuse_breaks
from panelkit.panel.sample import (
    Asked,
    Policy,
    Settled,
    asked_rows,
    settle,
    where_note,
)
from panelkit.panel.weighting import Weighting, row_weights, weigh
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Design(Brief):
    """Sorted, complete arrays of one regression; n rows, k terms, N units, T times.

    y (n,) and X (n, k) are float64 (X in column order); unit and time (n,) are int64 codes into unit_labels
    (N,) and time_labels (T,), sorted unit-major, then by time, every code used. `extra` holds further
    columns (n,) by name. `dropped` has columns province, year, reason. `provenance`, a part of `notes`, says the
    vintages and flags of the figures. `interactions` are terms that are no columns, to be swept out beside the effects.
    `weights` (n,) are those of the rows as the user gave them, `weighting` says of what kind; y and X do not hold them.
    The arrays are read-only.
    """

    y: Array
    X: Array
    outcome: str
    terms: tuple[str, ...]
    unit: Array
    time: Array
    unit_labels: Array
    time_labels: Array
    extra: Mapping[str, Array]
    dropped: pd.DataFrame
    notes: tuple[Message, ...]
    has_intercept: bool
    provenance: tuple[Message, ...] = ()
    unit_names: tuple[str, ...] = ("province", "unit")
    time_names: tuple[str, ...] = ("year", "time")
    formula: Formula | None = None
    memory: Memory = field(default_factory=Memory, repr=False)
    interactions: Interactions | None = field(default=None, repr=False)
    weights: Array | None = field(default=None, repr=False)
    weighting: Weighting | None = None

    @property
    def layout(self) -> Layout:
        """Return where the rows stand, with the interactions that are swept beside the effects, and their weights."""
        return Layout(self.unit, self.time, self.interactions, row_weights(self.weights, self.weighting))

    @property
    def frequency(self) -> Array | None:
        """Return how many equal rows each stands for, (n,); None where each is one."""
        return self.weights if self.weighting is not None and self.weighting.kind == "fw" else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the fields, so that a design can travel to another process."""
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        return _restored, ({**values, "extra": dict(self.extra)},)

    def labels(self) -> pd.MultiIndex:
        """Return the (province, year) index of the rows."""
        levels: list[Any] = [pd.Index(self.unit_labels), pd.Index(self.time_labels)]
        codes: list[Any] = [self.unit, self.time]
        return pd.MultiIndex(levels=levels, codes=codes, names=["province", "year"])

    @property
    def level_names(self) -> tuple[str, str]:
        """Return what unit and time are called in the data."""
        return self.unit_names[0], self.time_names[0]

    def spoken(self, said: Message) -> Message:
        """Return a sentence about units and periods in the words of this panel."""
        return said.spoken(*self.level_names)

    def counts(self) -> dict[str, int | bool]:
        """Count rows, units and times, rows dropped, units seen once; say whether the panel is balanced."""
        n, n_units, n_periods = len(self.y), len(self.unit_labels), len(self.time_labels)
        per_unit = np.bincount(self.unit, minlength=n_units)
        return {
            "nobs": n,
            "n_units": n_units,
            "n_periods": n_periods,
            "n_terms": len(self.terms),
            "n_dropped": len(self.dropped),
            "n_singletons": int(np.sum(per_unit == 1)),
            "first_year": int(self.time_labels[0]),
            "last_year": int(self.time_labels[-1]),
            "balanced": n == n_units * n_periods,
        }

    def keep(self, rows: Array, reason: str) -> Design:
        """Return the design of the marked rows, (n,) bool; the others stand in `dropped` with the reason.

        Units and times that no row holds any more leave the labels.

        Raises
        ------
        DataError
            If no row is marked.
        """
        marked = np.asarray(rows, dtype=bool)
        if not marked.any():
            raise DataError(
                message("no row is left of {total:,}: {reason}", total=len(self.y), reason=reason)
            )
        if marked.all():
            return self
        unit, unit_labels = _renumbered(self.unit[marked], self.unit_labels)
        time, time_labels = _renumbered(self.time[marked], self.time_labels)
        gone = dropped_rows(
            self.unit_labels[self.unit[~marked]], self.time_labels[self.time[~marked]], reason_of(reason)
        )
        dropped = joined([self.dropped, gone])
        return replace(
            self,
            y=_sealed(self.y[marked]),
            X=_sealed(np.asfortranarray(self.X[marked])),
            unit=_sealed(unit),
            time=_sealed(time),
            unit_labels=unit_labels,
            time_labels=time_labels,
            extra=MappingProxyType({name: _sealed(values[marked]) for name, values in self.extra.items()}),
            interactions=None if self.interactions is None else self.interactions.at(marked),
            weights=None if self.weights is None else _sealed(self.weights[marked]),
            dropped=dropped,
            notes=(
                *self.notes,
                message(
                    "{gone:,} more rows left the sample: {reason}", gone=len(gone), reason=reason_of(reason)
                ),
            ),
        )

    def without_columns(self, gone: Array) -> Design:
        """Return the design without the marked columns, (k,) bool."""
        kept = np.flatnonzero(~np.asarray(gone, dtype=bool))
        terms = tuple(self.terms[j] for j in kept)
        memory = self.memory
        if len(memory.owners) == len(self.terms):
            memory = replace(
                memory,
                owners=tuple(memory.owners[j] for j in kept),
                bases=tuple(memory.bases[j] for j in kept),
            )
        return replace(
            self,
            X=_sealed(np.asfortranarray(self.X[:, kept])),
            terms=terms,
            memory=memory,
            has_intercept=self.has_intercept and INTERCEPT in terms,
        )

    def frame(self) -> pd.DataFrame:
        """Return outcome and terms as a frame on the (province, year) index."""
        data = np.column_stack([self.y, self.X])
        return pd.DataFrame(data, index=self.labels(), columns=pd.Index([self.outcome, *self.terms]))


def build_design(
    formula: str | Formula,
    data: pd.DataFrame,
    *,
    unit: str | None = None,
    time: str | None = None,
    extra: Sequence[str] = (),
    like: Design | None = None,
    where: str | None = None,
    years: Sequence[Hashable] | None = None,
    policies: Sequence[Policy] = (),
    namesakes: Namesakes | None = None,
    sweeping: Effects = "none",
    weighting: Weighting | None = None,
) -> Design:
    """Build the design of a formula on a panel.

    Parameters
    ----------
    formula
        Text, or a formula that passed the gate.
    data
        A frame with a (province, year) MultiIndex, or any frame with `unit=` and `time=`.
    extra
        Names of further columns or index levels to carry along (clusters, weights).
    like
        A design whose category levels and spline knots are used again on these data.
    where
        A condition on the rows that enter, such as `year >= 2011`; lags still read the other rows.
    years
        The only years whose rows enter; the others lend their values to lags, and do not count as dropped.
    policies
        Rules of the estimator about its rows (`core/sample.py`); means, quantiles and levels come after them.
    namesakes
        Marks the labels that a text in `where` means beyond its own spelling.
    sweeping
        The effects that the estimator sweeps out: slopes of units, and beside unit effects region-years, then are no
        columns but stand in `Design.interactions`, for an estimator that sweeps those too. "none": all terms are
        columns.
    weighting
        The weights of the rows; those of zero or without a value leave.

    Raises
    ------
    SpecError
        If the formula or the condition does not pass the gate.
    DataError
        If columns are missing, a weight is negative, units and years repeat, cells are not numbers, no complete row is
        left, or a series of ours changes its base inside the sample and was not asked for by name.
    """
    return build_with_lenders(
        formula,
        data,
        unit=unit,
        time=time,
        extra=extra,
        like=like,
        where=where,
        years=years,
        policies=policies,
        namesakes=namesakes,
        sweeping=sweeping,
        weighting=weighting,
    )[0]


def build_with_lenders(
    formula: str | Formula,
    data: pd.DataFrame,
    *,
    unit: str | None,
    time: str | None,
    extra: Sequence[str] = (),
    like: Design | None = None,
    where: str | None = None,
    years: Sequence[Hashable] | None = None,
    policies: Sequence[Policy] = (),
    namesakes: Namesakes | None = None,
    sweeping: Effects = "none",
    weighting: Weighting | None = None,
) -> tuple[Design, Array]:
    """Build a design as `build_design` does, and mark which of its rows (n,) decide; the others lend a level."""
    parsed = as_formula(formula)
    table = Cells(data, unit, time)
    data = table.frame
    panel = table.panel
    order = panel.order
    unit_names, time_names = dimension_names(data, unit, time)
    beside = [name for name in extra if name not in (*unit_names, *time_names)]
    table.require([*parsed.columns, *beside])
    asked = asked_rows(table, (unit_names, time_names), where, years, namesakes)
    weighed = None if weighting is None else weigh(weighting, table, _everyone(asked, len(data)).yes)
    frequency = None
    if weighed is not None:
        asked = _everyone(asked, len(data)).weighed(weighed)
        frequency = weighed.values if weighting is not None and weighting.kind == "fw" else None
    carried = {name: table.raw(name) for name in beside}
    absent = {name: np.asarray(pd.isna(values)) for name, values in carried.items()}
    also = None if not absent else ~np.logical_or.reduce(list(absent.values()))
    memory = None if like is None else _memory_of(like, parsed)
    total = len(data) if asked is None else asked.counted
    found: list[Settled] = []

    def choose(columns: Columns) -> Array:
        def missing(gone: Array) -> pd.DataFrame:
            return _dropped(columns, table, absent, order, gone)

        try:
            found.append(settle(panel, columns.complete, missing, asked, policies, frequency))
        except DataError as error:  # a policy knows codes only, not what the panel calls its units
            raise DataError(error.said.spoken(unit_names[0], time_names[0])) from None
        if len(found[0].rows) == 0:
            raise _nothing_left(found[0].dropped, total, panel)
        return found[0].deciding

    columns = columns_on(
        parsed, table, also, memory, asking=None if asked is None else asked.yes, choose=choose
    )
    if not found:
        raise _nothing_left(_dropped(columns, table, absent, order, ~columns.complete), total, panel)
    rows, dropped, inside = found[0].rows, found[0].dropped, found[0].deciding
    whole = len(rows) == len(data)
    if not whole or order is not None:
        order, inside = rows, inside[rows]
    sample = _sample(panel, order, complete=whole)
    refuse_breaks(data, parsed, sample)
    read = dict.fromkeys([*parsed.columns, *beside, *(() if weighting is None else weighting.columns)])
    origins = provenance_notes(data, read, parsed, sample)
    shown, interactions = parsed.terms, None
    if sweeping != "none" and any(len(term.factors) > 1 for term in parsed.terms):
        codes = (sample.unit, sample.time)
        shown, interactions = split_terms(parsed.terms, columns.taken(order), codes, sweeping)
    y, terms, X, made = columns.matrices(order, memory, shown)
    design = Design(
        y=_sealed(y if order is not None else y.copy()),
        X=_sealed(X),
        outcome=parsed.outcome,
        terms=terms,
        unit=_sealed(sample.unit),
        time=_sealed(sample.time),
        unit_labels=sample.unit_labels,
        time_labels=sample.time_labels,
        extra=MappingProxyType({name: _sealed(_carried(values, order)) for name, values in carried.items()}),
        dropped=dropped,
        notes=(*where_note(asked), *_notes(dropped, total), *origins),
        provenance=(*where_note(asked), *origins),
        has_intercept=parsed.has_intercept,
        unit_names=unit_names,
        time_names=time_names,
        formula=parsed,
        memory=made,
        interactions=interactions,
        weights=None if weighed is None else _sealed(_row_values(weighed.values, order)),
        weighting=weighting,
    )
    return design, inside


def _everyone(asked: Asked | None, n: int) -> Asked:
    """Return the rows that are asked for where a condition may ask for all, (n,)."""
    everyone = np.ones(n, dtype=bool)
    return Asked(everyone, ~everyone, ~everyone) if asked is None else asked


def _row_values(values: Array, order: Array | None) -> Array:
    return values.copy() if order is None else values[order]


def _nothing_left(dropped: pd.DataFrame, total: int, panel: PanelIndex) -> DataError:
    return DataError(
        message(
            "no complete row is left of {total:,}: {tally}. Check the {periods} asked for.",
            total=total,
            tally=tally(dropped),
        ).spoken(*panel.levels)
    )


def _restored(values: dict[str, Any]) -> Design:
    return Design(**{**values, "extra": MappingProxyType(values["extra"])})


def _memory_of(like: Design, formula: Formula) -> Memory:
    if like.formula != formula:
        raise SpecError(
            message(
                "`like` was made from `{other}`, not from `{formula}`: use the same formula",
                other=like.formula,
                formula=formula,
            )
        )
    return like.memory


def _sealed(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _carried(values: Any, order: Array | None) -> Array:
    array = np.array(values.to_numpy(), copy=order is None)
    return array if order is None else array[order]


def _sample(panel: PanelIndex, order: Array | None, *, complete: bool) -> PanelIndex:
    if order is None:
        return replace(panel, unit=panel.unit.copy(), time=panel.time.copy())
    unit, time = panel.unit[order], panel.time[order]
    if complete:
        return replace(panel, unit=unit, time=time)
    unit, unit_labels = _renumbered(unit, panel.unit_labels)
    time, time_labels = _renumbered(time, panel.time_labels)
    return PanelIndex(unit, time, unit_labels, time_labels, panel.levels)


def _renumbered(codes: Array, labels: Array) -> tuple[Array, Array]:
    used = np.zeros(len(labels), dtype=bool)
    used[codes] = True
    if used.all():
        return codes, labels
    return (np.cumsum(used) - 1)[codes], labels[used]


def _dropped(
    columns: Columns, table: Cells, absent: Mapping[str, Array], order: Array | None, gone: Array
) -> pd.DataFrame:
    """Say what the marked rows (n,) lack."""
    if not gone.any():
        return nothing_dropped()
    return _dropped_rows(table.panel, _missing_by_reason(columns, table, absent), gone, order)


def _missing_by_reason(columns: Columns, table: Cells, absent: Mapping[str, Array]) -> dict[str, Array]:
    raw = {name: np.asarray(pd.isna(table.raw(name))) for name in columns.formula.columns}
    reasons = dict(raw)
    factors = [columns.formula.left, *(factor for term in columns.formula.terms for factor in term.factors)]
    for factor in factors:
        if factor.kind == "category":
            continue
        value = columns.values.get(factor.label)
        lacks = np.isnan(value) if isinstance(value, np.ndarray) else Evaluator(table).missing(factor.node)
        rest = lacks & ~np.logical_or.reduce([raw[name] for name in columns_of(factor.node)])
        if bool(rest.any()):
            reasons[factor.label] = rest
    for name, mask in absent.items():
        reasons[name] = reasons[name] | mask if name in reasons else mask
    return reasons


def _notes(dropped: pd.DataFrame, total: int) -> tuple[Message, ...]:
    if len(dropped) == 0:
        return ()
    return (
        message(
            "{gone:,} of {total:,} rows left the sample: {tally}",
            gone=len(dropped),
            total=total,
            tally=tally(dropped),
        ),
    )


def design_from_arrays(
    y: Any,
    X: Any,
    unit: Any,
    time: Any,
    *,
    terms: Sequence[str] | None = None,
    outcome: str = "y",
    extra: Mapping[str, Any] | None = None,
) -> Design:
    """Build a design from arrays: y (n,), X (n, k) or (n,), unit (n,), time (n,), extra (n,) each.

    No intercept is added; a term called `Intercept` counts as one. Rows are sorted, and rows with a missing
    cell are dropped and recorded, as `build_design` does.

    Raises
    ------
    DataError
        If shapes disagree, units and years repeat, or cells are infinite or not numbers.
    """
    outcome_values = _numbers(y, outcome, 1)
    matrix = _numbers(X, "X", 2)
    names = tuple(terms) if terms is not None else tuple(f"x{at + 1}" for at in range(matrix.shape[1]))
    extras = {name: np.asarray(values) for name, values in (extra or {}).items()}
    _check_shapes(
        outcome_values, matrix, names, {"unit": np.asarray(unit), "time": np.asarray(time), **extras}
    )
    panel = read_panel_index(pd.DataFrame({"unit": unit, "time": time}), "unit", "time")
    order = panel.order
    missing = {outcome: np.isnan(outcome_values)}
    missing |= {name: np.isnan(matrix[:, at]) for at, name in enumerate(names)}
    missing |= {name: np.asarray(pd.isna(values)) for name, values in extras.items()}
    gone = np.logical_or.reduce(list(missing.values()))
    dropped = _dropped_rows(panel, missing, gone, order)
    if len(dropped):
        order = np.flatnonzero(~gone) if order is None else order[~gone[order]]
        if len(order) == 0:
            raise DataError(
                message(
                    "no complete row is left of {total:,}: {tally}", total=len(gone), tally=tally(dropped)
                )
            )
    sample = _sample(panel, order, complete=len(dropped) == 0)
    rows: Any = slice(None) if order is None else order
    return Design(
        y=_sealed(np.array(outcome_values[rows])),
        X=_sealed(np.array(matrix[rows], order="F")),
        outcome=outcome,
        terms=names,
        unit=_sealed(sample.unit),
        time=_sealed(sample.time),
        unit_labels=sample.unit_labels,
        time_labels=sample.time_labels,
        extra=MappingProxyType({name: _sealed(np.array(values[rows])) for name, values in extras.items()}),
        dropped=dropped,
        notes=_notes(dropped, len(gone)),
        has_intercept=INTERCEPT in names,
    )


def _numbers(values: Any, name: str, dimensions: int) -> Array:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            message("`{name}` is not numeric: {error}", name=name, error=verbatim(str(error)))
        ) from error
    if dimensions == 2 and array.ndim == 1:
        array = array[:, None]
    if array.ndim != dimensions:
        raise DataError(
            message(
                "`{name}` has {ndim} dimensions; {dimensions} are expected",
                name=name,
                ndim=array.ndim,
                dimensions=dimensions,
            )
        )
    infinite = np.argwhere(np.isinf(array))
    if len(infinite):
        raise DataError(
            message(
                "`{name}` is infinite at {places}",
                name=name,
                places=listed([str(tuple(map(int, at))) for at in infinite[:SHOWN]], len(infinite)),
            )
        )
    return array


def _check_shapes(y: Array, X: Array, terms: tuple[str, ...], others: Mapping[str, Array]) -> None:
    wrong = [
        message("`{name}` has {rows:,}", name=name, rows=len(values))
        for name, values in {"X": X, **others}.items()
        if len(values) != len(y)
    ]
    if wrong:
        raise DataError(message("y has {rows:,} rows, but {wrong}", rows=len(y), wrong=wrong))
    if len(terms) != X.shape[1] or len(set(terms)) < len(terms):
        raise SpecError(
            message(
                "X has {columns} columns and `terms` {names} different names: one name each",
                columns=X.shape[1],
                names=len(set(terms)),
            )
        )


def _dropped_rows(
    panel: PanelIndex, missing: Mapping[str, Array], gone: Array, order: Array | None
) -> pd.DataFrame:
    if not gone.any():
        return nothing_dropped()
    rows = np.flatnonzero(gone) if order is None else order[gone[order]]
    names = list(missing)
    marks = [missing[name][rows] for name in names]
    which, first = _patterns(marks)
    reasons = np.empty(len(first), dtype=object)
    reasons[:] = [
        missing_cells([name for name, mark in zip(names, marks, strict=True) if mark[at]]) for at in first
    ]
    return dropped_rows(
        panel.unit_labels[panel.unit[rows]], panel.time_labels[panel.time[rows]], reasons[which]
    )


def _patterns(marks: list[Array]) -> tuple[Array, Array]:
    """Number the different combinations of marks (n,), and return a row that shows each."""
    which = np.zeros(len(marks[0]), dtype=np.int64)
    for mark in marks:
        which, _ = pd.factorize(which * 2 + mark)
    return which, np.flatnonzero(np.diff(np.maximum.accumulate(which), prepend=-1))
