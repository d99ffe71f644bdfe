"""Values as a TOML file writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from panelkit.claims.file.toml_file import shown_text
from panelkit.language.errors import SpecError
from panelkit.language.message import message


def toml_value(value: Any) -> str:
    """Return a value on one line: texts in quotes, lists in brackets, tables in braces.

    Raises
    ------
    SpecError
        If a text holds bytes that are no UTF-8, or a value is none that TOML has.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {toml_value(held)}' for key, held in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    raise SpecError(message("{value} is no value of a claim file", value=shown_text(repr(value))))


def _text(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        said = message("{text} holds bytes that are no UTF-8", text=shown_text(value))
        raise SpecError(said) from error
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _text(name)
