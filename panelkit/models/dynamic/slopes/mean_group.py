"""Mean group: a regression of its own for every unit, and the mean of their slopes."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.unit_slopes import UnitSlopes
from panelkit.kernels.capabilities import UNIT_SLOPES
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.options import check_flag
from panelkit.models.dynamic.slopes.problem import Average
from panelkit.models.dynamic.slopes.sample import Plan, Unidentified
from panelkit.models.dynamic.slopes.shell import SlopesSpec


@estimator(
    "mean_group",
    family="dynamic",
    can=(UNIT_SLOPES,),
    result="SlopesResult",
    source="Pesaran and Smith 1995; plm pmg(model = 'mg' and 'dmg')",
)
@dataclass(frozen=True)
class MeanGroup(SlopesSpec):
    """The mean of the slopes that units have in regressions of their own.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; every unit has an intercept of its own.
    trends
        Whether every unit has a linear trend of its own.
    demeaned
        Whether outcome and regressors enter as deviations from the mean of their period over units (plm's "dmg"):
        takes out shocks that hit all units alike.
    average
        How slopes are averaged: "mean", or "huber", Huber's mean, which few far slopes move little (what most units
        have, not the mean of all where slopes are skewed).
    vcov
        `UnitSlopes()`: the spread of the slopes over units.
    where
        A condition on the rows that enter, as in `FixedEffects`.
    unidentified
        What becomes of a unit whose rows do not carry its regression: "refuse" names them, "drop" leaves them out and
        says so in `dropped`.

    Notes
    -----
    Consistent where slopes differ between units and both T and N are large; with a lagged outcome each slope has a
    bias of order 1/T. `fit.by_unit` holds the slopes of the units.

    Examples
    --------
    >>> fit = pk.MeanGroup("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> len(fit.by_unit) == fit.facts["n_units"]
    True
    """

    formula: str
    trends: bool = False
    demeaned: bool = False
    average: Average = "mean"
    vcov: VcovSpec = UnitSlopes()
    where: str | None = None
    unidentified: Unidentified = "refuse"

    def _check(self) -> None:
        check_flag("demeaned", self.demeaned)

    def _plan(self) -> Plan:
        return Plan(trends=self.trends, demeaned=self.demeaned, unidentified=self.unidentified)

    def _title(self, outcome: str) -> Message:
        return message("Mean group: {outcome}", outcome=outcome)
