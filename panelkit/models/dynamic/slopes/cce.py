"""Common correlated effects: averages of the cross-section stand for the shocks that all units share."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.unit_slopes import UnitSlopes
from panelkit.kernels.capabilities import UNIT_SLOPES
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.options import check_count, check_flag
from panelkit.models.dynamic.slopes.problem import Average
from panelkit.models.dynamic.slopes.sample import Plan, Unidentified
from panelkit.models.dynamic.slopes.shell import SlopesSpec


@estimator(
    "cce",
    family="dynamic",
    can=(UNIT_SLOPES,),
    result="SlopesResult",
    source="Pesaran 2006; Chudik and Pesaran 2015; plm pmg(model = 'cmg') and pcce",
)
@dataclass(frozen=True)
class CommonCorrelatedEffects(SlopesSpec):
    """Slopes beside averages of outcome and regressors over units, on which every unit has slopes of its own.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; every unit has an intercept of its own.
    pooled
        False: the mean of the units' slopes (CCE mean group). True: one slope from all rows (CCE pooled).
    lags
        How many lags of the averages enter beside them (Chudik and Pesaran 2015, for a lagged outcome among the
        regressors: about the cube root of T).
    trends
        Whether every unit has a linear trend of its own.
    average
        How slopes are averaged: "mean", or "huber", Huber's mean, which few far slopes move little (what most units
        have, not the mean of all where slopes are skewed).
    vcov
        `UnitSlopes()`: the spread of the slopes over units (Pesaran 2006, equations 58 and 69). With `pooled=True`
        also `UnitSlopes("pooled")`, which asks no unit for a slope of its own: k + 3 rows are then enough.
    where
        A condition on the rows that enter, as in `FixedEffects`.
    unidentified
        What becomes of a unit whose rows do not carry its regression: "refuse" names them, "drop" leaves them out,
        of the averages too, and says so in `dropped`.

    Notes
    -----
    With k regressors a unit's regression has 2k + 2 coefficients, k + 1 more for each lag of the averages, and is
    refused where the unit does not hold a row more. Averages are of the rows that enter, over the units
    that hold the period; lags of them are by the calendar, and rows without them leave. Averages that repeat each
    other count once. A regressor that is the same in every unit is refused: the averages stand for it.

    Examples
    --------
    >>> fit = pk.CommonCorrelatedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> fit.terms
    ('log(rd_expenditure)',)
    """

    formula: str
    pooled: bool = False
    lags: int = 0
    trends: bool = False
    average: Average = "mean"
    vcov: VcovSpec = UnitSlopes()
    where: str | None = None
    unidentified: Unidentified = "refuse"

    def _check(self) -> None:
        check_count("lags", self.lags, 0)
        check_flag("pooled", self.pooled)
        if self.pooled and self.average != "mean":
            raise SpecError(
                message("average= is about slopes of units, and pooled=True has one for all: leave it out")
            )

    def _plan(self) -> Plan:
        about = getattr(self.vcov, "about", "mean")
        return Plan(
            trends=self.trends,
            averages=True,
            lags=self.lags,
            unidentified=self.unidentified,
            own_slopes=not self.pooled or about == "mean",
        )

    def _title(self, outcome: str) -> Message:
        if self.pooled:
            return message("Common correlated effects, pooled: {outcome}", outcome=outcome)
        return message("Common correlated effects, mean group: {outcome}", outcome=outcome)

    def _pooled(self) -> bool:
        return self.pooled
