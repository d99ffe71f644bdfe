"""Pooled least squares: no effects, or time effects as dummies written into the formula."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from panelkit.covariance.cluster import CRV3, VcovSpec, check_vcov
from panelkit.covariance.conventions import convention_named
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import Layout
from panelkit.language.offers import estimator
from panelkit.models.linear import through_linearmodels
from panelkit.models.reading import check_where, read_design
from panelkit.models.shell import Coordinates, finish, require_terms, with_coordinates
from panelkit.results.fit import FitResult


@estimator("pooled", family="linear", source="")
@dataclass(frozen=True)
class PooledOLS:
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

    Examples
    --------
    >>> fit = pk.PooledOLS("log(patents_granted) ~ log(rd_expenditure) + C(year)").fit(panel)
    """

    formula: str
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None

    def __post_init__(self) -> None:
        check_vcov(self.vcov)
        convention_named(self.convention)
        object.__setattr__(self, "where", check_where(self.where))

    def with_vcov(self, vcov: VcovSpec) -> PooledOLS:
        """Return the same model with another covariance."""
        return replace(self, vcov=vcov)

    def fit(
        self,
        data: pd.DataFrame,
        *,
        unit: str | None = None,
        time: str | None = None,
        coords: Coordinates | None = None,
    ) -> FitResult:
        """Fit the model to a panel; see `FixedEffects.fit` for the data and `Conley` for `coords`."""
        design = read_design(
            self.formula, data, unit=unit, time=time, extra=self.vcov.columns(), where=self.where
        )
        require_terms(design, self.formula)
        design = with_coordinates(design, self.vcov, coords)
        layout = Layout(design.unit, design.time)
        linear = fit_swept(design.y, design.X, design.terms, layout, "none")
        linear = through_linearmodels.carrying(linear, through_linearmodels.pooled(design))
        return finish(self, design, linear, title=f"Pooled least squares: {design.outcome}")
