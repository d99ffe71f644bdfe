"""Tests about the effects: fixed or random, none or some, one slope or many."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from scipy import linalg, stats

from panelkit.covariance.base import VcovSpec, check_vcov
from panelkit.covariance.cluster import Cluster
from panelkit.covariance.conventions import convention_named
from panelkit.inference.panel_tests.fits import NOT_WEIGHTED, design_of, fixed_and_random, iid_problem
from panelkit.kernels.capabilities import LEAST_SQUARES, ONE_EQUATION, PANEL_ROWS
from panelkit.kernels.identified import absorbed_terms, dependent_terms, refuse_squares
from panelkit.kernels.linear import LinearFit, fit_plain
from panelkit.kernels.row_weights import about_mean, rooted
from panelkit.kernels.within import EFFECTS, Effects, FloatArray, within
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term, verbatim
from panelkit.language.offers import offered
from panelkit.language.options import refuse_idle
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

# An eigenvalue of V_FE - V_RE below minus this share of the largest is not rounding.
_NEGATIVE = 1e-10
_LARGEST_POOLABILITY = 20_000_000

_IID = message("it assumes independent errors of one variance")
_TWO_STAGE = message("sums of squares of two-stage least squares make no F test: use FixedEffects")
_EFFECTS: dict[str, Message] = {
    "unit": term("... effects", "unit"),
    "time": term("... effects", "time"),
    "twoway": term("... effects", "unit and time"),
    "none": term("... effects", "no"),
}


@offered(
    "test",
    family="effects",
    result="TestResult",
    source="Hausman 1978; Arellano 1993 (auxiliary)",
    public=True,
)
def hausman(
    fixed: FitResult,
    random: FitResult,
    *,
    kind: Literal["classic", "sigmamore", "auxiliary"] = "classic",
    vcov: VcovSpec | None = None,
) -> TestResult:
    """Test that random effects are consistent.

    Parameters
    ----------
    fixed, random
        Fits of one formula on the same rows, `FixedEffects` with unit or two-way effects and `RandomEffects` (with
        C(year) in its formula where the fixed effects are two-way). Regressors that the fixed effects absorb may
        stand in the second alone.
    kind
        "classic" (Hausman 1978): (b_F - b_R)' (V_F - V_R)^-1 (b_F - b_R) with the covariances under independent
        errors, whatever covariances the fits print; where the difference is not positive definite the result
        has a statistic (as other programs print it) but no p-value, and says why. "sigmamore": the same with the
        error variance of the random-effects fit in both, as Stata's option, so that the difference cannot be
        negative. "auxiliary": the regression form, see `mundlak`, always defined and robust.
    vcov
        The covariance of the auxiliary regression (kind "auxiliary" alone); None is `Cluster()`.

    Returns
    -------
    TestResult
        Chi-square with one degree of freedom a common coefficient; without a p-value, and with the reason, where it
        does not apply.

    Raises
    ------
    SpecError
        If the first is no fixed-effects fit or the second no random-effects fit, or outcome, rows or regressors of
        the two differ.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", effects="unit").fit(panel)
    >>> random = pk.RandomEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.hausman(fit, random, kind="auxiliary")
    """
    if kind not in ("classic", "sigmamore", "auxiliary"):
        raise SpecError(message("kind is classic, sigmamore or auxiliary, not {kind!r}", kind=kind))
    first, second = fixed_and_random(fixed, random)
    if kind == "auxiliary":
        return mundlak(random, vcov=vcov)
    refuse_idle(
        {"vcov": vcov is not None},
        message("would change nothing: it is the covariance of kind='auxiliary'"),
    )
    name = message("Hausman ({kind})", kind=kind)
    null = message(
        "the unit effects are uncorrelated with the regressors, so that random effects are consistent"
    )
    if first.layout.interactions is not None:
        return TestResult.not_applicable(
            name,
            null,
            message(
                "the fixed-effects fit sweeps {interactions} out, and the random-effects fit cannot",
                interactions=[f"`{name}`" for name in first.layout.interactions.names],
            ),
        )
    common = first.terms
    to = [second.terms.index(term) for term in common]
    for linear in (first, second):
        problem = message("the Hausman test inverts a covariance")
        refuse_squares(linear.root, linear.X, linear.terms, linear.effects, problem)
    gap = first.beta - second.beta[to]
    first_iid, second_iid = _iid(first), _iid(second)
    if kind == "sigmamore":
        first_iid = first.bread * (second.rss / second.df_resid)
    V = first_iid - second_iid[np.ix_(to, to)]
    scale = 1.0 / np.sqrt(np.diag(first_iid))
    values = np.linalg.eigvalsh(V * np.outer(scale, scale))
    statistic = float(gap @ np.linalg.solve(V, gap))
    p_value = float(stats.chi2.sf(statistic, len(common)))
    facts: dict[str, Any] = {"terms": common, "eigenvalues": tuple(float(v) for v in values)}
    reason = verbatim("")
    if values[0] <= _NEGATIVE * values[-1]:
        reason = message(
            "V_FE - V_RE is not positive definite in this sample (its smallest eigenvalue, in units of V_FE, is "
            "{smallest:.3g}), so that the statistic of {statistic:.4g} has no chi2 distribution: use "
            "kind='sigmamore' or, with clustered errors, kind='auxiliary'",
            smallest=float(values[0]),
            statistic=statistic,
        )
        facts["p_value_as_others_print_it"] = p_value
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution="chi2",
        df=(float(len(common)),),
        p_value=float("nan") if reason else p_value,
        reason=reason,
        facts=facts,
        notes=(
            message(
                "it assumes independent errors of one variance; with clustered errors use kind='auxiliary'"
            ),
        ),
    )


def _iid(linear: LinearFit) -> FloatArray:
    return linear.bread * (linear.rss / linear.df_resid)


@offered("test", family="effects", result="TestResult", source="Mundlak 1978; Arellano 1993", public=True)
def mundlak(random: FitResult, *, vcov: VcovSpec | None = None) -> TestResult:
    """Test that the unit means of the regressors add nothing to a random-effects fit (Mundlak 1978).

    A joint Wald test of the means, cluster-robust unless `vcov` says otherwise: with theta as estimated it is
    the auxiliary form of the Hausman test (Arellano 1993). The slopes beside the means equal the
    fixed-effects slopes.

    Examples
    --------
    >>> random = pk.RandomEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.mundlak(random)
    >>> found.p_value < 1.0
    True
    """
    linear, design = design_of(random, weighted=True)
    check_vcov(Cluster() if vcov is None else vcov)
    null = message(
        "the unit means of the regressors have no effect of their own, so that random effects are consistent"
    )
    name = message("Mundlak (auxiliary Hausman)")
    if linear.effects != "none" or not {ONE_EQUATION, PANEL_ROWS} <= linear.can:
        raise SpecError(message("mundlak takes a random-effects (or pooled) fit"))
    if linear.weights is not None:
        return TestResult.not_applicable(name, null, NOT_WEIGHTED)
    layout = linear.layout
    means = (layout.sum_units(linear.X) / layout.unit_counts[:, None])[layout.unit]
    candidates = [j for j, term in enumerate(linear.terms) if term != "Intercept"]
    inside = within(linear.X, layout, "unit")
    moving = ~absorbed_terms(linear.X, inside)
    both = np.column_stack([linear.X, means[:, candidates]])
    dependent = dependent_terms(both)[linear.k :]
    kept = [j for j, lost in zip(candidates, dependent, strict=True) if moving[j] and not lost]
    if not kept:
        return TestResult.not_applicable(
            name,
            null,
            message("no regressor varies both within and between units"),
        )
    names = (*linear.terms, *(f"mean({linear.terms[j]})" for j in kept))
    wide = np.column_stack([linear.X, means[:, kept]])
    auxiliary = fit_plain(linear.y, wide, names, layout, "none", 0, squares=True)
    return _wald_of_last(auxiliary, design, random, len(kept), name, null, vcov or Cluster())


def _wald_of_last(
    auxiliary: LinearFit,
    design: Design,
    fit: FitResult,
    count: int,
    name: Message,
    null: Message,
    spec: VcovSpec,
) -> TestResult:
    made = spec.compute(auxiliary, design, convention_named(fit.spec.convention))
    last = slice(auxiliary.k - count, auxiliary.k)
    b, V = auxiliary.beta[last], made.matrix[last, last]
    statistic = float(b @ np.linalg.solve(V, b))
    errors = np.sqrt(np.diag(V))
    groups = made.facts.get("n_clusters")
    notes: tuple[Message, ...] = ()
    if groups is not None and groups <= 5 * count:
        notes = (
            message(
                "{groups} clusters for {count} restrictions: the chi2 distribution is rough",
                groups=groups,
                count=count,
            ),
        )
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution="chi2",
        df=(float(count),),
        p_value=float(stats.chi2.sf(statistic, count)),
        facts={
            "covariance": made.name,
            "means": {
                term: (float(value), float(error))
                for term, value, error in zip(auxiliary.terms[last], b, errors, strict=True)
            },
        },
        notes=notes,
    )


@offered("test", family="effects", result="TestResult", public=True)
def effects_f(fit: FitResult, against: Effects = "none") -> TestResult:
    """Test that the effects of a fixed-effects fit are needed beyond those of `against`, by F.

    "none" keeps an intercept. Under independent errors of one variance, or of one over the analytic weights.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.effects_f(fit, against="unit")
    """
    linear, design = design_of(fit, weighted=True)
    if against not in EFFECTS:
        raise SpecError(
            message("against is one of {names}, not {against!r}", names=list(EFFECTS), against=against)
        )
    held = _EFFECTS[linear.effects]
    null = message("the {held} effects add nothing to {others} effects", held=held, others=_EFFECTS[against])
    name = message("F test of {held} effects", held=held)
    nested = {"none": (), "unit": ("none",), "time": ("none",), "twoway": ("none", "unit", "time")}
    if against not in nested[linear.effects]:
        return TestResult.not_applicable(
            name,
            null,
            message(
                "the effects of the fit ({held}) do not contain those of `against` ({against})",
                held=linear.effects,
                against=against,
            ),
        )
    if linear.layout.interactions is not None and against in ("none", "time"):
        return TestResult.not_applicable(
            name,
            null,
            message(
                "the fit sweeps {interactions} out beside unit effects, and {against!r} has no unit effects: test "
                "against='unit'",
                interactions=[f"`{name}`" for name in linear.layout.interactions.names],
                against=against,
            ),
        )
    if ONE_EQUATION not in linear.can:
        return TestResult.not_applicable(name, null, _TWO_STAGE)
    problem = iid_problem(linear)
    if problem is not None:
        return TestResult.not_applicable(name, null, problem)
    rss, parameters = _rss(design, linear, against)
    restrictions = linear.k + linear.absorbed - parameters
    f = (rss - linear.rss) / restrictions / (linear.rss / linear.df_resid)
    return TestResult(
        name=name,
        null=null,
        statistic=f,
        distribution="F",
        df=(float(restrictions), float(linear.df_resid)),
        p_value=float(stats.f.sf(f, restrictions, linear.df_resid)),
        notes=(_IID,),
    )


def _rss(design: Design, linear: LinearFit, effects: Effects) -> tuple[float, int]:
    """Return the residual sum of squares and the number of parameters under other effects."""
    columns = rooted(np.column_stack([design.X, design.y]), linear.weights)
    columns = (
        about_mean(columns, linear.weights) if effects == "none" else within(columns, linear.layout, effects)
    )
    beta = np.linalg.lstsq(columns[:, :-1], columns[:, -1], rcond=None)[0]
    residuals = columns[:, -1] - columns[:, :-1] @ beta
    absorbed = 1 if effects == "none" else linear.layout.absorbed(effects)
    return float(residuals @ residuals), linear.k + absorbed


@offered(
    "test",
    family="effects",
    result="TestResult",
    source="Breusch and Pagan 1980; Baltagi and Li 1990; Honda 1985",
    public=True,
)
def breusch_pagan_lm(fit: FitResult, effects: Literal["unit", "time", "twoway"] = "unit") -> TestResult:
    """Test for random effects in the residuals of a pooled fit (Breusch and Pagan 1980; Baltagi and Li 1990).

    Any panel, balanced or not. `facts["honda"]` is the one-sided statistic (Honda 1985), standard normal.

    Examples
    --------
    >>> pooled = pk.PooledOLS("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.breusch_pagan_lm(pooled)
    """
    linear, _ = design_of(fit, weighted=True)
    if effects not in ("unit", "time", "twoway"):
        raise SpecError(message("effects is unit, time or twoway, not {effects!r}", effects=effects))
    null = message("the variance of the {held} effects is zero", held=_EFFECTS[effects])
    name = message("Breusch-Pagan LM, {held} effects", held=_EFFECTS[effects])
    if linear.effects != "none" or not linear.can >= LEAST_SQUARES:
        return TestResult.not_applicable(
            name,
            null,
            message("it is read from the residuals of a pooled fit: use PooledOLS"),
        )
    if linear.weights is not None:
        return TestResult.not_applicable(name, null, NOT_WEIGHTED)
    layout, e = linear.layout, linear.residuals
    parts = []
    if effects != "time":
        parts.append(_lm_root(layout.sum_units(e[:, None])[:, 0], layout.unit_counts, e))
    if effects != "unit":
        parts.append(_lm_root(layout.sum_times(e[:, None])[:, 0], layout.time_counts, e))
    statistic = float(sum(root**2 for root in parts))
    return TestResult(
        name=name,
        null=null,
        statistic=statistic,
        distribution="chi2",
        df=(float(len(parts)),),
        p_value=float(stats.chi2.sf(statistic, len(parts))),
        facts={"honda": float(sum(parts) / np.sqrt(len(parts)))},
    )


def _lm_root(sums: FloatArray, counts: np.ndarray, e: FloatArray) -> float:
    n = len(e)
    excess = float(sums @ sums) / float(e @ e) - 1.0
    return n * excess / float(np.sqrt(2.0 * (float(counts @ counts) - n)))


@offered("test", family="effects", result="TestResult", source="Chow 1960", public=True)
def poolability(fit: FitResult) -> TestResult:
    """Test that the slopes are the same in every unit, by F (Chow 1960).

    The effects stay as they are; every unit has slopes of its own under the alternative.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", effects="unit").fit(panel)
    >>> found = pk.poolability(fit)
    """
    linear, design = design_of(fit, weighted=True)
    null = message("every unit has the same slopes")
    name = message("poolability (F)")
    if ONE_EQUATION not in linear.can:
        return TestResult.not_applicable(name, null, _TWO_STAGE)
    problem = iid_problem(linear)
    if problem is not None:
        return TestResult.not_applicable(name, null, problem)
    layout, rows = linear.layout, len(linear.y)
    moving = [j for j, term in enumerate(linear.terms) if term != "Intercept"]
    wanted = layout.n_units * len(moving)
    if linear.n <= wanted + linear.absorbed:
        return TestResult.not_applicable(
            name,
            null,
            message(
                "{rows} rows cannot carry {slopes} slopes for each of {count} units beside the effects",
                rows=linear.n,
                slopes=len(moving),
                count=layout.n_units,
            ),
        )
    if rows * wanted > _LARGEST_POOLABILITY:
        return TestResult.not_applicable(name, null, message("the panel is too large for slopes by unit"))
    X = linear.X if linear.effects == "none" else rooted(np.ascontiguousarray(design.X), linear.weights)
    own = np.zeros((rows, layout.n_units, len(moving)))
    own[np.arange(rows), layout.unit] = X[:, moving]
    wide = own.reshape(rows, -1)
    if linear.effects == "none" and "Intercept" in linear.terms:
        wide = np.column_stack([linear.X[:, [linear.terms.index("Intercept")]], wide])
    wide = within(wide, layout, linear.effects)
    wide = wide / np.maximum(np.sqrt(np.einsum("ij,ij->j", wide, wide)), 1e-300)
    left, values, _ = linalg.svd(wide, full_matrices=False)
    # columns have norm one, so that a singular value of 1e-9 is rounding
    basis = left[:, values > 1e-9]
    rest = linear.y - basis @ (basis.T @ linear.y)
    rss, restrictions = float(rest @ rest), basis.shape[1] - linear.k
    df = linear.n - basis.shape[1] - linear.absorbed
    if restrictions <= 0 or df <= 0:
        return TestResult.not_applicable(
            name, null, message("no degree of freedom is left with slopes by unit")
        )
    f = (linear.rss - rss) / restrictions / (rss / df)
    return TestResult(
        name=name,
        null=null,
        statistic=f,
        distribution="F",
        df=(float(restrictions), float(df)),
        p_value=float(stats.f.sf(f, restrictions, df)),
        notes=(_IID,),
    )
