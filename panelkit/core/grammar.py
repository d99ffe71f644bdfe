"""The gate: read a formula into a small tree of our own, or refuse it and point at the place.

Nothing here, and nothing that works on the tree, hands a piece of the text to Python: a name can only
ever mean a column, and a call can only mean one of `FUNCTIONS`.
"""

from __future__ import annotations

import difflib
import keyword
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from panelkit.core.errors import SpecError

MAX_LENGTH = 10_000
MAX_DEPTH = 40
MAX_TERMS = 2_000
MAX_LEVEL_LENGTH = 200

Place = Literal["anywhere", "term"]
OptionKind = Literal["count", "share", "level"]


@dataclass(frozen=True)
class Option:
    """One option of a formula function: its name, what it takes, its default and its bounds."""

    name: str
    kind: OptionKind
    default: float | None = None
    smallest: float = 1
    largest: float = 1_000


@dataclass(frozen=True)
class Function:
    """One function that a formula may call; `place` "term" means: as a whole term only, not in arithmetic."""

    name: str
    meaning: str
    place: Place = "anywhere"
    options: tuple[Option, ...] = ()


_STEP = (Option("k", "count", 1),)
FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("I", "arithmetic inside the parentheses, where `^` is a power"),
        Function("log", "natural logarithm; zero and negative values are refused"),
        Function("log1p", "log(1 + x)"),
        Function("log2", "logarithm to base 2"),
        Function("log10", "logarithm to base 10"),
        Function("exp", "exponential"),
        Function("sqrt", "square root; negative values are refused"),
        Function("abs", "absolute value"),
        Function("asinh", "inverse hyperbolic sine, defined at zero and below"),
        Function("lag", "the same unit's value k years earlier", options=_STEP),
        Function("lead", "the same unit's value k years later", options=_STEP),
        Function("diff", "the value minus the same unit's value k years earlier", options=_STEP),
        Function("center", "minus the mean of the estimation sample"),
        Function("standardize", "minus the mean, over the standard deviation (n - 1) of the sample"),
        Function("scale", "the same as standardize"),
        Function(
            "winsorize",
            "values beyond the sample's p and 1 - p quantiles set to those quantiles",
            options=(Option("p", "share", 0.01, 0.0, 0.5),),
        ),
        Function("C", "categories: one dummy a level but the base", "term", (Option("base", "level"),)),
        Function(
            "bs",
            "B-spline basis",
            "term",
            (Option("df", "count", None, 1, 50), Option("degree", "count", 3, 1, 10)),
        ),
        Function("poly", "orthogonal polynomials", "term", (Option("degree", "count", 1, 1, 10),)),
    )
}


@dataclass(frozen=True)
class Number:
    """A decimal number."""

    value: float


@dataclass(frozen=True)
class Column:
    """A column of the data, or a level of its index."""

    name: str


@dataclass(frozen=True)
class Negate:
    """Minus an expression."""

    operand: Node


@dataclass(frozen=True)
class Chain:
    """Expressions joined from left to right by `+ -` or by `* /`."""

    first: Node
    rest: tuple[tuple[str, Node], ...]
    label: str = field(default="", compare=False)


@dataclass(frozen=True)
class Power:
    """A base to an exponent."""

    base: Node
    exponent: Node
    label: str = field(default="", compare=False)


@dataclass(frozen=True)
class Call:
    """One of `FUNCTIONS` on one argument; options are complete, in the order of the table."""

    name: str
    argument: Node
    options: tuple[tuple[str, float | str | None], ...] = ()
    label: str = field(default="", compare=False)

    def option(self, name: str) -> float | str | None:
        """Return the value of one option."""
        return dict(self.options)[name]

    def count(self, name: str) -> int:
        """Return a whole-number option."""
        value = self.option(name)
        if not isinstance(value, (int, float)):
            raise SpecError(f"`{self.label}` needs `{name}=`, a whole number")
        return int(value)


Node = Number | Column | Negate | Chain | Power | Call


