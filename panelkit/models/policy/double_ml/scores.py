"""Scores that are linear in the effect, psi = a * theta + b, from what the learners predict out of fold.

Chernozhukov et al. (2018), eqs. 4.3 and 4.4 (partially linear), 4.7 and 4.8 (with an instrument), 5.2 and 5.4
(interactive: ATE and ATTE). Rows n, repeats R.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.covariance.clusters import Clusters
from panelkit.kernels.capabilities import CLUSTER_SCORES
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class ScoreProblem(Brief):
    """Linear scores in every repeat: `a` and `b` (R, n), the fold of every row (R, n)."""

    a: FloatArray
    b: FloatArray
    folds: IntArray
    can: frozenset[str] = frozenset({CLUSTER_SCORES})

    @cached_property
    def by_repeat(self) -> FloatArray:
        """Return the estimate of every repeat, (R,): the root of the mean score."""
        return -self.b.sum(axis=1) / self.a.sum(axis=1)

    @property
    def estimate(self) -> float:
        """Return the median over the repeats."""
        return float(np.median(self.by_repeat))

    def variances(self, clusters: Clusters, *, jackknife: bool) -> FloatArray:
        """Return the variance of the estimate of every repeat, (R,), by clusters of rows.

        The sandwich is G/(G-1) times the sum of squared sums of scores over the squared sum of `a` (Chiang et al. 2022
        without the factor). The jackknife leaves every cluster out of the last step, (G-1)/G times the sum of squared
        changes; what was learned stays.
        """
        count = clusters.count
        a, b = (_sums(part, clusters.codes, count) for part in (self.a, self.b))
        whole = a.sum(axis=1, keepdims=True)
        if jackknife:
            without = -(b.sum(axis=1, keepdims=True) - b) / (whole - a)
            return ((without - self.by_repeat[:, None]) ** 2).sum(axis=1) * (count - 1) / count
        scores = a * self.by_repeat[:, None] + b
        return (scores**2).sum(axis=1) / whole[:, 0] ** 2 * count / (count - 1)

    def variance(self, clusters: Clusters, *, jackknife: bool) -> float:
        """Return the median over repeats of variance and squared distance to the median estimate (definition 3.3)."""
        spread = (self.by_repeat - self.estimate) ** 2
        return float(np.median(self.variances(clusters, jackknife=jackknife) + spread))

    def torn(self, clusters: Clusters) -> IntArray:
        """Return the clusters whose rows lie in several folds of a repeat."""
        torn = np.zeros(clusters.count, dtype=bool)
        for folds in self.folds:
            first = np.zeros(clusters.count, dtype=np.int64)
            first[clusters.codes] = folds
            torn[clusters.codes[first[clusters.codes] != folds]] = True
        return np.flatnonzero(torn)


def _sums(values: FloatArray, codes: IntArray, count: int) -> FloatArray:
    """Return sums (R, G) of values (R, n) by cluster."""
    return np.array([np.bincount(codes, row, count) for row in values])


def partialled_out(
    y: FloatArray, d: FloatArray, learned: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return `a` and `b` (R, n): the residual of the outcome on that of the treatment (eq. 4.4)."""
    v, u = d - learned["treatment"], y - learned["outcome"]
    return -v * v, v * u


def iv_type(y: FloatArray, d: FloatArray, learned: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return `a` and `b` (R, n): the outcome less its part without treatment, by the treatment's residual (eq. 4.3)."""
    v = d - learned["treatment"]
    return -v * d, v * (y - learned["base"])


def instrumented(
    y: FloatArray, d: FloatArray, z: FloatArray, learned: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return `a` and `b` (R, n): residuals of outcome and treatment, by that of the instrument (eq. 4.8)."""
    w = z - learned["instrument"]
    return -w * (d - learned["treatment"]), w * (y - learned["outcome"])


def average_effect(
    y: FloatArray, d: FloatArray, learned: dict[str, FloatArray], m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return `a` and `b` (R, n) of the average effect, doubly robust (eq. 5.2); m (R, n) are clipped propensities."""
    g0, g1 = learned["control"], learned["treated"]
    b = g1 - g0 + d * (y - g1) / m - (1.0 - d) * (y - g0) / (1.0 - m)
    return -np.ones_like(b), b


def effect_on_treated(
    y: FloatArray, d: FloatArray, learned: dict[str, FloatArray], m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return `a` and `b` (R, n) of the effect on the treated (eq. 5.4); the share of the treated cancels."""
    rest = y - learned["control"]
    b = d * rest - m * (1.0 - d) * rest / (1.0 - m)
    return -np.broadcast_to(d, b.shape).astype(np.float64), b
