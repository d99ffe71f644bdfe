"""Errors of averages from what clusters add to them: as published, or unbiased at few clusters with Welch's df."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

Errors = Literal["small-sample", "analytic"]
ERRORS: tuple[str, ...] = get_args(Errors)


@dataclass(frozen=True, eq=False)
class AverageErrors(Brief):
    """Covariance (p, p) and degrees of freedom (p,) of averages; an error that cannot be told is missing."""

    covariance: FloatArray
    df: FloatArray


def errors_of(influence: FloatArray, treated: Array, errors: Errors, factor: float = 1.0) -> AverageErrors:
    """Return the covariance of averages.

    Parameters
    ----------
    influence
        What a cluster adds to estimate less truth, (G, p).
    treated
        The clusters that hold treated rows of each average, (G, p) bool.
    errors
        "analytic": influence' influence, times `factor`, with the normal distribution, as the programs print it;
        "small-sample": clusters that hold treated rows of the average and the others vary on their own, each kind
        with n/(n-1) and n-1 degrees of freedom, joined as Welch (1947) and Satterthwaite (1946) do. With one treated
        cluster there is no error.
    factor
        A small-sample factor of the analytic covariance.

    Returns
    -------
    The covariance and df.
    """
    if errors == "analytic":
        return AverageErrors(factor * influence.T @ influence, np.full(influence.shape[1], np.inf))
    inside, outside = treated.sum(axis=0), (~treated).sum(axis=0)
    scaled = contributions(influence, treated, errors)
    covariance = scaled.T @ scaled
    within = np.where(treated, scaled, 0.0)
    beside = np.where(treated, 0.0, scaled)
    squares = [np.einsum("gp,gp->p", part, part) for part in (within, beside)]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = squares[0] ** 2 / (inside - 1.0) + np.where(
            outside > 1, squares[1] ** 2 / np.maximum(outside - 1.0, 1.0), 0.0
        )
        df = np.maximum((squares[0] + squares[1]) ** 2 / spread, 1.0)
    alone = inside < 2
    covariance[alone, :] = np.nan
    covariance[:, alone] = np.nan
    return AverageErrors(covariance, np.where(alone, 1.0, np.where(np.isfinite(df), df, np.inf)))


def contributions(influence: FloatArray, treated: Array, errors: Errors, factor: float = 1.0) -> FloatArray:
    """Return influence (G, p) scaled so that its cross-products are the covariance of `errors_of`."""
    if errors == "analytic":
        return np.sqrt(factor) * influence
    scales = _unbiased(treated.sum(axis=0)), _unbiased((~treated).sum(axis=0))
    return influence * np.sqrt(np.where(treated, *scales))


def _unbiased(count: Array) -> FloatArray:
    """Return n/(n-1), 1 where there is one cluster or none."""
    return np.where(count > 1, count / np.maximum(count - 1.0, 1.0), 1.0)
