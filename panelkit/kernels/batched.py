"""Thousands of regressions of one sample as one computation on its cross-products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.identified import TOLERANCE_OF_SQUARES
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief

_BATCH_CELLS = 25_000_000
# columns are scaled to norm one: below this a smallest eigenvalue is the square of a distance that cross-products
# cannot hold to six digits (a repeated or absorbed regressor)
_SINGULAR = TOLERANCE_OF_SQUARES**2
# added to unit diagonals so that no deletion makes a singular system, and taken back by a step of refinement; a focal
# regressor with less than _LOST of its variance left is lost
_RIDGE = 1e-13
_LOST = TOLERANCE_OF_SQUARES**2


@dataclass(frozen=True, eq=False)
class Solved(Brief):
    """S regressions of one size: `beta` (S,) of the first regressor and `identified` (S,).

    `influence` and `errors` (S, q) are the weights on the columns that make x less its projection on the controls, and
    the residual; `spread` (S,) is the square of the former.
    """

    beta: FloatArray
    influence: FloatArray
    errors: FloatArray
    spread: FloatArray
    identified: NDArray[np.bool_]


def solve(gram: FloatArray, regressors: IntArray, outcomes: IntArray) -> Solved:
    """Regress column on columns for every specification.

    Parameters
    ----------
    gram
        Shape (q, q), cross-products of the swept columns.
    regressors, outcomes
        Shapes (S, k) and (S,): column numbers, the focal regressor first.
    """
    count, k = regressors.shape
    size = np.sqrt(np.maximum(np.diag(gram), 0.0))
    scale = 1.0 / np.where(size > 0.0, size, 1.0)
    scaled = gram * np.outer(scale, scale)
    left = scaled[regressors[:, :, None], regressors[:, None, :]]
    right = scaled[regressors, outcomes[:, None]]
    identified = (size[regressors] > 0.0).all(axis=1) & (np.linalg.eigvalsh(left)[:, 0] > _SINGULAR)
    left[~identified] = np.eye(k)
    inverse = np.linalg.inv(left)
    slopes = np.einsum("skl,sl->sk", inverse, right)
    here = np.arange(count)
    influence, errors = np.zeros((count, len(gram))), np.zeros((count, len(gram)))
    first = inverse[:, 0, :] / inverse[:, :1, 0]
    influence[here[:, None], regressors] = first * scale[regressors]
    errors[here[:, None], regressors] = -slopes * scale[regressors]
    errors[here, outcomes] += scale[outcomes]
    # `influence` is x less its projection, x in units of its norm; `errors` likewise for the outcome
    influence *= size[regressors[:, :1]]
    errors *= size[outcomes][:, None]
    beta = slopes[:, 0] * size[outcomes] / np.where(size[regressors[:, 0]] > 0.0, size[regressors[:, 0]], 1.0)
    spread = size[regressors[:, 0]] ** 2 / inverse[:, 0, 0]
    beta[~identified] = np.nan
    return Solved(beta, influence, errors, spread, identified)


def crv1_errors(moments: FloatArray, solved: Solved, factors: FloatArray) -> FloatArray:
    """Return clustered standard errors of the first coefficients, (S,).

    `moments` (G, q, q) by cluster, `factors` (S,) on the variance.
    """
    groups, q, _ = moments.shape
    step = max(1, _BATCH_CELLS // (groups * q))
    errors = np.empty(len(solved.beta))
    for first in range(0, len(errors), step):
        part = slice(first, first + step)
        by_group = np.tensordot(solved.errors[part], moments, axes=(1, 1))
        scores = np.einsum("sgq,sq->sg", by_group, solved.influence[part])
        errors[part] = np.sqrt(np.einsum("sg,sg->s", scores, scores))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = errors * np.sqrt(factors) / solved.spread
    return np.where(solved.identified, found, np.nan)


def crv3_errors(swept: FloatArray, regressors: IntArray, outcomes: IntArray, beta: FloatArray) -> FloatArray:
    """Return delete-one-cluster jackknife errors of the first coefficients, (S,), missing where one is lost.

    `swept` (G, q, q) are the cross-products of the columns without each cluster.
    """
    groups, k = len(swept), regressors.shape[1]
    diagonal = np.einsum("gii->gi", swept)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
    scaled = swept * scale[:, :, None] * scale[:, None, :]
    step = max(1, _BATCH_CELLS // (groups * k * k * 4))
    errors = np.empty(len(beta))
    here = np.arange(groups)[:, None]
    for first in range(0, len(beta), step):
        part = slice(first, first + step)
        rows, column = regressors[part], outcomes[part]
        left = scaled[:, rows[:, :, None], rows[:, None, :]]
        diagonal = np.einsum("gskk->gsk", left)
        diagonal += _RIDGE
        right = np.zeros((*left.shape[:3], 2))
        right[..., 0] = scaled[:, rows, column[:, None]]
        right[..., 0, 1] = 1.0
        solved = np.linalg.solve(left, right)
        # the ridge is taken back by one step of refinement
        solved = (solved + np.linalg.solve(left, right - left @ solved + _RIDGE * solved))[:, :, 0]
        without = solved[..., 0] * scale[here, rows[:, 0]] / scale[here, column]
        without[1.0 / solved[..., 1] <= _LOST] = np.nan
        gaps = without - beta[part]
        errors[part] = np.sqrt((groups - 1) / groups * np.einsum("gs,gs->s", gaps, gaps))
    return errors
