"""What a number format makes of a number: the percent sign, thousands cut off, a word behind it.

Loaded by the process that reads workbooks, by its path; it stands on the standard library alone.
"""

from __future__ import annotations

import re
import xml.parsers.expat
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_BUILT_IN = {9: "0%", 10: "0.00%"}
_SKIPPED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]')
_SCALED = re.compile(r"[0#?](,+)(?=[^0#?,]*$|\.)")
_CONDITION = re.compile(r"^\s*[<>=]")

Effect = tuple[int, str, str]
"""Power of ten that the format multiplies by, the word or sign it shows, and why the number cannot be told."""

PLAIN: Effect = (0, "", "")


def effects_of(code: str) -> list[Effect]:
    """Return what each section of a number format does to a number."""
    return [_effect(section) for section in _sections(code)]


def _sections(code: str) -> list[str]:
    pieces, start, quoted, bracket = [], 0, False, False
    at = 0
    while at < len(code):
        letter = code[at]
        if letter == "\\":
            at += 1
        elif letter == '"':
            quoted = not quoted
        elif not quoted and letter in "[]":
            bracket = letter == "["
        elif letter == ";" and not quoted and not bracket:
            pieces.append(code[start:at])
            start = at + 1
        at += 1
    return [*pieces, code[start:]]


def _effect(section: str) -> Effect:
    words: list[str] = []
    condition = False

    def skip(match: re.Match[str]) -> str:
        nonlocal condition
        if match.group(3) is not None:
            condition = condition or bool(_CONDITION.match(match.group(3)))
        else:
            words.append(match.group(1) or match.group(2) or "")
        return ""

    pattern = _SKIPPED.sub(skip, section)
    shown = "".join(words).strip()
    if condition:
        return 0, shown, "a format with conditions"
    if "general" in pattern.casefold() or "@" in pattern:
        return 0, shown, _digits(shown)
    if not re.search(r"[0#?]", pattern):
        return (
            (0, "", "")
            if re.search(r"[ymdhs]", pattern, re.I)
            else (0, shown, "a format that shows no number")
        )
    power = 2 * pattern.count("%")
    scaled = _SCALED.search(pattern)
    if scaled:
        power -= 3 * len(scaled.group(1))
    return power, "%" if "%" in pattern else shown, _digits(shown)


def _digits(shown: str) -> str:
    return "a format that adds digits of its own" if re.search(r"\d", shown) else ""


def effect_on(number: float, effects: list[Effect]) -> Effect:
    """Return what a format does to one number, by its sign."""
    numeric = effects[:3]
    if any(why == "a format with conditions" for _, _, why in numeric):
        same = len({effect[:2] for effect in numeric}) == 1 and numeric[0][0] == 0
        return (*numeric[0][:2], "") if same else numeric[0]
    at = 0
    if number < 0 and len(numeric) > 1:
        at = 1
    elif number == 0 and len(numeric) > 2:
        at = 2
    power, shown, why = numeric[at]
    if number == 0 and why == "a format that shows no number":
        return PLAIN
    return power, shown, why


def scaled(number: float, power: int) -> float:
    """Return a number as its format shows it, exactly as far as a double goes."""
    return float(Decimal(repr(number)).scaleb(power)) if power else number


def apply(sheet: dict[str, Any], styles: Mapping[tuple[int, int], list[Effect]]) -> None:
    """Put the numbers of a sheet as a person sees them; `sheet["formats"]` says which sign or word stands beside."""
    shown: list[list[Any]] = []
    for (row, column), effects in styles.items():
        cells = sheet["rows"][row] if row < len(sheet["rows"]) else []
        number = cells[column] if column < len(cells) else None
        if not isinstance(number, float):
            continue
        power, word, why = effect_on(number, effects)
        if why:
            cells[column] = {"odd": "number behind " + why, "shown": repr(number)}
            continue
        cells[column] = scaled(number, power)
        if word:
            shown.append([row, column, word])
    sheet["formats"] = shown


def styles_of(body: bytes) -> dict[int, list[Effect]]:
    """Return style number -> what it does to numbers, from a workbook's styles, for the styles that do anything."""
    codes: dict[int, str] = dict(_BUILT_IN)
    used: list[int] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "numFmt" and attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside[0] = True
        elif tag == "xf" and inside[0]:
            number = attributes.get("numFmtId", "0")
            used.append(int(number) if number.isdigit() else 0)

    def end(name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            inside[0] = False

    parse(body, start, end)
    effects = {
        style: effects_of(codes.get(number, "")) for style, number in enumerate(used) if number in codes
    }
    return {style: found for style, found in effects.items() if any(one != PLAIN for one in found)}


def scan_sheet(
    body: bytes, styles: Mapping[int, list[Effect]]
) -> tuple[dict[tuple[int, int], list[Effect]], list[int], list[list[int]]]:
    """Return the cells of a sheet whose style does anything, its hidden rows, and its hidden columns as spans."""
    if not (styles and b's="' in body) and b"hidden=" not in body:
        return {}, [], []
    cells: dict[tuple[int, int], list[Effect]] = {}
    rows: list[int] = []
    columns: list[list[int]] = []
    spot = [-1, -1]

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            spot[1] = _column(attributes.get("r", ""), spot[1] + 1)
            style = attributes.get("s", "0")
            found = styles.get(int(style)) if style.isdigit() else None
            if found is not None:
                cells[spot[0], spot[1]] = found
        elif tag == "row":
            number = attributes.get("r", "")
            spot[0] = int(number) - 1 if number.isdigit() else spot[0] + 1
            spot[1] = -1
            if attributes.get("hidden") in ("1", "true"):
                rows.append(spot[0])
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            columns.append([int(attributes.get("min", "1")) - 1, int(attributes.get("max", "1")) - 1])

    parse(body, start, None)
    return cells, rows, columns


def _column(reference: str, otherwise: int) -> int:
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        return otherwise
    column = 0
    for letter in letters.group():
        column = column * 26 + ord(letter) - 64
    return column - 1


def parse(body: bytes, start: Any, end: Any) -> None:
    """Go through XML without building it."""
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    parser.Parse(body, True)
