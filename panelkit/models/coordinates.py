"""Latitude and longitude by unit: the user's own, or those of the provincial capitals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.conley import LATITUDE, LONGITUDE
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.panel.design import Design

Coordinates = pd.DataFrame | Mapping[Any, tuple[float, float]]


def with_coordinates(design: Design, vcov: VcovSpec, coords: Coordinates | None) -> Design:
    """Return the design with latitude and longitude by row where the covariance needs them.

    Parameters
    ----------
    coords
        A frame indexed by unit with columns `lat` and `lon`, or unit -> (lat, lon). None: the provincial capitals.

    Raises
    ------
    DataError
        If a unit has no coordinates; the message names every such unit.
    """
    if not getattr(vcov, "needs_coordinates", False) or (coords is None and LATITUDE in design.extra):
        return design
    places = unit_coordinates(
        list(design.unit_labels), coords, message("Conley() without `coords` uses the provincial capitals")
    )
    extra = {
        **design.extra,
        LATITUDE: places[design.unit, 0],
        LONGITUDE: places[design.unit, 1],
    }
    return replace(design, extra=MappingProxyType(extra))


def unit_coordinates(labels: Sequence[Any], coords: Coordinates | None, asked: Message) -> FloatArray:
    """Return latitude and longitude of units, (N, 2).

    Parameters
    ----------
    labels
        The units, N.
    coords
        As in `with_coordinates`.
    asked
        Who takes the capitals where `coords` is None, for the message.

    Raises
    ------
    DataError
        If a unit has no coordinates; the message names every such unit.
    """
    table = _capitals(labels, asked) if coords is None else _table(coords)
    missing = [str(label) for label in labels if label not in table]
    if missing:
        raise DataError(
            message("no coordinates for {names}: add them to `coords`, indexed by unit", names=missing)
        )
    return np.array([table[label] for label in labels], dtype=np.float64)


def _table(coords: Coordinates) -> dict[Any, tuple[float, float]]:
    if isinstance(coords, Mapping):
        return dict(coords)
    coords = as_pandas(coords, "coords")
    others = [name for name in coords.columns if name not in ("lat", "lon")]
    if isinstance(coords.index, pd.RangeIndex) and len(others) == 1:
        coords = coords.set_index(others[0])  # frames of polars and Arrow have no index
    absent = [name for name in ("lat", "lon") if name not in coords.columns]
    if absent:
        raise DataError(
            message(
                "coords has no column {columns}: name latitude `lat` and longitude `lon`",
                columns=[f"`{name}`" for name in absent],
            )
        )
    twice = coords.index[coords.index.duplicated()].unique()
    if len(twice):
        raise DataError(message("coords lists {names} more than once", names=[str(label) for label in twice]))
    latitude, longitude = (as_floats(coords[name], f"coords: column {name}") for name in ("lat", "lon"))
    return dict(zip(coords.index, zip(latitude, longitude, strict=True), strict=True))


def _capitals(labels: Sequence[Any], asked: Message) -> dict[Any, tuple[float, float]]:
    from panelkit.data.geography import capitals
    from panelkit.data.provinces import lookup_many

    table = capitals()
    found = lookup_many(list(labels))
    unknown = [str(label) for label, place in zip(labels, found, strict=True) if place is None]
    if unknown:
        raise DataError(
            message(
                "{asked}, and these units are no provinces: {names}: pass {coords}, a frame with `lat` "
                "and `lon` indexed by unit",
                coords=option("coords"),
                asked=asked,
                names=unknown,
            )
        )
    places = dict(
        zip(
            table.index, zip(table["lat"].astype(float), table["lon"].astype(float), strict=True), strict=True
        )
    )
    return {
        label: places[place.adcode] for label, place in zip(labels, found, strict=True) if place is not None
    }
