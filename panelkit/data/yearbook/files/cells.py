"""What stands in a cell: a number to its last printed digit, a mark for missing, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from panelkit.data.yearbook.files.grid import Cell, Odd, trimmed

_WIDE = str.maketrans("０１２３４５６７８９．－−﹣", "0123456789.---")
_MISSING = {
    "", "…", "……", "...", "......", "..", "—", "——", "―", "–", "-", "--", "---", "/", "空格", "NA", "N/A", "n.a.",
    "NaN", "nan", "None", "null", "缺失", "\\N",
}  # fmt: skip
_MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽¹²³⁴⁵⁶⁷⁸⁹⁰*＊※†‡#＃"
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,17})?", re.ASCII)
_SCIENTIFIC = re.compile(r"-?\d{1,18}(?:\.\d{1,17})?[eE][+-]?\d{1,2}", re.ASCII)
_FOOTNOTE = re.compile(
    rf"(.*?\d)\s*(?:[{re.escape(_MARKS)}]+⁾?|\[(?:注)?\d{{1,2}}\]|\s[a-z0-9]{{1,2}}\))\Z", re.S
)
_GROUPED = re.compile(r"-?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?")
_DIGITS = re.compile(
    rf"[-+(（]?\s*\d[\d,，.\s]*(?:[eE][+-]?\d+)?\s*[%％)）]?\s*(?:[{re.escape(_MARKS)}]+⁾?|\[(?:注)?\d{{1,2}}\]|[a-z0-9]{{1,2}}\))?\Z"
)
_HAN_DIGITS = re.compile(r"[〇零一二三四五六七八九十百千万亿两点]+")


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a cell is not a number."""

    en: str
    zh: str


def read_number(cell: Cell, *, scientific: bool = False) -> Decimal | Misread | None:
    """Return the number in a cell, None for a missing value, or why it is neither.

    A text keeps its printed digits; a stored double keeps its shortest exact spelling. Footnote markers
    behind a number are cut; digits in Chinese, thousands separators and exponents (unless `scientific`)
    are refused, since each has more than one reading.
    """
    if cell is None:
        return None
    if isinstance(cell, Odd):
        return Misread(f"a {cell.kind} ({cell.shown}) where a number belongs", f"应为数值，却是{cell.shown}")
    if isinstance(cell, float):
        return _from_double(cell)
    return _from_text(cell, scientific=scientific)


def _from_double(number: float) -> Decimal | Misread:
    if number != number or number in (float("inf"), float("-inf")):
        return Misread("not a finite number", "不是有限数")
    return Decimal(str(int(number))) if number.is_integer() and abs(number) < 1e15 else Decimal(repr(number))


def _from_text(raw: str, *, scientific: bool) -> Decimal | Misread | None:
    text = trimmed(raw).translate(_WIDE)
    if text in _MISSING:
        return None
    match = _FOOTNOTE.match(text)
    if match:
        text = match.group(1).rstrip()
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if scientific and _SCIENTIFIC.fullmatch(text):
        number = Decimal(text)
        return number + 0 if number == number.to_integral_value() else number
    return _why(text)


def looks_like_number(cell: Cell) -> bool:
    """Return whether a cell is a number, or a text of digits, signs and separators."""
    if isinstance(cell, float):
        return True
    return isinstance(cell, str) and bool(_DIGITS.match(trimmed(cell).translate(_WIDE)))


def in_chinese_digits(text: str) -> bool:
    """Return whether a text is a number written in Chinese digits."""
    return bool(_HAN_DIGITS.fullmatch(trimmed(text)))


def _why(text: str) -> Misread:
    short = text if len(text) <= 40 else text[:40] + "…"
    if _GROUPED.fullmatch(text):
        return Misread(
            f"{short!r} has thousands separators: write the number without them",
            f"“{short}”带千位分隔符：请去掉分隔符",
        )
    if in_chinese_digits(text):
        return Misread(
            f"{short!r} is a number in Chinese digits: write it in Arabic digits",
            f"“{short}”是汉字数字：请改为阿拉伯数字",
        )
    if _SCIENTIFIC.fullmatch(text):
        return Misread(
            f"{short!r} is in scientific notation, which hides digits: write the number in full",
            f"“{short}”为科学计数法，有效数字可能已丢失：请写出全部数字",
        )
    return Misread(
        f"{short!r} is neither a number nor a mark for missing", f"“{short}”既不是数值，也不是缺失标记"
    )
