"""Paths of two stocks, dx/dt = x (growth + own x + cross y) + inflow: batched Runge-Kutta, and scipy's for one.

Coefficients are arrays (..., 2, 3): for each stock growth, own effect and cross effect, per unit of the stock that
acts; states and inflows (..., 2), inflows in units of the stock a period.
"""

from __future__ import annotations

import numpy as np

from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.results.fit import FloatArray

STEPS = 10  # a period: steps of 0.1
TOLERANCE = 1e-8  # relative, of `exact_path`; absolute 1e-8 of the larger first stock


def rates(state: FloatArray, coefficients: FloatArray, inflow: FloatArray | float = 0.0) -> FloatArray:
    """Return dx/dt (..., 2) at states (..., 2)."""
    growth, own, cross = (coefficients[..., at] for at in range(3))
    return state * (growth + own * state + cross * state[..., ::-1]) + inflow


def paths(
    start: FloatArray,
    coefficients: FloatArray,
    periods: int,
    inflow: FloatArray | None = None,
    *,
    steps: int = STEPS,
) -> FloatArray:
    """Return states (..., periods + 1, 2) from `start` (..., 2), by the classical Runge-Kutta rule of order four.

    `inflow` (..., periods, 2) is constant within a period. A path that leaves every bound becomes infinite or NaN and
    stays so; nothing is cut off.
    """
    h = 1.0 / steps
    state = np.broadcast_to(start, np.broadcast_shapes(start.shape, coefficients.shape[:-1])).astype(float)
    held = [state]
    with np.errstate(over="ignore", invalid="ignore"):
        for period in range(periods):
            fed = 0.0 if inflow is None else inflow[..., period, :]
            for _ in range(steps):
                one = rates(state, coefficients, fed)
                two = rates(state + 0.5 * h * one, coefficients, fed)
                three = rates(state + 0.5 * h * two, coefficients, fed)
                four = rates(state + h * three, coefficients, fed)
                state = state + h / 6.0 * (one + 2.0 * two + 2.0 * three + four)
            held.append(state)
    return np.stack(held, axis=-2)


def exact_path(
    start: FloatArray, coefficients: FloatArray, times: FloatArray, inflow: FloatArray | None = None
) -> FloatArray:
    """Return the states (m, 2) of one system at `times` (m,), the first of which is that of `start` (2,).

    scipy's explicit Runge-Kutta rule of order eight (DOP853), its error held to `TOLERANCE`; `inflow` (2,) is
    constant.

    Raises
    ------
    ConvergenceError
        If the path has no end within the times: a stock grows beyond every bound.
    """
    from scipy.integrate import solve_ivp

    fed = np.zeros(2) if inflow is None else inflow
    found = solve_ivp(
        lambda _, state: rates(state, coefficients, fed),
        (float(times[0]), float(times[-1])),
        np.asarray(start, dtype=float),
        method="DOP853",
        t_eval=times,
        rtol=TOLERANCE,
        atol=TOLERANCE * float(np.max(np.abs(start)) or 1.0),
    )
    if not found.success:
        raise ConvergenceError(
            message(
                "the path of the two stocks has no end: beyond time {time:.4g} a stock grows without bound, because "
                "the cross effects outweigh saturation; look at the product of the interactions (below 1 is bounded)",
                time=float(found.t[-1]) if len(found.t) else float(times[0]),
            )
        )
    return np.asarray(found.y.T)
