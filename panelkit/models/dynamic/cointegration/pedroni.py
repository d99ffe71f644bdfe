"""Pedroni's seven residual-based statistics (1999, table 1; 2004)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.models.dynamic.cointegration.batched import (
    Trend,
    deterministic,
    detrended,
    lagged,
    long_run,
    one_sided,
    residuals,
    swept,
)
from panelkit.models.dynamic.cointegration.moments import MOMENTS
from panelkit.models.dynamic.cointegration.plan import Family, Plan, centred

_MOMENT = {"panel-adf": "panel-t", "group-adf": "group-t"}


def statistics(y: FloatArray, X: FloatArray, plan: Plan) -> dict[str, FloatArray]:
    """Return the seven statistics (...) of y (..., N, T) and X (..., N, T, k).

    Every unit counts by 1/L_i^2, the long-run variance of the changes of y given those of x. In the panel ADF statistic
    the variance of the errors is weighted by it too, as in the panel t: Pedroni's (1999) table 1 leaves the weight
    out there, and the statistic would then depend on the units in which y is measured.
    """
    n, periods = y.shape[-2:]
    base = deterministic(periods, plan.trend)
    e = residuals(y, X, base)
    weight = 1.0 / _conditional(y, X, plan)
    before, change = e[..., :-1], np.diff(e, axis=-1)
    square, cross = (before**2).sum(-1), (before * change).sum(-1)
    mu = change - (cross / square)[..., None] * before
    drift, short = one_sided(mu, plan.bandwidth), (mu**2).mean(-1)
    spread = short + 2.0 * drift
    cross = cross - drift * (periods - 1)
    root = np.sqrt(n)
    pooled, moved = (weight * square).sum(-1), (weight * cross).sum(-1)
    own_square, own_cross, own_spread = _augmented(e, plan.lags)
    own_pooled = (weight * own_square).sum(-1)
    return {
        "panel-v": periods**2 * n * root / pooled,
        "panel-rho": periods * root * moved / pooled,
        "panel-t": moved / np.sqrt((weight * spread).mean(-1) * pooled),
        "panel-adf": (weight * own_cross).sum(-1) / np.sqrt((weight * own_spread).mean(-1) * own_pooled),
        "group-rho": periods / root * (cross / square).sum(-1),
        "group-t": (cross / np.sqrt(spread * square)).sum(-1) / root,
        "group-adf": (own_cross / np.sqrt(own_spread * own_square)).sum(-1) / root,
    }


def _conditional(y: FloatArray, X: FloatArray, plan: Plan) -> FloatArray:
    """Return the long-run variance (...) of what changes of y hold beyond those of x (and a drift, with a trend)."""
    changes = np.diff(X, axis=-2)
    base = deterministic(changes.shape[-2], "constant" if plan.trend == "trend" else "none")
    left = swept(detrended(np.diff(y, axis=-1)[..., None], base), detrended(changes, base))
    return long_run(left[..., 0], plan.bandwidth)


def _augmented(e: FloatArray, lags: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return sum e*^2, sum e* de* and the variance of what is left, (...): the ADF regression of residuals."""
    change = np.diff(e, axis=-1)
    history = lagged(change, lags, range(1, lags + 1))
    both = np.stack([change[..., lags:], e[..., lags:-1]], axis=-1)
    both = swept(both, history)
    now, before = both[..., 0], both[..., 1]
    square, cross = (before**2).sum(-1), (before * now).sum(-1)
    left = now - (cross / square)[..., None] * before
    return square, cross, (left**2).mean(-1)


def standard(raw: Mapping[str, FloatArray], n: int, k: int, trend: Trend) -> dict[str, FloatArray]:
    """Return z: (statistic - sqrt(N) mean) / sd with the moments of the limits (Pedroni 1999, equation 2)."""
    held = MOMENTS[trend, k]
    return {name: centred(value, n, *held[_MOMENT.get(name, name)], root=True) for name, value in raw.items()}


PEDRONI = Family(
    title=message("Pedroni panel cointegration tests"),
    names={
        "panel-v": message("panel v"),
        "panel-rho": message("panel rho"),
        "panel-t": message("panel t (PP)"),
        "panel-adf": message("panel t (ADF)"),
        "group-rho": message("group rho"),
        "group-t": message("group t (PP)"),
        "group-adf": message("group t (ADF)"),
    },
    statistics=statistics,
    standard=standard,
    upper=frozenset({"panel-v"}),
)
