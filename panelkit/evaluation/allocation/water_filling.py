"""The exact optimum where the problem separates: one price of money, found in the dual.

Maximise sum of value (x / x0)^eta - lambda sum_k (x_.k / B - pi_k)^2 subject to sum x <= B and l <= x <= u. By KKT a
cell inside its bounds has marginal product nu_k = mu + 2 lambda (x_.k / B - pi_k) / B: its spending is a decreasing
function of the price of its link, so that the price of a link is the root of one increasing function given mu, and mu
the root of one more. Without a penalty all links have the price mu. All draws of elasticities are solved at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from panelkit.evaluation.allocation.roots import increasing_roots
from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

# A lower bound of zero is met in the limit only: the marginal product is infinite there. Prices are sought up to the
# one at which a cell has this share of the budget.
_NOTHING = 1e-13


@dataclass(frozen=True, eq=False)
class Filled(Brief):
    """Optimal allocations (D, J, K) and the price of money (D,), in the index of output per unit of it."""

    x: FloatArray
    price: FloatArray


@dataclass(frozen=True, eq=False)
class _Cells:
    """The problem with a budget of 1, in logarithms; `power` (D, 1, K) is 1 / (1 - eta)."""

    log_size: FloatArray
    power: FloatArray
    log_lower: FloatArray
    log_upper: FloatArray

    def at(self, log_price: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return cells (D, J, K), their sums by link (D, K) and the slopes of these, at prices (D, K)."""
        wanted = self.log_size - self.power * log_price[:, None, :]
        x = np.exp(np.clip(wanted, self.log_lower, self.log_upper))
        inside = (wanted > self.log_lower) & (wanted < self.log_upper)
        return x, x.sum(axis=1), -self.power[:, 0] * np.where(inside, x, 0.0).sum(axis=1)

    def log_price_at(self, log_x: FloatArray) -> FloatArray:
        """Return the price at which a cell spends x."""
        return np.asarray((self.log_size - log_x) / self.power)


def water_fill(
    technology: Technology, bounds: Bounds, *, penalty: float = 0.0, target: FloatArray | None = None
) -> Filled:
    """Return the optimum of every draw of a technology.

    Parameters
    ----------
    technology
        With a leading axis (D,) or without one.
    bounds
        That hold a feasible allocation.
    penalty
        lambda, of the squared distances of the links' shares from `target`; 0 or more.
    target
        The shares pi (K,) of the links; needed with a penalty.

    Returns
    -------
    Allocations and prices, with the leading axis (D,), of length 1 where the technology has none.

    Raises
    ------
    ConvergenceError
        If a price is not found.
    """
    cells = _cells(technology, bounds)
    low = cells.log_price_at(cells.log_upper).min(axis=1)
    high = cells.log_price_at(np.maximum(cells.log_lower, np.log(_NOTHING))).max(axis=1)
    links = np.ones(low.shape[1])

    def excess(log_price: FloatArray) -> tuple[FloatArray, FloatArray]:
        _, spent, slope = cells.at(log_price[:, None] * links)
        return 1.0 - spent.sum(axis=1), -slope.sum(axis=1)

    first, last = low.min(axis=1), high.max(axis=1)
    log_price = increasing_roots(excess, first, last, 0.5 * (first + last), rounding=_SUMMED)
    price = np.exp(log_price)
    if penalty > 0.0 and target is not None:
        log_prices, price = _balanced(cells, penalty, target, (low, high), price)
    else:
        log_prices = log_price[:, None] * links
    x, spent, _ = cells.at(log_prices)
    price = np.where(spent.sum(axis=1) < 1.0 - _SLACK, 0.0, price)
    return Filled(x * bounds.budget, price / bounds.budget)


# Money is left where the sum falls short of the budget by more than the rounding of a price of 14 digits, which powers
# of up to a thousand carry into the sum.
_SLACK = 1e-9
# A sum of shares that is one is known to so much: its terms are exponentials, off by some units in the last place.
_SUMMED = 4e-15


def _cells(technology: Technology, bounds: Bounds) -> _Cells:
    value, elasticity = technology.value, technology.elasticity
    if value.ndim == 2:
        value = value[None]
    if elasticity.ndim == 1:
        elasticity = elasticity[None]
    eta = elasticity[:, None, :]
    power = 1.0 / (1.0 - eta)
    log_size = power * (np.log(value * eta) - eta * np.log(technology.actual / bounds.budget))
    with np.errstate(divide="ignore"):
        log_lower = np.log(bounds.lower / bounds.budget)
    log_upper = np.log(np.minimum(bounds.upper / bounds.budget, 1.0))
    shape = np.broadcast_shapes(log_size.shape, power.shape)
    return _Cells(np.broadcast_to(log_size, shape), power, log_lower, log_upper)


def _balanced(
    cells: _Cells,
    penalty: float,
    target: FloatArray,
    ends: tuple[FloatArray, FloatArray],
    start: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the log prices of the links (D, K) and the price of money (D,) with shares drawn to a target."""
    low, high = ends
    at = np.broadcast_to(np.log(start)[:, None], low.shape)

    def prices(price: FloatArray, begin: FloatArray) -> FloatArray:
        def beyond(log_price: FloatArray) -> tuple[FloatArray, FloatArray]:
            _, spent, slope = cells.at(log_price)
            own = np.exp(log_price)
            return own - 2.0 * penalty * (spent - target) - price[:, None], own - 2.0 * penalty * slope

        return increasing_roots(beyond, low, high, begin)

    held = [at]

    def excess(price: FloatArray) -> tuple[FloatArray, FloatArray]:
        held[0] = prices(price, held[0])
        _, spent, slope = cells.at(held[0])
        rise = -slope / (np.exp(held[0]) - 2.0 * penalty * slope)
        return 1.0 - spent.sum(axis=1), rise.sum(axis=1)

    most = np.exp(high).max(axis=1) + 2.0 * penalty * target.max()
    price = increasing_roots(excess, np.zeros(len(low)), most, start, rounding=_SUMMED)
    return prices(price, held[0]), price


def only(filled: Filled) -> Filled:
    """Return the one allocation (J, K) of a technology without draws."""
    return replace(filled, x=filled.x[0], price=filled.price[0])
