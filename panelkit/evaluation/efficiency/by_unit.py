"""Numbers by unit and year with notes: one table of the last year for the terminal, for files and for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from panelkit.evaluation.efficiency.shown import of_year, unit_names
from panelkit.language.errors import SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, in_language, message, term
from panelkit.results.numbers import cells, number
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

UNIT = term("column of an efficiency", "unit")
YEAR = term("column of an efficiency", "year")


@dataclass(frozen=True, kw_only=True, eq=False)
class ByUnit(Titled, Brief):
    """Numbers by unit and year: `values` has a (unit, year) MultiIndex; `heads` names the columns of a kind."""

    heads: ClassVar[Mapping[str, Message]] = {}

    title: Message
    values: pd.DataFrame
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def years(self) -> list[Any]:
        """Return the years of the rows."""
        return sorted(self.values.index.get_level_values(1).unique())

    def of_year(self, year: Any = None) -> pd.DataFrame:
        """Return the rows of one year (None: the last), the largest first.

        Raises
        ------
        SpecError
            If the year is not among the rows.
        """
        chosen = self.years[-1] if year is None else year
        if chosen not in self.years:
            raise SpecError(
                message(
                    "no {period} {value} among the rows: {held}",
                    value=str(chosen),
                    held=[str(one) for one in self.years],
                ).spoken(*self.levels)
            )
        rows: Any = self.values.xs(chosen, level=1)
        return rows.sort_values(rows.columns[0], ascending=False, kind="stable")

    def tidy(self) -> pd.DataFrame:
        """Return one row a unit, year and measure, under names that do not change with the language."""
        long = self.values.astype(float).rename_axis(columns="measure").stack()
        return pd.DataFrame({"value": long}).reset_index()

    def table(self, year: Any = None, *, language: Language = "en") -> pd.DataFrame:
        """Return the rows of one year (None: the last) as the frame that is shown."""
        return self._headed(self.of_year(year), language)

    def summary(self, *, language: Language = "en") -> str:
        """Return title, the years in short, the table of the last year and the notes as plain text."""
        from panelkit.show.words import check_language, frame_text, note_lines

        check_language(language)
        title = self.title.text(language)
        parts = [title, "=" * cells(title)]
        short = self._in_short(language)
        if short is not None:
            parts += [frame_text(short, language, number), ""]
        parts.append(str(self._rendered("text", None, language, {"caption": None, "notes": []})))
        return "\n".join([*parts, *note_lines(self.notes, language)])

    def _in_short(self, language: Language) -> pd.DataFrame | None:
        """Return what is said of the years above the table."""
        return None

    def _headed(self, rows: pd.DataFrame, language: Language) -> pd.DataFrame:
        """Return rows by unit with units and heads in the language."""
        names = unit_names(rows.index, language)
        out = rows.rename(columns=lambda name: self._head(name, language))
        out.insert(0, in_language(UNIT, language), [names[unit] for unit in rows.index])
        return out.reset_index(drop=True)

    def _head(self, name: str, language: Language) -> str:
        return in_language(self.heads[name], language) if name in self.heads else name

    def _brief(self) -> str:
        units = self.values.index.get_level_values(0).nunique()
        first = str(self.values.columns[0])
        span = f"{self.years[0]}-{self.years[-1]}"
        return f"{self.title}: {units} units, {span}; mean {first}={self.values[first].mean():.4g}"

    def _heading(self) -> Message:
        return of_year(self.title, self.years[-1])
