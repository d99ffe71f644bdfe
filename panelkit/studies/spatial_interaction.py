"""How the impact of a regressor on neighbours changes with a moderator, inside units: products, differences, levels.

The product is (x_it - mean_i x)(m_it - mean_i m) (Giesselmann and Schmidt-Catran 2022): what tells units apart, and
what divides a moderator and does not change over time (an area), leaves it. In a spatial Durbin model on product, x
and m the effect of x is S[diag(b + d v) + W diag(t + u v)], v what the moderator of the unit in which x moves is above
its own mean. It is linear in v, so that a unit more of v adds the impacts of the product, S[d I + u W].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from panelkit.inference.moderated_parts import moderated_stacked
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.sample import SpatialSample
from panelkit.show.brief import Brief
from panelkit.studies.spatial_effects import Quantity

# A mean of equal numbers may differ from them in the last digits.
_STILL = 1e-12
_AT: dict[Quantity, int] = {"direct": 0, "indirect": 1, "total": 2}


@dataclass(frozen=True, eq=False)
class AtLevels(Brief):
    """An impact at levels of the moderator, (V,), and half the width of intervals of 95 % that hold jointly."""

    value: FloatArray
    half: FloatArray


def with_product(sample: SpatialSample) -> SpatialSample:
    """Return a sample with the product of its first two regressors, each less its unit's mean, before them.

    Raises
    ------
    SpecError
        If one of the two does not move inside any unit.
    """
    inside = [_inside(sample, at) for at in (0, 1)]
    product = inside[0] * inside[1]
    return replace(
        sample,
        X=np.concatenate([product[..., None], sample.X], axis=2),
        terms=(f"{sample.terms[0]}:{sample.terms[1]}", *sample.terms),
    )


def differenced(sample: SpatialSample) -> SpatialSample:
    """Return a sample of changes from year to year, (N, T - 1); its design is the old one."""
    return replace(sample, y=np.diff(sample.y, axis=1), X=np.diff(sample.X, axis=1))


def share_inside(sample: SpatialSample, at: int) -> float:
    """Return which share of a regressor's variance inside years lies inside units too."""
    column = sample.X[..., at]
    apart = column - column.mean(axis=0)
    inside = apart - apart.mean(axis=1, keepdims=True)
    return float((inside**2).sum() / (apart**2).sum())


def levels_inside(sample: SpatialSample, shares: Sequence[float]) -> FloatArray:
    """Return quantiles of what the moderator, the third regressor beside product and treatment, is above unit means."""
    return np.asarray(np.quantile(_inside(sample, 2), shares))


def impact_at(fit: SpatialFit, effect: Quantity, levels: FloatArray) -> AtLevels:
    """Return an impact of the treatment at levels of the moderator above the unit's mean.

    Intervals are those of Working and Hotelling for a line: sqrt(2 F(2, df)) errors hold it at all its levels at once.

    Parameters
    ----------
    fit
        A spatial model of a sample `with_product`.
    effect
        "direct", "indirect" or "total".
    levels
        (V,), in units of the moderator.

    Returns
    -------
    AtLevels
    """
    parts = fit.impact_parts()
    gradient = np.broadcast_to(
        np.stack([levels, np.ones_like(levels)])[:, :, None], (2, len(levels), len(parts.ids))
    )
    effects = moderated_stacked(parts, (0, 1), gradient)
    kept = slice(_AT[effect] * len(levels), (_AT[effect] + 1) * len(levels))

    def at(theta: FloatArray) -> FloatArray:
        return effects(theta[None, :], "short")[0, kept]

    slope = numerical_jacobian(at, parts.theta)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", slope, parts.drawable[0], slope))
    joint = special.chdtri(2.0, 0.05) if np.isinf(parts.df) else 2.0 * special.fdtri(2.0, parts.df, 0.95)
    return AtLevels(at(parts.theta), np.sqrt(joint) * errors)


def _inside(sample: SpatialSample, at: int) -> FloatArray:
    column = sample.X[..., at]
    inside = column - column.mean(axis=1, keepdims=True)
    if np.abs(inside).max() <= _STILL * np.abs(column).max():
        raise SpecError(
            sample.design.spoken(
                message(
                    "`{name}` does not move inside any {unit}, and the interaction reads what moves there alone",
                    name=sample.terms[at],
                )
            )
        )
    return np.asarray(inside)
