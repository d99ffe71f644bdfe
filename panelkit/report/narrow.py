"""Tables of a terminal that stay whole where it is narrow: drawn if there is room, else line by line."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from panelkit.show.console import open_console
from panelkit.show.plain import fold

_RULE = 4
_ANY = 10_000


@dataclass(frozen=True)
class Fitting:
    """A table, drawn as it is in `room` columns or more, and as lines of `heading value` below that."""

    table: Table
    room: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table or its lines."""
        if options.max_width >= self.room:
            yield self.table
            return
        columns = [list(column.cells) for column in self.table.columns]
        heads = [_plain(column.header) for column in self.table.columns]
        for row in zip(*columns, strict=True):
            yield from _lines(heads, [_plain(cell) for cell in row], options.max_width)


def whole(table: Table) -> Fitting:
    """Return a table that is drawn only where every cell stands on one line."""
    return Fitting(table, open_console(width=_ANY).measure(table).maximum)


@dataclass(frozen=True)
class Prose:
    """Sentences in lines of the terminal's width, broken between words and Chinese characters, never in a number."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines with the styles of their words; an empty text is an empty line."""
        if not self.text.plain.strip():
            yield self.text
            return
        plain, at = self.text.plain, 0
        for line in fold(plain, options.max_width).splitlines():
            while at < len(plain) and plain[at].isspace():
                at += 1
            start, left = at, sum(not sign.isspace() for sign in line)
            while left:
                left -= not plain[at].isspace()
                at += 1
            yield self.text[start:at]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return how wide the sentences may be drawn, for a column of a table that holds them."""
        return Measurement.get(console, options, self.text)


def prose(*parts: RenderableType) -> Group:
    """Return parts below each other, texts among them in whole words."""
    return Group(*(Prose(part) if isinstance(part, Text) else part for part in parts))


@dataclass(frozen=True)
class Heading:
    """A rule with words in it, and below it where they do not fit."""

    words: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the rule, and the words on lines of their own where the rule would cut them."""
        if cell_len(self.words) + _RULE <= options.max_width:
            yield Rule(self.words, align="left", style="dim")
            return
        yield Rule(style="dim")
        yield Text(self.words)


def _lines(heads: list[str], cells: list[str], width: int) -> list[Text]:
    """Return one row: its label, then its values under their headings, as many a line as fit whole."""
    lines = [Text(cells[0])]
    for head, cell in zip(heads[1:], cells[1:], strict=True):
        if not cell:
            continue
        piece = Text(f"  {head} {cell}" if head else f"  {cell}")
        if len(lines) > 1 and lines[-1].cell_len + piece.cell_len <= width:
            lines[-1].append_text(piece)
        else:
            lines.append(piece)
    return lines


def _plain(cell: RenderableType) -> str:
    text = cell.plain if isinstance(cell, Text) else str(cell)
    return "; ".join(part for part in text.splitlines() if part)
