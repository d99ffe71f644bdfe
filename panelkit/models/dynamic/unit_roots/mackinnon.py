"""The asymptotic distribution of the Dickey-Fuller t, MacKinnon (1994): its p-values as normal quantiles.

The response surfaces give the quantile, p = Phi(quantile). Kept so, a t far out in a tail gives no infinite sum.
"""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray

# MacKinnon (1994), tables 3 and 4, one variable: powers of t in the left tail and in the rest, where they meet and end
_LEFT = {
    "none": (0.6344, 1.2378, 0.032496),
    "constant": (2.1659, 1.4412, 0.038269),
    "trend": (3.2512, 1.6047, 0.049588),
}
_REST = {
    "none": (0.4797, 0.93557, -0.06999, 0.033066),
    "constant": (1.7339, 0.93202, -0.12745, -0.010368),
    "trend": (2.5261, 0.61654, -0.37956, -0.060285),
}
_MEET = {"none": -1.04, "constant": -1.61, "trend": -2.89}
_ENDS = {"none": (-19.04, np.inf), "constant": (-18.83, 2.74), "trend": (-16.18, 0.70)}
_HIGHEST = 8.2  # one less the smallest double below one


def quantiles(t: FloatArray, trend: str) -> FloatArray:
    """Return the normal quantiles of the p-values of Dickey-Fuller t; beyond the surfaces, those of their ends."""
    held = np.clip(t, *_ENDS[trend])
    left = np.polynomial.polynomial.polyval(held, _LEFT[trend])
    rest = np.polynomial.polynomial.polyval(held, _REST[trend])
    return np.minimum(np.where(held <= _MEET[trend], left, rest), _HIGHEST)
