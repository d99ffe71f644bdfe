"""The two-way regression by event time: leads and lags beside unit and period effects, ends binned or trimmed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import FloatArray, IntArray, Layout, within
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.policy.effects.cells import Averages, By, DirectEffects
from panelkit.models.policy.effects.estimator import Points
from panelkit.models.policy.event_study.event_window import EventWindow, measured, spelled
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.regression import by_unit_and_key, coefficients_of, regress
from panelkit.show.brief import Brief

# A direction of the swept dummies this small beside the largest holds no information.
_FLAT = 1e-9


@dataclass(frozen=True, eq=False)
class Study(Brief):
    """The regression: its rows (r,), the event time `place` (r,) of each in `labels` (k,), -1 for none.

    `base` are the event times that have mean zero, `second` one that is zero beside them or None. `free` (j,) are the
    places with a coefficient, and `shape` (k, j) leads from coefficients to event times.
    """

    rows: IntArray
    place: IntArray
    labels: FloatArray
    base: tuple[float, ...]
    second: float | None
    free: IntArray
    shape: FloatArray
    layout: Layout

    @property
    def columns(self) -> FloatArray:
        """Return the dummies of the event times with a coefficient, (r, j)."""
        return np.asarray((self.place[:, None] == self.free[None, :]).astype(np.float64))


@dataclass(frozen=True)
class DynamicTwoWay:
    """One coefficient an event time beside unit and period effects (Schmidheiny and Siegloch 2023, eq. 2-4).

    Binned ends enter as one dummy each. Where no unit stays untreated, a line through event time is the same as unit
    and period effects together, so that one event time more is zero, unless bins say that effects stay as they are
    beyond the window.
    """

    view: EventWindow

    def effects(self, panel: PolicyPanel) -> DirectEffects:
        """Return the coefficients by event time and their mean from adoption on.

        Raises
        ------
        SpecError
            If a base is not held, or coefficients are not identified.
        """
        held = self._study(panel)
        names = tuple(f"event {held.labels[j]:.0f}" for j in held.free)
        fit = regress(panel, held.rows, held.columns, names, held.layout)
        mapped = self._shown(held)
        zero = np.flatnonzero(~mapped.any(axis=1))
        treated = (
            by_unit_and_key(panel, held.rows, held.place, panel.weights[held.rows], len(held.labels)) > 0.0
        )
        late = held.labels >= 0.0
        seen = np.column_stack([treated[:, late].any(axis=1), treated])[:, self._visible(held)]
        seen[:, zero] = False
        event = Averages(
            np.r_[np.nan, held.labels][self._visible(held)],
            mapped @ fit.estimates,
            fit.influence @ mapped.T,
            np.zeros((len(mapped), 0)),
            seen,
        )
        used = np.zeros(len(panel.y), dtype=bool)
        used[held.rows] = True
        bins, said = self.view.bins(panel, used)
        base = held.base if held.second is None else tuple(sorted((*held.base, held.second)))
        return DirectEffects(
            {"event": event},
            factor=fit.factor,
            notes=(*self._notes(panel, held), *said),
            facts={"base": base, "nobs": len(held.rows), "bins": bins},
        )

    def points(self, panel: PolicyPanel, outcomes: FloatArray, by: By) -> Points:
        """Return the coefficients for outcomes (n, m)."""
        held = self._study(panel)
        found = coefficients_of(panel, held.rows, held.columns, outcomes, held.layout)
        return Points(np.r_[np.nan, held.labels][self._visible(held)], self._shown(held) @ found)

    def placed(self, event: FloatArray) -> FloatArray:
        """Return the event time under which rows stand, (n,)."""
        return self.view.placed(event)

    def _visible(self, held: Study) -> Array:
        return self.view.shown(np.r_[np.nan, held.labels])

    def _shown(self, held: Study) -> FloatArray:
        """Return the map from coefficients to what is shown, (p, j): the mean from adoption on, and event times."""
        late = (held.labels >= 0.0) & self.view.shown(held.labels)
        return np.vstack([held.shape[late].mean(axis=0), held.shape])[self._visible(held)]

    def _study(self, panel: PolicyPanel) -> Study:
        event = panel.adoption.event(panel.unit, panel.time)
        marked = ~self.view.outside(event)
        rows = np.flatnonzero(marked)
        layout = panel.design.layout if marked.all() else panel.design.layout.at(marked)
        placed = self.view.placed(event[rows])
        labels = np.unique(placed[np.isfinite(placed)])
        place = np.where(np.isfinite(placed), np.searchsorted(labels, placed), -1).astype(np.int64)
        base = self.view.bases(panel, labels)
        at = [int(np.flatnonzero(labels == each)[0]) for each in base]
        second = self._second(panel, rows, place, labels, at[-1], base, layout)
        zeros = [at[-1], *([] if second is None else [int(np.flatnonzero(labels == second)[0])])]
        free = np.delete(np.arange(len(labels)), zeros)
        shape = measured(len(labels), zeros, at)
        return Study(rows, place, labels, base, second, free, shape, layout)

    def _second(
        self,
        panel: PolicyPanel,
        rows: IntArray,
        place: IntArray,
        labels: FloatArray,
        base: int,
        bases: tuple[float, ...],
        layout: Layout,
    ) -> float | None:
        """Return the second event time that is zero, None where one base is enough."""
        needed = bool(panel.adoption.treated[panel.unit[rows]].all()) and _flat(
            panel, rows, np.delete(np.eye(len(labels) + 1)[place][:, :-1], base, axis=1), layout
        )
        if not needed:
            if self.view.second is not None:
                raise SpecError(
                    message(
                        "second_base={second:g} is not needed: the base {base} is enough here, and one more zero "
                        "would be an assumption",
                        second=self.view.second,
                        base=spelled(bases),
                    )
                )
            return None
        if len(bases) > 1:
            raise SpecError(
                panel.design.spoken(
                    message(
                        "no {unit} stays untreated, and two event times must be zero: name one by base and the other "
                        "by second_base, not several whose mean is zero ({base})",
                        base=spelled(bases),
                    )
                )
            )
        if self.view.second is None:
            return float(next(label for label in labels if label not in bases))
        if self.view.second not in labels:
            raise SpecError(
                message(
                    "no row stands at second_base={second:g}: there are {labels}",
                    second=self.view.second,
                    labels=spelled(labels),
                )
            )
        return self.view.second

    def _notes(self, panel: PolicyPanel, held: Study) -> tuple[Message, ...]:
        said = []
        if len(panel.adoption.cohorts) > 1:
            said.append(
                message(
                    "two-way regression with several dates of adoption: where effects differ between "
                    "them, a coefficient mixes effects of other event times, leads too (Sun and Abraham "
                    "2021); {estimator} or 'imputation' do not",
                    estimator=option("estimator", "sun-abraham"),
                )
            )
        if held.second is not None:
            said.append(
                message(
                    "no {unit} stays untreated: a line through event time cannot be told from {unit} and {period} "
                    "effects, so that event time {second:g} is zero too, beside {base}",
                    second=held.second,
                    base=spelled(held.base),
                )
            )
        elif panel.adoption.treated.all():
            said.append(
                message(
                    "no {unit} stays untreated: effects are told from {unit} and {period} effects by the bins alone, "
                    "which take effects beyond the window as constant"
                )
            )
        return tuple(each.spoken(*panel.design.level_names) for each in said)


def _flat(panel: PolicyPanel, rows: IntArray, columns: FloatArray, layout: Layout) -> bool:
    """Return whether the dummies (r, j), beside the covariates and the effects, repeat each other."""
    X = np.column_stack([columns, panel.X[rows]])
    swept = within(rooted(X, layout.weights), layout, "twoway")
    scale = np.sqrt((X**2).sum(axis=0))
    values = np.linalg.svd(swept / np.where(scale > 0.0, scale, 1.0), compute_uv=False)
    return bool(values[-1] <= _FLAT * values[0])
