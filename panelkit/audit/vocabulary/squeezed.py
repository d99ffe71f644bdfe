"""The form in which words are compared: one alphabet, small letters, nothing between them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from panelkit.audit.printed import plain

_DROPPED = re.compile(r"[\s_\-.,:;#'`’‘′\u200b]+")
_TAIL = re.compile(r"(?:\*|†|‡|\[\d\])+$")
_UNIT = re.compile(r"[(\[](?:%|百分比|百分点|percent)[)\]]$|%$")
_PRIMES = str.maketrans("’′‘´`", "'''''")

Patterns = tuple[tuple[str, "re.Pattern[str]"], ...]


@lru_cache(maxsize=8192)
def squeezed(text: str) -> str:
    """Return a text without case, blanks, points, hyphens, trailing marks and percent signs."""
    said = _DROPPED.sub("", plain(text).lower())
    return _UNIT.sub("", _TAIL.sub("", said))


@lru_cache(maxsize=8192)
def primed(text: str) -> str:
    """Return a short name without blanks, case and primes kept: the C' of a mediation."""
    return re.sub(r"\s+", "", plain(text.translate(_PRIMES)))


def patterns(pairs: Iterable[tuple[str, str]]) -> Patterns:
    """Return (role, pattern) pairs, compiled."""
    return tuple((role, re.compile(pattern)) for role, pattern in pairs)


def first_of(text: str, table: Patterns) -> str:
    """Return the role of the first pattern that a whole text is, "" where none is."""
    said = squeezed(text)
    return next((role for role, pattern in table if pattern.fullmatch(said)), "") if said else ""
