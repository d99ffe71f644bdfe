"""Tests of instruments: their strength in the first stages, and over-identification."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from scipy import stats

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.clusters import clusters_of
from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.outcome import is_exact
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.models.linear.weak_identification import exact_stage
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

_WORST_BIAS = 0.10
# Eigenvalues of a correlation matrix below this share of the largest are rounding.
_POOR = 1e-12
# The score statistic reaches the number of clusters where their sums do not differ.
_CEILING = 1.0 - 1e-9
_EFFECTIVE_F = message("effective F")


def first_stage_f(
    stage: FitResult, excluded: tuple[str, ...], partial_r2: float, shea_r2: float
) -> TestResult:
    """Test that the excluded instruments have no effect in a first stage, under the covariance of the fit.

    The partial R2 and Shea's (1997) stand in `facts`.
    """
    at = [stage.terms.index(term) for term in excluded]
    name = message("first-stage F of {outcome}", outcome=stage.outcome)
    null = message(
        "the excluded instruments ({excluded}) have no effect on {outcome}",
        excluded=excluded,
        outcome=stage.outcome,
    )
    if _is_exact(stage):
        return exact_stage(name, null)
    f, denominator = _joint_f(stage, at)
    if np.isnan(f):
        return TestResult.not_applicable(name, null, _singular(len(at)))
    return TestResult(
        name=name,
        null=null,
        statistic=f,
        distribution="F",
        df=(float(len(at)), denominator),
        p_value=float(stats.f.sf(f, len(at), denominator)),
        facts={"covariance": stage.facts["vcov"], "partial_r2": partial_r2, "shea_r2": shea_r2},
    )


def anderson_rubin_f(reduced: FitResult, excluded: tuple[str, ...]) -> TestResult:
    """Test that the coefficients in brackets are zero by the excluded instruments in the reduced form.

    Anderson and Rubin (1949): right however weak the instruments are.
    """
    at = [reduced.terms.index(term) for term in excluded]
    f, denominator = _joint_f(reduced, at)
    name = message("Anderson-Rubin F (reduced form)")
    null = message("the endogenous regressors have no effect, however weak the instruments are")
    if np.isnan(f):
        return TestResult.not_applicable(name, null, _singular(len(at)))
    return TestResult(
        name=name,
        null=null,
        statistic=f,
        distribution="F",
        df=(float(len(at)), denominator),
        p_value=float(stats.f.sf(f, len(at), denominator)),
        facts={"covariance": reduced.facts["vcov"]},
    )


def _joint_f(fit: FitResult, at: list[int]) -> tuple[float, float]:
    """Return the F of some coefficients under the covariance of the fit, and its second degrees of freedom.

    It is missing where the covariance has less than full rank: clusters no more than instruments.
    """
    covariance = fit.covariance[np.ix_(at, at)]
    if not (np.diag(covariance) > 0.0).all():
        return float("nan"), float("nan")
    scale = 1.0 / np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance * np.outer(scale, scale))
    if not values[0] > _POOR * values[-1]:
        return float("nan"), float("nan")
    wald = float(((vectors.T @ (fit.estimates[at] * scale)) ** 2 / values).sum())
    df = np.asarray(fit.df, dtype=float)
    return wald / len(at), float(df if df.ndim == 0 else df[at].min())


def _is_exact(stage: FitResult) -> bool:
    linear = cast(LinearFit, stage.linear)
    return is_exact(linear.residuals, linear.y)


def _singular(needed: int) -> Message:
    return message(
        "the covariance of the coefficients of {needed} instruments has less than full rank: take fewer instruments, "
        "or smaller clusters",
        needed=needed,
    )


def effective_f(linear: InstrumentedFit, stage: FitResult, excluded: tuple[str, ...]) -> TestResult:
    """Test that the instruments are weak (Montiel Olea and Pflueger 2013), one endogenous regressor.

    F_eff = pi' Q pi / tr(V Q) with Q the cross-product of the instruments less what exogenous regressors and effects
    explain, V the covariance of the first stage. The critical value is that of their simplified procedure at a
    worst-case bias of 10 % of the benchmark and a level of 5 %.
    """
    null = message("the instruments are so weak that the bias may exceed 10 % of the worst case")
    if _is_exact(stage):
        return exact_stage(_EFFECTIVE_F, null)
    at = [stage.terms.index(term) for term in excluded]
    a = linear.n_exogenous
    Z = linear.instruments[:, a:]
    if a:
        basis = orthonormal_columns(linear.instruments[:, :a])
        Z = Z - basis @ (basis.T @ Z)
    pi, V = stage.estimates[at], stage.covariance[np.ix_(at, at)]
    upper = np.asarray(np.linalg.qr(Z, mode="r"), dtype=np.float64)
    spread = upper @ V @ upper.T
    trace = float(np.trace(spread))
    f = float(((upper @ pi) ** 2).sum()) / trace
    critical, df = _effective_critical(spread)
    return TestResult(
        name=_EFFECTIVE_F,
        null=null,
        statistic=f,
        distribution=message("scaled noncentral chi2"),
        df=(df,),
        p_value=float(stats.ncx2.sf(f * df, df, df / _WORST_BIAS)),
        facts={"critical_value": critical, "worst_case_bias": _WORST_BIAS, "covariance": stage.facts["vcov"]},
    )


def _effective_critical(spread: FloatArray) -> tuple[float, float]:
    x = 1.0 / _WORST_BIAS
    trace, square = float(np.trace(spread)), float(np.einsum("ij,ij->", spread, spread))
    largest = float(np.linalg.eigvalsh(spread)[-1])
    df = trace**2 * (1.0 + 2.0 * x) / (square + 2.0 * x * trace * largest)
    return float(stats.ncx2.ppf(0.95, df, df * x) / df), df


def several_endogenous() -> TestResult:
    return TestResult.not_applicable(
        _EFFECTIVE_F,
        message("the instruments are weak"),
        message(
            "it is defined for one endogenous regressor; the F of each first stage does not rule out weak "
            "identification of several"
        ),
    )


VALID = message("every excluded instrument is uncorrelated with the error")
_SARGAN = message("Sargan over-identification")


def sargan(linear: InstrumentedFit, theirs: Any) -> TestResult:
    """Test over-identification under independent errors of one variance (Sargan 1958), from linearmodels' result."""
    surplus = linear.instruments.shape[1] - linear.k
    if surplus == 0:
        return _exactly(_SARGAN)
    if linear.weights is not None and linear.weights.kind == "pw":
        return TestResult.not_applicable(
            _SARGAN,
            VALID,
            message("it assumes errors of one variance, and sampling weights (pw=) say nothing of them"),
        )
    # linearmodels counts rows, and a row of frequency weights stands for several
    statistic = float(theirs.sargan.stat) * linear.n / len(linear.y)
    return TestResult(
        name=_SARGAN,
        null=VALID,
        statistic=statistic,
        distribution="chi2",
        df=(float(surplus),),
        p_value=float(stats.chi2.sf(statistic, surplus)),
        notes=(message("it assumes independent errors of one variance"),),
    )


