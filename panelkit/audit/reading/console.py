"""Lines of a console (R, Python) whose columns are parted by single blanks: decimals, and the words over them."""

from __future__ import annotations

import re

_DECIMAL = r"(?:<\s?)?[-−]?(?:\d*\.\d+|\d+\.?)(?:[eE][-+]?\d+)?"
_POINTED = rf"(?=[^\s]*[.eE]|<){_DECIMAL}"
_MARKED = rf"{_POINTED}(?:\s[*.]{{1,3}})?"
_RUN = re.compile(rf"{_MARKED}(?:\s{_MARKED})+")
_ONE = re.compile(_MARKED)
_LED = re.compile(rf"(?P<label>\S+(?: \S+)*?) (?P<run>{_MARKED}(?:\s{_MARKED})*)")
_WORD = r"Std\. Error|[tz][- ]value|Pr\(>\|?[tz]\|?\)|P\(>\|[tz]\|\)|Estimate|Direct|Indirect|Total|std err"
_WORDS = re.compile(rf"(?:{_WORD})(?:\s(?:{_WORD}))+")
_RESIDUALS = re.compile(r"^(?:weighted )?residuals:[ \t]*\n[ \t]*min\b.*\n.*\n", re.IGNORECASE | re.MULTILINE)
_CALL = re.compile(r"^call:[ \t]*\n\S.*\n(?:[ \t]+\S.*\n)*", re.IGNORECASE | re.MULTILINE)
_LONGEST = 120
Piece = tuple[int, int]


def pieces_of(text: str, *, leads: bool) -> list[Piece]:
    """Return where the cells of a token begin and end: the numbers, or heading words, that single blanks part.

    `leads`: the token stands at the start of its line, so that a label may stand before its numbers. Whole numbers are
    not parted ("Model 1", "1 234").
    """
    if len(text) > _LONGEST:
        return [(0, len(text))]
    if _WORDS.fullmatch(text):
        return [found.span() for found in re.finditer(_WORD, text)]
    if _RUN.fullmatch(text):
        return [found.span() for found in _ONE.finditer(text)]
    led = _LED.fullmatch(text) if leads else None
    if led is not None and not re.fullmatch(r"[\d\s.,<>*()-]*", led["label"]):
        start = led.start("run")
        return [led.span("label"), *((start + a, start + b) for a, b in pieces_of_run(led["run"]))]
    return [(0, len(text))]


def pieces_of_run(run: str) -> list[Piece]:
    """Return where the numbers of a run begin and end."""
    return [found.span() for found in _ONE.finditer(run)]


def unmarked(text: str) -> str:
    """Return a number as other programs print it: "0.06 ." without the point for 10 %, "< 2e-16" as "<2e-16"."""
    held = re.sub(rf"^({_DECIMAL})\s\.$", r"\1", text)
    return re.sub(r"^<\s+(?=[\d.])", "<", held)


def is_legend(line: str) -> bool:
    """Return whether a line says what stars mean, as R does below its coefficients."""
    return bool(re.match(r"\s*signif\w*\.?\s*codes?", line, re.IGNORECASE))


def without_preamble(text: str) -> str:
    """Return a text with the call and the quantiles of residuals that R prints before coefficients left blank."""
    for block in (_CALL, _RESIDUALS):
        text = block.sub(lambda found: "\n" * found.group().count("\n"), text)
    return text
