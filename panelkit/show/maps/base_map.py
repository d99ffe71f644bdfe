"""A map of the user's own: areas by key, outlines that name no unit, lines, and the review number."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.language.message import Language, Message, message
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]
Polygon = tuple[FloatArray, ...]  # rings (m, 2): the outer one, then the holes
Others = Literal["refuse", "draw"]


@dataclass(frozen=True, eq=False)
class BaseMap(Brief):
    """A map of the user's own, read by `read_map` and ready to be drawn.

    Attributes
    ----------
    areas
        Polygons by key: the adcode of a province, any other unit by its name in the file. Each polygon is a tuple of
        rings (m, 2): the outer one, then its holes.
    lines
        Lines of the file (m, 2), such as the nine-dash line.
    names
        Keys as the file writes them.
    source, key
        The file, and the property under which it names its areas.
    projection
        "albers", "plain" or "none": how its coordinates came onto the plane.
    others
        "refuse" or "draw": what happens to areas that name no unit of the figures.
    review_number
        The number under which the map was reviewed (审图号), printed below the figure.
    notes
        What the file lacks.
    """

    areas: Mapping[Hashable, tuple[Polygon, ...]] = field(repr=False)
    lines: tuple[FloatArray, ...] = field(repr=False)
    names: Mapping[Hashable, str] = field(repr=False)
    source: str
    key: str
    projection: str
    others: Others = "refuse"
    review_number: str | None = None
    notes: tuple[Message, ...] = field(default=(), repr=False)

    def _brief(self) -> str:
        number = "" if self.review_number is None else f", {self.review_number}"
        return f"{self.source}, areas by {self.key!r}: {len(self.areas)}, {self.projection}{number}"

    def reviewed(self, language: Language) -> str | None:
        """Return the review number as it is printed, None where there is none."""
        if self.review_number is None:
            return None
        return message("base map: review number (审图号) {number}", number=self.review_number).text(language)


def outline(polygon: Polygon) -> Any:
    """Return the path of a polygon, the outer ring one way round and its holes the other, so that they stay empty."""
    from matplotlib.path import Path

    turned = [_turned(ring, clockwise=at > 0) for at, ring in enumerate(polygon)]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in turned))


def signed_area(ring: FloatArray) -> float:
    """Return the area within a closed ring (m, 2), positive where it runs against the clock."""
    moved = ring - ring[0]
    x, y = moved[:, 0], moved[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2


def _turned(ring: FloatArray, *, clockwise: bool) -> FloatArray:
    return ring[::-1] if (signed_area(ring) < 0) != clockwise else ring


def polygons_of(shape: Any) -> tuple[Polygon, ...]:
    """Return the polygons of a shapely geometry."""
    parts = getattr(shape, "geoms", [shape])
    rings = [[part.exterior, *part.interiors] for part in parts]
    return tuple(tuple(np.asarray(ring.coords, dtype=float)[:, :2] for ring in one) for one in rings)
