"""Tables of the audit made by hand: entries from the strings of their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from panelkit.audit.entries import Attached, Entry, Facts, Meaning, Table
from panelkit.audit.printed import read_cell
from panelkit.audit.relations import Outcome, Reading
from panelkit.language.register import find

CHINESE = (0.1, 0.05, 0.01)


def entry(role: str, text: str, subject: str = "x", **place: Any) -> Entry:
    """Return an entry from the text of its cell; keywords `se=`, `t=`, `p=`, `low=`, `high=` attach a number."""
    kinds = ("se", "t", "z", "p", "low", "high")
    named = [(kind, place.pop(kind)) for kind in kinds if kind in place]
    cell = read_cell(text)
    assert cell.number is not None, text
    bare: list[tuple[Meaning, str]] = [
        ("bracket", number.text) for one in cell.brackets for number in one.numbers
    ]
    attached = [Attached(kind, read_cell(said).number) for kind, said in [*bare, *named]]  # type: ignore[arg-type]
    standing = {"table": 0, "row": 0, "column": 1, "label": role, "heading": "", "panel": "", **place}
    return Entry(
        role=role, subject=subject, number=cell.number, stars=cell.stars, attached=tuple(attached), **standing
    )


def table(*entries: Entry, title: str = "", notes: Sequence[str] = (), **facts: Any) -> Table:
    """Return a table of entries."""
    return Table(title, entries, Facts(**facts), tuple(notes))


def outcomes(
    key: str, held: Table, brackets: str | None = "se", levels: Sequence[float] = CHINESE
) -> list[Outcome]:
    """Return all outcomes of an identity on a table."""
    reading = Reading(brackets, tuple(levels))  # type: ignore[arg-type]
    judged: Iterator[Outcome | None] = (one.outcome() for one in find("identity", key)(held, reading))
    return [one for one in judged if one is not None]


def states(key: str, held: Table, **reading: Any) -> list[str]:
    """Return the states of an identity on a table."""
    return [one.state for one in outcomes(key, held, **reading)]


def put(held: Table, role: str, text: str, subject: str | None = None) -> Table:
    """Return the table with the number and stars of the first entry of a role in place of what was printed."""
    cell = read_cell(text)
    assert cell.number is not None
    entries = list(held.entries)
    at = next(i for i, one in enumerate(entries) if one.role == role and subject in (None, one.subject))
    entries[at] = replace(entries[at], number=cell.number, stars=cell.stars)
    return replace(held, entries=tuple(entries))
