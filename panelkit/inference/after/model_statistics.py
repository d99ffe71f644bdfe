"""The rest of the table: the test of the model, R2 of every kind, the variances of effects and errors, criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from panelkit.covariance.base import Vcov
from panelkit.inference.after.effects import Split, split_rows
from panelkit.inference.panel_tests.effects import effects_f
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.kernels.capabilities import AS_OBSERVED, ONE_EQUATION
from panelkit.kernels.linear import LinearFit, squares_about_mean
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult
from panelkit.results.tabled import Named, Tabled
from panelkit.show.model_words import MODEL_WORDS


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelStatistics(Tabled):
    """Statistics of a whole model by key; `values` holds those that the model has."""

    values: Mapping[str, float]

    def _named(self) -> list[Named]:
        return [(MODEL_WORDS[key], value) for key, value in self.values.items()]

    def __getitem__(self, key: str) -> float:
        return self.values[key]

    def tidy(self) -> pd.DataFrame:
        """Return one row, a column a statistic."""
        return pd.DataFrame([dict(self.values)])


@offered(
    "inference",
    family="after the fit",
    result="ModelStatistics",
    source="Stata [XT] xtreg, Methods and formulas; reghdfe",
    public=True,
)
def model_statistics(fit: FitResult) -> ModelStatistics:
    """Return what Stata prints around the coefficients: `fit.model_statistics()`.

    Parameters
    ----------
    fit
        A linear fit, or a likelihood, which has the Wald test and its criteria only.

    Returns
    -------
    ModelStatistics
        F (or chi2, where statistics are normal) of all slopes under the covariance of the fit; R2 within, between and
        overall (squared correlations of the outcome with Xb, `xtreg`'s definitions); R2 and its adjustments; `sigma_u`,
        the standard deviation of the unit effects over units (of random effects: of the model), `sigma_e`, `rho_u` =
        sigma_u^2 / (sigma_u^2 + sigma_e^2), `corr_u_xb` over rows, the F test that all unit effects are equal
        (independent errors), and the Gaussian log-likelihood of the regression with AIC and BIC.

    Raises
    ------
    SpecError
        If it is no fit of one equation.

    Notes
    -----
    Period effects of two-way fits are regressors in R2 within, between and overall, sigma_u, corr_u_xb and the F of
    the unit effects, as `i.year` in `xtreg, fe`; F or chi2 of the model is of the regressors alone, where Stata's
    counts the dummies of `i.year` too (write `C(year)` beside unit effects for that). Weights of rows count in R2
    within and overall and in corr_u_xb; R2 between takes every unit once, at its weighted mean. Under convention
    "xtreg", R2 overall and corr_u_xb count every row once, as Stata's command does beside weights. The adjusted R2 is
    that of R2 within under convention "xtreg", else of R2 with all effects counted. The criteria count slopes and
    constant, as `estat ic`, not the effects; random effects by generalised least squares have none, nor has a fit with
    analytic or sampling weights.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", effects="unit").fit(panel)
    >>> found = fit.model_statistics()
    >>> 0.0 < found["rho_u"] < 1.0
    True
    """
    check_fit(fit)
    values = dict(model_test(fit.terms, fit.estimates, fit.covariance, fit.df, fit.equations))
    notes: list[Message] = []
    if fit.linear is not None:
        values |= _of_linear(fit, fit.linear)
        if fit.linear.effects == "twoway":
            notes.append(_as_regressors().spoken(*fit.level_names))
    else:
        values |= {key: float(fit.facts[key]) for key in ("loglik", "aic", "bic") if key in fit.facts}
    ordered = {key: values[key] for key in MODEL_WORDS if key in values}
    return ModelStatistics(
        title=message("Statistics of the model: {title}", title=fit.title), values=ordered, notes=tuple(notes)
    )


def _as_regressors() -> Message:
    return message(
        "{period} effects count as regressors in R2 within, between and overall, in sigma_u, corr(u, Xb) and the F "
        "of the {unit} effects"
    )


def model_test(
    terms: tuple[str, ...],
    estimates: FloatArray,
    covariance: FloatArray,
    df: float | FloatArray,
    equations: tuple[str, ...] = (),
) -> dict[str, float]:
    """Return the Wald or F test that all slopes are zero; empty where the covariance has too little rank for it.

    Slopes are all terms but the intercept and, by their `equations`, spatial parameters and variances.
    """
    where = equations or ("",) * len(terms)
    at = [
        j for j, term in enumerate(terms) if term != "Intercept" and where[j] not in ("spatial", "variance")
    ]
    if not at:
        return {}
    V = np.asarray(covariance)[np.ix_(at, at)]
    size = np.sqrt(np.abs(np.diag(V)))
    if not (np.isfinite(V).all() and (size > 0.0).all()):
        return {}
    scaled = V / np.outer(size, size)
    if np.linalg.eigvalsh(scaled)[0] <= 1e-11 * len(at):
        return {}
    gap = np.asarray(estimates)[at] / size
    wald, q = float(gap @ np.linalg.solve(scaled, gap)), len(at)
    degrees = float(np.min(df))
    if not np.isfinite(degrees):
        return {"chi2_model": wald, "df_model": float(q), "p_model": float(special.chdtrc(q, wald))}
    p = float(special.fdtrc(q, degrees, wald / q))
    return {"f_model": wald / q, "df_model": float(q), "df_of_f": degrees, "p_model": p}


def with_model_test(vcov: Vcov, terms: tuple[str, ...], estimates: FloatArray) -> Vcov:
    """Return a covariance with the test of the model among its facts, which change with it."""
    k = len(terms)
    return replace(vcov, facts={**vcov.facts, **model_test(terms, estimates, vcov.matrix[:k, :k], vcov.df)})


def with_statistics(fit: FitResult) -> FitResult:
    """Return a linear fit with the rest of the table among its facts, as `xtreg` prints it; what it states stays."""
    own = model_statistics(fit).values
    skipped = {"rmse", "df_of_f", "r2_within_adjusted", "loglik_null", "parameters"}
    if "sigma_unit" in fit.facts:
        skipped |= {"sigma_u", "sigma_e", "rho_u"}
    more = {key: value for key, value in own.items() if key not in fit.facts and key not in skipped}
    before = {key: value for key, value in fit.facts.items() if key not in ("vcov", "convention")}
    after = {key: fit.facts[key] for key in ("vcov", "convention")}
    return replace(fit, facts={**before, **more, **after})


def _of_linear(fit: FitResult, linear: LinearFit) -> dict[str, float]:
    parts = split_rows(fit)
    values = {"rmse": float(np.sqrt(linear.rss / linear.df_resid))}
    if len(parts.e) == len(linear.y) or AS_OBSERVED not in linear.can:
        values |= _of_rows(fit, linear, parts)
    else:
        values |= _three(fit, parts, parts.xb)
    alike = linear.weights is None or linear.weights.repeats
    if alike and AS_OBSERVED in linear.can and ONE_EQUATION in linear.can:
        values |= _criteria(linear)
    return values


def _squared(one: FloatArray, other: FloatArray, weights: FloatArray) -> float:
    """Return the squared (weighted) correlation of two columns (n,)."""
    return _correlation(one, other, weights) ** 2


def _correlation(one: FloatArray, other: FloatArray, weights: FloatArray) -> float:
    if np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return float("nan")
    return float(np.cov(one, other, aweights=weights)[0, 1]) / float(
        np.sqrt(np.cov(one, aweights=weights) * np.cov(other, aweights=weights))
    )


def _three(fit: FitResult, parts: Split, xb: FloatArray) -> dict[str, float]:
    """Return the squared correlations of y with Xb, within units, between their means (every unit once), overall."""
    unit, w = parts.design.unit, _weights(parts)
    both = np.column_stack([parts.design.y, xb])
    means = np.column_stack([np.bincount(unit, column * w) / np.bincount(unit, w) for column in both.T])
    inside = both - means[unit]
    return {
        "r2_within": _squared(inside[:, 0], inside[:, 1], w),
        "r2_between": _squared(means[:, 0], means[:, 1], np.ones(len(means))),
        "r2_overall": _squared(both[:, 0], both[:, 1], _over_rows(fit, parts)),
    }


def _over_rows(fit: FitResult, parts: Split) -> FloatArray:
    """Return what a row counts in correlations over rows: its weight, under "xtreg" once (`corr y XB` in its code)."""
    return np.ones(len(parts.e)) if fit.spec.convention == "xtreg" else _weights(parts)


def _weights(parts: Split) -> FloatArray:
    held = parts.design.weights
    return np.ones(len(parts.e)) if held is None else np.asarray(held, dtype=np.float64)


def _of_rows(fit: FitResult, linear: LinearFit, parts: Split) -> dict[str, float]:
    total = squares_about_mean(rooted(parts.design.y, linear.weights), linear.weights)
    random = "sigma_unit" in fit.facts
    if random:
        sigma_u, sigma_e = float(fit.facts["sigma_unit"]), float(fit.facts["sigma_error"])
        return {
            **_three(fit, parts, parts.xb),
            "sigma_u": sigma_u,
            "sigma_e": sigma_e,
            "rho_u": sigma_u**2 / (sigma_u**2 + sigma_e**2),
        }
    values: dict[str, float] = {}
    if parts.interactions or linear.effects == "time" or not parts.has_unit:
        values["r2"] = 1.0 - linear.rss / total
        values["r2_adjusted"] = _adjusted(values["r2"], linear.n, linear.df_resid)
        return values
    xb = parts.xb + parts.time
    values |= _three(fit, parts, xb)
    values["r2"] = 1.0 - linear.rss / total
    base = values["r2_within"] if fit.spec.convention == "xtreg" else values["r2"]
    values["r2_adjusted"] = _adjusted(base, linear.n, linear.df_resid)
    values["r2_within_adjusted"] = 1.0 - (linear.rss / linear.df_resid) / (
        linear.tss / (linear.df_resid + linear.k)
    )
    values["constant"] = parts.constant
    values["corr_u_xb"] = _correlation(parts.unit, xb, _over_rows(fit, parts))
    values["sigma_u"] = float(np.std(parts.by_unit, ddof=1))
    values["sigma_e"] = float(np.sqrt(linear.rss / linear.df_resid))
    values["rho_u"] = values["sigma_u"] ** 2 / (values["sigma_u"] ** 2 + values["sigma_e"] ** 2)
    return values | _f_of_effects(fit, linear)


def _f_of_effects(fit: FitResult, linear: LinearFit) -> dict[str, float]:
    if ONE_EQUATION not in linear.can:
        return {}
    found = effects_f(fit, against="time" if linear.effects == "twoway" else "none")
    return {"f_effects": found.statistic, "p_effects": found.p_value} if found.applicable else {}


def _adjusted(r2: float, n: int, df: int) -> float:
    return 1.0 - (1.0 - r2) * (n - 1) / df


def _criteria(linear: LinearFit) -> dict[str, float]:
    """Return the Gaussian log-likelihood of the (swept) regression and its criteria, as Stata's `estat ic`."""
    n = linear.n
    if not linear.rss > 0.0:
        return {}
    parameters = linear.k + (linear.effects != "none")
    loglik = -0.5 * n * (1.0 + np.log(2.0 * np.pi) + np.log(linear.rss / n))
    null = -0.5 * n * (1.0 + np.log(2.0 * np.pi) + np.log(linear.tss / n))
    return {
        "loglik": float(loglik),
        "loglik_null": float(null),
        "parameters": float(parameters),
        "aic": float(-2.0 * loglik + 2.0 * parameters),
        "bic": float(-2.0 * loglik + np.log(n) * parameters),
    }
