"""Two fits side by side: differences of the terms that they share, nested tests, criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.formula.coefficients import unknown_terms
from panelkit.inference.after.model_statistics import model_statistics
from panelkit.inference.panel_tests.fits import check_fit, design_of, iid_problem
from panelkit.kernels.capabilities import AS_OBSERVED, ONE_EQUATION, SCORES
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.panel.design import Design
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

# What a smaller model's residuals must leave unexplained of the larger's regressors to be no special case of it.
_SPANNED = 1e-8


@dataclass(frozen=True, kw_only=True, eq=False)
class FitComparison(Derived):
    """Differences of shared terms, first less second, with `sides` (both estimates), `tests` and `criteria`.

    `same_rows` says whether both fits stand on the same units and periods.
    """

    sides: pd.DataFrame
    tests: tuple[TestResult, ...]
    criteria: pd.DataFrame
    same_rows: bool

    def summary(self, level: float = 0.95, *, language: Language = "en") -> str:
        """Return the differences, the criteria of both fits and the nested tests as plain text."""
        from panelkit.results.numbers import number
        from panelkit.show.words import frame_text

        parts = [super().summary(level, language=language)]
        if self.criteria.notna().any(axis=None):
            heads = {"first": message("first fit"), "second": message("second fit")}
            shown = self.criteria.rename(columns={key: head.text(language) for key, head in heads.items()})
            parts.append(frame_text(shown, language, number))
        return "\n\n".join([*parts, *(test.summary(language=language) for test in self.tests)])


@offered(
    "inference",
    family="after the fit",
    result="FitComparison",
    source="White 1982; Weesie 1999 (Stata's suest)",
    public=True,
)
def compare_fits(fit: FitResult, other: FitResult, terms: str | Sequence[str] | None = None) -> FitComparison:
    """Return the differences of terms that two fits share: `fit.compare(other)`.

    Parameters
    ----------
    fit, other
        Fits of one equation.
    terms
        Some of the shared terms; None is all of them but the intercept.

    Returns
    -------
    FitComparison
        First less second. Where both are linear, their scores are stacked and summed by cluster (that of the first
        fit's covariance, or the unit), so that a difference has a cluster-robust standard error whichever rows they
        share, with each fit's own small-sample factor and t(G - 1); else the difference has none, and a note says
        why. `tests` holds the joint test of the differences and, where one model is a special case of the other on
        the same rows, F (linear) or LR (likelihoods); `criteria` log-likelihood, AIC and BIC.

    Raises
    ------
    SpecError
        If they share no term, or one asked for is not shared.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + log(gdp)").fit(panel)
    >>> other = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = fit.compare(other)
    >>> found.terms, found.same_rows
    (('log(rd_expenditure)',), True)
    """
    check_fit(fit)
    check_fit(other)
    shared = [name for name in fit.terms if name in other.terms]
    every = [name for name in dict.fromkeys(shared) if name != "Intercept"]
    asked = [terms] if isinstance(terms, str) else terms
    chosen = every if asked is None else list(asked)
    missing = [name for name in chosen if name not in shared]
    if asked is not None and not chosen:
        raise SpecError(
            message("terms names no term: name those to compare, or leave it out for all that are shared")
        )
    if missing or not chosen:
        raise (
            unknown_terms(missing, shared)
            if missing
            else SpecError(
                message(
                    "the two fits share no term: {first} and {second}",
                    first=list(fit.terms),
                    second=list(other.terms),
                )
            )
        )
    at = [fit.terms.index(name) for name in chosen], [other.terms.index(name) for name in chosen]
    gap = fit.estimates[at[0]] - other.estimates[at[1]]
    same = _same_rows(fit, other)
    covariance, df, notes = _spread(fit, other, at)
    tests = [*_joint(gap, covariance, df), *_nested(fit, other, same=same)]
    sides = pd.DataFrame(
        {"first": fit.estimates[at[0]], "second": other.estimates[at[1]]}, index=pd.Index(chosen, name="term")
    )
    return FitComparison(
        title=message("First fit less second: {first}; {second}", first=fit.title, second=other.title),
        terms=tuple(chosen),
        estimates=np.asarray(gap),
        covariance=covariance,
        df=df,
        facts={"nobs": (fit.facts["nobs"], other.facts["nobs"])},
        notes=(*notes, *_rows_note(fit, same)),
        uncertainty=Uncertainty(method="delta"),
        levels=fit.level_names,
        sides=sides,
        tests=tuple(tests),
        criteria=pd.DataFrame({"first": _criteria(fit), "second": _criteria(other)}),
        same_rows=same,
    )


def _criteria(fit: FitResult) -> pd.Series:
    values = model_statistics(fit).values
    return pd.Series({key: values.get(key, np.nan) for key in ("loglik", "aic", "bic")}, dtype=float)


def _places(design: Design) -> list[tuple[object, object]]:
    units, times = np.asarray(design.unit_labels)[design.unit], np.asarray(design.time_labels)[design.time]
    return list(zip(units.tolist(), times.tolist(), strict=True))


def _same_rows(fit: FitResult, other: FitResult) -> bool:
    if fit.design is None or other.design is None:
        return False
    return _places(fit.design) == _places(other.design)


def _rows_note(fit: FitResult, same: bool) -> tuple[Message, ...]:
    said = (
        message("both fits stand on the same rows")
        if same
        else message("the fits stand on different rows: a difference is also one of samples")
    )
    return (said.spoken(*fit.level_names),)


def _spread(
    fit: FitResult, other: FitResult, at: tuple[list[int], list[int]]
) -> tuple[FloatArray, float, tuple[Message, ...]]:
    """Return the covariance of the differences, its degrees of freedom and what it is."""
    because = _unstacked(fit, other)
    if because is not None:
        return np.full((len(at[0]),) * 2, np.nan), np.inf, (because,)
    by = getattr(fit.spec.vcov, "by", None)
    first, labels = _influence(fit, by, at[0])
    second, others = _influence(other, by, at[1])
    groups = list(dict.fromkeys([*labels, *others]))
    place = {label: j for j, label in enumerate(groups)}
    total = np.zeros((len(groups), len(at[0])))
    np.add.at(total, [place[label] for label in labels], first)
    np.subtract.at(total, [place[label] for label in others], second)
    note = message(
        "differences with stacked scores, clustered by {by} ({groups} clusters), t({df:g})",
        by=verbatim(by or fit.level_names[0]),
        groups=len(groups),
        df=float(len(groups) - 1),
    )
    return total.T @ total, float(len(groups) - 1), (note,)


def _unstacked(fit: FitResult, other: FitResult) -> Message | None:
    """Return why scores cannot be stacked, or nothing."""
    for one in (fit, other):
        if one.linear is None or SCORES not in one.linear.can or one.design is None:
            return message(
                "{title} has no scores of least squares: the difference has no standard error",
                title=one.title,
            )
    return None


def _influence(fit: FitResult, by: str | None, at: list[int]) -> tuple[FloatArray, list[object]]:
    """Return the influence of clusters on some coefficients (G, m), times the root of the factor, and their labels."""
    linear, design = design_of(fit, weighted=True)
    known = (*design.extra, *design.unit_names, *design.time_names)
    if by is not None and by not in known:
        raise SpecError(
            message(
                "the second fit does not carry `{by}`, by which the first clusters: fit both with vcov=Cluster('{by}')",
                by=by,
            )
        )
    clusters = clusters_of(design, by)
    labels = np.asarray(design.unit_labels)[design.unit] if by in (None, *design.unit_names) else None
    if labels is None:
        labels = (
            np.asarray(design.time_labels)[design.time]
            if by in design.time_names
            else np.asarray(design.extra[str(by)])
        )
    factor = small_sample_factor(linear, (clusters,), convention_named(fit.spec.convention))
    scores = sum_by(linear.basis_scores, clusters.codes) @ linear.root.T[:, at]
    first = np.unique(clusters.codes, return_index=True)[1]
    return np.sqrt(factor) * scores, labels[first].tolist()


def _joint(gap: FloatArray, covariance: FloatArray, df: float) -> list[TestResult]:
    if not np.isfinite(covariance).all() or len(gap) < 1:
        return []
    name, null = (
        message("Wald test of the differences"),
        message("the coefficients of the two fits are equal"),
    )
    size = np.sqrt(np.diag(covariance))
    if not (size > 0.0).all():
        return [TestResult.not_applicable(name, null, message("a difference has no variance"))]
    scaled = covariance / np.outer(size, size)
    if np.linalg.eigvalsh(scaled)[0] <= 1e-11 * len(gap):
        because = message("the covariance of the differences has too little rank for so many terms")
        return [TestResult.not_applicable(name, null, because)]
    q = len(gap)
    f = float((gap / size) @ np.linalg.solve(scaled, gap / size)) / q
    p = float(special.fdtrc(q, df, f))
    return [TestResult(name=name, null=null, statistic=f, distribution="F", df=(float(q), df), p_value=p)]


def _nested(fit: FitResult, other: FitResult, *, same: bool) -> list[TestResult]:
    """Return F of nested linear fits, or LR of nested likelihoods, on the same rows; nothing where neither is."""
    if not same or fit.outcome != other.outcome:
        return []
    if fit.linear is not None and other.linear is not None:
        return _nested_f(fit, other)
    if fit.linear is None and other.linear is None and {"loglik"} <= fit.facts.keys() & other.facts.keys():
        return _nested_lr(fit, other)
    return []


def _nested_f(fit: FitResult, other: FitResult) -> list[TestResult]:
    large, small = (fit, other) if len(fit.terms) >= len(other.terms) else (other, fit)
    big, little = large.linear, small.linear
    if big is None or little is None or not {ONE_EQUATION, AS_OBSERVED} <= big.can & little.can:
        return []
    q = big.k + big.absorbed - little.k - little.absorbed
    if big.effects != little.effects or q <= 0:
        return []
    weights = (large.facts.get("row_weights"), small.facts.get("row_weights"))
    if weights[0] != weights[1] or iid_problem(big) is not None:
        return []
    left = little.X - big.basis @ (big.basis.T @ little.X)
    if (np.linalg.norm(left, axis=0) > _SPANNED * np.linalg.norm(little.X, axis=0)).any():
        return []
    f = (little.rss - big.rss) / q / (big.rss / big.df_resid)
    return [
        TestResult(
            name=message("F test of the smaller model"),
            null=message("{title} holds: what the larger model adds is zero", title=small.title),
            statistic=float(f),
            distribution="F",
            df=(float(q), float(big.df_resid)),
            p_value=float(special.fdtrc(q, big.df_resid, f)),
            notes=(message("it assumes independent errors of one variance"),),
        )
    ]


def _nested_lr(fit: FitResult, other: FitResult) -> list[TestResult]:
    large, small = (fit, other) if len(fit.terms) >= len(other.terms) else (other, fit)
    q = len(large.terms) - len(small.terms)
    alike = all(
        large.facts.get(key) == small.facts.get(key)
        for key in ("effects", "convention", "nobs_likelihood", "weights")
    )
    if q <= 0 or not set(small.terms) <= set(large.terms) or not alike:
        return []
    value = 2.0 * (float(large.facts["loglik"]) - float(small.facts["loglik"]))
    return [
        TestResult(
            name=message("LR test of the smaller model"),
            null=message("{title} holds: what the larger model adds is zero", title=small.title),
            statistic=value,
            distribution="chi2",
            df=(float(q),),
            p_value=float(special.chdtrc(q, max(value, 0.0))),
        )
    ]
