"""The columns of a search on the sorted rows of the panel, worked out once for every recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.audit.convention.linear.plans import Recipe
from panelkit.audit.convention.linear.terms import FILLED, OUTCOME, Piece, Question, rewritten
from panelkit.formula.arithmetic import Cells, Evaluator
from panelkit.formula.tree import Node
from panelkit.kernels.index import Array, PanelIndex
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, listed, message
from panelkit.models.reading import Frame, open_frame
from panelkit.show.brief import Brief

BY_LABEL, BY_APPEARANCE, BY_CODE, BY_PERIOD = "label", "appearance", "code", "period"


@dataclass(frozen=True, eq=False)
class Made(Brief):
    """The columns of one recipe: `pieces` (n,) by tree, `complete` (n,) where the outcome and a term are whole."""

    outcome: FloatArray
    pieces: Mapping[tuple[str, int], FloatArray]
    whole: Mapping[str, NDArray[np.bool_]]
    markers: Mapping[tuple[str, int], str]


@dataclass(frozen=True, eq=False)
class Pool(Brief):
    """The figures of a search, by version, sorted by unit and period; `panel` is that of the first.

    `given` is the first version as it came; `orders` are the rows (n,) in other orders in which tables lie.
    """

    question: Question
    given: Cells
    tables: Mapping[str, Cells]
    above: Mapping[str, Cells]
    panel: PanelIndex
    rows: IntArray
    orders: Mapping[str, IntArray]
    notes: tuple[Message, ...] = ()
    _made: dict[Recipe, Made] = field(default_factory=dict, repr=False)
    _values: dict[tuple[str, bool, Node], FloatArray] = field(default_factory=dict, repr=False)

    @property
    def unit(self) -> IntArray:
        """Return the unit codes of the sorted rows."""
        return self.panel.unit[self.rows]

    @property
    def time(self) -> IntArray:
        """Return the period codes of the sorted rows."""
        return self.panel.time[self.rows]

    def made(self, recipe: Recipe) -> Made:
        """Return the columns of a recipe."""
        if recipe not in self._made:
            self._made[recipe] = self._make(recipe)
        return self._made[recipe]

    def _make(self, recipe: Recipe) -> Made:
        question = self.question
        y = rewritten(question.outcome, recipe, toggled=OUTCOME in recipe.logs, lagged=False)
        outcome = self._column(y, recipe)
        pieces, whole, markers = {}, {}, {}
        for term in question.regressors:
            complete = np.ones(len(self.rows), dtype=bool)
            for at, piece in enumerate(term.pieces):
                lagged = not recipe.lagged or term.label in recipe.lagged
                changed = rewritten(piece, recipe, toggled=term.label in recipe.logs, lagged=lagged)
                column = self._moved(self._column(changed, recipe), recipe.orders)
                pieces[term.label, at], markers[term.label, at] = column, piece.marker
                complete &= ~np.isnan(column)
            whole[term.label] = complete & ~np.isnan(outcome)
        return Made(outcome, pieces, whole, markers)

    def _column(self, piece: Piece, recipe: Recipe) -> FloatArray:
        version = recipe.version or next(iter(self.tables))
        key = (version, recipe.above, piece.node)
        if key not in self._values:
            table = self.above[version] if recipe.above else self.tables[version]
            value = np.broadcast_to(Evaluator(table).value(piece.node), (len(table),))
            self._values[key] = np.asarray(value, dtype=np.float64)[self.rows]
        return self._values[key]

    def _moved(self, column: FloatArray, orders: tuple[str, str]) -> FloatArray:
        """Return a regressor laid beside the outcome by position, where both stood in different orders."""
        if orders == ("", ""):
            return column
        moved = np.empty_like(column)
        moved[self.orders[orders[0]]] = column[self.orders[orders[1]]]
        return moved


def pool_of(question: Question, versions: Mapping[str, object], unit: str | None, time: str | None) -> Pool:
    """Read the figures of a search.

    Raises
    ------
    DataError
        If a column is missing, no number or infinite, units and periods repeat, or versions have other rows.
    """
    tables, notes = {}, []
    for name, data in versions.items():
        frame: Frame = open_frame(data, unit, time)
        tables[name] = table = Cells(frame.data, unit, time)
        table.require(question.columns)
        _refuse_infinite(table, question)
        notes += list(frame.notes)
    first = next(iter(tables.values()))
    panel = first.panel
    rows = np.arange(len(first)) if panel.order is None else panel.order
    tables = {name: _filled(_aligned(name, table, first), question) for name, table in tables.items()}
    above = {name: _row_above(table, rows) for name, table in tables.items()}
    return Pool(
        question,
        first,
        tables,
        above,
        panel,
        rows,
        _orders(panel, rows),
        (*dict.fromkeys(notes), *_undefined(question, first)),
    )


def _refuse_infinite(table: Cells, question: Question) -> None:
    infinite = [name for name in question.columns if bool(np.isinf(table.column(name)).any())]
    if infinite:
        places = [
            message("`{name}` in {place}", name=name, place=table.where(np.isinf(table.column(name))))
            for name in infinite
        ]
        raise DataError(
            message(
                "infinite cells: {places}: correct those cells, or set them to missing", places=listed(places)
            )
        )


def _undefined(question: Question, table: Cells) -> tuple[Message, ...]:
    """Say which rows the stated regression loses because a function is not defined there."""
    evaluator = Evaluator(table)
    for piece in (question.outcome, *(piece for one in question.regressors for piece in one.pieces)):
        evaluator.value(piece.node)
    found = {
        message(
            "`{label}`: {seen} in {n} rows, which leave",
            label=one.label,
            seen=one.seen,
            n=int(one.rows.sum()),
        ): None
        for one in evaluator.problems
        if one.label and one.rows.any()
    }
    return tuple(found)


def _aligned(name: str, table: Cells, first: Cells) -> Cells:
    """Return a version of the figures on the rows of the first."""
    if table is first:
        return table
    own, other = first.panel, table.panel
    keys = [
        pd.MultiIndex.from_arrays([one.unit_labels[one.unit], one.time_labels[one.time]])
        for one in (own, other)
    ]
    at = keys[1].get_indexer(keys[0])
    if (at < 0).any() or len(keys[1]) != len(keys[0]):
        raise DataError(
            message(
                "figures {name!r} do not hold the rows of the first version: give every version the same units and "
                "{periods}",
                name=name,
            ).spoken(*own.levels)
        )
    frame = table.frame.iloc[at]
    return Cells(frame, table.unit, table.time)


def _filled(table: Cells, question: Question) -> Cells:
    """Return the table with every column also as it is with its zeros set to one."""
    for name in question.columns:
        column = table.column(name)
        table = table.reading([name + FILLED], np.where(column == 0.0, 1.0, column))
    return table


def _row_above(table: Cells, rows: IntArray) -> Cells:
    """Return the table as if all rows were one unit: a lag reads the row above."""
    other = table.reading([], np.empty(0))
    place = np.empty(len(rows), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    other.__dict__["panel"] = PanelIndex(
        np.zeros(len(rows), dtype=np.int64),
        place,
        np.array(["all"]),
        np.arange(len(rows)),
        table.panel.levels,
    )
    return other


def _orders(panel: PanelIndex, rows: IntArray) -> Mapping[str, IntArray]:
    """Return the sorted rows in the orders in which tables lie, those that differ."""
    from panelkit.data.provinces import lookup_many

    unit, time = panel.unit[rows], panel.time[rows]
    seen = np.unique(panel.unit, return_index=True)[1]
    ranks: dict[str, Array] = {BY_LABEL: np.arange(len(panel.unit_labels)), BY_APPEARANCE: _rank(seen)}
    places = lookup_many(list(panel.unit_labels))
    if all(place is not None for place in places):
        ranks[BY_CODE] = _rank(np.array([place.adcode for place in places if place is not None]))
    orders = {name: np.lexsort((time, rank[unit])) for name, rank in ranks.items()}
    orders[BY_PERIOD] = np.lexsort((unit, time))
    distinct: dict[bytes, str] = {}
    for name, order in orders.items():
        distinct.setdefault(order.tobytes(), name)
    return {name: orders[name] for name in distinct.values()}


def _rank(values: Array) -> Array:
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return rank
