"""The effect of a regressor of a spatial model where a moderator stands beside it, as a function of the parameters.

With terms z_t = f_t(x, m), own coefficients b_t and those of the neighbours' terms theta_t, y = S (sum_t b_t z_t +
theta_t W_d z_t + ...), and the derivative of y by x is the matrix

    S [ sum_t b_t diag(g_t) + theta_t W_d diag(g_t) ] / a,    g_t = d f_t / d x, one number a unit,

with S = (I - r W)^-1 and a, r as in `impact_parts`. For x and x:m this is S [diag(b + d m) + W_d diag(theta_x +
theta_xm m)]: the moderator is that of the unit in which x moves. The mean diagonal is the direct effect, the mean row
sum the total, the difference the indirect effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from panelkit.formula.tree import Node, Term
from panelkit.inference.after.moved import term_slope
from panelkit.inference.after.row_parts import RowParts
from panelkit.inference.impact_parts import Horizon, ImpactParts, pick, resolvent
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message


def moderated_stacked(
    parts: ImpactParts, places: Sequence[int], gradient: FloatArray
) -> Callable[[FloatArray, Horizon], FloatArray]:
    """Return a function of (m, p) parameter vectors that gives direct, indirect and total effects, (m, 3 V).

    Parameters
    ----------
    parts
        What impacts need of the fit.
    places
        Which of `parts.terms` hold the regressor, q of them.
    gradient
        Their derivatives by the regressor at V settings of the moderator, a mean over the periods for each unit,
        (q, V, N).

    Raises
    ------
    SpecError
        If derivatives differ between more than 1,000 units.
    """
    own = [parts.own[j] for j in places]
    neighbour = [parts.neighbour[j] for j in places]
    q, settings, _ = gradient.shape
    flat = np.ascontiguousarray(gradient.reshape(q * settings, -1))
    fixed = np.flatnonzero((flat == flat[:, :1]).all(axis=1))
    moving = np.setdiff1d(np.arange(q * settings), fixed)

    def effects(theta: FloatArray, horizon: Horizon = "short") -> FloatArray:
        scale, rho = resolvent(parts, theta, horizon)
        means = np.empty((len(theta), 4, q * settings))
        for rows in (fixed, moving):
            if len(rows):
                means[:, :, rows] = parts.multipliers.of_units(rho, flat[rows])
        means = means.reshape(len(theta), 4, q, settings) / scale[:, None, None, None]
        b, t = pick(theta, own)[:, :, None], pick(theta, neighbour)[:, :, None]
        direct = (b * means[:, 0] + t * means[:, 1]).sum(axis=1)
        total = (b * means[:, 2] + t * means[:, 3]).sum(axis=1)
        return np.hstack([direct, total - direct, total])

    return effects


def moved_by_unit(
    held: Sequence[Term],
    variable: Node,
    moderator: Node,
    values: Sequence[float | None],
    rows: RowParts,
    shape: tuple[int, int],
) -> FloatArray:
    """Return the derivatives of terms by the variable at values of the moderator, a mean over periods, (q, V, N).

    Rows lie unit by unit; `shape` is N and how many of the last periods count. None leaves the moderator as observed.

    Raises
    ------
    SpecError
        If a derivative has no value at one of the rows.
    """
    out = np.empty((len(held), len(values), shape[0]))
    for at, value in enumerate(values):
        for j, one in enumerate(held):
            slope: Any = term_slope(one, variable, None if value is None else moderator, value, rows)
            whole = of_periods(slope.by[..., 0], len(rows.design.y), shape)
            # a mean of equal numbers may differ from them in the last digit
            level = (whole == whole[0, 0]).all()
            out[j, at] = whole[0, 0] if level else whole.mean(axis=1)
    if not np.isfinite(out).all():
        raise SpecError(
            message(
                "the derivative has no value at one of these values or rows (a pole, a logarithm of zero)"
            )
        )
    return out


def of_periods(values: FloatArray, count: int, shape: tuple[int, int]) -> FloatArray:
    """Return values of all rows (count,), or one for all, by unit and over the last periods, `shape` (N, T)."""
    return np.broadcast_to(values, (count,)).reshape(shape[0], -1)[:, -shape[1] :]
