"""Cross-products swept anew without each cluster where rows have weights, or slopes of units or cells are swept too.

With Q the units' blocks, V what they leave of the short block (both orthonormal) and Z swept of everything,
what leaves with the rows g is Z_g' (M_gg)^+ Z_g, M_gg = A - V_g V_g' and A = I - Q_g Q_g'. A falls into pieces,
the rows of one unit, with A^+ = I + Q_p (I - Q_p'Q_p)^+ Q_p'; the short block is Woodbury's formula. A direction that a
cluster alone shows, the trend of a unit that leaves, is a null direction of either, and leaves with it.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from panelkit.kernels.interactions import Blocks, FloatArray, IntArray
from panelkit.kernels.long_work import instead_of_jackknife
from panelkit.language.errors import SpecError
from panelkit.language.message import message

# Eigenvalues lie between 0 and 1: below this one is an effect that leaves with the cluster.
_NULL = 1e-9
# A system whose reciprocal condition is above this has no null direction, and is solved by its triangle.
_PLAIN = 1e-6
# Floating-point operations that a jackknife may take: about half a minute on one core.
_LARGEST_WORK = 6e11


def grams_without_blocks(columns: FloatArray, blocks: Blocks, codes: IntArray) -> FloatArray:
    """Return the cross-products of swept columns (n, q) with each cluster left out, everything swept anew, (G, q, q).

    `codes` (n,): the cluster of each row, from 0 without gaps; clusters may cut units, periods and cells.

    Raises
    ------
    SpecError
        If the clusters and the effects are so many that the work is out of reach.
    """
    groups, q = int(codes.max()) + 1, columns.shape[1]
    _refuse_work(
        groups, len(codes), q + blocks.short.shape[1] // 2
    )  # before the root, which takes a while itself
    rank = blocks.root.shape[1]
    _refuse_work(groups, len(codes), q + rank)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(groups + 1))
    total = columns.T @ columns
    grams = np.empty((groups, q, q))
    for group in range(groups):
        rows = order[edges[group] : edges[group + 1]]
        held = np.column_stack([columns[rows], blocks.short_columns(rows)])
        gone = held.T @ held
        more = _own_units(held, blocks.coordinates[rows], blocks.unit[rows])
        gone += more.T @ more
        grams[group] = total - gone[:q, :q] - _through(np.eye(rank) - gone[q:, q:], gone[:q, q:])
    return grams


def _through(left: FloatArray, cross: FloatArray) -> FloatArray:
    """Return cross left^+ cross' (q, q); null directions of `left` leave with the cluster."""
    if len(left) == 0:
        return np.zeros((len(cross), len(cross)))
    factor, failed = linalg.lapack.dpotrf(left, lower=1)
    if not failed and linalg.lapack.dpocon(factor, np.abs(left).sum(axis=0).max(), uplo="L")[0] > _PLAIN:
        part = linalg.solve_triangular(factor, cross.T, lower=True, check_finite=False)
        return np.asarray(part.T @ part)
    values, vectors = np.linalg.eigh(left)
    stays = values > _NULL
    part = cross @ (vectors[:, stays] / np.sqrt(values[stays]))
    return np.asarray(part @ part.T)


def _own_units(held: FloatArray, coordinates: FloatArray, unit: IntArray) -> FloatArray:
    """Return rows (pieces x b, p) whose squares are held' (A^+ - I) held, A one cluster's I - Q_g Q_g'."""
    width = coordinates.shape[1]
    if width == 0:
        return np.empty((0, held.shape[1]))
    starts = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]])
    sums = np.stack([np.add.reduceat(own[:, None] * held, starts, axis=0) for own in coordinates.T], axis=1)
    pairs = (coordinates[:, :, None] * coordinates[:, None, :]).reshape(len(unit), -1)
    left = np.eye(width) - np.add.reduceat(pairs, starts, axis=0).reshape(-1, width, width)
    values, vectors = np.linalg.eigh(left)
    stays = values > _NULL
    scale = np.where(stays, 1.0 / np.sqrt(np.where(stays, values, 1.0)), 0.0)
    made: FloatArray = (scale[:, :, None] * vectors.transpose(0, 2, 1)) @ sums
    return made.reshape(-1, held.shape[1])


def _refuse_work(groups: int, rows: int, width: int) -> None:
    work = groups * (width**3 + 4e5) + 4.0 * rows * width**2
    if work > _LARGEST_WORK:
        raise SpecError(
            message(
                "the delete-one-cluster jackknife (CRV3) of {clusters:,} clusters beside {width:,} effects of "
                "{periods} and cells, with weights or absorbed interactions, would take about {minutes:,.1f} minutes: "
                "{remedy}",
                clusters=groups,
                width=width,
                minutes=work / _LARGEST_WORK * 0.5,
                remedy=instead_of_jackknife(groups),
            )
        )
