"""Pending claims and the figures at hand, on a terminal: which can be computed now, and what the others wait for."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from panelkit.claims.awaited import Awaited, WaitingClaims, names_of, outcome
from panelkit.language.message import Language, Message, message
from panelkit.report.narrow import prose
from panelkit.report.words import say


def waiting_page(found: WaitingClaims, language: Language) -> RenderableType:
    """Return every pending claim: those with designs one by one, and how many have none."""
    declared = [one for one in found if one.needs]
    rest = [one for one in found if not one.needs]
    head = message(
        "{n} pending claims have declared designs, and {computable} of them can be computed with the store",
        n=len(declared),
        computable=len(found.computable),
    )
    parts: list[RenderableType] = [Text(say(head, language), style="bold"), claims_table(declared, language)]
    if rest:
        more = message(
            "{n} others have no declared design; no figure alone lets them be computed (`--json` lists what they need)",
            n=len(rest),
        )
        parts.append(Text(say(more, language)))
    return prose(*parts)


def claims_table(claims: Iterable[Awaited], language: Language) -> Table:
    """Return one row a claim: whether it can be computed, what it has and what it lacks."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for one in claims:
        table.add_row(
            one.claim,
            say(outcome(one), language),
            say(_said(one), language),
            style="" if one.computable else "dim",
        )
    return table


def _said(one: Awaited) -> Message:
    """Return what a claim lacks, or by what it is computed."""
    if one.computable:
        if one.brought:
            return message(
                "with {figures}: once they are in, `panelkit check {claim}` computes it",
                figures=names_of(one.brought),
                claim=one.claim,
            )
        return message("`panelkit check {claim}` computes it", claim=one.claim)
    return one.waits_for or message("none")
