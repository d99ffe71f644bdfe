"""The methods by which every result writes its table, in each of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from panelkit.language.message import Language, Message
from panelkit.language.shown import shown_language
from panelkit.show.formats import Format

if TYPE_CHECKING:
    import pandas as pd

Target = str | Path


class Rendered:
    """A result with a table: a subclass says in `_rendered` how it is made, in a format and a language."""

    def _rendered(
        self, format: Format, path: Target | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        """Return the table, or the path that it was written to."""
        raise NotImplementedError

    def to_text(self, *, language: Language = "en", **style: Any) -> str:
        """Return the table for a terminal."""
        return str(self._rendered("text", None, language, style))

    def to_latex(self, path: Target | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return (and write, if `path` is given) a booktabs table."""
        return str(self._rendered("latex", path, language, style))

    def to_html(self, path: Target | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return (and write, if `path` is given) an HTML table."""
        return str(self._rendered("html", path, language, style))

    def to_markdown(self, path: Target | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return (and write, if `path` is given) a Markdown table."""
        return str(self._rendered("markdown", path, language, style))

    def to_csv(self, path: Target | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return (and write, if `path` is given) the cells of the table as CSV."""
        return str(self._rendered("csv", path, language, style))

    def to_docx(self, path: Target, *, language: Language = "en", **style: Any) -> Path:
        """Write a Word file with a three-line table and return its path."""
        return Path(self._rendered("docx", path, language, style))

    def to_rtf(self, path: Target, *, language: Language = "en", **style: Any) -> Path:
        """Write a Rich Text file with a three-line table and return its path."""
        return Path(self._rendered("rtf", path, language, style))

    def to_excel(self, path: Target, *, language: Language = "en", **style: Any) -> Path:
        """Write a workbook with a three-line table, numbers as numbers, and return its path."""
        return Path(self._rendered("xlsx", path, language, style))


class Exported(Rendered):
    """A result whose table is one frame: a subclass says in `_exported` which, under what title, above which notes."""

    def _exported(
        self, language: Language
    ) -> tuple[pd.DataFrame, Message | str | None, Sequence[Message | str]]:
        """Return the frame with the names that a program reads, the title, and the notes."""
        raise NotImplementedError

    def _rendered(
        self, format: Format, path: Target | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables
        from panelkit.show.words import said_heads

        frame, title, notes = self._exported(language)
        given: dict[str, Any] = {"caption": title, "notes": notes, "index": False, **style}
        return tables.frame_table(
            said_heads(frame, language), path, format=format, language=language, **given
        )


class Titled(Rendered):
    """A result that shows one table at a time under its title, notes below: a subclass gives `table` and `summary`."""

    if TYPE_CHECKING:  # fields of some results, properties of others

        @property
        def title(self) -> Message: ...
        @property
        def notes(self) -> Sequence[Message]: ...

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the table that is shown."""
        raise NotImplementedError

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _frame(self, language: Language, style: dict[str, Any]) -> pd.DataFrame:
        """Return the table that is shown, and take out of `style` what chooses it."""
        return self.table(language=language)

    def _heading(self) -> Message:
        """Return what stands above the table."""
        return self.title

    def _below(self) -> Sequence[Message]:
        """Return what stands below the table."""
        return self.notes

    def _rendered(
        self, format: Format, path: Target | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        rest = dict(style)
        frame = self._frame(language, rest)
        return tables.titled(
            frame, path, self._heading(), self._below(), format=format, language=language, style=rest
        )
