"""Sheets for tests of the layout: cells parted by |, and what is read in one line a number."""

from __future__ import annotations

from pathlib import Path

from panelkit.audit.entries import Entry, Table
from panelkit.audit.layout.read import read_table
from panelkit.audit.reading.sheet import Sheet, sheet_of

CASES = Path(__file__).with_name("cases")


def sheet(text: str, title: str = "", notes: tuple[str, ...] = ()) -> Sheet:
    """Return a sheet of lines whose cells are parted by |; \\n in a cell parts its lines."""
    rows = [
        [cell.strip().replace("\\n", "\n") for cell in line.split("|")]
        for line in text.strip("\n").split("\n")
    ]
    return sheet_of(rows, title=title, notes=notes)


def table(text: str, title: str = "", notes: tuple[str, ...] = ()) -> Table:
    return read_table(sheet(text, title, notes))


def line(entry: Entry) -> str:
    """Return an entry as text: place, section, role, subjects, number, stars, attached."""
    subjects = " / ".join(filter(None, (entry.subject, entry.other)))
    beside = " ".join(f"{one.kind}={one.number.text}" for one in entry.attached)
    section = f"<{entry.panel}> " if entry.panel else ""
    number = entry.number.text + "*" * entry.stars
    return f"{entry.row},{entry.column} {section}{entry.role} [{subjects}] {number} {beside}".rstrip()


def lines(table: Table) -> list[str]:
    """Return all entries, what was not read, and the columns that go together where any do."""
    groups = [str(group) for group in table.groups]
    together = [f"groups {' '.join(groups)}"] if len(set(groups)) < len(groups) else []
    return [*map(line, table.entries), *(f"unread {text}" for text in table.unread), *together]


def case(path: Path) -> tuple[Sheet, list[str]]:
    """Return a sheet from a file, and what is to be read."""
    text, _, due = path.read_text(encoding="utf-8").partition("\n====\n")
    body = text.split("\n")
    title = next((one[7:] for one in body if one.startswith("title: ")), "")
    notes = tuple(one[6:] for one in body if one.startswith("note: "))
    cells = [one for one in body if not one.startswith(("title: ", "note: ", "# "))]
    return sheet("\n".join(cells), title, notes), due.strip("\n").split("\n")