def robust_overidentification(linear: InstrumentedFit, design: Design, vcov: VcovSpec) -> TestResult:
    """Test over-identification by Wooldridge's (1995) score with sums by cluster.

    The surplus instruments, less what the fitted regressors explain, are multiplied by the residuals; their sums
    over the clusters have mean zero under the null.
    """
    name = message("cluster-robust over-identification (score)")
    surplus = linear.instruments.shape[1] - linear.k
    if surplus == 0:
        return _exactly(name)
    by = getattr(vcov, "by", None)
    if by is None and len(design.unit_labels) == 1:
        return TestResult.not_applicable(name, VALID, message("it sums by unit, and the sample holds one"))
    clusters = clusters_of(design, by)
    if clusters.count <= surplus:
        return TestResult.not_applicable(
            name,
            VALID,
            message(
                "{clusters} clusters cannot carry {surplus} over-identifying restrictions",
                clusters=clusters.count,
                surplus=surplus,
            ),
        )
    Z = linear.instruments[:, linear.instruments.shape[1] - surplus :]
    rest = orthonormal_columns(Z - linear.basis @ (linear.basis.T @ Z))
    sums = sum_by(rest * linear.residuals[:, None], clusters.codes)
    total = sums.sum(axis=0)
    statistic = float(total @ np.linalg.solve(sums.T @ sums, total))
    if statistic > _CEILING * clusters.count:
        return TestResult.not_applicable(
            name,
            VALID,
            message(
                "the statistic is the number of clusters ({clusters}) whatever the data: their sums do not differ, as "
                "those of two units after two-way effects",
                clusters=clusters.count,
            ),
        )
    return TestResult(
        name=name,
        null=VALID,
        statistic=statistic,
        distribution="chi2",
        df=(float(surplus),),
        p_value=float(stats.chi2.sf(statistic, surplus)),
        facts={"n_clusters": clusters.count},
    )


def _exactly(name: Message) -> TestResult:
    return TestResult.not_applicable(
        name,
        VALID,
        message("there are as many instruments as endogenous regressors: nothing is left to test"),
    )


def weakness(tests: tuple[TestResult, ...]) -> tuple[Message, ...]:
    """Return a note where the effective F says that the instruments are weak."""
    for test in tests:
        if test.name == _EFFECTIVE_F and test.applicable and test.statistic < test.facts["critical_value"]:
            return (
                message(
                    "weak instruments: the effective F of {value:.1f} is below {critical:.1f}; its t statistics and "
                    "intervals are then not reliable: use anderson_rubin",
                    value=test.statistic,
                    critical=test.facts["critical_value"],
                ),
            )
    return ()
