"""Draws of two stocks: paths with resampled errors, in which an estimate is made again.

Between two periods a system runs without chance; at the end of each its logarithm takes an error, and the next
period starts from there. Errors are drawn as whole vectors of provinces, both stocks together, so that what hangs
together within a province (over time, or between the stocks) stays so; what all provinces share in a year is set
apart and takes a random sign by year.
"""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.dynamics.shared_rates import SharedRates, shared_rates, within_period
from panelkit.evaluation.dynamics.trajectories import paths
from panelkit.results.fit import FloatArray

WIDEST = 1e6  # means of its own: a path beyond has no estimate


def shocked_paths(
    start: FloatArray, coefficients: FloatArray, errors: FloatArray, inflow: FloatArray | None = None
) -> FloatArray:
    """Return states (..., m + 1, 2) from `start` (..., 2) whose logarithms take errors (..., m, 2)."""
    state, held = np.broadcast_to(start, errors[..., 0, :].shape), []
    held.append(state)
    with np.errstate(over="ignore", invalid="ignore"):
        for at in range(errors.shape[-2]):
            fed = None if inflow is None else inflow[..., at : at + 1, :]
            state = paths(state, coefficients, 1, fed)[..., -1, :] * np.exp(errors[..., at, :])
            held.append(state)
    return np.stack(held, axis=-2)


def usable(stocks: FloatArray) -> np.ndarray:
    """Tell of each system (...,) whether its path (..., T, 2) stays above zero and below `WIDEST`."""
    with np.errstate(invalid="ignore"):
        return np.asarray(((stocks > 1.0 / WIDEST) & (stocks < WIDEST)).all(axis=(-1, -2)))


def resampled_rates(
    stocks: FloatArray,
    fit: SharedRates,
    reps: int,
    rng: np.random.Generator,
    policy: FloatArray | None = None,
) -> tuple[SharedRates, np.ndarray]:
    """Return the fit in `reps` panels drawn from itself, and which of these could be fitted (reps,).

    `stocks` (N, T, 2) are in means of their own, as are those of the draws.
    """
    units, periods = fit.residuals.shape[:2]
    used = units + 2 + (policy is not None)
    errors = fit.residuals * np.sqrt(units * periods / max(units * periods - used, 1))
    common = errors.mean(axis=0)
    signs = rng.choice([-1.0, 1.0], size=(reps, 1, periods, 1))
    drawn = (errors - common)[rng.integers(0, units, (reps, units))] + signs * common
    inflow = (
        None if policy is None else fit.feeds * np.swapaxes(within_period(np.swapaxes(policy, 1, 2)), 1, 2)
    )
    made = shocked_paths(stocks[:, 0], fit.coefficients, drawn, inflow)
    held = np.asarray(usable(made).all(axis=-1))
    made = np.where(held[:, None, None, None], made, stocks)
    means = made.mean(axis=-2, keepdims=True)
    fed = None if policy is None else policy / means
    return shared_rates(made / means, fed), held
