"""Kernel density of an index in [0, 1] or [0, inf), with boundary correction. Arrays only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from panelkit.indices.arrays.checks import vector
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import check_count, refuse_idle
from panelkit.results.fit import FloatArray

_POINTS = 201  # of the even grid


def bandwidth(y: ArrayLike) -> float:
    """Return Silverman's h = 0.9 min(sd, IQR / 1.34) n^(-1/5) (1986); the sd alone where the IQR is zero.

    A constant or single value has no density and is refused.
    """
    values = vector(y, message("kernel density"))
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    quartiles = np.quantile(values, [0.25, 0.75])
    middle = float(quartiles[1] - quartiles[0]) / 1.34
    scale = min(spread, middle) if middle > 0 else spread
    if scale <= 0:
        raise DataError(message("all values are equal: a density needs variation"))
    return float(0.9 * scale * len(values) ** -0.2)


@offered("index", family="distribution", source="Silverman 1986", public=True)
def kernel_density(
    y: ArrayLike,
    at: ArrayLike | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
    h: float | None = None,
    points: int = _POINTS,
) -> tuple[FloatArray, FloatArray]:
    """Return grid (m,) and Gaussian density (m,), reflected at the bounds `low` and `high` where given.

    Without reflection an index near zero leaks mass to negative values. Outside the bounds the density is zero; a value
    outside them is refused. Between two bounds images repeat as far as the kernel reaches, so that no mass is lost.

    Parameters
    ----------
    y
        Values (n,).
    at
        Points (m,) at which the density is asked for; None: an even grid.
    low
        Lower bound of the values.
    high
        Upper bound of the values.
    h
        Bandwidth in the unit of y; None: 0.9 min(sd, IQR / 1.34) n^(-1/5).
    points
        Size of the even grid.

    Returns
    -------
    tuple of arrays
        Grid (m,) in the unit of y and density (m,) per unit.

    Raises
    ------
    DataError
        If a value lies outside the bounds or there are fewer than two.

    Examples
    --------
    >>> grid, density = pk.kernel_density(panel["gdp"], low=0.0, points=101)
    >>> grid.shape
    (101,)
    """
    check_count("points", points, 2)
    refuse_idle(
        {"points": at is not None and points != _POINTS},
        message("would change nothing: at= says where the density is asked for"),
    )
    values = vector(y, message("kernel density"))
    width = bandwidth(values) if h is None else h
    if width <= 0:
        raise SpecError(message("the bandwidth is positive, not {width!r}", width=width))
    if (low is not None and (values < low).any()) or (high is not None and (values > high).any()):
        raise DataError(message("values lie outside the declared bounds ({low}, {high})", low=low, high=high))
    if at is None:
        start = values.min() - 3 * width if low is None else low
        end = values.max() + 3 * width if high is None else high
        grid = np.linspace(start, end, points)
    else:
        grid = vector(at, message("density grid"))
    u = (grid[:, None] - _images(values, low, high, width)[None, :]) / width
    density = np.exp(-0.5 * u**2).sum(axis=1) / (len(values) * width * np.sqrt(2 * np.pi))
    inside = np.ones(len(grid), dtype=bool)
    if low is not None:
        inside &= grid >= low
    if high is not None:
        inside &= grid <= high
    return grid, np.where(inside, density, 0.0)


def _images(values: FloatArray, low: float | None, high: float | None, h: float) -> FloatArray:
    """Return the values and their mirror images at the bounds, repeated to eight bandwidths between two of them."""
    if low is None and high is None:
        return values
    if low is None or high is None:
        return np.concatenate([values, 2.0 * (low or high or 0.0) - values])
    if high <= low:
        raise SpecError(message("the bounds run from low to high, not ({low}, {high})", low=low, high=high))
    period = 2.0 * (high - low)
    shifts = period * np.arange(-int(np.ceil(8.0 * h / period)), int(np.ceil(8.0 * h / period)) + 1)
    return np.concatenate([both + shift for shift in shifts for both in (values, 2.0 * low - values)])
