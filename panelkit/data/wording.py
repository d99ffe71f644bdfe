"""Words within sentences: alternatives, pairs, the first of many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from panelkit.language.message import Joined, Message, listed, message


def alternatives(parts: Iterable[str]) -> Message:
    """Return names of which one is meant: `a or b`; a或b."""
    return Joined(parts, {"en": " or ", "zh": "或"})


def together(parts: Iterable[str]) -> Message:
    """Return names that belong together: `a and b`; a和b."""
    return Joined(parts, {"en": " and ", "zh": "和"})


def first_of(parts: Sequence[str], most: int, *, grouped: bool = False) -> Message:
    """Return the first names of a list, and how many more there are (`grouped`: thousands by commas)."""
    rest = len(parts) - most
    if rest <= 0:
        return listed(parts)
    count = f"{rest:,}" if grouped else str(rest)
    return message("{shown} and {rest} more", shown=listed(parts[:most]), rest=count)
