"""The quadratic form of a Wald test, and why there is none."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message

# An eigenvalue of the correlations of the restrictions below this is none: clusters, say, are fewer than restrictions.
_SINGULAR = 1e-11


def quadratic_form(gap: FloatArray, spread: FloatArray) -> tuple[float, Message | None]:
    """Return gap' spread^-1 gap, or a missing value and the reason why a test cannot stand on it.

    Shapes: gap (q,), its covariance `spread` (q, q). The rank is that of the correlations, so that units do not matter.
    """
    q, variances = len(gap), np.diag(spread)
    if not (np.isfinite(spread).all() and (variances > 0.0).all()):
        return float("nan"), message("a restriction has no variance under this covariance")
    size = np.sqrt(variances)
    scaled = spread / np.outer(size, size)
    values = np.linalg.eigvalsh(scaled)
    if values[0] <= _SINGULAR * q:
        because = message(
            "the covariance has rank {rank} over {q} restrictions (clusters, say, are too few for so many): test fewer "
            "at once, or take another covariance",
            rank=int((values > _SINGULAR * q).sum()),
            q=q,
        )
        return float("nan"), because
    return float((gap / size) @ np.linalg.solve(scaled, gap / size)), None
