"""What leaves with a cluster of an unbalanced panel: three roads to Z_g' (M_gg)^+ Z_g, the cheapest for each cluster.

- `_by_rows` forms and solves M_gg, many small clusters at a time;
- `_by_effects` solves the Schur complement of the effects that stay, one cluster at a time;
- `_by_iteration` does so for many clusters of whole levels at once, by conjugate gradients from the complement of all
  rows, which those of the rows that stay resemble.

What would take too long is refused before it is begun.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from panelkit.kernels.crossing import Crossing, codes_of
from panelkit.kernels.long_work import instead_of_jackknife
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

# Floating-point operations that a jackknife may take: about half a minute on one core.
LARGEST_WORK = 6e11
# What a pass of the loop over clusters costs, in such operations.
_OVERHEAD = 4e6
_BATCH_CELLS = 4_000_000
# Steps of conjugate gradients: 6 to 12 where a cluster is a small part of the panel; after the last it is solved alone.
_STEPS, _MOST_STEPS = 10, 40
# The squared error of what leaves, as a share of the squares of a column.
_CONVERGED = 1e-22
_LARGEST_BLOCK = 3_000
# M_gg has eigenvalues from 0 to 1: below this one is an effect that leaves with the cluster.
_NULL = 1e-9


@dataclass(frozen=True, eq=False)
class Pairs(Brief):
    """Sums by cluster and level: `group`, `level`, `counts` (P,) and `sums` (P, q), sorted by group."""

    group: IntArray
    level: IntArray
    counts: IntArray
    sums: FloatArray

    def levels_of(self, groups: int) -> IntArray:
        """Return how many levels each cluster touches, (G,)."""
        return np.bincount(self.group, minlength=groups)


def pairs_of(columns: FloatArray, codes: IntArray, levels: IntArray, n_levels: int) -> Pairs:
    """Return the sums of columns (n, q) by cluster and level."""
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
    return Pairs(held // n_levels, held % n_levels, counts, np.stack(sums, axis=1))


def write_leaving(
    removed: FloatArray,
    hard: NDArray[np.bool_],
    columns: FloatArray,
    total: FloatArray,
    codes: IntArray,
    crossing: Crossing,
    by_long: Pairs,
    sizes: IntArray,
) -> None:
    """Write what leaves with each hard cluster into `removed` (G, q, q), which holds the rows' own products."""
    m, q = crossing.n_short, columns.shape[1]
    long = by_long.levels_of(len(sizes))
    cut = by_long.counts < crossing.long_counts[by_long.level]
    whole = np.bincount(by_long.group, cut, len(sizes)) == 0
    cells = crossing.n_long * m
    by_rows = sizes.astype(float) ** 3 + 2.0 * sizes.astype(float) ** 2 * m
    # the dense rows of the long block are worth holding where most pairs of levels are held
    possible = (sizes <= _LARGEST_BLOCK) & (cells <= 16 * crossing.n + 1_000_000)
    by_rows = np.where(possible, by_rows, np.inf)
    by_effects = m**3 / 3.0 + (long + 100.0) * m**2 + _OVERHEAD  # a hundred for passes over the system
    by_iteration = np.where(whole, _STEPS * q * (4.0 * m**2 + 6.0 * long * m), np.inf)
    costs = np.stack([by_rows, by_effects, by_iteration])
    road = np.where(hard, costs.argmin(axis=0), -1)
    # ten for the spectrum of the system of all rows
    work = 10.0 * m**3 + float(costs.min(axis=0)[hard].sum())
    if work > LARGEST_WORK:
        raise SpecError(
            message(
                "the delete-one-cluster jackknife (CRV3) of {clusters:,} clusters on an unbalanced panel of "
                "{rows:,} rows, {long:,} by {short:,} effects, would take about {minutes:,.1f} minutes: {remedy}",
                remedy=instead_of_jackknife(len(sizes)),
                clusters=int(hard.sum()),
                rows=crossing.n,
                long=crossing.n_long,
                short=m,
                minutes=work / LARGEST_WORK * 0.5,
            )
        )
    order = np.argsort(codes, kind="stable")
    edges = np.r_[0, np.cumsum(sizes)]
    if (road == 0).any():
        _by_rows(removed, np.flatnonzero(road == 0), columns, order, edges, crossing)
    alone = np.flatnonzero(road == 1)
    if (road == 2).any():
        left = _by_iteration(removed, np.flatnonzero(road == 2), columns, total, codes, by_long, crossing)
        alone = np.r_[alone, left]
    for group in alone:
        rows = order[edges[group] : edges[group + 1]]
        removed[group] += _by_effects(columns[rows], rows, crossing)


