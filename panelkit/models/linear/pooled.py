"""Pooled least squares: no effects, or time effects as dummies written into the formula."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.kernels.capabilities import LEAST_SQUARES, WEIGHTS
from panelkit.kernels.linear import fit_swept
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.models.linear import through_linearmodels
from panelkit.models.shell import LinearSpec, Rows, finish, require_terms
from panelkit.results.fit import FitResult


@estimator(
    "pooled",
    family="linear",
    can=sorted(LEAST_SQUARES | {WEIGHTS}),
    source="least squares; Wooldridge 2010, ch. 7",
)
@dataclass(frozen=True)
class PooledOLS(LinearSpec[FitResult]):
    """Least squares on all rows alike, with the intercept of the formula; coefficients of linearmodels' PooledOLS.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; the intercept is estimated unless `- 1` takes it out.
    vcov
        A covariance spec; the default leaves one cluster out at a time.
    convention
        How degrees of freedom are counted: "reghdfe", "fixest", "xtreg", "lsdv", "linearmodels" or "plm".
    where
        A condition on the rows that enter, as in `FixedEffects`.
    weights
        Weights of the rows, as in `FixedEffects`.

    Examples
    --------
    >>> fit = pk.PooledOLS("log(patents_granted) ~ log(rd_expenditure) + C(year)").fit(panel)
    """

    formula: str
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None
    weights: str | None = None

    def _estimate(self, rows: Rows) -> FitResult:
        design = rows.design
        require_terms(design, self.formula)
        linear = fit_swept(design.y, design.X, design.terms, design.layout, "none")
        if linear.weights is None:
            linear = through_linearmodels.carrying(linear, through_linearmodels.pooled(design))
        title = message("Pooled least squares: {outcome}", outcome=design.outcome)
        return finish(self, design, linear, title=title)
