"""Interactive effects: shocks common to all units, each of which answers in its own way."""

from __future__ import annotations

from dataclasses import dataclass

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.cluster import Cluster
from panelkit.kernels.capabilities import SCORES
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.language.options import check_count, check_flag
from panelkit.language.spelt import option
from panelkit.models.dynamic.slopes.interactive_result import InteractiveResult
from panelkit.models.dynamic.slopes.interactive_rows import fit_rows
from panelkit.models.dynamic.slopes.interactive_sample import settled_rows
from panelkit.models.shell import LinearSpec, Rows, require_terms


@estimator(
    "interactive_effects",
    family="dynamic",
    can=(SCORES,),
    result="InteractiveResult",
    source="Bai 2009; Moon and Weidner 2015 and 2017",
)
@dataclass(frozen=True)
class InteractiveEffects(LinearSpec[InteractiveResult]):
    """Least squares beside r factors, common shocks on which every unit has loadings of its own.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; one slope each for all units.
    factors
        The number r of factors; 0 is `FixedEffects`. `pk.number_of_factors` offers criteria.
    effects
        "twoway", "unit", "time" or "none": effects beside the factors.
    bias_correction
        Whether the slopes are corrected for what heteroskedastic errors do at short T or small N (Bai 2009, section 7;
        Moon and Weidner 2017, B2 and B3).
    bandwidth
        With `bias_correction`, for a lagged outcome or another regressor that answers to earlier errors: over how
        many later periods (Moon and Weidner 2017, B1). None: regressors answer to none.
    starts
        How many searches are made; the best counts, and `squares` says where each ended.
    seed
        Of the starts beyond the second.
    vcov
        A covariance that stands on scores: `Cluster()` by unit, `Robust()`, `Iid()`, ...
    convention
        How degrees of freedom are counted; factors and loadings count as effects.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    The squares are not convex in the slopes: another minimum may lie where no search ended. Panels with gaps are
    refused. Consistent as N and T grow; more factors than there are cost precision, fewer leave the shocks in the
    errors.

    Examples
    --------
    >>> fit = pk.InteractiveEffects("log(patents_granted) ~ log(rd_expenditure)", factors=1).fit(panel)
    >>> fit.by_period.shape[1]
    1
    """

    formula: str
    factors: int = 1
    effects: Effects = "twoway"
    bias_correction: bool = False
    bandwidth: int | None = None
    starts: int = 12
    seed: int = 0
    vcov: VcovSpec = Cluster()
    convention: str = "reghdfe"
    where: str | None = None

    def _check(self) -> None:
        check_count("factors", self.factors, 0)
        check_effects(self.effects)
        check_count("starts", self.starts)
        check_count("seed", self.seed, 0)
        check_flag("bias_correction", self.bias_correction)
        if self.bandwidth is not None:
            check_count("bandwidth", self.bandwidth)
            if not self.bias_correction:
                raise SpecError(
                    message(
                        "{bandwidth} belongs to bias_correction=True: give both or neither",
                        bandwidth=option("bandwidth"),
                    )
                )
        if self.bias_correction and self.factors == 0:
            raise SpecError(
                message("bias_correction= is about factors, and factors=0 has none: leave it out")
            )

    def _estimate(self, rows: Rows) -> InteractiveResult:
        require_terms(rows.design, self.formula)
        return fit_rows(self, settled_rows(rows.design, self.effects))
