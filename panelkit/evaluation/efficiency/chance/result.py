"""What a bootstrap of efficiencies returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from panelkit.evaluation.efficiency.by_unit import ByUnit
from panelkit.evaluation.efficiency.shown import of_year, unit_names
from panelkit.language.message import Language, Message, message, term
from panelkit.show.canvas import Figure

_POINTS = message("points: efficiencies before their correction; lines: intervals after it")


@dataclass(frozen=True, kw_only=True, eq=False)
class BootstrappedEfficiency(ByUnit):
    """Efficiencies in (0, 1] by unit and year with their bias, the corrected ones and intervals.

    `corrected` is NaN where the correction would raise the mean squared error.
    """

    heads: ClassVar[Mapping[str, Message]] = {
        "efficiency": term("column of an efficiency", "efficiency"),
        "bias": term("column of an efficiency", "bias"),
        "std_error": term("column of an efficiency", "std. error"),
        "corrected": term("column of an efficiency", "corrected"),
        "low": term("column of an efficiency", "low"),
        "high": term("column of an efficiency", "high"),
    }

    def plot(self, year: Any = None, *, language: Language = "en", title: str | None = None) -> Figure:
        """Return the intervals of one year (None: the last), a line a unit, the naive efficiency as a point."""
        from panelkit.show import figures

        rows = self.of_year(year)
        names = unit_names(rows.index, language)
        frame = rows.rename(columns={"efficiency": "estimate", "low": "conf_low", "high": "conf_high"})
        frame = frame.assign(term=[names[unit] for unit in rows.index])
        chosen = of_year(self.title, self.years[-1] if year is None else year)
        return figures.coefficient_plot(
            frame,
            reference=1.0,
            language=language,
            title=chosen.text(language) if title is None else title,
            notes=[_POINTS.text(language)],
        )
