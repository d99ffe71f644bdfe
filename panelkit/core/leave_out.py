"""Cross-products swept anew without each cluster, exact and without holding the dummies.

Deleting rows is adding a dummy for each of them. With M the projection off the effects, the swept cross-products
without the rows g are Z'Z - Z_g' (M_gg)^+ Z_g, where Z is swept of the effects of the whole sample. What stands in
M_gg decides how:

- without effects M_gg is the identity; with one block of effects it falls into pieces, one a level;
- two blocks of a balanced panel on rows that are a rectangle (some units by some periods: whole units, whole periods,
  a region in a year) make a Kronecker product, and its inverse is a formula;
- otherwise M_gg is formed and solved for small clusters (`_by_rows`), and for large ones the Schur complement of the
  rows that stay (`_by_effects`), whichever costs less. What would take too long is refused before it is begun.

All of it asks for the projection P = I - M only through `Crossing`: further blocks and weights enter there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from panelkit.core.crossing import Crossing, codes_of, crossing_of
from panelkit.core.errors import SpecError
from panelkit.core.within import Effects, FloatArray, IntArray, Layout

# Floating-point operations that a jackknife may take: about half a minute on one core.
LARGEST_WORK = 6e11
# What a pass of the loop over clusters costs, in such operations.
_OVERHEAD = 4e6
_BATCH_CELLS = 4_000_000
_LARGEST_BLOCK = 3_000
# M_gg has eigenvalues from 0 to 1: below this one is an effect that leaves with the cluster.
_NULL = 1e-9


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Sums by cluster and level: `group`, `level`, `counts` (P,) and `sums` (P, q), sorted by group."""

    group: IntArray
    level: IntArray
    counts: IntArray
    sums: FloatArray

    def levels_of(self, groups: int) -> IntArray:
        """Return how many levels each cluster touches, (G,)."""
        return np.bincount(self.group, minlength=groups)


def grams_without_each(columns: FloatArray, layout: Layout, effects: Effects, codes: IntArray) -> FloatArray:
    """Return the cross-products of columns with each cluster left out and the effects swept anew, (G, q, q).

    Parameters
    ----------
    columns
        Shape (n, q), swept of the effects of the whole sample.
    codes
        Shape (n,): the cluster of each row, from 0 without gaps; clusters may cut units and periods.

    Raises
    ------
    SpecError
        If an unbalanced panel is so large that the work is out of reach.
    """
    groups = int(codes.max()) + 1
    crossing = crossing_of(layout, effects)
    own = _grams(columns, codes, groups)
    total = columns.T @ columns
    if crossing.long is None:
        return np.asarray(total - own)
    if layout.balanced and crossing.short is not None:
        for levels, others in ((crossing.long, crossing.short), (crossing.short, crossing.long)):
            extra = _whole_levels(columns, own, codes, levels, others)
            if extra is not None:
                return np.asarray(total - own - extra)
    by_long = _pairs(columns, codes, crossing.long, crossing.n_long)
    if crossing.short is None:
        rest = crossing.long_counts[by_long.level] - by_long.counts
        return np.asarray(total - own - _shared(by_long, rest, groups))
    by_short = _pairs(columns, codes, crossing.short, crossing.n_short)
    long, short = by_long.levels_of(groups), by_short.levels_of(groups)
    sizes = np.bincount(codes, minlength=groups)
    hard = sizes != long * short if layout.balanced else np.ones(groups, dtype=bool)
    removed = own
    if not hard.all():
        extra = _rectangles(crossing, by_long, by_short, long, short, groups)
        removed = own + np.where(hard[:, None, None], 0.0, extra)
    if hard.any():
        _general(removed, hard, columns, total, codes, crossing, long, sizes)
    return np.asarray(total - removed)


def _whole_levels(
    columns: FloatArray, own: FloatArray, codes: IntArray, levels: IntArray, others: IntArray
) -> FloatArray | None:
    """Return the extra of `_rectangles` where clusters of a balanced panel hold whole levels, else None.

    The sums along whole levels are zero, and a cluster of one level shares nothing that its own products do not hold.
    """
    groups, n_levels, n_others = len(own), int(levels.max()) + 1, int(others.max()) + 1
    owner = np.empty(n_levels, dtype=codes.dtype)
    owner[levels] = codes
    if not (owner[levels] == codes).all():
        return None
    rest = n_levels - np.bincount(owner, minlength=groups)
    share = np.where(rest > 0, 1.0 / np.maximum(rest, 1), 0.0)
    if groups == n_levels:
        return own * share[:, None, None]
    pairs = _pairs(columns, codes, others, n_others)
    return _shared(pairs, rest[pairs.group], groups)


