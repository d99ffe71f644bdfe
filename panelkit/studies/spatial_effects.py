"""One quantity of a spatial model: simulated and delta intervals, placebo maps, coefficients in rings of distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.inference.impact_parts import ImpactParts, draw_theta, stable, stacked
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import Effects
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import message
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.likelihood import sweep
from panelkit.models.spatial.sample import SpatialSample
from panelkit.models.spatial.sensitivity import permuted_theta
from panelkit.spatial import provincial

FloatArray = NDArray[np.float64]
Quantity = Literal["direct", "indirect", "total", "rho"]
_AT = {"direct": 0, "indirect": 1, "total": 2}


@dataclass(frozen=True, eq=False)
class Simulated:
    """One quantity of one fit: value, simulated 95 % interval, two-sided p."""

    value: float
    low: float
    high: float
    p_value: float


def quantity_of(parts: ImpactParts, theta: FloatArray, effect: Quantity) -> FloatArray:
    """Return one quantity of the first regressor for (m, p) parameter vectors, (m,).

    Raises
    ------
    SpecError
        If rho is asked for and the model has no spatial lag.
    """
    if effect == "rho":
        if parts.rho < 0:
            raise SpecError(message("effect = 'rho' needs a model with a spatial lag"))
        return theta[:, parts.rho]
    column: FloatArray = stacked(parts, theta)[:, _AT[effect] * len(parts.terms)]
    return column


def simulated(fit: SpatialFit, effect: Quantity, draws: int, seed: int) -> Simulated:
    """Return a quantity of a fit with its simulated interval.

    Parameters
    ----------
    fit
        A spatial panel model; the quantity is that of its first regressor.
    effect
        "direct", "indirect" or "total" impact, or "rho".
    draws
        Draws from the asymptotic distribution of the parameters.
    seed
        Seed of the draws.

    Returns
    -------
    Simulated

    Raises
    ------
    ConvergenceError
        If more than half of the draws are unstable.
    """
    parts = fit.impact_parts()
    thetas = draw_theta(parts, draws, as_generator(seed))
    kept = thetas[stable(parts, thetas)]
    if len(kept) < draws / 2:
        raise ConvergenceError(message("more than half of the draws of the spatial model are unstable"))
    value = float(quantity_of(parts, parts.theta[None, :], effect)[0])
    drawn = quantity_of(parts, kept, effect)
    low, high = np.quantile(drawn, [0.025, 0.975])
    side = min((drawn <= 0).sum(), (drawn >= 0).sum())
    p = min(1.0, 2.0 * (1.0 + float(side)) / (1.0 + len(drawn)))
    return Simulated(value, float(low), float(high), p)


def delta(parts: ImpactParts, effect: Quantity) -> tuple[float, float]:
    """Return a quantity and its standard error by the delta method."""

    def value(theta: FloatArray) -> FloatArray:
        return quantity_of(parts, theta[None, :], effect)

    slope = numerical_jacobian(value, parts.theta)[0]
    return float(value(parts.theta)[0]), float(np.sqrt(slope @ parts.covariance @ slope))


def placebo_p(fit: SpatialFit, effect: Quantity, permutations: int, seed: int) -> tuple[float, int]:
    """Return the two-sided placebo p around the placebo's median, and how many maps could not be computed.

    p = (1 + #) / (1 + permutations); a map that could not be computed counts as at least as far as what is observed.

    Parameters
    ----------
    fit
        A spatial panel model; the quantity is that of its first regressor.
    effect
        "direct", "indirect" or "total" impact, or "rho".
    permutations
        Permuted maps: the units change places in W.
    seed
        Seed of the permutations.

    Returns
    -------
    p, lost

    Raises
    ------
    ConvergenceError
        If no permuted map can be computed.
    """
    generator = as_generator(seed)
    parts = fit.impact_parts()
    found: list[float] = []
    for _ in range(permutations):
        try:
            theta = permuted_theta(fit, generator.permutation(len(parts.ids)))
        except ConvergenceError:
            continue
        found.append(float(quantity_of(parts, theta[None, :], effect)[0]))
    lost = permutations - len(found)
    if not found:
        raise ConvergenceError(
            message("none of {permutations} permuted maps could be computed", permutations=permutations)
        )
    draws = np.array(found)
    middle = float(np.median(draws))
    observed = abs(float(quantity_of(parts, parts.theta[None, :], effect)[0]) - middle)
    far = int((np.abs(draws - middle) >= observed).sum())
    return (1 + lost + far) / (1 + permutations), lost


def ring_coefficients(sample: SpatialSample, rings: Sequence[int], effects: Effects) -> list[float]:
    """Return the coefficients of the first regressor's mean in rings of distance, least squares with these effects.

    `rings` are the inner and outer limits in km; a province without anybody in a ring has zero there.
    """
    ids = list(sample.ids)
    y, x = sample.y, sample.X
    columns = [x]
    for inner, outer in zip((0, *rings), (*rings, None), strict=True):
        ring = provincial.distance_band(inner, outer, provinces=ids).aligned(ids).matrix
        counts = np.maximum(np.asarray(ring.sum(axis=1)).ravel(), 1.0)
        columns.append((ring @ x[:, :, 0] / counts[:, None])[..., None])
    swept = sweep(np.concatenate(columns, axis=2), effects)
    target = sweep(y, effects).reshape(-1)
    b = np.linalg.lstsq(swept.reshape(-1, swept.shape[2]), target, rcond=None)[0]
    return [float(value) for value in b[x.shape[2] :]]
