"""What a file is refused with: file, sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, Message, in_language, lines, message, verbatim

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


class Printable(Message):
    """A message about a file's own texts, with what no terminal takes as escapes, in every language."""

    said: str

    def __new__(cls, said: str) -> Printable:
        """Return the message."""
        made = str.__new__(cls, printable(said))
        plain = verbatim(made)
        made.id, made.values, made.context, made.many = plain.id, plain.values, plain.context, plain.many
        made.levels, made.said = plain.levels, said
        return made

    def text(self, language: Language = "en") -> str:
        """Return the message in a language."""
        return printable(in_language(self.said, language))

    def spoken(self, unit: str, time: str) -> Message:
        """Return the message in the words of a panel."""
        return Printable(self.said.spoken(unit, time)) if isinstance(self.said, Message) else self

    def __reduce__(self) -> tuple[Any, ...]:
        return Printable, (self.said,)


@dataclass(frozen=True, slots=True)
class Where:
    """A spot in a file; row and column count from one."""

    file: str
    sheet: str = ""
    row: int | None = None
    column: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", file_name(self.file))

    def said(self) -> Message:
        """Say the spot."""
        spot = verbatim(self.file)
        if self.sheet:
            spot = message("{file}, sheet {sheet!r}", file=spot, sheet=self.sheet)
        if self.row is not None:
            spot = message("{spot}, row {row}", spot=spot, row=self.row)
        if self.column is not None:
            spot = message(
                "{spot}, column {column} ({letters})",
                spot=spot,
                column=self.column,
                letters=letters(self.column),
            )
        return spot


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One thing that is wrong, and where."""

    where: Where
    said: Message

    def record(self) -> dict[str, Any]:
        """Return the problem as a JSON-ready mapping."""
        spot = self.where
        return {
            "file": spot.file,
            "sheet": printable(spot.sheet) or None,
            "row": spot.row,
            "column": spot.column,
            "message": printable(self.said),
            "message_zh": printable(self.said.text("zh")),
        }


class YearbookError(DataError):
    """A yearbook file that cannot be read, or figures that cannot be taken as they stand.

    Attributes
    ----------
    problems : tuple of Problem, in the order of the file.
    """

    def __init__(self, problems: Iterable[CellProblem]) -> None:
        self.problems = tuple(problems)
        said = [
            message("{where}: {problem}", where=p.where.said(), problem=p.said) for p in self.problems[:SHOWN]
        ]
        rest = len(self.problems) - SHOWN
        if rest > 0:
            said.append(message("and {rest} more", rest=rest))
        super().__init__(Printable(lines(said)))

    def __reduce__(self) -> tuple[Any, ...]:
        return (YearbookError, (self.problems,))


class ToldError(SpecError):
    """Something the caller said that cannot be followed."""

    def __init__(self, said: str) -> None:
        super().__init__(Printable(said))


def refuse(where: Where, said: Message) -> YearbookError:
    """Return the error for one problem, to be raised by the caller."""
    return YearbookError([CellProblem(where, said)])


def letters(column: int) -> str:
    """Return a spreadsheet's name of a column: 1 is A, 27 is AA."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
