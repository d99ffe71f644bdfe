"""Several statistics of one null hypothesis as a table: what cointegration and non-causality return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.language.message import Language, Message, message, term
from panelkit.language.shown import shown_language
from panelkit.results.tests import TestResult
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered

HEADS: Mapping[str, Message] = {
    "family": term("head of dynamic tests", "Family"),
    "direction": term("head of dynamic tests", "Direction"),
    "test": term("head of dynamic tests", "Test"),
    "lags": term("head of dynamic tests", "Lags"),
    "statistic": term("head of dynamic tests", "Statistic"),
    "z": message("z"),
    "df": message("df"),
    "p_asymptotic": message("p (limit)"),
    "p_simulated": message("p (T in hand)"),
    "p_bootstrap": message("p (bootstrap)"),
    "size": message("Size at 5 %"),
    "power": term("head of dynamic tests", "Power"),
}
_BY_STRENGTH = ("p_bootstrap", "p_simulated", "p_asymptotic")
_FOUR = {"p_asymptotic": 4, "p_simulated": 4, "p_bootstrap": 4, "size": 3, "power": 3}


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedTests(Rendered, Brief):
    """Statistics of one null hypothesis: one row of `table` each.

    Columns of `table`: `test` (a key; `names` says it in words, `laws` what is not standard normal), `statistic`,
    `p_asymptotic`, and what the test holds beside these: `family`, `direction`, `lags`, `z`, `df`, `p_simulated` and
    `size` at the N and T in hand, `power`, `p_bootstrap`. `result["panel-adf"]` is one of them as a `TestResult`.
    """

    title: Message
    null: Message
    table: pd.DataFrame
    names: Mapping[str, Message]
    laws: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    def __getitem__(self, key: str) -> TestResult:
        """Return the first row of a key as a test; p is the bootstrap's, else that at T in hand, else the limit's."""
        rows = self.table.index[self.table["test"] == key]
        if not len(rows):
            raise KeyError(
                message(
                    "no statistic {key!r}: there are {held}",
                    key=key,
                    held=list(dict.fromkeys(self.table["test"])),
                )
            )
        return self._one(rows[0])

    @property
    def tests(self) -> tuple[TestResult, ...]:
        """Return every row as a test."""
        return tuple(self._one(row) for row in self.table.index)

    def _one(self, at: Any) -> TestResult:
        row = self.table.loc[at]
        drawn = next((name for name in _BY_STRENGTH if pd.notna(row.get(name))), "p_asymptotic")
        limited = "z" not in row or pd.notna(row["z"])
        degrees = (float(row["df"]),) if pd.notna(row.get("df")) else ()
        return TestResult(
            name=self.names[row["test"]],
            null=self.null,
            statistic=float(row["statistic"] if not limited else row.get("z", row["statistic"])),
            distribution=self.laws.get(row["test"], "chi2" if degrees else "z" if limited else ""),
            df=degrees,
            p_value=float(row[drawn]),
            facts={str(key): value for key, value in row.items() if key != "test"},
            notes=self.notes,
        )

    def tidy(self) -> pd.DataFrame:
        """Return the table under names that do not change with the language."""
        return self.table.copy()

    def shown(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the table under heads and names in a language."""
        frame = self.table.copy()
        for column in ("family", "direction", "test"):
            if column in frame:
                frame[column] = [
                    self.names[key].text(language) if key in self.names else key for key in frame[column]
                ]
        if "family" in frame:  # the first column stands beside every part of a table that is cut
            frame = frame[["test", "family", *(name for name in frame if name not in ("test", "family"))]]
        return frame.rename(columns={name: HEADS[str(name)].text(language) for name in frame})

    def summary(self, *, language: Language = "en", width: int = 100) -> str:
        """Return title, null, table and notes as plain text, at most `width` columns wide."""
        from panelkit.show.words import check_language

        check_language(language)
        null = message("null: {null}", null=self.null).text(language)
        return "\n".join(
            [self.title.text(language), null, self.to_text(language=language, caption=None, width=width)]
        )

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _brief(self) -> str:
        return f"{self.title}: {len(self.table)} statistics"

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        given = {
            "decimals": {HEADS[name].text(language): places for name, places in _FOUR.items()},
            "keys": list(self.table.columns).index("statistic") - 1,
            **style,
        }
        frame = self.shown(language=language)
        return tables.titled(
            frame, path, self.title, self.notes, format=format, language=language, style=given
        )
