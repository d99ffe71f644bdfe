"""Claims without a verdict on a terminal: what each waits for, and what no figure can test."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.document import Claim
from panelkit.claims.verdict import Verdict
from panelkit.claims.waiting import lacking, missing_names
from panelkit.language.message import Language, message
from panelkit.report.narrow import Heading, Prose
from panelkit.report.words import need_names, say, short_citation, verdict_word

_FEW = 20  # so many pending claims at most are shown with the figure that each waits for


def status_table(verdicts: list[Verdict], language: Language) -> Table:
    """Return one row a claim without a design: what it says and why no verdict is computed."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for verdict in verdicts:
        status = verdict_word(verdict.word, verdict.registered.claim.status, language)
        text = Text(say(verdict.registered.claim.says, language))
        cited = message(" ({beside})", beside=short_citation(verdict.registered, language))
        text.append(say(cited, language), style="dim")
        text.append(f"\n{say(verdict.reason, language)}", style="dim")
        table.add_row(
            verdict.claim, Text(status, style="cyan" if verdict.word is None else "dim"), Prose(text)
        )
    return table


def waiting(result: CheckResult, language: Language) -> Iterator[RenderableType]:
    """Yield the pending claims by what they wait for."""
    pending = [item for item in result if item.registered.claim.status == "pending"]
    if not pending:
        return
    by_need: dict[str, dict[str, None]] = {}
    for item in pending:
        for name in _waited_for(item.registered.claim, language, few=len(pending) <= _FEW):
            by_need.setdefault(name, {})[item.claim] = None
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(max_width=32, overflow="fold")
    table.add_column(ratio=1, style="bold")
    for name, ids in sorted(by_need.items(), key=lambda entry: -len(entry[1])):
        table.add_row(Prose(Text(name)), " ".join(ids))
    yield Heading(
        say(
            message(
                "{n} claims wait for a capability or a figure",
                n=len(pending),
            ),
            language,
        )
    )
    yield table
    yield Text()


def _waited_for(claim: Claim, language: Language, *, few: bool) -> list[str]:
    """Return what one pending claim waits for; all figures under one name where there are many claims."""
    figures = [say(message("figures that do not ship"), language)]
    if claim.waits and few:
        return [say(name, language) for name in missing_names(lacking(claim))]
    if claim.waits:
        return [say(message("figures that `panelkit ingest` can take in"), language)]
    return [
        name
        for need in claim.needs
        for name in (figures if need.kind == "figure" and not few else need_names(need, language))
    ]


def untestable(result: CheckResult, language: Language) -> Iterator[RenderableType]:
    """Yield the claims that no figure can test."""
    ids = [item.claim for item in result if item.registered.claim.status == "not_testable"]
    if not ids:
        return
    yield Heading(say(message("{n} claims cannot be tested", n=len(ids)), language))
    yield Text(" ".join(ids), style="bold")
    yield Text()
