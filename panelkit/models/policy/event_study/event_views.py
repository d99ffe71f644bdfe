"""Event studies by estimators with effects by cohort, or by event time: their rows under another base and with bins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.models.policy.effects.cells import Averages, By, CellEffects, Shares
from panelkit.models.policy.effects.estimator import Effects, Points, StaggeredEstimator
from panelkit.models.policy.event_study.event_window import EventWindow, spelled
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.show.brief import Brief


class _ByEvent(Brief):
    """Effects by event time alone, read from other effects, `inner`."""

    inner: Effects

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the one kind of averages that there is."""
        return ("event",)

    @property
    def factor(self) -> float:
        """Return the small-sample factor of the published covariance."""
        return self.inner.factor


@dataclass(frozen=True, eq=False)
class EventEffects(_ByEvent):
    """The effects by event time of other effects, `inner`: those of the window."""

    inner: Effects
    view: EventWindow
    notes: tuple[Message, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def averages(
        self,
        by: By,
        *,
        shares: Shares = "estimated",
        window: tuple[float, float] | None = None,
        balanced: float | None = None,
    ) -> Averages:
        """Return the averages by event time."""
        return self.inner.averages(by, shares=shares, window=window or self.view.window, balanced=balanced)


@dataclass(frozen=True)
class CohortStudy:
    """Effects of cohorts measured from the base, and then averaged by event time.

    The base of a cohort is its own, so that this is what the estimator finds when it leaves that event time out.
    """

    method: StaggeredEstimator
    view: EventWindow

    def effects(self, panel: PolicyPanel) -> EventEffects:
        """Return the effects by event time, the base among them as zero.

        Raises
        ------
        SpecError
            If no cohort is held at the base.
        """
        cells, _, base, lost = self._cells(panel)
        bins, said = self.view.bins(panel, _rows_of(panel, cells))
        notes = (*cells.notes, *said)
        if lost:
            gone = message(
                "cohorts that are not held at the base {base} leave: {lost}", base=spelled(base), lost=lost
            )
            notes = (*notes, gone)
        binned = replace(cells, period=cells.cohort + self.view.placed(cells.event))
        return EventEffects(binned, self.view, notes, {**cells.facts, "base": base, "bins": bins})

    def points(self, panel: PolicyPanel, outcomes: FloatArray, by: By) -> Points:
        """Return the effects by event time for outcomes (n, m)."""
        cells, moved, _, _ = self._cells(panel)
        found = self.method.points(panel, outcomes, "cells").values
        binned = replace(cells, period=cells.cohort + self.view.placed(cells.event))
        return weighed(binned, moved, found, self.view)

    def placed(self, event: FloatArray) -> FloatArray:
        """Return the event time under which rows stand, (n,)."""
        return self.view.placed(event)

    def _cells(self, panel: PolicyPanel) -> tuple[CellEffects, FloatArray, tuple[float, ...], list[str]]:
        """Return the effects from the base on, the map to them, the base, and cohorts that left."""
        found: Any = self.method.effects(panel)
        cells, moved = _with_reference(panel, found)
        base = self.view.bases(panel, np.unique(cells.event))
        lost: list[str] = []
        if self.view.base is not None:
            cells, moved, lost = _from_base(cells, moved, base)
        return cells, moved, base, lost


@dataclass(frozen=True)
class ImputedStudy:
    """Effects by imputation; leads are a regression of their own, measured from all earlier event times."""

    method: Any
    view: EventWindow

    def effects(self, panel: PolicyPanel) -> EventEffects:
        """Return leads and effects by event time."""
        found = self.method.effects(panel)
        viewed = replace(found, cells=self._binned(found.cells))
        bins, said = self.view.bins(panel, _rows_of(panel, found.cells))
        return EventEffects(viewed, self.view, (*found.notes, *said), {**found.facts, "bins": bins})

    def points(self, panel: PolicyPanel, outcomes: FloatArray, by: By) -> Points:
        """Return leads and effects by event time for outcomes (n, m)."""
        found = self.method.effects(panel)
        k = len(found.cells.estimate)
        values = self.method.points(panel, outcomes, "cells").values
        late = weighed(self._binned(found.cells), np.eye(k), values, self.view)
        events = self.method.points(panel, outcomes, "event")
        early = np.zeros(len(events.labels), dtype=bool)
        if found.leads is not None:
            early = np.isin(events.labels, found.leads.labels) & self.view.shown(events.labels)
        return Points(
            np.r_[np.nan, events.labels[early], late.labels[1:]],
            np.vstack([late.values[:1], events.values[early], late.values[1:]]),
        )

    def _binned(self, cells: CellEffects) -> CellEffects:
        return replace(cells, period=cells.cohort + self.view.placed(cells.event))


@dataclass(frozen=True)
class PathStudy:
    """Effects that an estimator has by event time alone, with the base among them as zero."""

    method: Any
    view: EventWindow

    def effects(self, panel: PolicyPanel) -> PathEffects:
        """Return the effects by event time.

        Raises
        ------
        SpecError
            If no effect is held at the base.
        """
        found = self._reaching(panel).effects(panel)
        own = tuple(found.facts["base"])
        held = found.averages("event").labels
        labels = np.sort(np.r_[held[np.isfinite(held)], own])
        base = self.view.bases(panel, labels)
        return PathEffects(found, own[0], base, self.view, found.notes, {**found.facts, "base": base})

    def points(self, panel: PolicyPanel, outcomes: FloatArray, by: By) -> Points:
        """Return the effects by event time for outcomes (n, m)."""
        found = self._reaching(panel).points(panel, outcomes, "event")
        own = -float(panel.anticipation + 1) * panel.step
        labels = np.sort(np.r_[found.labels[1:], own])
        shown, moved = _path(found.labels, own, self.view.bases(panel, labels))
        return Points(shown, moved @ found.values)

    def _reaching(self, panel: PolicyPanel) -> Any:
        """Return the estimator with the window as its horizon, which counts periods and not years."""
        if self.view.window is None:
            return self.method
        first, last = (round(each / panel.step) for each in self.view.window)
        return replace(self.method, horizon=(-first - panel.anticipation, last))


@dataclass(frozen=True, eq=False)
class PathEffects(_ByEvent):
    """Effects by event time of other effects, `inner`, which measures them from `own`: measured from `base`."""

    inner: Effects
    own: float
    base: tuple[float, ...]
    view: EventWindow
    notes: tuple[Message, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def averages(
        self,
        by: By,
        *,
        shares: Shares = "estimated",
        window: tuple[float, float] | None = None,
        balanced: float | None = None,
    ) -> Averages:
        """Return the averages by event time."""
        rows = self.inner.averages(by, shares=shares, balanced=balanced)
        labels, moved = _path(rows.labels, self.own, self.base)
        treated = np.zeros((len(rows.treated), len(labels)), dtype=bool)
        treated[:, np.isin(labels, rows.labels)] = rows.treated[:, 1:]
        treated[:, 0] = rows.treated[:, 0]
        return Averages(
            labels,
            moved @ rows.estimates,
            rows.influence @ moved.T,
            np.zeros((len(labels), 0)),
            treated,
        )


def weighed(cells: CellEffects, moved: FloatArray, found: FloatArray, view: EventWindow) -> Points:
    """Return averages by event time of effects (j, m) which `moved` (k, j) leads to the cells."""
    bare = replace(cells, influence=np.zeros((1, len(cells.estimate))))
    rows = replace(bare, members=cells.members.sum(axis=0)[None, :]).averages(
        "event", shares="fixed", window=view.window
    )
    weights = rows.weights @ moved
    lost = ~np.isfinite(found)
    values = weights @ np.where(lost, 0.0, found)
    values[(np.abs(weights) @ lost.astype(np.float64)) > 0.0] = np.nan
    return Points(rows.labels, values)


def _rows_of(panel: PolicyPanel, cells: CellEffects) -> Array:
    """Mark the rows that effects by cohort and period stand on, (n,) bool."""
    width = len(panel.periods)
    first = np.searchsorted(panel.periods, panel.adoption.first)
    codes = first[panel.unit] * width + panel.time
    held = np.searchsorted(panel.periods, cells.cohort) * width + np.searchsorted(panel.periods, cells.period)
    return np.asarray(panel.adoption.treated[panel.unit] & np.isin(codes, held))


def _path(labels: FloatArray, own: float, base: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Return labels with the base among them, and the map to them from the averages, whose first is their mean."""
    events = np.sort(np.r_[labels[1:], own])
    k = len(events)
    steps = np.zeros((k, len(labels)))
    steps[np.searchsorted(events, labels[1:]), np.arange(1, len(labels))] = 1.0
    steps = steps - steps[np.isin(events, base)].mean(axis=0)
    return np.r_[np.nan, events], np.vstack([steps[events >= 0.0].mean(axis=0), steps])


def _with_reference(panel: PolicyPanel, cells: CellEffects) -> tuple[CellEffects, FloatArray]:
    """Return effects with those that are zero by normalisation among them, and the map to them."""
    k = len(cells.estimate)
    if cells.reference.any():
        return cells, np.eye(k)
    cohorts = np.unique(cells.cohort)
    first = panel.adoption.first[panel.unit]
    added = []
    for cohort in cohorts:
        mine = (first == cohort) & ~panel.exposed
        period = panel.periods[panel.time[mine].max()]
        by_unit = np.bincount(
            panel.unit,
            np.where(mine & (panel.periods[panel.time] == period), panel.weights, 0.0),
            panel.n_units,
        )
        added.append((period, panel.by_cluster(by_unit[:, None].astype(np.float64))[:, 0]))
    c = len(cohorts)
    return (
        replace(
            cells,
            cohort=np.r_[cells.cohort, cohorts],
            period=np.r_[cells.period, [period for period, _ in added]],
            estimate=np.r_[cells.estimate, np.zeros(c)],
            influence=np.column_stack([cells.influence, np.zeros((len(cells.influence), c))]),
            members=np.column_stack([cells.members, *[held for _, held in added]]),
            reference=np.r_[cells.reference, np.ones(c, dtype=bool)],
        ),
        np.vstack([np.eye(k), np.zeros((c, k))]),
    )


def _from_base(
    cells: CellEffects, moved: FloatArray, base: tuple[float, ...]
) -> tuple[CellEffects, FloatArray, list[str]]:
    """Return the effects of every cohort less their mean at the base; cohorts that are not held there leave."""
    k = len(cells.estimate)
    change, kept, lost = np.eye(k), np.ones(k, dtype=bool), []
    for cohort in np.unique(cells.cohort):
        mine = cells.cohort == cohort
        at = mine & np.isin(cells.event, base) & np.isfinite(cells.estimate)
        if at.sum() < len(base):
            kept &= ~mine
            lost.append(f"{cohort:.0f}")
            continue
        change[np.ix_(mine, at)] -= 1.0 / len(base)
    if not (kept & (cells.event >= 0.0)).any():
        raise SpecError(message("no cohort is held at all of the base {base}", base=spelled(base)))
    change = change[kept]
    reference: Array = (
        cells.event[kept] == base[0] if len(base) == 1 else np.zeros(int(kept.sum()), dtype=bool)
    )
    return (
        replace(
            cells,
            cohort=cells.cohort[kept],
            period=cells.period[kept],
            estimate=change @ cells.estimate,
            influence=cells.influence @ change.T,
            members=cells.members[:, kept],
            reference=np.asarray(reference),
        ),
        change @ moved,
        lost,
    )
