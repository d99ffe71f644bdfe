"""Kao's (1999) five statistics: one slope for all units, Dickey-Fuller on the pooled within residuals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.models.dynamic.cointegration.batched import Trend, deterministic, detrended, lagged, swept
from panelkit.models.dynamic.cointegration.plan import Family, Plan


def statistics(y: FloatArray, X: FloatArray, plan: Plan) -> dict[str, FloatArray]:
    """Return DF-rho, DF-t, DF-rho*, DF-t* and ADF (...) of y (..., N, T) and X (..., N, T, k); all are N(0, 1).

    Kao 1999, equations 10-17. s_v^2 and s_0v^2 are the variance, and the long-run variance, of the changes of the
    residual given those of x, over all units.
    """
    n, periods = y.shape[-2:]
    e = _within_residuals(y, X, periods)
    before, change = e[..., :-1], np.diff(e, axis=-1)
    square, cross = _total(before * before), _total(before * change)
    below = cross / square  # rho - 1
    left = change - below[..., None, None] * before
    t = below * np.sqrt(square / (_total(left**2) / (n * (periods - 1))))
    variance, long = _conditional(change, np.diff(X, axis=-2), plan.bandwidth)
    share = variance / long
    shift = np.sqrt(6.0 * n) * np.sqrt(share) / 2.0
    scale = np.sqrt(1.0 / (2.0 * share) + 3.0 * share / 10.0)
    pull = np.sqrt(n) * periods * below
    return {
        "df-rho": (pull + 3.0 * np.sqrt(n)) / np.sqrt(10.2),
        "df-t": np.sqrt(1.25) * t + np.sqrt(1.875 * n),
        "df-rho*": (pull + 3.0 * np.sqrt(n) * share) / np.sqrt(3.0 + 7.2 * share**2),
        "df-t*": (t + shift) / scale,
        "adf": (_augmented(e, plan.lags) + shift) / scale,
    }


def _total(values: FloatArray) -> FloatArray:
    total: FloatArray = values.sum((-2, -1))
    return total


def _within_residuals(y: FloatArray, X: FloatArray, periods: int) -> FloatArray:
    """Return residuals (..., N, T) of the pooled within regression."""
    base = deterministic(periods, "constant")
    inside, regressors = detrended(y[..., None], base), detrended(X, base)
    flat = (*y.shape[:-2], y.shape[-2] * periods)
    return swept(inside.reshape(*flat, 1), regressors.reshape(*flat, X.shape[-1])).reshape(y.shape)


def _conditional(change: FloatArray, moves: FloatArray, bandwidth: int) -> tuple[FloatArray, FloatArray]:
    """Return variance and long-run variance (...) of changes (..., N, T-1) given those of x (..., N, T-1, k)."""
    both = np.concatenate([change[..., None], moves], axis=-1)
    rows = both.shape[-3] * both.shape[-2]
    short = np.einsum("...ntj,...ntk->...jk", both, both) / rows
    long = short.copy()
    for s in range(1, min(bandwidth, both.shape[-2] - 1) + 1):
        ahead = np.einsum("...ntj,...ntk->...jk", both[..., s:, :], both[..., :-s, :]) / rows
        long += (1.0 - s / (bandwidth + 1.0)) * (ahead + np.swapaxes(ahead, -1, -2))
    return _given(short), _given(long)


def _given(covariance: FloatArray) -> FloatArray:
    """Return the variance (...) of the first of several given the others, from (..., q, q)."""
    sizes = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    unit = covariance / (sizes[..., :, None] * sizes[..., None, :])
    slopes = np.linalg.solve(unit[..., 1:, 1:], unit[..., 1:, :1])
    given: FloatArray = sizes[..., 0] ** 2 * (1.0 - (unit[..., :1, 1:] @ slopes)[..., 0, 0])
    return given


def _augmented(e: FloatArray, lags: int) -> FloatArray:
    """Return the pooled t (...) of rho - 1 with `lags` changes of the residual, the same in all units."""
    change = np.diff(e, axis=-1)
    history = lagged(change, lags, range(1, lags + 1))
    both = np.stack([change[..., lags:], e[..., lags:-1]], axis=-1)
    lead = both.shape[:-3]
    rows = both.shape[-3] * both.shape[-2]
    both = swept(both.reshape(*lead, rows, 2), history.reshape(*lead, rows, lags))
    now, before = both[..., 0], both[..., 1]
    square = (before**2).sum(-1)
    below = (before * now).sum(-1) / square
    left = now - below[..., None] * before
    t: FloatArray = below * np.sqrt(square / (left**2).mean(-1))
    return t


def standard(raw: Mapping[str, FloatArray], n: int, k: int, trend: Trend) -> dict[str, FloatArray]:
    """Return the statistics as they are: they are standard normal in the limit."""
    return dict(raw)


KAO = Family(
    title=message("Kao panel cointegration tests"),
    names={
        "df-rho": message("unadjusted DF rho"),
        "df-t": message("unadjusted DF t"),
        "df-rho*": message("modified DF rho"),
        "df-t*": message("DF t"),
        "adf": message("ADF t"),
    },
    statistics=statistics,
    standard=standard,
    trends=("constant",),
)
