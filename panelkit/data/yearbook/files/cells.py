"""What stands in a cell: a number to its last printed digit, a mark for missing, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from panelkit.data.yearbook.files.grid import Cell, Odd, trimmed
from panelkit.language.message import Message, message, term

_WIDE = str.maketrans("０１２３４５６７８９．－−﹣", "0123456789.---")
_MISSING = {
    "", "…", "……", "...", "......", "..", "—", "——", "―", "–", "-", "--", "---", "/", "空格", "NA", "N/A", "n.a.",
    "NaN", "nan", "None", "null", "缺失", "\\N", "n.a", "N.A.", "N.A", "na", "#N/A",
    "暂无", "暂缺", "不详", "缺", "无数据",
}  # fmt: skip
_MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽¹²³⁴⁵⁶⁷⁸⁹⁰*＊※†‡#＃"
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,17})?", re.ASCII)
_SCIENTIFIC = re.compile(r"-?\d{1,18}(?:\.\d{1,17})?[eE][+-]?\d{1,2}", re.ASCII)
_FOOTNOTE = re.compile(
    rf"(.*?[\d)）])\s*(?:[{re.escape(_MARKS)}]+⁾?|\[(?:注)?\d{{1,2}}\]|\s[a-z0-9]{{1,2}}\))\Z", re.S
)
_GROUPED = re.compile(
    r"-?\d{1,3}(?:(?:,\d{3})+|(?:，\d{3})+|(?: \d{3})+|(?:\u3000\d{3})+|(?:\xa0\d{3})+|(?:[\u2009\u202f]\d{3})+)"
    r"(?:\.\d{1,17})?",
    re.ASCII,
)
_MINUS = re.compile(r"^[-—–―]\s?(?=\d)")
_STROKES = re.compile(rf"[.·．…—–―─ー_~～\s-]+[{re.escape(_MARKS)}]*")
"""Dots and strokes of any width, with the mark of a footnote behind them."""
_SEPARATED = re.compile(r"[,，\s]")
_BRACKETED = re.compile(r"[(（]\s*(\d[\d,，.\s]*?)\s*[)）]")
_MARK_LIKE = re.compile(r"\d{1,2}", re.ASCII)
_DIGITS = re.compile(
    rf"[-—–―+(（]?\s*\d[\d,，.\s]*(?:[eE][+-]?\d+)?\s*[%％)）]?\s*(?:[{re.escape(_MARKS)}]+⁾?|\[(?:注)?\d{{1,2}}\]|[a-z0-9]{{1,2}}\))?\Z"
)
_KINDS = {
    "date": term("kind of cell", "date"),
    "truth value": term("kind of cell", "truth value"),
    "error": term("kind of cell", "error"),
    "formula": term("kind of cell", "formula"),
    "odd cell": term("kind of cell", "odd cell"),
    "decimal comma": term("kind of cell", "comma before decimals, or between thousands"),
    **{
        f"number behind {why}": message("number behind {why}", why=said)
        for why, said in {
            "a format with conditions": message("a format with conditions"),
            "a format that shows no number": message("a format that shows no number"),
            "a format that adds digits of its own": message("a format that adds digits of its own"),
        }.items()
    },
}
"""What the process that reads workbooks says of a cell that is neither text nor number."""

_HAN_DIGITS = re.compile(r"[〇零一二三四五六七八九十百千万亿两点]+")


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a cell is not a number."""

    said: Message


def read_number(cell: Cell, *, scientific: bool = False) -> Decimal | Misread | None:
    """Return the number in a cell, None for a missing value, or why it is neither.

    A text keeps its printed digits; a stored double keeps its shortest exact spelling. Footnote markers
    behind a number are cut, commas and blanks between thousands too, and a number in brackets is negative, as
    accountants print it. Digits in Chinese, exponents (unless `scientific`) and one or two digits in brackets, which
    may be the mark of a footnote, are refused, since each has more than one reading.
    """
    if cell is None:
        return None
    if isinstance(cell, Odd):
        return Misread(
            message("a {kind} ({shown}) where a number belongs", kind=_KINDS[cell.kind], shown=cell.shown)
        )
    if isinstance(cell, float):
        return _from_double(cell)
    return _from_text(cell, scientific=scientific)


def _from_double(number: float) -> Decimal | Misread:
    if number != number or number in (float("inf"), float("-inf")):
        return Misread(message("not a finite number"))
    return Decimal(str(int(number))) if number.is_integer() and abs(number) < 1e15 else Decimal(repr(number))


def _from_text(raw: str, *, scientific: bool) -> Decimal | Misread | None:
    text = _MINUS.sub("-", trimmed(raw).translate(_WIDE))
    if text in _MISSING or _STROKES.fullmatch(text):
        return None
    match = _FOOTNOTE.match(text)
    if match:
        text = match.group(1).rstrip()
    inside = _BRACKETED.fullmatch(text)
    if inside and not _MARK_LIKE.fullmatch(inside.group(1)):
        number = _ungrouped(inside.group(1))
        return Decimal("-" + number) if _NUMBER.fullmatch(number) else _why(text)
    text = _ungrouped(text)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if scientific and _SCIENTIFIC.fullmatch(text):
        value = Decimal(text)
        return value + 0 if value == value.to_integral_value() else value
    return _why(text)


def _ungrouped(text: str) -> str:
    """Return a number without the commas or blanks between its thousands."""
    return _SEPARATED.sub("", text) if _GROUPED.fullmatch(text) else text


def in_brackets(cell: Cell) -> bool:
    """Return whether a cell is a number in brackets, which is read as negative."""
    return isinstance(cell, str) and bool(_BRACKETED.fullmatch(trimmed(cell).translate(_WIDE)))


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
    if _BRACKETED.fullmatch(text):
        return Misread(
            message(
                "{short!r} may be a negative number or the mark of a footnote: write -{digits}, or take it out",
                short=short,
                digits=re.sub(r"\D", "", text),
            )
        )
    if in_chinese_digits(text):
        return Misread(
            message("{short!r} is a number in Chinese digits: write it in Arabic digits", short=short),
        )
    if _SCIENTIFIC.fullmatch(text):
        return Misread(
            message(
                "{short!r} is in scientific notation, which hides digits: write the number in full",
                short=short,
            ),
        )
    return Misread(message("{short!r} is neither a number nor a mark for missing", short=short))
