"""The rows of a fitted panel VAR over its calendar, as local projections want them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.covariance.clusters import clusters_of
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import Call
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.message import Message
from panelkit.models.dynamic.responses.projected import cube_of
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class ProjectionRows(Brief):
    """Levels (N, T, m) and controls (N, T, c) of N units and T periods, the cluster (N,) of every unit and its name."""

    levels: FloatArray
    controls: FloatArray
    cluster: IntArray
    clustered_by: Message

    def by_cluster(self, parts: FloatArray) -> FloatArray:
        """Return what units add, (H, N, m, m), summed by cluster, (H, G, m, m)."""
        member = np.eye(int(self.cluster.max()) + 1)[self.cluster]
        return np.asarray(np.einsum("ig,hijk->hgjk", member, parts))


def projection_rows(fit: Any) -> ProjectionRows:
    """Return the rows behind a `PanelVARFit`.

    Controls are the lags of all variables and the exogenous terms. Levels are held where a row of the fit
    holds them, or a lag of it.
    """
    design, m, lags = fit.design, len(fit.names), len(fit.coefficients)
    own = fit.terms[: len(fit.terms) // m]
    X = np.column_stack([design.X[:, design.terms.index(term)] for term in own])
    others = [design.X[:, design.terms.index(name)] for name in fit.names[1:]]
    y = np.column_stack([design.y, *others])
    period = np.asarray(design.time_labels, dtype=np.int64)
    step = _step(own[0])
    time = (period[design.time] - period[0]) // step + lags
    shape = (len(design.unit_labels), int(time.max()) + 1)
    levels = cube_of(y, design.unit, time, shape)
    for lag in range(1, lags + 1):
        levels[design.unit, time - lag] = X[:, (lag - 1) * m : lag * m]
    clusters = clusters_of(design, fit.spec.cluster)
    cluster = np.zeros(shape[0], dtype=np.int64)
    cluster[design.unit] = clusters.codes
    return ProjectionRows(levels, cube_of(X, design.unit, time, shape), cluster, clusters.shown)


def _step(first_lag: str) -> int:
    """Return how far neighbouring periods are apart on the calendar: what the first lag reads back."""
    node = parse_expression(first_lag).node
    return int(str(dict(node.options)["k"]).removesuffix(".0")) if isinstance(node, Call) else 1
