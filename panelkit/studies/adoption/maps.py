"""Estimates of a policy's effect as weights on the outcome: given who adopts when, every one is linear in it.

One set of weights serves as many outcomes as there are, simulated worlds and permuted ones among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.results.students_t import t_survival
from panelkit.show.brief import Brief

LEADS = (2, 3, 4, 5)
"""Periods before adoption whose gap to the last untreated one the leads are."""

_RANK = 1e-10
_FOUND = 1e-7


@dataclass(frozen=True, eq=False)
class EffectMap(Brief):
    """An average effect as weights on rows; n rows, N units, of which `treated` (N,) adopt.

    `weights` (n,): the effect is their product with the outcome. `without` (N, n): the same had a unit not been held,
    zero in its own rows; a row is missing where nothing is left to estimate. `covered` is the share of the treated rows
    that the effect is an average of.
    """

    weights: FloatArray
    without: FloatArray
    treated: Array
    covered: float

    def effect(self, y: FloatArray) -> FloatArray:
        """Return the effect on outcomes (n, W), (W,)."""
        made: FloatArray = self.weights @ y
        return made

    def changes(self, y: FloatArray) -> FloatArray:
        """Return how the effect changes where each unit is left out, (N, W)."""
        made: FloatArray = self.without @ y - self.effect(y)
        return made

    def plus(self, other: EffectMap, times: float) -> EffectMap:
        """Return the sum of this effect and so many times another."""
        return EffectMap(
            self.weights + times * other.weights,
            self.without + times * other.without,
            self.treated,
            min(self.covered, other.covered),
        )

    def against(self, y: FloatArray, other: EffectMap | None = None) -> Jackknifed:
        """Return the effect on outcomes (n, W), or its excess over another's, with its error by jackknife."""
        value, change = self.effect(y), self.changes(y)
        if other is not None:
            value, change = value - other.effect(y), change - other.changes(y)
        return jackknifed(value, change, self.treated)


