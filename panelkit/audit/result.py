"""The result of an audit: findings, readings, misprints, what could not be checked; as table, text and records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.audit.findings import (
    Finding,
    block,
    findings_of,
    headline_of,
    in_table,
    said_remark,
    state_word,
)
from panelkit.audit.misprint_words import reconciling, record_of
from panelkit.audit.readings import denied, reading_notes
from panelkit.audit.records import finding_record, table_record, unchecked_record, unread_of
from panelkit.audit.relations import STATES, State
from panelkit.audit.repair import Misprint
from panelkit.audit.run import Judged, ReadTable
from panelkit.audit.unchecked import Unchecked, said_left, unchecked_of
from panelkit.language.message import Language, Message, counted, message
from panelkit.language.shown import shown_language
from panelkit.results.numbers import cells
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.plain import fold
from panelkit.show.rendered import Rendered

TITLE = message("Audit of printed tables")
_SETS = 3  # of misprints that stand for each other: more are in `records` and in the report


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

    @cached_property
    def unchecked(self) -> tuple[Unchecked, ...]:
        """Return the identities that were not checked, each with the reason."""
        return tuple(unchecked_of([one[0] for one in self.tried], self.findings))

    @cached_property
    def left(self) -> Message | None:
        """Return how many printed numbers take part in no check, and the rows in which they stand."""
        return said_left([one[0] for one in self.tried], self.findings)

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the cells that were not understood, and numbers whose role is not known."""
        return tuple(text for tried in self.tried for text in unread_of(tried[0]))

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return how the tables were read, and what was not."""
        several = len(self.tried) > 1
        held = [
            in_table(one.operands, said_remark(one)) if several else said_remark(one) for one in self.remarked
        ]
        held += [
            message("table {n}, {said}", n=place + 1, said=note) if several else note
            for place, tried in enumerate(self.tried)
            for note in reading_notes(tried)
        ]
        if self.unread:
            held.append(message("not understood, and so not checked: {cells}", cells=list(self.unread)))
        if self.left is not None:
            held.append(self.left)
        return tuple(dict.fromkeys(held))

    @property
    def headline(self) -> Message:
        """Return what was found in one sentence."""
        return headline_of(self.findings)

    @property
    def reread(self) -> tuple[Message, ...]:
        """Return, of tables whose stated brackets do not come out, which other meaning would do better."""
        found = (denied(tried) for tried in self.tried)
        return tuple(one for one in found if one is not None)

    @property
    def reconciling(self) -> tuple[Message, ...]:
        """Return which single misprints would reconcile rows, a sentence for each set of alternatives."""
        return tuple(
            message("{said}: {misprints}", said=said, misprints=several)
            for said, several in reconciling(self.misprints, len(self.tried))
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

    @property
    def sentences(self) -> tuple[Message, ...]:
        """Return headline, misprints and notes."""
        first, more = self.reconciling[:_SETS], len(self.reconciling) - _SETS
        left = (
            [counted("{n} more such set of misprints", "{n} more such sets of misprints", n=more)]
            if more > 0
            else []
        )
        return (self.headline, *self.reread, *first, *left, *self.notes)

    def said(self, language: Language = "en") -> list[str]:
        """Return headline, misprints and notes as texts."""
        return [one.text(language) for one in self.sentences]

    def summary(self, *, language: Language = "en", all: bool = False, width: int = 100) -> str:
        """Return headline, findings that do not come out (`all`: every one) and notes as plain text."""
        from panelkit.show.words import check_language

        check_language(language)
        title = TITLE.text(language)
        head, *notes = self.said(language)
        shown = self.findings if all else self.failing
        blocks = [block(one, language, width, tables=len(self.tried)) for one in shown]
        listed = [fold(f"· {note}", width) for note in notes]
        return "\n".join(
            [title, "=" * cells(title), fold(head, width), *blocks, *([""] if blocks else []), *listed]
        )

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def records(self, language: Language = "en") -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {
            "state": self.state,
            "headline": self.headline.text(language),
            "tables": [
                table_record(place, tried, self.findings, language) for place, tried in enumerate(self.tried)
            ],
            "findings": [finding_record(one, language) for one in self.findings],
            "misprints": [record_of(one, language) for one in self.misprints],
            "reread": [said.text(language) for said in self.reread],
            "reconciling": [said.text(language) for said in self.reconciling],
            "unchecked": [unchecked_record(one, language) for one in self.unchecked],
            "notes": [note.text(language) for note in self.notes],
        }

    def _brief(self) -> str:
        return f"{self.headline}"

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        frame = self.table(language=language, all=bool(style.get("all", False)))
        shown = {name: value for name, value in style.items() if name != "all"}
        return tables.titled(
            frame, path, TITLE, self.sentences, format=format, language=language, style=shown
        )
