"""The stacked regression: one panel a cohort with clean controls only, put on top of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.row_weights import RowWeights
from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import is_whole
from panelkit.models.policy.effects.cells import Averages, By, DirectEffects
from panelkit.models.policy.effects.estimator import Points
from panelkit.models.policy.effects.windowed import Window, led_by_mean
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.regression import by_unit_and_key, coefficients_of, regress
from panelkit.show.brief import Brief

CONTROLS = ("never", "not-yet")


@dataclass(frozen=True, eq=False)
class Stack(Brief):
    """The rows (r,) of all cohorts' panels, which may repeat; event time, effects, weights; who left.

    `event` (r,) is the place in `labels` (k,) of treated rows, -1 for controls and the base.
    """

    rows: IntArray
    event: IntArray
    labels: FloatArray
    layout: Layout
    notes: tuple[Message, ...]

    @property
    def columns(self) -> FloatArray:
        """Return the dummies of the event times, (r, k)."""
        made = np.zeros((len(self.rows), len(self.labels)))
        inside = np.flatnonzero(self.event >= 0)
        made[inside, self.event[inside]] = 1.0
        return made


@offered("staggered", "stacked", source="Cengiz et al. 2019; Wing, Freedman and Hollingsworth 2024")
@dataclass(frozen=True)
class Stacked:
    """Event-time dummies of the treated beside unit and period effects of every cohort's own panel.

    `control`: "not-yet" takes units that adopt after the window of the cohort (or never), "never" those alone.
    `horizon`: (before, after), how many periods the panels reach; None takes the one that holds most treated rows.
    A cohort that has not all of it leaves, named. `corrected` weighs the controls of a panel by its share of treated
    units, so that the effect is the mean over treated units (Wing et al., eq. 7); without, the regression weighs by
    variances.
    """

    control: str = "not-yet"
    horizon: tuple[int, int] | None = None
    corrected: bool = True

    def __post_init__(self) -> None:
        if self.control not in CONTROLS:
            raise SpecError(
                message("control is one of {known}, not {control!r}", known=CONTROLS, control=self.control)
            )
        check_horizon(self.horizon)
        check_corrected(self.corrected)

    def effects(self, panel: PolicyPanel) -> DirectEffects:
        """Return the coefficients by event time, and their mean.

        Raises
        ------
        DataError
            If no cohort has the whole horizon and somebody to compare with.
        """
        held = self._stack(panel)
        names = tuple(f"event {label:.0f}" for label in held.labels)
        fit = regress(panel, held.rows, held.columns, names, held.layout)
        weights = panel.weights[held.rows]
        treated = by_unit_and_key(panel, held.rows, held.event, weights, len(held.labels)) > 0.0
        late = held.labels >= 0.0
        mean = (
            fit.estimates[late].mean(),
            fit.influence[:, late].mean(axis=1),
            np.asarray(treated[:, late].any(axis=1)),
        )
        overall = Averages(
            np.array([np.nan]), np.array([mean[0]]), mean[1][:, None], np.zeros((1, 0)), mean[2][:, None]
        )
        event = Averages(
            np.r_[np.nan, held.labels],
            np.r_[mean[0], fit.estimates],
            np.column_stack([mean[1], fit.influence]),
            np.zeros((len(held.labels) + 1, 0)),
            np.column_stack([mean[2], treated]),
        )
        facts = {"base": (_base(panel),), "stacked_rows": len(held.rows)}
        return DirectEffects(
            {"overall": overall, "event": event}, factor=fit.factor, notes=held.notes, facts=facts
        )

    def points(
        self, panel: PolicyPanel, outcomes: FloatArray, by: By, *, window: Window | None = None
    ) -> Points:
        """Return the coefficients for outcomes (n, m), those by event time inside the window."""
        held = self._stack(panel)
        found = coefficients_of(panel, held.rows, held.columns, outcomes, held.layout)
        rows = led_by_mean(held.labels, found, window)
        return rows if by == "event" else Points(rows.labels[:1], rows.values[:1])

    def _stack(self, panel: PolicyPanel) -> Stack:
        """Return the panels of the cohorts on top of each other."""
        places = np.searchsorted(panel.periods, panel.adoption.cohorts)
        before, after = self.horizon or widest_horizon(panel)
        start = np.searchsorted(panel.periods, panel.adoption.first)
        parts, gone = [], []
        for cohort, at in zip(panel.adoption.cohorts, places, strict=True):
            inside = (panel.time >= at - before - panel.anticipation) & (panel.time <= at + after)
            mine = panel.adoption.first[panel.unit] == cohort
            clean = np.isinf(panel.adoption.first)[panel.unit]
            if self.control == "not-yet":
                clean = clean | (start[panel.unit] - panel.anticipation > at + after)
            whole = at - before - panel.anticipation >= 0 and at + after < len(panel.periods)
            if not whole or not (inside & clean).any():
                gone.append(f"{cohort:.0f}")
                continue
            rows = np.flatnonzero(inside & (mine | clean))
            parts.append((rows, np.where(mine[rows], panel.time[rows] - at, len(panel.periods))))
        if not parts:
            raise DataError(
                panel.design.spoken(
                    message(
                        "no cohort has {before} {periods} before adoption, {after} after, and a {unit} that is "
                        "untreated throughout: take a shorter `horizon`, or more {units}",
                        before=before,
                        after=after,
                    )
                )
            )
        return self._joined(panel, parts, gone, (before, after))

    def _joined(
        self,
        panel: PolicyPanel,
        parts: list[tuple[IntArray, IntArray]],
        gone: list[str],
        reach: tuple[int, int],
    ) -> Stack:
        rows = np.concatenate([part for part, _ in parts])
        since = np.concatenate([event for _, event in parts])
        stack = np.repeat(np.arange(len(parts)), [len(part) for part, _ in parts])
        control = since == len(panel.periods)
        base = -1 - panel.anticipation
        steps = [e for e in range(-reach[0] - panel.anticipation, reach[1] + 1) if e != base]
        place = {e: j for j, e in enumerate(steps)}
        event = np.array([place.get(int(e), -1) for e in since], dtype=np.int64)
        unit = np.unique(stack * panel.n_units + panel.unit[rows], return_inverse=True)[1].reshape(-1)
        time = np.unique(stack * len(panel.periods) + panel.time[rows], return_inverse=True)[1].reshape(-1)
        weights = panel.weights[rows].copy()
        if self.corrected:
            weights *= _corrections(panel, rows, stack, control)
        plain = bool(np.allclose(weights, 1.0))
        layout = Layout(
            unit.astype(np.int64), time.astype(np.int64), None, None if plain else RowWeights(weights, "pw")
        )
        notes = [
            message(
                "stacked over {n} cohorts, {before} {periods} before adoption and {after} after",
                n=len(parts),
                before=reach[0],
                after=reach[1],
            )
        ]
        if gone:
            notes.append(message("cohorts without that window or without controls leave: {gone}", gone=gone))
        step = panel.step
        return Stack(rows, event, np.array(steps) * step, layout, tuple(notes))


def check_corrected(corrected: object) -> None:
    """Refuse what is no truth value.

    Raises
    ------
    SpecError
        If it is none.
    """
    if not isinstance(corrected, bool | np.bool_):
        raise SpecError(message("corrected is True or False, not {corrected!r}", corrected=corrected))


def check_horizon(horizon: object) -> None:
    """Refuse a horizon that is not (periods before, periods after).

    Raises
    ------
    SpecError
        If it is something else than two whole numbers, or has no period before.
    """
    if horizon is not None and not _is_horizon(horizon):
        raise SpecError(
            message(
                "horizon is (periods before, periods after), such as (3, 4), at least one before; not {horizon!r}",
                horizon=horizon,
            )
        )


def _is_horizon(horizon: object) -> bool:
    return (
        isinstance(horizon, tuple)
        and len(horizon) == 2
        and all(is_whole(part) for part in horizon)
        and horizon[0] >= 1
        and horizon[1] >= 0
    )


def widest_horizon(panel: PolicyPanel) -> tuple[int, int]:
    """Return the window that holds most treated rows when every cohort has all of it: periods before and after."""
    places = np.searchsorted(panel.periods, panel.adoption.first[panel.adoption.treated])
    left = len(panel.periods) - 1 - places
    after = max(
        range(int(left.max()) + 1), key=lambda reach: (int((left >= reach).sum()) * (reach + 1), reach)
    )
    return int(places[left >= after].min()) - panel.anticipation, after


def _base(panel: PolicyPanel) -> float:
    return -(panel.anticipation + 1) * panel.step


def _corrections(panel: PolicyPanel, rows: IntArray, stack: IntArray, control: IntArray) -> FloatArray:
    """Return the factor of each row (r,): of controls, the panel's share of treated units over that of controls."""
    made = np.ones(len(rows))
    counts = np.array(
        [
            [len(np.unique(panel.unit[rows[(stack == s) & (control == c)]])) for c in (False, True)]
            for s in range(int(stack.max()) + 1)
        ],
        dtype=np.float64,
    )
    shares = counts / counts.sum(axis=0)
    made[control] = (shares[:, 0] / shares[:, 1])[stack[control]]
    return made
