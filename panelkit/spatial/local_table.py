"""Local Moran statistics as a printed table: stars by their p-values, quadrants as words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.language.message import Language, Message, message, term
from panelkit.show.checks import star_levels
from panelkit.show.formats import Format
from panelkit.show.tables import frame_table, starred
from panelkit.show.words import result_word, stars_note, word

_HEADS = {
    "value": term("column of local Moran", "value"),
    "z": term("column of local Moran", "z"),
    "lag": term("column of local Moran", "spatial lag"),
    "I": term("column of local Moran", "local I"),
    "quadrant": term("column of local Moran", "quadrant"),
    "p_value": term("column of local Moran", "p"),
    "q_value": term("column of local Moran", "q (FDR)"),
}


def local_table(
    table: pd.DataFrame,
    said: Sequence[Message],
    format: Format,
    path: str | Path | None,
    language: Language,
    style: dict[str, Any],
) -> str:
    """Return (and write) the table of `LocalMoran`; its style has `stars` beside what plain frames take."""
    levels = star_levels(style.pop("stars", (0.10, 0.05, 0.01)))
    shown = starred(table.drop(columns="significant"), "I", "p_value", levels, style.get("decimals"))
    shown = shown.assign(quadrant=[word(name, language) for name in shown["quadrant"]])
    given = style.pop("notes", ())
    notes = [
        *([stars_note(levels, language)] if levels else []),
        message("N = {n}", n=len(table)).text(language),
        *(one.text(language) for one in said),
        *([given] if isinstance(given, str) else given),
    ]
    heads = {name: _HEADS[name].text(language) for name in shown.columns}
    shown = shown.rename(columns=heads).rename_axis(result_word(str(shown.index.name), language))
    return frame_table(shown, path, format=format, language=language, notes=notes, **style)
