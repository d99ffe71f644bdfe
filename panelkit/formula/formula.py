"""Formulas: read through the gate, then worked out on a frame.

A formula names columns and a few functions (docs/formulas.md); the gate in `core/grammar.py` refuses
everything else. Arithmetic, lags and logarithms are worked out by `core/arithmetic.py`; categories,
splines and interactions become columns through formulaic in `core/model_matrix.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from panelkit.formula.arithmetic import BY_SAMPLE, Cells, Evaluator
from panelkit.formula.grammar import parse, parse_expression, parse_terms, spelled_term
from panelkit.formula.model_matrix import Category, Memory, read_category, stack
from panelkit.formula.tree import FUNCTIONS, Call, Factor, Term, calls_of, columns_of
from panelkit.kernels.index import Array
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief

__all__ = [
    "FUNCTIONS",
    "Columns",
    "Formula",
    "as_formula",
    "columns_on",
    "evaluate",
    "materialise",
    "parse_formula",
]


@dataclass(frozen=True)
class Formula:
    """A formula that passed the gate: hashable, printable, and without data.

    `text` is what the user wrote with normalised blanks, `outcome` the label of the left side, `rhs_terms`
    the labels of the terms after expansion (without the intercept), `columns` every name used.
    """

    text: str
    outcome: str
    rhs_terms: tuple[str, ...]
    has_intercept: bool
    columns: tuple[str, ...]
    left: Factor = field(repr=False)
    terms: tuple[Term, ...] = field(repr=False)
    right: str = field(repr=False)

    def __str__(self) -> str:
        return self.text

    def with_outcome(self, expression: str) -> Formula:
        """Return the same right-hand side under another outcome.

        Raises
        ------
        SpecError
            If the expression does not pass the gate.
        """
        return parse_formula(f"{_spelled(parse_expression(expression))} ~ {self.right}")

    def adding(self, terms: str) -> Formula:
        """Return the formula with more terms, such as `z + log(w)`.

        Raises
        ------
        SpecError
            If the terms do not pass the gate.
        """
        added = [spelled_term(term) for term in parse_terms(terms)]
        return parse_formula(" + ".join([self.text, *added]))

    def dropping(self, terms: str) -> Formula:
        """Return the formula without some of its terms.

        Raises
        ------
        SpecError
            If a term is not in the formula.
        """
        gone = [spelled_term(term) for term in parse_terms(terms)]
        return parse_formula(" - ".join([self.text, *gone]))


def _spelled(factor: Factor) -> str:
    return spelled_term(Term((factor,)))


def parse_formula(text: str) -> Formula:
    """Read `outcome ~ terms` through the gate.

    Raises
    ------
    SpecError
        If the text holds anything but the grammar of docs/formulas.md; the message points at the place.
    """
    parsed = parse(text)
    factors = [parsed.outcome, *(factor for term in parsed.terms for factor in term.factors)]
    return Formula(
        text=parsed.text,
        outcome=parsed.outcome.label,
        rhs_terms=tuple(term.label for term in parsed.terms),
        has_intercept=parsed.has_intercept,
        columns=tuple(dict.fromkeys(name for factor in factors for name in columns_of(factor.node))),
        left=parsed.outcome,
        terms=parsed.terms,
        right=parsed.right,
    )


def as_formula(formula: str | Formula) -> Formula:
    """Return a formula as it is, or read it from text."""
    return formula if isinstance(formula, Formula) else parse_formula(formula)


@dataclass(frozen=True, eq=False)
class Columns(Brief):
    """Finished columns of a formula on the rows of a table.

    `values` holds (n,) floats, or categories, by factor label, the outcome's among them; `complete` (n,)
    marks the rows where none is missing.
    """

    formula: Formula
    values: dict[str, Array | Category]
    complete: Array
    statistics: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def taken(self, rows: Array | None) -> dict[str, Array | Category]:
        """Return the values on the given rows (None: all, in order)."""
        return {label: _take(value, rows) for label, value in self.values.items()}

    def matrices(
        self, rows: Array | None, memory: Memory | None = None, terms: tuple[Term, ...] | None = None
    ) -> tuple[Array, tuple[str, ...], Array, Memory]:
        """Return y (m,), k labels, X (m, k) and the memory, on the given rows (None: all, in order).

        `terms` are those that become columns, of the formula's own; None is all of them.
        """
        taken = self.taken(rows)
        outcome = taken[self.formula.left.label]
        if isinstance(outcome, Category):
            raise DataError(message("the outcome `{outcome}` must be numeric", outcome=self.formula.outcome))
        has_intercept = self.formula.has_intercept
        if terms is None:
            terms = self.formula.terms
        labels, matrix, made = stack(terms, has_intercept, taken, len(outcome), memory)
        return outcome, labels, matrix, replace(made, statistics=self.statistics)


def _take(value: Array | Category, rows: Array | None) -> Array | Category:
    if rows is None:
        return value
    if isinstance(value, Category):
        return Category(value.codes[rows], value.levels)
    return value[rows]


def columns_on(
    formula: Formula,
    table: Cells,
    also: Array | None = None,
    memory: Memory | None = None,
    *,
    asking: Array | None = None,
    choose: Callable[[Columns], Array] | None = None,
) -> Columns:
    """Work out every factor of a formula on a table.

    `also` (n,) bool marks rows that are complete in other respects, `asking` those for which a function that is not
    defined is refused (None: all). `choose` says which rows (n,) enter, once it is known which are complete: means,
    quantiles and levels are theirs. Without it every complete row enters.

    Raises
    ------
    DataError
        If columns are missing or not numeric, or a function meets a value it is not defined for.
    """
    table.require(formula.columns)
    factors = list({factor.label: factor for factor in _factors(formula)}.values())
    evaluator = Evaluator(table)
    complete = np.ones(len(table), dtype=bool) if also is None else also.copy()
    values: dict[str, Array | Category] = {}
    for factor in factors:
        if factor.kind == "category":
            complete &= ~np.asarray(pd.isna(table.raw(_only_column(factor))))
        elif _depends(factor):
            complete &= ~evaluator.missing(factor.node)
        else:
            value = evaluator.factor(factor)
            values[factor.label] = value
            complete &= ~np.isnan(value)
    evaluator.finish(asking)
    found = Columns(formula, values, complete)
    entering = complete if choose is None or not complete.any() else choose(found)
    if not entering.any():
        return found
    statistics = _by_sample(factors, values, table, entering, {} if memory is None else memory.statistics)
    for factor in factors:
        if factor.kind == "category" and isinstance(factor.node, Call):
            held = None if memory is None else memory.levels.get(factor.label)
            values[factor.label] = read_category(table.raw(_only_column(factor)), factor.node, entering, held)
    return Columns(formula, values, complete, statistics)


def _depends(factor: Factor) -> bool:
    """Tell whether a factor's values depend on which rows enter."""
    return bool(BY_SAMPLE & set(calls_of(factor.node)))