def _rectangles(
    crossing: Crossing, by_long: _Pairs, by_short: _Pairs, long: IntArray, short: IntArray, groups: int
) -> FloatArray:
    """Return what leaves beside the rows' own products where a x b cells leave a balanced N x T panel, (G, q, q).

    M_gg is (I - J/N) x (I - J/T) on the rectangle, and (I - J/N)^-1 = I + J/(N - a). A whole dimension leaves nothing
    to divide by, and the sums along it are zero.
    """
    left_long, left_short = crossing.n_long - long, crossing.n_short - short
    extra = _shared(by_short, left_long[by_short.group], groups)
    extra += _shared(by_long, left_short[by_long.group], groups)
    sums = np.stack([np.bincount(by_long.group, column, groups) for column in by_long.sums.T], axis=1)
    both = left_long * left_short
    share = np.where(both > 0, 1.0 / np.maximum(both, 1), 0.0)
    extra += sums[:, :, None] * sums[:, None, :] * share[:, None, None]
    return extra


def _shared(pairs: _Pairs, rest: IntArray, groups: int) -> FloatArray:
    """Return the sum by cluster of s s' / rest over its levels, where any of the level is left, (G, q, q)."""
    weight = np.where(rest > 0, 1.0 / np.maximum(rest, 1), 0.0)
    return _grams(pairs.sums * np.sqrt(weight)[:, None], pairs.group, groups)


def _grams(rows: FloatArray, codes: IntArray, groups: int) -> FloatArray:
    """Return the cross-products of rows (r, q) by code, (G, q, q)."""
    q = rows.shape[1]
    grams = np.empty((groups, q, q))
    columns = np.ascontiguousarray(rows.T)
    sort = bool((codes[1:] >= codes[:-1]).all()) and len(codes) > 0
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if sort else np.empty(0, dtype=np.int64)
    runs = len(starts) == groups
    for a in range(q):
        for b in range(a + 1):
            product = columns[a] * columns[b]
            sums = np.add.reduceat(product, starts) if runs else np.bincount(codes, product, groups)
            grams[:, a, b] = grams[:, b, a] = sums
    return grams


