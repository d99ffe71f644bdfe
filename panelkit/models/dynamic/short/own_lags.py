"""Which terms of a formula are lags of its outcome, and which hide one."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.formula.formula import Formula, parse_formula
from panelkit.formula.lag_ranges import with_ranges
from panelkit.formula.tree import Call, Factor, calls_of, columns_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message

_MOVING = frozenset({"lag", "lead", "diff"})


@dataclass(frozen=True)
class OwnLags:
    """The lags of the outcome in a formula: their `orders`, ascending, and the labels of their terms."""

    orders: tuple[int, ...]
    terms: tuple[str, ...]

    @property
    def first_only(self) -> bool:
        """Return whether the first lag stands alone."""
        return self.orders == (1,)


def spelled(formula: str) -> str:
    """Write `lag(y, 1:2)` as `lag(y, 1) + lag(y, 2)`; what is no text is left to the gate."""
    return with_ranges(formula) if isinstance(formula, str) else formula


def own_lags(formula: str) -> OwnLags:
    """Return the lags of the outcome that a formula names as terms.

    Raises
    ------
    SpecError
        If there is none, one is written twice, or one hides in a product or another expression.
    """
    parsed = parse_formula(spelled(formula))
    held: dict[int, str] = {}
    for term in parsed.terms:
        alone = _order(term.factors[0], parsed) if len(term.factors) == 1 else None
        if alone is None:
            _refuse_hidden(term.label, term.factors, parsed)
        elif alone in held:
            raise SpecError(message("`{term}` stands in the formula twice: leave one out", term=held[alone]))
        else:
            held[alone] = term.label
    if not held:
        raise SpecError(
            message(
                "`{formula}` has no lag of its outcome, and a dynamic panel is about one: add `lag({outcome}, 1)`, or "
                "take FixedEffects",
                formula=parsed.text,
                outcome=parsed.outcome,
            )
        )
    orders = tuple(sorted(held))
    return OwnLags(orders, tuple(held[order] for order in orders))


def _order(factor: Factor, formula: Formula) -> int | None:
    """Return by how many periods a factor lags the outcome; None where it does not."""
    node = factor.node
    if isinstance(node, Call) and node.name == "lag" and node.argument == formula.left.node:
        return node.count("k")
    return None


def _refuse_hidden(label: str, factors: tuple[Factor, ...], formula: Formula) -> None:
    outcome = set(columns_of(formula.left.node))
    for factor in factors:
        if not _MOVING & set(calls_of(factor.node)) or not outcome <= set(columns_of(factor.node)):
            continue
        raise SpecError(
            message(
                "`{term}` holds the outcome `{outcome}` of another period in a form whose bias is not known: write "
                "lags of the outcome as it stands on the left, `lag({outcome}, 1)`",
                term=label,
                outcome=formula.outcome,
            )
        )
