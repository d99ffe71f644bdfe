"""Find the provinces of a user's own panel: the ones asked for, and those that other data name in other words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from panelkit.data.provinces import lookup_many, place_name
from panelkit.data.selection import Provinces, wanted_codes
from panelkit.data.unit_names import places_of
from panelkit.data.wording import together
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message

_SHOWN = 5
_DATA = message("the data")


def keep_provinces(frame: pd.DataFrame, provinces: Provinces, held_in: str = _DATA) -> pd.DataFrame:
    """Return the rows of the provinces asked for, of a frame whose first index level names its units.

    The nation, totals and regions stay: whoever reads the panel sets them apart and says so.

    Raises
    ------
    SpecError
        If units are no provinces, or a province asked for by name is not held.
    """
    if isinstance(provinces, str) and provinces == "all":
        return frame
    codes = set(wanted_codes(provinces))
    labels = frame.index.get_level_values(0)
    names = list(labels.unique())
    places = [
        found or judged for found, judged in zip(lookup_many(names), places_of(names), strict=True)
    ]  # totals come in more wordings than the dictionary of places holds
    strangers = [str(name) for name, place in zip(names, places, strict=True) if place is None]
    if strangers:
        shown = strangers[:_SHOWN] + ["..."] * (len(strangers) > _SHOWN)
        raise SpecError(
            message(
                "provinces are chosen among provinces, and units of {held_in} are none ({shown}): choose "
                "rows by a condition (`where=`, command line: --where)",
                held_in=held_in,
                shown=shown,
            )
        )
    absent = codes - {place.adcode for place in places if place is not None}
    if absent and not (isinstance(provinces, str) and provinces == "no_tibet"):
        raise SpecError(
            message(
                "{held_in} does not hold {absent}, asked for by name",
                held_in=held_in,
                absent=[place_name(code) for code in sorted(absent)],
            )
        )
    away = [
        name
        for name, place in zip(names, places, strict=True)
        if place is not None and place.kind == "province" and place.adcode not in codes
    ]
    return frame[~labels.isin(away)]


def spelled_as(labels: pd.Index, keys: pd.Index) -> dict[Any, Any]:
    """Return, for keys that are not labels of a panel, the label that names the same province.

    Raises
    ------
    DataError
        If two keys name one province.
    """
    held = set(labels)
    own, other = list(labels.unique()), list(keys.unique())
    if held.issuperset(other):
        return {}
    by_code = {
        p.adcode: label for label, p in zip(own, lookup_many(own), strict=True) if p is not None and p.adcode
    }
    found: dict[Any, Any] = {key: key for key in other if key in held}
    for key, place in zip(other, lookup_many(other), strict=True):
        if key in held or place is None or place.adcode not in by_code:
            continue
        label = by_code[place.adcode]
        if label in found.values():
            twins = [str(name) for name, one in found.items() if one == label] + [str(key)]
            raise DataError(message("{twins} name one province: keep one of them", twins=together(twins)))
        found[key] = label
    return {key: label for key, label in found.items() if key != label}
