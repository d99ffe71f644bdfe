"""The maximum of a spatial likelihood with random unit effects, and its observed Hessian."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import optimize

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError
from panelkit.language.message import message
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import hessian, inverse_observed
from panelkit.models.spatial.likelihood import Optimum, Problem
from panelkit.models.spatial.maximum import maximise, reach_top

BOUNDARY = 1 - 1e-9  # above it there are no unit effects, and phi is held
LOG_PHI = -15.0  # below it the errors are lost in the rounding of the unit effects


def quasi_demeaned(raw: Problem, phi: float) -> Problem:
    """Return the problem of columns less (1 - phi) times their unit means."""
    share = 1.0 - phi
    return replace(
        raw,
        y=raw.y - share * raw.y.mean(axis=1, keepdims=True),
        Z=raw.Z - share * raw.Z.mean(axis=1, keepdims=True),
    )


def maximise_random(raw: Problem) -> tuple[float, Problem, Optimum]:
    """Return phi, the problem there and its optimum (loglik without N ln phi).

    Raises
    ------
    ConvergenceError
        If a spatial parameter lies at the edge of its interval at the best phi, or phi itself at zero.
    """
    units = raw.counting.units

    def negative(log_phi: float) -> float:
        top, _ = reach_top(quasi_demeaned(raw, float(np.exp(log_phi))))  # elsewhere an edge is no refusal
        return -(top.loglik + units * log_phi)

    grid = np.linspace(np.log(1e-3), 0.0, 15)
    best = int(np.argmin([negative(x) for x in grid]))
    if best == 0:  # unit effects hundreds of times the errors
        grid = np.linspace(LOG_PHI, grid[2], 30)
        best = int(np.argmin([negative(x) for x in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    answer = optimize.minimize_scalar(
        negative, bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    log_phi = float(answer.x)
    if log_phi < LOG_PHI + 1e-3:
        raise no_errors_left()
    if negative(0.0) <= float(answer.fun):
        log_phi = 0.0
    problem = quasi_demeaned(raw, float(np.exp(log_phi)))
    return float(np.exp(log_phi)), problem, maximise(problem)


def no_errors_left() -> ConvergenceError:
    """Return the refusal of unit effects beside which the errors cannot be told from zero."""
    return ConvergenceError(
        message(
            "the variance of the unit effects is more than a million million times that of the errors: the likelihood "
            "cannot be told from that of fixed effects; take SpatialPanel(effects='unit')"
        )
    )


def inverse_hessian(raw: Problem, optimum: Optimum, phi: float) -> FloatArray:
    """Return the inverse observed Hessian of (b, rho, lambda, ln sigma2, ln phi); that of phi is zero where it is held.

    Raises
    ------
    ConvergenceError
        If the likelihood is flat there.
    """
    c = Curvature(quasi_demeaned(raw, phi), optimum)
    p = len(c.names)
    turn = np.r_[np.ones(p - 1), optimum.sigma2]
    full = np.zeros((p + 1, p + 1))
    full[:p, :p] = hessian(c) * np.outer(turn, turn)
    free = p + (phi <= BOUNDARY)
    if free > p:
        full[p, :] = full[:, p] = _along_phi(c)
    out = np.zeros_like(full)
    out[:free, :free] = inverse_observed(full[:free, :free], raw.k, c.names[raw.k : -1])
    return out


def _along_phi(c: Curvature) -> FloatArray:
    """Return minus the derivatives of the score of ln phi: T sum of squared unit means of e, over sigma2, moves."""
    o, s2, times = c.optimum, c.optimum.sigma2, c.problem.y.shape[1]
    moves = [-c.filtered[..., 2 + j] for j in range(c.problem.k)]
    if c.problem.w is not None:
        moves.append(-c.filtered[..., 1])
    lags = c.problem.lagged
    if lags is not None:
        moves.append(lags[..., 2:] @ o.b + o.rho * lags[..., 1] - lags[..., 0])
    means = c.residuals.mean(axis=1)
    square = times * float(means @ means) / s2
    by_mean = [2.0 * times * float(means @ column.mean(axis=1)) / s2 for column in moves]
    return np.array([*by_mean, -square, 2.0 * square])
