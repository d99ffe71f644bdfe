"""Whether a box of symmetric matrices holds one that is positive semi-definite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEPS = 2000
NEAR = 1e-9


def nearest_room(low: Array, high: Array) -> bool:
    """Return False only where it is proved that no matrix from `low` to `high` is positive semi-definite.

    A vector v with max over the box of v'Mv < 0 proves it: the maximum takes each entry at the end that v_i v_j asks
    for. Eigenvectors of the smallest eigenvalues along alternating projections onto box and cone are tried: where the
    two sets do not meet, the gap between their nearest points is such a matrix, and its directions are found. What is
    neither proved nor refuted within `STEPS` is taken for possible.

    Source: Higham 2002, section 3; Boyd and Vandenberghe 2004, section 8.2 (separating hyperplanes).
    """
    held = 0.5 * (low + high)
    for _ in range(STEPS):
        values, vectors = np.linalg.eigh(held)
        if values[0] >= -NEAR:
            return True
        for place in range(int(np.sum(values < 0.0))):
            if _refutes(np.outer(vectors[:, place], vectors[:, place]), low, high):
                return False
        cone = (vectors * np.maximum(values, 0.0)) @ vectors.T
        gap = (
            cone - held
        )  # the positive semi-definite part taken away, a normal of the cone at its nearest point
        if _refutes(gap, low, high):
            return False
        moved = np.clip(cone, low, high)
        if float(np.max(np.abs(moved - held))) < 1e-13:
            return True
        held = moved
    return True


def _refutes(normal: Array, low: Array, high: Array) -> bool:
    """Return whether <normal, M> < 0 for all M of the box, with a normal that is positive semi-definite."""
    most = np.where(normal > 0.0, normal * high, normal * low).sum()
    return bool(most < -1e-12 * max(1.0, float(np.abs(normal).sum())))
