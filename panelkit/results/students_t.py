"""Student's t: p-values from the survival function, and critical values."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.options import check_confidence


def t_survival(statistic: FloatArray, df: float | FloatArray) -> FloatArray:
    """Return two-sided p-values from the survival function, so that they do not round to zero."""
    from scipy import special  # the normal limit is exact for df = inf

    size = np.abs(np.asarray(statistic, dtype=float))
    degrees = np.broadcast_to(np.asarray(df, dtype=float), size.shape)
    finite = np.isfinite(degrees)
    p = 2.0 * special.ndtr(-size)
    return np.where(finite, 2.0 * special.stdtr(np.where(finite, degrees, 1.0), -size), p)


def t_quantile(level: float, df: float | FloatArray) -> FloatArray:
    """Return the two-sided critical value of a t (df finite) or normal (df = inf) distribution."""
    from scipy import special

    level = check_confidence(level)
    degrees = np.asarray(df, dtype=float)
    finite = np.isfinite(degrees)
    tail = 0.5 + level / 2.0
    return np.where(finite, special.stdtrit(np.where(finite, degrees, 1.0), tail), special.ndtri(tail))
