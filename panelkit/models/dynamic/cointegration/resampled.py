"""A bootstrap under no cointegration that keeps the dependence between units: whole periods of changes drawn again."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.cointegration.batched import deterministic, detrended, lagged, swept
from panelkit.models.dynamic.cointegration.chance import batches, joined, statistics_of
from panelkit.models.dynamic.cointegration.plan import Family, Plan

_BIAS_DRAWS = 40
_SINGULAR = 1e-10  # few periods drawn again and again leave columns that repeat each other


def fewest_periods(plan: Plan, k: int) -> int:
    """Return the periods at which the model without cointegration keeps two degrees of freedom in every unit."""
    slopes = plan.lags + k * (plan.lags + plan.leads + 1)
    return 1 + plan.lags + plan.leads + int(plan.trend != "none") + slopes + 2


def bootstrap(
    family: Family,
    y: FloatArray,
    X: FloatArray,
    plan: Plan,
    reps: int,
    rng: np.random.Generator,
    *,
    demean: bool,
    drift: FloatArray | None = None,
) -> dict[str, FloatArray]:
    """Draw the statistics (reps,) under no cointegration, with the dependence between units that the rows have.

    Westerlund (2007, section 4), after Chang (2004): changes of y on their own lags and on changes of x, by unit; the
    rows of what is left and of the changes of x are drawn again, whole periods together, and summed up. Slopes by unit
    from few rows are noise about a biased mean, which statistics of many units answer to: they are drawn towards their
    mean by the share of sampling error in their variance, and the mean is rid of the bias that draws of it show.
    `drift` (N, 1 + k) is added to every change of y and x.
    """
    trend = np.arange(y.shape[-1], dtype=float)
    moved = np.zeros((len(y), 1 + X.shape[-1])) if drift is None else drift
    risen = moved[:, :1] * trend, moved[:, None, 1:] * trend[:, None]
    slopes, errors, left, moves = _null_model(y, X, plan)
    slopes = _drawn_together(slopes, errors)
    if slopes.shape[1]:
        made, drawn = _made(slopes, left, moves, plan, y.shape[-1], _BIAS_DRAWS, rng)
        again = _null_model(made.reshape(-1, y.shape[-1]), drawn.reshape(-1, *X.shape[1:]), plan)[0]
        means = again.reshape(_BIAS_DRAWS, *slopes.shape).mean(axis=1)
        slopes = slopes - (np.median(means, axis=0) - slopes.mean(axis=0))
    found = []
    for now in batches(reps, X.size + y.size):
        made, drawn = _made(slopes, left, moves, plan, y.shape[-1], now, rng)
        with np.errstate(divide="ignore", invalid="ignore"):  # a draw that fits exactly: see share_beyond
            found.append(statistics_of(family, made + risen[0], drawn + risen[1], plan, demean=demean))
    return joined(found)


def _null_model(
    y: FloatArray, X: FloatArray, plan: Plan
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return slopes and squared errors (N, q), residuals (N, rows) and dx (N, rows, k), both less their means.

    Slopes are those of dy on `lags` of itself, then on dx at t - `lags` to t + `leads`, variable by variable.
    """
    change, moves = np.diff(y, axis=-1), np.diff(X, axis=-2)
    lags, leads = plan.lags, plan.leads
    rows = change.shape[-1] - lags - leads
    past = lagged(change, lags, range(1, lags + 1))[..., :rows, :]
    parts = [lagged(moves[..., j], lags, range(-leads, lags + 1)) for j in range(X.shape[-1])]
    base = deterministic(rows, "none" if plan.trend == "none" else "constant")
    target = detrended(change[:, lags : lags + rows, None], base)
    columns = detrended(np.concatenate([past, *parts], axis=-1), base)
    sizes = np.linalg.norm(columns, axis=-2, keepdims=True)
    q, upper = np.linalg.qr(columns / sizes)
    inverse = np.linalg.pinv(upper, rcond=_SINGULAR) / np.swapaxes(sizes, -1, -2)
    slopes = (inverse @ (np.swapaxes(q, -1, -2) @ target))[..., 0]
    left = swept(target, columns)[..., 0]
    spread = (left**2).sum(1) / max(1, rows - base.shape[1] - columns.shape[-1])
    held = moves[:, lags : lags + rows]
    return (
        slopes,
        spread[:, None] * (inverse**2).sum(-1),
        left - left.mean(1, keepdims=True),
        held - held.mean(1, keepdims=True),
    )


def _drawn_together(slopes: FloatArray, errors: FloatArray) -> FloatArray:
    """Return slopes (N, q) drawn towards their mean by the share of their variance that is sampling error (N, q)."""
    mean = slopes.mean(axis=0)
    variance = slopes.var(axis=0, ddof=1)
    kept = np.clip(1.0 - errors.mean(axis=0) / np.where(variance > 0.0, variance, 1.0), 0.0, 1.0)
    return mean + kept * (slopes - mean)


def _made(
    slopes: FloatArray,
    left: FloatArray,
    moves: FloatArray,
    plan: Plan,
    periods: int,
    reps: int,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Return y (reps, N, T) and X (reps, N, T, k) summed up from drawn periods of residuals and changes of x."""
    lags, leads, k = plan.lags, plan.leads, moves.shape[-1]
    length = periods - 1 + lags + leads
    at = rng.integers(0, left.shape[1], size=(reps, length))
    e = np.moveaxis(left[:, at], 0, 1)
    dx = np.moveaxis(moves[:, at, :], 0, 1)
    around = slopes[:, lags:].reshape(len(slopes), k, lags + leads + 1)
    change = e[..., lags : length - leads].copy()
    for place, j in enumerate(range(-leads, lags + 1)):
        change += np.einsum("rntk,nk->rnt", dx[..., lags - j : length - leads - j, :], around[:, :, place])
    for t in range(change.shape[-1]):
        for j in range(1, min(lags, t) + 1):
            change[..., t] += slopes[:, j - 1] * change[..., t - j]
    return _summed(change, axis=-1), _summed(dx[..., lags : length - leads, :], axis=-2)


def _summed(changes: FloatArray, axis: int) -> FloatArray:
    """Return levels from changes, the first at zero."""
    start = np.zeros_like(np.take(changes, [0], axis=axis))
    return np.concatenate([start, np.cumsum(changes, axis=axis)], axis=axis)
