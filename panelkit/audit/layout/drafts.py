"""Entries while they are being read: numbers, and what turns out to belong to them further right or below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from panelkit.audit.entries import Attached, Entry, Meaning
from panelkit.audit.layout.grid import Cell
from panelkit.audit.printed import Bracket, Printed, plain, read_number

TESTS = frozenset(
    (
        *(
            "lm_lag",
            "lm_error",
            "robust_lm_lag",
            "robust_lm_error",
            "lm_sarma",
            "lm",
            "robust_lm",
            "lr",
            "wald",
        ),
        *("hausman", "ar1", "ar2", "hansen", "sargan", "f", "weak_f", "underidentified", "correlation"),
    )
)
"""Roles whose unnamed bracket is a p-value where it can be one."""
_DF = re.compile(r"(?:chi2?|χ2?|卡方)\^?2?\s*\((\d+)\)", re.I)
Shapes = dict[str, Meaning]


@dataclass
class Draft:
    """An entry that may still receive attached numbers and stars."""

    cell: Cell
    label: str
    heading: str
    panel: str
    role: str
    subject: str
    number: Printed
    stars: int = 0
    other: str = ""
    attached: list[Attached] = field(default_factory=list)

    def attach(self, cell: Cell, kind: Meaning, shapes: Shapes) -> None:
        """Attach the numbers of a cell, and its stars where the number has none of its own."""
        if cell.held.number is not None:
            self.attached.append(Attached(self.meaning(kind, cell.held.number), cell.held.number))
        self.attach_brackets(cell.held.brackets, kind, shapes)
        if not self.stars:
            self.stars = plain(cell.text).count("*")

    def attach_brackets(self, brackets: Iterable[Bracket], kind: Meaning, shapes: Shapes) -> None:
        """Attach the numbers of brackets: what the bracket, the row or column, the notes say that they are."""
        for bracket in brackets:
            if len(bracket.numbers) == 2:
                low, high = bracket.numbers
                self.attached += [Attached("low", low), Attached("high", high)]
                continue
            said: Meaning = kind if kind != "bracket" else shapes.get(bracket.shape, "bracket")
            if bracket.named and bracket.named != "ci":
                said = bracket.named
            self.attached.append(Attached(self.meaning(said, bracket.numbers[0]), bracket.numbers[0]))

    def meaning(self, kind: Meaning, number: Printed) -> Meaning:
        """Return the meaning of a bracket that nothing names: the p of a test where it can be one."""
        possible = 0.0 <= number.value <= 1.0 and not plain(number.text).startswith("-")
        return "p" if kind == "bracket" and self.role in TESTS and possible else kind

    def entry(self, table: int, stated: Meaning | None = None) -> Entry:
        """Return the entry; `stated` is what brackets hold that neither cell nor row nor column names."""
        named = stated if stated is not None and self.role not in TESTS else "bracket"
        attached = (replace(one, kind=named) if one.kind == "bracket" else one for one in self.attached)
        return Entry(
            table=table,
            row=self.cell.row,
            column=self.cell.column,
            label=self.label,
            heading=self.heading,
            panel=self.panel,
            role=self.role,
            subject=self.subject,
            number=self.number,
            stars=self.stars,
            attached=tuple(attached),
            other=self.other,
        )


def number_of(cell: Cell) -> tuple[Printed | None, tuple[Bracket, ...]]:
    """Return the number of a cell, and the brackets that belong to it: a lone bracket is itself the number."""
    if cell.held.number is not None:
        return cell.held.number, cell.held.brackets
    first = cell.held.brackets[0] if cell.held.brackets else None
    if first is None:
        return None, ()
    beyond = tuple(Bracket(first.shape, (end,)) for end in first.numbers[1:])
    return first.numbers[0], (*beyond, *cell.held.brackets[1:])


def can_be_p(number: Printed) -> bool:
    """Return whether a number can be a p-value."""
    return 0.0 <= number.value <= 1.0 and not number.text.strip().startswith(("-", "−"))


def df_named(draft: Draft) -> list[Draft]:
    """Return the degrees of freedom of a test that its cell names: "chi2(5) = 12.3"."""
    found = _DF.search(plain(draft.cell.name))
    number = read_number(found[1]) if found else None
    if number is None:
        return []
    return [replace(draft, role="df", subject=draft.role, number=number, stars=0, attached=[])]


def last_of(drafts: Sequence[Draft], place: int, **held: str) -> Draft | None:
    """Return the last entry of a column that has these values, None where none has."""
    same = [
        one
        for one in drafts
        if one.cell.column == place and all(getattr(one, name) == value for name, value in held.items())
    ]
    return same[-1] if same else None


def again(base: Draft, cell: Cell, shapes: Shapes) -> list[Draft]:
    """Return a number of the same kind below another: the second threshold of a double one."""
    number, rest = number_of(cell)
    if number is None:
        return []
    draft = replace(base, cell=cell, number=number, stars=cell.held.stars, attached=[])
    draft.attach_brackets(rest, "bracket", shapes)
    return [draft]


def left_of(drafts: Sequence[Draft], cell: Cell) -> Draft | None:
    """Return the test read last where it stands in the row of a cell."""
    last = drafts[-1] if drafts else None
    return last if last is not None and last.cell.row == cell.row and last.role in TESTS else None
