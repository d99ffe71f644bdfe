"""The expected and the observed information of a spatial panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import message
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.likelihood import Problem, star


def information(c: Curvature) -> FloatArray:
    """Return the expected information (p, p) (Anselin 1988, with the counts of the convention)."""
    s2, times, t = c.optimum.sigma2, c.problem.counting.times, c.products
    k, p = c.problem.k, len(c.names)
    info = np.zeros((p, p))
    info[:k, :k] = c.Z.T @ c.Z / s2
    info[-1, -1] = c.problem.counting.nobs / (2 * s2 * s2)
    if c.g is not None:
        mean = c.mean_lag.reshape(-1)
        info[:k, k] = c.Z.T @ mean / s2
        info[k, k] = times * (t["a'a"] + t["aa"]) + mean @ mean / s2
        info[k, -1] = times * t["a"] / s2
    if c.h is not None:
        info[-2, -2] = times * (t["h'h"] + t["hh"])
        info[-2, -1] = times * t["h"] / s2
    if c.g is not None and c.h is not None:
        info[k, -2] = times * (t["h'a"] + t["ha"])
    upper: FloatArray = np.triu(info)
    return upper + np.triu(info, 1).T


def information_random(c: Curvature, phi: float) -> FloatArray:
    """Return the expected information (p + 1, p + 1) with random unit effects, phi last; `c` is at phi.

    The quasi-demeaning works on years and the spatial filters on units, so that the scores of all but phi are those of
    `information` on the quasi-demeaned columns. That of phi is N / phi - e'Q e / (phi sigma2), Q the unit means.
    """
    inner, t = information(c), c.products
    s2, units = c.optimum.sigma2, c.problem.counting.units
    p, k = len(inner), c.problem.k
    info = np.zeros((p + 1, p + 1))
    info[:p, :p] = inner
    spatial = [-2.0 * t[name] / phi for name in ("a", "h") if name in t]
    info[k:p, p] = info[p, k:p] = [*spatial, -units / (phi * s2)]
    info[p, p] = 2.0 * units / phi**2
    return info


def hessian(c: Curvature) -> FloatArray:
    """Return minus the second derivatives of the log-likelihood (p, p), from compressed products."""
    problem, o = c.problem, c.optimum
    small, lags = problem.compressed
    columns = small if lags is None else small - o.lam * lags
    e = columns[:, 0] - o.rho * columns[:, 1] - columns[:, 2:] @ o.b
    slopes = [-columns[:, 2 + j] for j in range(problem.k)]
    if c.g is not None:
        slopes.append(-columns[:, 1])
    u_lag = None
    if lags is not None:
        u_lag = lags[:, 0] - o.rho * lags[:, 1] - lags[:, 2:] @ o.b
        slopes.append(-u_lag)
    first = np.column_stack(slopes) if slopes else np.empty((len(e), 0))
    s2, k, times = o.sigma2, problem.k, problem.counting.times
    p = len(c.names)
    out = np.zeros((p, p))
    out[:-1, :-1] = first.T @ first / s2
    if lags is not None:
        mixed = np.r_[lags[:, 2:].T @ e, *([lags[:, 1] @ e] if c.g is not None else [])]
        out[: len(mixed), -2] += mixed / s2
        out[-2, : len(mixed)] += mixed / s2
        out[-2, -2] += times * _second(problem, "m", o.lam)
    if c.g is not None:
        out[k, k] += times * _second(problem, "w", o.rho)
    out[:-1, -1] = out[-1, :-1] = -(first.T @ e) / s2**2
    out[-1, -1] = -problem.counting.nobs / (2 * s2**2) + float(e @ e) / s2**3
    return out


def _second(problem: Problem, which: str, value: float) -> float:
    spectrum = problem.spectrum_w if which == "w" else problem.spectrum_m
    if spectrum is None:
        raise SpecError(message("a spatial term without its spectrum"))
    return star(spectrum.trace_gg(value), lambda: (1 - value) ** -2, problem)


_COEFFICIENTS = message("the coefficients of regressors")
_VARIANCES = (message("the variance of the errors"), message("the variance of the unit effects"))


def inverse_observed(matrix: FloatArray, k: int, spatial: Sequence[str], *, least: float = 0.0) -> FloatArray:
    """Return the inverse of minus the second derivatives (p, p) of parameters that differ in scale.

    Parameters
    ----------
    matrix
        Minus the second derivatives at the estimate: k coefficients, spatial parameters, variances.
    k, spatial
        How many coefficients, and the names of the spatial parameters.
    least
        How large the smallest eigenvalue must be where the diagonal is one: above the error of numerical derivatives.

    Raises
    ------
    ConvergenceError
        If the likelihood is flat, or bends upwards, along some parameters, which it names.
    """
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(matrix)), np.finfo(float).tiny))
    scaled = matrix * np.outer(scale, scale)
    values, vectors = np.linalg.eigh((scaled + scaled.T) / 2.0)
    if not values[0] > least:
        weights = np.abs(vectors[:, 0])
        names = (*(_COEFFICIENTS,) * k, *spatial, *_VARIANCES)
        flat = [name for name, weight in zip(names, weights, strict=False) if weight > 0.3 * weights.max()]
        raise ConvergenceError(
            message(
                "the likelihood is flat along {terms} at the estimate (its Hessian is not negative definite): they "
                "are not told apart in these data and have no standard errors; take a smaller model",
                terms=list(dict.fromkeys(flat)),
            )
        )
    inner = np.linalg.inv(scaled)
    return np.asarray((inner + inner.T) / 2.0 * np.outer(scale, scale))
