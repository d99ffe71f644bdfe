"""The columns of a threshold model: what has one slope, what has one by regime, and what parts the regimes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from panelkit.formula.formula import Formula, parse_formula
from panelkit.formula.model_matrix import Memory
from panelkit.formula.tree import calls_of, columns_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.shell import without_intercept
from panelkit.panel.design import Design
from panelkit.panel.redundant import without_redundant
from panelkit.show.brief import Brief

_BACK = ("lag", "diff", "lead")


@dataclass(frozen=True)
class Roles:
    """What a threshold model asks of its formula: labels of the terms as the gate spells them."""

    whole: Formula
    common: tuple[str, ...]
    regime: tuple[str, ...]
    threshold: str


def roles_of(formula: str, regime: tuple[str, ...], threshold: str) -> Roles:
    """Return the roles of the terms, and the formula that reads all of them.

    Raises
    ------
    SpecError
        If a term does not pass the gate, stands in two places, is no number, or holds the outcome or its lag.
    """
    common = parse_formula(formula)
    beside = [_numeric(formula, name) for name in regime]
    parting = _numeric(formula, threshold)
    labels = [part.rhs_terms[0] for part in beside]
    twice = sorted(set(labels) & set(common.rhs_terms))
    if twice or len(set(labels)) < len(labels):
        raise SpecError(
            message(
                "{names}: named twice; a regressor has either one slope (formula) or one by regime "
                "({regime})",
                regime=option("regime"),
                names=[f"`{name}`" for name in twice or labels],
            )
        )
    _refuse_outcome(common, parting)
    for part in (common, *beside):
        _refuse_lagged_outcome(common, part)
    whole = common
    for name in (*regime, threshold):
        whole = whole.adding(name)
    return Roles(whole, common.rhs_terms, tuple(labels), parting.rhs_terms[0])


@dataclass(frozen=True, eq=False)
class ThresholdColumns(Brief):
    """The columns of n rows: `common` (n, j), `regime` (n, k), the threshold variable `q` (n,), and their design."""

    design: Design
    common: FloatArray
    regime: FloatArray
    q: FloatArray
    common_terms: tuple[str, ...]
    regime_terms: tuple[str, ...]
    intercept: bool

    @property
    def searched(self) -> FloatArray:
        """Return the columns (n, k) that change with the regime, the intercept among them where it does."""
        if not self.intercept:
            return self.regime
        return np.column_stack([self.regime, np.ones(len(self.q))])

    def crossing(self, regime: IntArray) -> int:
        """Return how many units have rows in more than one regime (n,): on them alone the slopes are compared."""
        low, high = (np.full(len(self.design.unit_labels), end) for end in (regime.max(), 0))
        np.minimum.at(low, self.design.unit, regime)
        np.maximum.at(high, self.design.unit, regime)
        return int((low < high).sum())

    def by_regime(self, regime: IntArray) -> Design:
        """Return the design with a column a regime for every regime regressor; `regime` (n,) counts from 0."""
        count = int(regime.max()) + 1
        marks = (regime[:, None] == np.arange(count)).astype(np.float64)
        columns = [self.common]
        terms = list(self.common_terms)
        for name, values in zip(self.regime_terms, self.regime.T, strict=True):
            columns.append(values[:, None] * marks)
            terms += [f"{name}:regime{number + 1}" for number in range(count)]
        if self.intercept:
            columns.append(marks[:, 1:])
            terms += [f"regime{number + 1}" for number in range(1, count)]
        return self.holding(np.column_stack(columns), tuple(terms))

    def holding(self, X: FloatArray, terms: tuple[str, ...], formula: Formula | None = None) -> Design:
        """Return the design of the same rows with other columns (n, k)."""
        return replace(
            self.design,
            X=np.asfortranarray(X),
            terms=terms,
            formula=formula,
            memory=Memory(),
            has_intercept=False,
        )


def columns_of_design(design: Design, roles: Roles, effects: str, *, intercept: bool) -> ThresholdColumns:
    """Take the columns of a design apart by their roles.

    Raises
    ------
    SpecError
        If a regressor with a slope by regime, or the threshold variable, is not one column of numbers.
    """
    design = without_intercept(design)
    own = {name for name in (*roles.regime, roles.threshold) if name not in roles.common}
    among = [term for term in design.terms if term not in own]
    design, said = without_redundant(design, effects, among)  # type: ignore[arg-type]
    at = {term: j for j, term in enumerate(design.terms)}
    lacking = [name for name in (*roles.regime, roles.threshold) if name not in at]
    if lacking:
        raise SpecError(
            message(
                "{names}: a regime regressor and a threshold variable are numbers, one column each",
                names=[f"`{name}`" for name in lacking],
            )
        )
    common = tuple(term for term in design.terms if term not in own)
    X = np.asarray(design.X)
    return ThresholdColumns(
        replace(design, notes=(*design.notes, *said)),
        X[:, [at[name] for name in common]],
        X[:, [at[name] for name in roles.regime]],
        X[:, at[roles.threshold]].copy(),
        common,
        roles.regime,
        intercept,
    )


def _numeric(formula: str, name: str) -> Formula:
    """Return one term beside the outcome of a formula."""
    if not isinstance(name, str) or not name.strip():
        raise SpecError(message("a regressor is named by a text, not {name!r}", name=name))
    part = parse_formula(f"{parse_formula(formula).text.split('~')[0]} ~ {name}")
    if len(part.rhs_terms) != 1:
        raise SpecError(message("`{name}` is not one term: name regressors one by one", name=name))
    return part


def _refuse_outcome(common: Formula, parting: Formula) -> None:
    outcome = set(columns_of(common.left.node))
    held = {name for term in parting.terms for factor in term.factors for name in columns_of(factor.node)}
    if outcome <= held:
        raise SpecError(
            message(
                "`{threshold}` is made of the outcome `{outcome}`, so that regimes are chosen by the errors: Hansen's "
                "model asks for a threshold variable that no error moves. Take another variable, or its "
                "value before the sample",
                threshold=parting.rhs_terms[0],
                outcome=common.outcome,
            )
        )


def _refuse_lagged_outcome(common: Formula, part: Formula) -> None:
    outcome = set(columns_of(common.left.node))
    for term in part.terms:
        for factor in term.factors:
            back = any(call in _BACK for call in calls_of(factor.node))
            if not back and outcome == set(columns_of(factor.node)):
                raise SpecError(
                    message(
                        "`{term}` is made of the outcome `{outcome}`, which no regressor may be: leave it out",
                        term=factor.label,
                        outcome=common.outcome,
                    )
                )
            if back and outcome <= set(columns_of(factor.node)):
                raise SpecError(
                    message(
                        "`{term}` is a lag or lead of the outcome: after the effects of units are swept out it is "
                        "correlated with the errors (Nickell 1981), and neither slopes, threshold nor F are right. "
                        "Leave it out, or estimate the dynamics alone by DifferenceGMM",
                        term=factor.label,
                    )
                )
