"""A table as a grid of finished strings: what every format prints, built from fits or from a plain frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.language.errors import StyleError
from panelkit.language.message import Language, Message, message
from panelkit.language.spelt import option
from panelkit.show.checks import need_pandas
from panelkit.show.words import (
    result_word,
    word,
)

INDENT = "\u2003"
_MOST_DECIMALS = 15


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table: its label and one string a column; a heading is a label over all columns."""

    label: str
    cells: tuple[str, ...]
    heading: bool = False


@dataclass(frozen=True, kw_only=True)
class TableGrid:
    """A finished table: `header` one cell a column (lines divided by newlines), `blocks` of rows, notes.

    `spans` are heads over the header with the number of columns that each covers, empty ones among them, or none.
    `keys` columns stand beside the labels in every part of a table that is too wide for a terminal.
    """

    header: tuple[str, ...]
    blocks: tuple[tuple[Row, ...], ...]
    stub: str = ""
    notes: tuple[str, ...] = ()
    caption: str | None = None
    label: str | None = None
    language: Language = "en"
    spans: tuple[tuple[str, int], ...] = ()
    align: Literal["centre", "decimal"] = "centre"
    keys: int = 0

    @property
    def rows(self) -> list[Row]:
        """Return the rows of all blocks, top to bottom."""
        return [row for block in self.blocks for row in block]

    def note_text(self) -> str:
        """Return all notes as one paragraph, or an empty string."""
        if not self.notes:
            return ""
        stop = word("stop", self.language)
        parts = [note if note.endswith((".", "。")) else note + stop for note in self.notes]
        return (word("notes", self.language) + word("colon", self.language)) + (
            "".join(parts) if self.language == "zh" else " ".join(parts)
        )


def number(value: Any, decimals: int = 3) -> str:
    """Return a number with fixed decimals; a non-zero number that would print as zero keeps two digits."""
    if value is None or not np.isfinite(value):
        return ""
    size = abs(float(value))
    if size == 0.0 or size >= 0.5 * 10.0**-decimals:
        return f"{float(value):.{decimals}f}"
    if size < 1e-6:
        return f"{float(value):.1e}"
    return f"{float(value):.{1 - math.floor(math.log10(size))}f}"


def p_text(p: float, decimals: int = 3) -> str:
    """Return a p-value with fixed decimals, one below the least of them as such."""
    least = 10.0**-decimals
    return "" if math.isnan(p) else f"<{least:.{decimals}f}" if p < least else f"{p:.{decimals}f}"


def significance(p_value: float, stars: tuple[float, ...] | None) -> str:
    """Return one star for every level that the p-value stays below."""
    return "*" * sum(p_value < level for level in stars or ())


def frame_grid(
    frame: pd.DataFrame,
    *,
    language: Language = "en",
    labels: Mapping[str, str] | None = None,
    decimals: int | Mapping[str, int] = 3,
    index: bool = True,
    notes: Sequence[str] | str = (),
    caption: str | None = None,
    label: str | None = None,
) -> TableGrid:
    """Return a plain frame as a grid; its index becomes the first columns unless `index` is False.

    `decimals` is one number or a number by column; whole-number columns print without decimals.
    """
    need_pandas(frame, message("a table"))
    for places in decimals.values() if isinstance(decimals, Mapping) else (decimals,):
        need_decimals(places)
    need_texts({} if labels is None else labels, "labels=")
    named = {str(key): value for key, value in (labels or {}).items()}
    flat = frame.reset_index() if index else frame
    heads: list[Any] = list(flat.columns)
    columns = [
        " ".join(str(part) for part in head) if isinstance(head, tuple) else str(head) for head in heads
    ]
    if not index or frame.index.names == [None]:
        columns = ["" if name == "index" and index and i == 0 else name for i, name in enumerate(columns)]
    texts = [
        [
            _cell(value, decimals if isinstance(decimals, int) else decimals.get(name, 3), named, language)
            for value in flat.iloc[:, i]
        ]
        for i, name in enumerate(columns)
    ]
    if not texts:
        raise StyleError(message("a table needs at least one column"))
    shown = [
        named.get(str(head)) or _head(head, name, language) for head, name in zip(heads, columns, strict=True)
    ]
    rows = tuple(Row(label=line[0], cells=tuple(line[1:])) for line in zip(*texts, strict=True))
    return TableGrid(
        header=tuple(shown[1:]),
        stub=shown[0],
        blocks=(rows,),
        notes=note_tuple(notes),
        caption=caption,
        label=label,
        language=language,
    )


def _cell(value: Any, decimals: int, named: Mapping[str, str], language: Language) -> str:
    """Return a cell as it is printed: under a label, in the language, or as it stands."""
    plain = plain_cell(value, decimals)
    if plain in named:
        return named[plain]
    return value.text(language) if isinstance(value, Message) else plain


def _head(head: Any, name: str, language: Language) -> str:
    """Return what a column is called: a word of tables, else that of a column of a result."""
    if isinstance(head, Message):
        return head.text(language)
    said = word(name, language)
    return said if said != name else result_word(name, language)


def need_decimals(decimals: Any) -> None:
    """Refuse what is no number of decimals."""
    whole = isinstance(decimals, (int, np.integer)) and not isinstance(decimals, bool)
    if not whole or not 0 <= decimals <= _MOST_DECIMALS:
        raise StyleError(
            message(
                "{decimals_option} is a whole number from 0 to {most}, not {decimals!r}",
                decimals_option=option("decimals"),
                most=_MOST_DECIMALS,
                decimals=decimals,
            )
        )


def need_texts(named: Any, what: str) -> Mapping[Any, str]:
    """Return names and what is printed for them."""
    if not isinstance(named, Mapping) or not all(isinstance(text, str) for text in named.values()):
        raise StyleError(
            message(
                "{what} maps names to the texts that are printed, {{'x': 'science'}}, not {named!r}",
                what=what,
                named=named,
            )
        )
    return named


def plain_cell(value: Any, decimals: int) -> str:
    """Return a value as it stands in a cell."""
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return number(float(value), decimals)
    return "" if value is None or value is pd.NaT or value is pd.NA else str(value)


def note_tuple(notes: Sequence[str] | str) -> tuple[str, ...]:
    """Return notes as a tuple; one text is one note."""
    found = (notes,) if isinstance(notes, str) else tuple(notes)
    if not all(isinstance(note, str) for note in found):
        raise StyleError(message("{name}= lists texts, not {given!r}", name="notes", given=notes))
    return found
