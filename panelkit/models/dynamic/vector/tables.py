"""Tables of numbers about a panel VAR: for the terminal, for files and for notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.language.message import Language, Message, in_language
from panelkit.language.shown import shown_language
from panelkit.results.numbers import cells, number
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered


@dataclass(frozen=True, kw_only=True, eq=False)
class VectorTable(Rendered, Brief):
    """Rows of numbers under a title, with notes; `table` has names that do not change with the language."""

    title: Message
    table: pd.DataFrame
    notes: tuple[Message, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the rows as a frame."""
        return self.table.copy()

    def _shown(self, language: Language) -> pd.DataFrame:
        """Return the rows with what stands in them in a language."""
        return self.table.copy()

    def summary(self, *, language: Language = "en") -> str:
        """Return title, rows and notes as plain text."""
        from panelkit.show.words import check_language, frame_text, note_lines

        check_language(language)
        title = self.title.text(language)
        text = frame_text(self._shown(language), language, number, index=False)
        return "\n".join([title, "=" * cells(title), text, *note_lines(self.notes, language)])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _brief(self) -> str:
        return f"{self.title}: {len(self.table)} rows"

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables
        from panelkit.show.words import result_word

        heads = {str(name): in_language(result_word(str(name), language), language) for name in self.table}
        given = {"decimals": {"p_value": 4, "df2": 0}, "labels": heads if language == "zh" else None, **style}
        frame = self._shown(language)
        return tables.titled(
            frame, path, self.title, self.notes, format=format, language=language, style=given
        )
