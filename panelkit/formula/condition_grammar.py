"""The grammar of conditions on rows, over that of formulas: `|`, then `&`, then `!`, then comparisons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from panelkit.formula.arithmetic import BY_SAMPLE
from panelkit.formula.grammar import Parser
from panelkit.formula.tokens import refuse, tokenise
from panelkit.formula.tree import Column, Node, calls_of, columns_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_ARITHMETIC = ("+", "-", "*", "/", "^")


@dataclass(frozen=True)
class QuotedText:
    """Text in quotes."""

    value: str


@dataclass(frozen=True)
class Compare:
    """Two sides and the operator between them."""

    operator: str
    left: Node | QuotedText
    right: Node | QuotedText


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

    def refuse_here(self, remedy: Message) -> NoReturn:
        token = self.token
        if token.text == "=":
            refuse(self.text, token.at, verbatim("`=`"), message("write `==` to compare"))
        seen = (
            message("the condition ends here")
            if token.kind == "end"
            else message("`{text}` does not fit here", text=token.text)
        )
        refuse(self.text, token.at, seen, remedy)

    def condition(self) -> Condition:
        """Read the whole text as one condition."""
        found = self.either()
        if self.token.kind != "end":
            self.refuse_here(
                message("comparisons are joined by `&` and `|`, with parentheses where they mix")
            )
        if not isinstance(found, _KINDS):
            refuse(
                self.text,
                0,
                message("no comparison"),
                message('write one, such as `year >= 2011` or `province != "西藏"`'),
            )
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
                self.refuse_here(message("write a single `{operator}`", operator=operator))
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        if not all(isinstance(found, _KINDS) for found in parts):
            remedy = message("write each side out, such as `treated == 1`; parentheses where `&` and `|` mix")
            refuse(
                self.text,
                at,
                message("`{operator}` joins conditions, and one side is none", operator=operator),
                remedy,
            )
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
                self.text,
                at,
                message("`!` before something that is no condition"),
                message("write `x != 1`, or `!(x == 1)`"),
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
            if not self.at(*COMPARISONS):
                break
            operator = self.take().text
            start = self.token.at
            right = self.side()
            found.append(self._compared(operator, left, right, at, start))
            left, at = right, start
        if found:
            return self._all(found)
        if isinstance(left, QuotedText):
            refuse(
                self.text,
                at,
                message("text in quotes that is compared with nothing"),
                message('write `column == "text"`'),
            )
        return left

    def _all(self, found: list[Condition]) -> Condition:
        return found[0] if len(found) == 1 else Both(tuple(found))

    def side(self) -> Any:
        if self.token.kind == "string":
            return QuotedText(self.take().text)
        return self.sum()

    def primary(self) -> Any:
        if not self.at("("):
            return super().primary()
        before = self.tokens[self.position - 1].text if self.position else ""
        start = self.token.at
        self.enter()
        self.take()
        inner = self.either()
        self.expect(")", message("close the parenthesis by `)`"))
        self.leave()
        within = before in (*_ARITHMETIC, *COMPARISONS) or self.at(*_ARITHMETIC, *COMPARISONS, "in")
        if within and isinstance(inner, _KINDS):
            refuse(
                self.text,
                start,
                message("a condition inside arithmetic"),
                message("join conditions by `&` and `|`"),
            )
        return inner

    def _compared(self, operator: str, left: Any, right: Any, at: int, start: int) -> Condition:
        for side, place in ((left, at), (right, start)):
            if not isinstance(side, QuotedText):
                self._arithmetic(side, place)
        if isinstance(left, QuotedText) or isinstance(right, QuotedText):
            named = right if isinstance(left, QuotedText) else left
            if not isinstance(named, Column):
                refuse(
                    self.text,
                    at,
                    message("text in quotes compared with arithmetic"),
                    message("compare it with a column"),
                )
            if operator not in ("==", "!="):
                refuse(
                    self.text,
                    start,
                    message("text in quotes after `{operator}`", operator=operator),
                    message("text is compared by `==`, `!=` or `in`"),
                )
        return Compare(operator, left, right)

    def _arithmetic(self, side: Any, at: int) -> Node:
        if isinstance(side, QuotedText):
            refuse(
                self.text, at, message("text in quotes before `in`"), message("a column stands before `in`")
            )
        if isinstance(side, _KINDS):
            refuse(
                self.text,
                at,
                message("a condition inside a comparison"),
                message("join conditions by `&` and `|`"),
            )
        if _holds_condition(side):
            refuse(
                self.text,
                at,
                message("a condition inside a function"),
                message("functions take columns and numbers"),
            )
        used = sorted(BY_SAMPLE & set(calls_of(side)))
        if used:
            refuse(
                self.text,
                at,
                message("`{function}()` reads the sample that the condition makes", function=used[0]),
                message("compare the column itself with a number"),
            )
        found: Node = side
        return found

    def _values(self) -> tuple[float | str, ...]:
        close = "]" if self.at("[") else ")"
        if not self.at("[", "("):
            self.refuse_here(message('a list of values is expected: `in ["北京", "上海"]`'))
        self.take()
        values: list[float | str] = []
        while not self.at(close):
            if values:
                self.expect(",", message("values of a list are parted by commas"))
            if self.token.kind == "string":
                values.append(self.take().text)
                continue
            sign = -1.0 if self.at("-") else 1.0
            if self.at("-"):
                self.take()
            if self.token.kind != "number":
                self.refuse_here(message("a list holds numbers and text in quotes"))
            values.append(sign * float(self.take().text))
        if not values:
            self.refuse_here(message("the list is empty: name at least one value"))
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
        raise SpecError(
            message("`where` is text such as `year >= 2011`, not {kind}", kind=type(text).__name__)
        )
    if not text.strip():
        raise SpecError(
            message("`where` is empty: write a condition such as `year >= 2011`, or leave it out")
        )
    try:
        return _Parser(text).condition()
    except SpecError as error:
        raise SpecError(_in_where(error.said)) from None


def _in_where(said: str) -> Message:
    """Return what the gate says of a formula as said of a condition."""
    held = dict(said.values) if isinstance(said, Message) else {}
    if "position" not in held:
        return said if isinstance(said, Message) else verbatim(said)
    return message("where, position {position}: {seen}: {remedy}\n    {shown}\n    {blanks}^", **held)


def check_where(where: str | None) -> str | None:
    """Return the condition of a spec in one line, after the gate has read it; None stays None."""
    if where is None:
        return None
    if not isinstance(where, str):
        raise SpecError(
            message("`where` is text such as `year >= 2011`, not {kind}", kind=type(where).__name__)
        )
    text = " ".join(where.split())
    parse_condition(text)
    return text


def columns_in(condition: Condition) -> tuple[str, ...]:
    """List the columns of a condition, each once."""
    found: list[str] = []
    for side in _sides(condition):
        if not isinstance(side, QuotedText):
            found += columns_of(side)
    return tuple(dict.fromkeys(found))


def _sides(condition: Condition) -> list[Node | QuotedText]:
    match condition:
        case Compare(_, left, right):
            return [left, right]
        case Among(left, _):
            return [left]
        case Not(inner):
            return _sides(inner)
        case Both(parts) | Either(parts):
            return [side for part in parts for side in _sides(part)]
