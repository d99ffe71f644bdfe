"""All tables of a run in one Word and one LaTeX document: verdicts by document, then every claim with its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from panelkit.claims.checked import CheckResult
from panelkit.language.message import Language, message
from panelkit.report.claim_content import claim_line
from panelkit.report.claim_tables import ReadingTables
from panelkit.report.numbers import number, p_value, span
from panelkit.report.page import claim_ids
from panelkit.report.site.words import HEADS
from panelkit.report.words import citation, say
from panelkit.show.grid import TableGrid, frame_grid
from panelkit.show.latex_document import document
from panelkit.show.word_pages import Said, pages

Tables = Mapping[str, Sequence[ReadingTables]]
_WIDE = 6  # a table of more columns asks for pages that lie on their side


def all_word(result: CheckResult, tables: Tables, language: Language) -> bytes:
    """Return the Word document; the same run gives the same bytes."""
    blocks = list(_blocks(result, tables, language))
    return pages(_title(language), blocks, language, wide=_is_wide(blocks))


def all_latex(result: CheckResult, tables: Tables, language: Language) -> str:
    """Return the LaTeX document, with its preamble."""
    blocks = list(_blocks(result, tables, language))
    return document(_title(language), blocks, language, wide=_is_wide(blocks))


def _title(language: Language) -> str:
    return HEADS["title"].text(language)


def _is_wide(blocks: Sequence[Said | TableGrid]) -> bool:
    return any(isinstance(block, TableGrid) and len(block.header) > _WIDE for block in blocks)


def _blocks(result: CheckResult, tables: Tables, language: Language) -> Iterator[Said | TableGrid]:
    yield from _verdicts(result, language)
    for name, several in tables.items():
        if not several:
            continue
        line = claim_line(result, name, language)
        yield Said(say(message("{claim}: {word}", claim=name, word=line["verdict"]), language), "part")
        yield Said(line["says"])
        for one in several:
            if one.regressions is not None:
                title = message("{table}: regressions", table=one.title)
                yield replace(one.regressions, caption=say(title, language))
            yield one.conditions


def _verdicts(result: CheckResult, language: Language) -> Iterator[TableGrid]:
    """Yield one table a document: each claim with its verdict and the estimate of its principal design."""
    groups: dict[str, list[str]] = {}
    for name in claim_ids(result):
        groups.setdefault(result.of(name)[0].registered.document.key, []).append(name)
    for names in groups.values():
        frame = pd.DataFrame([_row(result, name, language) for name in names])
        cited = citation(result.of(names[0])[0].registered.document, language)
        yield frame_grid(frame, language=language, index=False, caption=cited)


def _row(result: CheckResult, name: str, language: Language) -> dict[str, str]:
    line, first = claim_line(result, name, language), result.of(name)[0]
    principal = first if first.reading is None else result.round_of(name).principal
    shown = None if principal.tested is None else principal.tested.shown
    design = "" if principal.design is None else say(principal.design.label, language)
    held = {
        "claim": name,
        "verdict": line["verdict"],
        "design": design,
        "family": principal.family or "",
        "estimate": "" if shown is None else number(shown.estimate),
        "interval": "" if shown is None else span(shown.low, shown.high, language),
        "p": "" if shown is None else p_value(shown.p_value),
    }
    return {HEADS[key].text(language): value for key, value in held.items()}
