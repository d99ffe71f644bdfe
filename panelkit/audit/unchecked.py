"""What an audit could not check, and why: identities whose numbers are not there, and numbers in no identity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from panelkit.audit.findings import Finding, says, where
from panelkit.audit.run import ReadTable
from panelkit.language.message import Message, message
from panelkit.language.offers import Entry as Offer
from panelkit.language.register import entries
from panelkit.show.brief import Brief

OPEN = message("its numbers are printed, but roundings, resampling or simulation leave it open")
ALONE = message("it holds between tables of one paper, and one table was given")
NOT_PRINTED = message("not all of its numbers are printed")
_ROWS = 12  # of numbers in no check that are named


@dataclass(frozen=True, repr=False)
class Unchecked(Brief):
    """An identity that was not checked: `identity` is its key, `says` its formula, `why` the reason.

    `where` names the place where its numbers stand, "" where the tables do not print them all.
    """

    identity: str
    says: Message
    why: Message
    where: str = ""


def unchecked_of(tables: Sequence[ReadTable], findings: Sequence[Finding]) -> Iterator[Unchecked]:
    """Yield the places that roundings leave open, then every identity that no table lets check."""
    open_ones = [one for table in tables for one in table.open]
    for relation in open_ones:
        yield Unchecked(relation.identity, says(relation.identity), OPEN, where(relation.operands))
    met = {one.identity for one in findings} | {one.identity for one in open_ones}
    for entry in entries("identity"):
        if entry.key not in met:
            yield Unchecked(entry.key, says(entry.key), _why(entry, len(tables)))


def _why(entry: Offer, tables: int) -> Message:
    """Return what an identity lacks: `NEEDS` of its file, where its formula does not say it."""
    if entry.family == "document" and tables == 1:
        return ALONE
    needs: Message = getattr(import_module(f"panelkit.{entry.module}"), "NEEDS", NOT_PRINTED)
    return needs


def said_left(tables: Sequence[ReadTable], findings: Sequence[Finding]) -> Message | None:
    """Return how many numbers with a role take part in no check, and in which rows they stand; None: all do."""
    checked = {id(one.entry) for finding in findings for one in finding.operands}
    held = [entry for one in tables for entry in one.table.entries if entry.role != "unknown"]
    left = [entry for entry in held if id(entry) not in checked]
    if not left:
        return None
    rows = list(dict.fromkeys(entry.label or entry.heading for entry in left))
    return message(
        "{left} of {of} printed numbers take part in no check: {rows}",
        left=len(left),
        of=len(held),
        rows=[*rows[:_ROWS], *(["…"] if len(rows) > _ROWS else [])],
    )
