"""Errors correlated inside clusters, by sums of scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from panelkit.covariance.base import (
    LikelihoodProblem,
    OneClustering,
    Vcov,
    least_squares,
)
from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import Convention
from panelkit.covariance.likelihood import sandwiched
from panelkit.covariance.scored import of_scores
from panelkit.covariance.small_sample import cluster_df, small_sample_factor
from panelkit.kernels import sandwich
from panelkit.kernels.capabilities import CLUSTER_SCORES, SCORES, UNIT_SCORES
from panelkit.language.errors import SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.panel.design import Design


@offered(
    "covariance",
    can=(SCORES, UNIT_SCORES, CLUSTER_SCORES),
    source="Liang and Zeger 1986; Arellano 1987; of a likelihood, docs/spatial.md",
    public=True,
    also=("crv1",),
)
@dataclass(frozen=True)
class Cluster(OneClustering):
    """Errors correlated inside clusters (CRV1); `by` names a column or level, None is the unit.

    On a likelihood the clusters are the units, and the covariance of the quadratic terms of two units counts.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.Cluster())
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("Cluster", "Cluster(column)")

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of least squares, or of a likelihood whose clusters are the units."""
        if CLUSTER_SCORES in problem.can:
            return of_scores(problem, design, self.by, jackknife=False)
        if SCORES not in problem.can:
            return self._of_likelihood(problem, design)
        fit, convention = least_squares(problem, convention)
        clusters = clusters_of(design, self.by)
        name = message("cluster (CRV1) by {name}", name=clusters.shown)
        sandwich.refuse_cancelled(fit, sandwich.clustered_meat(fit, clusters.codes), name)
        factor = small_sample_factor(fit, (clusters,), convention)
        matrix = sandwich.clustered(fit, clusters.codes) * factor
        return Vcov(
            matrix,
            cluster_df(fit, clusters.count, convention),
            name,
            {"n_clusters": clusters.count},
        )

    def _of_likelihood(self, problem: LikelihoodProblem, design: Design) -> Vcov:
        if self.by not in (None, *design.unit_names):
            raise SpecError(
                message(
                    "the clusters of a likelihood are the units ({level}), not `{by}`: take Cluster(), or "
                    "ScoreCluster('{by}') where no unit changes its cluster",
                    level=design.unit_names[0],
                    by=self.by,
                )
            )
        return sandwiched(
            problem,
            problem.unit_meat(),
            term("covariance", "cluster"),
            message(
                "clustered by unit: any serial form within units, independence between; pairs of units included"
            ),
        )
