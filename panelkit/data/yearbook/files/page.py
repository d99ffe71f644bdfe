"""Tables that a platform writes as a web page under the name of a workbook, as a grid with merged cells.

Only a page that holds nothing but a title, tables and footnotes is one: scripts, forms and frames belong to real web
pages, as the portal's error page, and those are refused.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from panelkit.data.yearbook.errors import Where, YearbookError, refuse
from panelkit.data.yearbook.files import limits
from panelkit.data.yearbook.files.cells import looks_like_number
from panelkit.data.yearbook.files.grid import Cell, Grid
from panelkit.language.message import message

PAGE_BYTES = 4 * 1024 * 1024
"""The largest page that is read."""

_LIVE = {
    "script",
    "form",
    "iframe",
    "frame",
    "frameset",
    "input",
    "button",
    "object",
    "embed",
    "video",
    "svg",
}
_SILENT = {"style", "title", "head", "noscript"}
_LINES = {"div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "br", "li", "body", "center", "caption"}
_FIGURES = 4


def page_grid(text: str, name: str) -> Grid:
    """Return a page as one grid: each line of text and each row of a table is a row.

    Raises
    ------
    YearbookError
        If the page is a live one, holds no table of figures, is cut short, or is beyond the limits.
    """
    where = Where(name)
    if len(text) > PAGE_BYTES:
        raise refuse(
            where, message("a page of more than {size} MB: not a yearbook table", size=PAGE_BYTES >> 20)
        )
    reader = _Page(name)
    reader.feed(text)
    reader.close()
    figures = sum(looks_like_number(cell) for row in reader.rows for cell in row)
    if reader.live or figures < _FIGURES or not reader.tables:
        raise no_table(name)
    if reader.depth or not re.search(r"</(?:table|html|body)\s*>\s*(?:<!--.*?-->\s*)*\Z", text, re.I | re.S):
        raise refuse(where, message("the page ends inside its table: it is cut short; export it again"))
    rows = tuple(tuple(row) for row in reader.rows)
    return Grid(name, "", rows, tuple(range(1, len(rows) + 1)), tuple(reader.merged))


def no_table(name: str) -> YearbookError:
    """Return the refusal of a web page that holds no table of a yearbook."""
    return refuse(
        Where(name),
        message(
            "this is a web page (often the portal's error page saved under a table's name): export the table again"
        ),
    )


class _Page(HTMLParser):
    """Goes through a page and lays its lines and tables below each other.

    Attributes
    ----------
    depth : tables that are open.
    tables : tables so far.
    live : whether something stands in the page that no exported table holds.
    """

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.name = name
        self.rows: list[list[Cell]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.depth = self.tables = self.cells = 0
        self.live = False
        self._silent = 0
        self._words: list[str] = []
        self._taken: dict[int, int] = {}
        self._cell: tuple[int, int] | None = None
        self._row: list[Cell] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell; note what no exported table holds."""
        self.live = self.live or tag in _LIVE
        self._silent += tag in _SILENT
        if tag == "table":
            self._line()
            self.live = self.live or self.depth > 0
            self.depth += 1
            self.tables += 1
            self._taken = {}
        elif self.depth and tag == "tr":
            self._end_row()
            self._row = []
        elif self.depth and tag in ("td", "th"):
            self._end_cell()
            self._row = [] if self._row is None else self._row
            spans = dict(attrs)
            self._cell = _span(spans.get("rowspan")), _span(spans.get("colspan"))
        elif tag in _LINES and self._cell is not None:
            self._words.append("\n")
        elif tag in _LINES:
            self._line()

    def handle_endtag(self, tag: str) -> None:
        """Close a table, a row, a cell or a line."""
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self.depth:
            self._end_row()
            self.depth -= 1
        elif tag in _LINES and self._cell is None:
            self._line()

    def handle_data(self, data: str) -> None:
        """Take words of a cell or of a line."""
        if not self._silent:
            self._words.append(re.sub(r"[ \t\r\n]+", " ", data))

    def close(self) -> None:
        """End the last line."""
        super().close()
        self._line()

    def _text(self) -> str | None:
        text = re.sub(r" ?\n ?", "\n", "".join(self._words)).strip()
        self._words = []
        return text.strip("\xa0 \u3000") or None

    def _line(self) -> None:
        if self._cell is not None or self._row is not None:
            return
        text = self._text()
        if text is not None:
            self._count(1)
            self.rows.append([text])

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        down, across = self._cell
        self._cell = None
        while self._taken.get(len(self._row), 0) > 0:
            self._row.append(None)
        row, column = len(self.rows), len(self._row)
        self._count(down * across)
        self._row += [self._text(), *[None] * (across - 1)]
        if down > 1 or across > 1:
            self.merged.append((row, column, row + down - 1, column + across - 1))
        if down > 1:
            self._taken |= dict.fromkeys(range(column, column + across), down)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is None:
            return
        self._words = []
        self.rows.append(self._row)
        self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}
        self._row = None

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > limits.CELLS or len(self.merged) > limits.MERGED:
            raise refuse(
                Where(self.name),
                message("more than {cells} cells: not a yearbook table", cells=limits.CELLS),
            )


def _span(text: str | None) -> int:
    """Return how many rows or columns a cell covers."""
    return (
        min(max(int(text), 1), limits.COLUMNS)
        if text is not None and re.fullmatch(r"\d{1,4}", text.strip())
        else 1
    )
