"""Which regressors of a fit are treatments that units adopt, and what the fit's coefficient makes of their rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.capabilities import AS_OBSERVED, ONE_EQUATION, PANEL_ROWS
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.row_weights import unrooted
from panelkit.kernels.switching import Switching, is_binary, switching
from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.panel.design import Design
from panelkit.show.brief import Brief

_NEEDED = frozenset({AS_OBSERVED, ONE_EQUATION, PANEL_ROWS})
# of the units that have it, at most this share may switch off again for a column to pass as a treatment
_STOPPING = 0.25
# rows that are looked at before all
_FIRST = 10_000
# sums of rounding, as a share of the sum of absolute values
_NOTHING = 1e-8


@dataclass(frozen=True, eq=False)
class Treatment(Brief):
    """A 0/1 regressor that units switch on; `at` is its place in the fit, n rows.

    `parts` names other regressors that are zero wherever it is: interactions with it, over which its effect is spread.
    Where the fit is of changes, `changes` (m,) are the rows that they lead to, each from the row before.
    """

    term: str
    at: int
    column: FloatArray
    how: Switching
    linear: LinearFit
    design: Design
    parts: tuple[str, ...] = ()
    changes: IntArray | None = None

    @cached_property
    def functional(self) -> FloatArray:
        """Return what the coefficient takes of each outcome as observed, (n,): they give it, summed."""
        weights = self.linear.weights
        rows = np.asarray(self.linear.basis @ self.linear.root[self.at])
        rows = rows if weights is None else rows * weights.root
        if self.changes is None:
            return rows
        placed = np.zeros(len(self.column))
        placed[self.changes] = rows
        placed[self.changes - 1] -= rows
        return placed

    @cached_property
    def left(self) -> FloatArray:
        """Return what effects and the other regressors leave of the treatment, as observed (n,)."""
        rows = np.asarray(self.linear.basis @ self.linear.root[self.at])
        return unrooted(rows / float(rows @ rows), self.linear.weights)

    @cached_property
    def layout(self) -> Layout:
        """Return where the rows stand, without interactions and weights."""
        return Layout(self.design.unit, self.design.time)

    @cached_property
    def row_weights(self) -> FloatArray:
        """Return the weights of the rows, ones where they count alike, (n,)."""
        weights = self.linear.weights
        return np.ones(len(self.column)) if weights is None else weights.values

    @cached_property
    def twoway(self) -> bool:
        """Return whether effects of units and of periods are out of it, swept or as dummies among the regressors."""
        swept = self.linear.effects
        return (
            swept == "twoway"
            or (swept == "time" and self.changes is not None)
            or (_vanishes(self.functional, self.design.unit) and _vanishes(self.functional, self.design.time))
        )

    def period(self, code: int) -> Any:
        """Return what a period is called."""
        label = self.design.time_labels[code]
        return label.item() if isinstance(label, np.generic) else label


def _vanishes(rows: FloatArray, codes: NDArray[np.int64]) -> bool:
    return bool(np.abs(np.bincount(codes, rows)).max() <= _NOTHING * np.abs(rows).sum())


def treatment_at(design: Design, linear: LinearFit, at: int, changes: IntArray | None = None) -> Treatment:
    """Return a 0/1 regressor as a treatment, whatever it looks like."""
    column = np.asarray(design.X[:, at])
    how = switching(column, Layout(design.unit, design.time))
    return Treatment(linear.terms[at], at, column, how, linear, design, changes=changes)


def treatments_in(
    design: Design, linear: LinearFit, changes: IntArray | None = None
) -> tuple[Treatment, ...]:
    """Return the regressors under two-way effects that units adopt.

    A treatment is a 0/1 column that some unit switches on, that at most a quarter of the units with it switch off
    again, and that differs between units of one period. Not one are dummies of years and units, leads and lags of an
    event study (another 0/1 column ends where it begins) and what stands inside another treatment (its lag, its
    interaction).

    Parameters
    ----------
    design
        The rows of the fit, terms as in `linear`; n rows.
    linear
        The least-squares problem.
    changes
        (m,) rows of the design to which the rows of `linear` are the changes, where it is of changes.
    """
    needed = _NEEDED if changes is None else _NEEDED - {PANEL_ROWS}
    if not linear.can >= needed or len(linear.terms) != design.X.shape[1]:
        return ()
    binary = [j for j in range(len(linear.terms)) if is_binary(design.X[:, j])]
    found = [
        made for made in (treatment_at(design, linear, at, changes) for at in binary) if _looks_like_one(made)
    ]
    found = [one for one in found if not _ends_leads(one, binary)]
    kept = []
    for one in found:
        inside = [other for other in found if other is not one and _inside(one.column, other.column)]
        if not inside and one.twoway:
            kept.append(_with_parts(one))
    return tuple(kept)


def _looks_like_one(one: Treatment) -> bool:
    having = int((~one.how.never).sum())
    if not one.how.adopts.any() or one.how.stops.sum() > _STOPPING * having:
        return False
    return not _alike_in_periods(one.column, one.layout)


def _alike_in_periods(column: FloatArray, layout: Layout) -> bool:
    """Return whether all units have the same in every period; most differ within the first rows."""
    for time, rows in ((layout.time[:_FIRST], column[:_FIRST]), (layout.time, column)):
        sums, counts = np.bincount(time, rows), np.bincount(time)
        if not ((sums == 0.0) | (sums == counts)).all():
            return False
    return True


def _ends_leads(one: Treatment, binary: list[int]) -> bool:
    """Return whether the column is the last of a row of leads and lags.

    Another 0/1 column, of treated units alone, ends where this one begins, for half of the units at least.
    """
    X, unit = one.design.X, one.design.unit
    steps = np.flatnonzero((one.column[1:] > one.column[:-1]) & (unit[1:] == unit[:-1]))
    for j in binary:
        if j == one.at or np.mean((X[steps, j] == 1.0) & (X[steps + 1, j] == 0.0)) < 0.5:
            continue
        if not (X[:, j] * one.how.never[unit]).any() and not _alike_in_periods(X[:, j], one.layout):
            return True
    return False


def _inside(column: FloatArray, other: FloatArray) -> bool:
    """Return whether a column is zero wherever the other is, and not the other way round."""
    return not column[other == 0.0].any() and bool((other != 0.0)[column == 0.0].any())


def _with_parts(one: Treatment) -> Treatment:
    """Return the treatment with the regressors that stand inside it; dummies of units are effects."""
    X, off = one.design.X, one.column == 0.0
    parts = tuple(
        name
        for j, name in enumerate(one.linear.terms)
        if j != one.at and not X[off, j].any() and not _alike_in_units(X[:, j], one.layout)
    )
    return replace(one, parts=parts) if parts else one


def _alike_in_units(column: FloatArray, layout: Layout) -> bool:
    return bool((column == column[layout.starts][layout.unit]).all())
