"""How two figures of units go together, under resampling counts: ranks, net of others, inside units. Arrays only.

`counts (R, N)` says how often each unit is taken; every function returns one value a row of counts.
"""

from __future__ import annotations

import numpy as np

from panelkit.results.fit import FloatArray

_LOST = 1e-12  # of a column's square: what is left of it is rounding


def rank_correlations(x: FloatArray, y: FloatArray, counts: FloatArray) -> FloatArray:
    """Return Spearman's correlation (R,) of x and y (N,), ties at their mean rank; units without both are left out."""
    held = np.isfinite(x) & np.isfinite(y)
    times = counts[:, held]
    ranks = np.stack([_ranks(column[held], times) for column in (x, y)], axis=2)
    return _correlation(_centred_products(ranks, times))


def partial_correlations(columns: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the correlation (R,) of the first two columns (N, K), net of a constant and the other columns."""
    held = np.isfinite(columns).all(axis=1)
    times, values = counts[:, held], columns[held]
    values = values - values.mean(axis=0)
    products = (times @ _outer(values)).reshape(len(counts), values.shape[1], -1)
    sums = times @ values
    products -= sums[:, :, None] * sums[:, None, :] / times.sum(axis=1)[:, None, None]
    return _correlation(_net_of(products))


def within_correlations(cube: FloatArray, counts: FloatArray, *, trends: bool = False) -> FloatArray:
    """Return the correlation (R,) of the first two columns of a balanced cube (N, T, K), both ways demeaned.

    Net of the other columns, and with `trends` of a linear trend in every unit. What is of single units does not depend
    on the counts, period means do.
    """
    inside = cube - cube.mean(axis=1, keepdims=True)
    if trends:
        steps = np.arange(cube.shape[1]) - (cube.shape[1] - 1) / 2.0
        slopes = np.einsum("t,itk->ik", steps, inside) / (steps @ steps)
        inside = inside - steps[:, None] * slopes[:, None, :]
    n, t, k = inside.shape
    products = (counts @ np.einsum("itk,itl->ikl", inside, inside).reshape(n, -1)).reshape(-1, k, k)
    sums = (counts @ inside.reshape(n, -1)).reshape(-1, t, k)
    products -= sums.transpose(0, 2, 1) @ sums / counts.sum(axis=1)[:, None, None]
    return _correlation(_net_of(products))


def dealt_correlations(cube: FloatArray, dealt: np.ndarray) -> FloatArray:
    """Return the partial correlations (B,) of unit means where the second column goes to other units.

    `cube` (N, T, K); `dealt` (B, N) says whose second column a unit receives.
    """
    means = cube.mean(axis=1)
    columns = np.repeat(means[None], len(dealt), axis=0)
    columns[:, :, 1] = means[dealt, 1]
    columns -= columns.mean(axis=1, keepdims=True)
    return _correlation(_net_of(columns.transpose(0, 2, 1) @ columns))


def _ranks(values: FloatArray, counts: FloatArray) -> FloatArray:
    """Return ranks (R, N) among the units taken; copies of a unit share one."""
    below = (values[:, None] > values[None, :]) + 0.5 * (values[:, None] == values[None, :])
    return np.asarray(counts @ below.T)


def _centred_products(columns: FloatArray, counts: FloatArray) -> FloatArray:
    mean = np.einsum("rn,rnk->rk", counts, columns) / counts.sum(axis=1)[:, None]
    centred = columns - mean[:, None, :]
    return np.asarray((centred * counts[:, :, None]).transpose(0, 2, 1) @ centred)


def _outer(values: FloatArray) -> FloatArray:
    return (values[:, :, None] * values[:, None, :]).reshape(len(values), -1)


def _net_of(products: FloatArray) -> FloatArray:
    """Return the products (R, 2, 2) of the first two columns, net of the others, one swept after the other."""
    size = np.einsum("rkk->rk", products)
    while products.shape[1] > 2:
        last = products[:, :, -1]
        pivot = np.where(last[:, -1] > _LOST * size[:, products.shape[1] - 1], last[:, -1], np.inf)
        products = (products - last[:, :, None] * last[:, None, :] / pivot[:, None, None])[:, :-1, :-1]
    lost = np.einsum("rkk->rk", products) <= _LOST * size[:, :2]
    return np.where(lost.any(axis=1)[:, None, None], np.nan, products)


def _correlation(products: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(products[:, 0, 1] / np.sqrt(products[:, 0, 0] * products[:, 1, 1]))
