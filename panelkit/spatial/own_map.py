"""A map of the user's own: which property of the file names its areas, and which area is which unit."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.unit_names import places_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, sentences
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.show.maps.base_map import BaseMap, Others, Polygon
from panelkit.show.maps.geojson import Feature, read_features
from panelkit.show.maps.projecting import Projection, chosen_projection, project
from panelkit.spatial.ids import listed, loose, plain

_SOUTH = 12.0  # degrees: Hainan island ends at 18, the islands of the South China Sea go on to 4
_LEAST_PROVINCES = 20  # areas that make a file a map of the country


@offered("map", family="maps", result="BaseMap", source="RFC 7946; Snyder 1987 (14-1 to 14-6)", public=True)
def read_map(
    path: str | Path,
    key: str | None = None,
    *,
    projection: Projection | None = None,
    others: Others = "refuse",
    review_number: str | None = None,
) -> BaseMap:
    """Return the areas of a GeoJSON file of one's own, for `choropleth` and the `boundaries=` of every map.

    No base map ships with panelkit. Maps of China are published with their review number (审图号), which the user
    holds and prints; the official base maps show the South China Sea with the nine-dash line, which the file must hold
    itself.

    Parameters
    ----------
    path
        A GeoJSON file with polygons, holes among them, and lines, which are drawn as they are.
    key
        The property that names an area, or "id": an adcode, or a name of the province in any spelling; of other units
        the name that the figures use. None: the property under which most areas are provinces.
    projection
        "albers": degrees by the equal-area cone with parallels 25 and 47 and meridian 105; "plain": degrees with
        longitudes shrunk as at the middle latitude; "none": coordinates as they are. None: Albers where all
        coordinates are degrees in China, else as they are.
    others
        What happens to areas that name no unit of the figures: "refuse" lists them, "draw" draws them without a
        figure. Provinces, Hong Kong, Macau and Taiwan are drawn without a figure either way.
    review_number
        The review number of the base map, printed below the figure: "GS(2024)0650号".

    Returns
    -------
    BaseMap

    Raises
    ------
    DataError
        If the file is no GeoJSON, holds no areas, or an area has no such property.
    SpecError
        If an option has no such value.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> square = [[[110, 30], [114, 30], [114, 33], [110, 33], [110, 30]]]
    >>> area = {"type": "Feature", "properties": {"name": "湖北省"}}
    >>> area["geometry"] = {"type": "Polygon", "coordinates": square}
    >>> own = pathlib.Path(tempfile.mkdtemp()) / "own.geojson"
    >>> _ = own.write_text(json.dumps({"type": "FeatureCollection", "features": [area]}))
    >>> pk.read_map(own, "name", review_number="GS(2024)0650号")
    BaseMap(own.geojson, areas by 'name': 1, albers, GS(2024)0650号)
    """
    if others not in ("refuse", "draw"):
        raise SpecError(message("others= is 'refuse' or 'draw', not {given!r}", given=others))
    if review_number is not None and not (isinstance(review_number, str) and review_number.strip()):
        raise SpecError(
            message(
                "{review_number} is the number as it is printed: 'GS(2024)0650号'",
                review_number=option("review_number"),
            )
        )
    features, name = read_features(path), Path(path).name
    areas = [one for one in features if one.polygons]
    if not areas:
        raise DataError(message("{name}: the file holds no area, lines alone", name=name))
    chosen = _key_of(areas, name) if key is None else key
    labels = _labels(areas, chosen, name)
    points = np.vstack(
        [*(ring for one in areas for polygon in one.polygons for ring in polygon), *_lines(features)]
    )
    way = chosen_projection(points, projection, name)
    middle = float(points[:, 1].min() + points[:, 1].max()) / 2
    keys = keys_of(labels)
    shapes: dict[Hashable, tuple[Polygon, ...]] = {}
    for code, one in zip(keys, areas, strict=True):
        drawn = tuple(tuple(project(ring, way, middle) for ring in polygon) for polygon in one.polygons)
        shapes[code] = (*shapes.get(code, ()), *drawn)
    return BaseMap(
        areas=shapes,
        lines=tuple(project(line, way, middle) for line in _lines(features)),
        names=dict(zip(keys, map(str, labels), strict=True)),
        source=name,
        key=chosen,
        projection=way,
        others=others,
        review_number=None if review_number is None else review_number.strip(),
        notes=_lacking(points, way, keys),
    )


def keys_of(labels: Sequence[Any]) -> list[Hashable]:
    """Return what each label is matched by: the adcode of a province, Hong Kong, Macau or Taiwan, else its text."""
    places = places_of([str(plain(label)) for label in labels])
    return [
        place.adcode
        if place is not None and place.kind in ("province", "apart")
        else str(loose(plain(label)))
        for label, place in zip(labels, places, strict=True)
    ]


def on_map(values: pd.Series, base: BaseMap) -> pd.Series:
    """Return values under the keys of a map.

    Raises
    ------
    DataError
        With the units that are no area of the map, and the areas that are no unit, where those are not drawn; or with
        a unit that stands twice.
    """
    keys = keys_of(list(values.index))
    twice = [str(label) for label, key in zip(values.index, keys, strict=True) if keys.count(key) > 1]
    if twice:
        raise DataError(
            message("more than one value for {twice}: a map shows one year at a time", twice=listed(twice))
        )
    absent = [str(label) for label, key in zip(values.index, keys, strict=True) if key not in base.areas]
    strange = [base.names[key] or "''" for key in base.areas if key not in keys and not isinstance(key, int)]
    if absent or (strange and base.others == "refuse"):
        raise DataError(_unmatched(absent, strange if base.others == "refuse" else [], base))
    return values.set_axis(pd.Index(keys, dtype=object))


def _unmatched(absent: list[str], strange: list[str], base: BaseMap) -> Message:
    said = []
    if absent:
        said.append(
            message(
                "not on the map {source} (property {key!r}): {absent}",
                source=base.source,
                key=base.key,
                absent=listed(absent),
            )
        )
    if strange:
        said.append(
            message(
                "areas of the map without such a unit: {strange}; others='draw' (--map-others draw) draws them all the "
                "same",
                strange=listed(strange),
            )
        )
    return sentences(said)


def _key_of(areas: Sequence[Feature], name: str) -> str:
    """Return the property under which most areas are provinces."""
    held = list(dict.fromkeys(key for one in areas for key in one.properties))
    counts = {}
    for key in held:
        labels = [one.properties.get(key) for one in areas]
        if all(isinstance(label, str | int) and not isinstance(label, bool) for label in labels):
            counts[key] = sum(isinstance(one, int) for one in keys_of(labels))
    best = max(counts, key=lambda key: counts[key], default=None)
    if best is None or counts[best] == 0:
        raise DataError(
            message(
                "{name}: no property names provinces: say which one names the units, read_map(path, key=...) or "
                "--map-key; there are {held}",
                name=name,
                held=listed(held),
            )
        )
    return best


def _labels(areas: Sequence[Feature], key: str, name: str) -> list[Any]:
    without = [place for place, one in enumerate(areas, start=1) if one.properties.get(key) is None]
    if without:
        raise DataError(
            message(
                "{name}: {count} of {all} areas have no property {key!r}; there are {held}",
                name=name,
                count=len(without),
                all=len(areas),
                key=key,
                held=listed(dict.fromkeys(held for one in areas for held in one.properties)),
            )
        )
    return [one.properties[key] for one in areas]


def _lines(features: Sequence[Feature]) -> list[Any]:
    return [line for one in features for line in one.lines]


def _lacking(points: Any, way: str, keys: Sequence[Hashable]) -> tuple[Message, ...]:
    provinces = sum(isinstance(key, int) for key in set(keys))
    if way == "none" or provinces < _LEAST_PROVINCES:
        return ()
    south = float(points[:, 1].min())
    if south <= _SOUTH:
        return ()
    return (
        message(
            "the file reaches south to {south:.1f} degrees: official base maps of China show the South China Sea with "
            "the nine-dash line",
            south=south,
        ),
    )
