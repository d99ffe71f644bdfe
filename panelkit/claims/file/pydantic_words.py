"""What pydantic says of a value that a field cannot take, as messages; one that it says otherwise stays as it is."""

from __future__ import annotations

import difflib
import re
from typing import Any

from panelkit.language.message import Message, counted, listed, message, verbatim


def said_by_pydantic(error: Any) -> Message:
    """Return the message of a validator of ours, or that of pydantic's own check."""
    context = error.get("ctx", {})
    if error["type"] == "value_error" and isinstance(context["error"].args[0], Message):
        return context["error"].args[0]
    if error["type"] == "literal_error":
        return _one_of(re.findall(r"'([^']*)'", context["expected"]), error["input"])
    said = _said(error["type"], context)
    text = str(error["msg"])
    return verbatim(text[:1].lower() + text[1:]) if said is None else said


def _said(kind: str, context: dict[str, Any]) -> Message | None:
    plain = _PLAIN.get(kind)
    if plain is not None:
        return plain
    return _bound(kind, context)


def _one_of(known: list[str], written: Any) -> Message:
    """Return which words a field takes, and the nearest one to what was written."""
    named = [f"'{name}'" for name in known]
    expected = (
        message("{most} or {last}", most=listed(named[:-1]), last=named[-1])
        if len(named) > 1
        else listed(named)
    )
    near = difflib.get_close_matches(str(written), known, n=1, cutoff=0.6)
    if near and near[0][:1].lower() == str(written)[:1].lower():  # `SUPPORTED` is no slip for `NOT SUPPORTED`
        return message("input should be {expected} (did you mean '{near}'?)", expected=expected, near=near[0])
    return message("input should be {expected}", expected=expected)


def _bound(kind: str, context: dict[str, Any]) -> Message | None:
    if kind == "greater_than":
        return message("input should be greater than {bound}", bound=context["gt"])
    if kind == "greater_than_equal":
        return message("input should be greater than or equal to {bound}", bound=context["ge"])
    if kind == "less_than_equal":
        return message("input should be less than or equal to {bound}", bound=context["le"])
    return _length(kind, context)


def _length(kind: str, context: dict[str, Any]) -> Message | None:
    if kind == "string_too_short":
        return counted(
            "string should have at least {n} character",
            "string should have at least {n} characters",
            n=context["min_length"],
        )
    if kind == "string_too_long":
        return counted(
            "string should have at most {n} character",
            "string should have at most {n} characters",
            n=context["max_length"],
        )
    if kind == "too_short":
        return counted(
            "the list should hold at least {n} entry, and holds {length}",
            "the list should hold at least {n} entries, and holds {length}",
            n=context["min_length"],
            length=context["actual_length"],
        )
    return None


_PLAIN = {
    "int_type": message("input should be a valid integer"),
    "int_from_float": message("input should be a valid integer, got a number with a fractional part"),
    "bool_type": message("input should be a valid boolean"),
    "dict_type": message("input should be a valid dictionary"),
    "tuple_type": message("input should be a list, in square brackets"),
    "date_type": message("input should be a valid date"),
}
