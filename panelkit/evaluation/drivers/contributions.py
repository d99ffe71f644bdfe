"""The change of an index between two years, laid to its indicators. Arrays only.

z0, z1 (n, k): normalised indicators of n units in the two years, under the same goalposts; w (k,): weights of sum one.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.results.fit import FloatArray

_MOST = 12


def linear_parts(z0: FloatArray, z1: FloatArray, w: FloatArray) -> FloatArray:
    """Return w_j (z1_j - z0_j) (n, k): the rows sum to the change of the weighted sum."""
    return np.asarray(w * (z1 - z0))


def lmdi_parts(z0: FloatArray, z1: FloatArray, w: FloatArray) -> FloatArray:
    """Return L(S1, S0) w_j ln(z1_j / z0_j) (n, k), S = prod z^w: the rows sum to the change of the weighted product.

    L is the logarithmic mean (Ang 2004: additive LMDI-I).

    Raises
    ------
    DataError
        If a value is not positive: a geometric index needs a floor.
    """
    _refuse_zeros(z0, z1)
    logs = np.log(z1 / z0)
    first, last = (np.exp(np.log(z) @ w) for z in (z0, z1))
    return np.asarray(_logarithmic_mean(first, last)[:, None] * w * logs)


def shapley_parts(z0: FloatArray, z1: FloatArray, w: FloatArray) -> FloatArray:
    """Return the mean step (n, k) of each indicator over all orders in which they could have moved, of prod z^w.

    Raises
    ------
    SpecError
        If there are more than twelve indicators: 2^k products a unit.
    DataError
        If a value is not positive.
    """
    _refuse_zeros(z0, z1)
    count = z0.shape[1]
    if count > _MOST:
        raise SpecError(
            message(
                "Shapley values of a product go through 2^{k} sets: take {lmdi} above {most} indicators",
                lmdi=option("method", "lmdi"),
                k=count,
                most=_MOST,
            )
        )
    members = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    steps = w * np.log(z1 / z0)
    values = np.exp(np.log(z0) @ w)[:, None] * np.exp(steps @ members.T)
    size = members.sum(axis=1)
    share = np.array([factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)])
    found = np.empty_like(z0)
    for j in range(count):
        without = np.flatnonzero(members[:, j] == 0)
        found[:, j] = (values[:, without + 2**j] - values[:, without]) @ share[size[without]]
    return found


def _logarithmic_mean(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return (a - b) / ln(a / b), a where the two are equal."""
    same = np.isclose(a, b, rtol=1e-12, atol=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(same, a, (a - b) / np.log(a / b))


def _refuse_zeros(z0: FloatArray, z1: FloatArray) -> None:
    if (z0 <= 0).any() or (z1 <= 0).any():
        raise DataError(
            message("the parts of a product need positive values: give the design a floor, floor=0.01")
        )
