"""What the units of a network are called in a language."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from panelkit.data.provinces import lookup_many, place_name
from panelkit.language.message import Language


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
