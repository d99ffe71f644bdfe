"""Linear moment conditions by unit: one step, two steps, Windmeijer's correction; any number of equations.

The moments of unit i are g_i(b) = a_i - B_i b. For one equation a_i = Z_i'y_i and B_i = Z_i'X_i; several equations with
the same instruments are stacked, so that M is the number of instruments times that of equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]
Singular = Literal["refuse", "pinv"]

_ROUNDING = 64.0 * np.finfo(float).eps
"""A direction of a scaled weight below so much of the largest, times M, is rounding."""
_WEAKEST = 1e-8
"""Columns at norm one that lie so close to the others are not told apart by the moments."""
_CANCELLED = 1e-10
"""Sums of moments below so much of what is summed are rounding."""
_SHARE = 0.1
"""A column with so large a part in what is not told apart is named."""


@dataclass(frozen=True, eq=False)
class LinearMoments(Brief):
    """Moments by unit: `a` (N, M) and `B` (N, M, K), so that g_i(b) = a_i - B_i b; `names` of the K parameters."""

    a: FloatArray
    B: FloatArray
    names: tuple[str, ...] = ()

    @cached_property
    def a_sum(self) -> FloatArray:
        """Return the sum of a_i over units, (M,)."""
        return self.a.sum(axis=0)

    @cached_property
    def b_sum(self) -> FloatArray:
        """Return the sum of B_i over units, (M, K)."""
        return self.B.sum(axis=0)

    def by_unit(self, params: FloatArray) -> FloatArray:
        """Return the moments of every unit at given parameters (K,), as (N, M)."""
        return self.a - self.B @ params


@dataclass(frozen=True, eq=False)
class MomentFit(Brief):
    """Parameters that solve weighted moments, and their covariances.

    params (K,). `weight` (M, M) is the generalised inverse in use, `rank` its rank. `bread` (K, K) is (B'WB)^-1 and
    `robust` (K, K) the sandwich over units; of a second step `bread` is the uncorrected covariance and `corrected`
    (K, K) Windmeijer's (2005). `moments_sum` (M,) are the moments at the solution, `j` their weighted square (Hansen's
    J of a second step).
    """

    params: FloatArray
    weight: FloatArray
    rank: int
    bread: FloatArray
    robust: FloatArray
    moments_sum: FloatArray
    j: float
    corrected: FloatArray | None = None


def solve_moments(
    moments: LinearMoments, weight_inverse: FloatArray, *, rcond: float | None = None
) -> MomentFit:
    """Solve the moments under a given weight, whose inverse (M, M) is the sum of Z_i'H_iZ_i over units.

    Instruments that repeat each other leave the inverse singular and nothing undetermined: directions that it does not
    hold are left out, and `rank` counts what is left. `rcond` is that of `generalised_inverse`.

    Raises
    ------
    SpecError
        If the moments do not tell the parameters apart.
    """
    root = generalised_root(weight_inverse, rcond)
    params, bread, transfer = _solved(moments, root)
    return _fitted(moments, root, params, bread, transfer)


def second_step(
    moments: LinearMoments,
    first: MomentFit,
    *,
    rcond: float | None = None,
    singular: Singular = "refuse",
) -> MomentFit:
    """Solve the moments under the weight that the first step's residuals give, with Windmeijer's correction.

    Raises
    ------
    SpecError
        If the moments of the units hold fewer directions than there are moments (always so with more moments than
        units), unless `singular="pinv"`; or if the moments do not tell the parameters apart.
    """
    at_first = moments.by_unit(first.params)
    root = generalised_root(at_first.T @ at_first, rcond)
    units, count = at_first.shape
    if root.shape[1] < min(count, first.rank) and singular == "refuse":
        raise SpecError(
            message(
                "the two-step weight is singular: {moments} moments, {units} units, rank {rank}. Use "
                "fewer instruments (collapse them, or fewer lags) or one step, or ask for a generalised "
                "inverse by {singular}",
                singular=option("singular", "pinv"),
                moments=count,
                units=units,
                rank=root.shape[1],
            )
        )
    params, bread, transfer = _solved(moments, root)
    fit = _fitted(moments, root, params, bread, transfer)
    moved = _moved_by_first(moments, at_first, fit, transfer)
    corrected = bread + moved @ bread + bread @ moved.T + moved @ first.robust @ moved.T
    return MomentFit(
        params=fit.params,
        weight=fit.weight,
        rank=fit.rank,
        bread=bread,
        robust=fit.robust,
        moments_sum=fit.moments_sum,
        j=fit.j,
        corrected=0.5 * (corrected + corrected.T),
    )


def generalised_root(matrix: FloatArray, rcond: float | None = None) -> FloatArray:
    """Return R (M, r) with RR' the generalised inverse of a symmetric matrix of rank r.

    Without `rcond` every moment counts in units of its own size, and what is left out is rounding. With it, directions
    of the matrix as it stands below `rcond` times the largest are left out: the tolerance of MASS::ginv, 1.5e-8, is
    what panelvar prints.
    """
    size = np.sqrt(np.clip(np.diag(matrix), 0.0, None))
    scale = np.where(size > 0.0, size, 1.0) if rcond is None else np.ones(len(matrix))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    least = max(float(values[-1]), 0.0) * (len(matrix) * _ROUNDING if rcond is None else rcond)
    held = values > least
    root: FloatArray = vectors[:, held] / np.sqrt(values[held]) / scale[:, None]
    return root


def _solved(moments: LinearMoments, root: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return parameters (K,), (B'WB)^-1 (K, K), and the map (K, M) from moments to parameters."""
    columns = root.T @ moments.b_sum
    norms = np.linalg.norm(columns, axis=0)
    safe = np.where(norms > 0.0, norms, 1.0)
    left, singular, right = np.linalg.svd(columns / safe, full_matrices=False)
    lost = norms == 0.0
    if len(singular) < columns.shape[1] or singular[-1] < _WEAKEST:
        lost = lost | _untold(columns / safe)
    if lost.any():
        raise SpecError(_not_identified(moments, lost))
    inverse = (right.T / singular) @ left.T / safe[:, None]
    transfer = inverse @ root.T
    return transfer @ moments.a_sum, inverse @ inverse.T, transfer


