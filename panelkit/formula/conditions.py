"""Conditions on rows, such as `year >= 2011 & province != "西藏"`, worked out on a frame.

A side of a comparison is arithmetic of the formula gate, lags included; text in quotes is compared with a column.
A row whose condition is missing is neither in nor out: it is told apart.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.formula.arithmetic import ArithmeticProblem, Cells, Evaluator
from panelkit.formula.condition_grammar import (
    Among,
    Both,
    Compare,
    Condition,
    Either,
    Not,
    QuotedText,
    check_where,
    columns_in,
    parse_condition,
)
from panelkit.formula.tree import Column, Negate, Node, Number
from panelkit.kernels.index import SHOWN, Array, factorised, listed
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import Message, lines, message
from panelkit.show.brief import Brief

__all__ = ["Namesakes", "Truth", "check_where", "hold", "parse_condition"]

_NUMERIC: dict[str, Callable[[Array, Array], Array]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
Namesakes = Callable[[str, Array], "Array | None"]


@dataclass(frozen=True, eq=False)
class Truth(Brief):
    """Where a condition holds and where it does not, (n,) bool each; neither where its cells are missing."""

    yes: Array
    no: Array


def hold(
    where: str,
    table: Cells,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    namesakes: Namesakes | None = None,
) -> Truth:
    """Work out where a condition holds on the rows of a table, lags read from all of them.

    Parameters
    ----------
    names
        What the unit and the time are called; they read as the panel's own labels.
    namesakes
        Marks the labels that a text means beyond its own spelling (names of provinces), or None.

    Raises
    ------
    DataError
        If a column is not held, a text or a unit or year is one that no row holds, or a function meets a value that
        it is not defined for.
    """
    condition = parse_condition(where)
    panel = table.panel
    read = table.reading(names[1], panel.time_labels.astype(np.float64)[panel.time])
    absent = [name for name in columns_in(condition) if name not in (*names[0], *names[1])]
    try:
        read.require(absent)
    except DataError as error:
        raise DataError(
            message(
                'where `{where}`: {problem} Text stands in quotes, `province == "西藏"`.',
                where=where,
                problem=error.said,
            )
        ) from None
    worked = _Worked(read, names, namesakes)
    try:
        truth = worked.truth(condition, np.ones(len(table), dtype=bool))
        worked.evaluator.finish()
    except PanelkitError as error:
        raise type(error)(_in_condition(where, error.said)) from None
    if worked.unknown:
        raise DataError(lines(_in_condition(where, problem) for problem in worked.unknown))
    return truth


def _in_condition(where: str, problem: str) -> Message:
    return message("where `{where}`: {problem}", where=where, problem=problem)


class _Worked:
    """One condition on one table."""

    def __init__(
        self,
        table: Cells,
        names: tuple[tuple[str, ...], tuple[str, ...]],
        namesakes: Namesakes | None,
    ) -> None:
        self.table, self.names, self.namesakes = table, names, namesakes
        self.evaluator = Evaluator(table)
        self.unknown: list[Message] = []
        self._labels: dict[str, tuple[Array, Array]] = {}

    def truth(self, condition: Condition, alive: Array) -> Truth:
        """Return where it holds; `alive` marks the rows that an earlier part of `&` or `|` has left open."""
        match condition:
            case Not(inner):
                found = self.truth(inner, alive)
                return Truth(found.no, found.yes)
            case Both(parts):
                return self._both(parts, alive)
            case Either(parts):
                opposite = self.truth(Both(tuple(Not(part) for part in parts)), alive)
                return Truth(opposite.no, opposite.yes)
            case Among(left, values):
                return self._among(left, values, alive)
            case Compare(operator, left, right):
                return self._compare(operator, left, right, alive)

    def _both(self, parts: tuple[Condition, ...], alive: Array) -> Truth:
        """Return where all hold; where one does not, problems of the others, on either side of it, do not matter."""
        problems, yes, no = self.evaluator.problems, np.ones_like(alive), np.zeros_like(alive)
        first = len(problems)
        for part in parts:
            before = len(problems)
            found = self.truth(part, alive & ~no)
            if found.no.any():
                problems[first:before] = [_among(problem, ~found.no) for problem in problems[first:before]]
            yes, no = yes & found.yes, no | found.no
        return Truth(yes, no)

    def _compare(
        self, operator: str, left: Node | QuotedText, right: Node | QuotedText, alive: Array
    ) -> Truth:
        if isinstance(left, QuotedText):
            left, right = right, left
        if isinstance(right, QuotedText):
            found = self._matching(left, (right.value,), alive)
        elif operator in ("==", "!=") and (pair := self._label_and_number(left, right)) is not None:
            found = self._matching(pair[0], (pair[1],), alive)
        else:
            a, b = self._numbers(left, alive), self._numbers(right, alive)
            known = ~(np.isnan(a) | np.isnan(b))
            holds = _NUMERIC[operator](a, b)
            return Truth(known & holds, known & ~holds)
        return found if operator == "==" else Truth(found.no, found.yes)

    def _among(self, left: Node, values: tuple[float | str, ...], alive: Array) -> Truth:
        if isinstance(left, Column) and (
            self._is_label(left) or any(isinstance(value, str) for value in values)
        ):
            return self._matching(left, values, alive)
        if any(isinstance(value, str) for value in values):
            raise DataError(
                message(
                    "text in a list is compared with a column, not with arithmetic",
                )
            )
        a = self._numbers(left, alive)
        known = ~np.isnan(a)
        holds = np.isin(a, [float(value) for value in values])
        return Truth(known & holds, known & ~holds)

    def _numbers(self, node: Any, alive: Array) -> Array:
        before = len(self.evaluator.problems)
        if (
            isinstance(node, Column)
            and node.name in self.names[0]
            and node.name not in self.table.frame.columns
        ):
            values: Array = pd.to_numeric(pd.Series(self._unit_labels()), errors="coerce").to_numpy(
                np.float64
            )
            if np.isnan(values).any():
                raise DataError(
                    message(
                        "`{name}` holds names: compare it with text in quotes",
                        name=node.name,
                    )
                )
            return values[self.table.panel.unit]
        if isinstance(node, Column) and self._holds_text(node):
            if self.table.raw(node.name).dtype.kind == "M":
                raise DataError(
                    message(
                        "`{name}` holds dates: make a column of numbers of them, "
                        "`data['{name}'].dt.year`, or compare a date with text in quotes by `==`, `!=` or `in`",
                        name=node.name,
                    )
                )
            raise DataError(
                message(
                    "`{name}` holds text: compare it with text in quotes by `==`, `!=` or `in`",
                    name=node.name,
                )
            )
        value = np.broadcast_to(self.evaluator.value(node), (len(self.table),))
        if not alive.all():
            problems = self.evaluator.problems
            problems[before:] = [_among(problem, alive) for problem in problems[before:]]
        return value

    def _is_label(self, node: Any) -> bool:
        return isinstance(node, Column) and node.name in (*self.names[0], *self.names[1])

    def _label_and_number(
        self, left: Node | QuotedText, right: Node | QuotedText
    ) -> tuple[Column, float] | None:
        """Return a column of labels (units, times, texts) and the number that it is compared with, if that is so."""
        for side, other in ((left, right), (right, left)):
            value = _constant(other)
            if (
                isinstance(side, Column)
                and value is not None
                and (self._is_label(side) or self._holds_text(side))
            ):
                return side, value
        return None

    def _holds_text(self, node: Column) -> bool:
        if node.name in self.names[1]:
            return False
        values = self.table.raw(node.name)
        if values.dtype != object:
            return not pd.api.types.is_numeric_dtype(values.dtype)
        return any(isinstance(cell, str) for cell in values)

    def _unit_labels(self) -> Array:
        return self.table.panel.unit_labels

    def _column_labels(self, name: str) -> tuple[Array, Array]:
        """Return codes (n,), -1 where missing, and labels of a column."""
        if name not in self._labels:
            panel = self.table.panel
            if name in self.names[0]:
                found: tuple[Array, Any] = (panel.unit, panel.unit_labels)
            elif name in self.names[1]:
                found = (panel.time, panel.time_labels)
            else:
                found = factorised(self.table.raw(name))
            self._labels[name] = (found[0], np.asarray(list(found[1]), dtype=object))
        return self._labels[name]

    def _matching(self, left: Any, values: tuple[float | str, ...], alive: Array) -> Truth:
        codes, labels = self._column_labels(left.name)
        marked = np.zeros(len(labels) + 1, dtype=bool)
        for value in values:
            found = self._meant(value, labels)
            if not found.any():
                self.unknown.append(self._unheld(left.name, value, labels))
            marked[:-1] |= found
        known = codes >= 0
        return Truth(known & marked[codes], known & ~marked[codes])

    def _meant(self, value: float | str, labels: Array) -> Array:
        spelled = _spelled(value)
        found = np.array([_spelled(label) == spelled for label in labels], dtype=bool)
        if isinstance(value, str) and self.namesakes is not None:
            others = self.namesakes(value, labels)
            return found if others is None else found | others
        return found

    def _unheld(self, name: str, value: float | str, labels: Array) -> Message:
        held = sorted({_spelled(label) for label in labels})
        near = _near(_spelled(value), held)
        shown = repr(value) if isinstance(value, str) else f"{value:g}"
        some = listed(held[:SHOWN], len(held))
        if near:
            return message(
                "no row of `{name}` holds {shown} (near: {near}). It holds {held}.",
                name=name,
                shown=shown,
                near=near,
                held=some,
            )
        return message(
            "no row of `{name}` holds {shown}. It holds {held}.", name=name, shown=shown, held=some
        )


def _near(value: str, held: list[str]) -> list[str]:
    """Return the labels that a text may have meant: alike as a whole, or as far as the text goes (西臧, 西藏自治区)."""
    starts = {label[: len(value)]: label for label in reversed(held)}
    near = [
        *difflib.get_close_matches(value, held, n=3, cutoff=0.5),
        *(starts[start] for start in difflib.get_close_matches(value, list(starts), n=3, cutoff=0.5)),
    ]
    return list(dict.fromkeys(near))[:4]


def _among(problem: ArithmeticProblem, rows: Array) -> ArithmeticProblem:
    """Return a problem that only these of the rows that ask for it meet."""
    return replace(problem, among=rows if problem.among is None else problem.among & rows)


def _constant(node: Node | QuotedText) -> float | None:
    match node:
        case Number(value):
            return value
        case Negate(Number(value)):
            return -value
    return None


def _spelled(label: Any) -> str:
    """Spell a label so that 2011, 2011.0 and "2011" are one."""
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    if isinstance(label, pd.Timestamp) and label == label.normalize():
        return label.date().isoformat()
    return str(label).strip()
