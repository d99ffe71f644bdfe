"""What a file is refused with: file, sheet, row and column, in English and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language

SHOWN = 8
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def printable(text: str) -> str:
    """Return text that any terminal and file takes: control characters and bytes that are no text as escapes."""
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def file_name(name: str) -> str:
    """Return a file's name for messages, tables and stores, also where it is no UTF-8 or holds line breaks."""
    return printable(name).replace("\n", "\\x0a")


@dataclass(frozen=True, slots=True)
class Where:
    """A spot in a file; row and column count from one."""

    file: str
    sheet: str = ""
    row: int | None = None
    column: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", file_name(self.file))

    def en(self) -> str:
        """Say the spot in English."""
        parts = [self.file]
        if self.sheet:
            parts.append(f"sheet {self.sheet!r}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column} ({letters(self.column)})")
        return ", ".join(parts)

    def zh(self) -> str:
        """Say the spot in Chinese."""
        text = self.file
        if self.sheet:
            text += f"，工作表“{self.sheet}”"
        if self.row is not None:
            text += f"，第{self.row}行"
        if self.column is not None:
            text += f"第{self.column}列（{letters(self.column)}）"
        return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    where: Where
    en: str
    zh: str

    def record(self) -> dict[str, Any]:
        """Return the problem as a JSON-ready mapping."""
        spot = self.where
        return {
            "file": spot.file,
            "sheet": printable(spot.sheet) or None,
            "row": spot.row,
            "column": spot.column,
            "message": printable(self.en),
            "message_zh": printable(self.zh),
        }


class YearbookError(DataError):
    """A yearbook file that cannot be read, or figures that cannot be taken as they stand.

    Attributes
    ----------
    problems : tuple of Problem, in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.message("en"))

    def message(self, lang: str = "en") -> str:
        """Return all problems as one message."""
        chinese = lang == "zh"
        lines = [
            f"{p.where.zh()}：{p.zh}" if chinese else f"{p.where.en()}: {p.en}" for p in self.problems[:SHOWN]
        ]
        rest = len(self.problems) - SHOWN
        if rest > 0:
            lines.append(f"另有{rest}处同类问题" if chinese else f"and {rest} more")
        return printable("\n".join(lines))

    def text(self, language: Language = "en") -> str:
        """Return what the error says in a language."""
        return self.message(language)

    def __reduce__(self) -> tuple[Any, ...]:
        return (YearbookError, (self.problems,))


class ToldError(SpecError):
    """Something the caller said that cannot be followed, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = printable(en), printable(zh)
        super().__init__(self.en)

    def message(self, lang: str = "en") -> str:
        """Return the message in one language."""
        return self.zh if lang == "zh" else self.en

    def text(self, language: Language = "en") -> str:
        """Return what the error says in a language."""
        return self.message(language)

    def __reduce__(self) -> tuple[Any, ...]:
        return (ToldError, (self.en, self.zh))


def refuse(where: Where, en: str, zh: str) -> YearbookError:
    """Return the error for one problem, to be raised by the caller."""
    return YearbookError([Problem(where, en, zh)])


def letters(column: int) -> str:
    """Return a spreadsheet's name of a column: 1 is A, 27 is AA."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
