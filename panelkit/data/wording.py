"""Words within sentences: alternatives, pairs, the first of many; texts that data files hold in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from panelkit.language.message import Joined, Language, Message, listed, message, verbatim


def alternatives(parts: Iterable[str]) -> Message:
    """Return names of which one is meant: `a or b`; a或b."""
    return Joined(parts, {"en": " or ", "zh": "或"})


def together(parts: Iterable[str]) -> Message:
    """Return names that belong together: `a and b`; a和b."""
    return Joined(parts, {"en": " and ", "zh": "和"})


def first_of(parts: Sequence[str], most: int, *, grouped: bool = False) -> Message:
    """Return the first names of a list, and how many more there are (`grouped`: thousands by commas)."""
    rest = len(parts) - most
    if rest <= 0:
        return listed(parts)
    count = f"{rest:,}" if grouped else str(rest)
    return message("{shown} and {rest} more", shown=listed(parts[:most]), rest=count)


class FileText(Message):
    """A name or sentence that a data file holds in both languages."""

    zh: str

    def __new__(cls, en: str, zh: str) -> FileText:
        """Return the text."""
        made = str.__new__(cls, en)
        plain = verbatim(en)
        made.id, made.values, made.context, made.many = plain.id, plain.values, plain.context, plain.many
        made.levels, made.zh = plain.levels, zh or en
        return made

    def text(self, language: Language = "en") -> str:
        """Return the text in a language."""
        return self.zh if language == "zh" else str(self)

    def spoken(self, unit: str, time: str) -> Message:
        """Return the text."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return FileText, (str(self), self.zh)
