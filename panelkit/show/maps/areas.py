"""The areas of a user's own map on the page: their frame, their paint, their lines, and what is said below them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import numpy as np

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, message
from panelkit.show import style
from panelkit.show.maps.base_map import BaseMap, Polygon, outline, polygons_of
from panelkit.show.maps.paint import MISSING, Paint, add_patch
from panelkit.show.maps.projecting import chosen_projection, project
from panelkit.show.maps.tiles import adcode_of

EDGE = "#7a7a7a"
_LEAST, _MOST = 2.5, 8.5  # inches of height


def own_areas(boundaries: Any) -> BaseMap:
    """Return the map that a user brings: one of `read_map`, or the areas of a GeoDataFrame, projected alike.

    Raises
    ------
    StyleError
        If it is neither, or the frame's index names no provinces.
    """
    if isinstance(boundaries, BaseMap):
        return boundaries
    if not (hasattr(boundaries, "index") and hasattr(boundaries, "geometry")):
        raise StyleError(
            message(
                "boundaries= takes a map, pk.read_map('own.geojson'), or a GeoDataFrame under the provinces' names"
            )
        )
    unknown = [str(key) for key in boundaries.index if adcode_of(key) is None]
    if unknown:
        raise StyleError(
            message(
                "boundaries are indexed by adcode or province name; not a province: {unknown}. Write "
                "boundaries.set_index(...) first, and drop what is not to be drawn",
                unknown=unknown,
            )
        )
    pairs = zip(boundaries.index, boundaries.geometry, strict=True)
    raw = {adcode_of(key): polygons_of(shape) for key, shape in pairs}
    points = np.vstack([ring for shape in raw.values() for one in shape for ring in one])
    way = chosen_projection(points, None, "boundaries")
    middle = float(points[:, 1].min() + points[:, 1].max()) / 2
    areas: dict[Hashable, tuple[Polygon, ...]] = {
        code: tuple(tuple(project(ring, way, middle) for ring in one) for one in shape)
        for code, shape in raw.items()
    }
    return BaseMap(areas, (), {}, "GeoDataFrame", "index", way, "draw")


def extent_of(areas: BaseMap) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the lower left and the upper right of all that is drawn."""
    rings = [one[0] for shape in areas.areas.values() for one in shape]
    points = np.vstack([*rings, *areas.lines])
    return points.min(axis=0), points.max(axis=0)


def height_of(areas: BaseMap, width: float) -> float:
    """Return the height in inches that a map of this width needs."""
    low, high = extent_of(areas)
    wide, tall = high - low
    return float(np.clip(width * tall / wide if wide > 0 else width, _LEAST, _MOST))


def frame_areas(axes: Any, areas: BaseMap) -> None:
    """Give the axes the room of all areas and lines, without any frame."""
    low, high = extent_of(areas)
    edge = 0.01 * float((high - low).max() or 1.0)
    axes.set_xlim(low[0] - edge, high[0] + edge)
    axes.set_ylim(low[1] - edge, high[1] + edge)
    axes.set_aspect("equal")
    axes.set_axis_off()


def draw_areas(axes: Any, areas: BaseMap, paint: Mapping[Hashable, Paint]) -> bool:
    """Draw areas and lines; tell whether an area without a figure is hatched.

    An area that names no unit is an outline alone where the map draws such areas, and the figures are of provinces.
    """
    other_units = any(not isinstance(key, int) for key in paint)
    hatched = False
    for key, shape in areas.areas.items():
        bare = key not in paint and not (isinstance(key, int) or other_units)
        hatched = hatched or not (bare or key in paint)
        for polygon in shape:
            _draw(axes, polygon, Paint("white") if bare else paint.get(key, MISSING), f"area-{key}")
    for line in areas.lines:
        axes.plot(line[:, 0], line[:, 1], color=style.INK, lw=0.9, zorder=2, scalex=False, scaley=False)
    return hatched


def _draw(axes: Any, polygon: Polygon, paint: Paint, gid: str) -> None:
    from matplotlib.patches import PathPatch

    add_patch(axes, partial(PathPatch, outline(polygon)), paint, gid=gid, edge=EDGE, width=0.4)


def said_below(areas: BaseMap, language: Language) -> list[str]:
    """Return what is printed below the map: its review number, where it has one."""
    number = areas.reviewed(language)
    return [] if number is None else [number]
