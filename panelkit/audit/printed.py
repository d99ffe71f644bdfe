"""Printed numbers: what stands in a cell of a table, and all numbers that round to it."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from panelkit.kernels.intervals import Interval

Decimal = Literal[".", ","]
Named = Literal["", "se", "t", "z", "p", "ci"]

_MINUS = "-−–—‐‑‒﹣－⁻"
_STARS = "*∗＊⁎★☆﹡٭"
_SHAPES = {"(": ")", "[": "]", "{": "}", "<": ">"}
_NUMBER = (
    r"(?P<sign>[+-]?)\s*(?P<whole>\d{1,3}(?:[,' ]\d{3})+(?!\d)|\d*)(?:\.(?P<part>\d*))?"
    r"(?P<power>(?:[eE]|\s*[x×]\s*10\^?)\{?(?P<exp>[+-]?\d+)\}?)?\s*(?P<percent>%?)"
)
_WHOLE_NUMBER = re.compile(rf"(?P<limit>[<>≤≥]?)\s*{_NUMBER}")


@dataclass(frozen=True)
class Printed:
    """A number as it is printed.

    `text` is the string, `value` what it says, `low` to `high` every number that rounds to it (half a unit of the last
    digit either way; for "<0.001" all from 0), `decimals` the digits after the point (negative for thousands alone).
    """

    text: str
    value: float
    low: float
    high: float
    decimals: int

    @property
    def interval(self) -> Interval:
        return Interval(self.low, self.high)

    @property
    def unit(self) -> float:
        """Return one unit of the last printed digit."""
        return 10.0**-self.decimals

    def truncated(self) -> Interval:
        """Return the numbers that give the text when digits are cut off or rounded."""
        more = self.unit if self.value > 0.0 or (self.value == 0.0 and "-" not in plain(self.text)) else 0.0
        less = self.unit if self.value < 0.0 else 0.0
        return Interval(min(self.low, self.value - less), max(self.high, self.value + more))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Bracket:
    """Numbers in brackets: one, or the two ends of an interval; `named` says what they are where the cell does."""

    shape: str
    numbers: tuple[Printed, ...]
    named: Named = ""


@dataclass(frozen=True)
class PrintedCell:
    """A cell: a number, its stars, what stands in brackets beside or below it."""

    text: str
    number: Printed | None
    stars: int
    brackets: tuple[Bracket, ...]


def plain(text: str) -> str:
    """Return a text with full-width signs, the kinds of minus and the kinds of stars as one."""
    narrow = unicodedata.normalize("NFKC", text)
    for sign in _MINUS:
        narrow = narrow.replace(sign, "-")
    for star in _STARS:
        narrow = narrow.replace(star, "*")
    return narrow.strip()


def read_number(text: str, decimal: Decimal = ".") -> Printed | None:
    """Return the number that a text is, None where it is not one number.

    `decimal` is the sign before the decimals; the other one groups thousands.
    """
    said = plain(text)
    if decimal == ",":
        said = said.translate(str.maketrans(",.", ".,"))
    found = _WHOLE_NUMBER.fullmatch(said)
    if found is None or not (found["whole"] or found["part"]):
        return None
    return _number(text.strip(), found)


def _number(text: str, found: re.Match[str]) -> Printed:
    """Return what a match of a number says."""
    power = int(found["exp"] or 0) - 2 * bool(found["percent"])
    whole, part = re.sub(r"\D", "", found["whole"]) or "0", found["part"] or ""
    decimals = len(part) - power
    value = float(f"{whole}.{part or 0}e{power}")
    half = 0.5 * 10.0**-decimals
    sign = -1.0 if found["sign"] == "-" else 1.0
    if found["limit"] in ("<", "≤"):
        return Printed(text, sign * value, min(0.0, sign * value), max(0.0, sign * value), decimals)
    if found["limit"]:
        return Printed(text, sign * value, sign * value, math.inf, decimals)
    return Printed(text, sign * value, sign * value - half, sign * value + half, decimals)


def read_cell(text: str, decimal: Decimal = ".") -> PrintedCell:
    """Return what a cell holds: number, stars, brackets; `number` is None where none stands outside brackets."""
    said = plain(text)
    brackets: list[Bracket] = []
    outside = ""
    at = 0
    while at < len(said):
        shut = _SHAPES.get(said[at], "")
        end = said.find(shut, at + 1) if shut else -1
        bracket = _bracket(said[at + 1 : end], said[at], decimal) if end > at else None
        if bracket is None:
            outside, at = outside + said[at], at + 1
        else:
            brackets.append(bracket)
            outside, at = outside + " ", end + 1
    number = read_number(outside.replace("*", " "), decimal)
    return PrintedCell(text.strip(), number, outside.count("*"), tuple(brackets))


_NAMES: dict[str, Named] = {"t": "t", "z": "z", "p": "p", "se": "se", "s.e.": "se"}


def _bracket(inside: str, shape: str, decimal: Decimal) -> Bracket | None:
    """Return the numbers between brackets, None where something else stands there."""
    name, equals, rest = inside.partition("=")
    named = _NAMES.get(name.strip().lower(), "") if equals else ""
    body = rest if named else inside
    one = read_number(body.replace("*", " "), decimal)
    if one is not None:
        return Bracket(shape, (one,), named)
    ends = [read_number(part, decimal) for part in re.split(r"[,;~]|\bto\b|至", body)]
    held = tuple(end for end in ends if end is not None)
    return Bracket(shape, held, "ci") if len(ends) == len(held) == 2 else None
