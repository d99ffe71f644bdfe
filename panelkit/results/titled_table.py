"""A result whose summary is its title over its table and notes."""

from __future__ import annotations

from panelkit.language.message import Language
from panelkit.results.numbers import cells
from panelkit.show.rendered import Titled


class TitledTable(Titled):
    """A result that shows one table under its title, as text too."""

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        from panelkit.show.words import check_language

        check_language(language)
        title = self.title.text(language)
        return "\n".join([title, "=" * cells(title), self.to_text(language=language, caption=None)])
