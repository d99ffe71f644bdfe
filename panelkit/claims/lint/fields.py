"""From a field as sentences call it (`grid.axis lag.option lag1.years`, `controls 2`) to its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from panelkit.claims.file.document import ROLES
from panelkit.claims.file.parts import TWINS
from panelkit.claims.file.problems import Place
from panelkit.language.message import Message


def place_in(node: Any, field: str, place: Place = ()) -> Place:
    """Return the place of a field below a table, or as far as it is found there.

    Parameters
    ----------
    node
        The table, as TOML holds it.
    field
        Keys joined by dots, entries of lists behind a blank: by their id, or by their number from 1.
    place
        The table's own place.
    """
    if not field:
        return place
    if isinstance(node, dict):
        for key in sorted(map(str, node), key=len, reverse=True):
            rest = _behind(field, key, ".", " ")
            if rest is not None:
                return place_in(node[key], rest, (*place, key))
    elif isinstance(node, list):
        for number, item in enumerate(node):
            name = item.get("id") if isinstance(item, dict) else number + 1
            rest = _behind(field, str(name), ".")
            if rest is not None:
                return place_in(item, rest, (*place, number))
    return place


def _behind(field: str, name: str, *marks: str) -> str | None:
    """Return what stands behind a name and a mark; empty at the end, None where the field does not begin so."""
    if field == name:
        return ""
    return next((field[len(name) + 1 :] for mark in marks if field.startswith(name + mark)), None)


def culprit_in(raw: Any, place: Place, said: Message) -> Place:
    """Return where in a table stands what a message about it names: the second of twins, a role; else the table."""
    if said.id not in (TWINS, ROLES):
        return place
    node = raw
    for step in place:
        node = node[step]
    if said.id == TWINS:
        return next(_twins(node, str(said.values["what"]), place), place)
    return next(_texts_with(node, said.values["roles"], place), place)


def _texts_with(node: Any, parts: Sequence[str], place: Place) -> Iterator[Place]:
    """Yield the places of texts that hold one of the parts."""
    if isinstance(node, str):
        if any(part in node for part in parts):
            yield place
    elif isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _texts_with(value, parts, (*place, key))


def _twins(node: Any, what: str, place: Place, name: Any = None) -> Iterator[Place]:
    """Yield the ids of entries of lists that are called `what`, where an earlier entry has the same."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _twins(value, what, (*place, key), key)
    elif isinstance(node, list):
        seen: set[str] = set()
        for number, item in enumerate(node):
            own = str(item["id"]) if isinstance(item, dict) and "id" in item else None
            if name == what and own is not None:
                if own in seen:
                    yield (*place, number, "id")
                seen.add(own)
            yield from _twins(item, what, (*place, number))
