"""The conditions of a verdict on a terminal: a table with marks, and one line of what was not passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, message
from panelkit.report.conditions import condition_rows, not_passed, sizes_text
from panelkit.report.narrow import Prose
from panelkit.report.words import say

_ROOM = 68  # below it, what is asked and what was found follow each other
_ASKS = 0.48  # of the width, at most, for what is asked
_INDENT = (0, 0, 0, 2)
_STYLES: dict[str, str] = {
    "passes": "green",
    "fails": "yellow",
    "takes-away": "bold magenta",
    "not-computed": "blue",
    "printed": "dim",
}


@dataclass(frozen=True)
class Marked:
    """Conditions with their marks: side by side where there is room, else as sentences."""

    rows: tuple[dict[str, str], ...]
    language: Language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table or its lines."""
        if options.max_width >= _ROOM:
            yield self._table(options.max_width)
            return
        for row in self.rows:
            said = message("{asks}: {found}", asks=row["asks"], found=row["found"])
            yield Prose(Text.assemble((row["mark"], _STYLES[row["style"]]), f" {say(said, self.language)}"))

    def _table(self, width: int) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False, width=width)
        table.add_column(width=2, no_wrap=True)
        table.add_column(max_width=int(_ASKS * width), overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        for row in self.rows:
            style = _STYLES[row["style"]]
            beside = "dim" if row["style"] == "printed" else ""
            table.add_row(
                Text(row["mark"], style=style),
                Prose(Text(row["asks"])),
                Prose(Text(row["found"], style=beside)),
            )
        return table


def conditions(verdict: Verdict, language: Language) -> Iterator[RenderableType]:
    """Yield the table of a design's conditions and its sizes; nothing where it could not be computed."""
    rows = tuple(condition_rows(verdict, language))
    if rows:
        yield Padding(Marked(rows, language), _INDENT)
    yield from sizes(verdict, language)


def sizes(verdict: Verdict, language: Language) -> Iterator[RenderableType]:
    """Yield what sizes the test can tell apart."""
    said = sizes_text(verdict, language)
    if said:
        yield Padding(Prose(Text(said, style="dim")), _INDENT)


def failed(verdict: Verdict, language: Language) -> Iterator[RenderableType]:
    """Yield one line of the conditions that were not passed, and the sizes where the word is UNDECIDED."""
    said = not_passed(verdict)
    if said is not None:
        yield Padding(Prose(Text(say(said, language))), _INDENT)
    if verdict.word == "UNDECIDED":
        yield from sizes(verdict, language)
