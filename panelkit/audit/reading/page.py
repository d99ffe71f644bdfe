"""Tables of web pages: rows and columns that cells span, raised signs, captions, notes; nothing is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from panelkit.audit.glyphs import raised
from panelkit.audit.reading.around import Grid, Line, in_order
from panelkit.audit.reading.raw import Raw, count_cells
from panelkit.audit.reading.refused import no_table, only_pictures
from panelkit.audit.reading.sheet import Sheet, Span, blank
from panelkit.language.offers import offered

_SILENT = {"script", "style", "head", "template", "annotation", "noscript", "svg", "select"}
_LINES = {
    "div",
    "p",
    "br",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "figure",
    "hr",
}
_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "wbr"}
_CAPTIONS = {"caption", "figcaption"}
_UNPRINTED = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.S)
"""Comments, document types and instructions, also one that is never closed."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


@offered("table_file", "html", family="markup", also=("htm",), source="HTML Living Standard 4.9")
def read_page(raw: Raw) -> list[Sheet]:
    """Return the tables of a page.

    A table within the cell of another is a table of its own where it has several columns, else lines of that cell.

    Raises
    ------
    DataError
        If the page holds no table, or its tables are pictures.
    """
    reader = _Page(raw.name)
    reader.feed(_UNPRINTED.sub("", raw.text()))
    reader.close()
    found = [sheet for sheet in in_order(reader.blocks, raw.name) if _has_figures(sheet)]
    if not found:
        raise only_pictures(raw.name) if reader.pictures else no_table(raw.name)
    return found


def _has_figures(sheet: Sheet) -> bool:
    return any(any(map(str.isdigit, cell)) for row in sheet.cells for cell in row)


@dataclass
class _Table:
    """A table that is being read."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Span] = field(default_factory=list)
    caption: str = ""
    notes: list[str] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)
    row: list[str] | None = None
    cell: tuple[int, int] | None = None
    words: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    """Goes through a page; `blocks` are its lines and tables in order, `pictures` how many it shows."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.name = name
        self.blocks: list[Line | Grid] = []
        self.pictures = 0
        self._open: list[_Table] = []
        self._words: list[str] = []
        self._silent: list[str] = []
        self._raised: list[int] = []
        self._caption: list[str] | None = None
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row, a cell, a line or a raised part."""
        said = dict(attrs)
        if self._silent[-1:] == ["head"] and tag in ("body", "table", "p", "div"):
            self._silent.pop()
        if self._silent or tag in _SILENT or (tag not in _VOID and _HIDDEN.search(said.get("style") or "")):
            if tag not in _VOID and (not self._silent or tag in self._silent):
                self._silent.append(tag)
            return
        if tag == "img":
            self.pictures += 1
            self._say(said.get("alt") or ("[picture]" if self._open else ""))
        elif tag == "table":
            self._line()
            self._open.append(_Table())
        elif tag == "tr" and self._open:
            self._end_row()
            self._open[-1].row = []
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            table = self._open[-1]
            table.row = [] if table.row is None else table.row
            table.cell = _span(said.get("rowspan")), _span(said.get("colspan"))
            table.words = []
        elif tag in _CAPTIONS:
            self._line()
            self._caption = []
        elif tag == "sup":
            self._raised.append(len(self._place()))
        elif tag in _LINES:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close a part that holds nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close a table, a row, a cell, a line or a raised part."""
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if tag == "table" and self._open:
            self._end_table()
        elif tag == "tr" and self._open:
            self._end_row()
        elif tag in ("td", "th") and self._open:
            self._end_cell()
        elif tag in _CAPTIONS and self._caption is not None:
            text = _text(self._caption)
            self._caption = None
            if self._open:
                self._open[-1].caption = text
            elif text:
                self.blocks.append(Line(text, caption=True))
        elif tag == "sup" and self._raised:
            place, start = self._place(), self._raised.pop()
            place[start:] = [raised("".join(place[start:]))]
        elif tag in _LINES:
            self._break()

    def handle_data(self, data: str) -> None:
        """Take the words of a cell, a caption or a line."""
        if not self._silent:
            self._say(re.sub(r"[ \t\r\n\f]+", " ", data))

    def close(self) -> None:
        """End tables that were left open, and the last line."""
        super().close()
        while self._open:
            self._end_table()
        self._line()

    def _place(self) -> list[str]:
        """Return where words go now."""
        if self._caption is not None:
            return self._caption
        if self._open:
            return self._open[-1].words
        return self._words

    def _say(self, text: str) -> None:
        self._place().append(text)

    def _break(self) -> None:
        if self._open or self._caption is not None:
            self._say("\n")
        else:
            self._line()

    def _line(self) -> None:
        text = _text(self._words)
        self._words = []
        if text:
            self.blocks.append(Line(text))

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.cell is None or table.row is None:
            return
        down, across = table.cell
        table.cell = None
        while table.taken.get(len(table.row), 0) > 0:
            table.row.append("")
        row, column = len(table.rows), len(table.row)
        self._cells += down * across
        count_cells(self.name, self._cells, column + across)
        table.row += [_text(table.words), *[""] * (across - 1)]
        table.words = []
        if down > 1 or across > 1:
            table.merged.append((row, column, row + down - 1, column + across - 1))
        if down > 1:
            table.taken |= dict.fromkeys(range(column, column + across), down)

    def _end_row(self) -> None:
        self._end_cell()
        table = self._open[-1]
        if table.row is None:
            return
        table.rows.append(table.row)
        table.taken = {column: left - 1 for column, left in table.taken.items() if left > 1}
        table.row, table.words = None, []

    def _end_table(self) -> None:
        self._end_row()
        table = self._open.pop()
        width = max(map(len, table.rows), default=0)
        grid = Grid(table.rows, table.merged, table.caption, tuple(table.notes))
        if self._open and self._open[-1].cell is not None and width <= 1:
            self._say("\n" + "\n".join(row[0] for row in table.rows if row and not blank(row[0])) + "\n")
        elif table.rows:
            self.blocks.append(grid)


def _text(words: list[str]) -> str:
    """Return words as lines, blanks around them gone."""
    lines = (re.sub(r" {2,}", " ", line).strip(" \xa0\u3000") for line in "".join(words).split("\n"))
    return "\n".join(line for line in lines if line)


def _span(text: str | None) -> int:
    """Return how many rows or columns a cell covers; what is no small number covers one."""
    said = (text or "").strip()
    return max(1, int(said)) if re.fullmatch(r"[0-9]{1,3}", said) else 1
