"""What stands in brackets of a printed cell: which they are, what they are called, the two ends of an interval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from panelkit.audit.decimals import Decimal

Named = Literal["", "se", "t", "z", "p", "ci"]

SHAPES = {"(": ")", "[": "]", "{": "}", "<": ">"}
PLACE = "\x00"
"""Stands where a bracket was taken out."""

_NAMES: tuple[tuple[Named, str], ...] = (
    ("se", r"s\.?\s?e\.?|std\.?\s*err(?:or)?s?\.?|standard errors?|标准误差?"),
    ("t", r"t(?:\s*值|[\s-]?(?:values?|stat(?:istic)?s?|ratio))?"),
    ("z", r"z(?:\s*值|[\s-]?(?:values?|stat(?:istic)?s?))?"),
    ("p", r"p(?:\s*值|[\s-]?values?)?|prob\.?"),
)
_CALLED = [
    (named, re.compile(rf"(?:{names})\s*(?:[=:]\s*(?=\S)|(?=[<>≤≥]))", re.I)) for named, names in _NAMES
]
_INTERVAL = re.compile(
    r"(?:[0-9]{2}(?:\.[0-9])?\s*%\s*)?(?:CI|置信区间|confidence interval)\s*[=:,]?\s*", re.I
)
_RANGE = re.compile(r"(.*[0-9.%])\s*-\s*(-?\s*[0-9.].*)")


def bracket_texts(said: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a text with `PLACE` where brackets stood, and the brackets: their sign and what they hold.

    A bracket without its partner stays in the text.
    """
    outside, found, at = "", [], 0
    while at < len(said):
        end = _partner(said, at) if said[at] in SHAPES else -1
        if end > at:
            found.append((said[at], said[at + 1 : end].strip()))
            outside, at = outside + PLACE, end + 1
        else:
            outside, at = outside + said[at], at + 1
    return outside, found


def peeled(inside: str) -> str:
    """Return what stands in the innermost of brackets within brackets, "[(0.12)]"."""
    while inside and inside[0] in SHAPES and _partner(inside, 0) == len(inside) - 1:
        inside = inside[1:-1].strip()
    return inside


def named_in(inside: str) -> tuple[Named, str]:
    """Return what a text calls its number ("t = 2.1", "95% CI: 0.1, 0.5"), "" where it does not, and the rest."""
    found = _INTERVAL.match(inside)
    if found:
        return "ci", peeled(inside[found.end() :].strip())
    for named, pattern in _CALLED:
        found = pattern.match(inside)
        if found:
            return named, inside[found.end() :].strip()
    return "", inside


def ends_of(inside: str, decimal: Decimal) -> Iterator[tuple[str, str]]:
    """Yield the ways in which a text may be two numbers, the plainest first.

    A semicolon, "~", "to" and 至 part two numbers. A comma, a blank and a dash do only where decimals or a blank behind
    the comma tell them from a comma, a blank or a dash within one number.
    """
    yield from _cut(inside, (r";", r"~", r"\s+to\s+", r"至|到", r",\s+"))
    told = (
        [*_cut(inside, (r",",)), *_cut(inside, (r"\s+",))] if decimal == "." else [*_cut(inside, (r"\s+",))]
    )
    found = _RANGE.fullmatch(inside)
    if found:
        told.append((found[1].strip(), found[2].strip()))
    yield from (ends for ends in told if any(decimal in end for end in ends))


def parts_plainly(text: str) -> bool:
    """Return whether a text without brackets holds a sign that does nothing but part two numbers."""
    return bool(re.search(r";|~|\bto\b|至|到", text))


def _cut(text: str, signs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for sign in signs:
        parts = re.split(sign, text)
        if len(parts) == 2 and all(parts):
            yield parts[0].strip(), parts[1].strip()


def _partner(text: str, at: int) -> int:
    """Return where the bracket that opens at a place is shut, -1 where it is not."""
    depth, opens, shuts = 0, text[at], SHAPES[text[at]]
    for place in range(at, len(text)):
        depth += (text[place] == opens) - (text[place] == shuts)
        if depth == 0:
            return place
    return -1
