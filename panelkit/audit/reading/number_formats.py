"""What a workbook shows of a number: its format's digits, signs, words and brackets."""

from __future__ import annotations

import datetime
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*.|\[(?P<in_brackets>[^\]]*)\]|(?P<general>general)'
    r"|(?P<digits>[0#?][0#?,]*(?:\.[0#?]*)?,*|\.[0#?]+)(?P<power>[eE][+-]0+)?|(?P<plain>[^\"\\\[_*])",
    re.I | re.S,
)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|general', re.I)
_UNNUMBERED = re.compile(r"[ymdhs/]", re.I)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")


def shown(value: Any, code: str) -> str:
    """Return a value as its format shows it.

    A negative number that a format shows in brackets alone, as accounts do, is written with a minus sign: in a table of
    estimates brackets mean something else. Fractions and dates are shown as stored.
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    number = Decimal(repr(float(value))) if not isinstance(value, int) else Decimal(value)
    sections = _sections(code or "General")
    section, signed = _chosen(number, sections)
    if _UNNUMBERED.search(_LITERAL.sub("", section)):
        return general(number)
    text = _filled(abs(number) if signed else number, section)
    if number < 0 and signed and "-" not in text and "−" not in text:
        inner = text.strip()
        bracketed = inner.startswith("(") and inner.endswith(")") and "(" not in sections[0]
        return "-" + (inner[1:-1] if bracketed else inner)
    return re.sub(r"^-([(\[])", r"\1-", text.strip())


def general(number: Decimal) -> str:
    """Return a number as the format General shows it in a wide cell: eleven digits at most."""
    text = f"{float(number):.11g}"
    return text.replace("e", "E") if "e" in text else text


def _sections(code: str) -> list[str]:
    """Return the sections of a format: positive, negative, zero, text."""
    pieces, held, quoted, escaped = [], "", False, False
    for sign in code:
        if sign == ";" and not quoted and not escaped:
            pieces.append(held)
            held = ""
            continue
        held += sign
        quoted = quoted != (sign == '"' and not escaped)
        escaped = sign == "\\" and not escaped and not quoted
    return [*pieces, held]


def _chosen(number: Decimal, sections: list[str]) -> tuple[str, bool]:
    """Return the section for a number, and whether it shows the size of a negative number without its sign."""
    conditions = [
        _CONDITION.search("".join(re.findall(r"\[([^\]]*)\]", section))) for section in sections[:2]
    ]
    if any(conditions):
        for section, found in zip(sections, conditions, strict=False):
            if found and _holds(number, found[1], Decimal(found[2])):
                return section, False
        rest = sections[sum(map(bool, conditions)) :]
        return rest[0] if rest else "General", False
    if number < 0 and len(sections) > 1 and sections[1]:
        return sections[1], True
    if number == 0 and len(sections) > 2 and sections[2]:
        return sections[2], False
    return sections[0], False


def _holds(number: Decimal, sign: str, bound: Decimal) -> bool:
    tests = {"<": number < bound, ">": number > bound, "=": number == bound}
    if sign == "<>":
        return number != bound
    return tests[sign[0]] or (len(sign) > 1 and number == bound)


def _filled(number: Decimal, section: str) -> str:
    """Return a section with the digits of a number in their place."""
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", section)
    scaled = number * Decimal(100) ** plain.count("%")
    text, placed = "", False
    for piece in _PIECE.finditer(section):
        if piece["quoted"] is not None or piece["escaped"] is not None:
            text += piece["quoted"] or piece["escaped"] or ""
        elif piece["space"] is not None:
            text += " "
        elif piece["in_brackets"] is not None:
            money = re.match(r"\$([^-]+)", piece["in_brackets"])
            text += money[1] if money else ""
        elif piece["general"] or piece["plain"] == "@":
            text, placed = text + general(scaled), True
        elif piece["digits"] is not None and not placed:
            text, placed = text + _digits(scaled, piece["digits"], piece["power"]), True
        elif piece["plain"] is not None:
            text += piece["plain"]
    if not placed and not text.strip() and number != 0:
        return general(number)
    return "-" + text.replace("-", "", 1) if placed and number < 0 and "-" in text else text


def _digits(number: Decimal, pattern: str, power: str | None) -> str:
    """Return a number in a pattern of digits: 0.000, #,##0.0, 0.00E+00."""
    whole, _, part = pattern.rstrip(",").partition(".")
    scaled = number.scaleb(-3 * (len(pattern) - len(pattern.rstrip(","))))
    least, most = part.count("0"), len(part)
    if power:
        mantissa, _, exponent = f"{scaled:.{most}e}".partition("e")
        return f"{mantissa}E{int(exponent):+0{len(power) - 1}d}"
    held = scaled.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    text = f"{held:,f}" if "," in whole else f"{held:f}"
    head, _, tail = text.partition(".")
    while len(tail) > least and tail.endswith("0"):
        tail = tail[:-1]
    sign, head = ("-", head[1:]) if head.startswith("-") else ("", head)
    head = head.zfill(whole.count("0")) if "," not in whole else head
    if whole.count("0") == 0 and head == "0" and tail:
        head = ""
    return f"{sign}{head}{'.' + tail if tail or pattern.rstrip(',').endswith('.') else ''}"
