"""The interaction-weighted estimator: a saturated two-way regression by cohort and event time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.policy.effects.cells import By, CellEffects, bases
from panelkit.models.policy.effects.estimator import Points
from panelkit.models.policy.effects.windowed import Window
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.regression import by_unit_and_key, coefficients_of, regress
from panelkit.models.policy.staggered.shares import shares_by
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Saturated(Brief):
    """The saturated regression: its rows (r,), the cell of each (-1: none), the cells' cohorts and periods (k, 2).

    `base`: the event times that all others are measured from."""

    rows: IntArray
    place: IntArray
    keys: FloatArray
    base: tuple[float, ...]
    notes: tuple[Message, ...]

    @property
    def columns(self) -> FloatArray:
        """Return the dummies of the cells, (r, k)."""
        made = np.zeros((len(self.rows), len(self.keys)))
        inside = np.flatnonzero(self.place >= 0)
        made[inside, self.place[inside]] = 1.0
        return made


@offered("staggered", "sun-abraham", source="Sun and Abraham 2021, section 4")
@dataclass(frozen=True)
class SunAbraham:
    """Dummies of every cohort at every event time but the last before adoption, beside unit and period effects.

    Controls are the never treated; where there are none, the last cohort until it adopts, whose own effects are not
    estimated.
    """

    def effects(self, panel: PolicyPanel) -> CellEffects:
        """Return effects by cohort and period, leads among them.

        Raises
        ------
        DataError
            If there is nobody to compare with.
        """
        held = _saturated(panel)
        names = tuple(f"cohort {g:.0f} in {t:.0f}" for g, t in held.keys)
        marked = np.zeros(len(panel.y), dtype=bool)
        marked[held.rows] = True
        fit = regress(panel, held.rows, held.columns, names, panel.design.layout.at(marked))
        return CellEffects(
            held.keys[:, 0],
            held.keys[:, 1],
            fit.estimates,
            fit.influence,
            by_unit_and_key(panel, held.rows, held.place, panel.weights[held.rows], len(held.keys)),
            np.zeros(len(held.keys), dtype=bool),
            factor=fit.factor,
            notes=held.notes,
            facts={"base": held.base, **({"nobs": fit.n} if fit.n < len(panel.y) else {})},
        )

    def points(
        self, panel: PolicyPanel, outcomes: FloatArray, by: By, *, window: Window | None = None
    ) -> Points:
        """Return averages of a kind for outcomes (n, m), inside the window."""
        held = _saturated(panel)
        marked = np.zeros(len(panel.y), dtype=bool)
        marked[held.rows] = True
        found = coefficients_of(panel, held.rows, held.columns, outcomes, panel.design.layout.at(marked))
        members = by_unit_and_key(panel, held.rows, held.place, panel.weights[held.rows], len(held.keys))
        labels, shares = shares_by(held.keys[:, 0], held.keys[:, 1], members, by, window)
        return Points(labels, shares @ found)


def _saturated(panel: PolicyPanel) -> Saturated:
    """Return the rows and cells of the regression."""
    first = panel.adoption.first.copy()
    notes: tuple[Message, ...] = ()
    used: Array = np.ones(len(panel.y), dtype=bool)
    if panel.adoption.treated.all():
        last = float(first.max())
        if last == float(first.min()):
            raise DataError(
                panel.design.spoken(
                    message(
                        "all {units} adopt in {last:.0f}, and nobody is left to compare with: add {units} that adopt "
                        "later or never",
                        last=last,
                    )
                )
            )
        start = int(panel.start[np.argmax(first)])
        used = panel.time < start
        first[first == last] = np.inf
        notes = (
            message(
                "nobody is never treated: the controls are the {units} that adopt in {last:.0f}, until then",
                last=last,
            ),
        )
    rows = np.flatnonzero(used)
    cohort = first[panel.unit[rows]]
    period = panel.periods[panel.time[rows]]
    normal = _base_period(panel, rows, cohort)
    inside = np.isfinite(cohort) & (period != normal)
    keys, place = np.unique(np.column_stack([cohort[inside], period[inside]]), axis=0, return_inverse=True)
    places = np.full(len(rows), -1, dtype=np.int64)
    places[inside] = place.reshape(-1)
    base = bases((normal - cohort)[np.isfinite(cohort)], keys[:, 1] - keys[:, 0])
    return Saturated(rows, places, keys, base, notes)


def _base_period(panel: PolicyPanel, rows: IntArray, cohort: FloatArray) -> FloatArray:
    """Return the base period of the cohort of each row (r,): the last that it holds before the policy may move it."""
    time = panel.time[rows]
    base = np.full(len(rows), np.nan)
    for one in np.unique(cohort[np.isfinite(cohort)]):
        mine = cohort == one
        before = time[mine & ~panel.exposed[rows]]
        base[mine] = panel.periods[before.max()]
    return base
