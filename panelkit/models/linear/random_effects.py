"""Random effects: feasible generalised least squares with the variance components of Swamy and Arora (1972)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.kernels.capabilities import GENERALISED_LEAST_SQUARES
from panelkit.kernels.identified import ABSORBED_SHARE, ROUNDING, TOLERANCE, absorbed_terms
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.outcome import refuse_absorbed, refuse_exact
from panelkit.kernels.within import FloatArray, Layout, within
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.spelt import option
from panelkit.models.linear import through_linearmodels
from panelkit.models.shell import LinearSpec, Rows, finish, require_terms
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief

# A direction below this many units of rounding is a repetition; a regressor with less than _PART of it has no part.
_REPEATED = 100.0
_PART = 1e-3

_WITHIN, _BETWEEN = message("within units"), message("between units")


@dataclass(frozen=True)
class Components(Brief):
    """Variances of the idiosyncratic error and of the unit effect, and theta by unit (N,)."""

    sigma2_error: float
    sigma2_unit: float
    theta: FloatArray


@estimator(
    "random_effects",
    family="linear",
    can=sorted(GENERALISED_LEAST_SQUARES),
    source="Swamy and Arora 1972; unbalanced: Baltagi and Chang 1994",
)
@dataclass(frozen=True)
class RandomEffects(LinearSpec[FitResult]):
    """A random effect by unit; time effects stand in the formula as `C(year)`.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; see the formula page for what may stand in it.
    vcov
        A covariance spec; the default leaves one cluster out at a time.
    convention
        How degrees of freedom are counted: "reghdfe", "fixest", "xtreg", "lsdv", "linearmodels" or "plm".
    where
        A condition on the rows that enter, as in `FixedEffects`.
    weights
        None: Stata's `re` has no weights either, because the variance components are not defined with them.

    Notes
    -----
    Variance components as plm's `swar`. On balanced panels they, theta and the coefficients are those of
    linearmodels' RandomEffects, which coincides there. On unbalanced panels they are ours: the between regression
    weights units by their rows and the trace term is Baltagi and Chang's (1994), as in linearmodels'
    `small_sample=True`, not in its default. Ours too without an intercept, where linearmodels can miscount
    the rank. Covariances treat theta as known, and CRV3 keeps it while clusters leave.

    Examples
    --------
    >>> fit = pk.RandomEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    """

    formula: str
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None
    weights: str | None = None

    def _without_weights(self) -> Message:
        return message(
            "RandomEffects takes no weights, as Stata's xtreg, re takes none: its variance components "
            "are those of rows that count alike. Take FixedEffects or PooledOLS with {weights}",
            weights=option("weights"),
        )

    def _estimate(self, rows: Rows) -> FitResult:
        require_terms(rows.design, self.formula)
        return fit_random(rows.design, self)


def fit_random(design: Design, spec: Any) -> FitResult:
    """Fit random effects to a design under a spec with `vcov` and `convention`."""
    layout = Layout(design.unit, design.time)
    _refuse_without_error(design, layout)
    parts, beta = variance_components(design, layout)
    moved = quasi_demeaned(design, layout, parts.theta)
    linear = fit_swept(moved.y, moved.X, moved.terms, layout, "none")
    if beta is not None:
        linear = through_linearmodels.carrying(linear, beta)
    linear = replace(linear, can=GENERALISED_LEAST_SQUARES)
    total = parts.sigma2_unit + parts.sigma2_error
    facts = {
        "theta": _range(parts.theta),
        "sigma_unit": float(np.sqrt(parts.sigma2_unit)),
        "sigma_error": float(np.sqrt(parts.sigma2_error)),
        "share_unit": parts.sigma2_unit / total,
        "r2": _squared_correlation(design.y, design.X @ linear.beta),
        "effects": "random",
    }
    notes = [message("random unit effect: Swamy-Arora variance components, theta treated as known")]
    if parts.sigma2_unit == 0.0:
        notes.append(
            message("the variance of the unit effect is estimated at zero: this is pooled least squares")
        )
    title = message("Random effects: {outcome}", outcome=design.outcome)
    return finish(spec, design, linear, title=title, moved=moved, facts=facts, notes=tuple(notes))


def _refuse_without_error(design: Design, layout: Layout) -> None:
    """Refuse an outcome without variation within units, or one that the regressors reproduce there."""
    swept = within(np.column_stack([design.X, design.y]), layout, "unit")
    refuse_absorbed(design.y, swept[:, -1], design.outcome, "unit")
    kept = ~absorbed_terms(np.asarray(design.X), swept[:, :-1])
    X = swept[:, :-1][:, kept]
    beta = (
        np.linalg.lstsq(X / np.linalg.norm(X, axis=0), swept[:, -1], rcond=None)[0]
        if kept.any()
        else np.zeros(0)
    )
    refuse_exact(swept[:, -1] - (X / np.linalg.norm(X, axis=0)) @ beta, swept[:, -1], design.outcome)


def variance_components(design: Design, layout: Layout) -> tuple[Components, FloatArray | None]:
    """Return the variance components and, where linearmodels fits the model, its coefficients (k,)."""
    if layout.balanced and design.has_intercept and layout.n_units > design.X.shape[1] and layout.n_times > 1:
        error, unit, theta, beta = through_linearmodels.random_effects(design)
        return Components(error, unit, theta), beta
    return swamy_arora(design.y, np.ascontiguousarray(design.X), layout, design.terms), None


def swamy_arora(y: FloatArray, X: FloatArray, layout: Layout, terms: tuple[str, ...]) -> Components:
    """Return the variance components of `y` (n,) on `X` (n, k), the intercept a column of X.

    sigma2_error is RSS_within / (n - N - k_within); sigma2_unit is (RSS_between - (N - k_between) sigma2_error) /
    (n - tr[(sum T_i x_i x_i')^-1 sum T_i^2 x_i x_i']) with RSS_between weighted by T_i (Baltagi and Chang 1994).

    Raises
    ------
    DataError
        If the units are too few for the between regression, or the rows for the within regression.
    SpecError
        If regressors repeat each other so nearly, within or between units, that their rank cannot be told.
    """
    swept = within(np.column_stack([X, y]), layout, "unit")
    rank_within, rss_within, _ = _least_squares(X, swept[:, :-1], swept[:, -1], terms, _WITHIN)
    counts = layout.unit_counts.astype(np.float64)
    means = layout.sum_units(np.column_stack([X, y])) / counts[:, None]
    root = np.sqrt(counts)[:, None]
    between, outcome = root * means[:, :-1], root[:, 0] * means[:, -1]
    rank_between, rss_between, basis = _least_squares(X, between, outcome, terms, _BETWEEN)
    df_within, df_between = layout.n - layout.n_units - rank_within, layout.n_units - rank_between
    if df_within <= 0 or df_between <= 0:
        raise DataError(
            message(
                "random effects need more units than regressors between ({n_units} units, {between} "
                "coefficients) and more rows within ({rows} rows, {within} coefficients): use PooledOLS, or "
                "fewer regressors",
                n_units=layout.n_units,
                between=rank_between,
                rows=layout.n,
                within=rank_within,
            )
        )
    sigma2_error = rss_within / df_within
    trace = float(
        counts @ np.einsum("ij,ij->i", basis, basis)
    )  # the trace above, without squaring the condition
    sigma2_unit = max(0.0, (rss_between - df_between * sigma2_error) / (layout.n - trace))
    theta = 1.0 - np.sqrt(sigma2_error / (sigma2_error + counts * sigma2_unit))
    return Components(sigma2_error, sigma2_unit, theta)


def quasi_demeaned(design: Design, layout: Layout, theta: FloatArray) -> Design:
    """Return the design less theta times the unit means."""
    columns = np.column_stack([design.X, design.y])
    means = layout.sum_units(columns) / layout.unit_counts[:, None]
    moved = columns - (theta[:, None] * means)[layout.unit]
    return replace(design, X=np.asfortranarray(moved[:, :-1]), y=np.ascontiguousarray(moved[:, -1]))


def _least_squares(
    X: FloatArray, columns: FloatArray, y: FloatArray, terms: tuple[str, ...], where: Message
) -> tuple[int, float, FloatArray]:
    """Return rank, residual sum of squares and an orthonormal basis of the span of swept or averaged columns.

    A column that nothing is left of, or that repeats others to rounding, adds no rank; what lies between a repetition
    and six digits is refused. `X` (n, k) are the columns before: their levels set the rounding.
    """
    size, before = (np.sqrt(np.einsum("ij,ij->j", each, each)) for each in (columns, X))
    held = np.flatnonzero(size > ABSORBED_SHARE * before)
    rounding = ROUNDING * float((before[held] / size[held]).max(initial=1.0))
    left, values, right = np.linalg.svd(columns[:, held] / size[held], full_matrices=False)
    share = values / values.max(initial=1.0)
    unclear = (share > _REPEATED * rounding) & (share < rounding / TOLERANCE)
    if unclear.any():
        involved = np.abs(right[unclear]).max(axis=0) > _PART
        raise SpecError(
            message(
                "{names}: they nearly repeat each other {where}, so that double precision cannot tell how many "
                "regressors the variance components rest on: leave one out, or put their difference in its place",
                names=[f"`{terms[at]}`" for at in held[involved]],
                where=where,
            )
        )
    basis = left[:, share > _REPEATED * rounding]
    residuals = y - basis @ (basis.T @ y)
    return basis.shape[1], float(residuals @ residuals), basis


def _range(theta: FloatArray) -> float | Message:
    if np.ptp(theta) < 1e-12:
        return float(theta[0])
    return message("{low:.6g} to {high:.6g}", low=float(theta.min()), high=float(theta.max()))


def _squared_correlation(a: FloatArray, b: FloatArray) -> float:
    return float(np.corrcoef(a, b)[0, 1] ** 2)
