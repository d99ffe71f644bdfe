"""Conditions on rows, such as `year >= 2011 & province != "西藏"`: read through the gate, then worked out.

A side of a comparison is arithmetic of the formula gate, lags included; text in quotes is compared with a column.
A row whose condition is missing is neither in nor out: it is told apart.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, reduce
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from panelkit.core.arithmetic import BY_SAMPLE, Evaluator, Table
from panelkit.core.brief import Brief
from panelkit.core.errors import DataError, PanelkitError, SpecError
from panelkit.core.grammar import Parser
from panelkit.core.panel_index import SHOWN, Array, factorised, listed
from panelkit.core.tokens import refuse, tokenise
from panelkit.core.tree import Column, Negate, Node, Number, calls_of, columns_of

_NUMERIC: dict[str, Callable[[Array, Array], Array]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_ARITHMETIC = ("+", "-", "*", "/", "^")
Namesakes = Callable[[str, Array], "Array | None"]


@dataclass(frozen=True)
class Text:
    """Text in quotes."""

    value: str


@dataclass(frozen=True)
class Compare:
    """Two sides and the operator between them."""

    operator: str
    left: Node | Text
    right: Node | Text


@dataclass(frozen=True)
class Among:
    """A side and the values that it may take."""

    left: Node
    values: tuple[float | str, ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    inner: Condition


@dataclass(frozen=True)
class Both:
    """Conditions that all hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """Conditions of which one holds."""

    parts: tuple[Condition, ...]


Condition = Compare | Among | Not | Both | Either
_KINDS = (Compare, Among, Not, Both, Either)


class _Parser(Parser):
    """The grammar of conditions over that of arithmetic: `|`, then `&`, then `!`, then comparisons."""

    def __init__(self, text: str) -> None:
        super().__init__(text, tokenise(text, comparing=True))

    def refuse_here(self, remedy: str) -> NoReturn:
        token = self.token
        if token.text == "=":
            refuse(self.text, token.at, "`=`", "write `==` to compare")
        seen = "the condition ends here" if token.kind == "end" else f"`{token.text}` does not fit here"
        refuse(self.text, token.at, seen, remedy)

    def condition(self) -> Condition:
        """Read the whole text as one condition."""
        found = self.either()
        if self.token.kind != "end":
            self.refuse_here("comparisons are joined by `&` and `|`, with parentheses where they mix")
        if not isinstance(found, _KINDS):
            refuse(self.text, 0, "no comparison", 'write one, such as `year >= 2011` or `province != "西藏"`')
        return found

    def either(self) -> Any:
        return self._joined("|", self.both, Either)

    def both(self) -> Any:
        return self._joined("&", self.negation, Both)

    def _joined(self, operator: str, part: Callable[[], Any], kind: Any) -> Any:
        at = self.token.at
        parts = [part()]
        while self.at(operator):
            self.take()
            if self.at(operator):
                self.refuse_here(f"write a single `{operator}`")
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        if not all(isinstance(found, _KINDS) for found in parts):
            remedy = "write each side out, such as `treated == 1`; parentheses where `&` and `|` mix"
            refuse(self.text, at, f"`{operator}` joins conditions, and one side is none", remedy)
        return kind(tuple(parts))

    def negation(self) -> Any:
        if not self.at("!", "~"):
            return self.comparison()
        at = self.take().at
        self.enter()
        inner = self.negation()
        self.leave()
        if not isinstance(inner, _KINDS):
            refuse(
                self.text, at, "`!` before something that is no condition", "write `x != 1`, or `!(x == 1)`"
            )
        return Not(inner)

    def comparison(self) -> Any:
        at = self.token.at
        left = self.side()
        found: list[Condition] = []
        while True:
            negated = self.at("!") and self.tokens[self.position + 1].text == "in"
            if negated:
                self.take()
            if self.at("in"):
                self.take()
                member = Among(self._arithmetic(left, at), self._values())
                return self._all([*found, Not(member) if negated else member])
            if not self.at(*_NUMERIC):
                break
            operator = self.take().text
            start = self.token.at
            right = self.side()
            found.append(self._compared(operator, left, right, at, start))
            left, at = right, start
        if found:
            return self._all(found)
        if isinstance(left, Text):
            refuse(self.text, at, "text in quotes that is compared with nothing", 'write `column == "text"`')
        return left

    def _all(self, found: list[Condition]) -> Condition:
        return found[0] if len(found) == 1 else Both(tuple(found))

    def side(self) -> Any:
        if self.token.kind == "string":
            return Text(self.take().text)
        return self.sum()

    def primary(self) -> Any:
        if not self.at("("):
            return super().primary()
        before = self.tokens[self.position - 1].text if self.position else ""
        start = self.token.at
        self.enter()
        self.take()
        inner = self.either()
        self.expect(")", "close the parenthesis by `)`")
        self.leave()
        within = before in (*_ARITHMETIC, *_NUMERIC) or self.at(*_ARITHMETIC, *_NUMERIC, "in")
        if within and isinstance(inner, _KINDS):
            refuse(self.text, start, "a condition inside arithmetic", "join conditions by `&` and `|`")
        return inner

    def _compared(self, operator: str, left: Any, right: Any, at: int, start: int) -> Condition:
        for side, place in ((left, at), (right, start)):
            if not isinstance(side, Text):
                self._arithmetic(side, place)
        if isinstance(left, Text) or isinstance(right, Text):
            named = right if isinstance(left, Text) else left
            if not isinstance(named, Column):
                refuse(self.text, at, "text in quotes compared with arithmetic", "compare it with a column")
            if operator not in ("==", "!="):
                refuse(
                    self.text,
                    start,
                    f"text in quotes after `{operator}`",
                    "text is compared by `==`, `!=` or `in`",
                )
        return Compare(operator, left, right)

    def _arithmetic(self, side: Any, at: int) -> Node:
        if isinstance(side, Text):
            refuse(self.text, at, "text in quotes before `in`", "a column stands before `in`")
        if isinstance(side, _KINDS):
            refuse(self.text, at, "a condition inside a comparison", "join conditions by `&` and `|`")
        if _holds_condition(side):
            refuse(self.text, at, "a condition inside a function", "functions take columns and numbers")
        used = sorted(BY_SAMPLE & set(calls_of(side)))
        if used:
            refuse(
                self.text,
                at,
                f"`{used[0]}()` reads the sample that the condition makes",
                "compare the column itself with a number",
            )
        found: Node = side
        return found

    def _values(self) -> tuple[float | str, ...]:
        close = "]" if self.at("[") else ")"
        if not self.at("[", "("):
            self.refuse_here('a list of values is expected: `in ["北京", "上海"]`')
        self.take()
        values: list[float | str] = []
        while not self.at(close):
            if values:
                self.expect(",", "values of a list are parted by commas")
            if self.token.kind == "string":
                values.append(self.take().text)
                continue
            sign = -1.0 if self.at("-") else 1.0
            if self.at("-"):
                self.take()
            if self.token.kind != "number":
                self.refuse_here("a list holds numbers and text in quotes")
            values.append(sign * float(self.take().text))
        if not values:
            self.refuse_here("the list is empty: name at least one value")
        self.take()
        return tuple(values)