@dataclass(frozen=True)
class Factor:
    """One column-like piece of a term, under the label that the user wrote."""

    label: str
    node: Node

    @property
    def kind(self) -> Literal["value", "category", "basis"]:
        """Tell numbers from categories and from bases of several columns."""
        if isinstance(self.node, Call) and FUNCTIONS[self.node.name].place == "term":
            return "category" if self.node.name == "C" else "basis"
        return "value"


@dataclass(frozen=True)
class Term:
    """One term of the right-hand side: a product of one or more factors."""

    factors: tuple[Factor, ...]

    @property
    def label(self) -> str:
        """Join the labels of the factors by colons."""
        return ":".join(factor.label for factor in self.factors)

    @property
    def key(self) -> frozenset[str]:
        """Identify the term whatever the order of its factors."""
        return frozenset(factor.label for factor in self.factors)


def columns_of(node: Node) -> tuple[str, ...]:
    """List the columns under a node, in order of appearance, each once."""
    return tuple(dict.fromkeys(_walk_columns(node)))


def _walk_columns(node: Node) -> list[str]:
    match node:
        case Column(name):
            return [name]
        case Number():
            return []
        case Negate(operand):
            return _walk_columns(operand)
        case Chain(first, rest):
            return [name for part in (first, *(item for _, item in rest)) for name in _walk_columns(part)]
        case Power(base, exponent):
            return _walk_columns(base) + _walk_columns(exponent)
        case Call(_, argument):
            return _walk_columns(argument)


def calls_of(node: Node) -> tuple[str, ...]:
    """List the names of the functions called at or under a node."""
    match node:
        case Column() | Number():
            return ()
        case Negate(operand):
            return calls_of(operand)
        case Chain(first, rest):
            return tuple(name for part in (first, *(item for _, item in rest)) for name in calls_of(part))
        case Power(base, exponent):
            return calls_of(base) + calls_of(exponent)
        case Call(name, argument):
            return (name, *calls_of(argument))


# ---------------------------------------------------------------------------------------------- tokens

TokenKind = Literal["name", "quoted", "number", "string", "op", "end"]


@dataclass(frozen=True)
class Token:
    """One word of a formula and where it starts."""

    kind: TokenKind
    text: str
    at: int


_IDEOGRAPHS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_NAME = re.compile(f"[A-Za-z_{_IDEOGRAPHS}][A-Za-z0-9_{_IDEOGRAPHS}]*")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OPERATORS = frozenset("+-*/^:(),~=")
_LOOKS_LIKE_ARITHMETIC = re.compile(r"^[0-9.]|[-+*/^:(),~='\"]")
_BLANKS = frozenset(" \t\r\n")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_REMEDIES = {
    ".": "attributes are not available: put a column name with a dot in backticks",
    "[": "brackets are not available: select rows or columns of the data before the formula",
    "{": "braces are not available: write arithmetic as `I(...)`",
    "|": "effects are an option of the model (`effects=`), and so are instruments",
    ";": "one formula is one line of terms joined by `+`",
    "<": "comparisons are not available: make the dummy a column of the data",
    ">": "comparisons are not available: make the dummy a column of the data",
    "!": "comparisons are not available: make the dummy a column of the data",
    "%": "write nesting as `a + a:b`, and other arithmetic inside `I(...)`",
    "@": "matrix products are not available",
    "\\": "backslashes are not available",
    "#": "comments are not available",
}


def refuse(text: str, at: int, seen: str, remedy: str) -> NoReturn:
    """Raise a SpecError that shows the formula, points at the place and says what to write instead."""
    start, stop = max(0, at - 40), min(len(text), at + 40)
    shown = "".join(_printable(char) for char in text[start:stop])
    before = "".join(_printable(char) for char in text[start:at])
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in before)
    raise SpecError(f"formula, position {at + 1}: {seen}: {remedy}\n    {shown}\n    {' ' * width}^")


def _printable(char: str) -> str:
    return char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"


