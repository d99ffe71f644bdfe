"""Least squares with unit dummies less its bias: the estimate from arrays, without units, and on drawn outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.short.dynamic_rows import DynamicRows
from panelkit.models.dynamic.short.initial import Changes, Initial, changes_of
from panelkit.models.dynamic.short.kiviet import KivietSums, kiviet_sums
from panelkit.show.brief import Brief

_LOST = 1e-10
"""Directions of columns at norm one below this are lost with a unit."""


@dataclass(frozen=True, eq=False)
class Corrected(Brief):
    """Estimates (k,) after and before the correction, the first ones, their error variance, the terms of the bias."""

    estimates: FloatArray
    uncorrected: FloatArray
    initial: FloatArray
    variance: float
    terms: FloatArray


@dataclass(frozen=True, eq=False)
class LsdvProblem(Brief):
    """One outcome on the rows of a panel; y (n,) and W (n, K) swept of unit means, other terms at norm one.

    `scales` (k,) are those by which slopes are divided, the lag's first and one.
    """

    y: FloatArray
    W: FloatArray
    sums: KivietSums
    changes: Changes
    scales: FloatArray
    rows: DynamicRows
    order: int

    @cached_property
    def products(self) -> tuple[FloatArray, FloatArray]:
        """Return W_i'W_i (N, K, K) and W_i'y_i (N, K)."""
        starts = self.rows.layout.starts
        return (
            np.asarray(np.add.reduceat(self.W[:, :, None] * self.W[:, None, :], starts, axis=0)),
            np.asarray(np.add.reduceat(self.W * self.y[:, None], starts, axis=0)),
        )

    def corrected(self, without: int | None = None) -> Corrected:
        """Return the estimate, with one unit left out if told so."""
        k, layout = len(self.scales), self.rows.layout
        WW, Wy = self.products
        total, target, rows = WW.sum(axis=0), Wy.sum(axis=0), len(self.y)
        if without is None:
            lsdv = np.linalg.lstsq(self.W, self.y, rcond=None)[0]
        else:
            total, target = total - WW[without], target - Wy[without]
            rows -= int(layout.unit_counts[without])
            lsdv = np.linalg.pinv(total, rcond=_LOST, hermitian=True) @ target
        start = self.changes.estimate(without)[:k] * self.scales
        e = self.y - self.W[:, :k] @ start
        left = e - self.W[:, k:] @ np.linalg.pinv(total[k:, k:], hermitian=True) @ (
            target[k:] - total[k:, :k] @ start
        )
        if without is not None:
            left = left[self.rows.design.unit != without]
        units = layout.n_units - (without is not None)
        variance = float(left @ left) / (rows - units - self.W.shape[1])
        terms = self.sums.bias(float(start[0]), variance, without)
        bias = terms[: self.order].sum(axis=0)
        return Corrected(
            (lsdv - bias)[:k] / self.scales,
            lsdv[:k] / self.scales,
            start / self.scales,
            variance,
            terms[:, :k] / self.scales,
        )


def lsdv_problem(
    rows: DynamicRows, y: FloatArray, lagged: FloatArray, order: int, initial: Initial
) -> LsdvProblem:
    """Return the problem of an outcome (n,) and its lag (n,) on the rows of a panel."""
    others = np.delete(np.asarray(rows.design.X), int(rows.lag_at[0]), axis=1)
    layout = rows.layout
    raw = np.column_stack([y, lagged, others])
    means = np.add.reduceat(raw, layout.starts, axis=0) / layout.unit_counts[:, None]
    both = raw - means[layout.unit]
    size = np.sqrt(np.einsum("ij,ij->j", both, both))
    size[1] = size[0]
    both = both / size
    W = np.column_stack([both[:, 1:], rows.year_basis])
    names = (rows.lags.terms[0], *(term for term in rows.terms if term not in rows.lags.terms))
    centre = float(y.mean())
    changes = changes_of(
        _levels(rows, (y - centre) / size[0], (lagged - centre) / size[0]),
        rows.spread(others - others.mean(axis=0)) / size[0],
        rows.mask,
        initial,
        years=rows.effects == "twoway",
        names=names,
    )
    scales = np.r_[1.0, size[2:] / size[0]]
    return LsdvProblem(both[:, 0], W, kiviet_sums(rows.spread(W), rows.mask), changes, scales, rows, order)


def _levels(rows: DynamicRows, y: FloatArray, lagged: FloatArray) -> FloatArray:
    """Return the outcome (N, T + 1) from the period before the first row, missing where no row shows it."""
    N, T = rows.mask.shape
    made = np.full((N, T + 1), np.nan)
    made[rows.design.unit, rows.period] = lagged
    made[rows.design.unit, rows.period + 1] = y
    return made


def drawn_outcomes(
    rows: DynamicRows, gamma: float, fixed: FloatArray, sigma: float, reps: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return outcomes and lags, (reps, n) each, grown from normal errors; every run of rows starts at its observed lag.

    Parameters
    ----------
    gamma
        The coefficient of the lag.
    fixed
        The rest of the equation without its error, (n,).
    sigma
        The standard deviation of the errors.
    """
    unit, period = rows.design.unit, rows.period
    observed = np.asarray(rows.design.X)[:, int(rows.lag_at[0])]
    goes_on = np.r_[False, (unit[1:] == unit[:-1]) & (period[1:] == period[:-1] + 1)]
    shocks = fixed + sigma * rng.normal(size=(reps, len(fixed)))
    y, lagged = np.empty_like(shocks), np.empty_like(shocks)
    place = np.zeros(len(fixed), dtype=np.int64)
    for row in np.flatnonzero(goes_on):
        place[row] = place[row - 1] + 1
    for step in range(int(place.max()) + 1):
        at = np.flatnonzero(place == step)
        lagged[:, at] = observed[at] if step == 0 else y[:, at - 1]
        y[:, at] = gamma * lagged[:, at] + shocks[:, at]
    return y, lagged
