"""Simple rules that an optimum has to beat: money by output, and one elasticity for all links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from panelkit.evaluation.allocation.technology import Bounds, Technology
from panelkit.evaluation.allocation.water_filling import water_fill
from panelkit.kernels.within import FloatArray

Rule = Callable[[Technology], FloatArray]


def pooled_elasticity(elasticity: FloatArray, covariance: FloatArray | None) -> FloatArray:
    """Return one elasticity for all links (..., K) in the place of each: their mean, by precision where known."""
    errors = np.zeros(elasticity.shape[-1]) if covariance is None else np.diag(covariance)
    weights = 1.0 / errors if (errors > 0.0).all() else np.ones(len(errors))
    mean = (elasticity * weights).sum(axis=-1, keepdims=True) / weights.sum()
    return np.broadcast_to(mean, elasticity.shape)


def rules(bounds: Bounds, covariance: FloatArray | None) -> dict[str, Rule]:
    """Return rules from a technology, with draws (D,) or without, to allocations.

    `proportional` gives every cell money by its weighted share of output; `pooled` makes marginal products equal as if
    all links had one elasticity.
    """

    def proportional(technology: Technology) -> FloatArray:
        return bounds.scaled(technology.value * bounds.budget)

    def pooled(technology: Technology) -> FloatArray:
        common = pooled_elasticity(technology.elasticity, covariance)
        x = water_fill(replace(technology, elasticity=common), bounds).x
        return x if technology.elasticity.ndim > 1 else x[0]

    return {"proportional": proportional, "pooled": pooled}
