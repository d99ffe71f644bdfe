"""What is left of an effect under bounded violations: table, sentence, figure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, Message, message
from panelkit.language.shown import shown_language
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered


@dataclass(frozen=True, kw_only=True, eq=False)
class HonestDiD(Rendered, Brief):
    """Confidence and identified sets of an effect by the bound `m` on violations of parallel trends.

    Attributes
    ----------
    table
        Columns `m, conf_low, conf_high, identified_low, identified_high`, one row a bound. Sets that are empty are
        missing.
    estimate, std_error, original
        The effect as estimated, its standard error and interval, under parallel trends.
    breakdown
        The bound at which the confidence set first touches zero: 0 where that of parallel trends (of a straight line,
        under smoothness) does, infinite where none does.
    restriction, method, level, df
        How they were made.
    """

    title: Message
    effect: Message
    restriction: str
    method: str
    level: float
    df: float
    estimate: float
    std_error: float
    original: tuple[float, float]
    breakdown: float
    table: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the table, with estimate, restriction, method and level beside it."""
        return self.table.assign(
            estimate=self.estimate,
            restriction=self.restriction,
            method=self.method,
            level=self.level,
            df=self.df,
        )

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        from panelkit.show.words import check_language, frame_text, note_lines

        check_language(language)
        lines = [
            self.title.text(language),
            *(said.text(language) for said in self._said()),
            "",
            frame_text(self._shown(language), language, lambda value: f"{value:.6g}", index=False),
            "",
        ]
        return "\n".join([*lines, *note_lines(self.notes, language)])

    def plot(self, *, language: Language = "en", **style: Any) -> Any:
        """Draw the sets by bound, that under parallel trends in another colour."""
        from panelkit.show.sensitivity_plot import sensitivity_plot

        return sensitivity_plot(
            self.table,
            original=(self.estimate, *self.original),
            bound="M" if self.restriction == "smoothness" else "M̄",
            effect=self.effect.text(language),
            level=self.level,
            language=language,
            **style,
        )

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        return f"{self.effect}, {self.restriction}, {self.method}, breakdown={self.breakdown:.4g}"

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _said(self) -> tuple[Message, Message]:
        original = message(
            "under parallel trends {estimate:.6g}, {level:.0%} interval [{low:.6g}, {high:.6g}]",
            estimate=self.estimate,
            level=self.level,
            low=self.original[0],
            high=self.original[1],
        )
        if self.breakdown == 0.0:
            return original, message("the set holds zero at every bound, at m = 0 too")
        if not np.isfinite(self.breakdown):
            return original, message("no bound up to 1,000 makes the set hold zero")
        return original, message("the set touches zero at m = {breakdown:.4g}", breakdown=self.breakdown)

    def _shown(self, language: Language) -> pd.DataFrame:
        heads = {
            "m": "m",
            "conf_low": message("low").text(language),
            "conf_high": message("high").text(language),
            "identified_low": message("low without errors").text(language),
            "identified_high": message("high without errors").text(language),
        }
        return self.table.rename(columns=heads)

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        frame, notes = self._shown(language), (*self._said(), *self.notes)
        shown = {"decimals": 4, **style}
        return tables.titled(frame, path, self.title, notes, format=format, language=language, style=shown)
