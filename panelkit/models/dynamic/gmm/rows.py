"""The rows of dynamic GMM: levels, their transformation, and values of a column on the calendar of every unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.formula.arithmetic import Cells, Evaluator
from panelkit.formula.moment_nodes import GmmNode, MomentFormula
from panelkit.formula.tree import columns_of
from panelkit.kernels.deviations import first_differences, forward_deviations
from panelkit.kernels.identified import dependent_terms
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.dynamic.gmm.request import combined
from panelkit.models.reading import Frame, read_design
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

BoolArray = NDArray[np.bool_]
Transform = Literal["differences", "fod"]
INTERCEPT = "Intercept"


@dataclass(frozen=True, eq=False)
class Calendar(Brief):
    """Periods of all rows of the data as steps of one from `start`, `span` of them; rows outside the sample lend to "
    "lags."""

    start: int
    span: int


@dataclass(frozen=True, eq=False)
class DynamicRows(Brief):
    """Levels and their transformation, sorted by unit, then time.

    `y` (n,), `X` (n, k) with `names` are the levels of the complete rows, `periods` the names of period dummies;
    `instruments` (n, e) the columns of every iv(). `unit`, `when` (n,) are codes of unit and of the calendar.
    `moved` (n,) marks the rows that have a transformed one, `dated` (n,) the period from which lags of its instruments
    count: its own, or for forward deviations the next. `centres` (k + 1,) is what was subtracted from the columns of X
    and from y.
    """

    design: Design
    calendar: Calendar
    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    instruments: dict[str, FloatArray]
    unit: IntArray
    when: IntArray
    moved: BoolArray
    dated: IntArray
    transform: Transform
    periods: tuple[str, ...] = ()
    centres: FloatArray | None = None

    @property
    def period_group(self) -> str:
        """Return what the instruments that are period dummies are called."""
        return f"iv(C({self.design.time_names[0]}))"

    @property
    def n_units(self) -> int:
        """Return how many units have rows."""
        return len(self.design.unit_labels)

    def transformed(self, columns: FloatArray) -> FloatArray:
        """Return the transformation of columns (n, k) on the rows that have one, (m, k)."""
        if self.transform == "fod":
            return forward_deviations(columns, self.unit)[0][self.moved]
        return first_differences(columns, self.unit, self.when)[0][self.moved]

    def changes(self, columns: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Return first differences of columns (n, k), and which rows have one, whatever the transformation."""
        return first_differences(columns, self.unit, self.when)


def read_rows(
    asked: MomentFormula,
    frame: Frame,
    *,
    unit: str | None,
    time: str | None,
    where: str | None,
    extra: tuple[str, ...],
    transform: Transform,
    dummies: bool,
    system: bool,
) -> DynamicRows:
    """Read levels and instruments from a frame; a row enters if it holds every regressor and every term of iv().

    Raises
    ------
    DataError
        If no unit holds two rows that follow each other (a gap parts them), or fewer than two units do.
    """
    design = read_design(combined(asked), frame, unit=unit, time=time, where=where, extra=extra)
    held = Cells(frame.data, unit, time).panel.time_labels.astype(np.int64)
    calendar = Calendar(int(held[0]), int(held[-1] - held[0]) + 1)
    when = design.time_labels.astype(np.int64)[design.time] - calendar.start
    owners = dict(zip(design.terms, design.memory.owners, strict=True))
    mine = {term.key for term in asked.model.terms}
    kept = [j for j, name in enumerate(design.terms) if name != INTERCEPT and owners[name] in mine]
    X, names = design.X[:, kept], tuple(design.terms[j] for j in kept)
    columns = {
        node.label: design.X[
            :,
            [j for j, name in enumerate(design.terms) if name != INTERCEPT and owners[name] == node.term.key],
        ]
        for node in asked.iv
    }
    moved, dated = _moved(design.unit, when, transform)
    _refuse_short(design, moved, transform)
    rows = DynamicRows(
        design,
        calendar,
        design.y,
        np.ascontiguousarray(X),
        names,
        columns,
        design.unit,
        when,
        moved,
        dated,
        transform,
    )
    return _with_periods(rows, system=system) if dummies else rows


def _with_periods(rows: DynamicRows, *, system: bool) -> DynamicRows:
    """Return the rows with dummies of all periods but the first; without levels, those that changes tell apart."""
    made, periods = _dummies(rows.design)
    kept = np.arange(len(periods))
    if not system:
        moved = rows.transformed(made)
        kept = np.flatnonzero(moved.any(axis=0))
        kept = kept[~dependent_terms(moved[:, kept])]
    periods = tuple(periods[j] for j in kept)
    return replace(
        rows, X=np.column_stack([rows.X, made[:, kept]]), names=(*rows.names, *periods), periods=periods
    )


def on_calendar(
    node: GmmNode, rows: DynamicRows, frame: Frame, unit: str | None, time: str | None
) -> FloatArray:
    """Return an expression on the calendar of every unit of the rows, (N, span): missing where it is not held."""
    table = Cells(frame.data, unit, time)
    table.require(columns_of(node.factor.node))
    evaluator = Evaluator(table)
    values = evaluator.factor(node.factor)
    evaluator.finish()
    panel = table.panel
    place = {label: at for at, label in enumerate(rows.design.unit_labels)}
    code = np.array([place.get(label, -1) for label in panel.unit_labels], dtype=np.int64)[panel.unit]
    when = panel.time_labels.astype(np.int64)[panel.time] - rows.calendar.start
    out = np.full((rows.n_units, rows.calendar.span), np.nan)
    inside = code >= 0
    out[code[inside], when[inside]] = values[inside]
    return out


def _moved(unit: IntArray, when: IntArray, transform: Transform) -> tuple[BoolArray, IntArray]:
    nothing = np.empty((len(unit), 0))
    if transform == "fod":
        return forward_deviations(nothing, unit)[1], when + 1
    return first_differences(nothing, unit, when)[1], when


def _dummies(design: Design) -> tuple[FloatArray, tuple[str, ...]]:
    """Return dummies of all periods but the first, and their names."""
    name = design.time_names[0]
    periods = np.arange(1, len(design.time_labels))
    return (design.time[:, None] == periods).astype(float), tuple(
        f"C({name})[{design.time_labels[t]}]" for t in periods
    )


def _refuse_short(design: Design, moved: BoolArray, transform: Transform) -> None:
    units = np.unique(design.unit[moved])
    if len(units) >= 2:
        return
    said: Any = (
        message(
            "{count} of {total} units hold two complete rows in neighbouring {periods}, which changes "
            "need, of two units at least: fill the gaps, take fewer lags, or {transform}, which steps "
            "over gaps",
            transform=option("transform", "fod"),
            count=len(units),
            total=len(design.unit_labels),
        )
        if transform == "differences"
        else message(
            "{count} of {total} units hold two complete rows, which deviations need, of two units at least: take fewer "
            "lags, or more {periods} or units",
            count=len(units),
            total=len(design.unit_labels),
        )
    )
    raise DataError(design.spoken(said))
