"""How far an allocation is from structural balance: three measures with their gradients, and Gini beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.evaluation.allocation.technology import Technology
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

Balance = Literal["shares", "marginal", "coupling"]
BALANCES: tuple[Balance, ...] = ("shares", "marginal", "coupling")


@dataclass(frozen=True, eq=False)
class Imbalance(Brief):
    """One measure of imbalance of allocations under a technology without draws; zero is balance.

    `shares`: sum over links of (x_.k / B - pi_k)^2. `marginal`: the coefficient of variation of the marginal products
    of money over all cells. `coupling`: 1 - C, the mean over provinces of one minus the coupling degree of a
    province's outputs, each relative to the mean province at the actual allocation, so that a province with the mix
    of the country has C = 1.
    """

    kind: Balance
    technology: Technology
    budget: float
    target: FloatArray

    def __call__(self, x: FloatArray) -> float:
        """Return the imbalance of an allocation (J, K)."""
        return self.with_gradient(x)[0]

    def with_gradient(self, x: FloatArray) -> tuple[float, FloatArray]:
        """Return the imbalance of an allocation (J, K) and its derivatives (J, K)."""
        made: dict[Balance, Callable[[FloatArray], tuple[float, FloatArray]]] = {
            "shares": self._shares,
            "marginal": self._marginal,
            "coupling": self._coupling,
        }
        return made[self.kind](x)

    def _shares(self, x: FloatArray) -> tuple[float, FloatArray]:
        off = x.sum(axis=0) / self.budget - self.target
        return float(off @ off), np.broadcast_to(2.0 * off / self.budget, x.shape)

    def _marginal(self, x: FloatArray) -> tuple[float, FloatArray]:
        m = self.technology.marginal(x)
        n, mean = m.size, float(m.mean())
        off = m - mean
        spread = float(np.sqrt((off * off).mean()))
        slope = (self.technology.elasticity - 1.0) * m / x
        if spread <= _NO_SPREAD * mean:
            return 0.0, np.zeros_like(x)
        return spread / mean, (off / (n * spread * mean) - spread / (n * mean**2)) * slope

    def _coupling(self, x: FloatArray) -> tuple[float, FloatArray]:
        made = self.technology.outputs(x) / self.technology.value.mean(axis=0)
        provinces, links = made.shape
        total = made.sum(axis=1, keepdims=True)
        degree = links * np.exp(np.log(made).mean(axis=1, keepdims=True)) / total
        slope = degree * (1.0 / (links * made) - 1.0 / total)
        inner = self.technology.elasticity * made / x
        return float(1.0 - degree.mean()), -slope * inner / provinces


# Marginal products that differ by less than rounding are equal: the coefficient of variation has no gradient there.
_NO_SPREAD = 1e-12


def gini(values: FloatArray) -> float:
    """Return the Gini coefficient of positive values, all of them together."""
    ordered = np.sort(values, axis=None)
    n = len(ordered)
    return float((2.0 * np.arange(1, n + 1) - n - 1.0) @ ordered / (n * ordered.sum()))
