"""One carrier of a sentence: its English text, the id under which the catalogue holds it, and its typed values.

A `Message` is its English text, so that it prints, compares and travels through frames and JSON as a string does;
`text("zh")` puts the same values into the Chinese sentence. English is the id: the catalogue
(`catalogue/`, gettext) holds nothing for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal

from panelkit.language.levels import PROVINCIAL, Levels, level_words

Language = Literal["en", "zh"]

CATALOGUE = Path(__file__).with_name("catalogue")
_BETWEEN: dict[Language, str] = {"en": ", ", "zh": "、"}
_EMPTY: Mapping[str, Any] = MappingProxyType({})


class LanguageError(ValueError):
    """A language that the catalogue does not hold."""


class Message(str):
    """A sentence or name in English, and in Chinese by `text("zh")`.

    Attributes
    ----------
    id
        The English template, `{name}` where a value stands; the catalogue's key.
    values
        What stands in it: numbers, texts of the user's own, other messages, sequences of these (joined by commas, or
        by 、 in Chinese).
    context
        Tells apart two meanings of one English word.
    many
        The English template for any count but one; the count is the value `n`.
    levels
        What unit and time are called in the panel that the sentence is about: `{unit}`, `{units}`, `{period}` and
        `{periods}` stand for them.
    """

    id: str
    values: Mapping[str, Any]
    context: str
    many: str
    levels: Levels

    def __new__(
        cls,
        id: str,
        values: Mapping[str, Any] = _EMPTY,
        *,
        context: str = "",
        many: str = "",
        levels: Levels = PROVINCIAL,
    ) -> Message:
        """Return the sentence.

        Raises
        ------
        KeyError
            If the template names a value that is not given.
        """
        template = many if many and values.get("n") != 1 else id
        said = super().__new__(cls, _filled(template, values, "en", levels))
        said.id, said.values, said.context, said.many, said.levels = id, values, context, many, levels
        return said

    def text(self, language: Language = "en") -> str:
        """Return the sentence in a language; one that the catalogue lacks stays English."""
        if language == "en":
            return str(self)
        return _filled(self._translated(language), self.values, language, self.levels)

    def spoken(self, unit: str, time: str) -> Message:
        """Return the sentence in the words of a panel whose levels are called `unit` and `time`."""
        values = {name: _spoken(value, unit, time) for name, value in self.values.items()}
        return Message(self.id, values, context=self.context, many=self.many, levels=(unit, time))

    def _translated(self, language: Language) -> str:
        held = translations(language)
        if self.many:
            return held.ngettext(self.id, self.many, int(self.values["n"]))
        if self.context:
            return held.pgettext(self.context, self.id)
        return held.gettext(self.id) if self.id else ""

    def __str__(self) -> str:
        return str.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.id, dict(self.values), self.context, self.many, self.levels)


class Verbatim(Message):
    """A text that is no sentence of ours: a user's title, what another program says. It is the same everywhere."""

    def __new__(cls, text: str) -> Verbatim:
        """Return the text."""
        said = str.__new__(cls, text)
        said.id, said.values, said.context, said.many, said.levels = text, _EMPTY, "", "", PROVINCIAL
        return said

    def text(self, language: Language = "en") -> str:
        """Return the text."""
        return str(self)

    def spoken(self, unit: str, time: str) -> Message:
        """Return the text."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Verbatim, (str(self),)


class Told(Message):
    """A sentence that a file of ours holds in both languages: where a figure comes from, what is known of it."""

    chinese: str

    def __new__(cls, english: str, chinese: str = "") -> Told:
        """Return the sentence; without a Chinese one the English one stands in both."""
        said = str.__new__(cls, english)
        said.id, said.values, said.context, said.many, said.levels = english, _EMPTY, "", "", PROVINCIAL
        said.chinese = chinese or english
        return said

    def text(self, language: Language = "en") -> str:
        """Return the sentence in a language."""
        return self.chinese if language == "zh" else str(self)

    def spoken(self, unit: str, time: str) -> Message:
        """Return the sentence: it is about the figures, whatever a panel calls its units."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.chinese)