def _holds_condition(node: Any) -> bool:
    if isinstance(node, _KINDS):
        return True
    parts = [
        getattr(node, name)
        for name in ("argument", "operand", "base", "exponent", "first")
        if hasattr(node, name)
    ]
    parts += [part for _, part in getattr(node, "rest", ())]
    return any(_holds_condition(part) for part in parts)


@cache
def parse_condition(text: str) -> Condition:
    """Read a condition on rows.

    Raises
    ------
    SpecError
        If it is anything but comparisons of gated expressions; the message points at the place.
    """
    if not isinstance(text, str):
        raise SpecError(f"`where` is text such as `year >= 2011`, not {type(text).__name__}")
    if not text.strip():
        raise SpecError("`where` is empty: write a condition such as `year >= 2011`, or leave it out")
    try:
        return _Parser(text).condition()
    except SpecError as error:
        raise SpecError(str(error).replace("formula, position", "where, position", 1)) from None


def check_where(where: str | None) -> str | None:
    """Return the condition of a spec in one line, after the gate has read it; None stays None."""
    if where is None:
        return None
    if not isinstance(where, str):
        raise SpecError(f"`where` is text such as `year >= 2011`, not {type(where).__name__}")
    text = " ".join(where.split())
    parse_condition(text)
    return text


def columns_in(condition: Condition) -> tuple[str, ...]:
    """List the columns of a condition, each once."""
    found: list[str] = []
    for side in _sides(condition):
        if not isinstance(side, Text):
            found += columns_of(side)
    return tuple(dict.fromkeys(found))


