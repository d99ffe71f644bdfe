"""Cross-products by cluster, and estimates of many weighted panels at once: resamples, deleted provinces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.deviations import FloatArray
from panelkit.kernels.steps import steps_of
from panelkit.models.dynamic.vector.adjusted import adjusted
from panelkit.models.dynamic.vector.columns import VectorColumns
from panelkit.models.dynamic.vector.marks import Marks
from panelkit.show.brief import Brief

_ROUNDING = 64.0 * np.finfo(float).eps
_BLOCK = 4_000_000
"""Numbers of one block of draws."""
_FAINT = 1e-12
"""The share of a column's squares beside the periods below which what is left of it is rounding."""


@dataclass(frozen=True, eq=False)
class Products(Brief):
    """Cross-products (G, q, q) of [D, M, Z, X, y] by cluster; `weight` those of [D, M, Z] under H.

    M (n, J) are the marks of the means in instruments, J = 0 where there are none to take again. `rows` (G,) counts the
    rows of each cluster, `counts` is that of the columns; `d`, `J`, `L`, `k`, `m` are the widths.
    """

    of_all: FloatArray
    weight: FloatArray
    rows: FloatArray
    counts: FloatArray
    d: int
    L: int
    k: int
    m: int
    errors_in_row: float
    J: int = 0
    marks: Marks | None = None


def products_of(columns: VectorColumns) -> Products:
    """Return the cross-products of columns by cluster."""
    marks = np.empty((len(columns.y), 0)) if columns.marks is None else columns.marks.columns
    everything = np.hstack([columns.D, marks, columns.Z, columns.X, columns.y])
    d, J, L = columns.D.shape[1], marks.shape[1], columns.Z.shape[1]
    groups, width, inner = columns.groups, everything.shape[1], d + J + L
    of_all, weight = np.empty((groups, width, width)), np.empty((groups, inner, inner))
    spread = spread_by_transform(columns, everything[:, :inner])
    order = np.argsort(columns.cluster, kind="stable")
    edges = np.searchsorted(columns.cluster[order], np.arange(groups + 1))
    for group in range(groups):
        at = order[edges[group] : edges[group + 1]]
        of_all[group] = everything[at].T @ everything[at]
        weight[group] = everything[at, :inner].T @ spread[at]
    return Products(
        of_all=of_all,
        weight=weight,
        rows=np.diff(edges).astype(float),
        counts=columns.counts,
        d=d,
        L=L,
        k=columns.X.shape[1],
        m=columns.y.shape[1],
        errors_in_row=columns.errors_in_row,
        J=J,
        marks=columns.marks,
    )


def spread_by_transform(columns: VectorColumns, part: FloatArray) -> FloatArray:
    """Return H times columns (n, q): H is the identity of deviations, and 2 and -1 beside it of differences."""
    if columns.follows is None:
        return part
    out = 2.0 * part
    later = np.flatnonzero(columns.follows)
    out[later] -= part[later - 1]
    out[later - 1] -= part[later]
    return out


