"""CONCOR: blocks of units with alike ties, by correlations of correlations (Breiger, Boorman and Arabie 1975)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

BoolArray = NDArray[np.bool_]
MOST_ROUNDS = 500


@dataclass(frozen=True, eq=False)
class Partition(Brief):
    """The block of each unit, (N,) from 0; -1 for units set apart.

    `stalled` are blocks that could not be parted further: their correlations did not come near +1 and -1.
    """

    blocks: IntArray
    stalled: tuple[int, ...] = ()


def profiles(relations: BoolArray) -> FloatArray:
    """Return the profile of every unit as a column, (2RN, N): its ties sent and received, relation under relation.

    `relations` (R, N, N) are ties without a diagonal, whose zeros count as they are.
    """
    sent, received = np.swapaxes(relations, 1, 2), relations
    return np.concatenate([*sent, *received]).astype(np.float64)


def concor_partition(relations: BoolArray, depth: int = 2, convergence: float = 0.2) -> Partition:
    """Part units into at most 2^depth blocks.

    Parameters
    ----------
    relations
        Ties (R, N, N) without a diagonal, row the sender: one network, or several stacked.
    depth
        How many times blocks are parted in two.
    convergence
        Correlations are correlated again until every one lies within this of +1 or -1. It decides when to stop; the
        parts are those of the signs.

    Returns
    -------
    Partition
        Blocks are numbered in the order of the tree, and of two parts that with the earlier unit is first, so that
        signs of no meaning decide nothing. Units whose profile is constant (no ties at all, or ties with everybody)
        have no correlations, and are set apart.
    """
    columns = profiles(relations)
    n = columns.shape[1]
    blocks = np.full(n, -1, dtype=np.int64)
    varied = np.flatnonzero(~_constant(relations))
    groups: list[tuple[IntArray, bool]] = [(varied.astype(np.int64), False)] if len(varied) else []
    for _ in range(depth):
        groups = [part for group, stuck in groups for part in _parted(columns, group, stuck, convergence)]
    for number, (group, _) in enumerate(groups):
        blocks[group] = number
    return Partition(blocks, tuple(number for number, (_, stuck) in enumerate(groups) if stuck))


def _constant(relations: BoolArray) -> BoolArray:
    """Return which units have no ties in any relation, or ties both ways with everybody in each."""
    n = relations.shape[-1]
    held = relations.sum(axis=(0, 1)) + relations.sum(axis=(0, 2))
    return np.asarray((held == 0) | (held == 2 * len(relations) * (n - 1)))


def _parted(
    columns: FloatArray, group: IntArray, stuck: bool, convergence: float
) -> list[tuple[IntArray, bool]]:
    if stuck or len(group) < 2:
        return [(group, stuck)]
    first = split(columns[:, group], convergence)
    if first is None:
        return [(group, True)]
    if first.all():
        return [(group, False)]
    return [(group[first], False), (group[~first], False)]


def split(columns: FloatArray, convergence: float) -> BoolArray | None:
    """Return which columns (p, m) go with the first one.

    All do where every profile is the same; None where the correlations do not converge (exact symmetry).
    """
    correlations = np.asarray(np.corrcoef(columns, rowvar=False))
    if np.min(correlations) > 1.0 - 1e-12:
        return np.ones(columns.shape[1], dtype=bool)
    for _ in range(MOST_ROUNDS):
        if np.min(np.abs(correlations)) >= 1.0 - convergence:
            return np.asarray(correlations[0] > 0.0)
        if np.min(np.ptp(correlations, axis=0)) <= 1e-12:
            return None
        correlations = np.asarray(np.corrcoef(correlations, rowvar=False))
    return None
