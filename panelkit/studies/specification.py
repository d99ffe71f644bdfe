"""Turn a design of a claim into concrete specifications: figures in place of roles, options of the grid taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from panelkit.claims.file.document import Claim, GridOption, PanelDesign, Sample, fill_roles
from panelkit.formula.formula import Formula, parse_formula
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Call, Chain, Factor, Negate, Node, Power, columns_of
from panelkit.language.errors import SpecError

_T = TypeVar("_T")


@dataclass(frozen=True)
class Specification:
    """One regression, with figures in place of roles: what an estimator is asked to fit.

    `choices` names the option taken on every axis of the grid, "" for the main one.
    """

    outcome: str
    treatment: str
    controls: tuple[str, ...]
    lag: int
    effects: str
    estimator: str
    vcov: str
    years: tuple[int, int]
    provinces: str | tuple[str, ...]
    vintage: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()
    left_out: str = ""
    extra: tuple[str, ...] = field(default=())

    @property
    def term(self) -> str:
        """Return the treatment with its lag, as the formula spells it."""
        return f"lag({self.treatment}, {self.lag})" if self.lag else self.treatment

    @property
    def formula(self) -> str:
        """Return the regression as a formula."""
        return f"{self.outcome} ~ {' + '.join((self.term, *self.controls))}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the indicators that the specification reads, those beside the regression included."""
        beside = [name for text in self.extra for name in _columns_in(text)]
        return tuple(dict.fromkeys([*_parsed(self.formula).columns, *beside]))

    @property
    def lead_in(self) -> int:
        """Return how many years before the first are loaded, so that lags reach back out of the sample."""
        return longest_lag(_parsed(self.formula))

    @property
    def lead_out(self) -> int:
        """Return how many years after the last are loaded, so that leads reach out of the sample."""
        return longest_lead(_parsed(self.formula))

    @property
    def span(self) -> tuple[int, int]:
        """Return the first and the last year whose figures the specification reads."""
        return self.years[0] - self.lead_in, self.years[1] + self.lead_out


def specify(
    claim: Claim, design: PanelDesign, options: Iterable[GridOption | None] = (), left_out: str = ""
) -> Specification:
    """Return the design as a specification, changed by the options of a grid (None: the main choice)."""
    taken = [option for option in options if option is not None]
    quantities = dict(claim.quantities)
    for option in taken:
        quantities.update(option.quantities or {})
    sample = _sample(claim, design, taken)
    return Specification(
        outcome=fill_roles(design.outcome, quantities),
        treatment=fill_roles(design.treatment, quantities),
        controls=tuple(fill_roles(text, quantities) for text in _last(taken, "controls", design.controls)),
        lag=_last(taken, "lag", design.lag),
        effects=_last(taken, "effects", design.effects),
        estimator=design.estimator,
        vcov=design.vcov,
        years=sample.years,
        provinces=sample.provinces,
        vintage=tuple(sorted(sample.vintage.items())),
        choices=tuple(option.id if option is not None else "" for option in options),
        left_out=left_out,
        extra=tuple(fill_roles(text, quantities) for text in _beside(claim, design)),
    )


def longest_lag(formula: Formula) -> int:
    """Return how many years back the formula reaches."""
    return -min(_extent(factor.node, 0)[0] for factor in _factors(formula))


def longest_lead(formula: Formula) -> int:
    """Return how many years ahead the formula reaches."""
    return max(_extent(factor.node, 0)[1] for factor in _factors(formula))


def _factors(formula: Formula) -> list[Factor]:
    return [formula.left, *(factor for term in formula.terms for factor in term.factors)]


def _sample(claim: Claim, design: PanelDesign, taken: list[GridOption]) -> Sample:
    base = design.sample or claim.sample
    if base is None:
        raise SpecError(f"claim {claim.id}, design {design.id}: no sample; give [claim.sample]")
    vintage = dict(base.vintage)
    for option in taken:
        vintage.update(option.vintage or {})
    return Sample(
        years=_last(taken, "years", base.years),
        provinces=_last(taken, "provinces", base.provinces),
        vintage=vintage,
    )


def _last(taken: list[GridOption], name: str, main: _T) -> _T:
    """Return what the last option says of a field, or the main design's value."""
    said = [getattr(option, name) for option in taken if getattr(option, name) is not None]
    return said[-1] if said else main


def _beside(claim: Claim, design: PanelDesign) -> list[str]:
    return [*(item.figure for item in claim.beside), *([design.yuan] if design.yuan else [])]


def _extent(node: Node, at: int) -> tuple[int, int]:
    """Return the earliest and the latest year that a node reads, seen from a row `at` years away from its own.

    The rows on the way count too: lag(lead(x, 2)) looks at the row one year back before it looks ahead.
    """
    match node:
        case Call("lag" | "diff" | "lead", argument):
            step = node.count("k") if node.name == "lead" else -node.count("k")
            return _widest([(at, at), _extent(argument, at + step)])
        case Call(_, argument):
            return _extent(argument, at)
        case Chain(first, rest):
            return _widest([_extent(part, at) for part in (first, *(item for _, item in rest))])
        case Negate(operand):
            return _extent(operand, at)
        case Power(base, exponent):
            return _widest([_extent(base, at), _extent(exponent, at)])
        case _:
            return at, at


def _widest(extents: list[tuple[int, int]]) -> tuple[int, int]:
    return min(low for low, _ in extents), max(high for _, high in extents)


@cache
def _columns_in(expression: str) -> tuple[str, ...]:
    return columns_of(parse_expression(expression).node)


@cache
def _parsed(formula: str) -> Formula:
    return parse_formula(formula)
