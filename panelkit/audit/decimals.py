"""Whether a table writes its decimals behind a point or a comma: decided on all of its cells, not on one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from panelkit.audit.glyphs import figures
from panelkit.language.errors import DataError
from panelkit.language.message import message

Decimal = Literal[".", ","]

_RUN = re.compile(r"[0-9]*[.,][0-9][0-9.,]*")
_WORDS = re.compile(r"[^\W\d_eEpPtTzZ]{2,}|[\u3400-\u9fff]")
_LONGEST = 400
_OUTWEIGHS = 10
"""How many times as many cells must write their decimals one way for the others to count as misprints."""


def decimal_of(texts: Iterable[str]) -> Decimal:
    """Return the sign before the decimals in the cells of a table; "." where nothing tells.

    "0,123" and "12,5" tell a comma, "0.123" and "1,234.5" a point; "1,234" alone tells nothing: it is 1234 unless other
    cells tell a comma. Words are passed over. Where both signs are told, the one of ten times as many numbers holds,
    and numbers written the other way are left unread.

    Raises
    ------
    DataError
        If neither outweighs the other, with an example of each.
    """
    told: dict[Decimal, list[str]] = {".": [], ",": []}
    for text in texts:
        said, _ = figures(text[:_LONGEST])
        if _WORDS.search(said):
            continue
        for run in _RUN.findall(said):
            sign = _told(run.rstrip(".,"))
            if sign is not None:
                told[sign].append(run.rstrip(".,"))
    point, comma = len(told["."]), len(told[","])
    if min(point, comma) * _OUTWEIGHS > max(point, comma):
        raise DataError(
            message(
                "some numbers of the table write their decimals behind a point ({point}), others behind a comma "
                "({comma}): write all in one way",
                point=told["."][0],
                comma=told[","][0],
            )
        )
    return "," if comma > point else "."


def _told(run: str) -> Decimal | None:
    """Return which sign a run of digits, points and commas tells to stand before decimals."""
    if "." in run and "," in run:
        return _told_by_both(run)
    sign: Decimal = "." if "." in run else ","
    other: Decimal = "," if sign == "." else "."
    pieces = run.split(sign)
    if len(pieces) > 2:  # 1,234,567 groups thousands; 0.1.2 is no number
        grouped = re.fullmatch(r"[1-9][0-9]{0,2}", pieces[0]) and all(len(piece) == 3 for piece in pieces[1:])
        return other if grouped else None
    whole, part = pieces
    thousands = len(part) == 3 and re.fullmatch(r"[1-9][0-9]{0,2}", whole)
    return None if thousands else sign


def _told_by_both(run: str) -> Decimal | None:
    last: Decimal = "." if run.rfind(".") > run.rfind(",") else ","
    other = "," if last == "." else "."
    whole, _, _ = run.rpartition(last)
    if last not in whole and re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{re.escape(other)}[0-9]{{3}})+", whole):
        return last
    for sign in (".", ","):  # an interval without blanks: 0.1,0.5
        parts = run.split("," if sign == "." else ".")
        if len(parts) == 2 and all(part.count(sign) == 1 for part in parts):
            return "." if sign == "." else ","
    return None
