"""Tests of a regression with fixed effects for a spatial lag and a spatial error, on balanced arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from panelkit.inference.spatial_tests import Form, LmStatistics, lm_results, lm_statistics
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import Effects, FloatArray, check_effects
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import information
from panelkit.models.spatial.likelihood import Counting, Optimum, Problem, lag, sweep
from panelkit.models.spatial.maximum import maximise
from panelkit.models.spatial.sample import (
    Missing,
    SpatialSample,
    align_weights,
    read_sample,
    refuse_degenerate,
    refuse_unidentifiable,
    refuse_without_regressor,
)
from panelkit.results.tests import TestResult
from panelkit.spatial.weights import Weights


@offered(
    "test",
    family="spatial",
    result="TestResult",
    source="Anselin, Le Gallo and Jayet 2008; Elhorst 2010; Debarsy and Ertur 2010 (transformed)",
    public=True,
)
def spatial_lm_tests(
    formula: str,
    data: pd.DataFrame,
    w: Any,
    *,
    effects: Effects = "twoway",
    form: Form = "transformed",
    missing: Missing = "raise",
    unit: str | None = None,
    time: str | None = None,
    where: str | None = None,
) -> tuple[TestResult, ...]:
    """Test a regression with fixed effects for a spatial lag and a spatial error.

    Returns LM lag, LM error, robust LM lag, robust LM error, their joint test, and the conditional tests (a lag given
    a spatial error, an error given a spatial lag), which rest on the estimated model of the null. `where` is a
    condition on the rows, such as `year >= 2011`, that acts after lags.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; see the formula page for what may stand in it.
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    effects
        "twoway", "unit", "time" or "none".
    form
        "transformed" (on the data of Lee and Yu) or "elhorst" (on demeaned data).
    missing
        "raise", "drop-unit" or "drop-year": what happens to units or years with missing cells.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.
    where
        A condition on the rows, such as `year >= 2011`, that acts after lags.

    Returns
    -------
    tuple of TestResult
        LM lag, LM error, robust LM lag, robust LM error, their joint test, and the two conditional tests.

    Raises
    ------
    SpecError
        If the transformed form is asked with time effects and weights that are not row-standardised.

    Examples
    --------
    >>> tests = pk.spatial_lm_tests("log(patents_granted) ~ log(rd_expenditure)", panel, w)
    >>> len(tests)
    7
    """
    check_effects(effects)
    sample = read_sample(
        formula, data, missing=missing, intercept=effects == "none", unit=unit, time=time, where=where
    )
    return lm_tests_of(sample, align_weights(w, sample), effects, form)


def lm_tests_of(
    sample: SpatialSample, w: Weights, effects: Effects, form: Form = "transformed"
) -> tuple[TestResult, ...]:
    """Return the tests on balanced arrays."""
    if form == "transformed" and effects in ("time", "twoway") and not w.row_standardised:
        if w.islands:
            raise SpecError(
                message(
                    "the transformed LM tests with time effects need row-standardised weights, and {weights} is "
                    "normalised by {normalisation}: link these or leave them out, or take effects='unit' or "
                    "form='elhorst' (command line: --effects unit, --form elhorst)",
                    weights=w.name,
                    normalisation=w.normalised_by,
                )
            )
        raise SpecError(
            message(
                "the transformed LM tests with time effects need row-standardised weights, and {weights} "
                "is normalised by {normalisation}: row-standardise, or take {form}",
                form=option("form", "elhorst"),
                weights=w.name,
                normalisation=w.normalised_by,
            )
        )
    refuse_without_regressor(sample)
    refuse_unidentifiable(sample, effects, w)
    swept = sweep(sample.X, effects)
    n, t, k = swept.shape
    refuse_unidentified(
        sample.X.reshape(n * t, k), swept.reshape(n * t, k), sample.terms, effects, squares=True
    )
    refuse_degenerate(sample.y, sweep(sample.y, effects), swept, sample.design.outcome, effects)
    tests = lm_results(lm_arrays(sample.y, sample.X, w, effects, form), form, effects, w.name)
    if form != "elhorst":
        tests = (*tests, *_conditional(sample, w, effects))
    return tuple(replace(test, notes=(*test.notes, *w.said, *sample.said)) for test in tests)


def lm_arrays(y: FloatArray, X: FloatArray, w: Weights, effects: Effects, form: Form) -> LmStatistics:
    """Return the statistics of y (N, T) on X (N, T, k)."""
    Z, target = sweep(X, effects), sweep(y, effects)
    flat = Z.reshape(-1, Z.shape[2])
    b = np.linalg.lstsq(flat, target.reshape(-1), rcond=None)[0]
    e = target - Z @ b
    if form == "elhorst":  # on the swept data, as a cross-section of them
        wy, we, mean = (lag(w.matrix, column) for column in (target, e, Z @ b))
    else:
        wy, we, mean = (sweep(lag(w.matrix, column), effects) for column in (y, e, Z @ b))
    return lm_statistics(e, wy, we, mean, Z, w.matrix, effects, form)


def _conditional(sample: SpatialSample, w: Weights, effects: Effects) -> tuple[TestResult, ...]:
    """Return score tests of one spatial parameter at the estimated model with the other."""
    n, t = sample.y.shape
    counting = Counting(n, t, effects, "lee-yu")
    spectrum = w.spectrum()
    both = Problem(sample.y, sample.X, counting, w.matrix, w.matrix, spectrum, spectrum)
    error_only = _top(replace(both, w=None, spectrum_w=None))
    lag_only = _top(replace(both, m=None, spectrum_m=None))
    k = sample.X.shape[2]
    found = []
    for name, null, optimum, position in (
        (
            message("LM lag given error"),
            message("no spatial lag, a spatial error present"),
            error_only,
            k,
        ),
        (
            message("LM error given lag"),
            message("no spatial error, a spatial lag present"),
            lag_only,
            k + 1,
        ),
    ):
        if isinstance(optimum, Message):
            found.append(TestResult.not_applicable(name, null, optimum))
            continue
        c = Curvature(both, optimum)
        slope = full_score(c)[position]
        value = float(slope**2 * np.linalg.inv(information(c))[position, position])
        found.append(chi2(name, null, value, 1, {"effects": effects, "weights": w.name}))
    return tuple(found)


def _top(problem: Problem) -> Optimum | Message:
    """Return where the likelihood of the null is largest, or why it has no top."""
    try:
        return maximise(problem)
    except ConvergenceError as error:
        return error.said


def full_score(c: Curvature) -> FloatArray:
    """Return the score (p,) of the unconcentrated likelihood."""
    s2, e, problem = c.optimum.sigma2, c.residuals, c.problem
    times, traces = problem.counting.times, c.products
    parts = [np.einsum("itk,it->k", c.filtered[..., 2:], e) / s2]
    if c.g is not None:
        parts.append(np.array([(c.filtered[..., 1] * e).sum() / s2 - times * traces["a"]]))
    if c.h is not None and problem.lagged is not None:
        u_lag = (
            problem.lagged[..., 0]
            - c.optimum.rho * problem.lagged[..., 1]
            - problem.lagged[..., 2:] @ c.optimum.b
        )
        parts.append(np.array([(u_lag * e).sum() / s2 - times * traces["h"]]))
    parts.append(np.array([(e * e).sum() / (2 * s2**2) - problem.counting.nobs / (2 * s2)]))
    return np.concatenate(parts)


def chi2(name: Message, null: Message, value: float, df: int, facts: dict[str, Any]) -> TestResult:
    """Return a test whose statistic is chi2 with `df` degrees of freedom under the null."""
    return TestResult(
        name=name,
        null=null,
        statistic=value,
        distribution="chi2",
        df=(float(df),),
        p_value=float(special.chdtrc(df, max(value, 0.0))),
        facts=facts,
    )