def _by_iteration(
    removed: FloatArray,
    wanted: IntArray,
    columns: FloatArray,
    total: FloatArray,
    codes: IntArray,
    by_long: Pairs,
    crossing: Crossing,
) -> IntArray:
    """Add what leaves with clusters of whole levels beside the products of their rows; return those not solved.

    The Schur complement without the levels of a cluster is S - diag(c) + sum c_l c_l' / n_l, c_l the short levels that
    a level meets. The inverse of S makes it nearly the identity. What leaves is b'x of S_g x = b; in the form
    2 b'x - x'S_g x it is quadratic in the error of x.
    """
    m, q = crossing.n_short, columns.shape[1]
    inverse = crossing.root @ crossing.root.T
    order = np.argsort(by_long.group, kind="stable")
    levels_of = np.split(by_long.level[order], np.cumsum(by_long.levels_of(len(removed)))[:-1])
    sums = [
        sparse.csr_array((column, (codes, codes_of(crossing.short))), shape=(len(removed), m))
        for column in columns.T
    ]
    enough = _CONVERGED * np.diag(total)
    left = []
    widest = max(len(levels_of[group]) for group in wanted)
    step = max(1, _BATCH_CELLS // (m * q * widest))
    for first in range(0, len(wanted), step):
        some = wanted[first : first + step]
        levels = np.concatenate([levels_of[group] for group in some])
        starts = np.r_[0, np.cumsum([len(levels_of[group]) for group in some])[:-1]]
        owner = np.repeat(np.arange(len(some)), [len(levels_of[group]) for group in some])
        met, counts = crossing.table[levels].toarray(), crossing.long_counts[levels].astype(float)
        gone = np.add.reduceat(met, starts, axis=0)

        def applied(
            x: FloatArray,
            met: FloatArray = met,
            counts: FloatArray = counts,
            starts: IntArray = starts,
            owner: IntArray = owner,
            gone: FloatArray = gone,
        ) -> FloatArray:
            means = np.einsum("lm,lqm->lq", met, x[owner]) / counts[:, None]
            back = np.add.reduceat(means[:, :, None] * met[:, None, :], starts, axis=0)
            return np.asarray(x @ crossing.schur - gone[:, None, :] * x + back)

        right = -np.stack([table[some].toarray() for table in sums], axis=1)
        solution, solved = _conjugate(applied, inverse, right, enough)
        cross = right @ solution.transpose(0, 2, 1)
        taken = cross + cross.transpose(0, 2, 1) - solution @ applied(solution).transpose(0, 2, 1)
        removed[some[solved]] += taken[solved]
        left += some[~solved].tolist()
    return np.array(left, dtype=np.int64)


def _conjugate(
    applied: Callable[[FloatArray], FloatArray], inverse: FloatArray, right: FloatArray, enough: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Solve systems (B, q, m) by conjugate gradients; return the solutions and which systems (B,) are solved."""
    solution = right @ inverse
    gap = right - applied(solution)
    towards = gap @ inverse
    direction, size = towards, np.einsum("bqm,bqm->bq", gap, towards)
    for _ in range(_MOST_STEPS):
        if (size <= enough).all():
            break
        image = applied(direction)
        bend = np.einsum("bqm,bqm->bq", direction, image)
        along = np.where(bend > 0.0, size / np.where(bend > 0.0, bend, 1.0), 0.0)[:, :, None]
        solution = solution + along * direction
        gap = gap - along * image
        towards = gap @ inverse
        before, size = size, np.einsum("bqm,bqm->bq", gap, towards)
        direction = towards + (size / np.where(before > 0.0, before, 1.0))[:, :, None] * direction
    return solution, (size <= enough).all(axis=1)


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
    solution = solve_effects(schur, right)
    # quadratic in the error of the solution
    taken = right.T @ solution
    taken = taken + taken.T - solution.T @ schur @ solution
    return np.asarray((sums_long * share[:, None]).T @ sums_long + taken)


def solve_effects(schur: FloatArray, right: FloatArray) -> FloatArray:
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
