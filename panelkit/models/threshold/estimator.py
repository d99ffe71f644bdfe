"""The panel threshold model: slopes that differ on the two sides of a value of some variable."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.kernels.capabilities import LEAST_SQUARES
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import Effects
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.language.options import is_whole
from panelkit.models.coordinates import Coordinates
from panelkit.models.effects import effects_word
from panelkit.models.reading import singleton_rule
from panelkit.models.shell import LinearSpec, Rows, finish
from panelkit.models.threshold.candidates import SearchName
from panelkit.models.threshold.checks import Transform, regime_of
from panelkit.models.threshold.kink import kinked
from panelkit.models.threshold.kink_result import kink_result
from panelkit.models.threshold.regression import regression_of
from panelkit.models.threshold.result import ThresholdFit, facts_of, without_adoption
from panelkit.models.threshold.rows import columns_of_design, roles_of
from panelkit.models.threshold.searched import Searched, searched, space_of
from panelkit.models.threshold.words import threshold_notes
from panelkit.panel.sample import Policy
from panelkit.results.fit import FitResult


@estimator(
    "threshold",
    family="threshold",
    can=sorted(LEAST_SQUARES),
    result="ThresholdFit",
    source="Hansen 1999, Journal of Econometrics 93",
)
@dataclass(frozen=True)
class PanelThreshold(LinearSpec[ThresholdFit]):
    """A panel threshold model with one to three thresholds (面板门槛模型).

    Parameters
    ----------
    formula
        `outcome ~ regressors` with the same slope everywhere; `outcome ~ 1` for none.
    threshold
        The variable that parts the regimes (门槛变量), an expression: `"log(gdp)"`.
    regime
        The regressors with a slope by regime, expressions.
    thresholds
        One, two or three.
    trim
        The share of the rows that every regime holds at least.
    search
        "exact": every value of the threshold variable. "quantiles-393": the grid of Hansen's program. "xthreg": 400 of
        the values, equidistant in their order.
    time_effects
        Whether period effects are swept out beside those of units.
    intercept
        Whether every regime has a level of its own beside slopes. Hansen's model has none.
    kink
        True: the slope of the threshold variable itself changes, and the line does not jump (Hansen 2017). `regime` is
        then left out. The kink may lie between values held; its error and those of the slopes are joint, its region is
        that of chi2(1).
    transform
        "within": unit effects swept out exactly. "hansen-1999": as Hansen's program did it, deviations from means
        without the last period, and regimes parted by `<`; balanced panels, no period effects.
    level
        Of the confidence regions of thresholds.
    vcov
        A covariance spec; the default is the delete-one-province jackknife with t(G-1). Errors take the thresholds as
        known.
    convention
        How degrees of freedom are counted, as in `FixedEffects`.
    where
        A condition on the rows that enter.

    Notes
    -----
    A row belongs to the lower regime if its value is at or below the threshold. Threshold variable and regressors must
    be strictly exogenous: lags of the outcome, and the outcome as threshold variable, are refused.

    Examples
    --------
    >>> spec = pk.PanelThreshold("log(patents_granted) ~ log(gdp)", "log(gdp/population)", ("log(rd_expenditure)",))
    >>> fit = spec.fit(panel, reps=0)
    >>> len(fit.thresholds), fit.params.index[-1]
    (1, 'log(rd_expenditure):regime2')
    """

    formula: str
    threshold: str
    regime: tuple[str, ...] | str = ()
    thresholds: int = 1
    trim: float = 0.05
    search: SearchName = "exact"
    time_effects: bool = True
    intercept: bool = False
    kink: bool = False
    transform: Transform = "within"
    level: float = 0.95
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None

    def _check(self) -> None:
        object.__setattr__(self, "regime", regime_of(self))

    @property
    def effects(self) -> Effects:
        """Return the effects that are swept out."""
        return "twoway" if self.time_effects else "unit"

    def fit(
        self,
        data: Any,
        *,
        unit: str | None = None,
        time: str | None = None,
        coords: Coordinates | None = None,
        reps: int = 300,
        rng: int | np.random.Generator = 0,
    ) -> ThresholdFit:
        """Fit the model to a panel, and test the number of thresholds.

        Parameters
        ----------
        data, unit, time, coords
            As in `FixedEffects.fit`.
        reps
            Draws of the bootstrap of each test; 0 leaves the tests out.
        rng
            A seed or a generator.

        Raises
        ------
        DataError
            If the panel is unusable, the threshold variable has few values, or the trim leaves none.
        SpecError
            If the formula cannot be right for these data.
        """
        found = super().fit(data, unit=unit, time=time, coords=coords)
        return found if is_whole(reps) and reps == 0 else found.tested(reps, rng=rng)

    def _read_formula(self) -> str:
        return self._roles().whole.text

    def _rules(self) -> tuple[Policy, ...]:
        return singleton_rule(self.convention, self.effects)

    def _roles(self) -> Any:
        return roles_of(self.formula, tuple(self.regime), self.threshold)

    def _estimate(self, rows: Rows) -> ThresholdFit:
        roles = self._roles()
        columns = columns_of_design(rows.design, roles, self.effects, intercept=self.intercept)
        space = space_of(columns, self.transform, periods=self.time_effects)
        _ = fit_swept(
            columns.design.y,
            np.column_stack([columns.common, columns.regime]),
            (*columns.common_terms, *columns.regime_terms),
            columns.design.layout,
            self.effects,
        )
        if self.kink:
            return kink_result(self, kinked(columns, roles.threshold, trim=self.trim, space=space))
        found = searched(
            columns,
            roles.threshold,
            thresholds=self.thresholds,
            trim=self.trim,
            search=self.search,
            space=space,
        )
        return self._result(found)

    def _result(self, found: Searched) -> ThresholdFit:
        regime = found.regime()
        design, linear = regression_of(found, found.columns.by_regime(regime), self.effects)
        counts = np.bincount(regime)
        last = found.paths[-1]
        f = last.f(found.search.space.degrees)[0]
        regions = found.regions(self.level)
        made = finish(
            self,
            design,
            linear,
            title=message(
                "Panel threshold ({effects}): {outcome}",
                effects=effects_word(self.effects),
                outcome=design.outcome,
            ),
            facts=facts_of(found.thresholds, counts, f, found.columns.crossing(regime)),
            notes=threshold_notes(self, found, regions),
        )
        made = without_adoption(made)
        held = {part.name: getattr(made, part.name) for part in fields(FitResult)}
        return ThresholdFit(
            **held,
            thresholds=found.thresholds,
            regions=regions,
            counts=counts,
            sums=np.r_[last.before[0], last.settled[0]],
            f_statistics=f,
            searched=found,
        )
