"""CRV3: the covariance from leaving out each cluster in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from panelkit.covariance.base import OneClustering, Vcov, least_squares
from panelkit.covariance.clusters import Clusters, clusters_of
from panelkit.covariance.conventions import Convention
from panelkit.covariance.scored import of_scores
from panelkit.kernels.capabilities import CLUSTER_SCORES, DELETED_GROUPS
from panelkit.kernels.linear import LinearFit
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.panel.design import Design


@offered(
    "covariance", can=(DELETED_GROUPS, CLUSTER_SCORES), source="MacKinnon, Nielsen and Webb 2023", public=True
)
@dataclass(frozen=True)
class CRV3(OneClustering):
    """The delete-one-cluster jackknife with its factor (G-1)/G and t(G-1) (MacKinnon, Nielsen and Webb 2023).

    Every cluster leaves in turn and everything, period effects included, is estimated anew.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.CRV3())
    >>> fit = spec.fit(panel)
    """

    spellings: ClassVar[tuple[str, ...]] = ("CRV3", "CRV3(column)")

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a least-squares fit."""
        if CLUSTER_SCORES in problem.can:
            return of_scores(problem, design, self.by, jackknife=True)
        fit, convention = least_squares(problem, convention)
        clusters = clusters_of(design, self.by)
        betas, identified = fit.without_groups(clusters.codes)
        if not identified.all():
            raise SpecError(_lost_without(fit, clusters, ~identified))
        centred = betas - fit.beta
        matrix = centred.T @ centred * (clusters.count - 1) / clusters.count
        return Vcov(
            matrix,
            float(clusters.count - 1),
            message("CRV3 (jackknife) by {name}, t({df})", name=clusters.shown, df=clusters.count - 1),
            {"n_clusters": clusters.count},
        )


# The terms of this many lost clusters are looked up for the message.
_SHOWN = 10


def _lost_without(fit: LinearFit, clusters: Clusters, lost: NDArray[np.bool_]) -> Message:
    """Say without which clusters what is lost, and why: too little is left, or a cluster alone shows a regressor."""
    reason = _reason(fit, clusters, lost)
    return message(
        "CRV3 leaves out one cluster at a time, and without {column} {clusters} {reason}",
        column=clusters.name,
        clusters=[str(label) for label in clusters.labels[lost]],
        reason=reason,
    )


def _reason(fit: LinearFit, clusters: Clusters, lost: NDArray[np.bool_]) -> Message:
    gone = clusters.codes == int(np.flatnonzero(lost)[0])
    first = str(clusters.labels[lost][0])
    if len(np.unique(fit.layout.unit[~gone])) == 1 and fit.effects in ("time", "twoway"):
        return message(
            "the time effects fit every row: only one unit is left without {first}. Take more units, "
            "or use Cluster() or Robust()",
            first=first,
        )
    if len(np.unique(fit.layout.time[~gone])) == 1 and fit.effects in ("unit", "twoway"):
        return message(
            "the unit effects fit every row: only one period is left without {first}. Take more periods, "
            "or cluster by another column",
            first=first,
        )
    rows, effects = int((~gone).sum()), fit.effects_without(gone)
    if rows - effects < fit.k:
        return message(
            "too little is left: {rows} rows carry {effects} effects and {k} regressors not at all (without "
            "{first}). Take more units or periods, or use Cluster()",
            rows=rows,
            effects=effects,
            k=fit.k,
            first=first,
        )
    found = {j for at in np.flatnonzero(lost)[:_SHOWN] for j in fit.terms_lost(clusters.codes == at)}
    if not found:
        return message(
            "the instruments do not identify the regressors (an instrument that only one cluster has?): take "
            "another instrument, or use Cluster()"
        )
    return message(
        "the regressors are not identified: only {who} tells {terms} from the effects and the other regressors (a "
        "treatment that only one cluster has?): use wild_cluster_bootstrap or randomisation inference, or Cluster()",
        who=first if lost.sum() == 1 else message("such a cluster"),
        terms=[f"`{fit.terms[j]}`" for j in sorted(found)],
    )
