"""Provinces that a misread name may mean, and the option that says so."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from difflib import SequenceMatcher

from panelkit.data.provinces import labels_of
from panelkit.data.yearbook.vocabulary.apart_rows import plain_label
from panelkit.data.yearbook.vocabulary.place_labels import known_place
from panelkit.language.message import Message, message

_NEAR = 0.5
_OFFERED = 3


def near_places(label: str, beside: Iterable[str] = (), taken: Iterable[int] = ()) -> list[int]:
    """Return the provinces that a label may mean, the nearest first.

    `beside` are the texts in its row, where an English name may stand; provinces in `taken` have a row of their own.
    """
    for text in (label, *beside):
        latin = "".join(letter for letter in text if letter.isascii()).strip()
        place = known_place(latin) if any(map(str.isalpha, latin)) else None
        if place is not None and place.kind == "province":
            return [place.adcode]
    name, used = plain_label(label), set(taken)
    scores = {
        adcode: max(SequenceMatcher(None, name.casefold(), str(one).casefold()).ratio() for one in names)
        for adcode, names in _names().items()
        if adcode not in used
    }
    best = sorted((adcode for adcode in scores if scores[adcode] >= _NEAR), key=lambda code: -scores[code])
    return [adcode for adcode in best if scores[adcode] == scores[best[0]]][:_OFFERED]


def _names() -> dict[int, tuple[str, str]]:
    chinese = labels_of("zh")
    return {adcode: (str(name), str(chinese[adcode])) for adcode, name in labels_of("en").items()}


def proposal(label: str, near: Iterable[int]) -> Message:
    """Return the options that say what a row with such a label is."""
    name = plain_label(label) or label
    chinese = labels_of("zh")
    found = [_option("--place", f"{name}={chinese[adcode]}") for adcode in near]
    apart = _option("--rows", name)
    if found:
        return message(
            "if it is a name misread, {options} takes it so; {apart} sets the row apart",
            options=" / ".join(found),
            apart=apart,
        )
    place = _option("--place", f"{name}=PROVINCE")
    return message(
        "{place} says which province it means; {apart} sets the row apart", place=place, apart=apart
    )


def _option(option: str, value: str) -> str:
    plain = value.replace("=", "").isalnum()
    return f"`{option} {value if plain else shlex.quote(value)}`"
