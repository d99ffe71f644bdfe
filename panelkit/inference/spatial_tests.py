"""Lagrange multiplier tests for a spatial lag and a spatial error on panels with effects swept out.

Two forms. ``transformed`` (default): scores of the transformed likelihood of Lee and Yu (Debarsy and Ertur 2010),
with tr W* = tr W - 1 where time effects are swept. ``elhorst``: the statistics of Elhorst (2014) on the residuals
of the within regression, which over-reject with time effects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from panelkit.kernels.within import Effects
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.results.tests import TestResult

FloatArray = NDArray[np.float64]
Form = Literal["transformed", "elhorst"]


@dataclass(frozen=True)
class LmStatistics:
    """The four statistics, each chi-squared(1) under its null, and their sum's counterpart with two."""

    lag: float
    error: float
    robust_lag: float
    robust_error: float

    @property
    def joint(self) -> float:
        """Return LM of no lag and no error, chi-squared(2): lag + robust error = error + robust lag."""
        return self.lag + self.robust_error


def lm_statistics(
    e: FloatArray,
    wy: FloatArray,
    we: FloatArray,
    w_mean: FloatArray,
    Z: FloatArray,
    w: sparse.csr_array,
    effects: Effects,
    form: Form,
) -> LmStatistics:
    """Return the statistics from swept columns.

    e, wy, we, w_mean (N, T): residuals, Q(Wy), Q(We) and Q(W Z b); Z (N, T, k) swept regressors.
    """
    n_units, n_times = e.shape
    transformed = form == "transformed"
    units = n_units - (transformed and effects in ("time", "twoway"))
    times = n_times - (transformed and effects in ("unit", "twoway"))
    drop = units < n_units
    nobs = units * times
    trace = float(w.diagonal().sum()) - drop
    square, cross = _trace_squares(w, drop)
    s2 = float((e * e).sum()) / nobs
    a = times * (square + cross) - 2 * (times * trace) ** 2 / nobs
    flat = Z.reshape(-1, Z.shape[2])
    mean = w_mean.reshape(-1)
    left = mean - flat @ np.linalg.lstsq(flat, mean, rcond=None)[0] if flat.shape[1] else mean
    j = float(left @ left) / s2 + a
    d_lag = float((e * wy).sum()) / s2 - times * trace
    d_error = float((e * we).sum()) / s2 - times * trace
    return LmStatistics(
        lag=d_lag**2 / j,
        error=d_error**2 / a,
        robust_lag=(d_lag - d_error) ** 2 / (j - a),
        robust_error=(d_error - a / j * d_lag) ** 2 / (a * (1 - a / j)),
    )


def _trace_squares(w: sparse.csr_array, drop: bool) -> tuple[float, float]:
    """Return tr WW and tr W'W, starred if `drop` (W has unit row sums then)."""
    square = float(w.multiply(w.T).sum())
    cross = float(w.multiply(w).sum())
    if drop:
        columns = np.asarray(w.sum(axis=0)).ravel()
        square -= 1.0
        cross -= float(columns @ columns) / len(columns)
    return square, cross


def lm_results(statistics: LmStatistics, form: Form, effects: str, weights: str) -> tuple[TestResult, ...]:
    """Return the statistics as test results, with their null hypotheses as sentences."""
    if form not in get_args(Form):
        raise SpecError(
            message("the form of the LM tests is transformed or elhorst, not {form!r}", form=form)
        )
    warning = (
        (
            message(
                "Elhorst's form rejects a true null too often with time effects: rely on {form}",
                form=option("form", "transformed"),
            ),
        )
        if form == "elhorst" and effects in ("time", "twoway")
        else ()
    )
    rows = (
        (
            message("LM lag"),
            message("no spatial lag (given no spatial error)"),
            statistics.lag,
            1.0,
        ),
        (
            message("LM error"),
            message("no spatial error (given no spatial lag)"),
            statistics.error,
            1.0,
        ),
        (
            message("robust LM lag"),
            message("no spatial lag (a local spatial error allowed)"),
            statistics.robust_lag,
            1.0,
        ),
        (
            message("robust LM error"),
            message("no spatial error (a local spatial lag allowed)"),
            statistics.robust_error,
            1.0,
        ),
        (message("LM joint"), message("neither spatial lag nor spatial error"), statistics.joint, 2.0),
    )
    facts = {"form": form, "effects": effects, "weights": weights}
    return tuple(
        TestResult(
            name=name,
            null=null,
            statistic=value,
            distribution="chi2",
            df=(df,),
            p_value=float(special.chdtrc(df, value)),
            facts=facts,
            notes=warning,
        )
        for name, null, value, df in rows
    )
