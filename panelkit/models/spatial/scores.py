"""The scores of a spatial panel and their variances under errors that are not normal, or not independent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import information


def quadratic_forms(c: Curvature) -> list[FloatArray]:
    """Return A and H (N, N), with unit means removed on both sides where units are swept of time effects.

    Raises
    ------
    SpecError
        Above 1,000 units: these covariances need the N x N forms.
    """
    if not c.small:
        raise SpecError(
            message(
                "qml and clustered covariances need N x N forms, and {count} units are too many: "
                "take vcov=Information(), Hessian() or DriscollKraay()",
                count=c.problem.counting.n_units,
            )
        )
    forms = [form for form in (c.lag_operator, None if c.h is None else c.h.dense) if form is not None]
    if c.problem.counting.effects in ("time", "twoway") and c.problem.counting.resweeps:
        forms = [_centre(form) for form in forms]
    return forms


def _centre(form: FloatArray) -> FloatArray:
    inside = form - form.mean(axis=0, keepdims=True)
    return inside - inside.mean(axis=1, keepdims=True)


def linear_scores(c: Curvature) -> FloatArray:
    """Return the linear parts of the scores of b, rho and lambda by cell, (N, T, p - 1); that of lambda is zero."""
    e = c.residuals[..., None]
    parts = [c.filtered[..., 2:] * e]
    if c.g is not None:
        parts.append((c.mean_lag * c.residuals)[..., None])
    if c.h is not None:
        parts.append(np.zeros_like(e))
    return np.concatenate(parts, axis=2) / c.optimum.sigma2


def unit_meat(c: Curvature) -> FloatArray:
    """Return the variance of the score with errors of any serial form that are independent between units.

    Linear parts and diagonals of the quadratic forms are summed by unit; a pair of units i < j adds
    ((a_ij + a_ji) e_i'e_j / sigma2)^2, which is the variance of its term whatever the serial form. No order of
    units enters.
    """
    return paired(*unit_parts(c))


def unit_parts(c: Curvature) -> tuple[FloatArray, dict[int, FloatArray]]:
    """Return the parts of the score that are a unit's own (N, p), and of pairs (N, N) for each spatial parameter."""
    n, k, p = c.problem.counting.n_units, c.problem.k, len(c.names)
    s2, e = c.optimum.sigma2, c.residuals
    unit = np.zeros((n, p))
    unit[:, :-1] = linear_scores(c).sum(axis=1)
    squares = (e**2).sum(axis=1) / s2
    excess = squares - squares.mean()
    forms = quadratic_forms(c)
    for j, form in enumerate(forms):
        unit[:, k + j] += np.diag(form) * excess
    unit[:, -1] = excess / (2 * s2)
    unit -= unit.mean(axis=0)
    cross = e @ e.T / s2
    np.fill_diagonal(cross, 0.0)
    return unit, {k + j: (form + form.T) * cross for j, form in enumerate(forms)}


def paired(unit: FloatArray, sides: Mapping[int, FloatArray]) -> FloatArray:
    """Return the variance (p, p) of sums over units and over pairs of units, times N / (N - 1)."""
    n = len(unit)
    meat: FloatArray = unit.T @ unit
    for i, one in sides.items():
        for j, two in sides.items():
            meat[i, j] += 0.5 * float((one * two).sum())
    return meat * n / (n - 1)


def cell_scores(c: Curvature) -> FloatArray:
    """Return scores by cell (N, T, p), centred so that they sum to zero over the panel."""
    s2, e = c.optimum.sigma2, c.residuals
    parts = [c.filtered[..., 2:] * e[..., None] / s2]
    if c.g is not None:
        parts.append((c.filtered[..., 1] * e)[..., None] / s2)
    if c.h is not None and c.problem.lagged is not None:
        lags = c.problem.lagged
        u_lag = lags[..., 0] - c.optimum.rho * lags[..., 1] - lags[..., 2:] @ c.optimum.b
        parts.append((u_lag * e)[..., None] / s2)
    parts.append((e**2)[..., None] / (2 * s2 * s2))
    cells = np.concatenate(parts, axis=2)
    centred: FloatArray = cells - cells.mean(axis=(0, 1), keepdims=True)
    return centred


def moments_meat(c: Curvature) -> FloatArray:
    """Return the variance of the score with independent, identical, non-normal innovations (Lee 2004).

    Information plus the terms in the third and fourth moments, which are estimated from the swept residuals.
    """
    counting, s2 = c.problem.counting, c.optimum.sigma2
    n, t = counting.n_units, counting.n_times
    e = c.residuals
    units = counting.effects in ("unit", "twoway")
    times = counting.effects in ("time", "twoway")
    keep_t, keep_n = (1 - 1 / t if units else 1.0), (1 - 1 / n if times else 1.0)

    def power(q: int) -> float:
        in_t = keep_t**q + (t - 1) * (-1 / t) ** q if units else 1.0
        in_n = keep_n**q + (n - 1) * (-1 / n) ** q if times else 1.0
        return in_t * in_n

    variance = float((e**2).mean()) / (keep_t * keep_n)
    third = float((e**3).mean()) / power(3)
    fourth = (float((e**4).mean()) - 3 * (variance * keep_t * keep_n) ** 2) / power(4)
    diagonals = [np.repeat(np.diag(form) * keep_t, t) for form in quadratic_forms(c)]
    diagonals.append(np.full(n * t, keep_t * keep_n / (2 * s2)))
    B = np.column_stack(diagonals) / s2
    k = c.problem.k
    L = np.zeros((n * t, len(c.names)))
    L[:, :k] = c.Z / s2
    if c.g is not None:
        L[:, k] = c.mean_lag.reshape(-1) / s2
    Q = np.zeros_like(L)
    Q[:, k:] = B
    cross = third * (L.T @ Q)
    meat: FloatArray = information(c) + fourth * (Q.T @ Q) + cross + cross.T
    return meat
