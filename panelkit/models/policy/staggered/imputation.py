"""Imputation: what treated units would have been without the policy, predicted from untreated rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.index import SHOWN, Array, listed
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.policy.effects.cells import Averages, By, CellEffects, Shares, joined_spread
from panelkit.models.policy.effects.estimator import Points
from panelkit.models.policy.effects.leverage import Spread
from panelkit.models.policy.effects.windowed import Window
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.rows.untreated import Untreated, predictable, untreated_fit
from panelkit.models.policy.staggered.regression import by_unit_and_key, coefficients_of
from panelkit.models.policy.staggered.shares import shares_by
from panelkit.show.brief import Brief


@offered("staggered", "imputation", source="Borusyak, Jaravel and Spiess 2024; Gardner 2022")
@dataclass(frozen=True)
class Imputation:
    """Unit and period effects (and covariates) from untreated rows; effects are outcomes less predictions.

    `leads`: how many event times before adoption are tested on the untreated rows, in a regression of their own
    (Borusyak, Jaravel and Spiess 2024, section 4.4), against all earlier ones; None takes half of the longest history.
    """

    leads: int | None = None

    def __post_init__(self) -> None:
        if self.leads is not None and (
            isinstance(self.leads, bool) or not isinstance(self.leads, int) or self.leads < 0
        ):
            raise SpecError(message("leads is a whole number, 0 or more, not {leads!r}", leads=self.leads))

    def effects(self, panel: PolicyPanel) -> ImputedEffects:
        """Return effects by cohort and period, and the leads.

        Raises
        ------
        DataError
            If no treated row can be predicted: nobody is untreated in its period.
        """
        fit = untreated_fit(panel)
        reached = panel.exposed & predictable(panel, fit.rows)
        if not (reached & (panel.adoption.event(panel.unit, panel.time) >= 0.0)).any():
            raise DataError(
                panel.design.spoken(
                    message(
                        "no effect can be imputed: in no {period} after an adoption is anybody untreated; end the "
                        "comparison earlier or add {units} that adopt later or never"
                    )
                )
            )
        left = fit.left(panel.y[:, None])[:, 0]
        cells = _cells(panel, fit, reached, left)
        return ImputedEffects(cells, _leads(panel, self._depth(panel), asked=self.leads is not None))

    def points(
        self, panel: PolicyPanel, outcomes: FloatArray, by: By, *, window: Window | None = None
    ) -> Points:
        """Return averages of a kind for outcomes (n, m), effects inside the window."""
        fit, reached = _predicted(panel)
        keys, place = _keys(panel, reached)
        weights = panel.weights[reached]
        members = by_unit_and_key(panel, np.flatnonzero(reached), place, weights, len(keys))
        labels, shares = shares_by(keys[:, 0], keys[:, 1], members, by, window)
        values = ((shares / members.sum(axis=0))[:, place] * weights) @ fit.left(outcomes)[reached]
        if by != "event":
            return Points(labels, values)
        before, dummies = _lead_dummies(panel, self._depth(panel))
        marked = np.flatnonzero(~panel.exposed)
        layout = panel.design.layout.at(~panel.exposed)
        found = coefficients_of(panel, marked, dummies, outcomes, layout) if len(before) else values[:0]
        return Points(np.r_[np.nan, before, labels[1:]], np.vstack([values[:1], found, values[1:]]))

    def _depth(self, panel: PolicyPanel) -> int:
        """Return how many leads are tested: those asked for, else half of the longest history before adoption."""
        if self.leads is not None:
            return self.leads
        history = np.unique(_history(panel))
        reach = 1.0 + panel.anticipated + np.abs(history).max(initial=0.0) // 2
        return int((history > -reach).sum())


def _predicted(panel: PolicyPanel) -> tuple[Untreated, Array]:
    """Return the regression of untreated rows, and the treated rows (n,) that it predicts; once a panel."""
    if "predicted" not in panel.known:
        fit = untreated_fit(panel, checked=False)
        panel.known["predicted"] = fit, panel.exposed & predictable(panel, fit.rows)
    found: tuple[Untreated, Array] = panel.known["predicted"]
    return found


@dataclass(frozen=True, eq=False)
class ImputedEffects(Brief):
    """Effects by cohort and period from imputation, with leads that come from a regression of their own."""

    cells: CellEffects
    leads: Averages | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of averages that there are."""
        return self.cells.kinds

    @property
    def factor(self) -> float:
        """Return the small-sample factor of the published covariance."""
        return self.cells.factor

    @property
    def cohort(self) -> FloatArray:
        """Return the cohort of each cell, (k,)."""
        return self.cells.cohort

    @property
    def period(self) -> FloatArray:
        """Return the period of each cell, (k,)."""
        return self.cells.period

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return what is said of the effects."""
        if self.leads is None:
            return self.cells.notes
        said = message(
            "leads come from a regression of their own on untreated rows, against all earlier {periods}"
        )
        return (*self.cells.notes, said)

    @property
    def facts(self) -> dict[str, Any]:
        """Return what a program reads of the effects."""
        return self.cells.facts

    def averages(
        self,
        by: By,
        *,
        shares: Shares = "estimated",
        window: tuple[float, float] | None = None,
        balanced: float | None = None,
    ) -> Averages:
        """Average the cells; leads stand before the effects by event time."""
        rows = self.cells.averages(by, shares=shares, window=window, balanced=balanced)
        if by != "event" or self.leads is None:
            return rows
        shown = np.ones(len(self.leads.labels), dtype=bool)
        if window is not None:
            shown = self.leads.labels >= window[0]
        return _with_leads(rows, self.leads, shown)


def _with_leads(rows: Averages, leads: Averages, shown: Array) -> Averages:
    """Return the averages with leads between their mean and the effects."""

    def joined(effects: Any, before: Any) -> Any:
        return np.concatenate([effects[:1], before[shown], effects[1:]])

    empty = np.zeros((len(leads.labels), rows.weights.shape[1]))
    mine, theirs = joined_spread([rows]), joined_spread([leads])
    return Averages(
        joined(rows.labels, leads.labels),
        joined(rows.estimates, leads.estimates),
        joined(rows.influence.T, leads.influence.T).T,
        joined(rows.weights, empty),
        joined(rows.treated.T, leads.treated.T).T,
        Spread.joined([mine.at(slice(0, 1)), theirs.at(shown), mine.at(slice(1, None))]),
    )


def _keys(panel: PolicyPanel, reached: Array) -> tuple[FloatArray, IntArray]:
    """Return cohort and period of each cell (k, 2), and the cell of each reached row (r,)."""
    pairs = np.column_stack([panel.adoption.first[panel.unit[reached]], panel.periods[panel.time[reached]]])
    keys, place = np.unique(pairs, axis=0, return_inverse=True)
    return keys, place.reshape(-1).astype(np.int64)


def _cells(panel: PolicyPanel, fit: Untreated, reached: Array, left: FloatArray) -> CellEffects:
    """Return effects by cohort and period with what clusters add: their own rows, and the prediction's error."""
    keys, place = _keys(panel, reached)
    k, units = len(keys), panel.unit[reached]
    w = panel.weights[reached]
    sizes = np.bincount(place, w, k)
    estimate = np.bincount(place, w * left[reached], k) / sizes
    members = np.zeros((panel.n_units, k))
    members[units, place] = w
    own = np.zeros((panel.n_units, k))
    own[units, place] = w * (left[reached] - estimate[place]) / sizes[place]
    shares = np.zeros((len(place), k))
    shares[np.arange(len(place)), place] = w / sizes[place]
    influence = own - fit.scores(left) @ fit.pulled(reached, shares)
    lost = panel.exposed & ~reached
    return CellEffects(
        keys[:, 0],
        keys[:, 1],
        estimate,
        panel.by_cluster(influence),
        panel.by_cluster(members),
        np.zeros(k, dtype=bool),
        notes=_unreached(panel, lost),
        facts={"n_imputed": int(reached.sum()), "n_untreated": int(fit.rows.sum())},
    )


