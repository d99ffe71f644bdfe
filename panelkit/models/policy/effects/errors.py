"""Errors of averages from what clusters add to them: as published, or unbiased at few clusters with Welch's df."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.models.policy.effects.leverage import Spread, even
from panelkit.show.brief import Brief

Errors = Literal["small-sample", "analytic"]
ERRORS: tuple[str, ...] = get_args(Errors)
_NOTHING = 1e-10


@dataclass(frozen=True, eq=False)
class AverageErrors(Brief):
    """Covariance (p, p) and degrees of freedom (p,) of averages; an error that cannot be told is missing.

    `contributions` (G, p) are what clusters add, scaled so that their cross-products are the covariance.
    """

    covariance: FloatArray
    df: FloatArray
    contributions: FloatArray


def errors_of(
    influence: FloatArray, treated: Array, errors: Errors, factor: float = 1.0, spread: Spread | None = None
) -> AverageErrors:
    """Return the covariance of averages.

    Parameters
    ----------
    influence
        What a cluster adds to estimate less truth, (G, p).
    treated
        The clusters that hold treated rows of each average, (G, p) bool.
    errors
        "analytic": influence' influence, times `factor`, with the normal distribution, as the programs print it;
        "small-sample": clusters that hold treated rows of the average and the others vary on their own. The others have
        n/(n-1) and n-1 degrees of freedom. A treated cluster is compared with a mean that it is part of, the more so
        the longer it is treated and the fewer adopt with it: its square is divided by what is left of its own variation
        (`spread`; n/(n-1) where all weigh the same), as CR2 does, with the degrees of freedom of Bell and McCaffrey
        (2002). Both are joined as Welch (1947) and Satterthwaite (1946) do, once with the variances found and once with
        those of clusters that all vary alike: with two or three treated clusters the first can mistake an error that is
        small by chance for a precise one, and the fewer degrees of freedom are taken. Where a cluster's own variation
        is not seen at all (it adopts alone and shares are fixed, or it alone is compared with) there is no error.
    factor
        A small-sample factor of the analytic covariance.
    spread
        How treated clusters weigh; None takes them as equal.

    Returns
    -------
    The covariance, df and contributions.
    """
    if errors == "analytic":
        scaled = np.sqrt(factor) * influence
        return AverageErrors(scaled.T @ scaled, np.full(influence.shape[1], np.inf), scaled)
    seen = even(treated) if spread is None else spread
    # what differs from zero by rounding alone is no cluster that adds something
    adds = np.abs(influence) > _NOTHING * np.abs(influence).max(axis=0, initial=0.0)
    outside = (~treated & adds).sum(axis=0)
    lost = (treated & np.isnan(seen.scale)).any(axis=0)
    lost |= (outside == 0) & (~treated).any(axis=0) & adds.any(axis=0)
    scale = np.where(treated, np.where(lost, 1.0, seen.scale), _unbiased(outside))
    scaled = influence * np.sqrt(scale)
    covariance = scaled.T @ scaled
    inside, rest = (np.einsum("gp,gp->p", part, part) for part in (scaled * treated, scaled * ~treated))
    beside = 1.0 / np.maximum(outside, 1.0) * (outside > 0)
    df = np.minimum(_joined(inside, rest, seen.df, outside), _joined(seen.square, beside, seen.df, outside))
    covariance[lost, :] = np.nan
    covariance[:, lost] = np.nan
    return AverageErrors(covariance, np.where(lost, 1.0, df), np.where(lost, np.nan, scaled))


def _joined(treated: FloatArray, others: FloatArray, df: FloatArray, n_others: Array) -> FloatArray:
    """Return the degrees of freedom of a sum of two variances, at least one; infinite where there is none."""
    spread = treated**2 / df + others**2 / np.maximum(n_others - 1.0, 1.0)
    none = spread <= 0.0
    return np.where(none, np.inf, np.maximum((treated + others) ** 2 / np.where(none, 1.0, spread), 1.0))


def _unbiased(count: Array) -> FloatArray:
    """Return n/(n-1), 1 where there is one cluster or none."""
    return np.where(count > 1, count / np.maximum(count - 1.0, 1.0), 1.0)
