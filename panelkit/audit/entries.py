"""What a printed table holds: entries with a role, and what is known of the table as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from panelkit.audit.printed import Printed

Meaning = Literal["bracket", "se", "t", "z", "p", "low", "high"]
BracketMeaning = Literal["se", "t", "z", "p"]


@dataclass(frozen=True)
class Attached:
    """A number that belongs to another: what its brackets, or a row of its own below, hold.

    `kind` "bracket" is one whose meaning the table does not say.
    """

    kind: Meaning
    number: Printed


@dataclass(frozen=True)
class Entry:
    """A number with its place and its role.

    `table`, `row`, `column` say where it stands (from 0); `label`, `heading` and `panel` are the headings of its row,
    column and section as printed. A section that only says what its numbers are (直接效应, Wx, Main) is in the role,
    not in the panel; "short" and "long" run effects of one table are panels. `role` is a key of `roles.py`, `subject`
    what it is about (a variable, an indicator, a unit), `other` a second subject. `stars` counts the stars printed.
    """

    table: int
    row: int
    column: int
    label: str
    heading: str
    panel: str
    role: str
    subject: str
    number: Printed
    stars: int = 0
    attached: tuple[Attached, ...] = ()
    other: str = ""

    def part(self, kind: str) -> int | None:
        """Return where the first attached number of a kind stands, None where there is none."""
        places = (place for place, one in enumerate(self.attached) if one.kind == kind)
        return next(places, None)


@dataclass(frozen=True)
class Facts:
    """What is stated of a table, by the user or by its notes; None where it is not.

    `provinces`, `years`, `lags`: the panel. `clusters`: groups of clustered errors. `row_standardised`: whether rows
    of W sum to one. `simulated`, `draws`: whether effects are means over simulations, and over how many.
    `star_levels`: the levels of one, two, three stars. `brackets`: what stands in brackets. `one_sided`: whether stars
    are of one-sided tests. `bootstrap`: whether errors or p-values are resampled. `normal`: whether statistics are z.
    """

    provinces: int | None = None
    years: int | None = None
    lags: int | None = None
    clusters: int | None = None
    row_standardised: bool | None = None
    simulated: bool | None = None
    draws: int | None = None
    star_levels: tuple[float, ...] | None = None
    brackets: BracketMeaning | None = None
    one_sided: bool | None = None
    bootstrap: bool | None = None
    normal: bool | None = None

    def over(self, other: Facts) -> Facts:
        """Return these facts, and the other's where these are silent."""
        held = {name: value for name, value in vars(self).items() if value is not None}
        return replace(other, **held)


@dataclass(frozen=True)
class Mark:
    """A cell without a number that says something: yes or no, the name of a method; with its row's heading."""

    row: int
    column: int
    label: str
    text: str


@dataclass(frozen=True)
class Table:
    """A printed table, read.

    `columns` are the headings of the columns of the sheet, `groups` the first column of the model to which each
    belongs: columns of one model (Direct, Indirect, Total of one fit; Mean and S.D. of one sample) count as one where
    a column is asked for. `dependents` are the explained variables printed over the columns. `marks` are cells that say
    yes or no, `blanks` how many cells of the body are empty, `unread` what holds digits and could not be read.
    """

    title: str
    entries: tuple[Entry, ...]
    facts: Facts = field(default_factory=Facts)
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    source: str = ""
    unread: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    dependents: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    blanks: int = 0

    def of(
        self, *roles: str, column: int | None = None, subject: str | None = None, panel: str | None = None
    ) -> tuple[Entry, ...]:
        """Return the entries of the roles, in the order of the table; `column` means all columns of its model."""
        return tuple(
            one
            for one in self.entries
            if one.role in roles
            and (column is None or self.group(one.column) == self.group(column))
            and (subject is None or one.subject == subject)
            and (panel is None or one.panel == panel)
        )

    def one(
        self, role: str, *, column: int | None = None, subject: str | None = None, panel: str | None = None
    ) -> Entry | None:
        """Return the entry of a role where there is exactly one, else None."""
        found = self.of(role, column=column, subject=subject, panel=panel)
        return found[0] if len(found) == 1 else None

    def columns_of(self, *roles: str) -> tuple[int, ...]:
        """Return the models in which any of the roles stands, each as its first column, from the left."""
        return tuple(sorted({self.group(one.column) for one in self.of(*roles)}))

    def group(self, column: int) -> int:
        """Return the first column of the model to which a column belongs."""
        return self.groups[column] if 0 <= column < len(self.groups) else column

    def dependent(self, column: int) -> str:
        """Return the explained variable printed over a column, "" where none is."""
        return self.dependents[column] if 0 <= column < len(self.dependents) else ""

    @property
    def starred(self) -> bool:
        """Return whether any entry carries stars."""
        return any(one.stars for one in self.entries)


@dataclass(frozen=True)
class Document:
    """The tables of a paper, in order."""

    tables: tuple[Table, ...]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)
