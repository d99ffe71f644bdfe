"""Covariances of one effect from the sums of its scores by cluster, repeated splits included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from panelkit.covariance.base import Vcov
from panelkit.covariance.clusters import Clusters, clusters_of
from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.panel.design import Design

_SHOWN = 6


class ScoredProblem(Protocol):
    """What double machine learning offers: variances by clusters that no fold splits."""

    def variance(self, clusters: Clusters, *, jackknife: bool) -> float:
        """Return the variance of the estimate."""
        ...

    def torn(self, clusters: Clusters) -> IntArray:
        """Return the clusters that a fold splits."""
        ...


def whole_clusters(problem: ScoredProblem, design: Design, by: str | None) -> Clusters:
    """Return the clusters of a covariance.

    Raises
    ------
    SpecError
        If a fold splits one of them: what was learned for some of its rows has then seen the others.
    """
    clusters = clusters_of(design, by)
    torn = problem.torn(clusters)
    if len(torn):
        raise SpecError(
            message(
                "clusters by `{name}`: the folds split {shown}, so that its scores are not independent of what was "
                "learned. Fit again with this covariance, and the folds are whole clusters of it",
                name=clusters.name,
                shown=[str(label) for label in clusters.labels[torn][:_SHOWN]],
            )
        )
    return clusters


def of_scores(problem: Any, design: Design, by: str | None, *, jackknife: bool) -> Vcov:
    """Return the covariance (1, 1) of an effect, with t(G-1)."""
    clusters = whole_clusters(problem, design, by)
    df = clusters.count - 1
    if jackknife:
        name = message("CRV3 (jackknife) by {name}, t({df})", name=clusters.shown, df=df)
        note = message("CRV3 leaves each cluster out of the last step; what the learners learned stays")
    else:
        name = message("cluster (CRV1) by {name}", name=clusters.shown)
        note = message("clustered variances with G/(G-1), t(G-1)")
    variance = problem.variance(clusters, jackknife=jackknife)
    return Vcov(np.array([[variance]]), float(df), name, {"n_clusters": clusters.count}, (note,))
