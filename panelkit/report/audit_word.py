"""The report of an audit as a Word file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from panelkit.audit.convention.of_table import ColumnSearch
from panelkit.audit.result import Audit
from panelkit.language.message import Language
from panelkit.report.audit_page import HEADS, Page, Part, page_of
from panelkit.report.filled import with_colon
from panelkit.show.grid import TableGrid, frame_grid
from panelkit.show.word_pages import Said, pages


def docx(found: Audit, language: Language, searches: Sequence[ColumnSearch] = ()) -> bytes:
    """Return the report as a Word file."""
    page = page_of(found, language, searches)
    return pages(HEADS["title"].text(language), list(_blocks(page)), language)


def _blocks(page: Page) -> Iterator[Said | TableGrid]:
    head = {key: said.text(page.language) for key, said in HEADS.items()}
    yield Said(page.headline)
    if page.misprints:
        yield Said(head["reconcile"], "part")
        for said, several in page.misprints:
            yield Said(with_colon(said, page.language))
            yield from (Said(one, "item") for one in several)
    for part in page.parts:
        yield from _part(part, page.language)
    for search in page.searches:
        yield Said(search.title, "part")
        yield from (Said(said) for said in search.said)
        frame = pd.DataFrame(list(search.rows), columns=pd.Index(search.columns))
        yield frame_grid(frame, language=page.language, index=False)
    if page.unread:
        yield Said(head["unread"], "part")
        yield from (Said(cell, "item") for cell in page.unread)
    yield Said(head["limits"], "part")
    yield from (Said(one) for one in page.limits)
    if page.left or page.unchecked:
        yield Said(head["unchecked"], "part")
    if page.left:
        yield Said(page.left)
    for why, several in page.unchecked:
        colon, between, stop = (": ", "; ", ".") if page.language == "en" else ("：", "；", "。")
        yield Said(why + colon + between.join(several) + stop)
    yield Said(f"panelkit {page.version}", "note")


def _part(part: Part, language: Language) -> Iterator[Said | TableGrid]:
    head = {key: said.text(language) for key, said in HEADS.items()}
    yield Said(f"{part.title} ({part.badge})", "part")
    yield Said(part.counts)
    yield from (Said(note, "note") for note in part.notes)
    if part.rows:
        yield Said(with_colon(head["failing"], language))
        yield _rows(part, language)
    if part.held:
        yield Said(with_colon(head["held"], language))
        yield from (Said(f"{says} × {n}", "item") for says, n in part.held)


def _rows(part: Part, language: Language) -> TableGrid:
    columns = [HEADS[key].text(language) for key in ("where", "must", "printed", "recomputed", "state")]
    rows = [
        (row.where, " ".join(filter(None, (row.must, row.why))), row.printed, row.recomputed, row.state)
        for row in part.rows
    ]
    return frame_grid(pd.DataFrame(rows, columns=pd.Index(columns)), language=language, index=False)