def estimates_under(
    products: Products, weights: FloatArray, *, steps: int = 1, adjust: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return coefficients (R, k, m) and error covariances (R, m, m), clusters counting by weights (R, G).

    Everything is worked out anew, the effects of the periods and the means in instruments too. A draw that does not
    identify the coefficients, or whose two-step weight is singular, holds missing values.
    """
    width = products.of_all.shape[1]
    block = max(1, _BLOCK // (width * width * (products.of_all.shape[0] if steps == 2 else 1)))
    firsts = range(0, len(weights), block)
    found = [
        _of_block(products, weights[at : at + block], steps, adjust) for at in steps_of(firsts, len(firsts))
    ]
    return np.concatenate([one for one, _ in found]), np.concatenate([two for _, two in found])


def _of_block(
    products: Products, weights: FloatArray, steps: int, adjust: bool
) -> tuple[FloatArray, FloatArray]:
    groups, d, L, k = len(products.rows), products.d, products.L, products.k
    inner = d + products.J + L
    width = products.of_all.shape[1]
    total = (weights @ products.of_all.reshape(groups, -1)).reshape(-1, width, width)
    out = (
        _periods_out(total, d)
        if products.marks is None
        else _means_out(products, products.marks, total, weights)
    )
    swept = np.swapaxes(out, 1, 2) @ total @ out
    left = (
        np.diagonal(swept, axis1=1, axis2=2)
        > _FAINT * np.diagonal(total, axis1=1, axis2=2)[:, d + products.J :]
    )
    out, swept = out * left[:, None, :], swept * (left[:, :, None] & left[:, None, :])
    ZX, Zy = swept[:, :L, L : L + k], swept[:, :L, L + k :]
    inside = (weights @ products.weight.reshape(groups, -1)).reshape(-1, inner, inner)
    to_Z = out[:, :inner, :L]
    root = _inverse_root(np.swapaxes(to_Z, 1, 2) @ inside @ to_Z)
    beta = _solved(np.swapaxes(root, 1, 2) @ ZX, np.swapaxes(root, 1, 2) @ Zy)
    if steps == 2:
        beta = _second(products, weights, out, beta, ZX, Zy)
    n = weights @ products.rows
    if adjust:
        counts = np.tensordot(weights, products.counts, axes=(1, 0)) / n[:, None, None]
        beta, _ = adjusted(swept[:, L:, L:], beta, counts)
    with_y = np.concatenate(
        [-beta, np.broadcast_to(np.eye(products.m), (len(beta), products.m, products.m))], axis=1
    )
    squares = np.swapaxes(with_y, 1, 2) @ swept[:, L:, L:] @ with_y
    df = n - k - d
    return beta, squares / (products.errors_in_row * df[:, None, None])


def _periods_out(total: FloatArray, d: int) -> FloatArray:
    """Return the map (R, q, q - d) from [D, Z, X, y] to columns without the periods."""
    width = total.shape[1]
    out = np.zeros((len(total), width, width - d))
    out[:, d:] = np.eye(width - d)
    if d:
        root = _inverse_root(total[:, :d, :d])
        out[:, :d] = -root @ (np.swapaxes(root, 1, 2) @ total[:, :d, d:])
    return out


def _means_out(products: Products, marks: Marks, total: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the map (R, q, q - d - J) to columns whose instruments hold the means of the draw, without the periods."""
    d, J, L = products.d, products.J, products.L
    width = total.shape[1]
    centred = np.zeros((len(total), width, width - J))
    centred[:, :d, :d] = np.eye(d)
    centred[:, d + J :, d:] = np.eye(width - d - J)
    centred[:, d : d + J, d : d + L] = -marks.moved(weights)
    return np.asarray(centred @ _periods_out(np.swapaxes(centred, 1, 2) @ total @ centred, d))


def _inverse_root(matrix: FloatArray) -> FloatArray:
    """Return R (.., M, M) with RR' the inverse of symmetric matrices; directions that are rounding become zero."""
    size = np.sqrt(np.clip(np.diagonal(matrix, axis1=1, axis2=2), 0.0, None))
    scale = np.where(size > 0.0, size, 1.0)
    values, vectors = np.linalg.eigh(matrix / (scale[:, :, None] * scale[:, None, :]))
    least = values[:, -1:] * (matrix.shape[1] * _ROUNDING)
    held = values > np.maximum(least, 0.0)
    inverse = np.where(held, 1.0 / np.sqrt(np.where(held, values, 1.0)), 0.0)
    root: FloatArray = vectors * inverse[:, None, :] / scale[:, :, None]
    return root


def _solved(columns: FloatArray, targets: FloatArray) -> FloatArray:
    """Return least-squares coefficients (R, k, m); missing where a draw does not identify them."""
    size = np.sqrt((columns**2).sum(axis=1))
    safe = np.where(size > 0.0, size, 1.0)
    q, r = np.linalg.qr(columns / safe[:, None, :])
    diagonal = np.abs(np.diagonal(r, axis1=1, axis2=2))
    lost = (diagonal <= 1e-8).any(axis=1) | (size == 0.0).any(axis=1)
    r = np.where(lost[:, None, None], np.eye(r.shape[1]), r)
    found = np.linalg.solve(r, np.swapaxes(q, 1, 2) @ targets) / safe[:, :, None]
    found[lost] = np.nan
    return np.asarray(found)


def _second(
    products: Products,
    weights: FloatArray,
    out: FloatArray,
    first: FloatArray,
    ZX: FloatArray,
    Zy: FloatArray,
) -> FloatArray:
    """Return the second step (R, k, m), joint over the equations, under weights from the first step's residuals."""
    L, k, m = products.L, products.k, products.m
    reps, groups = weights.shape
    residual = np.concatenate([-first, np.broadcast_to(np.eye(m), (reps, m, m))], axis=1)
    known = np.nan_to_num(out[:, :, L:] @ residual)
    along = np.einsum("gpq,rqm->rgpm", products.of_all, known, optimize=True)
    g = np.swapaxes(out[:, :, :L], 1, 2)[:, None] @ along
    g = np.swapaxes(g, 2, 3).reshape(reps, groups, m * L)
    root = _inverse_root(np.swapaxes(g * weights[:, :, None], 1, 2) @ g)
    columns = np.zeros((reps, m * L, m * k))
    for j in range(m):
        columns[:, j * L : (j + 1) * L, j * k : (j + 1) * k] = ZX
    targets = np.swapaxes(Zy, 1, 2).reshape(reps, m * L, 1)
    turned = np.swapaxes(root, 1, 2)
    found = _solved(turned @ columns, turned @ targets)[:, :, 0].reshape(reps, m, k)
    found[np.isnan(first).any(axis=(1, 2)) | ((root != 0.0).any(axis=1).sum(axis=1) < m * L)] = np.nan
    return np.swapaxes(found, 1, 2)
