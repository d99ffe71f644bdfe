"""One regression as a plan: formulas on figures, sample, estimator. It says what it reads, and holds no data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from panelkit.formula.formula import Formula, parse_formula
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Call, Chain, Factor, Negate, Node, Power, columns_of

Spread = Literal["", "mean", "sum"]
Twin = Literal["", "trends", "differences"]


@dataclass(frozen=True)
class Specification:
    """One regression on figures: what an estimator is asked to fit.

    `spread` says how the treatment arrives over `lags` more years: "mean" is its mean over them, "sum" the sum of the
    coefficients of every year's. `twin` is the same regression with a linear trend in every unit ("trends") or in
    first differences with a drift in every unit ("differences"). `choices` names the option taken on every axis of a
    grid, "" for the main one. `mediators` are read by an estimator that has them; `beside` are ratios that stand beside
    the regression and are read with its figures.
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
    mediators: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    lags: int = 0
    spread: Spread = ""
    twin: Twin = ""

    @property
    def term(self) -> str:
        """Return the treatment with its lags, as the formula spells it: the regressor whose coefficient is read."""
        if self.spread != "mean":
            return self._twinned(self.newest)
        years = " + ".join(self._lagged(at) for at in range(self.lags + 1))
        return self._twinned(f"I(({years}) / {self.lags + 1})")

    @property
    def newest(self) -> str:
        """Return the treatment of the newest year that the regression reads."""
        return self._lagged(0)

    @property
    def others(self) -> tuple[str, ...]:
        """Return the other regressors: what earlier years hold beyond the newest one, then the controls.

        b0 x0 + b1 x1 + ... = (b0 + b1 + ...) x0 + b1 (x1 - x0) + ...: beside the differences the coefficient of the
        newest year's treatment is the sum.
        """
        earlier = range(1, self.lags + 1) if self.spread == "sum" else ()
        moved = [f"I({self._lagged(at)} - {self.newest})" for at in earlier]
        return tuple(self._twinned(text) for text in (*moved, *self.controls))

    @property
    def left(self) -> str:
        """Return the outcome as the formula spells it."""
        return self._twinned(self.outcome)

    @property
    def formula(self) -> str:
        """Return the regression as a formula; trends are no columns and stand with the estimator."""
        return f"{self.left} ~ {' + '.join((self.term, *self.others))}"

    def _lagged(self, more: int) -> str:
        years = self.lag + more
        return f"lag({self.treatment}, {years})" if years else self.treatment

    def _twinned(self, text: str) -> str:
        return f"diff({text})" if self.twin == "differences" else text

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the indicators that the specification reads, those beside the regression included."""
        others = [name for text in (*self.mediators, *self.beside) for name in _columns_in(text)]
        return tuple(dict.fromkeys([*_reads(self.formula)[0], *others]))

    @property
    def lead_in(self) -> int:
        """Return how many years before the first are loaded, so that lags reach back out of the sample."""
        return _reads(self.formula)[1]

    @property
    def span(self) -> tuple[int, int]:
        """Return the first and the last year whose figures the specification reads."""
        _, back, ahead = _reads(self.formula)
        return self.years[0] - back, self.years[1] + ahead


def longest_lag(formula: Formula) -> int:
    """Return how many years back the formula reaches."""
    return -min(_extent(factor.node, 0)[0] for factor in _factors(formula))


def longest_lead(formula: Formula) -> int:
    """Return how many years ahead the formula reaches."""
    return max(_extent(factor.node, 0)[1] for factor in _factors(formula))


def _factors(formula: Formula) -> list[Factor]:
    return [formula.left, *(factor for term in formula.terms for factor in term.factors)]


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
def _reads(text: str) -> tuple[tuple[str, ...], int, int]:
    """Return the columns of a formula, and how many years back and ahead it reaches."""
    formula = parse_formula(text)
    return tuple(formula.columns), longest_lag(formula), longest_lead(formula)
