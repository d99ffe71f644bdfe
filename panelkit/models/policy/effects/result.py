"""The result of a staggered adoption: effects overall, by event time, cohort and calendar period, in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message, term
from panelkit.models.policy.effects.cells import Averages, By, DirectEffects, check_by, joined_spread
from panelkit.models.policy.effects.chance import Chance, Drawn
from panelkit.models.policy.effects.errors import Errors, errors_of
from panelkit.models.policy.effects.estimator import Effects, StaggeredEstimator
from panelkit.models.policy.effects.event_reading import EventReading
from panelkit.models.policy.effects.windowed import Windowed
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.results.derived import Uncertainty

ATT = "ATT"
MEAN = "mean"
_ERRORS = {
    "small-sample": term("errors of effects", "small-sample"),
    "analytic": term("errors of effects", "analytic"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class PolicyEffects(EventReading):
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
        if self.drawn is None:
            return super()._p_values()
        return np.where(self._zero(), np.nan, self.drawn.p_values())  # a base is no hypothesis

    def _interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        if self.drawn is None:
            return super()._interval(level)
        low, high = self.drawn.interval(level)
        return np.where(self._zero(), 0.0, low), np.where(self._zero(), 0.0, high)

    def _zero(self) -> Array:
        """Mark the effects that are zero by normalisation, (p,) bool."""
        return np.asarray((self.estimates == 0.0) & (np.diag(self.covariance) == 0.0))


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
    kinds = [check_by(each) for each in by or _kinds(effects, window)]
    found = [effects.averages(kind, shares=spec.shares, window=window, balanced=balanced) for kind in kinds]
    rows = _joined(found)
    made = errors_of(rows.influence, rows.treated, spec.errors, effects.factor, rows.spread)
    terms = [term for kind, each in zip(kinds, found, strict=True) for term in _terms(kind, each, effects)]
    equations = [kind for kind, each in zip(kinds, found, strict=True) for _ in each.labels]
    drawing = method if window is None else Windowed(method, window)
    drawn, said = chance.of(drawing, panel, dict(zip(kinds, found, strict=True)), whole=balanced is None)
    return PolicyEffects(
        title=title,
        terms=tuple(terms),
        equations=tuple(equations),
        estimates=rows.estimates,
        covariance=made.covariance,
        df=made.df,
        facts={**_facts(panel, spec.errors), **_own_facts(effects)},
        notes=(
            *panel.design.notes,
            *panel.notes,
            *effects.notes,
            *said,
            *_alone(made.covariance, _spoken(equations, terms), spec.shares),
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


def _kinds(effects: Effects, window: tuple[float, float] | None) -> list[str]:
    """Return the kinds that are shown unasked: all averages, less an effect overall that has no event times."""
    whole = isinstance(effects, DirectEffects) and window is not None
    return [kind for kind in effects.kinds if kind != "cells" and not (whole and kind == "overall")]


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
    bins = effects.facts.get("bins", {}) if kind == "event" else {}
    return [MEAN if np.isnan(label) else bins.get(label, f"{label:.0f}") for label in rows.labels]


def _own_facts(effects: Effects) -> dict[str, Any]:
    """Return the facts of an estimator, its base as one event time (or several) and bins by their names."""
    held = {key: value for key, value in effects.facts.items() if key != "bins"}
    if "base" in held:
        events = [float(each) for each in held["base"]]
        whole = [int(each) if each == round(each) else each for each in events]
        held["base"] = whole[0] if len(whole) == 1 else tuple(whole)
    if effects.facts.get("bins"):
        held["bins"] = ", ".join(effects.facts["bins"].values())
    return held


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
        "vcov": _clustered(panel, errors),
    }


def _clustered(panel: PolicyPanel, errors: Errors) -> Message:
    """Return by what errors are clustered, and which they are."""
    if panel.cluster_name == panel.design.level_names[0]:
        return panel.design.spoken(message("clusters by {unit}, {errors}", errors=_ERRORS[errors]))
    return message("clusters by {name}, {errors}", name=panel.cluster_name, errors=_ERRORS[errors])


def _spoken(equations: Sequence[str], terms: Sequence[str]) -> list[str]:
    """Return effects by their kind and name: event time 4, cohort 2014, year 2014."""
    of = {
        "event": lambda name: message("event time {name}", name=name),
        "cohort": lambda name: message("cohort {name}", name=name),
        "calendar": lambda name: message("{period} {name}", name=name),
    }
    return [of[kind](name) if kind in of else name for kind, name in zip(equations, terms, strict=True)]


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
