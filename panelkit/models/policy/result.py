"""The result of a staggered adoption: effects overall, by event time, cohort and calendar period, in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.register import find
from panelkit.models.policy.cells import Averages, By, check_by, joined_spread
from panelkit.models.policy.chance import Chance, Drawn
from panelkit.models.policy.errors import Errors, errors_of
from panelkit.models.policy.estimator import Effects, StaggeredEstimator
from panelkit.models.policy.panel import PolicyPanel
from panelkit.models.policy.pre_test import pre_test
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.tests import TestResult

ATT = "ATT"
MEAN = "mean"


@dataclass(frozen=True, kw_only=True, eq=False)
class PolicyEffects(Derived):
    """Effects of a policy with their errors; p of them, G clusters.

    `labels` (p,) are event times, cohorts or periods as numbers, missing for averages over all. `influence` (G, p):
    what each cluster adds, `contributions` (G, p) the same with its small-sample factors, whose cross-products are the
    covariance; `treated` (G, p) the clusters with treated rows behind each. `base` are the event times that
    are zero by normalisation, empty where leads have no common base.
    """

    outcome: str
    spec: Any
    labels: FloatArray
    influence: FloatArray = field(repr=False)
    contributions: FloatArray = field(repr=False)
    treated: Array = field(repr=False)
    weights: FloatArray = field(repr=False)
    base: tuple[float, ...] = ()
    effects: Effects = field(repr=False)
    panel: PolicyPanel = field(repr=False)
    drawn: Drawn | None = field(default=None, repr=False)
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def __maketables_depvar__(self) -> str:
        """Return the name of the outcome."""
        return self.outcome

    def _p_values(self) -> FloatArray:
        return super()._p_values() if self.drawn is None else self.drawn.p_values()

    def _interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        return super()._interval(level) if self.drawn is None else self.drawn.interval(level)

    @property
    def event_times(self) -> FloatArray:
        """Return the event times of the effects by event time, in order, without their mean.

        Raises
        ------
        SpecError
            If these effects hold none.
        """
        return self.labels[self._events()]

    @property
    def event_estimates(self) -> FloatArray:
        """Return the effects at `event_times`."""
        return self.estimates[self._events()]

    @property
    def event_covariance(self) -> FloatArray:
        """Return the covariance of `event_estimates`."""
        at = self._events()
        return self.covariance[np.ix_(at, at)]

    def bands(self, level: float = 0.95, reps: int = 9_999, rng: Any = 0, *, by: str = "event") -> Any:
        """Return the band over all effects of a kind, as `pk.multiplier_bands` says."""
        return find("inference", "multiplier_bands")(self, by, level=level, reps=reps, rng=rng)

    def pre_test(self, by: str = "cells") -> TestResult:
        """Test that all leads are zero, as `panelkit.models.policy.pre_test.pre_test` says."""
        return pre_test(self, by)

    def _events(self) -> Array:
        at = np.flatnonzero((np.array(self.equations) == "event") & np.isfinite(self.labels))
        if not len(at):
            raise SpecError(message("these effects hold none by event time: take by='event'"))
        return at


def policy_effects(
    spec: Any,
    method: StaggeredEstimator,
    panel: PolicyPanel,
    *,
    title: Message,
    by: Sequence[str],
    window: tuple[float, float] | None = None,
    balanced: float | None = None,
    chance: Chance,
) -> PolicyEffects:
    """Return the effects of the kinds `by`, jointly, with their errors and what is said of them.

    `spec` has `errors` and `shares`; `chance` says how p-values and intervals are made.
    """
    effects = method.effects(panel)
    kinds = [check_by(each) for each in by or [kind for kind in effects.kinds if kind != "cells"]]
    found = [effects.averages(kind, shares=spec.shares, window=window, balanced=balanced) for kind in kinds]
    rows = _joined(found)
    made = errors_of(rows.influence, rows.treated, spec.errors, effects.factor, rows.spread)
    terms = [term for kind, each in zip(kinds, found, strict=True) for term in _terms(kind, each, effects)]
    equations = [kind for kind, each in zip(kinds, found, strict=True) for _ in each.labels]
    drawn, said = chance.of(method, panel, dict(zip(kinds, found, strict=True)), whole=balanced is None)
    return PolicyEffects(
        title=title,
        terms=tuple(terms),
        equations=tuple(equations),
        estimates=rows.estimates,
        covariance=made.covariance,
        df=made.df,
        facts={**_facts(panel, spec.errors), **effects.facts},
        notes=(
            *panel.design.notes,
            *panel.notes,
            *effects.notes,
            *said,
            *_alone(made.covariance, terms, spec.shares),
        ),
        uncertainty=Uncertainty(method="influence"),
        levels=panel.design.level_names,
        outcome=panel.design.outcome,
        spec=spec,
        labels=rows.labels,
        influence=rows.influence,
        contributions=made.contributions,
        treated=rows.treated,
        weights=rows.weights,
        base=tuple(effects.facts.get("base", ())),
        effects=effects,
        panel=panel,
        drawn=drawn,
        dropped=panel.design.dropped,
    )


def _joined(found: Sequence[Averages]) -> Averages:
    width = max(each.weights.shape[1] for each in found)
    weights = [np.pad(each.weights, ((0, 0), (0, width - each.weights.shape[1]))) for each in found]
    return Averages(
        np.concatenate([each.labels for each in found]),
        np.concatenate([each.estimates for each in found]),
        np.column_stack([each.influence for each in found]),
        np.vstack(weights),
        np.column_stack([each.treated for each in found]),
        joined_spread(found),
    )


def _terms(kind: By, rows: Averages, effects: Effects) -> list[str]:
    """Return the names of averages: event times, cohorts, periods."""
    if kind == "overall":
        return [ATT]
    if kind == "cells":
        held: Any = effects
        marked = np.argmax(rows.weights, axis=1)
        return [f"{held.cohort[j]:.0f},{held.period[j]:.0f}" for j in marked]
    return [MEAN if np.isnan(label) else f"{label:.0f}" for label in rows.labels]


def _facts(panel: PolicyPanel, errors: Errors) -> dict[str, Any]:
    """Return the counts of the panel and how errors were made."""
    counts = panel.design.counts()
    return {
        "nobs": counts["nobs"],
        "n_units": counts["n_units"],
        "n_periods": counts["n_periods"],
        "n_treated": int(panel.adoption.treated.sum()),
        "n_never": int((~panel.adoption.treated).sum()),
        "n_cohorts": len(panel.adoption.cohorts),
        "n_clusters": panel.n_clusters,
        "vcov": message("clusters by {name}, {errors}", name=panel.cluster_name, errors=errors),
    }


def _alone(covariance: FloatArray, terms: Sequence[str], shares: Any) -> tuple[Any, ...]:
    lost = [term for term, value in zip(terms, np.diag(covariance), strict=True) if np.isnan(value)]
    if not lost:
        return ()
    named = list(dict.fromkeys(lost))
    if shares == "fixed":
        return (
            message(
                "no error for {terms}: with shares='fixed' a cohort of one treated cluster tells nothing of its own "
                "variance; shares='estimated' reads it from the differences between cohorts",
                terms=named,
            ),
        )
    return (
        message(
            "no error for {terms}: one treated (or one comparison) cluster stands behind it, and its own variance "
            "cannot be told from its effect; randomisation over adoption dates can test it",
            terms=named,
        ),
    )