class Joined(Message):
    """Several sentences or names as one."""

    parts: tuple[str, ...]
    between: Mapping[Language, str]

    def __new__(cls, parts: Iterable[str], between: Mapping[Language, str]) -> Joined:
        """Return them, with what stands between two in each language."""
        held = tuple(parts)
        said = str.__new__(cls, between["en"].join(held))
        said.id, said.values, said.context, said.many, said.levels = str(said), _EMPTY, "", "", PROVINCIAL
        said.parts, said.between = held, between
        return said

    def text(self, language: Language = "en") -> str:
        """Return the parts in a language."""
        return self.between[language].join(in_language(part, language) for part in self.parts)

    def spoken(self, unit: str, time: str) -> Message:
        """Return the parts in the words of a panel."""
        return Joined((_spoken(part, unit, time) for part in self.parts), self.between)

    def __reduce__(self) -> tuple[Any, ...]:
        return Joined, (self.parts, dict(self.between))


def message(id: str, /, **values: Any) -> Message:
    """Return a sentence: `message("no column `{column}` in the data", column=name)`."""
    return Message(id, values)


def counted(one: str, many: str, /, n: int, **values: Any) -> Message:
    """Return a sentence about `n` things: `counted("{n} row left", "{n} rows left", n=3)`."""
    return Message(one, {"n": n, **values}, many=many)


def term(context: str, id: str, /, **values: Any) -> Message:
    """Return a word that has several meanings: `term("state of a test", "open")`."""
    return Message(id, values, context=context)


def verbatim(text: str) -> Message:
    """Return a text that is the same in every language, because it is not ours."""
    return Verbatim(text)


def listed(parts: Iterable[str]) -> Message:
    """Return names as a list: `a, b, c`; a、b、c."""
    return Joined(parts, _BETWEEN)


def sentences(parts: Iterable[str]) -> Message:
    """Return clauses of one sentence: `first; second`; 第一；第二."""
    return Joined(parts, {"en": "; ", "zh": "；"})


def lines(parts: Iterable[str]) -> Message:
    """Return messages on lines of their own."""
    return Joined(parts, {"en": "\n", "zh": "\n"})


def in_language(text: str, language: Language) -> str:
    """Return a message in a language; a text that is none is the same in both."""
    return text.text(language) if isinstance(text, Message) else text


@cache
def translations(language: Language) -> NullTranslations:
    """Return the catalogue of a language."""
    path = CATALOGUE / f"{language}.mo"
    if not path.is_file():
        raise LanguageError(f"language is 'en' or 'zh', not {language!r} (语言为 'en' 或 'zh')")
    with path.open("rb") as file:
        return GNUTranslations(file)


class _Filling(Formatter):
    """Puts values into a template: messages in its language, sequences joined, words for unit and time by level."""

    def __init__(self, language: Language, levels: Levels) -> None:
        self.language: Language = language
        self.levels = levels

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return a value by name."""
        if key in kwargs:
            return kwargs[str(key)]
        words = level_words(self.levels, self.language)
        if key in words:
            return words[str(key)]
        raise KeyError(f"the message has no value {key!r}")

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """Return the value as the conversion shows it; a `Message` is put into the language first."""
        held = value.text(self.language) if isinstance(value, Message) else value
        return super().convert_field(held, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the value as text."""
        if isinstance(value, list | tuple):
            return _BETWEEN[self.language].join(self.format_field(part, format_spec) for part in value)
        if isinstance(value, Message):
            value = value.text(self.language)
        if isinstance(value, float) and math.isinf(value):
            return "∞" if value > 0.0 else "-∞"
        return str(super().format_field(value, format_spec))


def _filled(template: str, values: Mapping[str, Any], language: Language, levels: Levels) -> str:
    if "{" not in template and "}" not in template:
        return template
    return _Filling(language, levels).vformat(template, (), values)


def _spoken(value: Any, unit: str, time: str) -> Any:
    if isinstance(value, Message):
        return value.spoken(unit, time)
    if isinstance(value, list | tuple):
        return type(value)(_spoken(part, unit, time) for part in value)
    return value


def _restored(id: str, values: Mapping[str, Any], context: str, many: str, levels: Levels) -> Message:
    return Message(id, values, context=context, many=many, levels=levels)
