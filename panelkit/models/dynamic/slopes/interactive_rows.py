"""From rows to slopes beside factors: what is swept, the search, the projected regression, facts and notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from panelkit.covariance.base import computed
from panelkit.covariance.conventions import convention_named, convention_of_problem
from panelkit.inference.after.model_statistics import with_model_test
from panelkit.kernels.capabilities import SCORES
from panelkit.kernels.factors import Approximation, at_best, bias_of_errors, bias_of_lags, searched
from panelkit.kernels.identified import identified_root
from panelkit.kernels.index import Array, listed
from panelkit.kernels.linear import LinearFit, fit_plain
from panelkit.kernels.outcome import refuse_absorbed, refuse_constant
from panelkit.kernels.within import Effects, FloatArray, within
from panelkit.language.errors import ConvergenceError, DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.models.dynamic.slopes.interactive_result import InteractiveResult
from panelkit.models.effects import effects_word
from panelkit.models.shell import without_intercept
from panelkit.models.statements import convention_sentence, exact_fit, linear_facts
from panelkit.panel.design import Design
from panelkit.results.fit import fields_under
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Swept(Brief):
    """A panel without gaps, swept of its effects: y (N, T), X (k, N, T) orthonormal, X = (swept columns) `root`."""

    design: Design
    y: FloatArray
    X: FloatArray
    root: FloatArray
    absorbed: int
    effects: Effects

    @property
    def dimensions(self) -> tuple[int, int]:
        """Return how many units and periods the effects leave free."""
        units = self.y.shape[0] - (self.effects in ("time", "twoway"))
        return units, self.y.shape[1] - (self.effects in ("unit", "twoway"))

    def parameters(self, factors: int) -> int:
        """Return how many parameters effects, factors and loadings are: those of a matrix of that rank."""
        units, periods = self.dimensions
        return self.absorbed + factors * (units + periods - factors)


def settled_rows(design: Design, effects: Effects) -> Swept:
    """Sweep the effects out of a panel without gaps.

    Raises
    ------
    DataError
        If a unit lacks a period (named).
    SpecError
        If a regressor is absorbed or repeats others.
    """
    refuse_gaps(design)
    if effects != "none":
        design = without_intercept(design)
    refuse_constant(design.y, design.outcome)
    columns = within(np.column_stack([design.X, design.y]), design.layout, effects)
    root = identified_root(design.X, columns[:, :-1], design.terms, effects).inverse
    shape = (len(design.unit_labels), len(design.time_labels))
    basis = columns[:, :-1] @ root
    refuse_absorbed(design.y, columns[:, -1], design.outcome, effects, ())
    return Swept(
        design,
        columns[:, -1].reshape(shape),
        np.ascontiguousarray(basis.T).reshape(-1, *shape),
        root,
        design.layout.absorbed(effects),
        effects,
    )


def refuse_gaps(design: Design) -> None:
    """Refuse a panel in which a unit lacks a period.

    Raises
    ------
    DataError
        Which names the units.
    """
    periods = len(design.time_labels)
    rows = np.bincount(design.unit)
    short = np.flatnonzero(rows < periods)
    if len(short):
        names = [
            message(
                "{label} ({rows} of {all})",
                label=str(design.unit_labels[at]),
                rows=int(rows[at]),
                all=periods,
            )
            for at in short
        ]
        raise DataError(
            message(
                "factors are estimated from panels without gaps, and {periods} lack: {names}. Take a condition that "
                "leaves a whole panel (where=), or CommonCorrelatedEffects, which takes gaps",
                names=listed(names, len(names)),
            )
        )


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
    return replace(linear, can=frozenset({SCORES}))


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
    own = _facts(spec, linear, squares)
    said = (*design.notes, convention_sentence(convention, linear.effects), *_notes(spec, own))
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


def _facts(spec: Any, linear: LinearFit, squares: Array) -> dict[str, Any]:
    if spec.factors == 0:
        return {"factors": 0}
    best = at_best(squares, float((linear.y**2).sum()))
    return {"factors": spec.factors, "starts": len(squares), "starts_at_best": int(best.sum())}


def _notes(spec: Any, facts: dict[str, Any]) -> list[Message]:
    if spec.factors == 0:
        return []
    best, starts = facts["starts_at_best"], facts["starts"]
    notes = [
        message(
            "the best of {starts} seeded searches (seed {seed}); {best} of them ended there",
            starts=starts,
            seed=spec.seed,
            best=best,
        )
    ]
    if best == 1 and starts > 1:
        notes.append(
            message("one search alone ended there: take more starts, a better minimum may lie elsewhere")
        )
    if spec.bias_correction and spec.bandwidth is None:
        notes.append(
            message("corrected for the bias from heteroskedastic errors (Moon and Weidner 2017, B2 and B3)")
        )
    elif spec.bias_correction:
        notes.append(
            message(
                "corrected for the bias from heteroskedastic errors and from regressors that answer to errors of up to "
                "{lags} {periods} before (Moon and Weidner 2017, B1 to B3)",
                lags=spec.bandwidth,
            )
        )
    return notes
