"""Printed numbers: what stands in a cell of a table, and all numbers that round to it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from panelkit.audit.brackets import PLACE, Named, bracket_texts, ends_of, named_in, parts_plainly, peeled
from panelkit.audit.decimals import Decimal, decimal_of
from panelkit.audit.glyphs import figures, plain
from panelkit.audit.legends import Legend
from panelkit.kernels.intervals import Interval

__all__ = [
    "Bracket",
    "Decimal",
    "Named",
    "Printed",
    "PrintedCell",
    "decimal_of",
    "plain",
    "read_cell",
    "read_number",
]

_LARGEST_POWER = 300
_LONGEST = 60
_LONGEST_CELL = 400
_NUMBER = re.compile(
    r"(?P<limit>[<>≤≥]=?)?\s*(?P<sign>[+-]?)\s*"
    r"(?P<whole>[1-9][0-9]{0,2}(?P<group>[,' ])[0-9]{3}(?:(?P=group)[0-9]{3})*(?![0-9])|[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?:[eE](?P<exp>[+-]?[0-9]{1,4}))?\s*(?P<percent>%?)"
)
_BLANKS = re.compile(r"[-./\\·…—]*|n\.?/?a\.?|nan|none|null|无|空|#n/a", re.I)
_STARRED = re.compile(r"(?P<before>(?:\*\s*)*)(?P<body>.*?)\s*(?P<after>(?:\*\s*)*)", re.S)
_LIKE_A_NUMBER = re.compile(
    r"[0-9\u2070-\u209c\u2150-\u215f\u00bc-\u00be\u2460-\u249b]"
    r"|^[-+<>]?\s*[OoIlSB|]?[.,]\s*[0-9OoIlSB|]+|^[-+]?[OoIl][.,][OoIlSB|]+"
)


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
    """Numbers in brackets: one, or the two ends of an interval; `named` says what they are where the cell does.

    `shape` is the sign that opens it; "" for a number on a line of its own below, or a named one without brackets.
    """

    shape: str
    numbers: tuple[Printed, ...]
    named: Named = ""


@dataclass(frozen=True)
class PrintedCell:
    """A cell: a number, its stars, what stands in brackets beside or below it.

    `marks` are raised signs that no legend explains (a, 1, †). `unread` is the text where it looks like a number and is
    none that can be read without a guess (O for 0, "1,2,3"); it is "" for a blank, for words, and where all is read.
    """

    text: str
    number: Printed | None
    stars: int
    brackets: tuple[Bracket, ...]
    marks: str = ""
    unread: str = ""


def read_number(text: str, decimal: Decimal = ".") -> Printed | None:
    """Return the number that a text is, None where it is not one number.

    `decimal` is the sign before the decimals; the other one groups thousands. A number that begins with 0 has no
    thousands: "0,123" is none under ".".
    """
    return _read(figures(text)[0], text.strip(), decimal) if len(text) <= _LONGEST_CELL else None


def _read(said: str, text: str, decimal: Decimal) -> Printed | None:
    """Return the number of a text whose signs are plain already."""
    said = re.sub(r"(?<=[0-9])[·‧∙⋅・](?=[0-9])", decimal, said)
    if decimal == ",":
        said = said.translate(str.maketrans(",.", ".,"))
    found = _NUMBER.fullmatch(said) if len(said) <= _LONGEST else None
    if found is None or not (found["whole"] or found["part"]) or abs(int(found["exp"] or 0)) > _LARGEST_POWER:
        return None
    number = _number(text, found)
    return number if math.isfinite(number.value) else None


def _number(text: str, found: re.Match[str]) -> Printed:
    """Return what a match of a number says."""
    power = int(found["exp"] or 0) - 2 * bool(found["percent"])
    whole, part = re.sub(r"\D", "", found["whole"]) or "0", found["part"] or ""
    decimals = len(part) - power
    value = float(f"{whole}.{part or 0}e{power}")
    half = 0.5 * 10.0**-decimals
    sign = -1.0 if found["sign"] == "-" else 1.0
    limit = (found["limit"] or "")[:1]
    if limit and limit in "<≤":
        return Printed(text, sign * value, min(0.0, sign * value), max(0.0, sign * value), decimals)
    if limit:
        return Printed(text, sign * value, sign * value, math.inf, decimals)
    return Printed(text, sign * value, sign * value - half, sign * value + half, decimals)


def read_cell(text: str, decimal: Decimal = ".", legend: Legend | None = None) -> PrintedCell:
    """Return what a cell holds: number, stars, brackets; `number` is None where none stands outside brackets.

    `legend` says how many stars a raised letter, a dagger or a plus stands for; without one they are `marks`.
    """
    if len(text) > _LONGEST_CELL:
        return PrintedCell(text.strip(), None, 0, (), "", text.strip() if _LIKE_A_NUMBER.search(text) else "")
    said, marks = figures(text)
    if _blank(said):
        return PrintedCell(text.strip(), None, 0, (), marks)
    two = _two_lines(said, decimal)
    outside, insides = (two[0], [("", two[1])]) if two else bracket_texts(said)
    read = [(inside, *_bracket(shape, inside, decimal)) for shape, inside in insides]
    body, stars, marks = _starred(outside, marks, legend)
    stars = stars or max((count for _, _, count in read), default=0)
    held = [bracket for _, bracket, _ in read if bracket is not None]
    number = _read(body, body, decimal)
    alone = _bracket("", body, decimal)[0] if number is None and not insides else None
    if alone is not None and (alone.named not in ("", "ci") or parts_plainly(body)):
        held, body = [alone], ""
    missed = [inside for inside, bracket, _ in read if bracket is None and not _blank(inside)]
    missed += [body] if number is None and body else []
    lone_sign = body in ("-", "+") and bool(held)  # -(1.50): which of the two the sign belongs to is not said
    unread = lone_sign or any(_LIKE_A_NUMBER.search(part) for part in missed)
    return PrintedCell(text.strip(), number, stars, tuple(held), marks, text.strip() if unread else "")


def _blank(said: str) -> bool:
    """Return whether a cell says that nothing stands in it: dashes, points, NA."""
    return bool(_BLANKS.fullmatch(said.replace(" ", "").replace("\n", "")))


def _two_lines(said: str, decimal: Decimal) -> tuple[str, str] | None:
    """Return a number and the one on a line of its own below it, where no brackets tell them apart."""
    parts = [part.strip() for part in said.splitlines() if part.strip()]
    if len(parts) != 2 or any(sign in said for sign in "([{"):
        return None
    first = _read(parts[0].rstrip("* "), "", decimal)
    below = _bracket("", parts[1], decimal)[0]
    return (
        (parts[0], parts[1]) if first is not None and below is not None and len(below.numbers) == 1 else None
    )


def _starred(outside: str, marks: str, legend: Legend | None) -> tuple[str, int, str]:
    """Return what stands outside brackets without its stars, how many they are, and the marks that are left over.

    Stars stand before or behind the number or behind its bracket, in one of these places.
    """
    parts = [found for part in outside.split(PLACE) if (found := _STARRED.fullmatch(part.strip()))]
    body = " ".join(found["body"] for found in parts if found["body"])
    starred = [
        found[side].count("*") for found in parts for side in ("before", "after") if "*" in found[side]
    ]
    if len(starred) > 1:
        return f"{body} *", 0, marks
    if legend is None:
        return body, sum(starred), marks
    lettered = re.fullmatch(r"(.*[0-9.%])\s*([a-z#+§†‡])", body)
    if lettered and not starred and legend.stars(lettered[2]):
        return lettered[1], legend.stars(lettered[2]) or 0, marks
    told = [(mark, count) for mark in marks if (count := legend.stars(mark))]
    if starred:
        return body, legend.stars("*" * starred[0]) or starred[0], marks
    left = "".join(mark for mark in marks if legend.stars(mark) is None)
    return body, told[0][1] if len(told) == 1 else 0, left if len(told) == 1 else marks


def _bracket(shape: str, inside: str, decimal: Decimal) -> tuple[Bracket | None, int]:
    """Return the numbers between brackets, None where something else stands there, and the stars within."""
    stars = inside.count("*")
    named, body = named_in(peeled(re.sub(r"[\s*]+$|^[\s*]+", "", inside)))
    one = _read(body, body, decimal)
    if one is not None and named != "ci":
        return Bracket(shape, (one,), named), stars
    for low, high in ends_of(body, decimal) if named in ("", "ci") else ():
        ends = _read(low, low, decimal), _read(high, high, decimal)
        if ends[0] is not None and ends[1] is not None:
            interval = ends[0].value <= ends[1].value
            return Bracket(shape, (ends[0], ends[1]), "ci" if interval else ""), stars
    return None, stars
