"""Values of trees with their exact derivatives: of coefficients, or of one part of a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.formula.tree import Call, Chain, Column, Negate, Node, Number, Power
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Slope(Brief):
    """A value, of any shape S, and its derivatives in m directions, S + (m,)."""

    value: FloatArray
    by: FloatArray

    def through(self, value: FloatArray, factor: FloatArray) -> Slope:
        """Return a function of this value whose own derivative is `factor` (S)."""
        return Slope(np.asarray(value), np.asarray(factor)[..., None] * self.by)


# Functions of other periods: what stands in them is another variable than it is outside.
STEPS = ("lag", "lead", "diff")

Known = Callable[[Node], Slope | None]

FUNCTIONS_WITH_SLOPE: dict[str, tuple[Callable[..., FloatArray], Callable[..., FloatArray]]] = {
    "log": (np.log, lambda v: 1.0 / v),
    "log1p": (np.log1p, lambda v: 1.0 / (1.0 + v)),
    "log2": (np.log2, lambda v: 1.0 / (v * np.log(2.0))),
    "log10": (np.log10, lambda v: 1.0 / (v * np.log(10.0))),
    "exp": (np.exp, np.exp),
    "sqrt": (np.sqrt, lambda v: 0.5 / np.sqrt(v)),
    "abs": (np.abs, np.sign),
    "asinh": (np.arcsinh, lambda v: 1.0 / np.sqrt(1.0 + v * v)),
}


def sloped(node: Node, known: Known) -> Slope:
    """Return the value of a tree with its derivatives.

    Parameters
    ----------
    node
        The tree.
    known
        Returns value and derivatives of a part that is known (a column, or any part that is held as a whole), None of
        any other.

    Raises
    ------
    SpecError
        If a part is unknown, or a function has no derivative here.
    """
    found = known(node)
    if found is not None:
        return found
    match node:
        case Number(value):
            return Slope(np.asarray(value), np.zeros(1))
        case Negate(operand):
            inner = sloped(operand, known)
            return Slope(-inner.value, -inner.by)
        case Chain(first, rest):
            total = sloped(first, known)
            for operator, part in rest:
                total = _joined(total, operator, sloped(part, known))
            return total
        case Power(base, exponent):
            return _power(sloped(base, known), sloped(exponent, known))
        case Call("I", argument):
            return sloped(argument, known)
        case Call(name, argument) if name in FUNCTIONS_WITH_SLOPE:
            inner = sloped(argument, known)
            function, factor = FUNCTIONS_WITH_SLOPE[name]
            with np.errstate(all="ignore"):
                return inner.through(function(inner.value), factor(inner.value))
        case Call(name):
            raise SpecError(
                message("`{label}`: {name}() has no derivative here", label=node.label, name=name)
            )
        case Column(name):
            raise SpecError(message("`{name}` is not known here", name=name))


def _joined(left: Slope, operator: str, right: Slope) -> Slope:
    a, b = left.value, right.value
    with np.errstate(all="ignore"):
        if operator == "+":
            return Slope(a + b, left.by + right.by)
        if operator == "-":
            return Slope(a - b, left.by - right.by)
        if operator == "*":
            return Slope(a * b, b[..., None] * left.by + a[..., None] * right.by)
        return Slope(a / b, (left.by - (a / b)[..., None] * right.by) / b[..., None])


def _power(base: Slope, exponent: Slope) -> Slope:
    a, p = base.value, exponent.value
    with np.errstate(all="ignore"):
        value = np.asarray(np.power(a, p))
        by = np.where(p == 0.0, 0.0, p * np.power(a, p - 1.0))[..., None] * base.by
        if np.any(exponent.by != 0.0):
            by = by + (value * np.log(a))[..., None] * exponent.by
        return Slope(value, by)


def is_linear(node: Node) -> bool:
    """Tell whether a tree is linear in its columns."""
    match node:
        case Number() | Column():
            return True
        case Negate(operand) | Call("I", operand):
            return is_linear(operand)
        case Chain(first, rest):
            return _linear_chain(first, rest)
    return not has_columns(node)


def _linear_chain(first: Node, rest: tuple[tuple[str, Node], ...]) -> bool:
    parts = [first, *(part for _, part in rest)]
    if not all(is_linear(part) for part in parts):
        return False
    if rest[0][0] in "+-":
        return True
    below = any(operator == "/" and has_columns(part) for operator, part in rest)
    return not below and sum(has_columns(part) for part in parts) <= 1


def has_columns(node: Node) -> bool:
    """Tell whether a tree names a column."""
    return any(isinstance(part, Column) for part in parts_of(node))


def parts_of(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for part in children_of(node):
        yield from parts_of(part)


def children_of(node: Node) -> tuple[Node, ...]:
    """Return the parts that a node joins."""
    match node:
        case Negate(operand) | Call(_, operand):
            return (operand,)
        case Chain(first, rest):
            return (first, *(item for _, item in rest))
        case Power(base, exponent):
            return (base, exponent)
    return ()


def contains(node: Node, part: Node) -> bool:
    """Tell whether a part stands in a tree as it is, and not under a lag."""
    if node == part:
        return True
    if isinstance(node, Call) and node.name in STEPS:
        return False
    below = list(parts_of(node))[1:]
    stepped = [
        inner for each in below if isinstance(each, Call) and each.name in STEPS for inner in parts_of(each)
    ]
    return any(each == part and not any(each is other for other in stepped) for each in below)
