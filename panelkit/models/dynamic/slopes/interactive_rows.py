"""From rows to slopes beside factors: what is swept, the search, the projected regression, facts and notes."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.covariance.base import computed
from panelkit.covariance.conventions import convention_named, convention_of_problem
from panelkit.inference.after.model_statistics import with_model_test
from panelkit.kernels.factors import Approximation, bias_of_errors, bias_of_lags, searched
from panelkit.kernels.index import Array
from panelkit.kernels.linear import LinearFit, fit_plain
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import message
from panelkit.models.dynamic.slopes.factor_fit import factor_fit
from panelkit.models.dynamic.slopes.interactive_result import InteractiveResult
from panelkit.models.dynamic.slopes.interactive_sample import Swept
from panelkit.models.dynamic.slopes.interactive_words import low_rank_notes, search_facts, search_notes
from panelkit.models.effects import effects_word
from panelkit.models.statements import convention_sentence, exact_fit, linear_facts
from panelkit.results.fit import fields_under


def fit_rows(spec: Any, swept: Swept) -> InteractiveResult:
    """Return the result of a swept panel."""
    k, r = len(swept.X), spec.factors
    df = _left(swept, r)
    rng = np.random.default_rng(spec.seed)
    starts = 1 if r == 0 else spec.starts
    best, squares = searched(swept.y, swept.X, r, df, starts, rng)
    if not best.settled:
        raise ConvergenceError(
            message(
                "the best of {starts} searches beside {factors} factors did not settle: take fewer factors, or more "
                "starts",
                starts=starts,
                factors=r,
            )
        )
    found = best.approximation
    beta = best.beta
    Z = found.projected(swept.X).reshape(k, -1).T
    if spec.bias_correction:
        beta = beta - np.linalg.solve(Z.T @ Z, _bias(spec, swept, found))
    linear = _regression(swept, found, Z, beta, r)
    return _result(spec, swept, linear, found, squares)


def _left(swept: Swept, factors: int) -> int:
    """Return rows less parameters.

    Raises
    ------
    SpecError
        If factors and effects leave none.
    """
    units, periods = swept.dimensions
    left = swept.y.size - swept.parameters(factors) - len(swept.X)
    if factors >= min(units, periods) or left <= 0:
        raise SpecError(
            message(
                "{factors} factors leave no degree of freedom: {across} {units} and {along} {periods} are free beside "
                "the effects. Take fewer factors",
                factors=factors,
                across=units,
                along=periods,
            )
        )
    return left


def _bias(spec: Any, swept: Swept, found: Approximation) -> FloatArray:
    bias = bias_of_errors(swept.X, found)
    if spec.bandwidth is not None:
        bias = bias + bias_of_lags(
            swept.X, found, spec.bandwidth, constant=swept.effects in ("unit", "twoway")
        )
    return bias


def _regression(
    swept: Swept, found: Approximation, Z: FloatArray, beta: FloatArray, factors: int
) -> LinearFit:
    """Return the regression of what is left on the regressors' own scale; `beta` and Z are of the orthonormal ones."""
    design = swept.design
    back = np.linalg.inv(swept.root)
    X = Z @ back
    y = Z @ beta + found.errors.ravel()
    before = swept.X.reshape(len(swept.X), -1).T @ back
    linear = fit_plain(
        y, X, design.terms, design.layout, swept.effects, swept.parameters(factors), before=before
    )
    return factor_fit(linear, found)


def _result(
    spec: Any, swept: Swept, linear: LinearFit, found: Approximation, squares: Array
) -> InteractiveResult:
    design = swept.design
    title = message(
        "Interactive effects ({factors} factors; {effects}): {outcome}",
        factors=spec.factors,
        effects=effects_word(spec.effects),
        outcome=design.outcome,
    )
    convention = convention_of_problem(convention_named(spec.convention), linear.can)
    vcov = computed(spec.vcov, linear, design, convention, title)
    if convention.whole_table:
        vcov = with_model_test(vcov, linear.terms, linear.beta)
    factors, loadings = _normalised(found)
    before, after = linear_facts(design, linear, spec.convention)
    own = search_facts(spec, linear, squares)
    said = (
        *design.notes,
        convention_sentence(convention, linear.effects),
        *search_notes(spec, own),
        *low_rank_notes(swept, spec.factors),
    )
    return InteractiveResult(
        title=title,
        terms=linear.terms,
        estimates=linear.beta,
        outcome=design.outcome,
        spec=spec,
        design=design,
        residuals=found.errors.ravel(),
        dropped=design.dropped,
        projected=linear,
        factors=factors,
        loadings=loadings,
        squares=squares,
        **fields_under(
            vcov,
            len(linear.terms),
            facts=(before, {**own, **after}),
            notes=((*said, *exact_fit(design.outcome, linear)), ()),
        ),
    )


def _normalised(found: Approximation) -> tuple[FloatArray, FloatArray]:
    """Return factors (T, r) of mean square one and loadings (N, r); the largest value of a factor is positive."""
    periods = len(found.right)
    factors = found.right * np.sqrt(periods)
    loadings = found.left * found.values / np.sqrt(periods)
    at = np.abs(factors).argmax(axis=0)
    signs = np.sign(factors[at, np.arange(factors.shape[1])])
    return factors * signs, loadings * signs
