"""Juodis, Karavias and Sarafidis (2021): one slope for the past of x, half-panel jackknifed, and its Wald statistic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.causality.regressions import past_of, pooled
from panelkit.show.brief import Brief

Variance = Literal["iid", "cluster", "jackknife"]
VARIANCES: tuple[Variance, ...] = ("iid", "cluster", "jackknife")


@dataclass(frozen=True, eq=False)
class HalfPanel(Brief):
    """Jackknifed slopes (..., q), their covariance (..., q, q) and the Wald statistic (...)."""

    slopes: FloatArray
    covariance: FloatArray
    wald: FloatArray


def fewest_periods(lags: int) -> int:
    """Return the periods that two halves need: each P initial ones, P + 1 nuisance terms of a unit, one more row."""
    return 4 * lags + 4


def halves(periods: int) -> tuple[slice, slice]:
    """Return the two halves of the periods; of an odd number, the second holds one more."""
    half = periods // 2
    return slice(0, half), slice(half, None)


def half_panel(y: FloatArray, X: FloatArray, lags: int, variance: Variance) -> HalfPanel:
    """Return 2 b - (b_1 + b_2)/2 from all periods and both halves, each half with initial values of its own.

    Constants and slopes on the own past differ between units. Variances: "iid" and "cluster" are those of b
    (Juodis, Karavias and Sarafidis 2021, section 2.2; degrees of freedom from the rows in use), which is that of the
    jackknifed slope too when T is large; "jackknife" adds up by unit what the jackknifed slope holds of the errors.
    """
    parts = [slice(None), *halves(y.shape[-1])]
    fits = [_fit(y[..., part], X[..., part, :], lags) for part in parts]
    b = [fit[0] for fit in fits]
    slopes = 2.0 * b[0] - (b[1] + b[2]) / 2.0
    covariance = _covariance(fits, lags, variance)
    sizes = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    unit = covariance / (sizes[..., :, None] * sizes[..., None, :])
    scaled = slopes / sizes
    wald = (scaled * np.linalg.solve(unit, scaled[..., None])[..., 0]).sum(-1)
    return HalfPanel(slopes, covariance, wald)


def _fit(y: FloatArray, X: FloatArray, lags: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return slopes, residuals, inverse cross-product and regressors of one span of periods."""
    target, x = past_of(y, X, lags).partial()
    return *pooled(target, x), x


def _covariance(
    fits: list[tuple[FloatArray, FloatArray, FloatArray, FloatArray]], lags: int, variance: Variance
) -> FloatArray:
    _, left, inverse, x = fits[0]
    n, rows, q = x.shape[-3:]
    free = n * (rows - 1 - lags) - q
    if variance == "iid":
        spread = (left**2).sum((-2, -1)) / free
        return spread[..., None, None] * inverse
    if variance == "cluster":
        moved = _moved(left, x, inverse)
        scale = n * rows / free
    else:
        halves = [_moved(fit[1], fit[3], fit[2]) for fit in fits]
        moved = 2.0 * halves[0] - (halves[1] + halves[2]) / 2.0
        scale = n / (n - 1.0)
    return scale * (np.swapaxes(moved, -1, -2) @ moved)


def _moved(left: FloatArray, x: FloatArray, inverse: FloatArray) -> FloatArray:
    """Return what each unit adds to the error of the slopes, (..., N, q)."""
    scores = (x * left[..., None]).sum(-2)
    moved: FloatArray = scores @ inverse
    return moved
