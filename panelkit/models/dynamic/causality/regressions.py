"""Regressions of a series on its own past and on that of others, by unit: stacks (..., N, T) and (..., N, T, k)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.cointegration.batched import deterministic, detrended, lagged, swept
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Past(Brief):
    """Target y (..., N, m), its past (..., N, m, P) and that of x (..., N, m, kP), less a constant of each unit."""

    y: FloatArray
    own: FloatArray
    other: FloatArray

    @property
    def free(self) -> int:
        """Return rows of a unit less the constant and its own past."""
        return self.y.shape[-1] - 1 - self.own.shape[-1]

    def partial(self) -> tuple[FloatArray, FloatArray]:
        """Return y (..., N, m) and the past of x (..., N, m, kP) less what the unit's own past explains."""
        both = swept(np.concatenate([self.y[..., None], self.other], axis=-1), self.own)
        return both[..., 0], both[..., 1:]


def past_of(y: FloatArray, X: FloatArray, lags: int, first: int | None = None) -> Past:
    """Return target and pasts from period `first` on (`lags` unless given): columns of x by variable, then lag."""
    start = lags if first is None else first
    own = lagged(y, start, range(1, lags + 1))
    other = [lagged(X[..., j], start, range(1, lags + 1)) for j in range(X.shape[-1])]
    base = deterministic(y.shape[-1] - start, "constant")
    return Past(
        detrended(y[..., start:, None], base)[..., 0],
        detrended(own, base),
        detrended(np.concatenate(other, axis=-1), base),
    )


def unit_squares(past: Past) -> tuple[FloatArray, FloatArray]:
    """Return sums of squares (..., N) without and with the past of x."""
    y, x = past.partial()
    left = swept(y[..., None], x)[..., 0]
    return (y**2).sum(-1), (left**2).sum(-1)


def pooled(y: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return slopes (..., q), residuals (..., N, m) and the inverse cross-product (..., q, q): one slope for all units.

    Slopes and inverse are those of columns at norm one turned back, by QR over all rows.
    """
    lead, q = x.shape[:-3], x.shape[-1]
    flat = x.reshape(*lead, -1, q)
    sizes = np.linalg.norm(flat, axis=-2, keepdims=True)
    base, upper = np.linalg.qr(flat / sizes)
    target = y.reshape(*lead, -1, 1)
    inverse = np.linalg.inv(upper) / np.swapaxes(sizes, -1, -2)
    slopes = (inverse @ (np.swapaxes(base, -1, -2) @ target))[..., 0]
    left = y - (x @ slopes[..., None, :, None])[..., 0]
    return slopes, left, inverse @ np.swapaxes(inverse, -1, -2)
