"""What a test does at the N and T in hand: draws without cointegration, draws with it, and a bootstrap of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.cointegration.batched import deterministic, detrended, lagged, swept
from panelkit.models.dynamic.cointegration.plan import Family, Plan
from panelkit.show.brief import Brief

_CELLS = 1_500_000
_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Reference(Brief):
    """Draws (reps,) of every statistic by name: `null` without cointegration, `other` with it, as raw statistics."""

    null: Mapping[str, FloatArray]
    other: Mapping[str, FloatArray]


def without_means(values: FloatArray) -> FloatArray:
    """Return series (..., N, T[, k]) less the mean over units of each period; y has two last axes, X three."""
    return values - values.mean(axis=-2, keepdims=True)


def statistics_of(
    family: Family, y: FloatArray, X: FloatArray, plan: Plan, *, demean: bool
) -> dict[str, FloatArray]:
    """Return the statistics (...) of y (..., N, T) and X (..., N, T, k), of deviations from period means if asked."""
    if demean:
        y = without_means(y)
        X = X - X.mean(axis=-3, keepdims=True)
    return family.statistics(y, X, plan)


def reference(
    family: Family,
    plan: Plan,
    size: tuple[int, int, int],
    reps: int,
    rng: np.random.Generator,
    *,
    rho: float,
    demean: bool,
) -> Reference:
    """Draw the statistics at N, T and k: y and x independent random walks, and y = sum of x + an AR(rho) error."""
    n, periods, k = size
    null, other = [], []
    for reps_now in batches(reps, n * periods * (k + 1)):
        steps = rng.standard_normal((reps_now, n, periods, k + 1))
        walks = np.cumsum(steps, axis=-2)
        X = walks[..., 1:]
        null.append(statistics_of(family, walks[..., 0], X, plan, demean=demean))
        y = X.sum(-1) + autoregression(steps[..., 0], rho)
        other.append(statistics_of(family, y, X, plan, demean=demean))
    return Reference(_joined(null), _joined(other))


def autoregression(steps: FloatArray, rho: float) -> FloatArray:
    """Return e_t = rho e_{t-1} + steps_t (..., T), the first one with the variance of the others."""
    out = np.empty_like(steps)
    out[..., 0] = steps[..., 0] / np.sqrt(1.0 - rho**2)
    for t in range(1, steps.shape[-1]):
        out[..., t] = rho * out[..., t - 1] + steps[..., t]
    return out


def batches(reps: int, cells: int) -> Iterator[int]:
    """Return how many draws go together, so that arrays stay small."""
    step = max(1, _CELLS // max(1, cells))
    for first in range(0, reps, step):
        yield min(step, reps - first)


def _joined(parts: list[dict[str, FloatArray]]) -> dict[str, FloatArray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def bootstrap(
    family: Family,
    y: FloatArray,
    X: FloatArray,
    plan: Plan,
    reps: int,
    rng: np.random.Generator,
    *,
    demean: bool,
) -> dict[str, FloatArray]:
    """Draw the statistics (reps,) under no cointegration, with the dependence between units that the rows have.

    Westerlund (2007, section 4), after Chang (2004): changes of y on their own lags and on changes of x, by unit; the
    rows of what is left and of the changes of x are drawn again, whole periods together, and summed up.
    """
    n, periods, k = X.shape
    around, past, left, moves = _null_model(y, X, plan)
    length = periods - 1 + plan.lags + plan.leads
    found = []
    for reps_now in batches(reps, n * length * (k + 1)):
        at = rng.integers(0, left.shape[1], size=(reps_now, length))
        e = np.moveaxis(left[:, at], 0, 1)
        dx = np.moveaxis(moves[:, at, :], 0, 1)
        driven = _driven(dx, around, plan)
        shocks = driven + e[..., plan.lags : length - plan.leads]
        change = _recursion(shocks, past)
        X_new = _summed(dx[..., plan.lags : length - plan.leads, :], axis=-2)
        with np.errstate(divide="ignore", invalid="ignore"):  # see share_beyond
            found.append(statistics_of(family, _summed(change, axis=-1), X_new, plan, demean=demean))
    return _joined(found)


def _null_model(
    y: FloatArray, X: FloatArray, plan: Plan
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return slopes on dx around (N, k, lags + leads + 1) and on past dy (N, lags), residuals and dx (N, rows[, k])."""
    change, moves = np.diff(y, axis=-1), np.diff(X, axis=-2)
    k, lags, leads = X.shape[-1], plan.lags, plan.leads
    rows = change.shape[-1] - lags - leads
    past = lagged(change, lags, range(1, lags + 1))[..., :rows, :]
    parts = [lagged(moves[..., j], lags, range(-leads, lags + 1)) for j in range(k)]
    columns = np.concatenate([past, *parts], axis=-1)
    base = deterministic(rows, "none" if plan.trend == "none" else "constant")
    target = detrended(change[:, lags : lags + rows, None], base)
    columns = detrended(columns, base)
    sizes = np.linalg.norm(columns, axis=-2, keepdims=True)
    slopes = (
        np.stack(
            [
                np.linalg.lstsq(own / size, right, rcond=None)[0][:, 0]
                for own, size, right in zip(columns, sizes, target, strict=True)
            ]
        )
        / sizes[:, 0, :]
    )
    left = swept(target, columns)[..., 0]
    held = moves[:, lags : lags + rows]
    around = slopes[:, lags:].reshape(len(y), k, lags + leads + 1)
    return around, slopes[:, :lags], left - left.mean(1, keepdims=True), held - held.mean(1, keepdims=True)


def _driven(dx: FloatArray, around: FloatArray, plan: Plan) -> FloatArray:
    """Return what changes of x around t add to dy_t, (reps, N, T - 1)."""
    total = 0.0
    length = dx.shape[-2]
    for place, j in enumerate(range(-plan.leads, plan.lags + 1)):
        part = dx[..., plan.lags - j : length - plan.leads - j, :]
        total = total + np.einsum("rntk,nk->rnt", part, around[:, :, place])
    return np.asarray(total)


def _recursion(shocks: FloatArray, past: FloatArray) -> FloatArray:
    """Return dy_t = sum_j phi_ij dy_{t-j} + shocks_t from zero, (reps, N, T - 1)."""
    out = np.empty_like(shocks)
    for t in range(shocks.shape[-1]):
        out[..., t] = shocks[..., t]
        for j in range(1, min(past.shape[1], t) + 1):
            out[..., t] += past[:, j - 1] * out[..., t - j]
    return out


def _summed(changes: FloatArray, axis: int) -> FloatArray:
    """Return levels from changes, the first at zero."""
    start = np.zeros_like(np.take(changes, [0], axis=axis))
    return np.concatenate([start, np.cumsum(changes, axis=axis)], axis=axis)


def share_beyond(draws: FloatArray, value: float, *, upper: bool) -> float:
    """Return (1 + draws at least as far as the value) / (1 + draws): a p-value that is never zero.

    A draw without a value (few periods drawn again and again fit exactly) counts as one that lies as far.
    """
    nearer = draws < value if upper else draws > value
    return float((1 + (~nearer).sum()) / (1 + len(draws)))


def size_and_power(null: FloatArray, other: FloatArray, z: FloatArray, *, upper: bool) -> tuple[float, float]:
    """Return how often z of null draws lies beyond the normal's 5 %, and other draws beyond that of null draws."""
    sign = 1.0 if upper else -1.0
    critical = float(stats.norm.isf(_LEVEL))
    size = float((sign * z > critical).mean())
    edge = float(np.quantile(sign * null, 1.0 - _LEVEL))
    return size, float((sign * other > edge).mean())
