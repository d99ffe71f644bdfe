"""Results that are a short list of named numbers: one table for the terminal, for files and for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from panelkit.language.message import Language, Message, message
from panelkit.results.numbers import cells, number, plain
from panelkit.show.brief import Brief
from panelkit.show.rendered import Titled

Named = tuple[Message, float | int | Message]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tabled(Titled, Brief):
    """Numbers with names. A kind of result says which in `_named`, and what a program reads in `tidy`."""

    title: Message
    notes: tuple[Message, ...] = ()

    def _named(self) -> Sequence[Named]:
        """Return names and numbers in the order of the table."""
        raise NotImplementedError

    def tidy(self) -> pd.DataFrame:
        """Return the numbers as a frame under names that do not change with the language."""
        raise NotImplementedError

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return names and numbers as the frame that is shown, the numbers with six digits."""
        from panelkit.show.words import word

        rows = [(name.text(language), _text(value, language)) for name, value in self._named()]
        heads = [message("Quantity").text(language), word("value", language)]
        return pd.DataFrame(rows, columns=pd.Index(heads))

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        from panelkit.show.words import check_language, note_lines

        check_language(language)
        title = self.title.text(language)
        named = [(name.text(language), _text(value, language)) for name, value in self._named()]
        width = max((cells(name) for name, _ in named), default=0)
        lines = [name + " " * (width - cells(name) + 2) + value for name, value in named]
        return "\n".join([title, "=" * cells(title), *lines, *note_lines(self.notes, language)])

    def _brief(self) -> str:
        held = self.tidy().iloc[0]
        told = [f"{key}={number(value)}" for key, value in held.items() if isinstance(value, float)]
        return ", ".join([str(self.title), *told])


def _text(value: float | int | Message, language: Language) -> str:
    """Return a value as text."""
    return value.text(language) if isinstance(value, Message) else plain(value)
