"""What moved an index, or would move it: one row a unit, and one a unit and indicator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from panelkit.data.provinces import lookup, lookup_many
from panelkit.data.user.panel import province_labels
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, term
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

_HEADS: Mapping[str, Message] = {
    "unit": term("head of drivers", "unit"),
    "first_score": term("head of drivers", "score before"),
    "last_score": term("head of drivers", "score after"),
    "score": term("head of drivers", "score"),
    "change": term("head of drivers", "change"),
    "first_rank": term("head of drivers", "rank before"),
    "last_rank": term("head of drivers", "rank after"),
    "rank": term("head of drivers", "rank"),
    "gain": term("head of drivers", "places gained"),
    "low": term("head of drivers", "low"),
    "high": term("head of drivers", "high"),
    "rises": term("head of drivers", "share that rises"),
    "indicator": term("head of drivers", "indicator"),
    "part": term("head of drivers", "part of change"),
    "share": term("head of drivers", "share of draws"),
    "score_gain": term("head of drivers", "score gained"),
    "degree": term("head of drivers", "obstacle degree"),
}
_NONE = "–"


@dataclass(frozen=True, kw_only=True, eq=False)
class IndexDrivers(Titled, Brief):
    """Drivers of an index.

    `units` has one row a unit (of a change: scores and ranks before and after, `gain` in places with its interval over
    the rank cloud, the share of draws in which it `rises`, the leading indicator; of a what-if: the indicator that
    gains most; of obstacles: the largest). `parts` has one row a unit and indicator. `leading` is what the column
    of the leading indicator is called, `leading_title` what stands over it where it has a table of its own.
    """

    title: Message
    units: pd.DataFrame
    parts: pd.DataFrame
    leading: Message = _HEADS["indicator"]
    leading_title: Message = message("The leading indicator of each {unit}")
    labels: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a unit and indicator, under names that do not change with the language."""
        return self.parts.copy()

    def of(self, unit: str) -> pd.DataFrame:
        """Return the indicators of one unit, the one that counts most first; a province by any of its names.

        Raises
        ------
        SpecError
            If there is no such unit.
        """
        held = self.parts[self.parts["unit"] == self._called(unit)]
        if held.empty:
            raise SpecError(message("no {unit} is called {name!r} in the index", name=unit))
        return held.reset_index(drop=True)

    def _called(self, unit: str) -> Any:
        """Return the label in the index of a unit, or of the province that a name means."""
        labels = list(dict.fromkeys(self.parts["unit"]))
        place = lookup(unit)
        if unit in labels or place is None:
            return unit
        places = zip(labels, lookup_many(labels), strict=True)
        return next((label for label, one in places if one is not None and one.adcode == place.adcode), unit)

    def table(
        self, unit: str | None = None, *, language: Language = "en", short: bool = False
    ) -> pd.DataFrame:
        """Return the units, or the indicators of one of them, as they are shown; `short`: an interval in one column."""
        shown = self.units.copy() if unit is None else self.of(unit).drop(columns="unit")
        if "unit" in shown:
            names = province_labels(pd.Index(shown["unit"]), language)
            shown["unit"] = [names.get(str(name), str(name)) for name in shown["unit"]]
        if "indicator" in shown:
            names = dict(self.labels.get(language, {}))
            told = next((key for key in ("score_gain", "degree") if key in shown and unit is None), None)
            still = [False] * len(shown) if told is None else shown[told].eq(0.0)
            shown["indicator"] = [
                _NONE if idle else names.get(str(name), str(name))
                for name, idle in zip(shown["indicator"], still, strict=True)
            ]
        if short and "low" in shown:
            spans = [
                f"{gain:.0f} [{low:.0f}, {high:.0f}]"
                for gain, low, high in shown[["gain", "low", "high"]].to_numpy()
            ]
            shown = shown.assign(gain=spans).drop(columns=["low", "high"])
        heads = {**_HEADS, **({} if unit is not None else {"indicator": self.leading})}
        return shown.rename(columns=lambda name: heads[name].text(language))

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        from panelkit.show.tables import frame_table
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.text(language)
        text = frame_table(self.table(language=language), format="text", language=language, index=False)
        return "\n".join([title, "=" * cells(title), text, *note_lines(self.notes, language)])

    def _brief(self) -> str:
        return f"{self.title}; {len(self.units)} units"

    def _frame(self, language: Language, style: dict[str, Any]) -> pd.DataFrame:
        return self.table(style.pop("unit", None), language=language)
