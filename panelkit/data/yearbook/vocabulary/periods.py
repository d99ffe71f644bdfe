"""Years, quarters and months as tables print them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from panelkit.data.yearbook.files.grid import trimmed
from panelkit.data.yearbook.files.limits import FIRST_YEAR

_WIDE = str.maketrans("０１２３４５６７８９－", "0123456789-")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTHS = {
    name: i + 1
    for i, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
}
_YEAR = re.compile(r"(\d{4})\s*(?:年|年度)?")
_QUARTER = re.compile(r"(\d{4})\s*年?\s*第?\s*([一二三四1-4])\s*季度?")
_QUARTER_EN = re.compile(r"(\d{4})\s*[-.]?\s*q([1-4])")
_QUARTER_EN_FIRST = re.compile(r"(?:q([1-4])|([1-4])q)\s*[-,]?\s*(\d{4})")
_QUARTER_WORD = re.compile(r"(first|second|third|fourth)\s+quarter[,\s]+(?:of\s+)?(\d{4})")
_MONTH = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月份?")
_MONTH_DIGITS = re.compile(r"(\d{4})[-./](\d{1,2})")
_MONTH_EN = re.compile(r"([a-z]{3,9})\.?[,\s]+(\d{4})")
_CODE = re.compile(r"(\d{4})([A-D])")
_CODE_MONTH = re.compile(r"(\d{4})(\d{2})")


@lru_cache(maxsize=4096)
def parse_period(text: str) -> str | None:
    """Return `2019`, `2019-Q4` or `2019-12` for a printed period; None where the text is none."""
    plain = trimmed(text).translate(_WIDE)
    if match := _YEAR.fullmatch(plain):
        return match.group(1)
    if match := _QUARTER.fullmatch(plain):
        return f"{match.group(1)}-Q{_QUARTERS[match.group(2)]}"
    if match := _MONTH.fullmatch(plain):
        return _month(match.group(1), int(match.group(2)))
    return _parse_english(plain.casefold())


def _parse_english(plain: str) -> str | None:
    if match := _QUARTER_EN.fullmatch(plain):
        return f"{match.group(1)}-Q{match.group(2)}"
    if match := _QUARTER_EN_FIRST.fullmatch(plain):
        return f"{match.group(3)}-Q{match.group(1) or match.group(2)}"
    if match := _QUARTER_WORD.fullmatch(plain):
        return f"{match.group(2)}-Q{_ORDINALS[match.group(1)]}"
    if match := _MONTH_DIGITS.fullmatch(plain):
        return _month(match.group(1), int(match.group(2)))
    match = _MONTH_EN.fullmatch(plain)
    if match and match.group(1)[:3] in _MONTHS:
        return _month(match.group(2), _MONTHS[match.group(1)[:3]])
    return None


def parse_code(code: str) -> str | None:
    """Return the period of a portal code: `2019`, `2019D` (fourth quarter), `201912`."""
    if re.fullmatch(r"\d{4}", code):
        return code
    if match := _CODE.fullmatch(code):
        return f"{match.group(1)}-Q{'ABCD'.index(match.group(2)) + 1}"
    if match := _CODE_MONTH.fullmatch(code):
        return _month(match.group(1), int(match.group(2)))
    return None


def _month(year: str, month: int) -> str | None:
    return f"{year}-{month:02d}" if 1 <= month <= 12 else None


def in_range(period: str) -> bool:
    """Return whether a period's year can be a yearbook's: from 1949 to the running year."""
    return FIRST_YEAR <= int(period[:4]) <= max(date.today().year, 2026)


def years_in(text: str) -> tuple[int, ...]:
    """Return the four-digit years a line of text names, in its order."""
    return tuple(int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", text.translate(_WIDE)))
