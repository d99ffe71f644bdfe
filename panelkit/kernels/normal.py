"""Functions of the normal distribution that scipy has not under one name."""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx

from panelkit.kernels.within import FloatArray


def mills(a: FloatArray) -> FloatArray:
    """Return the normal density over the normal distribution at a, to full precision in both tails."""
    return np.asarray(np.sqrt(2 / np.pi) / erfcx(-a / np.sqrt(2)))
