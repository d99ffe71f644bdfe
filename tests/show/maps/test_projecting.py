"""The cone of Albers: areas of the sphere, pyproj where it is there; degrees or not."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.language.errors import DataError, StyleError
from panelkit.show.maps.base_map import signed_area
from panelkit.show.maps.projecting import EARTH_KM, albers, chosen_projection, plain, project


@pytest.mark.parametrize(("west", "south"), [(75.0, 36.0), (105.0, 4.0), (110.0, 20.0), (130.0, 50.0)])
def test_areas_are_those_of_the_sphere(west: float, south: float) -> None:
    side = np.linspace(0, 2, 401)
    ring = np.vstack(
        [
            np.column_stack([west + side, np.full(401, south)]),
            np.column_stack([np.full(401, west + 2), south + side]),
            np.column_stack([west + 2 - side, np.full(401, south + 2)]),
            np.column_stack([np.full(401, west), south + 2 - side]),
        ]
    )
    low, high = np.radians([south, south + 2])
    sphere = EARTH_KM**2 * np.radians(2.0) * (np.sin(high) - np.sin(low))
    # chords of 400 steps stand for the curved sides
    assert signed_area(albers(ring)) == pytest.approx(sphere, rel=1e-5)


def test_albers_is_that_of_proj() -> None:
    pyproj = pytest.importorskip("pyproj")
    there = pyproj.Proj("+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +R=6371000")
    points = np.random.default_rng(1).uniform([73, 4], [135, 53], size=(50, 2))
    x, y = there(points[:, 0], points[:, 1])
    np.testing.assert_allclose(albers(points), np.column_stack([x, y]) / 1000, atol=1e-6)  # a millimetre


def test_plain_keeps_the_shape_at_its_latitude() -> None:
    across = plain(np.array([[100.0, 60.0], [101.0, 60.0]]), 60.0)
    up = plain(np.array([[100.0, 59.5], [100.0, 60.5]]), 60.0)
    assert np.ptp(across[:, 0]) == pytest.approx(np.ptp(up[:, 1]) / 2)  # cos 60


def test_degrees_of_china_are_known_and_others_left_as_they_are() -> None:
    china, metres = np.array([[100.0, 30.0]]), np.array([[5e5, 3e6]])
    assert chosen_projection(china, None, "f") == "albers"
    assert chosen_projection(metres, None, "f") == "none"
    assert chosen_projection(np.array([[3.0, 4.0]]), None, "f") == "none"
    assert project(metres, "none", 0.0) is metres
    with pytest.raises(DataError, match="f: coordinates up to 3,000,000 are no degrees"):
        chosen_projection(metres, "albers", "f")
    with pytest.raises(StyleError, match="'albers', 'plain' or 'none'"):
        chosen_projection(china, "mercator", "f")  # type: ignore[arg-type]
