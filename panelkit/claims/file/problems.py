"""What is wrong in a claim file, one message a problem: file, claim, field, what is wrong, remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from panelkit.claims.file import document, grid, parts
from panelkit.claims.file.design import DEFAULT, kind_of
from panelkit.claims.file.pydantic_words import said_by_pydantic
from panelkit.claims.file.rule import rule_class
from panelkit.claims.file.toml_file import shown_path
from panelkit.language.message import Joined, Message, listed, message

MOST = 200
"""So many problems of one sort are enough to begin with."""
_LONGEST = 60
# control characters but tab and newline, marks that turn the direction of writing, and what XML cannot hold
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")

STILL_BLANK = message("still a blank of the template: fill it in")
BLANK = "..."
"""What a template leaves to be written."""
_BLANKS = frozenset([BLANK, "\N{HORIZONTAL ELLIPSIS}", "\N{HORIZONTAL ELLIPSIS}" * 2])

Step = int | str
Place = tuple[Step, ...]


def problems_of(path: Path, raw: dict[str, Any], error: ValidationError) -> list[Message]:
    """Return the problems that validation found, each once."""
    return [_problem(path, raw, item) for item in own_errors(error.errors(include_url=False))]


def unprintable_problems(path: Path, raw: dict[str, Any]) -> list[Message]:
    """Return the problems of texts or names with a character that no page or table can hold."""
    return [
        message("{where}: {problem}", where=_where(path, raw, place), problem=unprintable_said(mark))
        for place, mark in islice(unprintable_in(raw), MOST)
    ]


def unprintable_said(mark: str) -> Message:
    """Return what is wrong with a character that no page or table can hold."""
    return message("holds the control character U+{mark:04X}; remove it", mark=ord(mark))


def blank_problems(path: Path, raw: dict[str, Any]) -> list[Message]:
    """Return the problems of texts that still are what a template leaves to be written."""
    return [
        message("{where}: {problem}", where=_where(path, raw, place), problem=STILL_BLANK)
        for place in islice(blanks_in(raw), MOST)
    ]


def own_errors(errors: Sequence[Any]) -> list[Any]:
    """Return errors without those that only follow from an error inside the same table."""
    places = [tuple(error["loc"]) for error in errors]
    return [
        error
        for error, place in zip(errors, places, strict=True)
        if error["type"] != "too_short"
        or not any(other[: len(place)] == place and other != place for other in places)
    ]


def _problem(path: Path, raw: dict[str, Any], error: Any) -> Message:
    return message("{where}: {problem}", where=_where(path, raw, error["loc"]), problem=wrong(raw, error))


def wrong(raw: dict[str, Any], error: Any) -> Message:
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
            '{written} is not text: write it in quotes, as it is printed, for example "{example}"',
            written=_brief(error["input"]),
            example=_quoted(error["input"]),
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
    kind = class_of(table, node)
    return [] if kind is None else list(kind.model_fields)


def class_of(table: str, node: Any) -> type[parts.Part] | None:
    """Return what holds a table of a claim file that is called so (design: by its kind, rule: by its name), or None.

    Raises
    ------
    ValueError
        If a design names no kind that there is.
    """
    if table == "design":
        return kind_of(node.get("kind", DEFAULT))
    return rule_class(node) if table == "rule" else _TABLES.get(table)


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
    "beside": grid.Beside,
    "grid": grid.Grid,
    "axis": grid.GridAxis,
    "option": grid.GridOption,
}


def blanks_in(node: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every text that is a blank of a template."""
    if isinstance(node, str):
        if node.strip() in _BLANKS:
            yield place
    elif isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from blanks_in(value, (*place, key))


def _brief(value: Any) -> str:
    """Return what was written, cut where it is long."""
    return _cut(repr(value))


def _quoted(value: Any) -> str:
    """Return a number as it stands in quotes; of what is none, an example."""
    return _cut(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else "0.38"


def _cut(text: str) -> str:
    text = UNPRINTABLE.sub("?", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def unprintable_in(node: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield the place of every text or name with an unprintable character, and the character."""
    if isinstance(node, str):
        mark = UNPRINTABLE.search(node)
        if mark is not None:
            yield place, mark.group()
    elif isinstance(node, dict):
        for key, value in node.items():
            mark = UNPRINTABLE.search(key)
            if mark is not None:
                yield (*place, key), mark.group()
            yield from unprintable_in(value, (*place, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from unprintable_in(value, (*place, number))


def _where(path: Path, raw: dict[str, Any], place: Place) -> Message:
    """Return file, claim by its id, and the field with numbered tables named by theirs."""
    claim, fields = named(raw, place)
    return listed(part for part in (shown_path(Path(path.name)), claim, fields) if part)


def named(raw: dict[str, Any], place: Place) -> tuple[str, str]:
    """Return the claim of a place by its id (empty: none), and its field with numbered tables named by theirs."""
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
