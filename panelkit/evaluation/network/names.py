"""What the units of a network are called in a language."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from panelkit.data.provinces import lookup_many, place_name
from panelkit.language.message import Language, Told

ONE_PERIOD = "all"  # the period of a table of pairs that names none


def unit_names(ids: Sequence[Hashable], language: Language) -> Mapping[Hashable, str]:
    """Return what units are called in a language: provinces by their names in it, others as they are."""
    places = lookup_many(ids)
    known = all(place is not None and place.kind == "province" for place in places)
    if not known:
        return {one: str(one) for one in ids}
    return {
        one: place_name(place.adcode).text(language)
        for one, place in zip(ids, places, strict=True)
        if place is not None
    }


def told_name(one: Hashable, ids: Sequence[Hashable]) -> Told:
    """Return what one of the units is called, in both languages."""
    return Told(unit_names(ids, "en")[one], unit_names(ids, "zh")[one])


def with_period(title: str, year: Any, between: str = " ") -> str:
    """Return a title and its period; the title alone where the data name no period."""
    return title if year == ONE_PERIOD else f"{title}{between}{year}"
