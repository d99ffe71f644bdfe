"""A GeoJSON of squares around the capitals, a map that looks like none of China, and what is read off figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from panelkit.data.provinces import provinces
from panelkit.show import style

HALF = 0.45  # degrees
SVG = "{http://www.w3.org/2000/svg}"


def square(lon: float, lat: float, half: float = HALF, *, clockwise: bool = False) -> list[list[float]]:
    ring = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]
    corners = [[lon + half * x, lat + half * y] for x, y in ring]
    return corners[::-1] if clockwise else corners


def feature(name: Any, geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": name, **properties}, "geometry": geometry}


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def write(path: Path, features: Sequence[dict[str, Any]]) -> Path:
    content = {"type": "FeatureCollection", "features": list(features)}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def own_map(path: Path, *more: dict[str, Any]) -> Path:
    """Write all provinces by their long Chinese names, and Taiwan."""
    rows = provinces()
    held = [
        feature(row.name_zh_long, polygon(square(row.capital_lon, row.capital_lat)), adcode=code)
        for code, row in rows.iterrows()
    ]
    return write(path, [*held, feature("台湾省", polygon(square(121.0, 24.0)), adcode=710000), *more])


def texts(figure: Any) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(figure.svg()).iter(f"{SVG}text")]


def fill_of(figure: Any, gid: str) -> str:
    """Return the colour of the first patch of an id."""
    from matplotlib.colors import to_hex

    found = [one for one in figure.drawing.axes[0].patches if one.get_gid() == gid]
    return str(to_hex(found[0].get_facecolor()))


def boxes(figure: Any) -> dict[str, Any]:
    """Return where the texts of the axes stand, in pixels."""
    with style.styled():
        figure.drawing.draw_without_rendering()
        return {
            text.get_text(): text.get_window_extent()
            for axes in figure.drawing.axes
            for text in axes.texts
            if text.get_text()
        }
