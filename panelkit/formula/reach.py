"""How far back and ahead in time an expression reads: what must be held around a sample that is cut by years."""

from __future__ import annotations

from collections.abc import Iterable

from panelkit.formula.condition_grammar import Among, Both, Compare, Condition, Either, Not, QuotedText
from panelkit.formula.formula import Formula
from panelkit.formula.tree import Call, Chain, Column, Factor, Negate, Node, Number, Power

Reach = tuple[int, int]
HERE: Reach = (0, 0)


def reach_of(node: Node) -> Reach:
    """Return how many years before and after its own a value reads: `lag(x, 3)` (3, 0), `lead(x)` (0, 1).

    Both are zero or more: a row is itself read, also on the way, so that `lead(lag(x, 2), 3)` needs the row three
    years ahead although its value lies one year ahead.
    """
    match node:
        case Column() | Number():
            return HERE
        case Negate(operand):
            return reach_of(operand)
        case Chain(first, rest):
            return widest(reach_of(part) for part in (first, *(item for _, item in rest)))
        case Power(base, exponent):
            return widest((reach_of(base), reach_of(exponent)))
        case Call(name, argument):
            inside = reach_of(argument)
            if name == "lag":
                return _shifted(inside, node.count("k"))
            if name == "lead":
                return _shifted(inside, -node.count("k"))
            return widest((inside, _shifted(inside, node.count("k")))) if name == "diff" else inside


def formula_reach(formula: Formula) -> Reach:
    """Return how far the outcome and the terms of a formula read."""
    return factors_reach([formula.left, *(factor for term in formula.terms for factor in term.factors)])


def factors_reach(factors: Iterable[Factor]) -> Reach:
    """Return how far the farthest of several factors reads."""
    return widest(reach_of(factor.node) for factor in factors)


def condition_reach(condition: Condition) -> Reach:
    """Return how far the sides of a condition read."""
    return widest(
        reach_of(side)
        for pair in _comparisons(condition)
        for side in pair
        if not isinstance(side, QuotedText)
    )


def columns_of_text(condition: Condition) -> tuple[str, ...]:
    """Return the columns that a condition compares with text."""
    found = [
        [side.name for side in pair if isinstance(side, Column)]
        for pair in _comparisons(condition)
        if any(isinstance(side, QuotedText) for side in pair)
    ]
    return tuple(dict.fromkeys(name for names in found for name in names))


def _comparisons(condition: Condition) -> list[tuple[Node | QuotedText, ...]]:
    match condition:
        case Compare(_, left, right):
            return [(left, right)]
        case Among(left, values):
            return [(left, *(QuotedText(value) for value in values if isinstance(value, str)))]
        case Not(inner):
            return _comparisons(inner)
        case Both(parts) | Either(parts):
            return [pair for part in parts for pair in _comparisons(part)]


def widest(parts: Iterable[Reach]) -> Reach:
    """Return the reach that holds all of several, and the value's own year."""
    held = [HERE, *parts]
    return max(before for before, _ in held), max(after for _, after in held)


def _shifted(inside: Reach, k: int) -> Reach:
    """Return the reach of a value k years earlier: the row of that year is read, and all that its value reads."""
    return max(0, inside[0] + k), max(0, inside[1] - k)
