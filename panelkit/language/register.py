"""What panelkit offers, by kind and key. Each thing is declared where it is written; the index is made from that.

A declaration is a decorator: `@estimator("fixed_effects", family="linear", can=(WEIGHTS,), result="FitResult",
source="...")` marks a class, `@offered("test", ...)` anything else. `python -m panelkit.language.face` imports every
module, reads the marks and writes `_index.py` and the typed public face; at run time the index alone is read, so that
nothing is imported before it is used, and rooms find what lies above them without importing it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from panelkit.language._index import ENTRIES
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import Entry


def entries(kind: str | None = None) -> tuple[Entry, ...]:
    """Return what is offered of a kind (of all kinds), ordered by key."""
    return tuple(entry for entry in _entries() if kind is None or entry.kind == kind)


def keys(kind: str) -> tuple[str, ...]:
    """Return the keys of a kind."""
    return tuple(entry.key for entry in entries(kind))


def entry_of(kind: str, key: str, *, unknown: Message | None = None) -> Entry:
    """Return what a key, or another name for it, means.

    Raises
    ------
    SpecError
        If nothing of that kind has the key (`unknown`, where given, is the message).
    """
    for entry in entries(kind):
        if key == entry.key or key in entry.also:
            return entry
    raise SpecError(
        unknown
        or message(
            "no {kind} {key!r}: there are {keys}", kind=_KINDS.get(kind, kind), key=key, keys=keys(kind)
        )
    )


def find(kind: str, key: str) -> Any:
    """Return the thing that a key of a kind means.

    Raises
    ------
    SpecError
        If nothing of that kind has the key.
    """
    return entry_of(kind, key).load()


_KINDS = {
    "estimator": message("estimator"),
    "covariance": message("covariance"),
    "capability": message("capability"),
    "design": message("kind of design"),
    "rule": message("rule"),
    "layout": message("layout"),
    "test": message("test"),
    "forecaster": message("forecaster"),
}


@cache
def _entries() -> tuple[Entry, ...]:
    return tuple(Entry(*row) for row in ENTRIES)
