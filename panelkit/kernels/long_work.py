"""What stands in for a jackknife that would take too long."""

from __future__ import annotations

from panelkit.language.message import Message, message
from panelkit.language.spelt import Spelt

# From here on clustered errors with t(G-1) and the jackknife differ by little, in even clusters.
_MANY = 100


def instead_of_jackknife(clusters: int) -> Message:
    """Return the remedy of a refused jackknife over so many clusters."""
    if clusters < _MANY:
        return message(
            "use {vcov} by the same clusters, and wild_cluster_bootstrap for p-values, because the "
            "clusters are few",
            vcov=Spelt("vcov=Cluster()", "--vcov Cluster"),
        )
    return message(
        "use {vcov} by the same clusters (with so many it is as good), or take larger clusters",
        vcov=Spelt("vcov=Cluster()", "--vcov Cluster"),
    )
