"""How far an allocation is from the conditions of Karush, Kuhn and Tucker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.allocation.technology import Bounds
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

# A cell lies at a bound where it is nearer to it than this share of the budget a cell.
_AT_BOUND = 1e-7


@dataclass(frozen=True, eq=False)
class Optimality(Brief):
    """Residuals of the conditions, each as a share, and the multiplier of the budget.

    `stationarity`: the largest gap between marginal value, price and multipliers of bounds, per unit of the price (of
    the largest marginal value where money is left or no cell lies inside its bounds, which leaves the price open, and
    of the marginal imbalance where that is larger).
    `complementarity`: the largest product of a multiplier and the slack of its constraint, per unit of price times
    budget. `feasibility`: the largest violation, per unit of the budget. `price` is the multiplier of the budget:
    what one more unit of money adds to the objective. `single`: the bounds leave one allocation, and nothing is chosen.
    """

    stationarity: float
    complementarity: float
    feasibility: float
    price: float
    at_lower: int
    at_upper: int
    single: bool = False

    @property
    def worst(self) -> float:
        """Return the largest of the three residuals."""
        return max(self.stationarity, self.complementarity, self.feasibility)


def optimality(
    gradient: FloatArray, x: FloatArray, bounds: Bounds, price: float | None = None, *, size: float = 0.0
) -> Optimality:
    """Return the residuals of an allocation (J, K) whose objective has a gradient (J, K).

    Without a `price` it is taken from the cells inside their bounds, as their mean marginal value. `size` is that of
    the terms whose difference the gradient is: residuals are per unit of it where it exceeds the price.
    """
    near = _AT_BOUND * bounds.budget / x.size
    lower, upper = x - bounds.lower <= near, bounds.upper - x <= near
    inside = ~(lower | upper)
    left = bounds.budget - float(x.sum())
    if price is None:
        spent = left <= near
        price = float(gradient[inside].mean()) if spent and inside.any() else _between(gradient, lower, upper)
        price = max(price, 0.0) if spent else 0.0
    gap = gradient - price
    alpha = np.where(lower, np.maximum(-gap, 0.0), 0.0)
    beta = np.where(upper, np.maximum(gap, 0.0), 0.0)
    told = price > 0.0 and inside.any()
    scale = max(price if told else float(np.abs(gradient).max()), size)
    above, below = np.where(lower, x - bounds.lower, 0.0), np.where(upper, bounds.upper - x, 0.0)
    slack = max(float(np.abs(alpha * above).max()), float(np.abs(beta * below).max()), price * abs(left))
    violated = max(0.0, -left, float((bounds.lower - x).max()), float((x - bounds.upper).max()))
    return Optimality(
        stationarity=float(np.abs(gap + alpha - beta).max()) / scale,
        complementarity=slack / (scale * bounds.budget),
        feasibility=violated / bounds.budget,
        price=price,
        at_lower=int(lower.sum()),
        at_upper=int(upper.sum()),
        single=_leave_one(bounds),
    )


def _leave_one(bounds: Bounds) -> bool:
    """Return whether no money can be moved: cells have one value each, or their least is all that there is."""
    near = _AT_BOUND * bounds.budget
    fixed = float((bounds.upper - bounds.lower).sum()) <= near
    return fixed or bounds.budget - float(bounds.lower.sum()) <= near


def _between(gradient: FloatArray, lower: NDArray[np.bool_], upper: NDArray[np.bool_]) -> float:
    """Return a price that no cell at a bound contradicts, where all are at one."""
    ends = [float(gradient[upper].min())] if upper.any() else []
    ends += [float(gradient[lower].max())] if lower.any() else []
    return float(np.mean(ends))
