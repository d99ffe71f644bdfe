"""The walk down a part of a table: every number becomes an entry, or belongs to one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from panelkit.audit.entries import Mark
from panelkit.audit.layout.columns import Column
from panelkit.audit.layout.combine import combined
from panelkit.audit.layout.drafts import (
    TESTS,
    Draft,
    Shapes,
    again,
    can_be_p,
    df_named,
    last_of,
    left_of,
    number_of,
)
from panelkit.audit.layout.grid import Cell
from panelkit.audit.layout.meanings import Meanings
from panelkit.audit.layout.owners import BARE, give, meaning_of, owner_of
from panelkit.audit.layout.rows import Labels, Row
from panelkit.audit.layout.sections import Section
from panelkit.audit.layout.stated import stated_in
from panelkit.audit.layout.subjects import Subject, subject_of
from panelkit.audit.layout.tabular import response_of, tabular_of
from panelkit.audit.layout.words import INDEXED
from panelkit.audit.vocabulary.kinds import Kind
from panelkit.audit.vocabulary.marks import divides
from panelkit.audit.vocabulary.spatial import name_of, section_of
from panelkit.audit.vocabulary.statistics import statistic_of


@dataclass
class Walk:
    """What is known while the rows of a part are read, and what has been read so far."""

    meanings: Meanings
    columns: Sequence[Column]
    labels: Labels
    title: str
    numbered: dict[str, str]
    shapes: Shapes
    tests: frozenset[str]
    section: Section = Section()
    drafts: list[Draft] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    unread: list[Cell] = field(default_factory=list)
    blanks: int = 0
    base: dict[int, Draft] = field(default_factory=dict)
    waiting: str = ""

    @property
    def measured(self) -> bool:
        """Return whether any column says its measure."""
        return any(column.said.measure for column in self.columns)

    @property
    def kind(self) -> Kind:
        return self.meanings.kind

    @property
    def of_tests(self) -> bool:
        """Return whether columns are tests: Moran's I beside its z, LM beside its p."""
        held = {column.said.measure.role for column in self.columns if column.said.measure}
        return bool(held & ({"moran_i", *TESTS} - {"f"}))

    def step(self, row: Row) -> None:
        """Read one row."""
        self._note(row)
        named = next((cell for cell in row.cells if cell.name), None) if row.alone else None
        if named is not None:
            self._state(named)
            return
        stated = (
            stated_in(next(one for one in row.cells if one.text.strip()), self.section.panel)
            if row.alone
            else []
        )
        self.drafts += stated
        if stated:
            return
        if row.alone:
            self._enter(row.label or next(cell.text for cell in row.cells if cell.text.strip()))
            return
        if row.part and (self.base or row.part != "bracket"):
            self._go_on(row)
            return
        if not row.label and self.waiting:
            row = replace(row, label=self.waiting)
        self.waiting = ""
        if any(row.cells[column.index].shape in ("value", "bracket") for column in self.columns):
            self._begin(row)

    def _note(self, row: Row) -> None:
        """Keep what a row says without numbers, and what holds digits and cannot be read."""
        for cell in () if row.alone else row.cells:
            at = row.cells.index(cell)
            if cell.shape == "blank":
                self.blanks += at not in self.labels.all
            elif cell.shape in ("mark", "text") and at not in self.labels.columns:
                self.marks.append(Mark(cell.row, cell.column, row.label, cell.text))
            if at not in self.labels.all and (
                cell.held.unread or (cell.shape == "text" and re.search(r"\d", cell.text))
            ):
                self.unread.append(cell)

    def _state(self, cell: Cell) -> None:
        """Read a number that stands alone with its name: "N = 248"."""
        said = subject_of(cell.name, self.kind, self.meanings.names)
        number, rest = number_of(cell)
        if number is not None:
            role, panel = said.role if said.statistic else "unknown", self.section.panel
            draft = Draft(cell, cell.name, "", panel, role, said.subject, number, cell.held.stars, said.other)
            draft.attach_brackets(rest, "bracket", self.shapes)
            self.drafts.append(draft)

    def _enter(self, heading: str) -> None:
        before = self.section.panel
        self.section = self.section.entered(heading)
        if self.section.panel != before:
            self.meanings.forget()
        self.waiting = heading
        self.base = {}

    def _go_on(self, row: Row) -> None:
        """Attach a row to the one above."""
        for column in self.columns:
            cell = row.cells[column.index]
            if cell.shape not in ("value", "bracket", "stars"):
                continue
            base = self.base.get(column.index)
            kind = (
                column.said.part
                if row.part == "bracket" and column.said.part not in ("", "value")
                else row.part
            )
            if (
                base is not None
                and base.role == "threshold"
                and cell.shape == "value"
                and row.part == "bracket"
            ):
                self.drafts += again(base, cell, self.shapes)
            elif base is None or (base.role in BARE and row.part != "bracket"):
                self._unknown(cell, row.label, column)
            else:
                base.attach(cell, meaning_of(kind), self.shapes)

    def _begin(self, row: Row) -> None:
        """Read a row with a label of its own."""
        self.base = {}
        lefts: list[tuple[Column, Draft]] = []
        beside = ""
        said = None if self.kind in INDEXED else self.meanings.of(row, self.section)
        self._rank(row)
        for column in self.columns:
            cell = row.cells[column.index]
            if cell.shape == "stars" and lefts:
                lefts[-1][1].attach(cell, "bracket", self.shapes)
            if (
                cell.shape == "text"
                and said is not None
                and re.search(r"[A-Za-z\u3400-\u9fff]{2}", cell.text)
            ):
                beside = cell.text
            if cell.shape not in ("value", "bracket"):
                continue
            if beside and not cell.name:
                self._state(replace(cell, name=beside))
                beside = ""
                continue
            owner = owner_of(column, cell, lefts)
            if owner is not None:
                give(owner, column, cell, self.shapes)
                continue
            draft = self._draft(row, column, cell, said)
            if draft is not None:
                self.drafts += df_named(draft)
                beyond = row.cells[column.index + 1] if column.index + 1 < len(row.cells) else cell
                if beyond.shape == "stars" and all(one.index != column.index + 1 for one in self.columns):
                    draft.attach(beyond, "bracket", self.shapes)
                lefts.append((column, draft))
                self.base[column.index] = draft

    def _rank(self, row: Row) -> None:
        """Read the ranks that stand left of the labels of a table of values."""
        for at, heading in self.labels.ranks.items() if self.kind in INDEXED else ():
            number, _ = number_of(row.cells[at])
            if number is not None:
                subject, panel = name_of(row.label), self.section.panel
                self.drafts.append(
                    Draft(row.cells[at], row.label, heading, panel, "unknown", subject, number)
                )

    def _draft(self, row: Row, column: Column, cell: Cell, said: Subject | None) -> Draft | None:
        """Return the entry of a cell, added to those read."""
        label, above, panel = row.label, row.above, self.section.panel
        if len(self.labels.columns) > 1 and self.kind in INDEXED:
            label, above = self.labels.read(row.cells, until=column.index)
            label = label or self._standing(column)
        if said is None:
            known = tabular_of(label, above, column, self.kind, self.numbered, self.measured)
            if self.kind == "descriptive" and column.said.measure and column.rest:
                panel = " ".join(filter(None, (panel, *column.rest)))
            if self.kind == "fevd":
                panel = response_of(label, above, column, self.section.panel, self.title)
        else:
            own = subject_of(cell.name, self.kind, self.meanings.names) if cell.name else said
            own = own if own.statistic else said
            known = combined(own, column, row, self.of_tests)
            if known.role in {"moran_i", *TESTS} and not own.statistic and not panel:
                panel = row.label
        if not panel and above and not any(section_of(one)[0] or statistic_of(one)[0] for one in above):
            panel = " ".join(above) if self.kind != "descriptive" or divides(above[0]) else ""
        if known.length and self.meanings.names.both_runs:
            panel = " ".join(filter(None, (panel, f"{known.length} run")))
        number, rest = number_of(cell)
        if number is None:
            return None
        role, subject = known.role, known.subject
        if role == "df" and subject not in TESTS and (left := left_of(self.drafts, cell)):
            subject, panel = left.role, left.panel
        if cell.held.number is None and len(cell.held.brackets[0].numbers) > 1:
            role = "unknown"
        if known.part == "p" or (role in self.tests and not known.part and can_be_p(number)):
            found = last_of(self.drafts, column.place, role=known.role, other=known.other)
            if found is not None:
                found.attach(cell, "p", self.shapes)
                return None
            role, subject = "p", known.role
        elif known.part and known.part != "value":
            found = last_of(self.drafts, column.place, subject=known.subject)
            if found is not None:
                found.attach(cell, meaning_of(known.part), self.shapes)
                return None
            role = "unknown"
        draft = Draft(cell, label, column.heading, panel, role, subject, number, cell.held.stars, known.other)
        draft.attach_brackets(rest, "bracket", self.shapes)
        self.drafts.append(draft)
        return draft

    def _standing(self, column: Column) -> str:
        """Return the label that still stands left of a column, from a row above."""
        held = [c for c in self.labels.columns if c < column.index and c in self.labels.last]
        return self.labels.last[held[-1]] if held else ""

    def _unknown(self, cell: Cell, label: str, column: Column) -> None:
        number, rest = number_of(cell)
        if number is not None:
            draft = Draft(
                cell,
                label,
                column.heading,
                self.section.panel,
                "unknown",
                name_of(label),
                number,
                cell.held.stars,
            )
            draft.attach_brackets(rest, "bracket", self.shapes)
            self.drafts.append(draft)
