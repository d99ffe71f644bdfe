"""A picture of a page, with the numbers that it shows and the name that its files bear."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from panelkit.claims.verdict import Verdict
from panelkit.language.levels import Levels
from panelkit.language.message import Language, Message, message
from panelkit.report.conditions import levels_of
from panelkit.report.numbers import number, p_value
from panelkit.report.words import say
from panelkit.show.brief import Brief
from panelkit.show.canvas import Figure

ROWS = 200
"""So many rows of a picture's numbers stand on a page; the CSV beside it holds all."""
_HEADS: Mapping[str, Message] = {
    "estimate": message("Estimate"),
    "conf_low": message("low end"),
    "conf_high": message("high end"),
    "low": message("low end"),
    "high": message("high end"),
    "p_value": message("p"),
    "left_out": message("left out"),
    "panel": message("net of"),
    "unit": message("{unit}"),
    "when": message("{period}"),
    "x": message("treatment"),
    "y": message("outcome"),
    "value": message("observed"),
    "bound": message("bound"),
}


@dataclass(frozen=True, eq=False)
class Drawn(Brief):
    """A picture as one `<svg>` element, its description in words, and its numbers with all their digits."""

    name: str
    svg: str
    alt: str
    data: pd.DataFrame
    levels: Levels

    def _brief(self) -> str:
        return f"{self.name}, {len(self.data)} rows"

    def __html__(self) -> str:
        return self.svg

    def heads(self, language: Language) -> list[str]:
        """Return what the columns of its numbers are called."""
        return [
            say(_HEADS[name].spoken(*self.levels), language) if name in _HEADS else name
            for name in map(str, self.data)
        ]

    def rows(self) -> list[list[str]]:
        """Return the first rows of its numbers as a page prints them."""
        return [
            [_cell(name, value) for name, value in zip(self.data, row, strict=True)]
            for row in self.data.head(ROWS).itertuples(index=False)
        ]

    def more(self, language: Language) -> str:
        """Return that rows beyond the first are in the file; nothing where all are shown."""
        if len(self.data) <= ROWS:
            return ""
        said = message("The first {n} of {all:,} rows; the CSV holds all.", n=ROWS, all=len(self.data))
        return say(said, language)


def drawn(verdict: Verdict, kind: str, figure: Figure, data: pd.DataFrame) -> Drawn:
    """Return a picture of one design; columns in which no row has a number are left out."""
    parts = [verdict.claim, *(part.id for part in (verdict.reading, verdict.design) if part is not None)]
    name = "_".join(file_name(part) for part in (*parts, kind))
    held = data.dropna(axis="columns", how="all")
    return Drawn(name, Markup(figure.svg()), figure.alt, held, levels_of(verdict))


def _cell(name: object, value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return p_value(value) if name == "p_value" else number(value)


def file_name(name: str) -> str:
    """Return an id as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name)
