"""A variable moved in the terms of a fit: which terms hold it, and their derivatives at values of a moderator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from panelkit.formula.coefficients import unknown_terms
from panelkit.formula.derivative import STEPS, Slope, children_of, contains, sloped
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Call, Column, Node, Term
from panelkit.inference.after.row_parts import RowParts
from panelkit.kernels.percentiles import percentiles
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult

PERCENTILES = (10.0, 50.0, 90.0)


def part_named(design: Design, text: str) -> Node:
    """Return the part of the formula that a text names: a column as it is called, or an expression."""
    columns = () if design.formula is None else design.formula.columns
    if isinstance(text, str) and text.strip() in columns:
        return Column(text.strip())
    return parse_expression(text).node


def moderator_values(
    observed: FloatArray,
    values: Sequence[float] | None,
    weights: FloatArray | None,
    shares: Sequence[float] = PERCENTILES,
) -> tuple[FloatArray, tuple[Message, ...]]:
    """Return the values of the moderator, those at `shares` of its observed values (n,) unless told, named."""
    if values is None:
        chosen = percentiles(observed, shares, weights)
        words = tuple(
            message("p{share:g} ({value:.6g})", share=share, value=float(value))
            for share, value in zip(shares, chosen, strict=True)
        )
        return chosen, words
    chosen = numbers_of(values)
    if not len(chosen) or not np.isfinite(chosen).all():
        raise SpecError(
            message("values of the moderator are numbers, at least one, not {values}", values=str(values))
        )
    return chosen, tuple(message("{value:.6g}", value=float(value)) for value in chosen)


def numbers_of(given: Any) -> FloatArray:
    """Return what was given as numbers (n,), none where it is no list of numbers."""
    if isinstance(given, str):
        return np.empty(0)
    try:
        return np.array([float(value) for value in given])
    except (TypeError, ValueError):
        return np.empty(0)


def terms_holding(fit: FitResult, design: Design, variable: Node, of: str) -> list[tuple[int, Term]]:
    """Return the terms that hold the variable, with their place among the coefficients."""
    terms = () if design.formula is None else design.formula.terms
    held = [term for term in terms if any(contains(factor.node, variable) for factor in term.factors)]
    if not held:
        raise unknown_terms([of], [term.label for term in terms])
    odd = [term.label for term in held if any(factor.kind != "value" for factor in term.factors)]
    if odd:
        raise SpecError(
            message(
                "{terms}: the effect beside categories or a basis is a combination of coefficients, one a level: use "
                "combine()",
                terms=[f"`{label}`" for label in odd],
            )
        )
    return [(fit.terms.index(term.label), term) for term in held if term.label in fit.terms]


def refuse_moderator(held: list[tuple[int, Term]], variable: Node, moderator: Node, of: str, at: str) -> None:
    """Refuse a moderator that stands with the variable in no term, or that cannot stand still while it moves."""
    alone = len(_movable(variable) | _movable(moderator)) == 1
    if variable != moderator and (alone or contains(moderator, variable)):
        raise SpecError(
            message(
                "`{at}` moves where `{of}` moves and cannot be held at a value: for the effect along a curve name one "
                "column as variable and as moderator",
                of=of,
                at=at,
            )
        )
    beside = any(
        factor.node != variable and contains(factor.node, moderator)
        for _, term in held
        for factor in term.factors
    )
    if not beside:
        raise SpecError(
            message(
                "the effect of `{of}` does not depend on `{at}` in this fit: no term holds both",
                of=of,
                at=at,
            )
        )


def _movable(node: Node) -> set[Node]:
    """Return the columns of a tree; what stands under a lag is another variable than outside."""
    if isinstance(node, Column) or (isinstance(node, Call) and node.name in STEPS):
        return {node}
    return {one for part in children_of(node) for one in _movable(part)}


def term_slope(
    term: Term, variable: Node, moderator: Node | None, value: float | None, rows: RowParts
) -> Slope:
    """Return a term's value (n,) and its derivative (n, 1) by the variable, the moderator set to a value."""

    def known(part: Node) -> Slope | None:
        if part == variable:
            own = np.asarray(value) if moderator == variable else rows.value(part)
            return Slope(own, np.ones((1, 1)) if own.ndim else np.ones(1))
        if part == moderator:
            return Slope(np.asarray(value), np.zeros(1))
        inside = contains(part, variable) or (moderator is not None and contains(part, moderator))
        if inside:
            return _by_sample(part, known, rows)
        found = rows.held(part)
        if found is None and isinstance(part, Column):
            found = rows.value(part)
        return None if found is None else Slope(found, np.zeros((1, 1)))

    total = Slope(np.asarray(1.0), np.zeros(1))
    for factor in term.factors:
        one = sloped(factor.node, known)
        a, b = total.value, one.value
        total = Slope(a * b, b[..., None] * total.by + a[..., None] * one.by)
    return total


def _by_sample(part: Node, known: Any, rows: RowParts) -> Slope | None:
    """Return center(), standardize() and scale() of a part: a shift and a scale of the sample."""
    if not isinstance(part, Call) or part.name not in ("center", "standardize", "scale"):
        return None
    mean, divisor = rows.design.memory.statistics[part.label]
    inner = sloped(part.argument, known)
    return Slope((inner.value - mean) / divisor, inner.by / divisor)