def _sides(condition: Condition) -> list[Node | Text]:
    match condition:
        case Compare(_, left, right):
            return [left, right]
        case Among(left, _):
            return [left]
        case Not(inner):
            return _sides(inner)
        case Both(parts) | Either(parts):
            return [side for part in parts for side in _sides(part)]


@dataclass(frozen=True, eq=False)
class Truth(Brief):
    """Where a condition holds and where it does not, (n,) bool each; neither where its cells are missing."""

    yes: Array
    no: Array


def hold(
    where: str,
    table: Table,
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
        raise DataError(f'where `{where}`: {error} Text stands in quotes, `province == "西藏"`.') from None
    worked = _Worked(where, read, names, namesakes)
    try:
        truth = worked.truth(condition, np.ones(len(table), dtype=bool))
        worked.evaluator.finish()
    except PanelkitError as error:
        if str(error).startswith("where"):
            raise
        raise type(error)(f"where `{where}`: {error}") from None
    if worked.unknown:
        raise DataError("\n".join(worked.unknown))
    return truth


class _Worked:
    """One condition on one table."""

    def __init__(
        self,
        where: str,
        table: Table,
        names: tuple[tuple[str, ...], tuple[str, ...]],
        namesakes: Namesakes | None,
    ) -> None:
        self.where, self.table, self.names, self.namesakes = where, table, names, namesakes
        self.evaluator = Evaluator(table)
        self.unknown: list[str] = []
        self._labels: dict[str, tuple[Array, Array]] = {}

    def truth(self, condition: Condition, alive: Array) -> Truth:
        """Return where it holds; `alive` marks the rows that an earlier part of `&` or `|` has left open."""
        match condition:
            case Not(inner):
                found = self.truth(inner, alive)
                return Truth(found.no, found.yes)
            case Both(parts):
                return reduce(
                    lambda so_far, part: self._and(so_far, part, alive),
                    parts[1:],
                    self.truth(parts[0], alive),
                )
            case Either(parts):
                opposite = self.truth(Both(tuple(Not(part) for part in parts)), alive)
                return Truth(opposite.no, opposite.yes)
            case Among(left, values):
                return self._among(left, values, alive)
            case Compare(operator, left, right):
                return self._compare(operator, left, right, alive)

    def _and(self, so_far: Truth, part: Condition, alive: Array) -> Truth:
        found = self.truth(part, alive & ~so_far.no)
        return Truth(so_far.yes & found.yes, so_far.no | found.no)

    def _compare(self, operator: str, left: Node | Text, right: Node | Text, alive: Array) -> Truth:
        if isinstance(left, Text):
            left, right = right, left
        if isinstance(right, Text):
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
                f"where `{self.where}`: text in a list is compared with a column, not with arithmetic"
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
                    f"where `{self.where}`: `{node.name}` holds names: compare it with text in quotes"
                )
            return values[self.table.panel.unit]
        if isinstance(node, Column) and self._holds_text(node):
            raise DataError(
                f"where `{self.where}`: `{node.name}` holds text: compare it with text in quotes by `==`, `!=` or `in`"
            )
        value = np.broadcast_to(self.evaluator.value(node), (len(self.table),))
        if not alive.all():
            problems = self.evaluator.problems
            problems[before:] = [replace(problem, among=alive) for problem in problems[before:]]
        return value

    def _is_label(self, node: Any) -> bool:
        return isinstance(node, Column) and node.name in (*self.names[0], *self.names[1])

    def _label_and_number(self, left: Node | Text, right: Node | Text) -> tuple[Column, float] | None:
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

    def _unheld(self, name: str, value: float | str, labels: Array) -> str:
        held = sorted({_spelled(label) for label in labels})
        near = _near(_spelled(value), held)
        shown = repr(value) if isinstance(value, str) else f"{value:g}"
        hint = f" (near: {', '.join(near)})" if near else ""
        return (
            f"where `{self.where}`: no row of `{name}` holds {shown}{hint}. "
            f"It holds {listed(held[:SHOWN], len(held))}."
        )


def _near(value: str, held: list[str]) -> list[str]:
    """Return the labels that a text may have meant: alike as a whole, or as far as the text goes (西臧, 西藏自治区)."""
    starts = {label[: len(value)]: label for label in reversed(held)}
    near = [
        *difflib.get_close_matches(value, held, n=3, cutoff=0.5),
        *(starts[start] for start in difflib.get_close_matches(value, list(starts), n=3, cutoff=0.5)),
    ]
    return list(dict.fromkeys(near))[:4]


def _constant(node: Node | Text) -> float | None:
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
    return str(label).strip()
