"""One problem of allocation: its bounds, its measure of balance and the program that solves it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from panelkit.evaluation.allocation.imbalance import Balance, Imbalance
from panelkit.evaluation.allocation.optimality import Optimality, optimality
from panelkit.evaluation.allocation.searched import objective, search
from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.evaluation.allocation.water_filling import only, water_fill
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Plan(Brief):
    """Bounds, the measure of imbalance, its weight `penalty` (lambda) and the target shares (K,) of the links."""

    bounds: Bounds
    kind: Balance
    penalty: float
    target: FloatArray

    @property
    def separable(self) -> bool:
        """Return whether the dual solves it exactly."""
        return self.kind == "shares" or self.penalty == 0.0

    def weighing(self, penalty: float) -> Plan:
        """Return the same problem with another weight of balance."""
        return replace(self, penalty=penalty)

    def imbalance(self, technology: Technology) -> Imbalance:
        """Return the measure of imbalance under a technology."""
        return Imbalance(self.kind, technology, self.bounds.budget, self.target)

    def optimum(
        self, technology: Technology, start: FloatArray | None = None
    ) -> tuple[FloatArray, Optimality]:
        """Return the optimum (J, K) under a technology and how well it meets the conditions of one.

        Where the dual does not solve it, the search starts from `start`, or else from the optimum without balance, the
        actual allocation, money by output and one link's even split.
        """
        imbalance = self.imbalance(technology)
        if self.separable:
            filled = only(water_fill(technology, self.bounds, penalty=self.penalty, target=self.target))
            gradient = objective(filled.x, technology, imbalance, self.penalty)[1]
            size = self.penalty * float(np.abs(imbalance.with_gradient(filled.x)[1]).max())
            return filled.x, optimality(gradient, filled.x, self.bounds, float(filled.price), size=size)
        starts = [start] if start is not None else self._starts(technology)
        return search(technology, self.bounds, imbalance, self.penalty, starts)

    def optima(self, technology: Technology, start: FloatArray) -> FloatArray:
        """Return the optima (D, J, K) of a technology with draws (D,); `start` is that of the estimates."""
        if self.separable:
            return water_fill(technology, self.bounds, penalty=self.penalty, target=self.target).x
        alone = [
            replace(technology, value=value, elasticity=elasticity)
            for value, elasticity in zip(technology.value, technology.elasticity, strict=True)
        ]
        return np.stack([self.optimum(one, start)[0] for one in alone])

    def _starts(self, technology: Technology) -> list[FloatArray]:
        even = np.full_like(technology.actual, self.bounds.budget / technology.actual.size)
        return [
            only(water_fill(technology, self.bounds)).x,
            self.bounds.scaled(technology.actual),
            self.bounds.scaled(technology.value * self.bounds.budget),
            self.bounds.scaled(even),
        ]
