"""The result of an audit: findings, readings, misprints, what could not be checked; as table, text and records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.audit.findings import Finding, block, findings_of, headline_of, said_remark, says, state_word
from panelkit.audit.misprint_words import reconciling, record_of
from panelkit.audit.readings import reading_notes
from panelkit.audit.relations import STATES, State
from panelkit.audit.repair import Misprint
from panelkit.audit.run import Judged, ReadTable
from panelkit.language.message import Language, Message, message
from panelkit.language.register import keys
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.plain import fold
from panelkit.show.rendered import Rendered


@dataclass(frozen=True, eq=False, repr=False)
class Audit(Rendered, Brief):
    """Printed tables, checked against themselves.

    `tried` holds, for each table, what came out under every reading of its brackets and stars, the best first;
    `between` the relations between tables; `misprints` the single misprints that would repair the most rows.
    """

    tried: tuple[tuple[ReadTable, ...], ...]
    between: tuple[Judged, ...]
    misprints: tuple[Misprint, ...]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return everything that was checked, table by table, relations between tables last."""
        within = [one for tried in self.tried for one in findings_of(tried[0].judged)]
        return (*within, *findings_of(self.between))

    @property
    def state(self) -> State:
        """Return the worst state of all findings."""
        return max((one.state for one in self.findings), key=STATES.index, default="consistent")

    def count(self, state: State) -> int:
        """Return how many findings have a state."""
        return sum(one.state == state for one in self.findings)

    @property
    def failing(self) -> tuple[Finding, ...]:
        """Return the findings that do not come out, those that change a conclusion first."""
        return tuple(one for state in STATES[:0:-1] for one in self.findings if one.state == state)

    @property
    def remarked(self) -> tuple[Finding, ...]:
        """Return the findings that come out under a condition alone, which `why` names."""
        return tuple(one for one in self.findings if one.state == "consistent" and one.why)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Return the keys of identities for which the tables print no numbers."""
        checked = {one.identity for one in self.findings}
        return tuple(key for key in keys("identity") if key not in checked)

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the cells that were not understood, and numbers whose role is not known."""
        return tuple(text for tried in self.tried for text in _unread(tried[0]))

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return how the tables were read, and what was not."""
        held = [said_remark(one) for one in self.remarked]
        held += [note for tried in self.tried for note in reading_notes(tried)]
        if self.unread:
            held.append(message("not understood, and so not checked: {cells}", cells=list(self.unread)))
        return tuple(dict.fromkeys(held))

    @property
    def headline(self) -> Message:
        """Return what was found in one sentence."""
        return headline_of(self.findings)

    @property
    def reconciling(self) -> tuple[Message, ...]:
        """Return which single misprints would reconcile rows, a sentence for each set of alternatives."""
        return tuple(
            message("{said}: {misprints}", said=said, misprints=several)
            for said, several in reconciling(self.misprints)
        )

    def tidy(self) -> pd.DataFrame:
        """Return one row a finding: `table, identity, where, printed, recomputed, state, why`, `table` from 1."""
        rows = [
            (
                one.table + 1,
                one.identity,
                one.where,
                one.printed,
                one.recomputed,
                one.state,
                str(one.why or ""),
            )
            for one in self.findings
        ]
        return pd.DataFrame(
            rows, columns=["table", "identity", "where", "printed", "recomputed", "state", "why"]
        )

    def table(self, *, language: Language = "en", all: bool = False) -> pd.DataFrame:
        """Return the findings that do not come out (`all`: every one) as the frame that is shown."""
        shown = self.findings if all else self.failing
        heads = [
            message("Table"), message("Where"), message("What must hold"), message("Printed"), message("Recomputed"),
            message("State"),
        ]  # fmt: skip
        rows = [
            (
                str(one.table + 1),
                one.where,
                one.says.text(language) + (f" ({one.why.text(language)})" if one.why else ""),
                one.printed,
                one.recomputed,
                state_word(one.state, language),
            )
            for one in shown
        ]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def said(self, language: Language = "en") -> list[str]:
        """Return headline, misprints and notes as sentences."""
        held = [self.headline, *self.reconciling, *self.notes]
        return [one.text(language) for one in held]

    def summary(self, *, language: Language = "en", all: bool = False, width: int = 100) -> str:
        """Return headline, findings that do not come out (`all`: every one) and notes as plain text."""
        from panelkit.show.words import check_language

        check_language(language)
        title = message("Audit of printed tables").text(language)
        head, *notes = self.said(language)
        blocks = [block(one, language, width) for one in (self.findings if all else self.failing)]
        listed = [fold(f"· {note}", width) for note in notes]
        return "\n".join(
            [title, "=" * cells(title), fold(head, width), *blocks, *([""] if blocks else []), *listed]
        )

    def __str__(self) -> str:
        return self.summary()

    def records(self, language: Language = "en") -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {
            "state": self.state,
            "headline": self.headline.text(language),
            "tables": [_table_record(place, tried, self, language) for place, tried in enumerate(self.tried)],
            "findings": [_record(one, language) for one in self.findings],
            "misprints": [record_of(one, language) for one in self.misprints],
            "reconciling": [said.text(language) for said in self.reconciling],
            "unchecked": [{"identity": key, "says": says(key).text(language)} for key in self.unchecked],
            "notes": [note.text(language) for note in self.notes],
        }

    def _brief(self) -> str:
        return f"{self.headline}"

    def _repr_html_(self) -> str:
        return self.to_html()

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        shown: dict[str, Any] = {
            "caption": message("Audit of printed tables").text(language),
            "notes": self.said(language),
            "index": False,
            **style,
        }
        frame = self.table(language=language, all=bool(shown.pop("all", False)))
        return tables.frame_table(frame, path, format=format, language=language, **shown)


def _unread(one: ReadTable) -> Sequence[str]:
    unknown = [
        f"{entry.label or entry.heading}: {entry.number.text}"
        for entry in one.table.entries
        if entry.role == "unknown"
    ]
    return [*one.table.unread, *unknown]


def _record(one: Finding, language: Language) -> dict[str, Any]:
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


def _table_record(place: int, tried: Sequence[ReadTable], whole: Audit, language: Language) -> dict[str, Any]:
    states = [one.state for one in whole.findings if one.table == place]
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
        "unread": list(_unread(tried[0])),
    }
