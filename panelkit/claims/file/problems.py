"""What is wrong in a claim file, one message a problem: file, claim, field, what is wrong, remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from panelkit.claims.file import document, parts
from panelkit.claims.file.declared import shown_path
from panelkit.claims.file.design import DEFAULT, kind_of
from panelkit.claims.file.pydantic_words import said_by_pydantic
from panelkit.claims.file.rule import rule_class
from panelkit.language.message import Joined, Message, listed, message

_LONGEST = 60
# control characters but tab and newline, and what XML cannot hold
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")

Step = int | str
Place = tuple[Step, ...]


def problems_of(path: Path, raw: dict[str, Any], error: ValidationError) -> list[Message]:
    """Return the problems that validation found, each once."""
    return [_problem(path, raw, item) for item in _own(error.errors(include_url=False))]


def unprintable_problems(path: Path, raw: dict[str, Any]) -> list[Message]:
    """Return the problems of texts or names with a character that no page or table can hold."""
    return [
        message(
            "{where}: holds the control character U+{mark:04X}; remove it",
            where=_where(path, raw, place),
            mark=ord(mark),
        )
        for place, mark in _unprintable(raw)
    ]


def _own(errors: Sequence[Any]) -> list[Any]:
    """Return errors without those that only follow from an error inside the same table."""
    places = [tuple(error["loc"]) for error in errors]
    return [
        error
        for error, place in zip(errors, places, strict=True)
        if error["type"] != "too_short"
        or not any(other[: len(place)] == place and other != place for other in places)
    ]


def _problem(path: Path, raw: dict[str, Any], error: Any) -> Message:
    return message("{where}: {problem}", where=_where(path, raw, error["loc"]), problem=_wrong(raw, error))


def _wrong(raw: dict[str, Any], error: Any) -> Message:
    """Return what is wrong in a field, and the remedy."""
    kind = error["type"]
    if kind == "extra_forbidden":
        return _no_such_field(raw, error["loc"])
    if kind == "missing":
        return message("missing: add it")
    if kind == "string_pattern_mismatch":
        return message(
            "{written} does not fit: {remedy}", written=_brief(error["input"]), remedy=_pattern_remedy(error)
        )
    if kind == "string_type":
        return message(
            '{written} is not text: write it in quotes, for example "0.38"', written=_brief(error["input"])
        )
    return said_by_pydantic(error)


def _no_such_field(raw: dict[str, Any], place: Place) -> Message:
    known = _fields(raw, place)
    near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.6)
    if near:
        return message("no such field (did you mean `{near}`?); remove it", near=near[0])
    if known:
        return message("no such field (there are {known}); remove it", known=known)
    return message("no such field; remove it")


def _fields(raw: dict[str, Any], place: Place) -> list[str]:
    """Return the fields of the table in which a place lies."""
    tables = [step for step in place[:-1] if isinstance(step, str)]
    table = tables[-1] if tables else ""
    node: Any = raw
    for step in place[:-1]:
        node = _step(node, step)
    if table == "design":
        return list(kind_of(node.get("kind", DEFAULT)).model_fields)
    if table == "rule":
        return list(rule_class(node).model_fields)
    return list(_TABLES[table].model_fields) if table in _TABLES else []


_TABLES: dict[str, type[parts.Part]] = {
    "": document.ClaimFile,
    "document": parts.Document,
    "claim": document.Claim,
    "place": parts.Place,
    "needs": parts.Need,
    "sample": parts.Sample,
    "test": parts.Test,
    "reading": document.Reading,
    "plausibility": parts.Plausibility,
    "beside": document.Beside,
    "grid": document.Grid,
    "axis": document.GridAxis,
    "option": document.GridOption,
}


def _brief(value: Any) -> str:
    """Return what was written, cut where it is long."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    text = _UNPRINTABLE.sub("?", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _unprintable(node: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield the place of every text or name with an unprintable character, and the character."""
    if isinstance(node, str):
        mark = _UNPRINTABLE.search(node)
        if mark is not None:
            yield place, mark.group()
    elif isinstance(node, dict):
        for key, value in node.items():
            mark = _UNPRINTABLE.search(key)
            if mark is not None:
                yield (*place, key), mark.group()
            yield from _unprintable(value, (*place, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _unprintable(value, (*place, number))


def _where(path: Path, raw: dict[str, Any], place: Place) -> Message:
    """Return file, claim by its id, and the field with numbered tables named by theirs."""
    claim, fields = _named(raw, place)
    return listed(part for part in (shown_path(Path(path.name)), claim, fields) if part)


def _named(raw: dict[str, Any], place: Place) -> tuple[str, str]:
    node: Any = raw
    claim = ""
    fields: list[str] = []
    for step in place:
        node = _step(node, step)
        name = node.get("id") if isinstance(node, dict) else None
        if isinstance(step, int):
            label = _cut(str(name)) if name is not None else message("number {n}", n=step + 1)
            if fields == ["claim"]:
                claim, fields = message("claim {label}", label=label), []
            elif fields:
                fields[-1] = message("{field} {label}", field=fields[-1], label=label)
        else:
            fields.append(_cut(step))
    return claim, Joined(fields, {"en": ".", "zh": "."})


def _step(node: Any, step: Step) -> Any:
    if isinstance(node, dict):
        return node.get(str(step))
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _pattern_remedy(error: Any) -> Message:
    pattern = error["ctx"]["pattern"]
    if pattern == parts.PRINTED:
        return message('a printed number in quotes, digits only, for example "0.38"')
    if pattern == parts.INDICATOR:
        return message("an indicator's key, for example gdp (`panelkit data list` shows all)")
    return message("letters, digits, `_`, `-` and `.` only")