def _factors(formula: Formula) -> Iterable[Factor]:
    yield formula.left
    for term in formula.terms:
        yield from term.factors


def _only_column(factor: Factor) -> str:
    return columns_of(factor.node)[0]


def _by_sample(
    factors: list[Factor],
    values: dict[str, Array | Category],
    table: Cells,
    complete: Array,
    statistics: Mapping[str, tuple[float, float]],
) -> Mapping[str, tuple[float, float]]:
    """Work out again, on the complete rows' means and quantiles, the factors that depend on the sample."""
    evaluator = Evaluator(table, complete, statistics)
    for factor in factors:
        if _depends(factor):
            values[factor.label] = evaluator.factor(factor)
    evaluator.finish(complete)
    return evaluator.statistics


def materialise(formula: str | Formula, frame: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Return the outcome and the design matrix of every row of a (province, year) frame, missing cells kept.

    Returns
    -------
    y, X
        On the frame's own index and in its order; NaN in every column of a row that misses any cell of the
        right-hand side. The intercept, if the formula has one, is the column `Intercept`.
    """
    table = Cells(frame)
    frame = table.frame
    _refuse_duplicates(table)
    columns = columns_on(as_formula(formula), table)
    rows = np.flatnonzero(columns.complete)
    if len(rows) == 0:
        raise DataError(
            message(
                "no row holds every column of `{formula}`: check the {periods} asked for",
                formula=columns.formula,
            ).spoken(*table.panel.levels)
        )
    _, labels, matrix, _ = columns.matrices(rows)
    outcome = columns.values[columns.formula.left.label]
    if isinstance(outcome, Category):
        raise DataError(message("the outcome `{outcome}` must be numeric", outcome=columns.formula.outcome))
    full = np.full((len(frame), len(labels)), np.nan)
    full[rows] = matrix
    y = pd.Series(outcome, index=frame.index, name=columns.formula.outcome)
    return y, pd.DataFrame(full, index=frame.index, columns=pd.Index(labels))


def _refuse_duplicates(table: Cells) -> None:
    """Let the panel index refuse a unit that holds one year twice."""
    _ = table.panel.order


def evaluate(expression: str, frame: pd.DataFrame, rows: Array | None = None) -> pd.Series:
    """Work out one gated expression, such as `rd_funds_government / rd_expenditure`, on every row.

    Means and quantiles in it are those of the marked rows (n,), or of every row that holds them.

    Raises
    ------
    SpecError
        If the expression does not pass the gate.
    DataError
        If columns are missing or not numeric, or a function meets a value it is not defined for.
    """
    factor = parse_expression(expression)
    table = Cells(frame)
    table.require(columns_of(factor.node))
    evaluator = Evaluator(table, rows)
    value = evaluator.factor(factor)
    evaluator.finish()
    return pd.Series(value, index=table.frame.index, name=factor.label)
