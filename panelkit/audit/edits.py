"""What a typist or typesetter does to a number: the texts that a printed one may have been meant to be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from panelkit.audit.printed import Decimal, Printed, plain, read_number
from panelkit.audit.relations import as_stars
from panelkit.language.message import Message, message

MOST_STARS = 3
REPLACED = message("one digit replaced")
SWAPPED = message("two neighbouring digits exchanged")
LOST = message("a digit lost")
DOUBLED = message("a digit printed twice")
MOVED = message("the decimal point moved by one place")
SIGN_LOST = message("a minus sign lost")
SIGN_ADDED = message("a minus sign added")
STARS_LOST = message("stars lost")
STARS_ADDED = message("stars added")
_MANTISSA = re.compile(r"[<>≤≥]?\s*[+-]?\s*(?P<digits>[\d.,' ]*\d)")


@dataclass(frozen=True)
class Edit:
    """A number that may have been meant, the slip that made of it what is printed, and how large the slip is."""

    number: Printed
    kind: Message
    size: int = 1


def edits(printed: Printed, usual: Collection[int] = ()) -> Iterator[Edit]:
    """Yield the numbers from which one slip leads to the printed one.

    `usual` are the decimals of the numbers around: a slip that presumes others counts as larger, one that explains why
    the printed number has others as smaller.
    """
    odd = bool(usual) and printed.decimals not in usual
    decimal: Decimal = "." if _same(read_number(printed.text), printed) else ","
    said = _ungrouped(plain(printed.text), decimal)
    grouped = said != plain(printed.text)
    seen = {said}
    for text, kind in _texts(said, decimal):
        number = None if text in seen else read_number(text, decimal)
        seen.add(text)
        if number is None or number.value == printed.value:
            continue
        strange = bool(usual) and number.decimals not in {*usual, printed.decimals}
        yield Edit(_shown(number, grouped), kind, 1 + strange - (odd and number.decimals in usual))


def star_edits(count: int) -> Iterator[Edit]:
    """Yield the counts of stars that may have been meant."""
    for meant in range(MOST_STARS + 1):
        if meant != count:
            yield Edit(as_stars(meant), STARS_LOST if meant > count else STARS_ADDED)


def _same(read: Printed | None, printed: Printed) -> bool:
    return read is not None and read.value == printed.value


def _ungrouped(said: str, decimal: Decimal) -> str:
    """Return a text without the signs between its thousands."""
    return re.sub(r"(?<=\d)[,.' ](?=\d{3})" if decimal == "," else r"(?<=\d)[,' ](?=\d{3})", "", said)


def _shown(number: Printed, grouped: bool) -> Printed:
    """Return a number with its thousands grouped again."""
    if not grouped or number.decimals != 0:
        return number
    return Printed(f"{number.value:,.0f}", number.value, number.low, number.high, 0)


def _texts(said: str, decimal: Decimal) -> Iterator[tuple[str, Message]]:
    """Yield the texts with the slip that leads from each to `said`."""
    found = _MANTISSA.match(said)
    if found is None:
        return
    start, end = found.span("digits")
    before, body, after = said[:start], said[start:end], said[end:]
    for changed, kind in _bodies(body, decimal):
        if not re.match(r"0\d", changed):
            yield before + changed + after, kind
    if "-" in before:
        yield before.replace("-", "") + body + after, SIGN_ADDED
    elif not set(before) & set("<>≤≥"):
        yield "-" + before.replace("+", "") + body + after, SIGN_LOST


def _bodies(body: str, decimal: Decimal) -> Iterator[tuple[str, Message]]:
    """Yield the strings of digits that may have been meant."""
    places = [place for place, sign in enumerate(body) if sign.isdigit()]
    for place in places:
        for digit in "0123456789":
            yield body[:place] + digit + body[place + 1 :], REPLACED
    for one, two in pairwise(places):
        between = body[one + 1 : two]
        yield body[:one] + body[two] + between + body[one] + body[two + 1 :], SWAPPED
        if body[one] == body[two] and not between:
            yield body[:one] + body[two:], DOUBLED
    yield from ((text, MOVED) for text in _moved(body, decimal))
    for place in [*places, len(body)]:
        for digit in "0123456789":
            yield body[:place] + digit + body[place:], LOST


def _moved(body: str, decimal: Decimal) -> Iterator[str]:
    """Yield the strings of digits with the point one place to the right or to the left."""
    whole, point, part = body.partition(decimal)
    if not point:
        return
    right = (whole + part[:1]).lstrip("0") or "0"
    yield right + (decimal + part[1:] if part[1:] else "")
    yield (whole[:-1] or "0") + decimal + (whole[-1:] or "0") + part
