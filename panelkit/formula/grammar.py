"""The gate: read a formula into a small tree of our own, or refuse it and point at the place.

Nothing here, and nothing that works on the tree, hands a piece of the text to Python: a name can only
ever mean a column, and a call can only mean one of `FUNCTIONS`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from panelkit.formula.dialects import foreign_function
from panelkit.formula.tokens import Token, refuse, render, spelled, tokenise
from panelkit.formula.tree import (
    FUNCTIONS,
    Call,
    Chain,
    Column,
    Factor,
    Function,
    Negate,
    Node,
    Number,
    Option,
    Place,
    Power,
    Term,
    columns_of,
)
from panelkit.language.message import Message, message, sentences, verbatim

MAX_DEPTH = 40
MAX_TERMS = 2_000
MAX_POWER = 6

_OPPOSITE = {"lag": message("years ahead are `lead(x, k)`"), "lead": message("years before are `lag(x, k)`")}

Terms = dict[frozenset[str], Term]


@dataclass(frozen=True)
class Parsed:
    """A formula that passed the gate."""

    text: str
    right: str
    outcome: Factor
    terms: tuple[Term, ...]
    has_intercept: bool


class Parser:
    """Recursive descent over the tokens; two grammars: arithmetic, and the algebra of terms."""

    def __init__(self, text: str, tokens: list[Token] | None = None) -> None:
        self.text = text
        self.tokens = tokenise(text) if tokens is None else tokens
        self.position = 0
        self.depth = 0

    # -- words

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def at(self, *operators: str) -> bool:
        return self.token.kind == "op" and self.token.text in operators

    def take(self) -> Token:
        token = self.token
        self.position += 1
        return token

    def expect(self, operator: str, remedy: Message) -> None:
        if not self.at(operator):
            self.refuse_here(remedy)
        self.position += 1

    def refuse_here(self, remedy: Message) -> NoReturn:
        token = self.token
        seen = (
            message("the formula ends here")
            if token.kind == "end"
            else message("`{text}` does not fit here", text=token.text)
        )
        refuse(self.text, token.at, seen, remedy)

    def label_from(self, start: int) -> str:
        return render(self.tokens[start : self.position])

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            refuse(
                self.text,
                self.token.at,
                message("nested more than {most} deep", most=MAX_DEPTH),
                message("write it flatter"),
            )

    def leave(self) -> None:
        self.depth -= 1

    # -- arithmetic

    def sum(self) -> Node:
        return self._chain(self.product, "+", "-")

    def product(self) -> Node:
        return self._chain(self.unary, "*", "/")

    def _chain(self, part: Callable[[], Node], *operators: str) -> Node:
        start = self.position
        first = part()
        rest: list[tuple[str, Node]] = []
        while self.at(*operators):
            operator = self.take().text
            rest.append((operator, part()))
        return Chain(first, tuple(rest), self.label_from(start)) if rest else first

    def unary(self) -> Node:
        if not self.at("-", "+"):
            return self.power()
        self.enter()
        sign = self.take().text
        operand = self.unary()
        self.leave()
        return Negate(operand) if sign == "-" else operand

    def power(self) -> Node:
        start = self.position
        base = self.primary()
        if not self.at("^"):
            return base
        self.take()
        self.enter()
        exponent = self.unary()
        self.leave()
        return Power(base, exponent, self.label_from(start))

    def primary(self) -> Node:
        if self.token.kind == "number":
            return Number(float(self.take().text))
        if self.token.kind == "string":
            refuse(
                self.text, self.token.at, message("text in quotes"), message("put column names in backticks")
            )
        if self.token.kind in ("name", "quoted"):
            return self._name("anywhere")
        if self.at("("):
            self.enter()
            self.take()
            node = self.sum()
            self.expect(")", message("close the parenthesis by `)`"))
            self.leave()
            return node
        return self.refuse_here(message("a column, a number, a function or `(` is expected"))

    def _name(self, place: Place) -> Node:
        start = self.position
        token = self.take()
        if not self.at("("):
            return Column(token.text)
        function = FUNCTIONS.get(token.text) if token.kind == "name" else None
        if function is None:
            near = difflib.get_close_matches(token.text, FUNCTIONS, n=2)
            hint = foreign_function(token.text, self.text, token.at) or _perhaps(near)
            held = message("there are {functions}", functions=list(FUNCTIONS))
            refuse(
                self.text,
                token.at,
                message("`{text}` is not a function of formulas", text=token.text),
                sentences([hint, held]) if hint else held,
            )
        if function.place == "term" and place != "term":
            refuse(
                self.text,
                token.at,
                message("`{name}(...)` inside arithmetic", name=function.name),
                message("it stands as a term of its own"),
            )
        return self._call(function, start)

    def _call(self, function: Function, start: int) -> Call:
        self.enter()
        self.take()
        if self.at(")"):
            self.refuse_here(message("`{name}` needs an argument", name=function.name))
        argument = self.sum()
        given: dict[str, float | str | None] = {}
        while self.at(","):
            self.take()
            self._option(function, given)
        self.expect(")", message("close the call by `)`"))
        self.leave()
        label = self.label_from(start)
        if function.name == "C" and not isinstance(argument, Column):
            refuse(
                self.text,
                self.tokens[start].at,
                verbatim(f"`{label}`"),
                message("C() takes one column"),
            )
        complete = tuple((option.name, given.get(option.name, option.default)) for option in function.options)
        return Call(function.name, argument, complete, label)

    def _option(self, function: Function, given: dict[str, float | str | None]) -> None:
        names = [option.name for option in function.options]
        start = self.token
        name = next((option for option in names if option not in given), None)
        if start.kind == "name" and self.tokens[self.position + 1].text == "=":
            name = self.take().text
            self.take()
        if name is None or name not in names or name in given:
            allowed = (
                message("it takes {options}", options=[f"`{option}=`" for option in names])
                if names
                else message("it takes one argument")
            )
            refuse(
                self.text,
                start.at,
                message("an option that `{name}` does not have", name=function.name),
                allowed,
            )
        option = function.options[names.index(name)]
        given[name] = self._level(option) if option.kind == "level" else self._amount(option, function)

    def _level(self, option: Option) -> float | str:
        if self.token.kind == "string":
            return self.take().text
        sign = -1.0 if self.at("-") and self.tokens[self.position + 1].kind == "number" else 1.0
        if sign < 0:
            self.take()
        if self.token.kind == "number":
            return sign * float(self.take().text)
        return self.refuse_here(message("`{name}` is a level: text in quotes, or a number", name=option.name))

    def _amount(self, option: Option, function: Function) -> float:
        token = self.token
        bounds = _bounds(option)
        if self.at("-") and function.name in _OPPOSITE:
            bounds = sentences([bounds, _OPPOSITE[function.name]])
        if token.kind != "number":
            self.refuse_here(bounds)
        value = float(self.take().text)
        if not option.smallest <= value <= option.largest or (option.kind == "count" and value != int(value)):
            refuse(self.text, token.at, verbatim(f"`{token.text}`"), bounds)
        return value

    # -- the algebra of terms

    def formula(self) -> Parsed:
        outcome = self.outcome()
        self.expect("~", message("write the outcome, `~`, and the terms: `y ~ x1 + x2`"))
        start = self.position
        terms, has_intercept = self.right_side()
        if any(term.key == {outcome.label} for term in terms):
            refuse(
                self.text,
                0,
                message("`{label}` on both sides", label=outcome.label),
                message("leave it out on the right"),
            )
        if any(term.label == "Intercept" for term in terms):
            refuse(
                self.text,
                0,
                message("a column called `Intercept`"),
                message("rename the column; `1 +` is the intercept"),
            )
        alone = self.tokens[start:-1]
        # a formula is read again from its right side, so that a name alone keeps its backticks
        right = spelled(alone[0].text) if [one.kind for one in alone] == ["quoted"] else render(alone)
        return Parsed(render(self.tokens[:-1]), right, outcome, terms, has_intercept)

    def outcome(self) -> Factor:
        start = self.position
        if self.at("~"):
            self.refuse_here(message("the outcome stands before `~`"))
        node = self.sum()
        return self._factor(node, start)

    def _factor(self, node: Node, start: int) -> Factor:
        label = self.label_from(start)
        if not columns_of(node):
            refuse(
                self.text,
                self.tokens[start].at,
                message("`{label}` holds no column", label=label),
                message("leave it out"),
            )
        return Factor(label, node)

    def right_side(self) -> tuple[tuple[Term, ...], bool]:
        terms: Terms = {}
        intercept = self._terms(terms, top=True)
        if self.token.kind != "end":
            self.refuse_here(message("terms are joined by `+`, `*` or `:`; arithmetic goes inside `I(...)`"))
        return tuple(sorted(terms.values(), key=lambda term: len(term.factors))), intercept

    def _terms(self, terms: Terms, *, top: bool) -> bool:
        intercept = True
        sign = self.take().text if self.at("+", "-") else "+"
        while True:
            start = self.token
            if start.kind == "number" and self.tokens[self.position + 1].text not in ("*", "/", "^", ":"):
                intercept = self._intercept(sign, top=top)
            elif sign == "+":
                self._add(terms, self._crossing(), start)
            else:
                self._take_away(terms, self._crossing(), start)
            if not self.at("+", "-"):
                return intercept
            sign = self.take().text

    def _intercept(self, sign: str, *, top: bool) -> bool:
        token = self.take()
        if not top or token.text not in ("0", "1") or (sign, token.text) == ("-", "0"):
            remedy = message("only `0 +` or `- 1` (no intercept) and `1 +`; arithmetic goes inside `I(...)`")
            refuse(self.text, token.at, message("the number {text} as a term", text=token.text), remedy)
        return (sign, token.text) == ("+", "1")

    def _add(self, terms: Terms, item: Mapping[frozenset[str], Term], start: Token) -> None:
        for key, term in item.items():
            terms.setdefault(key, term)
        if len(terms) > MAX_TERMS:
            refuse(
                self.text,
                start.at,
                message("more than {most:,} terms", most=MAX_TERMS),
                message("write fewer"),
            )

    def _take_away(self, terms: Terms, item: Terms, start: Token) -> None:
        for key, term in item.items():
            if key not in terms:
                seen = message("`- {label}` takes away a term that is not there", label=term.label)
                refuse(self.text, start.at, seen, message("write a difference as `I(a - b)`"))
            del terms[key]

    def _crossing(self) -> Terms:
        start = self.token
        result = self._interaction()
        while self.at("*", "/"):
            operator = self.take()
            if operator.text == "/":
                remedy = message("write a ratio as `I(a / b)`, and nesting as `a + a:b`")
                refuse(self.text, operator.at, message("`/` between terms"), remedy)
            right = self._interaction()
            crossed = self._cross(result, right, operator)
            self._add(result, right, start)
            self._add(result, crossed, start)
        return result

    def _interaction(self) -> Terms:
        result = self._term_power()
        while self.at(":"):
            operator = self.take()
            result = self._cross(result, self._term_power(), operator)
        return result

    def _cross(self, left: Terms, right: Terms, operator: Token) -> Terms:
        if len(left) * len(right) > MAX_TERMS:
            refuse(
                self.text,
                operator.at,
                message("more than {most:,} terms", most=MAX_TERMS),
                message("write fewer"),
            )
        if len(left) == len(right) == 1:
            self._refuse_square(next(iter(left.values())), next(iter(right.values())), operator)
        crossed: Terms = {}
        for first in left.values():
            for second in right.values():
                extra = tuple(factor for factor in second.factors if factor.label not in first.key)
                term = Term(first.factors + extra)
                crossed.setdefault(term.key, term)
        return crossed

    def _refuse_square(self, left: Term, right: Term, operator: Token) -> None:
        for factor in left.factors:
            if factor.label in right.key:
                same = spelled_term(Term((factor,)))
                remedy = (
                    message("write the square as `I({same}^2)`", same=same)
                    if factor.kind == "value"
                    else message("name it once")
                )
                refuse(
                    self.text,
                    operator.at,
                    message("`{same}` times itself reads as `{same}`", same=same),
                    remedy,
                )

    def _term_power(self) -> Terms:
        start = self.position
        base = self._operand()
        if not self.at("^"):
            return base
        label = self.label_from(start)
        operator = self.take()
        token = self.token
        if len(base) == 1:
            self._refuse_power(next(iter(base.values())), label, operator)
        if token.kind != "number" or token.text not in map(str, range(1, MAX_POWER + 1)):
            remedy = message("interactions such as `(a + b)^2` go up to {most}", most=MAX_POWER)
            refuse(self.text, token.at, message("the power of a sum of terms"), remedy)
        self.take()
        if self.at("^"):
            self.refuse_here(message("one power a parenthesis"))
        result = dict(base)
        for _ in range(int(token.text) - 1):
            self._add(result, self._cross(result, base, operator), token)
        return result

    def _refuse_power(self, term: Term, label: str, operator: Token) -> None:
        exponent = self.token.text if self.token.kind == "number" else "2"
        numeric = all(factor.kind == "value" for factor in term.factors)
        inside = " * ".join(spelled_term(Term((factor,))) for factor in term.factors)
        inside = inside if len(term.factors) == 1 else f"({inside})"
        remedy = (
            message("write `I({inside}^{exponent})`", inside=inside, exponent=exponent)
            if numeric
            else message("leave the power out")
        )
        refuse(
            self.text,
            operator.at,
            message("a power of `{label}` outside I() would read as `{label}` alone", label=label),
            remedy,
        )

    def _operand(self) -> Terms:
        if self.at("("):
            self.enter()
            self.take()
            inner: Terms = {}
            self._terms(inner, top=False)
            if self.at("="):
                self.refuse_here(
                    message(
                        "instruments stand in brackets of their own model, `y ~ z + [x ~ w]` for Stata's `y z (x = w)` "
                        "(InstrumentalFE; command line: --model instrumental)"
                    )
                )
            self.expect(
                ")", message("terms are joined by `+`, `*` or `:`, and the parenthesis closes by `)`")
            )
            self.leave()
            return inner
        if self.token.kind not in ("name", "quoted"):
            if self.token.kind in ("number", "string"):
                refuse(
                    self.text,
                    self.token.at,
                    message("`{text}` as a term", text=self.token.text),
                    message("arithmetic goes inside `I(...)`"),
                )
            self.refuse_here(message("a term is expected: a column, a function of one, or `(`"))
        start = self.position
        node = self._name("term")
        term = Term((self._factor(node, start),))
        return {term.key: term}


def _perhaps(near: list[str]) -> Message | None:
    """Return which function may have been meant."""
    if len(near) > 1:
        return message("perhaps {one} or {other}", one=near[0], other=near[1])
    return message("perhaps {one}", one=near[0]) if near else None


def _bounds(option: Option) -> Message:
    """Return what an option that is a number may be."""
    held = {"name": option.name, "smallest": option.smallest, "largest": option.largest}
    if option.kind == "count":
        return message("`{name}` is a whole number between {smallest:g} and {largest:g}", **held)
    return message("`{name}` is a number between {smallest:g} and {largest:g}", **held)


def spelled_term(term: Term) -> str:
    """Spell a term as formula text: plain columns get their backticks back."""
    return ":".join(_spelled_factor(factor) for factor in term.factors)


def _spelled_factor(factor: Factor) -> str:
    return spelled(factor.node.name) if isinstance(factor.node, Column) else factor.label


def parse(text: str) -> Parsed:
    """Read `outcome ~ terms`.

    Raises
    ------
    SpecError
        If anything but the grammar of docs/formulas.md is in the text; the message points at it.
    """
    return Parser(text).formula()


def parse_expression(text: str) -> Factor:
    """Read one arithmetic expression, such as `log(rd / gdp)`."""
    parser = Parser(text)
    factor = parser.outcome()
    if parser.token.kind != "end":
        parser.refuse_here(message("one expression is expected: columns, numbers, `+ - * / ^` and functions"))
    return factor


def parse_terms(text: str) -> tuple[Term, ...]:
    """Read the right-hand side of a formula on its own, such as `z + log(w)`."""
    return Parser(text).right_side()[0]
