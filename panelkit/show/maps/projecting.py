"""From degrees to a plane: the equal-area cone of Albers with the parallels of maps of China, or one of a place's own.

On the sphere (Snyder 1987, eq. 14-1 to 14-6): n = (sin p1 + sin p2) / 2, C = cos^2 p1 + 2 n sin p1,
r = R (C - 2 n sin p)^.5 / n, x = r sin(n (l - l0)), y = r0 - r cos(n (l - l0)).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.language.errors import DataError, StyleError
from panelkit.language.message import message

FloatArray = NDArray[np.float64]
Projection = Literal["albers", "plain", "none"]
EARTH_KM = 6371.0
PARALLELS, MERIDIAN = (25.0, 47.0), 105.0
CHINA = (70.0, 0.0, 140.0, 56.0)  # degrees: west, south, east, north


def albers(points: FloatArray) -> FloatArray:
    """Return longitude and latitude (n, 2) in degrees as kilometres (n, 2) on the cone."""
    first, second = np.sin(np.radians(PARALLELS))
    n = (first + second) / 2
    c = 1 - first**2 + 2 * n * first
    radius = EARTH_KM * np.sqrt(c - 2 * n * np.sin(np.radians(points[:, 1]))) / n
    angle = n * np.radians(points[:, 0] - MERIDIAN)
    return np.column_stack([radius * np.sin(angle), EARTH_KM * np.sqrt(c) / n - radius * np.cos(angle)])


def plain(points: FloatArray, latitude: float) -> FloatArray:
    """Return longitude and latitude (n, 2) in degrees as kilometres, longitudes shrunk as at one latitude."""
    degree = EARTH_KM * np.pi / 180
    return points * [degree * np.cos(np.radians(latitude)), degree]


def chosen_projection(points: FloatArray, asked: Projection | None, name: str) -> Projection:
    """Return how all points (n, 2) of a file are drawn: as asked; degrees in China by Albers, others as they are.

    Raises
    ------
    StyleError
        If there is no projection of that name.
    DataError
        If degrees are asked for and the coordinates are none.
    """
    if asked is None:
        west, south, east, north = CHINA
        low, high = points.min(axis=0), points.max(axis=0)
        inside = low[0] >= west and low[1] >= south and high[0] <= east and high[1] <= north
        return "albers" if inside else "none"
    if asked not in ("albers", "plain", "none"):
        raise StyleError(message("projection= is 'albers', 'plain' or 'none', not {given!r}", given=asked))
    limits: Sequence[float] = (180.0, 90.0)
    if asked != "none" and bool((np.abs(points) > limits).any()):
        raise DataError(
            message(
                "{name}: coordinates up to {largest:,.0f} are no degrees, which projection={asked!r} needs: leave it "
                "out where the file is projected already",
                name=name,
                largest=float(np.abs(points).max()),
                asked=asked,
            )
        )
    return asked


def project(points: FloatArray, projection: Projection, latitude: float) -> FloatArray:
    """Return points (n, 2) on the plane; `latitude` is the middle one, which `plain` reads."""
    if projection == "albers":
        return albers(points)
    return plain(points, latitude) if projection == "plain" else points