def _pairs(columns: FloatArray, codes: IntArray, levels: IntArray, n_levels: int) -> _Pairs:
    groups = int(codes.max()) + 1
    keys = codes * n_levels + levels
    if groups * n_levels <= 4 * len(codes) + 1_000:
        counts = np.bincount(keys, minlength=groups * n_levels)
        held = np.flatnonzero(counts)
        sums = [np.bincount(keys, column, groups * n_levels)[held] for column in columns.T]
        counts = counts[held]
    else:
        held, where = np.unique(keys, return_inverse=True)
        counts = np.bincount(where)
        sums = [np.bincount(where, column) for column in columns.T]
    return _Pairs(held // n_levels, held % n_levels, counts, np.stack(sums, axis=1))


def _general(
    removed: FloatArray,
    hard: NDArray[np.bool_],
    columns: FloatArray,
    total: FloatArray,
    codes: IntArray,
    crossing: Crossing,
    long: IntArray,
    sizes: IntArray,
) -> None:
    """Write what leaves with each hard cluster into `removed` (G, q, q), which holds the rows' own products."""
    m = crossing.n_short
    cells = crossing.n_long * m
    by_rows = sizes.astype(float) ** 3 + 2.0 * sizes.astype(float) ** 2 * m
    # the dense rows of the long block are worth holding where most pairs of levels are held
    possible = (sizes <= _LARGEST_BLOCK) & (cells <= 16 * crossing.n + 1_000_000)
    by_rows = np.where(possible, by_rows, np.inf)
    by_effects = m**3 / 3.0 + long * float(m) ** 2 + _OVERHEAD
    work = float(np.minimum(by_rows, by_effects)[hard].sum())
    if work > LARGEST_WORK:
        raise SpecError(
            f"the delete-one-cluster jackknife (CRV3) of {int(hard.sum()):,} clusters on an unbalanced panel of "
            f"{crossing.n:,} rows, {crossing.n_long:,} by {m:,} effects, would take some "
            f"{work / LARGEST_WORK * 0.5:,.0f} minutes: use vcov=Cluster() (with this many clusters it is as good), "
            "or take larger clusters"
        )
    order = np.argsort(codes, kind="stable")
    edges = np.r_[0, np.cumsum(sizes)]
    small = hard & (by_rows <= by_effects)
    if small.any():
        _by_rows(removed, np.flatnonzero(small), columns, order, edges, crossing)
    for group in np.flatnonzero(hard & ~small):
        rows = order[edges[group] : edges[group + 1]]
        removed[group] += _by_effects(columns[rows], rows, crossing)


def _by_rows(
    removed: FloatArray,
    wanted: IntArray,
    columns: FloatArray,
    order: IntArray,
    edges: IntArray,
    crossing: Crossing,
) -> None:
    """Write Z_g' (M_gg)^+ Z_g of small clusters, those of one size at a time."""
    all_long, all_short = codes_of(crossing.long), codes_of(crossing.short)
    means = crossing.means.toarray()
    inverse = crossing.root @ crossing.root.T
    swept_means = means @ inverse
    sizes = np.diff(edges)
    for size in np.unique(sizes[wanted]):
        alike = wanted[sizes[wanted] == size]
        step = max(1, _BATCH_CELLS // int(size * (size + 2 * crossing.n_short)))
        for first in range(0, len(alike), step):
            some = alike[first : first + step]
            rows = order[edges[some][:, None] + np.arange(size)]
            long, short = all_long[rows], all_short[rows]
            swept = inverse[short] - swept_means[long]
            cells = np.take_along_axis(swept, short[:, None, :], axis=2)
            cells -= swept @ means[long].transpose(0, 2, 1)
            same_long, same_short = _same(long), _same(short)
            # a level that leaves as a whole is a null direction of M_gg, on which Z_g is zero: fill it
            stays = same_long.sum(axis=2) < crossing.long_counts[long]
            leaves = same_short.sum(axis=2) >= crossing.short_counts[short]
            block = np.eye(size) - cells
            block -= same_long * (stays / crossing.long_counts[long])[:, :, None]
            block += same_short * (leaves / crossing.short_counts[short])[:, :, None]
            removed[some] = columns[rows].transpose(0, 2, 1) @ _solve_blocks(block, columns[rows])


def _same(levels: IntArray) -> NDArray[np.bool_]:
    return np.asarray(levels[:, :, None] == levels[:, None, :])


def _solve_blocks(blocks: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a stack of consistent symmetric systems (B, s, s); the singular ones by pseudo-inverse."""
    try:
        solution = np.linalg.solve(blocks, right)
        gaps = np.abs(blocks @ solution - right).max(axis=(1, 2))
        poor = ~(gaps <= 1e-10 * (np.abs(right).max(axis=(1, 2)) + np.finfo(float).tiny))
    except np.linalg.LinAlgError:
        solution, poor = np.empty_like(right), np.ones(len(blocks), dtype=bool)
    if poor.any():
        values, vectors = np.linalg.eigh(blocks[poor])
        held = values > _NULL
        scaled = np.where(held, 1.0 / np.where(held, values, 1.0), 0.0)[:, :, None]
        solution[poor] = vectors @ (scaled * (vectors.transpose(0, 2, 1) @ right[poor]))
    return np.asarray(solution)


def _by_effects(columns: FloatArray, rows: IntArray, crossing: Crossing) -> FloatArray:
    """Return what leaves with one cluster beside the products of its own rows, (q, q), from the effects that stay.

    The swept columns sum to zero by level, so that only the levels that the cluster touches enter.
    """
    levels, where = np.unique(codes_of(crossing.long)[rows], return_inverse=True)
    short, counts = codes_of(crossing.short)[rows], crossing.long_counts[levels].astype(float)
    held = crossing.table[levels].toarray()
    rest = counts - np.bincount(where)
    share = np.where(rest > 0.0, 1.0 / np.maximum(rest, 1.0), 0.0)
    gone = np.bincount(short, minlength=crossing.n_short)
    # held' D held with D = share - 1/counts, in two parts so that each is a square
    schur = crossing.schur.copy()
    whole = rest == 0.0
    part = held[whole] / np.sqrt(counts[whole])[:, None]
    schur += part.T @ part
    part = held[~whole] * np.sqrt(share[~whole] - 1.0 / counts[~whole])[:, None]
    schur -= part.T @ part
    if not whole.all():
        # the rows that left, with what stays of their levels and with each other
        stays = held.copy()
        stays[where, short] = 0.0
        left = sparse.csr_array((np.ones(len(rows)), (where, short)), shape=held.shape)
        cross = left.T @ (stays * share[:, None])
        schur += cross + cross.T + (left.T @ sparse.diags_array(share) @ left).toarray()
    else:
        stays = np.zeros_like(held)
    places = np.arange(crossing.n_short)
    schur[places, places] -= gone
    sums_long = np.stack([np.bincount(where, column) for column in columns.T], axis=1)
    sums_short = np.stack([np.bincount(short, column, crossing.n_short) for column in columns.T], axis=1)
    right = stays.T @ (sums_long * share[:, None]) - sums_short
    solution = _solve_effects(schur, right)
    # quadratic in the error of the solution
    taken = right.T @ solution
    taken = taken + taken.T - solution.T @ schur @ solution
    return np.asarray((sums_long * share[:, None]).T @ sums_long + taken)


def _solve_effects(schur: FloatArray, right: FloatArray) -> FloatArray:
    """Solve the consistent system of the effects that stay: one null direction a connected component."""
    diagonal = np.diag(schur)
    size = float(diagonal.max())
    if size <= 0.0:
        return np.zeros_like(right)
    filled = schur + size / len(schur)
    empty = np.flatnonzero(diagonal < 0.5)  # a diagonal is a count less shares of it; an empty level has none
    places = empty[np.abs(schur[empty]).max(axis=1) < 1e-9] if len(empty) else empty
    filled[places, places] += size
    try:
        factor = linalg.cho_factor(filled, lower=True, check_finite=False)
        solution: FloatArray = linalg.cho_solve(factor, right, check_finite=False)
    except linalg.LinAlgError:
        solution = np.full_like(right, np.inf)
    with np.errstate(invalid="ignore"):
        gap = float(np.abs(schur @ solution - right).max())
    if not gap <= 1e-10 * (float(np.abs(right).max()) + np.finfo(float).tiny):
        solution = linalg.pinvh(schur, atol=1e-10 * size, rtol=0.0) @ right
    return solution
