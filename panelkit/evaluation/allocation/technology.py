"""What an allocation makes: power functions of spending by province and link, calibrated at an allocation.

The output of province j in link k is A_jk x_jk^eta_k. With A_jk such that the actual spending x0 yields the outputs
y0 it is y0 (x / x0)^eta_k, so that A itself is never needed. Outputs of links have different units: each link enters
as a share of what all provinces make in it, times the weight of the link. The index of output is 1 at the actual
allocation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

# From a budget a cell to the digits of doubles, for cells that differ by a factor of up to 1e9.
_HALVINGS = 90


@dataclass(frozen=True, eq=False)
class Technology(Brief):
    """Elasticities and the point at which the functions are calibrated; a leading axis (D,) holds draws.

    `actual` (J, K) is money, `value` (..., J, K) what each cell adds to the index of output at the actual allocation
    (its sum is 1), `elasticity` (..., K) lies between 0 and 1, so that every function is concave.
    """

    actual: FloatArray
    value: FloatArray
    elasticity: FloatArray

    @classmethod
    def calibrated(
        cls, actual: FloatArray, outputs: FloatArray, elasticity: FloatArray, weights: FloatArray
    ) -> Technology:
        """Return the technology under which spending `actual` (J, K) makes `outputs` (..., J, K).

        `weights` (K,) of the links sum to 1.
        """
        shares = outputs / outputs.sum(axis=-2, keepdims=True)
        return cls(actual, shares * weights, np.asarray(elasticity, dtype=np.float64))

    def outputs(self, x: FloatArray) -> FloatArray:
        """Return what every cell adds to the index of output, (..., J, K)."""
        return np.asarray(self.value * (x / self.actual) ** self.elasticity[..., None, :])

    def index(self, x: FloatArray) -> FloatArray:
        """Return the index of output (...), 1 at the actual allocation."""
        return np.asarray(self.outputs(x).sum(axis=(-2, -1)))

    def marginal(self, x: FloatArray) -> FloatArray:
        """Return the marginal products of money (..., J, K), in the index of output."""
        return np.asarray(self.elasticity[..., None, :] * self.outputs(x) / x)


@dataclass(frozen=True, eq=False)
class Bounds(Brief):
    """What an allocation may be: `lower` <= x <= `upper` (J, K), and their sum at most `budget`."""

    lower: FloatArray
    upper: FloatArray
    budget: float

    def scaled(self, wanted: FloatArray) -> FloatArray:
        """Return t times `wanted` (..., J, K), held inside the bounds, with t such that it spends the budget."""
        reach = np.minimum(self.upper, self.budget)
        if reach.sum() <= self.budget:
            return np.broadcast_to(reach, wanted.shape)
        low = np.zeros((*wanted.shape[:-2], 1, 1))
        high = self.budget / wanted.min(axis=(-2, -1), keepdims=True)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            spent = np.clip(middle * wanted, self.lower, reach).sum(axis=(-2, -1), keepdims=True)
            low, high = (
                np.where(spent > self.budget, low, middle),
                np.where(spent > self.budget, middle, high),
            )
        return np.asarray(np.clip(low * wanted, self.lower, reach))
