"""The two-way regression on the treatment, and its event study: what the other estimators are there to replace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.models.policy.effects.cells import Averages, By, DirectEffects
from panelkit.models.policy.effects.estimator import Points
from panelkit.models.policy.effects.windowed import Window, led_by_mean
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.regression import by_unit_and_key, coefficients_of, regress


@offered("staggered", "twfe", source="Goodman-Bacon 2021; de Chaisemartin and D'Haultfoeuille 2020")
@dataclass(frozen=True)
class TwoWay:
    """One coefficient on the treatment, or one an event time, beside unit and period effects.

    With several adoption dates and effects that change, treated units serve as controls and some effects count
    negatively: it stands here for comparison. Event times are measured from the last before adoption; where nobody is
    never treated the earliest is left out too, without which they are not identified (Borusyak, Jaravel and Spiess).
    """

    def effects(self, panel: PolicyPanel) -> DirectEffects:
        """Return the static coefficient, and the coefficients by event time."""
        rows, layout = np.arange(len(panel.y)), panel.design.layout
        path = panel.adoption.path(panel.unit, panel.time)
        static = regress(panel, rows, path[:, None], (panel.adoption.name,), layout)
        labels, dummies = _event_dummies(panel)
        names = tuple(f"event {label:.0f}" for label in labels)
        moving = regress(panel, rows, dummies, names, layout)
        place = np.where(path > 0.0, 0, -1)
        held = by_unit_and_key(panel, rows, place, panel.weights, 1) > 0.0
        overall = Averages(np.array([np.nan]), static.estimates, static.influence, np.zeros((1, 0)), held)
        by_event = by_unit_and_key(panel, rows, _place(dummies), panel.weights, len(labels)) > 0.0
        late = labels >= 0.0
        event = Averages(
            np.r_[np.nan, labels],
            np.r_[moving.estimates[late].mean(), moving.estimates],
            np.column_stack([moving.influence[:, late].mean(axis=1), moving.influence]),
            np.zeros((len(labels) + 1, 0)),
            np.column_stack([by_event[:, late].any(axis=1), by_event]),
        )
        said = message(
            "two-way regression: under staggered adoption it compares with {units} treated already, so that effects "
            "that change over time enter with wrong, even negative weights (pk.bacon_weights)"
        ).spoken(*panel.design.level_names)
        notes = (said,) if len(panel.adoption.cohorts) > 1 else ()
        return DirectEffects(
            {"overall": overall, "event": event},
            factor=static.factor,
            notes=notes,
            facts={"base": _base(panel)},
        )

    def points(
        self, panel: PolicyPanel, outcomes: FloatArray, by: By, *, window: Window | None = None
    ) -> Points:
        """Return the coefficients for outcomes (n, m), those by event time inside the window."""
        rows, layout = np.arange(len(panel.y)), panel.design.layout
        if by == "overall":
            path = panel.adoption.path(panel.unit, panel.time)[:, None]
            return Points(np.array([np.nan]), coefficients_of(panel, rows, path, outcomes, layout))
        labels, dummies = _event_dummies(panel)
        found = coefficients_of(panel, rows, dummies, outcomes, layout)
        return led_by_mean(labels, found, window)


def _base(panel: PolicyPanel) -> tuple[float, ...]:
    """Return the last event time held before all those that the policy may move, else the first."""
    event = panel.adoption.event(panel.unit, panel.time)
    inside = np.isfinite(event)
    held, moved = np.unique(event[inside]), event[inside & panel.exposed].min()
    before = held[held < moved]
    return (float(before.max() if len(before) else held[0]),)


def _event_dummies(panel: PolicyPanel) -> tuple[FloatArray, FloatArray]:
    """Return event times (k,) and their dummies (n, k), the base and what is not identified left out."""
    event = panel.adoption.event(panel.unit, panel.time)
    held = np.unique(event[np.isfinite(event)])
    base = _base(panel)[0]
    keep: Array = held != base
    if panel.adoption.treated.all():
        keep &= held != held[held != base][0]
    labels = held[keep]
    return labels, (event[:, None] == labels[None, :]).astype(np.float64)


def _place(dummies: FloatArray) -> Array:
    """Return the column of each row that is 1, -1 where none is."""
    return np.where(dummies.any(axis=1), dummies.argmax(axis=1), -1)
