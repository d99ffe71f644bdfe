"""Tests of identification under the covariance of a fit, and what they say in one table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.cluster import Cluster
from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import CONVENTIONS, Convention, convention_named, convention_of_stages
from panelkit.covariance.cr2 import CR2
from panelkit.covariance.crv3 import CRV3
from panelkit.covariance.iid import Iid
from panelkit.covariance.small_sample import counted_effects, residual_df
from panelkit.kernels.identified import absorbed_terms, orthonormal_columns, root_of
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.weak_instruments import Partialled, control_function
from panelkit.language.message import Message, message
from panelkit.panel.design import Design
from panelkit.results.tests import TestResult

RK_LM = message("underidentification: Kleibergen-Paap rk LM")
ANDERSON = message("underidentification: Anderson canonical correlation LM")
RK_F = message("weak identification: Kleibergen-Paap rk Wald F")
CRAGG_DONALD = message("weak identification: Cragg-Donald F")
HANSEN = message("Hansen J over-identification")
_UNIDENTIFIED = message("the instruments leave a combination of the endogenous regressors unidentified")
_POOR = 1e-12


def by_scores(vcov: VcovSpec) -> VcovSpec:
    """Return the covariance of scores in place of a jackknife or an adjustment of residuals."""
    return Cluster(vcov.by) if isinstance(vcov, (CRV3, CR2)) else vcov


def wald(problem: LinearFit, design: Design, vcov: VcovSpec, convention: Convention) -> float | None:
    """Return the Wald statistic of all coefficients of a problem; None where their covariance is singular."""
    matrix = by_scores(vcov).compute(problem, design, convention).matrix
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    if not values[0] > _POOR * values[-1]:
        return None
    return float((((vectors.T @ problem.beta) ** 2) / values).sum())


def _without_factor(convention: Convention) -> Convention:
    return convention if convention.cluster_df == "normal" else CONVENTIONS["ivreg2"]


def underidentification(part: Partialled, design: Design, vcov: VcovSpec, name: str) -> TestResult:
    """Test that the first stages have full rank (Kleibergen and Paap 2006; Anderson 1951 under independent errors)."""
    shown = ANDERSON if isinstance(vcov, Iid) else RK_LM
    if part.exact:
        return exact_stage(shown, _UNIDENTIFIED)
    problem = part.rank_problem(under_null=True)
    if _few(
        design, vcov, part.restrictions
    ):  # the statistic is then the number of clusters, whatever the data
        return _singular(shown, _UNIDENTIFIED, design, vcov, part.restrictions)
    statistic = wald(problem, design, vcov, _without_factor(convention_named(name)))
    if statistic is None:
        return _singular(shown, _UNIDENTIFIED, design, vcov, part.restrictions)
    df = float(part.restrictions)
    return TestResult(
        name=shown,
        null=_UNIDENTIFIED,
        statistic=statistic,
        distribution="chi2",
        df=(df,),
        p_value=float(stats.chi2.sf(statistic, df)),
    )


def weak_rank(part: Partialled, design: Design, vcov: VcovSpec, name: str) -> TestResult:
    """Return the Wald F of rank under the covariance of the fit (Kleibergen and Paap 2006)."""
    null = message("the instruments are weak")
    if part.exact:
        return exact_stage(RK_F, null)
    convention = convention_of_stages(convention_named(name))
    statistic = wald(part.rank_problem(under_null=False), design, vcov, convention)
    if statistic is None:
        return _singular(RK_F, null, design, vcov, part.restrictions)
    f = statistic / part.instruments.shape[1]
    return TestResult(
        name=RK_F,
        null=null,
        statistic=f,
        distribution="F",
        notes=(
            message(
                "it is no test at a level: hold it against critical values, and with one endogenous regressor the "
                "effective F against its own"
            ),
        ),
    )


def cragg_donald(part: Partialled, design: Design, vcov: VcovSpec, name: str) -> TestResult:
    """Return the Cragg-Donald (1993) F, with the degrees of freedom that the convention counts."""
    null = message("the instruments are weak, under independent errors of one variance")
    if part.exact:
        return exact_stage(CRAGG_DONALD, null)
    convention = convention_of_stages(convention_named(name))
    problem = part.rank_problem(under_null=False)
    left = float(residual_df(problem, convention))
    if convention.nested_effects == "absorbed" and hasattr(vcov, "by"):
        clusters = clusters_of(design, vcov.by)
        left = float(problem.n - problem.k - counted_effects(problem, (clusters,), convention))
    square = float(part.correlations[-1] ** 2)
    f = left * square / (1.0 - square) / part.instruments.shape[1]
    return TestResult(name=CRAGG_DONALD, null=null, statistic=f, distribution="F")


def conditional_f(part: Partialled, design: Design, vcov: VcovSpec, name: str) -> tuple[TestResult, ...]:
    """Return the conditional F of every endogenous regressor (Sanderson and Windmeijer 2016)."""
    if part.m == 1:
        return ()
    convention = convention_of_stages(convention_named(name))
    names = part.linear.terms[part.linear.n_exogenous :]
    return tuple(_conditional(part, j, term, design, vcov, convention) for j, term in enumerate(names))


def _conditional(
    part: Partialled, j: int, term: str, design: Design, vcov: VcovSpec, convention: Convention
) -> TestResult:
    name = message("Sanderson-Windmeijer conditional F of {term}", term=term)
    null = message(
        "the instruments do not identify `{term}` beside the other endogenous regressors", term=term
    )
    problem = part.conditional_problem(j)
    share = float(problem.residuals @ problem.residuals) / float(problem.y @ problem.y)
    if share <= _POOR:
        return exact_stage(name, null)
    statistic = wald(problem, design, vcov, convention)
    if statistic is None:
        return _singular(name, null, design, vcov, part.instruments.shape[1])
    df, denominator = float(part.restrictions), _denominator(problem, design, vcov, convention)
    return TestResult(
        name=name,
        null=null,
        statistic=statistic / df,
        distribution="F",
        df=(df, denominator),
        p_value=float(stats.f.sf(statistic / df, df, denominator)),
    )


def _denominator(problem: LinearFit, design: Design, vcov: VcovSpec, convention: Convention) -> float:
    return float(np.min(np.asarray(by_scores(vcov).compute(problem, design, convention).df)))


def endogeneity(linear: InstrumentedFit, design: Design, vcov: VcovSpec, name: str) -> TestResult:
    """Test that the regressors are exogenous, by their first-stage residuals in the equation (Wooldridge 1995).

    Under independent errors it is the Wu-Hausman F, and Durbin's chi2 stands in `facts`.
    """
    shown = message("endogeneity (control function)")
    null = message("the regressors in brackets are exogenous, so that least squares are consistent")
    convention = convention_of_stages(convention_named(name))
    both, residuals = control_function(linear)
    a, m = linear.k, linear.k - linear.n_exogenous
    gone = both[:, a:]
    if absorbed_terms(linear.regressors[:, linear.n_exogenous :], gone).any():
        return exact_stage(shown, null)
    basis = orthonormal_columns(both[:, :a])
    gone = orthonormal_columns(gone - basis @ (basis.T @ gone))
    rss = float(residuals @ residuals)
    if gone.shape[1] < m or not rss > _POOR * float(linear.y @ linear.y):
        return exact_stage(shown, null)
    problem = replace(Partialled.of(linear).problem(gone, linear.y, residuals), parameters=linear.k + m)
    statistic = wald(problem, design, vcov, convention)
    if statistic is None:
        return _singular(shown, null, design, vcov, m)
    df = _denominator(problem, design, vcov, convention)
    explained = float((problem.beta**2).sum())
    durbin = {"durbin_chi2": linear.n * explained / (rss + explained)} if isinstance(vcov, Iid) else {}
    return TestResult(
        name=shown,
        null=null,
        statistic=statistic / m,
        distribution="F",
        df=(float(m), df),
        p_value=float(stats.f.sf(statistic / m, m, df)),
        facts={"covariance": by_scores(vcov).compute(problem, design, convention).name, **durbin},
    )


def hansen(linear: InstrumentedFit, design: Design, vcov: VcovSpec, valid: Message) -> TestResult | None:
    """Return Hansen's (1982) J with the scores' covariance of the fit; None under independent errors (Sargan's is it).

    It is that of two-step efficient GMM, weighted at the residuals of the fit, as `ivreg2` prints it.
    """
    surplus = linear.instruments.shape[1] - linear.k
    if isinstance(vcov, Iid) or surplus == 0:
        return None
    span = linear.instruments @ root_of(linear.instruments)
    q = span.shape[1]
    problem = Partialled.of(linear).problem(span, linear.residuals, linear.residuals)
    meat = by_scores(vcov).compute(problem, design, CONVENTIONS["ivreg2"]).matrix
    values = np.linalg.eigvalsh(meat)
    if not values[0] > _POOR * values[-1]:
        return _singular(HANSEN, valid, design, vcov, q)
    root = np.linalg.inv(np.linalg.cholesky(meat))
    g = root @ problem.beta
    moved = orthonormal_columns(root @ (span.T @ linear.regressors))
    g = g - moved @ (moved.T @ g)
    statistic = float(g @ g)
    return TestResult(
        name=HANSEN,
        null=valid,
        statistic=statistic,
        distribution="chi2",
        df=(float(surplus),),
        p_value=float(stats.chi2.sf(statistic, surplus)),
    )


def _few(design: Design, vcov: VcovSpec, needed: int) -> bool:
    shown = by_scores(vcov)
    return isinstance(shown, Cluster) and clusters_of(design, shown.by).count <= needed


def exact_stage(name: Message, null: Message) -> TestResult:
    """Say that a first stage leaves no residual."""
    return TestResult.not_applicable(
        name,
        null,
        message(
            "the instruments reproduce an endogenous regressor exactly, and there is nothing that they leave to test"
        ),
    )


def _singular(name: Message, null: Message, design: Design, vcov: VcovSpec, needed: int) -> TestResult:
    """Say that a covariance of so many scores has less than full rank."""
    shown = by_scores(vcov)
    if isinstance(shown, Cluster):
        count = clusters_of(design, shown.by).count
        return TestResult.not_applicable(
            name,
            null,
            message(
                "{clusters} clusters carry no covariance of {needed} scores: take fewer instruments, or smaller "
                "clusters",
                clusters=count,
                needed=needed,
            ),
        )
    return TestResult.not_applicable(
        name,
        null,
        message(
            "the covariance of {needed} scores is not positive definite: take fewer instruments, or a covariance that "
            "sums over more groups or periods",
            needed=needed,
        ),
    )
