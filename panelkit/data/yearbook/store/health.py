"""All that is wrong with a store, without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from panelkit.data.yearbook.store.head import HEAD, DamagedError, Head, RawFile, read_head
from panelkit.data.yearbook.store.levels import has_cities, level_folder
from panelkit.data.yearbook.store.mark import CITIES, Journal, has_checksum, is_marked, kind_of
from panelkit.data.yearbook.store.store import ALTERED, default_store, read_table
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.show.files import reason_of


@dataclass(frozen=True)
class StoreCheck:
    """What is wrong with a store, and what lies in its folder that is not its own.

    Attributes
    ----------
    problems : one message a damage; none where the store is whole.
    foreign : files and folders that no run of panelkit wrote; they are left alone.
    """

    store: Path
    files: int
    problems: tuple[Message, ...]
    foreign: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Return whether everything is as the store says."""
        return not self.problems


@offered("data", family="yearbook", result="StoreCheck", public=True)
def check_store(store: str | Path | None = None) -> StoreCheck:
    """Read all of a store, its part for cities with it, and say everything that is wrong; nothing is written.

    Raises
    ------
    DataError
        If the folder is not a store at all, or one of a later panelkit.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "province,year,indicator,value,unit\\n北京,2020,gdp,36000,亿元\\n上海,2020,gdp,38000,亿元\\n"
    >>> size = Path("figures.csv").write_text(text, encoding="utf-8")
    >>> report = pk.ingest(["figures.csv"], store="store", vintage="own")
    >>> health = pk.check_store("store")
    """
    folder = Path(store) if store is not None else default_store()
    found = _checked(folder)
    if not has_cities(folder):
        return found
    part = _checked(level_folder(folder, "city"))
    named = (message("{part}: {problem}", part=CITIES, problem=problem) for problem in part.problems)
    foreign = (
        *(name for name in found.foreign if name != CITIES),
        *(f"{CITIES}/{name}" for name in part.foreign),
    )
    return StoreCheck(folder, found.files + part.files, (*found.problems, *named), foreign)


def _checked(folder: Path) -> StoreCheck:
    problems: list[Message] = []
    try:
        kind = kind_of(folder)
    except DamagedError as error:
        kind = "old"
        problems.append(error.what)
    head: Head | None = None
    try:
        head = read_head(folder)
        if head is None and kind == "store" and Journal(folder).has_stood():
            problems.append(message("{head} is missing", head=HEAD))
    except DamagedError as error:
        problems.append(error.what)
    if head is not None:
        if is_marked(folder) and Journal(folder).disowns(head):
            problems.append(ALTERED)
        problems += _table_problems(folder, head)
        problems += [raw_problem(folder, file) for file in unlike(folder, head.files)]
    journal = Journal(folder)
    foreign = journal.foreign(head) if kind == "store" else ()
    unique = {str(note): note for note in problems}
    return StoreCheck(folder, len(head.files) if head else 0, tuple(unique.values()), tuple(foreign))


def unlike(folder: Path, files: Sequence[RawFile]) -> list[RawFile]:
    """Return the files that do not lie in the store as they came."""
    return [file for file in files if not has_checksum(folder / file.place, file.sha256)]


def raw_problem(folder: Path, file: RawFile) -> Message:
    """Return the problem of a raw file that is missing or altered."""
    if not (folder / file.place).exists():
        return message("{place} ({name}) is missing", place=file.place, name=file.name)
    return message(
        "{place} ({name}) was altered: it is not the file that was ingested",
        place=file.place,
        name=file.name,
    )


def _table_problems(folder: Path, head: Head) -> list[Message]:
    try:
        read_table(folder, head)
    except DamagedError as error:
        return [error.what]
    except OSError as error:
        return [message("{table} cannot be read ({strerror})", table=head.table, strerror=reason_of(error))]
    return []
