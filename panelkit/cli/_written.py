"""How lists, labels and groups of terms are written in an option."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.labels import AskedLabels

_OPEN, _CLOSED = "([（", ")]）"
_TICK = "`"
_SEMICOLONS, _OTHERS = ";；", ",，、"
_MARKS = _SEMICOLONS + _OTHERS + " \t\n"
_RANGE = re.compile(r"(\d{1,4})(?:[-–](\d{1,4}))?")


def parts_of(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the parts of texts between semicolons: names that may hold blanks and commas."""
    return tuple(part.strip() for text in given or () for part in re.split("[;；]", text) if part.strip())


def listed_in(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the parts of texts: between semicolons where there are some, else between commas, else between blanks.

    What stands in brackets or backticks stays together: `log(gdp / population)` is one term.
    """
    found: list[str] = []
    for text in given or ():
        ways = [_split(text, marks) for marks in (_SEMICOLONS, _OTHERS)]
        found += next((parts for parts in ways if len(parts) > 1), _split(text, _MARKS))
    return tuple(found)


def columns_in(given: str | None) -> tuple[str, ...]:
    """Return names of columns, listed as by `listed_in`; a name with blanks or commas stands in backticks."""
    parts = listed_in(None if given is None else [given])
    return tuple(part[1:-1] if _quoted(part) else part for part in parts)


def named_in(text: str, option: str) -> tuple[str, str]:
    """Return name and value around the first equals sign that stands in no brackets.

    Raises
    ------
    SpecError
        If there is none, or nothing on one side of it.
    """
    at = _equals(text)
    name, value = (text[:at].strip(), text[at + 1 :].strip()) if at is not None else ("", "")
    if not name or not value:
        raise SpecError(message("{option} {item!r}: write NAME=VALUE", option=option, item=text))
    return name, value


def labels_of(given: Sequence[str] | None) -> AskedLabels:
    """Return labels from `term=label` and from files, later ones over earlier ones.

    Raises
    ------
    SpecError
        If a text is neither, or a file cannot be read.
    """
    found: dict[str, str] = {}
    asked: list[str] = []
    for text in given or ():
        if _equals(text) is None:
            if not Path(text).suffix:
                raise SpecError(
                    message(
                        "--labels {text!r}: write term=label, or name a .dta, .csv or .xlsx file", text=text
                    )
                )
            from panelkit.data.user.variable_labels import variable_labels

            found |= variable_labels(text)
        else:
            name, label = named_in(text, "--labels")
            found[name] = label
            asked.append(name)
    return AskedLabels(found, asked)


def groups_of(given: Sequence[str] | None, option: str) -> dict[str, list[str]]:
    """Return `Controls=x1 x2` as heads with terms."""
    pairs = [named_in(text, option) for text in given or ()]
    return {name: list(listed_in([value])) for name, value in pairs}


def columns_named(given: Sequence[str] | None, option: str) -> dict[str, list[int]]:
    """Return `OLS=1-2` as heads with numbers.

    Raises
    ------
    SpecError
        If what stands behind the equals sign are no numbers.
    """
    found: dict[str, list[int]] = {}
    for text in given or ():
        at = text.rfind("=")
        head, numbers = named_in(text if at < 0 else f"{text[:at].replace('=', '＝')}{text[at:]}", option)
        ranges = [_RANGE.fullmatch(part) for part in listed_in([numbers])]
        spans = [(int(one.group(1)), int(one.group(2) or one.group(1))) for one in ranges if one]
        if len(spans) != len(ranges):
            raise SpecError(
                message("{option} {text!r}: write numbers behind the head, OLS=1-2", option=option, text=text)
            )
        found[head] = [number for first, last in spans for number in range(first, last + 1)]
    return found


def stars_of(text: str) -> tuple[float, ...] | None:
    """Return the levels of stars; None for `none`.

    Raises
    ------
    SpecError
        If they are no numbers.
    """
    if text.strip().lower() in ("none", "无"):
        return None
    try:
        return tuple(float(part) for part in listed_in([text]))
    except ValueError:
        raise SpecError(
            message('--stars lists levels, "0.1 0.05 0.01", or none, not {text!r}', text=text)
        ) from None


def _split(text: str, marks: str) -> list[str]:
    parts, depth, quoted = [""], 0, False
    for char in text:
        quoted ^= char == _TICK
        depth += 0 if quoted else (char in _OPEN) - (char in _CLOSED)
        if char in marks and depth <= 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def _quoted(part: str) -> bool:
    return len(part) > 2 and part[0] == part[-1] == _TICK and _TICK not in part[1:-1]


def _equals(text: str) -> int | None:
    depth = 0
    for at, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSED)
        if char == "=" and depth <= 0:
            return at
    return None
