"""Years, quarters and months as tables print them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from panelkit.data.yearbook.files.grid import trimmed
from panelkit.data.yearbook.files.limits import FIRST_YEAR

_WIDE = str.maketrans("０１２３４５６７８９－", "0123456789-")
_HAN_YEAR = re.compile(r"([一二][九〇○零0０Ｏ][〇○零0０Ｏ一二三四五六七八九]{2})(?=\s*年)")
_HAN_DIGITS = str.maketrans("〇○零０Ｏ一二三四五六七八九", "00000123456789")
_YEAR_END = re.compile(r"(\d{4})(?:([-/.])12\2|年12月)31日?(?: 00:00:00)?")
_DATE = re.compile(r"\d{4}(?:([-/.])\d{1,2}\1|年\d{1,2}月)\d{1,2}日?(?: [\d:.]+)?")
_NEARLY = re.compile(
    r"(?:FY\s*|截[至止]\s*)?(?:19|20)\d{2}\s*年?\s*(?:[-－–—~～至/]\s*(?:19|20)?\d{2}\s*年?)?\s*"
    r"[(（\[]?\s*(?:[A-Za-z\d]{0,3}|注\d{0,2})\s*[)）\]]?",
    re.I,
)
"""A year with something behind it that is neither a mark nor a word: 2019r, 2019(1), FY2019, 2019/20."""
_MONTH_NUMBER = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_PART = re.compile(
    rf"(?<![\d.])(?:{_MONTH_NUMBER}\s*月?份?\s*[-—–~～至]\s*)?(?!(?:12|十二)\s*月){_MONTH_NUMBER}\s*月(?!报|[票饼])份?"
    r"|第?\s*[一二三四1-4]\s*季度|[上下]\s*半\s*年|前\s*[一二三1-3]\s*季度|(?<![A-Za-z])Q[1-4](?!\d)"
)
"""Months other than December, quarters and halves of a year."""
_MARKS = re.compile(r"(?<=[\d年度末底季月份])\s*[①-⑳⑴-⑽*＊※†‡¹²³⁴⁵⁶⁷⁸⁹⁰#＃]+$")
_END = re.compile(r"(?:截[至止]\s*)?(\d{4})\s*年?年[末底]")
_PRELIMINARY = r"初步核算|初步|初核|快报|预计|预测|估计|preliminary|p"
_STAGE = re.compile(
    rf"(.*\d[^()（）\[\]]*?)\s*[(（\[]\s*(?:({_PRELIMINARY})|最终核实|核实|调整|修订|终值|final|revised|r)"
    r"\s*(?:数据?|值|后)?\s*[)）\]]",
    re.I,
)
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
    plain = arabic_years(trimmed(text)).translate(_WIDE)
    if match := _STAGE.fullmatch(plain):
        plain = match.group(1).strip()
    plain = _MARKS.sub("", plain)
    if match := _YEAR.fullmatch(plain) or _END.fullmatch(plain):
        return match.group(1)
    if match := _QUARTER.fullmatch(plain):
        return f"{match.group(1)}-Q{_QUARTERS[match.group(2)]}"
    if match := _MONTH.fullmatch(plain):
        return _month(match.group(1), int(match.group(2)))
    if match := _YEAR_END.fullmatch(plain):
        return match.group(1)
    return _parse_english(plain.casefold())


def is_preliminary(text: str) -> bool:
    """Return whether a printed period says that its figures are preliminary, as `2023年(初步核算)`."""
    match = _STAGE.fullmatch(arabic_years(trimmed(text)).translate(_WIDE))
    return match is not None and match.group(2) is not None and parse_period(text) is not None


def is_loose_date(text: str) -> bool:
    """Return whether a text is a date that may stand for a year or a month, or a year with unknown signs behind it.

    The last day of a year is that year, and no loose date.
    """
    plain = trimmed(text).translate(_WIDE)
    return bool(_DATE.fullmatch(plain) or _NEARLY.fullmatch(plain)) and parse_period(plain) is None


def part_of_year(text: str) -> str:
    """Return the month, quarter or half of a year that a line names, as 1-9月 or 上半年; nothing where it names none.

    The last month of a year, the last day of one, and 1-12月 stand for all of it.
    """
    found = _PART.search(arabic_years(text).translate(_WIDE))
    return found.group().strip() if found else ""


def arabic_years(text: str) -> str:
    """Return a text with years in Chinese digits, as 二〇二三年, in Arabic ones."""
    return _HAN_YEAR.sub(lambda match: match.group(1).translate(_HAN_DIGITS), text)


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
    return tuple(
        int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", arabic_years(text).translate(_WIDE))
    )