def tokenise(text: str) -> list[Token]:
    """Cut a formula into words.

    Raises
    ------
    SpecError
        At the first character or name that a formula may not hold.
    """
    if not isinstance(text, str):
        raise SpecError(f"a formula is text such as `y ~ x`, not {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise SpecError(f"a formula of {len(text):,} characters: at most {MAX_LENGTH:,} are read; shorten it")
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in _BLANKS:
            at += 1
            continue
        token, at = _next_token(text, at)
        tokens.append(token)
    return [*tokens, Token("end", "", len(text))]


def _next_token(text: str, at: int) -> tuple[Token, int]:
    char = text[at]
    if char == "`":
        return _quoted_name(text, at)
    if char in "'\"":
        return _string(text, at)
    if match := _NUMBER.match(text, at):
        return _number(text, at, match.group())
    if match := _NAME.match(text, at):
        return _bare_name(text, at, match.group())
    if text.startswith("**", at):
        return Token("op", "^", at), at + 2
    if char in _OPERATORS:
        return Token("op", char, at), at + 1
    return _refuse_character(text, at)


def _refuse_character(text: str, at: int) -> NoReturn:
    char = text[at]
    plain = unicodedata.normalize("NFKC", char)
    if char in _REMEDIES:
        refuse(text, at, f"`{char}`", _REMEDIES[char])
    if plain != char and len(plain) == 1 and (plain.isascii() or _NAME.match(plain)):
        shown = "a blank" if plain == " " else f"`{plain}`"
        refuse(text, at, f"`{_printable(char)}` (U+{ord(char):04X}) only looks like {shown}", f"type {shown}")
    if char.isprintable() and unicodedata.category(char)[0] in "LN":
        refuse(text, at, f"`{char}` (U+{ord(char):04X}) in a bare name", "put the column name in backticks")
    refuse(text, at, f"`{_printable(char)}` (U+{ord(char):04X})", "this character has no place in a formula")


def _quoted_name(text: str, at: int) -> tuple[Token, int]:
    end = text.find("`", at + 1)
    if end < 0:
        refuse(text, at, "a backtick that is never closed", "close the column name by a second backtick")
    name = text[at + 1 : end]
    if not name.strip():
        refuse(text, at, "an empty name", "write the column name between the backticks")
    _check_characters(text, at + 1, name)
    _check_dunder(text, at, name)
    return Token("quoted", name, at), end + 1


def _check_characters(text: str, at: int, name: str) -> None:
    for offset, char in enumerate(name):
        category = unicodedata.category(char)
        if category in _FORBIDDEN_CATEGORIES:
            refuse(text, at + offset, f"an invisible character (U+{ord(char):04X}) in a name", "remove it")
        if category[0] == "L" and unicodedata.normalize("NFKC", char) != char:
            plain = unicodedata.normalize("NFKC", char)
            refuse(
                text,
                at + offset,
                f"`{char}` only looks like `{plain}`",
                f"type `{plain}`, here and in the data",
            )


def _check_dunder(text: str, at: int, name: str) -> None:
    if name.startswith("__"):
        refuse(text, at, f"`{name}` starts with two underscores", "rename the column")


def _bare_name(text: str, at: int, name: str) -> tuple[Token, int]:
    end = at + len(name)
    _check_dunder(text, at, name)
    if keyword.iskeyword(name):
        refuse(text, at, f"`{name}` is a word of Python", "a column of that name goes in backticks")
    if end < len(text) and text[end] in "'\"":
        refuse(text, end, "text in quotes", 'text is read only as a level, such as C(region, base="west")')
    return Token("name", name, at), end


def _number(text: str, at: int, digits: str) -> tuple[Token, int]:
    end = at + len(digits)
    if end < len(text) and (text[end] == "." or _NAME.match(text, end)):
        refuse(
            text,
            end,
            f"`{text[end]}` right after a number",
            "write a plain decimal number, or put the name in backticks",
        )
    if not math.isfinite(float(digits)):
        refuse(text, at, f"the number {digits} is too large", "write a smaller one")
    return Token("number", digits, at), end


def _string(text: str, at: int) -> tuple[Token, int]:
    end = text.find(text[at], at + 1)
    if end < 0:
        refuse(text, at, "a quote that is never closed", "close it, or leave it out")
    level = text[at + 1 : end]
    if "\\" in level or len(level) > MAX_LEVEL_LENGTH:
        refuse(text, at, "text in quotes", "a level is short and without backslashes")
    _check_characters(text, at + 1, level)
    return Token("string", level, at), end + 1


def is_bare_name(name: str) -> bool:
    """Tell whether a column name may stand in a formula without backticks."""
    return bool(_NAME.fullmatch(name)) and not keyword.iskeyword(name) and not name.startswith("__")


def spelled(name: str) -> str:
    """Spell a column name as a formula does, in backticks where it needs them."""
    return name if is_bare_name(name) else f"`{name}`"


def render(tokens: list[Token]) -> str:
    """Write tokens back with normalised blanks; a single column is written as its plain name."""
    if len(tokens) == 1 and tokens[0].kind == "quoted" and not _LOOKS_LIKE_ARITHMETIC.search(tokens[0].text):
        return tokens[0].text
    out: list[str] = []
    previous: Token | None = None
    for token in tokens:
        out.append(_rendered(token, previous))
        previous = token
    return "".join(out).strip()


def _rendered(token: Token, previous: Token | None) -> str:
    if token.kind == "quoted":
        return spelled(token.text)
    if token.kind == "string":
        return f'"{token.text}"' if '"' not in token.text else f"'{token.text}'"
    if token.text == ",":
        return ", "
    if token.kind == "op" and token.text in "+-":
        unary = previous is None or (previous.kind == "op" and previous.text != ")")
        return token.text if unary else f" {token.text} "
    return f" {token.text} " if token.kind == "op" and token.text in "*/~" else token.text


# ---------------------------------------------------------------------------------------------- parser


@dataclass(frozen=True)
class Parsed:
    """A formula that passed the gate."""

    text: str
    right: str
    outcome: Factor
    terms: tuple[Term, ...]
    has_intercept: bool


class _Parser:
    """Recursive descent over the tokens; two grammars: arithmetic, and the algebra of terms."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenise(text)
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

    def expect(self, operator: str, remedy: str) -> None:
        if not self.at(operator):
            self.refuse_here(remedy)
        self.position += 1

    def refuse_here(self, remedy: str) -> NoReturn:
        token = self.token
        seen = "the formula ends here" if token.kind == "end" else f"`{token.text}` does not fit here"
        refuse(self.text, token.at, seen, remedy)

    def label_from(self, start: int) -> str:
        return render(self.tokens[start : self.position])

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            refuse(self.text, self.token.at, f"nested more than {MAX_DEPTH} deep", "write it flatter")

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
            refuse(self.text, self.token.at, "text in quotes", "put column names in backticks")
        if self.token.kind in ("name", "quoted"):
            return self._name("anywhere")
        if self.at("("):
            self.enter()
            self.take()
            node = self.sum()
            self.expect(")", "close the parenthesis by `)`")
            self.leave()
            return node
        return self.refuse_here("a column, a number, a function or `(` is expected")

    def _name(self, place: Place) -> Node:
        start = self.position
        token = self.take()
        if not self.at("("):
            return Column(token.text)
        function = FUNCTIONS.get(token.text) if token.kind == "name" else None
        if function is None:
            near = difflib.get_close_matches(token.text, FUNCTIONS, n=2)
            hint = f"perhaps {' or '.join(near)}; " if near else ""
            refuse(
                self.text,
                token.at,
                f"`{token.text}` is not a function of formulas",
                f"{hint}there are {', '.join(FUNCTIONS)}",
            )
        if function.place == "term" and place != "term":
            refuse(
                self.text,
                token.at,
                f"`{function.name}(...)` inside arithmetic",
                "it stands as a term of its own",
            )
        return self._call(function, start)

    def _call(self, function: Function, start: int) -> Call:
        self.enter()
        self.take()
        if self.at(")"):
            self.refuse_here(f"`{function.name}` needs an argument")
        argument = self.sum()
        given: dict[str, float | str | None] = {}
        while self.at(","):
            self.take()
            self._option(function, given)
        self.expect(")", "close the call by `)`")
        self.leave()
        label = self.label_from(start)
        if function.name == "C" and not isinstance(argument, Column):
            refuse(self.text, self.tokens[start].at, f"`{label}`", "C() takes one column")
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
                f"it takes {', '.join(f'`{option}=`' for option in names)}"
                if names
                else "it takes one argument"
            )
            refuse(self.text, start.at, f"an option that `{function.name}` does not have", allowed)
        option = function.options[names.index(name)]
        given[name] = self._level(option) if option.kind == "level" else self._amount(option)

    def _level(self, option: Option) -> float | str:
        if self.token.kind == "string":
            return self.take().text
        if self.token.kind == "number":
            return float(self.take().text)
        return self.refuse_here(f"`{option.name}` is a level: text in quotes, or a number")

    def _amount(self, option: Option) -> float:
        token = self.token
        whole = "a whole number" if option.kind == "count" else "a number"
        bounds = f"`{option.name}` is {whole} between {option.smallest:g} and {option.largest:g}"
        if token.kind != "number":
            self.refuse_here(bounds)
        value = float(self.take().text)
        if not option.smallest <= value <= option.largest or (option.kind == "count" and value != int(value)):
            refuse(self.text, token.at, f"`{token.text}`", bounds)
        return value

    # -- the algebra of terms

    def formula(self) -> Parsed:
        outcome = self.outcome()
        self.expect("~", "write the outcome, `~`, and the terms: `y ~ x1 + x2`")
        start = self.position
        terms, has_intercept = self.right_side()
        if any(term.key == {outcome.label} for term in terms):
            refuse(self.text, 0, f"`{outcome.label}` on both sides", "leave it out on the right")
        return Parsed(render(self.tokens[:-1]), self.label_from(start), outcome, terms, has_intercept)

    def outcome(self) -> Factor:
        start = self.position
        if self.at("~"):
            self.refuse_here("the outcome stands before `~`")
        node = self.sum()
        return self._factor(node, start)

    def _factor(self, node: Node, start: int) -> Factor:
        label = self.label_from(start)
        if not columns_of(node):
            refuse(self.text, self.tokens[start].at, f"`{label}` holds no column", "leave it out")
        return Factor(label, node)

    def right_side(self) -> tuple[tuple[Term, ...], bool]:
        terms: list[Term] = []
        intercept = self._terms(terms, top=True)
        if self.token.kind != "end":
            self.refuse_here("terms are joined by `+`, `*` or `:`; arithmetic goes inside `I(...)`")
        return tuple(sorted(terms, key=lambda term: len(term.factors))), intercept

    def _terms(self, terms: list[Term], *, top: bool) -> bool:
        intercept = True
        sign = self.take().text if self.at("+", "-") else "+"
        while True:
            start = self.token
            if start.kind == "number" and self.tokens[self.position + 1].text not in ("*", "/", "^", ":"):
                intercept = self._intercept(sign, top=top)
            else:
                item = self._crossing()
                self._merge(terms, item, sign, start)
            if not self.at("+", "-"):
                return intercept
            sign = self.take().text

    def _intercept(self, sign: str, *, top: bool) -> bool:
        token = self.take()
        if not top or token.text not in ("0", "1") or (sign, token.text) == ("-", "0"):
            refuse(
                self.text,
                token.at,
                f"the number {token.text} as a term",
                "only `0 +` or `- 1` (no intercept) and `1 +`; arithmetic goes inside `I(...)`",
            )
        return (sign, token.text) == ("+", "1")

    def _merge(self, terms: list[Term], item: list[Term], sign: str, start: Token) -> None:
        held = {term.key for term in terms}
        if sign == "+":
            terms.extend(term for term in item if term.key not in held)
        else:
            unknown = [term.label for term in item if term.key not in held]
            if unknown:
                refuse(
                    self.text,
                    start.at,
                    f"`- {unknown[0]}` takes away a term that is not there",
                    "write a difference as `I(a - b)`",
                )
            gone = {term.key for term in item}
            terms[:] = [term for term in terms if term.key not in gone]
        self._check_size(terms, start)

    def _check_size(self, terms: list[Term], start: Token) -> None:
        if len(terms) > MAX_TERMS:
            refuse(self.text, start.at, f"more than {MAX_TERMS:,} terms", "write fewer")

    def _crossing(self) -> list[Term]:
        start = self.token
        result = self._interaction()
        while self.at("*", "/"):
            operator = self.take()
            if operator.text == "/":
                refuse(
                    self.text,
                    operator.at,
                    "`/` between terms",
                    "write a ratio as `I(a / b)`, and nesting as `a + a:b`",
                )
            right = self._interaction()
            crossed = self._cross(result, right, operator)
            merged: list[Term] = []
            for part in (result, right, crossed):
                self._merge(merged, part, "+", start)
            result = merged
        return result

    def _interaction(self) -> list[Term]:
        result = self._term_power()
        while self.at(":"):
            operator = self.take()
            result = self._cross(result, self._term_power(), operator)
        return result

    def _cross(self, left: list[Term], right: list[Term], operator: Token) -> list[Term]:
        if len(left) * len(right) > MAX_TERMS:
            refuse(self.text, operator.at, f"more than {MAX_TERMS:,} terms", "write fewer")
        if len(left) == len(right) == 1 and left[0].key & right[0].key:
            same = next(_spelled_factor(factor) for factor in left[0].factors if factor.label in right[0].key)
            refuse(
                self.text,
                operator.at,
                f"`{same}` times itself reads as `{same}`",
                f"write the square as `I({same}^2)`",
            )
        crossed: list[Term] = []
        for first in left:
            for second in right:
                extra = tuple(factor for factor in second.factors if factor.label not in first.key)
                crossed.append(Term(first.factors + extra))
        return list({term.key: term for term in reversed(crossed)}.values())[::-1]

    def _term_power(self) -> list[Term]:
        start = self.position
        base = self._operand()
        if not self.at("^"):
            return base
        label = self.label_from(start)
        operator = self.take()
        token = self.token
        if len(base) == 1:
            exponent = token.text if token.kind == "number" else "2"
            refuse(
                self.text,
                operator.at,
                f"a power of `{label}` outside I() would read as `{label}` alone",
                f"write `I({spelled_term(base[0])}^{exponent})`",
            )
        if token.kind != "number" or token.text not in ("1", "2", "3", "4", "5", "6"):
            refuse(
                self.text,
                token.at,
                "the power of a sum of terms",
                "interactions go to order 2, such as `(a + b)^2`, at most 6",
            )
        self.take()
        if self.at("^"):
            self.refuse_here("one power a parenthesis")
        result = base
        for _ in range(int(token.text) - 1):
            crossed = self._cross(result, base, operator)
            merged = list(result)
            self._merge(merged, crossed, "+", token)
            result = merged
        return result

    def _operand(self) -> list[Term]:
        if self.at("("):
            self.enter()
            self.take()
            inner: list[Term] = []
            self._terms(inner, top=False)
            self.expect(")", "terms are joined by `+`, `*` or `:`, and the parenthesis closes by `)`")
            self.leave()
            return inner
        if self.token.kind not in ("name", "quoted"):
            if self.token.kind in ("number", "string"):
                refuse(
                    self.text,
                    self.token.at,
                    f"`{self.token.text}` as a term",
                    "arithmetic goes inside `I(...)`",
                )
            self.refuse_here("a term is expected: a column, a function of one, or `(`")
        start = self.position
        node = self._name("term")
        return [Term((self._factor(node, start),))]


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
    return _Parser(text).formula()


def parse_expression(text: str) -> Factor:
    """Read one arithmetic expression, such as `log(rd / gdp)`."""
    parser = _Parser(text)
    factor = parser.outcome()
    if parser.token.kind != "end":
        parser.refuse_here("one expression is expected: columns, numbers, `+ - * / ^` and functions")
    return factor


def parse_terms(text: str) -> tuple[Term, ...]:
    """Read the right-hand side of a formula on its own, such as `z + log(w)`."""
    return _Parser(text).right_side()[0]
