"""A bootstrap under non-causality that keeps the dependence between units: whole periods of residuals drawn again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.causality.regressions import past_of
from panelkit.models.dynamic.cointegration.batched import lagged, swept

_CELLS = 1_000_000


def resampled(
    y: FloatArray,
    X: FloatArray,
    lags: int,
    reps: int,
    rng: np.random.Generator,
    statistic: Callable[[FloatArray, FloatArray], FloatArray],
) -> FloatArray:
    """Return `statistic(y*, x)` (reps,) of outcomes made without the past of x.

    y (N, T) is regressed on its own past by unit; periods of residuals are drawn again, the same for all units; y*
    follows from them and the first values held, x (N, T, k) stays (Dumitrescu and Hurlin 2012, section 6; Lopez and
    Weber 2017).
    """
    n, periods = y.shape
    slopes, constant, left = _own(y, lags)
    found = []
    for now in _batches(reps, n * periods * (X.shape[-1] + 1)):
        at = rng.integers(0, left.shape[1], size=(now, periods - lags))
        shocks = np.moveaxis(left[:, at], 0, 1)
        made = np.empty((now, n, periods))
        made[..., :lags] = y[:, :lags]
        for t in range(lags, periods):
            past = sum(slopes[:, j - 1] * made[..., t - j] for j in range(1, lags + 1))
            made[..., t] = constant + past + shocks[..., t - lags]
        found.append(statistic(made, np.broadcast_to(X, (now, *X.shape))))
    return np.concatenate(found)


def _own(y: FloatArray, lags: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return slopes on the own past (N, P), constants (N,) and residuals (N, T - P)."""
    past = past_of(y, y[..., None], lags)
    sizes = np.linalg.norm(past.own, axis=-2, keepdims=True)
    base, upper = np.linalg.qr(past.own / sizes)
    slopes = np.linalg.solve(upper, np.swapaxes(base, -1, -2) @ past.y[..., None])[..., 0] / sizes[:, 0, :]
    left = swept(past.y[..., None], past.own)[..., 0]
    before = lagged(y, lags, range(1, lags + 1)).mean(axis=1)
    constant = y[:, lags:].mean(axis=1) - (before * slopes).sum(-1)
    return slopes, constant, left


def _batches(reps: int, cells: int) -> Iterator[int]:
    step = max(1, _CELLS // cells)
    for first in steps_of(range(0, reps, step), -(-reps // step)):
        yield min(step, reps - first)
