"""Cross-products swept anew without each cluster, exact and without holding the dummies.

Deleting rows is adding a dummy for each of them. With M the projection off the effects, the swept cross-products
without the rows g are Z'Z - Z_g' (M_gg)^+ Z_g, where Z is swept of the effects of the whole sample. What stands in
M_gg decides how:

- without effects M_gg is the identity; with one block of effects it falls into pieces, one a level;
- two blocks of a balanced panel on rows that are a rectangle (some units by some periods: whole units, whole periods,
  a region in a year) make a Kronecker product, and its inverse is a formula;
- otherwise see `kernels/downdating.py`; slopes of units and effects of cells, `kernels/deleted_blocks.py`; rows with
  weights, `kernels/weighted_deletions.py`.

All of it asks for the projection P = I - M only through `Crossing`: further blocks and weights enter there.
"""

from __future__ import annotations

import numpy as np

from panelkit.kernels.crossing import Crossing, crossing_of
from panelkit.kernels.deleted_blocks import grams_without_blocks
from panelkit.kernels.downdating import LARGEST_WORK, Pairs, pairs_of, write_leaving
from panelkit.kernels.weighted_deletions import weighted_grams, weighted_pairs, work_of
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout


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
    pairs = weighted_pairs(layout, effects)
    if pairs is not None and layout.weights is not None and work_of(pairs, codes) < LARGEST_WORK:
        return weighted_grams(columns, pairs, layout.weights, codes)
    blocks = layout.blocks(effects)
    if blocks is not None:
        return grams_without_blocks(columns, blocks, codes)
    groups = int(codes.max()) + 1
    crossing = _facing(crossing_of(layout, effects), codes)
    own = _grams(columns, codes, groups)
    total = columns.T @ columns
    if crossing.long is None:
        return np.asarray(total - own)
    if layout.balanced and crossing.short is not None:
        for levels, others in ((crossing.long, crossing.short), (crossing.short, crossing.long)):
            extra = _whole_levels(columns, own, codes, levels, others)
            if extra is not None:
                return np.asarray(total - own - extra)
    by_long = pairs_of(columns, codes, crossing.long, crossing.n_long)
    if crossing.short is None:
        rest = crossing.long_counts[by_long.level] - by_long.counts
        return np.asarray(total - own - _shared(by_long, rest, groups))
    by_short = pairs_of(columns, codes, crossing.short, crossing.n_short)
    long, short = by_long.levels_of(groups), by_short.levels_of(groups)
    sizes = np.bincount(codes, minlength=groups)
    hard = sizes != long * short if layout.balanced else np.ones(groups, dtype=bool)
    removed = own
    if not hard.all():
        extra = _rectangles(crossing, by_long, by_short, long, short, groups)
        removed = own + np.where(hard[:, None, None], 0.0, extra)
    if hard.any():
        write_leaving(removed, hard, columns, total, codes, crossing, by_long, sizes)
    return np.asarray(total - removed)


def _whole_levels(
    columns: FloatArray, own: FloatArray, codes: IntArray, levels: IntArray, others: IntArray
) -> FloatArray | None:
    """Return the extra of `_rectangles` where clusters of a balanced panel hold whole levels, else None.

    The sums along whole levels are zero, and a cluster of one level shares nothing that its own products do not hold.
    """
    groups, n_levels, n_others = len(own), int(levels.max()) + 1, int(others.max()) + 1
    if not _whole(levels, codes):
        return None
    owner = np.empty(n_levels, dtype=codes.dtype)
    owner[levels] = codes
    rest = n_levels - np.bincount(owner, minlength=groups)
    share = np.where(rest > 0, 1.0 / np.maximum(rest, 1), 0.0)
    if groups == n_levels:
        return own * share[:, None, None]
    pairs = pairs_of(columns, codes, others, n_others)
    return _shared(pairs, rest[pairs.group], groups)


def _rectangles(
    crossing: Crossing, by_long: Pairs, by_short: Pairs, long: IntArray, short: IntArray, groups: int
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


def _shared(pairs: Pairs, rest: IntArray, groups: int) -> FloatArray:
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


def _facing(crossing: Crossing, codes: IntArray) -> Crossing:
    """Return the blocks so that clusters of whole levels hold those of the first, where the two are of like size."""
    if crossing.long is None or crossing.short is None or crossing.n_long > 2 * crossing.n_short:
        return crossing
    if _whole(crossing.short, codes) and not _whole(crossing.long, codes):
        return Crossing(crossing.n, crossing.short, crossing.long)
    return crossing


def _whole(levels: IntArray, codes: IntArray) -> bool:
    owner = np.empty(int(levels.max()) + 1, dtype=codes.dtype)
    owner[levels] = codes
    return bool((owner[levels] == codes).all())
