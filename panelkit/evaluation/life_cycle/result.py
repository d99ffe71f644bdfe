"""The life cycles of one series or of the units of a panel: tables, figure, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from panelkit.evaluation.life_cycle import stages
from panelkit.evaluation.life_cycle.cycle import Cycle
from panelkit.evaluation.life_cycle.rows import curve_rows, table_of_one, table_of_units, unit_name, unit_row
from panelkit.evaluation.life_cycle.wording import DATES, STAGES, said_of
from panelkit.language.errors import SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure

_FORECAST_KEYS = ("median", "conf_low", "conf_high")


@dataclass(frozen=True, kw_only=True, eq=False)
class LifeCycle(Titled, Brief):
    """Life cycles by unit; one series of a nation has the unit "".

    `cycles` hold everything by unit; `stages` the probabilities of every year; `dates`, `curves` and `forecasts`
    tables.
    """

    column: str
    cycles: Mapping[str, Cycle]
    levels: Levels = PROVINCIAL
    notes: tuple[Message, ...] = ()

    @property
    def title(self) -> Message:
        """Return what was asked."""
        first = next(iter(self.cycles.values()))
        return message(
            "Life cycle of {column}, {first}-{last}",
            column=self.column,
            first=int(first.times[0]),
            last=int(first.times[-1]),
        )

    @property
    def said(self) -> tuple[Message, ...]:
        """Return the sentences about one series; of a panel, the notes alone."""
        own = said_of(self._only()) if len(self.cycles) == 1 else ()
        return tuple(one.spoken(*self.levels) for one in (*own, *self.notes))

    def of(self, unit: str | None = None) -> Cycle:
        """Return what was found for a unit; without a name, for the only one.

        Raises
        ------
        SpecError
            If there is no such unit, or there are several and none is named.
        """
        if unit is None:
            if len(self.cycles) > 1:
                held = list(self.cycles)
                raise SpecError(message("name one of the {units}: {held}", held=held).spoken(*self.levels))
            return self._only()
        names = {name: key for key in self.cycles for name in (unit_name(key).text("zh"), key)}
        if unit not in names:
            raise SpecError(message("there is no {name}; held: {held}", name=unit, held=list(self.cycles)))
        return self.cycles[names[unit]]

    def _only(self) -> Cycle:
        return next(iter(self.cycles.values()))

    def stages(self) -> pd.DataFrame:
        """Return stage and probabilities of every unit and year: `startup, growth, maturity, decline, open, stage`.

        `open` is the probability that no ceiling is in sight; `stage` is missing where it is undetermined.
        """
        parts = []
        for unit, one in self.cycles.items():
            part = pd.DataFrame(one.probabilities, columns=list(stages.STAGES))
            part.insert(0, "year", one.times.astype(int))
            part.insert(0, "unit", unit)
            part["stage"] = one.stages
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def dates(self) -> pd.DataFrame:
        """Return the years of the three points: `unit, date, estimate, conf_low, conf_high, passed`.

        They suppose that one of the curves holds; `passed` is the probability that the date is not after the last year.
        """
        rows = [
            (unit, key, *one.dates[i].tolist())
            for unit, one in self.cycles.items()
            for i, key in enumerate(DATES)
        ]
        return pd.DataFrame(rows, columns=["unit", "date", "estimate", "conf_low", "conf_high", "passed"])

    def curves(self) -> pd.DataFrame:
        """Return every curve and rival: AICc, weight, autocorrelation, ceiling with its interval, parameters.

        `launch=` adds Bass's p, q and m.
        """
        return pd.DataFrame([row for unit, one in self.cycles.items() for row in curve_rows(unit, one)])

    def forecasts(self) -> pd.DataFrame:
        """Return forecasts of the curves and of both rivals: `unit, kind, year, median, conf_low, conf_high`."""
        rows = [
            (unit, kind, int(one.times[-1]) + h + 1, *values[h].tolist())
            for unit, one in self.cycles.items()
            for kind, values in one.forecasts.items()
            for h in range(len(values))
        ]
        return pd.DataFrame(rows, columns=["unit", "kind", "year", *_FORECAST_KEYS])

    def tidy(self) -> pd.DataFrame:
        """Return one row a unit: stage of the last year, probabilities, dates, ceiling, decline and second leap."""
        return pd.DataFrame([unit_row(unit, one) for unit, one in self.cycles.items()])

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the frame that is shown: dates of one series, or stages by unit, latest first."""
        if len(self.cycles) == 1:
            return table_of_one(self._only(), language)
        return table_of_units(self.cycles, self.levels, language)

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and what is said as plain text."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.text(language)
        table = self.to_text(language=language, caption=None, notes=()).rstrip("\n")
        return "\n".join([title, "=" * cells(title), table, *note_lines(self.said, language)])

    def plot(self, unit: str | None = None, *, language: Language = "en", title: str | None = None) -> Figure:
        """Draw a series with its curve, stages shaded, dates with intervals and the fan of forecasts.

        Raises
        ------
        SpecError
            If there are several units and none is named.
        """
        from panelkit.evaluation.life_cycle.figure import cycle_figure

        one = self.of(unit)
        name = self.column if unit is None else f"{self.column}, {unit}"
        return cycle_figure(one, name, levels=self.levels, language=language, title=title)

    def _brief(self) -> str:
        if len(self.cycles) == 1:
            one = self._only()
            return f"{self.title}; {STAGES[one.stage]}"
        return f"{self.title}; {len(self.cycles)} units"

    def _below(self) -> tuple[Message, ...]:
        return self.said
