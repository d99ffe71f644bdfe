"""Places that a misread name may mean, and the option that says so."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from difflib import SequenceMatcher

from panelkit.data.cities import PROVINCES, Gazetteer, city_labels, plain_city
from panelkit.data.provinces import labels_of
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label
from panelkit.data.yearbook.vocabulary.place_labels import known_place
from panelkit.language.message import Message, message

_NEAR = 0.5
_OFFERED = 3


def near_places(
    label: str, beside: Iterable[str] = (), taken: Iterable[int] = (), places: Gazetteer = PROVINCES
) -> list[int]:
    """Return the provinces, or cities, that a label may mean, the nearest first.

    `beside` are the texts in its row, where an English name may stand; places in `taken` have a row of their own.
    """
    for text in (label, *beside):
        latin = "".join(letter for letter in text if letter.isascii()).strip()
        place = known_place(latin, places) if any(map(str.isalpha, latin)) else None
        if place is not None and place.is_row:
            return [place.adcode]
    name, used = plain_label(label), set(taken)
    name = plain_city(name) if places.level == "city" else name
    scores = {
        adcode: max(SequenceMatcher(None, name.casefold(), str(one).casefold()).ratio() for one in names)
        for adcode, names in _names(places).items()
        if adcode not in used
    }
    best = sorted((adcode for adcode in scores if scores[adcode] >= _NEAR), key=lambda code: -scores[code])
    return [adcode for adcode in best if scores[adcode] == scores[best[0]]][:_OFFERED]


def _names(places: Gazetteer) -> dict[int, tuple[str, str]]:
    of_cities = places.level == "city"
    chinese = city_labels("zh") if of_cities else labels_of("zh")
    english = city_labels("en") if of_cities else labels_of("en")
    return {adcode: (str(name), str(chinese[adcode])) for adcode, name in english.items()}


def proposal(label: str, near: Iterable[int], places: Gazetteer = PROVINCES) -> Message:
    """Return the options that say what a row with such a label is."""
    name = plain_label(label) or label
    chinese = {code: names[1] for code, names in _names(places).items()}
    found = [_option("--place", f"{name}={chinese[adcode]}") for adcode in near]
    apart = _option("--rows", name)
    if found:
        return message(
            "if it is a name misread, {options} takes it so; {apart} sets the row apart",
            options=" / ".join(found),
            apart=apart,
        )
    if places.level == "city":
        place = _option("--place", f"{name}=CODE")
        return message(
            "{place} says which city it means, by its six-digit code; {apart} sets the row apart",
            place=place,
            apart=apart,
        )
    place = _option("--place", f"{name}=PROVINCE")
    return message(
        "{place} says which province it means; {apart} sets the row apart", place=place, apart=apart
    )


def no_place(name: str, places: Gazetteer, *, regions: bool = False) -> Message:
    """Return that a name is that of no place, nor of a region where they may stand too, with what it may be."""
    said = proposal(name, near_places(name, places=places), places)
    if places.level == "city":
        return message("no city is known as {name!r}; {proposal}", name=name, proposal=said)
    if not regions:
        return message("no province is known as {name!r}; {proposal}", name=name, proposal=said)
    return message("no province or region is known as {name!r}; {proposal}", name=name, proposal=said)


def stray_row(name: str, places: Gazetteer, beside: Iterable[str], taken: Iterable[int]) -> Message:
    """Return that figures stand in a row of no place, with what it may be."""
    said = proposal(name, near_places(name, beside, taken, places), places)
    if places.level == "city":
        return message(
            "figures in a row that is no city that is known: {name!r}; {proposal}", name=name, proposal=said
        )
    return message(
        "figures in a row that is no province or region: {name!r}; {proposal}", name=name, proposal=said
    )


def _option(option: str, value: str) -> str:
    plain = value.replace("=", "").isalnum()
    return f"`{option} {value if plain else shlex.quote(value)}`"
