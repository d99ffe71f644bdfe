"""A Word file of several parts: headings, paragraphs, lists and three-line tables, in the fonts of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from panelkit.language.message import Language
from panelkit.show.grid import TableGrid
from panelkit.show.word_file import (
    a4,
    caption,
    named_and_dated,
    notes,
    set_fonts,
    steadied,
    three_line_table,
)


@dataclass(frozen=True)
class Said:
    """A text: a heading, a paragraph, an item of a list, or a note in small letters."""

    text: str
    kind: Literal["heading", "part", "paragraph", "item", "note"] = "paragraph"


def pages(title: str, blocks: Sequence[Said | TableGrid], language: Language, *, wide: bool = False) -> bytes:
    """Return the Word file, its pages upright or `wide`; tables with a caption are numbered.

    The same blocks give the same bytes.
    """
    from docx import Document

    document: Any = Document()
    a4(document, wide=wide)
    number = 0
    told = [Said(title, "heading"), *blocks]
    for block, after in zip(told, [*told[1:], None], strict=True):
        if isinstance(block, Said):
            _add(document, block, kept=isinstance(after, TableGrid))
        else:
            number += block.caption is not None
            _add_table(document, block, number, wide=wide)
    set_fonts(document)
    named_and_dated(document, title, language)
    return steadied(document)


def _add(document: Any, said: Said, *, kept: bool) -> None:
    """Add a text, `kept` on the page of what comes behind it."""
    from docx.shared import Pt, RGBColor

    styles = {"heading": "Heading 1", "part": "Heading 2", "item": "List Bullet"}
    paragraph = document.add_paragraph(said.text, style=styles.get(said.kind, "Normal"))
    paragraph.paragraph_format.space_after = Pt(4)
    if kept:
        paragraph.paragraph_format.keep_with_next = True
    for run in paragraph.runs:
        run.font.size = Pt({"heading": 16, "part": 13, "note": 9}.get(said.kind, 10.5))
        if said.kind in ("heading", "part"):
            run.font.color.rgb = RGBColor(0, 0, 0)


def _add_table(document: Any, grid: TableGrid, number: int, *, wide: bool) -> None:
    if grid.caption is not None:
        caption(document, grid, number)
    body = document.element.body
    body.insert(len(body) - 1, three_line_table(grid, wide=wide))  # the section's properties stay last
    if grid.notes:
        notes(document, grid)
    document.add_paragraph("")
