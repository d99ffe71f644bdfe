"""Covariances of estimators that solve moments summed over units: a sandwich, or leaving one unit out at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from panelkit.covariance.base import Vcov
from panelkit.covariance.clusters import level_shown
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

UnitErrors = Literal["jackknife", "cluster"]
_LOST = 1e-10
"""Columns at norm one whose smallest singular value is below this are lost with a unit."""


@dataclass(frozen=True, eq=False)
class UnitChanges(Brief):
    """What every unit does to the estimates: `influence` (N, k), and estimates without it, `deleted` (N, k)."""

    influence: FloatArray
    deleted: FloatArray

    def of(self, rows: slice, scale: FloatArray) -> UnitChanges:
        """Return the changes of some parameters, each divided by its scale (k,)."""
        return UnitChanges(self.influence[:, rows] / scale, self.deleted[:, rows] / scale)


def changes_of_moments(params: FloatArray, moments: FloatArray, jacobians: FloatArray) -> UnitChanges:
    """Return the changes from one Newton step, exact for linear moments.

    Parameters
    ----------
    params
        The solution b (K,) of sum_i m_i(b) = 0.
    moments, jacobians
        m_i(b) (N, K) and its derivative (N, K, K).

    Notes
    -----
    Influence is -J^-1 m_i; without unit i the moments sum to -m_i, so that the step is (J - J_i)^-1 m_i.
    """
    total = jacobians.sum(axis=0)
    influence = -_solved(total[None], moments.T[None])[0].T
    deleted = params + _solved(total - jacobians, moments[:, :, None])[:, :, 0]
    return UnitChanges(influence, deleted)


def _solved(matrices: FloatArray, targets: FloatArray) -> FloatArray:
    """Solve stacks (G, K, K) for (G, K, m); what a unit took with it whole gets the solution of least norm, or NaN.

    A period that the unit alone held leaves a direction without rows; it bears on no slope and is left out.
    """
    size = np.sqrt(np.abs(np.einsum("gkk->gk", matrices)))
    size = np.where(size > 0.0, size, 1.0)
    scaled = matrices / (size[:, :, None] * size[:, None, :])
    inverse = np.linalg.pinv(scaled, rcond=_LOST)
    found: FloatArray = (inverse @ (targets / size[:, :, None])) / size[:, :, None]
    return found


def lost_terms(jacobians: FloatArray, terms: int) -> FloatArray:
    """Mark the units (N, terms) without which a slope, one of the first parameters, is not identified."""
    total = jacobians.sum(axis=0)
    left = total - jacobians
    size = np.sqrt(np.abs(np.einsum("kk->k", total)))
    scaled = left / np.outer(size, size)
    hat = np.linalg.pinv(scaled, rcond=_LOST) @ scaled
    known = np.einsum("gkk->gk", hat)[:, :terms]
    return np.asarray(known < 1.0 - 1e-6)


def check_errors(errors: object, allowed: tuple[str, ...] = get_args(UnitErrors)) -> None:
    """Refuse a kind of errors that an estimator has not.

    Raises
    ------
    SpecError
        Which names those that it has.
    """
    if errors not in allowed:
        raise SpecError(message("errors is one of {allowed}, not {errors!r}", allowed=allowed, errors=errors))


def refuse_lost(lost: FloatArray, labels: FloatArray, terms: tuple[str, ...]) -> None:
    """Refuse the jackknife where a unit takes the variation of a term with it.

    Raises
    ------
    SpecError
        Naming unit and term.
    """
    at = np.argwhere(lost)
    if len(at):
        raise SpecError(
            message(
                "{errors_option} leaves one {unit} out at a time, and without {label} nothing tells "
                "`{term}` from the effects and the other terms: take {errors}, or leave the term out",
                errors_option=option("errors", "jackknife"),
                errors=option("errors", "cluster"),
                label=str(labels[at[0, 0]]),
                term=terms[at[0, 1]],
            )
        )


def unit_vcov(errors: str, changes: UnitChanges, estimates: FloatArray, unit: str) -> Vcov:
    """Return the covariance (k, k) of the estimates, with t(N-1).

    "jackknife" is (N-1)/N sum (b_(i) - b)(b_(i) - b)', "cluster" N/(N-1) times the sum of the products of influences.
    """
    count = len(changes.influence)
    if errors == "jackknife":
        gaps = changes.deleted - estimates
        matrix = gaps.T @ gaps * (count - 1) / count
        name = message("jackknife by {name}, t({df})", name=level_shown(unit), df=count - 1)
    else:
        matrix = changes.influence.T @ changes.influence * count / (count - 1)
        name = message("cluster by {name}, t({df})", name=level_shown(unit), df=count - 1)
    return Vcov(matrix, float(count - 1), name, {"n_clusters": count}, (_sentence(errors),))


def _sentence(errors: str) -> Message:
    if errors == "jackknife":
        return message(
            "standard errors leave one {unit} out at a time, the correction worked out anew; t(N-1)"
        )
    return message("standard errors from what every {unit} adds to the moments, times N/(N-1); t(N-1)")
