"""One p-value for a contest of several rivals: the largest statistic under their joint distribution.

Rivals are much alike, so that a correction for so many independent tests (Holm) wastes power: with six rivals it finds
half as much. Here the joint distribution is a multivariate t with the correlation of the loss differences.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from panelkit.results.fit import FloatArray

DRAWS = 20_000


def whole_p(statistics: FloatArray, covariance: FloatArray, df: int, seed: int = 0) -> FloatArray:
    """Return one-sided step-down p-values (k,) adjusted for all of k rivals.

    Parameters
    ----------
    statistics
        t of every rival (k,), large where it is better than the bench.
    covariance
        Of the mean loss differences (k, k).
    df
        Degrees of freedom of the t.
    seed
        Of the draws: the same seed gives the same numbers.

    Returns
    -------
    FloatArray
        The share of draws, of the multivariate t, whose largest among this and all lesser rivals reaches the statistic,
        never less than that of a better rival (Westfall and Young 1993; Hothorn, Bretz and Westfall 2008).
    """
    error = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(error, error))
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(DRAWS, len(statistics))) @ root.T
    drawn /= np.sqrt(rng.chisquare(df, size=(DRAWS, 1)) / df)
    order = np.argsort(-statistics, kind="stable")
    # the largest of the rivals from this one down, in the order of their statistics
    largest = np.maximum.accumulate(drawn[:, order[::-1]], axis=1)[:, ::-1]
    share = (1.0 + (largest >= statistics[order]).sum(axis=0)) / (DRAWS + 1.0)
    # drawing leaves a share a little below the rival's own p at times
    single = student.sf(statistics[order], df)
    found = np.empty(len(statistics))
    found[order] = np.maximum.accumulate(np.maximum(share, single))
    return found
