"""What a relation found, in words: which identity, where, what is printed, what the other numbers give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from panelkit.audit.relations import Operand, State
from panelkit.audit.run import Judged
from panelkit.language.message import Language, Message, message
from panelkit.language.register import entries
from panelkit.show.brief import Brief

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
            where=one.relation.about or where(operands),
            printed=one.outcome.printed,
            recomputed=one.outcome.recomputed,
            why=one.outcome.why,
            operands=operands,
        )


@cache
def says(identity: str) -> Message:
    """Return the formula of an identity in words: `SAYS` in the file that holds it, by key where it holds several."""
    entry = next(one for one in entries("identity") if one.key == identity)
    said: Message | dict[str, Message] = import_module(f"panelkit.{entry.module}").SAYS
    return said[identity] if isinstance(said, dict) else said


def where(operands: Sequence[Operand]) -> str:
    """Return the place of operands as the table names it: rows, then columns, then the section that all share."""
    held = [one.entry for one in operands]
    rows = " / ".join(dict.fromkeys(one.label for one in held if one.label))
    columns = " / ".join(dict.fromkeys(one.heading for one in held if one.heading))
    panels = {one.panel for one in held if one.panel}
    panel = panels.pop() if len(panels) == 1 else ""
    return " · ".join(part for part in (panel, rows, columns) if part)


def state_word(state: State, language: Language = "en") -> str:
    """Return a state in words."""
    return STATE_WORDS[state].text(language)
