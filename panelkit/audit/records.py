"""Parts of an audit as plain values for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from panelkit.audit.findings import Finding
from panelkit.audit.readings import reading_notes
from panelkit.audit.relations import STATES
from panelkit.audit.run import ReadTable
from panelkit.audit.unchecked import Unchecked
from panelkit.language.message import Language


def unread_of(one: ReadTable) -> Sequence[str]:
    """Return the cells of a table that were not understood, and numbers whose role is not known."""
    unknown = [
        f"{entry.label or entry.heading}: {entry.number.text}"
        for entry in one.table.entries
        if entry.role == "unknown"
    ]
    return [*one.table.unread, *unknown]


def finding_record(one: Finding, language: Language) -> dict[str, Any]:
    """Return a finding as plain values."""
    return {
        "identity": one.identity,
        "says": one.says.text(language),
        "table": one.table + 1,
        "where": one.where,
        "printed": one.printed,
        "recomputed": one.recomputed,
        "state": one.state,
        "why": one.why.text(language) if one.why else None,
    }


def unchecked_record(one: Unchecked, language: Language) -> dict[str, Any]:
    """Return what was not checked as plain values."""
    return {
        "identity": one.identity,
        "says": one.says.text(language),
        "where": one.where,
        "why": one.why.text(language),
    }


def table_record(
    place: int, tried: Sequence[ReadTable], findings: Sequence[Finding], language: Language
) -> dict[str, Any]:
    """Return a table with its readings and the counts of its states as plain values."""
    states = [one.state for one in findings if one.table == place]
    return {
        "table": place + 1,
        "title": tried[0].table.title,
        "source": tried[0].table.source,
        "state": max(states, key=STATES.index, default="consistent"),
        "checks": len(states),
        **{state: states.count(state) for state in STATES},
        "readings": [
            {
                "brackets": one.reading.brackets,
                "stars": list(one.reading.star_levels),
                "decision": one.count("decision"),
                "inconsistent": one.count("inconsistent"),
            }
            for one in tried
        ],
        "notes": [note.text(language) for note in reading_notes(tried)],
        "unread": list(unread_of(tried[0])),
    }
