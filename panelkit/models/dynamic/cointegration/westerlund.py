"""Westerlund's (2007) four error-correction statistics, and his (2005) variance ratios."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.models.dynamic.cointegration.batched import (
    Trend,
    deterministic,
    detrended,
    lagged,
    long_run,
    residuals,
    swept,
)
from panelkit.models.dynamic.cointegration.moments import MOMENTS
from panelkit.models.dynamic.cointegration.plan import Family, Plan, centred

_EXACT = 1e-9
_ROUNDING = 256 * np.finfo(float).eps


def error_correction(y: FloatArray, X: FloatArray, plan: Plan) -> dict[str, FloatArray]:
    """Return G_tau, G_alpha, P_tau, P_alpha (...) of y (..., N, T) and X (..., N, T, k).

    dy_t = d_t + a (y_{t-1} - b x_{t-1}) + lagged dy + lags and leads of dx + e by unit (Westerlund 2007, equation 8);
    T is the number of rows of that regression. a_i(1) = w_u/w_y, roots of long-run variances of the lags and leads of
    dx with e, and of dy (about its mean where there is a trend).
    """
    now, before, levels, past, around, base = _equation(y, X, plan)
    rows = now.shape[-1]
    others = detrended(np.concatenate([levels, past, around], axis=-1), base)
    both = swept(detrended(np.stack([now, before], axis=-1), base), others)
    dy, pulled = both[..., 0], both[..., 1]
    square, cross = (pulled**2).sum(-1), (pulled * dy).sum(-1)
    alpha = cross / square
    e = dy - alpha[..., None] * pulled
    free = rows - base.shape[1] - others.shape[-1] - 1
    sigma = np.sqrt((e**2).sum(-1) / free)
    ratio = _ratio(now, before, others, around, e, base, plan)
    scaled = sigma / ratio
    pooled = (cross / ratio).sum(-1) / square.sum(-1)
    return {
        "g-tau": (alpha * np.sqrt(square) / sigma).mean(-1),
        "g-alpha": (rows * alpha / ratio).mean(-1),
        "p-tau": pooled * np.sqrt(square.sum(-1) / (scaled**2).mean(-1)),
        "p-alpha": rows * pooled,
    }


def _equation(y: FloatArray, X: FloatArray, plan: Plan) -> tuple[FloatArray, ...]:
    """Return dy and y_{t-1} (..., rows), x_{t-1}, past dy, dx (..., rows, q) and deterministic columns (rows, d)."""
    first = plan.lags + 1
    change, moves = np.diff(y, axis=-1), np.diff(X, axis=-2)
    ahead = plan.leads
    now = change[..., first - 1 : change.shape[-1] - ahead]
    rows = now.shape[-1]
    past = lagged(change, first - 1, range(1, plan.lags + 1))[..., :rows, :]
    around = np.concatenate(
        [lagged(moves[..., j], first - 1, range(-ahead, plan.lags + 1)) for j in range(moves.shape[-1])],
        axis=-1,
    )
    base = deterministic(rows, plan.trend)
    levels = X[..., first - 1 : first - 1 + rows, :]
    before = y[..., first - 1 : first - 1 + rows]
    return now, before, levels, past, around, base


def equations_deficient(y: FloatArray, X: FloatArray, plan: Plan) -> Array:
    """Mark the units (N,) a column of whose equation does not vary in its rows, or follows from the others."""
    _, before, levels, past, around, base = _equation(y, X, plan)
    whole = np.concatenate([before[..., None], levels, past, around], axis=-1)
    columns = detrended(whole, base)
    sizes = np.linalg.norm(columns, axis=-2)
    gone = (sizes <= _ROUNDING * np.linalg.norm(whole, axis=-2)).any(axis=-1)
    unit = columns / np.where(sizes > 0.0, sizes, 1.0)[:, None, :]
    marked: Array = gone | (np.linalg.svd(unit, compute_uv=False)[:, -1] <= _EXACT)
    return marked


def _ratio(
    now: FloatArray,
    before: FloatArray,
    others: FloatArray,
    around: FloatArray,
    e: FloatArray,
    base: FloatArray,
    plan: Plan,
) -> FloatArray:
    """Return a_i(1) (...): the root of the long-run variance of u (dx with their slopes, and e) over that of dy."""
    target = detrended(now[..., None], base)
    rest = np.concatenate(
        [others[..., : others.shape[-1] - around.shape[-1]], detrended(before[..., None], base)], -1
    )
    inside = swept(np.concatenate([target, detrended(around, base)], axis=-1), rest)
    sizes = np.linalg.norm(inside[..., 1:], axis=-2, keepdims=True)
    q, r = np.linalg.qr(inside[..., 1:] / sizes)
    slopes = np.linalg.solve(r, np.swapaxes(q, -1, -2) @ inside[..., :1]) / np.swapaxes(sizes, -1, -2)
    u = (around @ slopes)[..., 0] + e
    dy = now
    if plan.trend == "trend":
        u, dy = u - u.mean(-1, keepdims=True), dy - dy.mean(-1, keepdims=True)
    return np.sqrt(long_run(u, plan.bandwidth) / long_run(dy, plan.bandwidth))


def variance_ratio(y: FloatArray, X: FloatArray, plan: Plan) -> dict[str, FloatArray]:
    """Return T^-2 VR of the panel and the group (...), means over units (Westerlund 2005, equations 5 and 6)."""
    periods = y.shape[-1]
    e = residuals(y, X, deterministic(periods, plan.trend))
    square, cumulated = (e**2).sum(-1), (np.cumsum(e, axis=-1) ** 2).sum(-1)
    return {
        "vr-panel": cumulated.sum(-1) / square.sum(-1) / periods**2,
        "vr-group": (cumulated / square).mean(-1) / periods**2,
    }


def standard(raw: Mapping[str, FloatArray], n: int, k: int, trend: Trend) -> dict[str, FloatArray]:
    """Return z of the statistics with the moments of their limits; P_tau alone grows with the root of N."""
    held = MOMENTS[trend, k]
    return {name: centred(value, n, *held[name], root=name == "p-tau") for name, value in raw.items()}


WESTERLUND = Family(
    title=message("Westerlund error-correction panel cointegration tests"),
    names={
        "g-tau": message("group t (G_tau)"),
        "g-alpha": message("group alpha (G_alpha)"),
        "p-tau": message("panel t (P_tau)"),
        "p-alpha": message("panel alpha (P_alpha)"),
    },
    statistics=error_correction,
    standard=standard,
    leading=True,
)

VARIANCE_RATIO = Family(
    title=message("Westerlund variance-ratio panel cointegration tests"),
    names={"vr-panel": message("variance ratio, panel"), "vr-group": message("variance ratio, group")},
    statistics=variance_ratio,
    standard=standard,
    lagged=False,
    kernel=False,
)
