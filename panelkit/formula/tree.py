"""The words of formulas: the functions that may be called, and the tree that a formula is read into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from panelkit.language.errors import SpecError
from panelkit.language.message import message

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
            raise SpecError(message("`{label}` needs `{name}=`, a whole number", label=self.label, name=name))
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
    return tuple(latest_reads(node))


def latest_reads(node: Node) -> dict[str, int]:
    """Return for each column under a node, in order of appearance, the latest year in which it is read.

    Years are counted from a row's own: -1 under `lag(x, 1)`, 2 under `lead(x, 2)`, 0 under `diff(x, 1)`.
    """
    found: dict[str, int] = {}
    for name, at in _reads(node, 0):
        found[name] = max(at, found.get(name, at))
    return found


def _reads(node: Node, at: int) -> Iterator[tuple[str, int]]:
    match node:
        case Column(name):
            yield name, at
        case Number():
            return
        case Negate(operand):
            yield from _reads(operand, at)
        case Chain(first, rest):
            for part in (first, *(item for _, item in rest)):
                yield from _reads(part, at)
        case Power(base, exponent):
            yield from _reads(base, at)
            yield from _reads(exponent, at)
        case Call("lag" | "lead", argument):
            step = node.count("k") if node.name == "lead" else -node.count("k")
            yield from _reads(argument, at + step)
        case Call(_, argument):
            yield from _reads(argument, at)


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
