"""The methods by which every result writes its table, in each of the formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from panelkit.language.message import Language
from panelkit.show.formats import Format

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
