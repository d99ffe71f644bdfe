"""The lines of a template: heads, fields and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from panelkit.claims.file.toml_file import shown_text
from panelkit.claims.new.toml_text import toml_value
from panelkit.language.message import Language, Message
from panelkit.show.plain import fold

_WIDTH = 98


class Page:
    """Gathers the lines of a file in TOML, its comments in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._lines: list[str] = []

    def say(self, said: Message) -> None:
        """Add a comment in lines of a page's width; what the user called something cannot end it."""
        text = shown_text(said.text(self.language))
        self._lines += [f"# {line}".rstrip() for line in fold(text, _WIDTH).splitlines()]

    def head(self, table: str, said: Message | None = None) -> None:
        """Begin a table, with a comment above it."""
        if self._lines:
            self._lines.append("")
        if said is not None:
            self.say(said)
        self._lines.append(table)

    def field(self, name: str, value: Any, said: Message | None = None) -> None:
        """Add a field, with a comment above it."""
        if said is not None:
            self.say(said)
        self._lines.append(f"{name} = {toml_value(value)}")

    def command(self, said: Message) -> None:
        """Add a comment that stays on one line, so that the command in it can be copied."""
        self._lines.append(f"# {shown_text(said.text(self.language))}")

    def aside(self, said: Message, lines: Iterable[str]) -> None:
        """Add a table that is commented out, under what is said of it."""
        self._lines.append("")
        self.say(said)
        self._lines += [f"# {line}" for line in lines]

    def text(self) -> str:
        """Return the file."""
        return "\n".join([*self._lines, ""])
