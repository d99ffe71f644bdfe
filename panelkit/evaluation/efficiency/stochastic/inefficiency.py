"""What a residual says of its inefficiency: means of Jondrow et al. and of Battese and Coelli, and intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from panelkit.kernels.normal import mills
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

_HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Inefficiency(Brief):
    """By row (n,): exp(-E[u | r]) (`jlms`), E[exp(-u) | r] (`expected`), and the bounds of an interval of exp(-u)."""

    jlms: FloatArray
    expected: FloatArray
    low: FloatArray
    high: FloatArray


def inefficiency(
    r: FloatArray, weights: FloatArray, sigma_v: float, sigma_u: float, *, level: float = 0.95
) -> Inefficiency:
    """Return efficiencies given residuals.

    Parameters
    ----------
    r
        Residuals (n, K) of production, v - u, each row at K values that its level may have.
    weights
        The probabilities (n, K) of these values; K = 1 where the level is known.
    sigma_v, sigma_u
        Spreads of noise and of inefficiency, in the logarithms of the outcome.
    level
        Probability of the interval, which takes all parameters as known (Horrace and Schmidt 1996).

    Notes
    -----
    Given r, u is normal with mean -r sigma_u^2/sigma^2 and variance (sigma_u sigma_v/sigma)^2, cut at zero (Jondrow,
    Lovell, Materov and Schmidt 1982, eq. 2; Battese and Coelli 1988, eq. 12).
    """
    total = sigma_u**2 + sigma_v**2
    centre, spread = -r * sigma_u**2 / total, sigma_u * sigma_v / np.sqrt(total)
    z = centre / spread
    mean = ((centre + spread * mills(z)) * weights).sum(axis=1)
    inner = np.exp(0.5 * spread**2 - centre + log_ndtr(z - spread) - log_ndtr(z))
    tail = (1 - level) / 2
    low, high = (np.exp(-_quantile(share, centre, spread, weights)) for share in (1 - tail, tail))
    return Inefficiency(np.exp(-mean), (inner * weights).sum(axis=1), low, high)


def _quantile(share: float, centre: FloatArray, spread: float, weights: FloatArray) -> FloatArray:
    """Return the quantile (n,) of a mixture of normal distributions that are cut at zero, by bisection."""

    def beyond(u: FloatArray) -> FloatArray:
        cut = np.exp(log_ndtr((centre - u[:, None]) / spread) - log_ndtr(centre / spread))
        return np.asarray((cut * weights).sum(axis=1))

    low = np.zeros(len(centre))
    high = np.maximum(centre, 0).max(axis=1) + 40 * spread
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = beyond(middle) > 1 - share
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2
