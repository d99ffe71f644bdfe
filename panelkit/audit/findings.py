"""What a relation found, in words: which identity, where, what is printed, what the other numbers give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from panelkit.audit.relations import Operand, State
from panelkit.audit.run import Judged
from panelkit.language.message import Language, Message, counted, message
from panelkit.language.register import entries
from panelkit.show.brief import Brief
from panelkit.show.plain import fold

STATE_WORDS: dict[State, Message] = {
    "consistent": message("consistent"),
    "inconsistent": message("inconsistent"),
    "decision": message("decision inconsistent"),
}


@dataclass(frozen=True, repr=False)
class Finding(Brief):
    """One checked identity.

    `identity` is its key, `says` its formula in words; `table` counts from 0, `where` names row and column as printed.
    `printed` and `recomputed` are texts: what stands there, and all that the other numbers, rounded as printed, allow.
    `why` says what depends on it and what would excuse it; `operands` are the numbers that take part.
    """

    identity: str
    says: Message
    state: State
    table: int
    where: str
    printed: str
    recomputed: str
    why: Message | None
    operands: tuple[Operand, ...]


def findings_of(judged: Iterable[Judged]) -> Iterator[Finding]:
    """Yield judged relations as findings."""
    for one in judged:
        operands = one.relation.operands
        yield Finding(
            identity=one.relation.identity,
            says=says(one.relation.identity),
            state=one.outcome.state,
            table=operands[0].entry.table,
            where=_place(operands, one.relation.about),
            printed=one.outcome.printed,
            recomputed=one.outcome.recomputed,
            why=one.outcome.why,
            operands=operands,
        )


def _place(operands: Sequence[Operand], about: str) -> str:
    place = where(operands)
    return place if not about or about in place else f"{place} ({about})"


@cache
def says(identity: str) -> Message:
    """Return the formula of an identity in words: `SAYS` in the file that holds it."""
    entry = next(one for one in entries("identity") if one.key == identity)
    said: Message = import_module(f"panelkit.{entry.module}").SAYS
    return said


def where(operands: Sequence[Operand]) -> str:
    """Return the place of operands as the table names it: rows, then columns, then the section that all share."""
    held = [one.entry for one in operands]
    rows = " / ".join(dict.fromkeys(one.label for one in held if one.label))
    columns = " / ".join(dict.fromkeys(one.heading for one in held if one.heading))
    panels = {one.panel for one in held if one.panel}
    panel = panels.pop() if len(panels) == 1 else ""
    return " · ".join(part for part in (panel, rows, columns) if part)


def in_table(operands: Sequence[Operand], said: object) -> Message:
    """Return a place or a sentence with the number of its table, or of its tables, in front."""
    numbers = sorted({one.entry.table + 1 for one in operands})
    if len(numbers) == 1:
        return message("table {n}, {said}", n=numbers[0], said=said)
    return message("tables {numbers}: {said}", numbers=numbers, said=said)


def said_remark(one: Finding) -> Message:
    """Return the condition under which alone a finding comes out, with its place."""
    return message("{where}: {remark}", where=one.where, remark=one.why)


def headline_of(findings: Sequence[Finding]) -> Message:
    """Return in one sentence how many checks come out, and whether a conclusion changes."""
    bad = sum(one.state != "consistent" for one in findings)
    decisions = sum(one.state == "decision" for one in findings)
    if not findings:
        return message("nothing could be checked: no identity finds its numbers in this table")
    if not bad:
        return counted(
            "{n} check, and it holds within rounding",
            "{n} checks, and all hold within rounding",
            n=len(findings),
        )
    if decisions:
        return message(
            "{bad} of {all} checks do not come out as printed; in {decisions} a conclusion changes",
            bad=bad,
            all=len(findings),
            decisions=decisions,
        )
    return message(
        "{bad} of {all} checks do not come out as printed; no conclusion changes", bad=bad, all=len(findings)
    )


def block(one: Finding, language: Language, width: int, *, tables: int = 1) -> str:
    """Return a finding as lines of a terminal: state and place, the formula, both numbers, what there is to say."""
    place = in_table(one.operands, one.where).text(language) if tables > 1 else one.where
    lines = [
        f"[{state_word(one.state, language)}] {place}",
        message("must hold: {says}", says=one.says).text(language),
        message(
            "printed {printed}; the others give {recomputed}", printed=one.printed, recomputed=one.recomputed
        ).text(language),
        one.why.text(language) if one.why else "",
    ]
    first, *rest = [fold(line, width - 4) for line in lines if line]
    inside = [f"    {line}" for text in rest for line in text.splitlines()]
    return "\n".join(["", first, *inside])


def state_word(state: State, language: Language = "en") -> str:
    """Return a state in words."""
    return STATE_WORDS[state].text(language)
