"""The maximum of a spatial likelihood with random unit effects, and its observed Hessian."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import optimize

from panelkit.kernels.derivatives import numerical_hessian
from panelkit.kernels.within import FloatArray
from panelkit.models.spatial.likelihood import Optimum, Problem, log_determinant
from panelkit.models.spatial.maximum import maximise

BOUNDARY = 1 - 1e-9  # above it there are no unit effects, and phi is held


def quasi_demeaned(raw: Problem, phi: float) -> Problem:
    """Return the problem of columns less (1 - phi) times their unit means."""
    share = 1.0 - phi
    return replace(
        raw,
        y=raw.y - share * raw.y.mean(axis=1, keepdims=True),
        Z=raw.Z - share * raw.Z.mean(axis=1, keepdims=True),
    )


def maximise_random(raw: Problem) -> tuple[float, Problem, Optimum]:
    """Return phi, the problem there and its optimum (loglik without N ln phi)."""
    units = raw.counting.units

    def negative(log_phi: float) -> float:
        return -(maximise(quasi_demeaned(raw, float(np.exp(log_phi)))).loglik + units * log_phi)

    grid = np.linspace(np.log(1e-3), 0.0, 15)
    best = int(np.argmin([negative(x) for x in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    answer = optimize.minimize_scalar(
        negative, bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    log_phi = float(answer.x)
    if negative(0.0) <= float(answer.fun):
        log_phi = 0.0
    problem = quasi_demeaned(raw, float(np.exp(log_phi)))
    return float(np.exp(log_phi)), problem, maximise(problem)


def inverse_hessian(raw: Problem, optimum: Optimum, phi: float) -> FloatArray:
    """Return the inverse observed Hessian of (b, rho, lambda, ln sigma2, ln phi), numerically on compressed columns."""
    means = np.repeat(raw.base.mean(axis=1, keepdims=True), raw.y.shape[1], axis=1)
    within = _Compressed(raw, raw.base - means, mean=False)
    between = _Compressed(raw, means, mean=True)
    k, units, nobs = raw.k, raw.counting.units, raw.counting.nobs
    lagged, error = raw.w is not None, raw.m is not None

    def value(x: FloatArray) -> float:
        b, log_s2, log_phi = x[:k], x[-2], x[-1]
        rho = x[k] if lagged else 0.0
        lam = x[-3] if error else 0.0
        gap = within.squares(b, rho, lam) + float(np.exp(2 * log_phi)) * between.squares(b, rho, lam)
        det = raw.counting.times * log_determinant(raw, rho, lam)
        return (
            -nobs / 2 * (np.log(2 * np.pi) + log_s2)
            + units * log_phi
            + det
            - gap / (2 * float(np.exp(log_s2)))
        )

    at = np.r_[optimum.theta(raw)[:-1], np.log(optimum.sigma2), np.log(phi)]
    free = len(at) - (phi > BOUNDARY)  # at the boundary phi is held
    hessian = numerical_hessian(value, at, free)
    scale = 1 / np.sqrt(np.abs(np.diag(hessian)))
    inverse = np.linalg.inv(hessian * np.outer(scale, scale)) * np.outer(scale, scale)
    out = np.zeros((len(at), len(at)))
    out[:free, :free] = inverse
    return out


class _Compressed:
    """Sums of squares of R (S y - Z b) from the R factor of the columns and their lags."""

    def __init__(self, raw: Problem, base: FloatArray, *, mean: bool) -> None:
        self.p = base.shape[2]
        columns = [base.reshape(-1, self.p)]
        if raw.lagged is not None:
            means = np.repeat(raw.lagged.mean(axis=1, keepdims=True), raw.y.shape[1], axis=1)
            columns.append((means if mean else raw.lagged - means).reshape(-1, self.p))
        self.small = np.asarray(np.linalg.qr(np.hstack(columns), mode="r"))

    def squares(self, b: FloatArray, rho: float, lam: float) -> float:
        weights = np.r_[1.0, -rho, -b]
        both = np.r_[weights, -lam * weights] if self.small.shape[1] > self.p else weights
        gap = self.small @ both
        return float(gap @ gap)
