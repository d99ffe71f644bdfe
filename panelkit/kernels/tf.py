"""The critical value of a t statistic after one instrument, by the first-stage F (Lee, McCrary, Moreira, Porter 2022).

With one instrument, and errors of the two equations perfectly correlated (the worst case), t^2 = f^2 (f - f0)^2 / f0^2,
where f is normal about f0 and F = f^2. Above sqrt(F) = u(f0) and below -n(f0) the test rejects, so that the size is
alpha at every f0 where Phi(u - f0) - Phi(-n - f0) = 1 - alpha and both ends lie on one critical value c(F):
u (u - f0) / f0 = c(u^2), n (n + f0) / f0 = c(n^2). The second is the first at a smaller f0 n / (n + 2 f0); u is
therefore found from zero upwards.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from panelkit.kernels.within import FloatArray

_STEPS = 4_000
_LARGEST = 40.0


def tf_critical(f: float, level: float = 0.95) -> float:
    """Return the critical value of |t| given the first-stage F; infinite where F itself is not significant.

    It falls to that of the normal distribution (1.96 at F = 104.7) and stays there.
    """
    from scipy.special import ndtri

    normal = float(ndtri(0.5 + level / 2.0))
    if not f > normal**2:
        return float("inf")
    origins, roots = _curve(level)
    root = float(np.sqrt(f))
    origin = float(np.interp(root, roots, origins))
    return max(normal, root * (root - origin) / origin) if root < roots[-1] else normal


@lru_cache(maxsize=8)
def _curve(level: float) -> tuple[FloatArray, FloatArray]:
    """Return f0 and u(f0), increasing."""
    from scipy.special import ndtr, ndtri

    origins = np.r_[0.0, np.geomspace(1e-3, _LARGEST, _STEPS)]
    upper = np.empty_like(origins)
    upper[0] = ndtri(0.5 + level / 2.0)
    for step in range(1, len(origins)):
        origin, lower = origins[step], upper[step - 1]
        for _ in range(60):
            moved = np.interp(origin * lower / (lower + 2.0 * origin), origins[:step], upper[:step])
            if abs(moved - lower) < 1e-13:
                break
            lower = moved
        upper[step] = origin + ndtri(level + ndtr(-lower - origin))
    rising = np.maximum.accumulate(upper)
    kept = np.r_[True, np.diff(rising) > 0.0]
    return origins[kept], rising[kept]
