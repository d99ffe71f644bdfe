"""Tables of a block model: densities between blocks, the image matrix, ties sent and received, and roles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray, IntArray

BoolArray = NDArray[np.bool_]
ROLES = ("net_beneficiary", "bidirectional", "net_spillover", "broker")


def block_counts(ties: BoolArray, blocks: IntArray, count: int) -> FloatArray:
    """Return the ties from block to block, (B, B), of ties (N, N) and blocks (N,), -1 for units set apart."""
    member = (blocks[:, None] == np.arange(count)).astype(np.float64)
    return np.asarray(member.T @ ties @ member)


def block_densities(counts: FloatArray, sizes: IntArray) -> FloatArray:
    """Return ties over possible ties, (B, B); NaN inside a block of one unit, which has none."""
    possible = np.outer(sizes, sizes) - np.diag(sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(possible > 0, counts / possible, np.nan))


def expected_internal(sizes: IntArray, n: int) -> FloatArray:
    """Return (g_k - 1) / (g - 1), the share of a unit's ties inside its block where ties know no blocks, (B,)."""
    return np.asarray((sizes - 1) / (n - 1))


def roles(counts: FloatArray, sizes: IntArray, n: int) -> list[str]:
    """Return the role of each block, after Wasserman and Faust (1994) as papers in Chinese apply them.

    Two questions part four roles. Do at least (g_k - 1)/(g - 1) of the ties that a block sends stay inside? Does it
    receive more ties from outside than it sends there? Yes, yes: net beneficiary; yes, no: bidirectional spillover; no,
    no: net spillover; no, yes: broker. The sources ask instead whether ties received are "about zero", and leave open
    where that ends. A block that neither sends nor receives has no role (""). One that sends nothing keeps what it
    sends; a block of one unit has no inside, and is a net beneficiary or a net spillover by the second question alone.
    """
    inside = np.diag(counts)
    sent, received = counts.sum(axis=1), counts.sum(axis=0) - inside
    out = sent - inside
    with np.errstate(invalid="ignore", divide="ignore"):
        internal = np.where(sent > 0, inside / sent, 1.0)
    more = received > out
    within = np.where(sizes > 1, internal >= expected_internal(sizes, n), more)
    found = []
    for block in range(len(sizes)):
        if sent[block] + received[block] == 0:
            found.append("")
        elif more[block]:
            found.append("net_beneficiary" if within[block] else "broker")
        else:
            found.append("bidirectional" if within[block] else "net_spillover")
    return found


def explained(ties: BoolArray, blocks: IntArray, count: int) -> float:
    """Return the R2 of ties on the densities between blocks, over pairs of units in blocks."""
    kept = blocks >= 0
    inner, own = ties[np.ix_(kept, kept)], blocks[kept]
    sizes = np.bincount(own, minlength=count)
    fitted = block_densities(block_counts(inner, own, count), sizes)[np.ix_(own, own)]
    off = ~np.eye(len(inner), dtype=bool)
    y = inner[off].astype(np.float64)
    if not len(y) or y.min() == y.max():
        return float("nan")
    return float(1.0 - ((y - fitted[off]) ** 2).sum() / ((y - y.mean()) ** 2).sum())
