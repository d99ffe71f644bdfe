"""Index values by unit and year, with the weights behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from panelkit.language.message import Language, Message
from panelkit.language.shown import shown_language
from panelkit.results.numbers import cells, number, plain
from panelkit.show.brief import Brief
from panelkit.show.rendered import Exported


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure(Exported, Brief):
    """Index values by unit and year, with the weights behind them.

    `values` has a (province, year) MultiIndex, one column an index; `weights`, where the index has any,
    one row an indicator. `method` says how it was made, in words that a table can print.
    """

    name: Message
    values: pd.DataFrame
    weights: pd.DataFrame | None = None
    method: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a province, year and index: `province, year, measure, value`."""
        long = self.values.astype(float).rename_axis(columns="measure").stack()
        return pd.DataFrame({"value": long}).reset_index()

    def summary(self, *, language: Language = "en") -> str:
        """Return the last year's values, the weights and the notes as plain text."""
        from panelkit.show.words import check_language, frame_text, note_lines, said_of

        check_language(language)
        years = self.values.index.get_level_values(-1)
        last = self.values[years == years.max()]
        name = self.name.text(language)
        parts = [name, "=" * cells(name), frame_text(last, language, number)]
        if self.weights is not None:
            parts += ["", frame_text(self.weights, language, number)]
        parts += [said_of(key, plain(value), language) for key, value in self.method.items()]
        return "\n".join([*parts, *note_lines(self.notes, language)])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        units, years = (self.values.index.get_level_values(level) for level in (0, -1))
        span = f"{years.min()}-{years.max()}" if len(self.values) else "no rows"
        columns = ", ".join(map(str, self.values.columns))
        return f"{self.name}: {units.nunique()} units, {span}; {columns}"

    def _exported(self, language: Language) -> tuple[pd.DataFrame, Message, list[Message | str]]:
        """Return the values of every year, how they were made and the notes."""
        from panelkit.show.words import said_of

        said = [said_of(key, plain(value), language) for key, value in self.method.items()]
        return self.values.reset_index(), self.name, [*said, *self.notes]

    def _repr_html_(self) -> str:
        """Return the last year's values as an HTML table, the notes below."""
        from panelkit.show import tables
        from panelkit.show.words import said_heads

        language = shown_language()
        years = self.values.index.get_level_values(-1)
        last = said_heads(self.values[years == years.max()], language)
        return tables.frame_table(last, format="html", caption=self.name, notes=self.notes, language=language)