@dataclass(frozen=True, eq=False)
class Jackknifed(Brief):
    """Values with errors and degrees of freedom, (W,) each; an error that cannot be told is missing."""

    value: FloatArray
    error: FloatArray
    df: FloatArray

    @property
    def p(self) -> FloatArray:
        """Return the two-sided p-values, (W,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return t_survival(self.value / self.error, self.df)


def jackknifed(value: FloatArray, change: FloatArray, treated: Array) -> Jackknifed:
    """Return values with their delete-one errors: treated units and the others vary on their own (Welch 1947).

    Parameters
    ----------
    value
        Shape (W,).
    change
        How the value changes without each unit, (N, W).
    treated
        Which units adopt, (N,).
    """
    parts = []
    for group in (treated, ~treated):
        n = int(group.sum())
        square = np.where(n > 1, (n - 1.0) / max(n, 1), np.nan) * (change[group] ** 2).sum(axis=0)
        parts.append((square, n - 1.0))
    if parts[1][1] < 1.0:  # nobody, or one unit alone, stays untreated: the treated alone vary
        parts = [parts[0], (np.zeros_like(value), 1.0)]
    (inside, df_inside), (beside, df_beside) = parts
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (inside + beside) ** 2 / (inside**2 / df_inside + beside**2 / df_beside)
    return Jackknifed(value, np.sqrt(inside + beside), df)


class Maps:
    """The estimates of one panel as weights: the effect, and what is asked beside it.

    Parameters
    ----------
    panel
        Rows and adoption; without weights of rows.
    regions
        Region codes of the units, (N,), None where they are not known.
    """

    def __init__(self, panel: PolicyPanel, regions: IntArray | None = None) -> None:
        self.panel = panel
        self.regions = regions
        self.treated: Array = panel.adoption.treated
        self._unit = np.eye(panel.n_units)[panel.unit]
        self._time = np.eye(len(panel.periods))[panel.time]

    @cached_property
    def main_weights(self) -> FloatArray:
        """The weights of `main`, (n,), without those that leave units out."""
        return _imputation(np.column_stack([self._unit, self._time, self.panel.X]), *self._parts())[0]

    @cached_property
    def main(self) -> EffectMap:
        """The effect by imputation: what unit and period effects of the untreated rows do not foresee."""
        return self._imputed(self._time)

    @cached_property
    def trends(self) -> EffectMap:
        """The same beside a linear trend of every unit, from its untreated periods."""
        centred = self.panel.time - self.panel.time.mean()
        scale = np.abs(centred).max() or 1.0
        return self._imputed(np.column_stack([self._time, self._unit * (centred / scale)[:, None]]))

    @cached_property
    def regional(self) -> EffectMap | None:
        """The same beside the periods of each region; None where regions are unknown."""
        if self.regions is None:
            return None
        cells = self.regions[self.panel.unit] * len(self.panel.periods) + self.panel.time
        _, place = np.unique(cells, return_inverse=True)
        return self._imputed(np.eye(int(place.max()) + 1)[place])

    @cached_property
    def jump(self) -> EffectMap | None:
        """The change into the first treated period, less the slope of the two before; None where it cannot be told.

        Both are against units not treated yet. Where nobody is held three periods before, the slope is that of one.
        """
        change = self._differenced((0,))
        for lead in (3, 2):
            before = self._differenced((-lead,))
            if change.covered > 0.0 and before.covered > 0.0:
                return change.plus(before, 1.0 / (lead - 1.0))
        return None

    @cached_property
    def leads(self) -> tuple[EffectMap, ...]:
        """The gap of earlier periods to the last untreated one, against units not treated yet; one map a lead."""
        found = (self._differenced((-lead,)) for lead in LEADS)
        return tuple(one for one in found if one.covered > 0.0)

    def untreated_periods(self) -> IntArray:
        """Return in how many periods every unit is held before the policy may move it, (N,)."""
        free = ~self.panel.exposed
        return np.bincount(self.panel.unit[free], minlength=self.panel.n_units)

    def _imputed(self, beside: FloatArray) -> EffectMap:
        """Return the effect whose counterfactual is fitted on untreated rows by unit effects and other columns."""
        X = np.column_stack([self._unit, beside, self.panel.X])
        free, after = self._parts()
        weights, found = _imputation(X, free, after)
        rows = (self.panel.unit == j for j in range(self.panel.n_units))
        without = [_imputation(X, free & ~mine, after & ~mine)[0] for mine in rows]
        return EffectMap(weights, np.array(without), self.treated, found / max(int(after.sum()), 1))

    def _parts(self) -> tuple[Array, Array]:
        """Mark the rows that the policy cannot have moved, and those after adoption, (n,) each."""
        return ~self.panel.exposed, self.panel.adoption.path(self.panel.unit, self.panel.time) > 0.0

    def _differenced(self, events: range | tuple[int, ...]) -> EffectMap:
        weights, pairs = self._long_differences(events, None)
        without = [self._long_differences(events, j)[0] for j in range(self.panel.n_units)]
        most = len(events) * int(self.treated.sum())
        return EffectMap(weights, np.array(without), self.treated, pairs / max(most, 1))

    def _long_differences(
        self, events: range | tuple[int, ...], left_out: int | None
    ) -> tuple[FloatArray, int]:
        """Return weights of the mean change from the last untreated period to these ones, and of how many pairs."""
        weights, total = np.zeros(len(self.panel.y)), 0
        for unit, now, before, others in self._pairs(events, left_out):
            share = 1.0 / len(others)
            weights[unit[0]] += 1.0
            weights[unit[1]] -= 1.0
            weights[now] -= share
            weights[before] += share
            total += 1
        return (weights / total if total else np.full_like(weights, np.nan)), total

    def _pairs(
        self, events: range | tuple[int, ...], left_out: int | None
    ) -> Iterator[tuple[tuple[int, int], IntArray, IntArray, IntArray]]:
        """Yield the two rows of a treated unit, and those of the units that are untreated in both periods."""
        start, rows = self.panel.start, self._rows
        for unit in np.flatnonzero(self.treated):
            base = start[unit] - 1
            for event in events:
                at = start[unit] + event
                if unit == left_out or base < 0 or not 0 <= at < rows.shape[1]:
                    continue
                held = (rows[:, at] >= 0) & (rows[:, base] >= 0)
                free = held & (start > max(at, start[unit]))  # those of its own cohort are no comparison
                if left_out is not None:
                    free[left_out] = False
                others = np.flatnonzero(free)
                if held[unit] and len(others):
                    pair = int(rows[unit, at]), int(rows[unit, base])
                    yield pair, rows[others, at], rows[others, base], others

    @cached_property
    def _rows(self) -> IntArray:
        """The row of every unit and period, (N, T), -1 where it is not held."""
        made = np.full((self.panel.n_units, len(self.panel.periods)), -1, dtype=np.int64)
        made[self.panel.unit, self.panel.time] = np.arange(len(self.panel.y))
        return made


def _imputation(X: FloatArray, free: Array, after: Array) -> tuple[FloatArray, int]:
    """Return the weights of the mean gap between rows after adoption and what the free rows foresee for them.

    Rows that the free ones say nothing of are left out of the mean (Borusyak, Jaravel and Spiess 2024, section 4).
    """
    known = X[free]
    values, vectors = np.linalg.eigh(known.T @ known)
    kept = values > _RANK * max(float(values[-1]), 1e-300)
    basis = vectors[:, kept]
    target = X[after]
    inside = np.abs(target - target @ basis @ basis.T).max(axis=1, initial=0.0) < _FOUND
    weights = np.zeros(len(X))
    n = int(inside.sum())
    if n == 0:
        return np.full(len(X), np.nan), 0
    rows = np.flatnonzero(after)[inside]
    weights[rows] = 1.0 / n
    mean = target[inside].mean(axis=0)
    weights[np.flatnonzero(free)] -= known @ (basis @ ((basis.T @ mean) / values[kept]))
    return weights, n