def _unreached(panel: PolicyPanel, lost: Array) -> tuple[Message, ...]:
    if not lost.any():
        return ()
    periods = [f"{period:.0f}" for period in np.unique(panel.periods[panel.time[lost]])]
    return (
        message(
            "{n} treated rows have no prediction and no effect: nobody linked to them is untreated in {periods_named}",
            n=int(lost.sum()),
            periods_named=listed(periods[:SHOWN], len(periods)),
        ),
    )


def _history(panel: PolicyPanel) -> FloatArray:
    """Return the event times of the untreated rows of units that adopt."""
    event = panel.adoption.event(panel.unit, panel.time)
    return event[~panel.exposed & np.isfinite(event)]


def _leads(panel: PolicyPanel, depth: int, *, asked: bool) -> Averages | None:
    """Return the effects at event times before adoption, from untreated rows, against all earlier ones."""
    rows = ~panel.exposed
    labels, dummies = _lead_dummies(panel, depth)
    if not len(labels):
        if asked and depth:
            raise SpecError(
                message("no lead can be tested: {units} must be held two {periods} before adoption").spoken(
                    *panel.design.level_names
                )
            )
        return None
    columns = np.column_stack([dummies, panel.X[rows]])
    names = (*[f"event {label:.0f}" for label in labels], *panel.covariates)
    fit = fit_swept(panel.y[rows], columns, names, panel.design.layout.at(rows), "twoway")
    scores = np.zeros((panel.n_units, len(names)))
    np.add.at(scores, panel.unit[rows], fit.X * fit.residuals[:, None])
    bread = fit.root @ fit.root.T
    k = len(labels)
    held = np.zeros((panel.n_units, k))
    np.add.at(held, panel.unit[rows], dummies)
    return Averages(
        labels,
        fit.beta[:k],
        panel.by_cluster(scores @ bread[:, :k]),
        np.zeros((k, 0)),
        panel.by_cluster(held) > 0.0,
    )


def _lead_dummies(panel: PolicyPanel, depth: int) -> tuple[FloatArray, FloatArray]:
    """Return the event times before adoption that are tested (k,), and their dummies on untreated rows (r, k)."""
    event = panel.adoption.event(panel.unit, panel.time)[~panel.exposed]
    history = np.unique(_history(panel))
    labels = history[max(len(history) - depth, 0) :]
    if len(labels) and labels[0] == history[0]:
        labels = labels[1:]  # the earliest is what the others are measured from
    return labels, (event[:, None] == labels[None, :]).astype(np.float64)
