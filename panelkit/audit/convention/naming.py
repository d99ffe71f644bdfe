"""Which term of a formula a printed name means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, Told, message


def said_units(labels: Iterable[object]) -> list[Message]:
    """Return units as the panel names them; where all are provinces, in Chinese by their Chinese names."""
    return list(_said(tuple(map(str, labels))))


@cache
def _said(labels: tuple[str, ...]) -> tuple[Message, ...]:
    from panelkit.data.provinces import lookup_many, provinces

    chinese, places = provinces()["name_zh"], lookup_many(labels)
    known = [chinese[place.adcode] for place in places if place is not None and place.kind == "province"]
    return tuple(map(Told, labels, known if len(known) == len(labels) else labels))


def term_named(name: str, labels: list[str], names: Mapping[str, str]) -> str:
    """Return the term of the formula that a printed name means: stated, spelled alike, or its logarithm (lnx, ln_x).

    Raises
    ------
    SpecError
        If none or several are.
    """
    if name in names:
        given = names[name]
        label = next((one for one in labels if one == given or _bare(one) == _bare(given)), None)
        under = [one for one in labels if _bare(_without_log(one)) == _bare(given)]
        label = label or (under[0] if len(under) == 1 else None)
        if label is None:
            raise SpecError(
                message(
                    "names: {given!r} is no term of the formula, which has {labels}",
                    given=given,
                    labels=labels,
                )
            )
        return label
    if name in labels:
        return name
    found = [one for one in labels if _bare(name) in (_bare(one), _bare(_without_log(one)))]
    found = found or [one for one in labels if "log(" in one and _unlogged(name) == _bare(_without_log(one))]
    if len(found) != 1:
        raise SpecError(
            message(
                "printed number of {name!r}: the formula has the terms {labels}; say which one it is by {remedy}, or "
                "take the number out",
                name=name,
                labels=labels,
                remedy=f"names={{{name!r}: ...}} (--name {name}=TERM)",
            )
        )
    return found[0]


def _bare(text: str) -> str:
    return re.sub(r"[\s_`·×*:()]+", "", text).lower()


def _without_log(label: str) -> str:
    return re.sub(r"\b(?:log|center|I)\(", "(", label)


def _unlogged(name: str) -> str:
    return re.sub(r"^(?:ln|log)", "", _bare(name))
