"""GeoJSON (RFC 7946) of the user's own, read by json alone: polygons with holes, and lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, sentences
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]
Polygon = tuple[FloatArray, ...]
_SHOWN = 8


@dataclass(frozen=True, eq=False)
class Feature(Brief):
    """One feature: its properties (and its `id` among them), polygons of rings (m, 2), lines (m, 2)."""

    properties: Mapping[str, Any]
    polygons: tuple[Polygon, ...]
    lines: tuple[FloatArray, ...]


def read_features(path: str | Path) -> list[Feature]:
    """Return the features of a GeoJSON file.

    Raises
    ------
    DataError
        If it is no GeoJSON, or holds geometries that have no area and no length, with what to do.
    """
    content = _content(Path(path))
    name = Path(path).name
    features, wrong = [], []
    for place, one in enumerate(_features(content, name), start=1):
        if not isinstance(one, dict):
            wrong.append(message("feature {place}: no object", place=place))
            continue
        properties = one.get("properties") or {}
        if not isinstance(properties, dict):
            wrong.append(message("feature {place}: its properties are no object", place=place))
            continue
        held = dict(properties)
        if "id" in one:
            held.setdefault("id", one["id"])
        try:
            polygons, lines = _shapes(one.get("geometry"))
        except _WrongShapeError as error:
            wrong.append(message("feature {place}: {said}", place=place, said=error.said))
            continue
        features.append(Feature(held, tuple(polygons), tuple(lines)))
    if wrong:
        more = len(wrong) - _SHOWN
        rest = [message("and {more} more", more=more)] if more > 0 else []
        raise DataError(message("{name}: {faults}", name=name, faults=sentences([*wrong[:_SHOWN], *rest])))
    if not features:
        raise DataError(message("{name}: the file holds no feature", name=name))
    return features


def _content(path: Path) -> Any:
    if path.suffix.lower() in (".shp", ".gpkg", ".kml", ".zip"):
        raise DataError(
            message(
                "{name}: a map is read from GeoJSON: write it once, `ogr2ogr -f GeoJSON own.geojson {name}`, or export "
                "it so from QGIS",
                name=path.name,
            )
        )
    if not path.is_file():
        raise DataError(message("{path}: no file of that name is there", path=path))
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(
            message("{name}: GeoJSON is written in UTF-8, and this file is not: save it so", name=path.name)
        ) from None
    except json.JSONDecodeError as error:
        raise DataError(
            message(
                "{name}: no JSON from line {line} on: {reason}",
                name=path.name,
                line=error.lineno,
                reason=error.msg,
            )
        ) from None


def _features(content: Any, name: str) -> Sequence[Any]:
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        held: list[Any] = content["features"]
        return held
    if kind == "Feature":
        return [content]
    if kind == "Topology":
        raise DataError(
            message(
                "{name}: that is TopoJSON: write it as GeoJSON first, `ogr2ogr` or mapshaper does", name=name
            )
        )
    if kind == "FeatureCollection":
        raise DataError(message("{name}: the file holds no list of features", name=name))
    raise DataError(
        message(
            "{name}: a map is a FeatureCollection of GeoJSON, and this file holds {kind}",
            name=name,
            kind=message("no type") if kind is None else str(kind),
        )
    )


class _WrongShapeError(Exception):
    def __init__(self, said: Message) -> None:
        super().__init__(str(said))
        self.said = said


def _shapes(geometry: Any) -> tuple[list[Polygon], list[FloatArray]]:
    polygons: list[Polygon] = []
    lines: list[FloatArray] = []
    for kind, coordinates in _simple(geometry):
        if kind == "Polygon":
            polygons.append(tuple(_ring(ring) for ring in _filled(coordinates)))
        else:
            lines.append(_points(coordinates, 2))
    return polygons, lines


def _simple(geometry: Any) -> Iterator[tuple[str, Any]]:
    """Return the parts of a geometry, each a Polygon or a LineString."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection":
        for one in geometry.get("geometries") or ():
            yield from _simple(one)
    elif kind in ("Polygon", "LineString"):
        yield kind, geometry.get("coordinates")
    elif kind in ("MultiPolygon", "MultiLineString"):
        for part in _filled(geometry.get("coordinates")):
            yield kind.removeprefix("Multi"), part
    else:
        raise _WrongShapeError(
            message(
                "a map takes Polygon, MultiPolygon, LineString and MultiLineString, not {kind}: leave it out of the "
                "file",
                kind=str(kind),
            )
        )


def _filled(coordinates: Any) -> list[Any]:
    if not isinstance(coordinates, list) or not coordinates:
        raise _WrongShapeError(message("it has no coordinates"))
    return coordinates


def _ring(coordinates: Any) -> FloatArray:
    ring = _points(coordinates, 3)
    closed = ring if bool((ring[0] == ring[-1]).all()) else np.vstack([ring, ring[:1]])
    if len(np.unique(closed, axis=0)) < 3:
        raise _WrongShapeError(message("a ring of fewer than three points has no area"))
    return closed


def _points(coordinates: Any, least: int) -> FloatArray:
    """Return positions as (m, 2): a height beside them is left out, which a map has no use for."""
    try:
        held = np.array([position[:2] for position in _filled(coordinates)], dtype=float)
    except (TypeError, ValueError):
        raise _WrongShapeError(message("its coordinates are no pairs of numbers")) from None
    if held.ndim != 2 or held.shape[1] != 2 or len(held) < least or not bool(np.isfinite(held).all()):
        raise _WrongShapeError(
            message("its coordinates are no pairs of numbers, or fewer than {least}", least=least)
        )
    return held