def _untold(columns: FloatArray) -> NDArray[np.bool_]:
    """Return which columns (K,) of (r, K) take part in a direction that nothing moves."""
    _, singular, right = np.linalg.svd(columns)
    untold = right[int((singular >= _WEAKEST).sum()) :]
    return np.asarray(np.sqrt((untold**2).sum(axis=0)) > _SHARE)


def _not_identified(moments: LinearMoments, lost: NDArray[np.bool_]) -> Message:
    """Return the sentence that names what the moments do not tell apart."""
    names = moments.names or tuple(f"b{at + 1}" for at in range(len(lost)))
    return message(
        "the instruments do not identify {terms}: fewer instruments than coefficients, or instruments that do not move "
        "them. Add instruments or leave a regressor out",
        terms=[f"`{name}`" for name, gone in zip(names, lost, strict=True) if gone],
    )


def _fitted(
    moments: LinearMoments, root: FloatArray, params: FloatArray, bread: FloatArray, transfer: FloatArray
) -> MomentFit:
    by_unit = moments.by_unit(params)
    influence = by_unit @ transfer.T
    _refuse_mirrored(influence, np.abs(by_unit) @ np.abs(transfer).T)
    total = moments.a_sum - moments.b_sum @ params
    weighed = root.T @ total
    return MomentFit(
        params=params,
        weight=root @ root.T,
        rank=root.shape[1],
        bread=bread,
        robust=influence.T @ influence,
        moments_sum=total,
        j=float(weighed @ weighed),
    )


def _refuse_mirrored(influence: FloatArray, parts: FloatArray) -> None:
    """Refuse influences (N, K) of two units that are zero while what they are summed of, `parts` (N, K), is not.

    Beside period effects each row of two units is the mirror of the other's, and the sandwich is rounding.
    """
    if len(influence) != 2:
        return
    if (np.linalg.norm(influence, axis=0) < _CANCELLED * np.linalg.norm(parts, axis=0)).any():
        raise SpecError(
            message(
                "the moments of every cluster add up to zero, as they do by construction where two {units} mirror each "
                "other after the effects of {periods}, and errors would be those of rounding: take more {units}, or "
                "time_effects=False"
            )
        )


def _moved_by_first(
    moments: LinearMoments, at_first: FloatArray, fit: MomentFit, transfer: FloatArray
) -> FloatArray:
    """Return D (K, K): how the second step moves with the first's parameters through the weight (Windmeijer 2005)."""
    weighed = fit.weight @ fit.moments_sum
    along = at_first @ weighed
    changed = np.einsum("i,imk->mk", along, moments.B) + at_first.T @ (weighed @ moments.B)
    moved: FloatArray = transfer @ changed
    return moved
