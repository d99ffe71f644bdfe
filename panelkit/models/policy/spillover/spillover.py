"""Difference-in-differences with spillovers: rings of exposure around the treated (Butts 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.formula.conditions import check_where
from panelkit.inference.randomisation import RandomisationResult
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import refuse_idle
from panelkit.models.coordinates import Coordinates
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.policy.rows.adoption import Timing, read_timing
from panelkit.models.policy.rows.handed import (
    FEW_TREATED,
    RANDOMISE_RINGS,
    few_note,
    fresh,
    refuse_as_covariate,
    told,
    with_columns,
    with_terms,
    without_guards,
)
from panelkit.models.policy.rows.panel import PolicyPanel, read_policy_panel
from panelkit.models.policy.spillover.ring_effects import ring_effects
from panelkit.models.policy.spillover.ring_randomisation import randomised_rings
from panelkit.models.policy.spillover.ring_rows import (
    RingRows,
    refuse_without_donors,
    ring_facts,
    ring_notes,
    ring_rows,
    without_always_treated,
)
from panelkit.models.policy.spillover.rings import Rings, checked_bands, rings_of
from panelkit.models.reading import Frame, open_frame
from panelkit.results.derived import Derived
from panelkit.results.fit import FitResult

Estimator = Literal["imputation", "twfe"]


@offered(
    "policy",
    "spillover",
    family="designs",
    result="Derived or FitResult",
    source="Butts 2021; Butts and Gardner 2022",
    public=True,
)
@dataclass(frozen=True)
class SpilloverDiD:
    """Difference-in-differences in which untreated neighbours of the treated have an effect and are no controls.

    Parameters
    ----------
    formula
        `outcome ~ covariates`, or `outcome ~ 1`; treatment and rings are no terms of it.
    cohort, treatment
        When units adopt, one of the two: a column with the first treated period, or an absorbing 0/1 column.
    orders
        Rings by steps along the weights of `fit`: 1 is neighbours, 2 also their neighbours. None is 1.
    bands
        Rings by distance in place of weights: upper ends in km, such as `(200, 400)`.
    estimator
        "imputation": effects of unit and period from rows that are neither treated nor exposed, then means of what is
        left: for staggered adoption too. "twfe": treatment and rings as 0/1 regressors under two-way effects, which for
        staggered adoption compares with earlier adopters.
    vcov, convention
        Of "twfe", as in `FixedEffects`.
    cluster
        Of "imputation": a column of clusters that hold whole units; None is the unit.
    where
        As in `FixedEffects`. Exposure is that to all units of the data.

    Notes
    -----
    The coefficient of the treatment is the effect on the treated as they adopted, what they feel of other treated ones
    included; that of a ring is the effect on the untreated in it. Beyond the last ring there must be no effect: that is
    what makes a control.

    Examples
    --------
    >>> spec = pk.SpilloverDiD("patents ~ 1", treatment="pilot", orders=1)
    """

    formula: str
    cohort: str | None = None
    treatment: str | None = None
    orders: int | None = None
    bands: tuple[float, ...] | None = None
    estimator: Estimator = "imputation"
    vcov: VcovSpec | None = None
    convention: str | None = None
    cluster: str | None = None
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        refuse_as_covariate(self.formula, self.cohort, self.treatment)
        if self.bands is not None:
            object.__setattr__(self, "bands", checked_bands(self.bands))
        if self.estimator not in get_args(Estimator):
            raise SpecError(
                message("estimator is {held}, not {value!r}", held=get_args(Estimator), value=self.estimator)
            )
        refuse_idle(
            {
                "vcov": self.estimator == "imputation" and self.vcov is not None,
                "convention": self.estimator == "imputation" and self.convention is not None,
                "cluster": self.estimator == "twfe" and self.cluster is not None,
            },
            message(
                "would change nothing under estimator={estimator!r}: `vcov` and `convention` are for twfe, `cluster` "
                "is for imputation",
                estimator=self.estimator,
            ),
        )
        self._regression(self.formula)

    def fit(
        self,
        data: Any,
        w: Any = None,
        *,
        unit: str | None = None,
        time: str | None = None,
        coords: Coordinates | None = None,
    ) -> FitResult | Derived:
        """Fit the design to a panel.

        Parameters
        ----------
        data, unit, time
            As in `FixedEffects.fit`.
        w
            Weights whose links are steps, where rings are by `orders`.
        coords
            For `bands`: a frame indexed by unit with `lat` and `lon`; None takes the provincial capitals.

        Returns
        -------
        A `FitResult` of "twfe"; a `Derived` of "imputation", with the mean effects (equation `overall`) and those by
        periods since adoption, or since exposure began (equation: the treatment or the ring).

        Raises
        ------
        DataError
            If a treatment switches off, ids of weights and units differ, a ring holds nobody, or from some period on
            everybody is treated or exposed.
        SpecError
            If the formula cannot be right for these data, or rings are asked for by both or neither kind.
        """
        frame = open_frame(data, unit, time)
        panel, rings, timing = self._read(frame, w, unit, time, coords)
        rows = ring_rows(panel.design, rings, timing)
        refuse_without_donors(rows, panel.design)
        if self.estimator == "imputation":
            return ring_effects(panel, rows, self.treatment or "treated")
        return self._twfe(rows, frame, timing, unit, time)

    def randomise(
        self,
        data: Any,
        w: Any = None,
        *,
        reps: int = 999,
        rng: int | np.random.Generator = 0,
        unit: str | None = None,
        time: str | None = None,
        coords: Coordinates | None = None,
    ) -> tuple[RandomisationResult, ...]:
        """Test by randomisation that no adoption moves anybody: dates are dealt out anew, and exposure with them.

        The statistics are the mean effects by imputation, whatever `estimator` says. What few treated, or few clean,
        units ask for.

        Parameters
        ----------
        data, w, unit, time, coords
            As in `fit`.
        reps
            Random assignments.
        rng
            Seed or generator.

        Returns
        -------
        One test for the treated and one a ring.

        Raises
        ------
        DataError, SpecError
            As `fit`.
        """
        frame = open_frame(data, unit, time)
        panel, rings, timing = self._read(frame, w, unit, time, coords)
        refuse_without_donors(ring_rows(panel.design, rings, timing), panel.design)
        treated = self.treatment or "treated"
        return randomised_rings(panel, rings, timing, treated, reps=reps, rng=rng)

    def _read(
        self, frame: Frame, w: Any, unit: str | None, time: str | None, coords: Coordinates | None
    ) -> tuple[PolicyPanel, Rings, Timing]:
        """Return the rows, the rings around all units of the data, and when these adopt."""
        timing = read_timing(frame, unit=unit, time=time, cohort=self.cohort, treatment=self.treatment)
        rings = rings_of(timing, w, self.orders, self.bands, coords)
        panel = read_policy_panel(
            self.formula,
            frame,
            unit=unit,
            time=time,
            cohort=self.cohort,
            treatment=self.treatment,
            cluster=self.cluster,
            where=self.where,
        )
        return panel, rings, timing

    def _twfe(
        self, rows: RingRows, frame: Frame, timing: Timing, unit: str | None, time: str | None
    ) -> FitResult:
        term = self.treatment or fresh(frame, "treated")
        columns = rows.on_frame(frame, timing, unit, time)
        names = [fresh(frame, name) for name in rows.rings.names]
        held = with_columns(frame, dict(zip([term, *names], columns.T, strict=True)))
        held = without_always_treated(held, rows, timing, unit, time)
        fit = self._regression(with_terms(self.formula, [term, *names])).fit(held, unit=unit, time=time)
        naive = self._regression(with_terms(self.formula, [term])).fit(held, unit=unit, time=time)
        without = float(naive.params[term])
        levels = fit.level_names
        few = (
            (few_note(rows.n_treated, rows.n_units, levels, RANDOMISE_RINGS),)
            if rows.n_treated < FEW_TREATED
            else ()
        )
        notes = (*ring_notes(rows, without), *few)
        return told(
            without_guards(fit, names),
            title=message("DID with spillover rings: {outcome}", outcome=fit.outcome),
            facts={**ring_facts(rows), "estimate_without_rings": without},
            notes=[note.spoken(*levels) for note in notes],
        )

    def _regression(self, formula: str) -> FixedEffects:
        vcov = CRV3() if self.vcov is None else self.vcov
        return FixedEffects(
            formula, "twoway", vcov, "reghdfe" if self.convention is None else self.convention, self.where
        )
