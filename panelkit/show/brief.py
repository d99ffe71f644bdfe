"""Short representations: a result in one line, arrays and tables by their size."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import message
from panelkit.language.shown import shown_language

LONGEST = 160
_WIDEST_FIELD = 60
_ROWS = 40
_text = reprlib.Repr()
_text.maxstring = _text.maxother = _WIDEST_FIELD


class Brief:
    """A dataclass whose `repr` is one line: class, short fields, arrays and tables by their size.

    A subclass may say something else in `_brief`, which returns what stands between the brackets.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep `repr`, which a dataclass would make anew from all its fields."""
        super().__init_subclass__(**options)
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = cls.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        text = f"{type(self).__name__}({self._brief()})"
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]}...)"

    def _repr_html_(self) -> str | None:
        """Return the table of a result for a notebook; nothing, and so the one line, where it has none."""
        from panelkit.show import tables
        from panelkit.show.words import said_heads

        language = shown_language()
        rendered = getattr(self, "to_html", None)
        if rendered is not None:
            return str(rendered(language=language))
        table = getattr(self, "table", None)
        if callable(table):
            table = table(language=language) if "language" in signature(table).parameters else table()
        if not isinstance(table, pd.DataFrame) or table.empty:
            return None
        more = (
            [message("the first {shown} of {rows} rows", shown=_ROWS, rows=len(table))]
            if len(table) > _ROWS
            else []
        )
        notes = [*more, *getattr(self, "notes", ())]
        shown = said_heads(table.head(_ROWS), language)
        return tables.frame_table(shown, format="html", notes=notes, language=language)

    def _brief(self) -> str:
        of_it: Any = self
        # a field may lack while the object is being made, and an error of that moment prints it
        fields = [(one.name, getattr(self, one.name, None)) for one in dataclasses.fields(of_it) if one.repr]
        return ", ".join(f"{name}={short(value)}" for name, value in fields if not _is_empty(value))


def short(value: Any) -> str:
    """Return a value on one line: what is large by its kind and size."""
    match value:
        case np.ndarray():
            return f"array{value.shape}".replace(",)", ")")
        case pd.DataFrame():
            return f"DataFrame{value.shape}"
        case pd.Series() | pd.Index():
            return f"{type(value).__name__}({len(value)})"
        case Mapping():
            return f"{len(value)} entries"
        case tuple() | list() | set() | frozenset():
            listed = ", ".join(short(item) for item in value) if len(value) <= 4 else ""
            return f"[{listed}]" if listed and len(listed) <= _WIDEST_FIELD else f"{len(value)} items"
        case float() | np.floating():
            return f"{value:.4g}"
        case Brief():
            return type(value).__name__
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return type(value).__name__
        case _:
            text = _text.repr(value)
            return f"{type(value).__name__}" if len(text) > _WIDEST_FIELD + 10 or "\n" in text else text


def _is_empty(value: Any) -> bool:
    if value is None:
        return True
    return (
        isinstance(value, np.ndarray | pd.DataFrame | pd.Series | Mapping | tuple | str) and len(value) == 0
    )
