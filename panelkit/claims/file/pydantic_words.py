"""What pydantic says of a value that a field cannot take, as messages; one that it says otherwise stays as it is."""

from __future__ import annotations

from typing import Any

from panelkit.language.message import Message, counted, message, verbatim


def said_by_pydantic(error: Any) -> Message:
    """Return the message of a validator of ours, or that of pydantic's own check."""
    context = error.get("ctx", {})
    if error["type"] == "value_error" and isinstance(context["error"].args[0], Message):
        return context["error"].args[0]
    said = _said(error["type"], context)
    text = str(error["msg"])
    return verbatim(text[:1].lower() + text[1:]) if said is None else said


def _said(kind: str, context: dict[str, Any]) -> Message | None:
    plain = _PLAIN.get(kind)
    if plain is not None:
        return plain
    if kind == "literal_error":
        return message("input should be {expected}", expected=context["expected"])
    return _bound(kind, context)


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
            "{field} should have at least {n} item after validation, not {length}",
            "{field} should have at least {n} items after validation, not {length}",
            n=context["min_length"],
            field=context["field_type"].lower(),
            length=context["actual_length"],
        )
    return None


_PLAIN = {
    "int_type": message("input should be a valid integer"),
    "int_from_float": message("input should be a valid integer, got a number with a fractional part"),
    "bool_type": message("input should be a valid boolean"),
    "dict_type": message("input should be a valid dictionary"),
    "tuple_type": message("input should be a valid tuple"),
    "date_type": message("input should be a valid date"),
}
