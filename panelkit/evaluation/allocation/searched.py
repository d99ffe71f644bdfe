"""The optimum where the problem does not separate: sequential quadratic programming from several starts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.evaluation.allocation.imbalance import Imbalance
from panelkit.evaluation.allocation.optimality import Optimality, optimality
from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.language.spelt import option

# A share of the price of money by which the conditions of an optimum may be missed; SLSQP ends near 1e-6.
MISSED = 1e-3
# The program ends where a step gains less than this of the index of output, which is 1.
_GAIN = 1e-13
_STEPS = 1_000
# The marginal product is infinite at nothing: a cell keeps this share of an equal split.
_LEAST = 1e-6


def objective(
    x: FloatArray, technology: Technology, imbalance: Imbalance, penalty: float
) -> tuple[float, FloatArray]:
    """Return output less penalty times imbalance at an allocation (J, K), and the gradient (J, K)."""
    uneven, slope = imbalance.with_gradient(x)
    return float(technology.index(x)) - penalty * uneven, technology.marginal(x) - penalty * slope


def search(
    technology: Technology,
    bounds: Bounds,
    imbalance: Imbalance,
    penalty: float,
    starts: Sequence[FloatArray],
) -> tuple[FloatArray, Optimality]:
    """Return the best of the local optima that the starts (J, K) lead to, and how well it meets the conditions.

    The objective is concave for the shares, and need not be for the other measures: another start may find more.

    Raises
    ------
    ConvergenceError
        If no start ends where the conditions of an optimum hold.
    """
    best: tuple[float, FloatArray, Optimality] | None = None
    missed = []
    for start in starts:
        x = _one(technology, bounds, imbalance, penalty, start)
        value, gradient = objective(x, technology, imbalance, penalty)
        size = penalty * float(np.abs(imbalance.with_gradient(x)[1]).max())
        met = optimality(gradient, x, bounds, size=size)
        missed.append(met.worst)
        if met.worst <= MISSED and (best is None or value > best[0]):
            best = value, x, met
    if best is None:
        raise ConvergenceError(
            message(
                "none of {n} starts ends at an optimum: the conditions of one are missed by {missed:.2g} of the "
                "price of money; move the bounds apart, or take {shares}, which has an exact solution",
                shares=option("balance", "shares"),
                n=len(missed),
                missed=min(missed),
            )
        )
    return best[1], best[2]


def _one(
    technology: Technology, bounds: Bounds, imbalance: Imbalance, penalty: float, start: FloatArray
) -> FloatArray:
    """Return where one start leads, in shares of an equal split so that the variables are near 1."""
    from scipy.optimize import minimize

    unit, scale = bounds.budget / start.size, 1.0 + penalty
    lower = np.maximum(bounds.lower.ravel() / unit, _LEAST)
    upper = np.maximum(np.minimum(bounds.upper, bounds.budget).ravel() / unit, lower)

    def loss(z: FloatArray) -> tuple[float, FloatArray]:
        x = np.maximum(z, _LEAST).reshape(start.shape) * unit
        value, slope = objective(x, technology, imbalance, penalty)
        return -value / scale, -slope.ravel() * unit / scale

    money = {
        "type": "ineq",
        "fun": lambda z: start.size - z.sum(),
        "jac": lambda z: -np.ones(start.size),
    }
    found = minimize(
        loss,
        np.clip(start.ravel() / unit, lower, upper),
        jac=True,
        method="SLSQP",
        bounds=list(zip(lower, upper, strict=True)),
        constraints=[money],
        options={"ftol": _GAIN, "maxiter": _STEPS},
    )
    return np.clip(np.asarray(found.x), lower, upper).reshape(start.shape) * unit
