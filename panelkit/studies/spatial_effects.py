"""One quantity of a spatial model: simulated and delta intervals, unit trends, placebo maps, rings of distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from panelkit.inference.impact_parts import ImpactParts, draw_theta, stable, stacked
from panelkit.inference.multipliers import EXACT_VALUES
from panelkit.kernels.rng import as_generator
from panelkit.kernels.within import Effects
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import message
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.likelihood import lag, sweep
from panelkit.models.spatial.sample import SpatialSample
from panelkit.models.spatial.sensitivity import permuted_theta
from panelkit.spatial import provincial
from panelkit.spatial.weights import Weights
from panelkit.studies.scrutiny.main_test import SMALLEST_SHARE

FEWEST_YEARS = 4
"""Two rows a unit beside its mean and its trend: with one, nothing is left to vary over time."""

FloatArray = NDArray[np.float64]
Quantity = Literal["direct", "indirect", "total", "rho"]
_AT = {"direct": 0, "indirect": 1, "total": 2}


INNER = (0.05, 0.95)
"""The ends of the 90 % interval: two one-sided tests at 5 %."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """One quantity of one fit: value, simulated interval and the one of 90 %, two-sided p."""

    value: float
    low: float
    high: float
    p_value: float
    inner_low: float = math.nan
    inner_high: float = math.nan


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


def simulated(fit: SpatialFit, effect: Quantity, draws: int, seed: int, level: float = 0.95) -> Simulated:
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
    level
        Of the wide interval; the narrow one is that of 90 %.

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
    tail = (1.0 - level) / 2.0
    low, inner_low, inner_high, high = map(float, np.quantile(drawn, [tail, *INNER, 1.0 - tail]))
    side = min((drawn <= 0).sum(), (drawn >= 0).sum())
    p = min(1.0, 2.0 * (1.0 + float(side)) / (1.0 + len(drawn)))
    return Simulated(value, low, high, p, inner_low, inner_high)


def delta(parts: ImpactParts, effect: Quantity) -> tuple[float, float]:
    """Return a quantity and its standard error by the delta method: central differences, all in one pass."""
    steps = 1e-5 * np.maximum(np.abs(parts.theta), 1e-2)
    moved = np.concatenate([parts.theta[None, :], parts.theta + np.diag(steps), parts.theta - np.diag(steps)])
    values = quantity_of(parts, moved, effect)
    up, down = np.split(values[1:], 2)
    slope = (up - down) / (2.0 * steps)
    return float(values[0]), float(np.sqrt(slope @ parts.covariance @ slope))


def without_trends(sample: SpatialSample) -> SpatialSample:
    """Return a sample of T - 2 rows a unit, in which unit effects and unit trends are gone.

    The years are rotated onto an orthonormal basis of what is orthogonal to a constant and a line (as Lee and Yu 2010
    do with the constant alone). The rotation touches years, weights touch units, so that the two commute: rho and the
    impacts are those of the same model with a trend in every unit, and errors that were independent stay so. Year
    effects become T - 2 effects of rows, which `effects="time"` takes.

    Parameters
    ----------
    sample
        A balanced sample.

    Returns
    -------
    SpatialSample
        Its design is the old one: it names the units, its years do not describe the rows.

    Raises
    ------
    SpecError
        If fewer than four years are held.
    """
    years = sample.design.time_labels.astype(float)
    if len(years) < FEWEST_YEARS:
        raise SpecError(message("needs at least {years} {periods}", years=FEWEST_YEARS))
    line = np.stack([np.ones(len(years)), years - years.mean()], axis=1)
    basis = np.linalg.qr(line, mode="complete")[0][:, 2:]
    return replace(sample, y=sample.y @ basis, X=np.einsum("ntk,ts->nsk", sample.X, basis))


def smallest_impact(sample: SpatialSample, effects: Effects) -> float:
    """Return the impact by which one within deviation of the treatment moves the outcome by a fifth of its own.

    Both beside effects and controls; the treatment is the first regressor.
    """
    kx = sample.X.shape[2]
    columns = sweep(np.concatenate([sample.y[..., None], sample.X], axis=2), effects).reshape(-1, kx + 1)
    return _fifth(columns[:, 0], columns[:, 1], columns[:, 2:])


def smallest_rho(sample: SpatialSample, w: Weights, effects: Effects) -> float:
    """Return the rho by which one within deviation of the neighbours' outcome moves one's own by a fifth of its own."""
    y = sample.y[..., None]
    columns = np.concatenate([y, lag(w.matrix, y), sample.X], axis=2)
    swept = sweep(columns, effects).reshape(-1, columns.shape[2])
    return _fifth(swept[:, 0], swept[:, 1], swept[:, 2:])


def _fifth(outcome: FloatArray, treatment: FloatArray, rest: FloatArray) -> float:
    both = np.stack([outcome, treatment], axis=1)
    left = np.linalg.norm(both - rest @ np.linalg.lstsq(rest, both, rcond=None)[0], axis=0)
    return float(SMALLEST_SHARE * left[0] / left[1])


class Placebo(NamedTuple):
    """The two-sided p around the placebo's median, how many maps were lost, and the side of the median (1 or -1)."""

    p: float
    lost: int
    side: float


def placebo_of(fit: SpatialFit, effect: Quantity, permutations: int, seed: int) -> Placebo:
    """Compare a quantity with that of the same panel whose units have changed places on the map.

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
    Placebo

    Raises
    ------
    ConvergenceError
        If no permuted map can be computed.
    """
    generator = as_generator(seed)
    parts = fit.impact_parts()
    thetas: list[FloatArray] = []
    for _ in range(permutations):
        try:
            thetas.append(permuted_theta(fit, generator.permutation(len(parts.ids))))
        except ConvergenceError:
            continue
    lost = permutations - len(thetas)
    if not thetas:
        raise ConvergenceError(
            message("none of {permutations} permuted maps could be computed", permutations=permutations)
        )
    # few enough at a time that no multiplier is interpolated: permuted values of rho lie far apart
    lots = [np.array(thetas[at : at + EXACT_VALUES]) for at in range(0, len(thetas), EXACT_VALUES)]
    draws = np.concatenate([quantity_of(parts, lot, effect) for lot in lots])
    middle = float(np.median(draws))
    apart = float(quantity_of(parts, parts.theta[None, :], effect)[0]) - middle
    far = int((np.abs(draws - middle) >= abs(apart)).sum())
    return Placebo((1 + lost + far) / (1 + permutations), lost, float(np.sign(apart)))


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
