"""The audit of a document: every identity under every reading of its brackets, and the misprint that explains most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from panelkit.audit.entries import BracketMeaning, Document, Entry, Table
from panelkit.audit.relations import Outcome, Reading, Relation
from panelkit.language.register import entries

STAR_LEVELS: tuple[tuple[float, ...], ...] = ((0.1, 0.05, 0.01), (0.05, 0.01, 0.001))
MEANINGS: tuple[BracketMeaning, ...] = ("se", "t", "p")


@dataclass(frozen=True)
class Judged:
    """A relation with its outcome."""

    relation: Relation
    outcome: Outcome


@dataclass(frozen=True)
class ReadTable:
    """A table under one reading; `open` are the relations whose numbers, rounded as printed, cannot be judged."""

    table: Table
    reading: Reading
    judged: tuple[Judged, ...]
    open: tuple[Relation, ...] = ()

    def count(self, state: str) -> int:
        return sum(one.outcome.state == state for one in self.judged)

    @property
    def badness(self) -> tuple[int, int]:
        """Return how many decisions and how many rows at all do not come out."""
        return self.count("decision"), self.count("decision") + self.count("inconsistent")


def readings_of(table: Table) -> list[Reading]:
    """Return the readings that a table leaves open, the field's most usual first."""
    bare = any(one.kind == "bracket" for entry in table.entries for one in entry.attached)
    brackets: Sequence[BracketMeaning | None] = (None,)
    if bare:
        brackets = (table.facts.brackets,) if table.facts.brackets else MEANINGS
    levels = (table.facts.star_levels,) if table.facts.star_levels else STAR_LEVELS
    return [
        Reading(meaning, level)
        for meaning, level in product(brackets, levels if table.starred else levels[:1])
    ]


def read_under(table: Table, reading: Reading) -> ReadTable:
    """Return every relation of a table, judged under one reading."""
    found = (
        relation
        for entry in entries("identity")
        if entry.family != "document"
        for relation in entry.load()(table, reading)
    )
    return ReadTable(table, reading, *_judged(found))


def under_all(table: Table) -> list[ReadTable]:
    """Return a table under all readings that it leaves open, the best first; then under those that it denies."""
    found = sorted(
        (read_under(table, reading) for reading in readings_of(table)), key=lambda one: one.badness
    )
    return [*found, *contrary(found[0])]


def contrary(chosen: ReadTable) -> list[ReadTable]:
    """Return a table under meanings of its brackets that it does not state, where rows fail under the stated one."""
    stated = chosen.table.facts.brackets
    if stated is None or not chosen.badness[1]:
        return []
    bare = replace(
        chosen.table,
        entries=tuple(_unstated(entry, stated) for entry in chosen.table.entries),
        facts=replace(chosen.table.facts, brackets=None),
    )
    alike = ("t", "z") if stated in ("t", "z") else (stated,)
    return [
        read_under(bare, Reading(meaning, chosen.reading.star_levels))
        for meaning in MEANINGS
        if meaning not in alike
    ]


def _unstated(entry: Entry, stated: BracketMeaning) -> Entry:
    attached = tuple(replace(one, kind="bracket") if one.kind == stated else one for one in entry.attached)
    return replace(entry, attached=attached)


def across(document: Document, readings: Sequence[Reading]) -> tuple[Judged, ...]:
    """Return the relations between tables, judged under the readings chosen for each."""
    found = (
        relation
        for entry in entries("identity")
        if entry.family == "document"
        for relation in entry.load()(document, readings)
    )
    return _judged(found)[0]


def _judged(relations: Iterator[Relation]) -> tuple[tuple[Judged, ...], tuple[Relation, ...]]:
    """Return the relations that can be judged, with their outcomes, and the others."""
    judged, left = list[Judged](), list[Relation]()
    for relation in relations:
        outcome = relation.outcome()
        if outcome is None:
            left.append(relation)
        else:
            judged.append(Judged(relation, outcome))
    return tuple(judged), tuple(left)
