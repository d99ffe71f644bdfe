"""Whether stocks act on each other beyond what any two growing stocks seem to: partners from other provinces.

Two series that both grow and saturate look as if they acted on each other, in either direction, whatever the noise.
So every province's stock is paired with the other stock of another province: what is then found is what chance,
common years and the shape of the curves bring about. Under independence of a province's two stocks, given the
years, all pairings are alike, and the p-value is exact up to the number of shuffles.
"""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.dynamics.integral_regression import integrals, log_changes
from panelkit.evaluation.dynamics.shared_rates import one_equation
from panelkit.results.fit import FloatArray

LEAST_UNITS = 5  # 120 pairings: with fewer no p-value is far below 0.05


def shuffled_partners(
    stocks: FloatArray, reps: int, rng: np.random.Generator, policy: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return one-sided p-values (2,) of positive and of negative effects on each stock of (N, T, 2) in own means.

    The statistic is the t of the interaction, its error by province; the true pairing is one of the `reps` + 1.
    """
    x = np.moveaxis(stocks, -1, 0)
    held, changes = integrals(x), log_changes(x)
    units = stocks.shape[0]
    orders = np.stack([np.arange(units), *(rng.permutation(units) for _ in range(reps))])
    above, below = np.empty(2), np.empty(2)
    for at in (0, 1):
        fed = None if policy is None else policy[..., at]
        t = one_equation(held[at], held[1 - at][orders], changes[at], fed)[3]
        above[at], below[at] = _share(t, t >= t[0]), _share(t, t <= t[0])
    return above, below


def _share(t: FloatArray, far: np.ndarray) -> float:
    """Return the share of pairings as far out as the first; a pairing without an error counts as one."""
    return float((far | np.isnan(t)).mean())
