"""Two stocks in many provinces: growth and interaction shared, capacity a province's own; least squares on integrals.

Every stock is counted in means of its own series. The change of its logarithm over a period is regressed on one
(the growth rate that all share), on its own integral (a slope a province, so that everyone has a capacity), on the
integral of the other stock (the interaction that all share) and, where a policy feeds it, on the inflow over the
stock. Leading dimensions are draws: all are solved at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.dynamics.integral_regression import integrals, inverse_or_nan, log_changes
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class SharedRates(Brief):
    """Coefficients (..., N, 2, 3) in own means, feeds (..., 2), residuals (..., N, m, 2), t of the interactions
    (..., 2).

    `feeds` is the inflow that one unit of the policy brings; zero where there is none.
    """

    coefficients: FloatArray
    feeds: FloatArray
    residuals: FloatArray
    t: FloatArray

    @property
    def effects(self) -> FloatArray:
        """Return the growth a period that the other stock adds at its mean (..., 2)."""
        return self.coefficients[..., 0, :, 2]

    def shared(self) -> FloatArray:
        """Return the coefficients (..., 2, 3) with the own effect as the mean of the provinces'."""
        return self.coefficients.mean(axis=-3)


def shared_rates(stocks: FloatArray, policy: FloatArray | None = None, *, alone: bool = False) -> SharedRates:
    """Return the fit to positive stocks (..., N, T, 2) in means of their own.

    `policy` (..., N, T, 2): what feeds the stocks, in means of the stock; a column of zeros feeds nothing. With
    `alone` neither stock acts on the other: two logistic curves, the rival.
    """
    x = np.moveaxis(stocks, -1, 0)
    held, changes = integrals(x), log_changes(x)
    parts = [
        one_equation(
            held[at],
            None if alone else held[1 - at],
            changes[at],
            None if policy is None else policy[..., at],
        )
        for at in (0, 1)
    ]
    coefficients = np.stack([part[0] for part in parts], axis=-2)
    feeds, t = (np.stack([part[at] for part in parts], axis=-1) for at in (1, 3))
    return SharedRates(coefficients, feeds, np.stack([part[2] for part in parts], axis=-1), t)


def within_period(policy: FloatArray) -> FloatArray:
    """Return the mean of the ends of each period (..., N, T-1) of what feeds a stock (..., N, T)."""
    return np.asarray(0.5 * (policy[..., 1:] + policy[..., :-1]))


def one_equation(
    own: FloatArray, other: FloatArray | None, y: FloatArray, policy: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return coefficients (..., N, 3), feed (...,), residuals (..., N, m) and t of the interaction (...,).

    Of integrals `own` and `other` (..., N, m), changes `y` of logarithms and what feeds the stock (..., N, T). The
    error of the interaction is clustered by province.
    """
    own, other, y = np.broadcast_arrays(own, np.zeros_like(own) if other is None else other, y)
    acting, fed = bool(other.any()), policy is not None and bool(policy.any())
    columns = [np.ones_like(own)] + [other] * acting
    if policy is not None and fed:
        columns.append(within_period(policy) / own)
    shared = np.stack(np.broadcast_arrays(*columns), axis=-1)
    square = (own**2).sum(axis=-1)
    swept = (
        shared - own[..., None] * ((own[..., None] * shared).sum(axis=-2) / square[..., None])[..., None, :]
    )
    left = y - own * ((own * y).sum(axis=-1) / square)[..., None]
    before = np.sqrt((shared**2).sum(axis=(-2, -3)))
    found, inverse = _solved(swept, left, before)
    rest = y - (shared @ found[..., None, :, None])[..., 0]
    slope = (rest * own).sum(axis=-1) / square
    residuals = rest - own * slope[..., None]
    rows = [np.broadcast_to(part[..., None], slope.shape) for part in np.moveaxis(found, -1, 0)]
    none = np.zeros(found.shape[:-1])
    t = np.full_like(none, np.nan)
    if acting:
        scores = (swept * residuals[..., None]).sum(axis=-2)  # (..., N, k)
        with np.errstate(invalid="ignore", divide="ignore"):
            t = found[..., 1] / np.sqrt(((scores @ inverse)[..., 1] ** 2).sum(axis=-1))
    cross = rows[1] if acting else np.zeros_like(slope)
    return np.stack([rows[0], slope, cross], axis=-1), found[..., -1] if fed else none, residuals, t


def _solved(swept: FloatArray, y: FloatArray, before: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return least squares (..., k) of y (..., N, m) on (..., N, m, k), and the inverse cross-products (..., k,
    k)."""
    flat = swept.reshape(*swept.shape[:-3], -1, swept.shape[-1])
    inverse = inverse_or_nan(np.swapaxes(flat, -1, -2) @ flat, before)
    moments = np.swapaxes(flat, -1, -2) @ y.reshape(*y.shape[:-2], -1, 1)
    return (inverse @ moments)[..., 0], inverse
