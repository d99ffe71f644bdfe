"""First differences: least squares on the changes from one period to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.covariance.lags import periods_of
from panelkit.kernels.capabilities import MADE_ROWS, WEIGHTS
from panelkit.kernels.index import Array, PanelIndex
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.outcome import refuse_constant
from panelkit.kernels.within import Effects, FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import estimator
from panelkit.models.linear import through_linearmodels
from panelkit.models.shell import LinearSpec, Rows, finish, require_terms, without_intercept
from panelkit.models.statements import adoption
from panelkit.panel.design import Design
from panelkit.panel.leaving import LENDS, NO_PERIOD_BEFORE
from panelkit.panel.provenance import refuse_changes_over_breaks
from panelkit.panel.redundant import interaction_notes, without_redundant
from panelkit.panel.sample import Neighbouring, Policy
from panelkit.results.fit import FitResult

_NO_CHANGE = message("no unit holds two neighbouring periods, so that there is no first difference")


@estimator(
    "first_difference",
    family="linear",
    can=sorted(MADE_ROWS | {WEIGHTS}),
    source="Wooldridge 2010, ch. 10.6; plm model = 'fd'",
)
@dataclass(frozen=True)
class FirstDifference(LinearSpec[FitResult]):
    """Least squares on changes between neighbouring periods of one unit.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; see the formula page for what may stand in it.
    effects
        "time" takes out a mean change by period (the differenced twin of two-way effects); "none" nothing, as
        linearmodels; "drift" one common mean change, as plm's intercept.
    vcov
        A covariance spec; the default leaves one cluster out at a time.
    convention
        How degrees of freedom are counted: "reghdfe", "fixest", "xtreg", "lsdv", "linearmodels" or "plm".
    where
        A condition on the rows that enter, as in `FixedEffects`.
    weights
        Weights, as in `FixedEffects`: a change counts by the weight of its own row, the later one.

    Notes
    -----
    With `where` the change into the first period of the sample is taken from the period before it, if that is held.
    Means, quantiles and levels of the formula are those of the rows of the sample that take part in a change.
    A change across a gap is not formed: the row after a gap leaves the sample and stands in `dropped`.
    Coefficients are those of linearmodels' FirstDifferenceOLS with "none" and of its PooledOLS on the changes with
    "drift". Ours remain with "time", which linearmodels has not, and where a period lacks for every unit at once:
    linearmodels does not see that gap and would take the change across it.

    Examples
    --------
    >>> fit = pk.FirstDifference("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> fit.facts["nobs"]
    155
    """

    formula: str
    effects: Literal["time", "none", "drift"] = "time"
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None
    weights: str | None = None

    def _check(self) -> None:
        if self.effects not in ("time", "none", "drift"):
            raise SpecError(
                message(
                    "effects of first differences is time, none or drift, not {given!r}", given=self.effects
                )
            )

    def _rules(self) -> tuple[Policy, ...]:
        return (Neighbouring(),)

    def _sweeping(self) -> Effects:
        return "time" if self.effects == "time" else "none"

    def _estimate(self, rows: Rows) -> FitResult:
        design, inside = rows.design, rows.inside
        if design.formula is not None:
            sample = PanelIndex(design.unit, design.time, design.unit_labels, design.time_labels)
            refuse_changes_over_breaks(rows.frame.data, design.formula, sample)
        levels = without_intercept(design)
        design = differenced(levels, inside)
        refuse_constant(design.y, f"diff({design.outcome})")
        effects: Literal["time", "none"] = "time" if self.effects == "time" else "none"
        kept, redundant = without_redundant(design, effects)
        if kept is not design:
            levels = levels.without_columns(np.array([term not in kept.terms for term in design.terms]))
        design = kept
        require_terms(design, self.formula)
        if self.effects == "drift":
            X = np.column_stack([np.ones(len(design.y)), design.X])
            design = replace(design, X=np.asfortranarray(X), terms=("Intercept", *design.terms))
        linear = replace(fit_swept(design.y, design.X, design.terms, design.layout, effects), can=MADE_ROWS)
        theirs = self._through_linearmodels(levels, design, whole=bool(inside.all()))
        if theirs is not None and linear.weights is None:
            linear = through_linearmodels.carrying(linear, theirs)
        note = message("outcome and regressors are changes between neighbouring periods of one unit")
        title = message("First differences: {outcome}", outcome=design.outcome)
        adopted, facts = (
            ((), {}) if self.effects != "time" else adoption(levels, linear, _changes(levels, inside))
        )
        notes = (note, *interaction_notes(design, effects), *redundant, *adopted)
        return finish(self, design, linear, title=title, notes=notes, facts=facts)

    def _through_linearmodels(self, levels: Design, changes: Design, *, whole: bool) -> FloatArray | None:
        """Return linearmodels' coefficients, or None where it would form other changes: over gaps, outside `where`."""
        if self.effects == "drift":
            return through_linearmodels.pooled(changes)
        where, n_periods = periods_of(levels)
        if self.effects == "time" or not whole or len(np.unique(where)) < n_periods:
            return None
        return through_linearmodels.first_difference(levels)


def _follows(design: Design) -> Array:
    """Return which rows have the period before of the same unit right above them, (n,)."""
    where, _ = periods_of(design)
    follows = np.zeros(len(design.y), dtype=bool)
    follows[1:] = (design.unit[1:] == design.unit[:-1]) & (np.diff(where) == 1)
    return follows


def _changes(levels: Design, inside: Array) -> IntArray:
    """Return the rows of the levels to which the changes of the sample lead."""
    return np.flatnonzero(_follows(levels) & inside)


def differenced(design: Design, inside: Array | None = None) -> Design:
    """Return the changes of outcome and regressors; rows without the period before leave the sample.

    `inside` (n,) marks the rows whose change is asked for; the others only lend their level.

    Raises
    ------
    DataError
        If no unit holds two neighbouring periods.
    """
    follows = _follows(design)
    if not follows.any():
        raise DataError(_NO_CHANGE)
    before = np.roll(np.arange(len(follows)), 1)
    changed = replace(
        design,
        y=design.y - design.y[before],
        X=np.asfortranarray(design.X - design.X[before]),
        extra=MappingProxyType(dict(design.extra)),
        interactions=None if design.interactions is None else design.interactions.changes(before),
    )
    if inside is not None and not inside.all():
        if not (follows & inside).any():
            raise DataError(_NO_CHANGE)
        lent = changed.dropped
        changed = replace(changed.keep(inside, reason=LENDS), dropped=lent, notes=changed.notes)
        follows = follows[inside]
    return changed.keep(follows, reason=NO_PERIOD_BEFORE)
