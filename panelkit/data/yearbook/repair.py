"""A damaged store built again from its own record and from the files as they came."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from panelkit.data.cities import Level
from panelkit.data.yearbook.reread import read_all_again, with_corrections, with_vintages
from panelkit.data.yearbook.store.atomic import locked
from panelkit.data.yearbook.store.head import FIGURES, HEAD, RAW, DamagedError, Head, RawFile, read_head
from panelkit.data.yearbook.store.health import raw_problem, unlike
from panelkit.data.yearbook.store.levels import has_cities, level_folder
from panelkit.data.yearbook.store.mark import (
    MARK,
    PARTS,
    Journal,
    has_checksum,
    is_for_cities,
    is_marked,
    kind_of,
)
from panelkit.data.yearbook.store.store import (
    as_cells,
    default_store,
    put,
    read_table,
    set_aside,
    table_bytes,
)
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import Message, message, sentences
from panelkit.language.offers import offered

_UNKNOWN = "0" * 64
_NAMED = re.compile(r"([0-9a-f]{64})((?:\.[^/\\]{0,7})?)")


@dataclass(frozen=True)
class StoreRepair:
    """What was mended, and what could not be.

    Attributes
    ----------
    done : what was done, a message each; none where the store was whole.
    lost : what is not in the store any more, or lies in it altered, with the remedy.
    """

    store: Path
    files: int
    done: tuple[Message, ...]
    lost: tuple[Message, ...]


@offered("data", family="yearbook", result="StoreRepair", public=True)
def repair_store(store: str | Path | None = None) -> StoreRepair:
    """Mend a store: its head from what it wrote of itself, its figures from the raw files that are unaltered.

    Its part for cities is mended with it. Raw files are taken by their checksums only. What stands in the way is set
    aside under another name (`.aside1`), never removed; a file that was altered or is missing is named, with the
    remedy.

    Raises
    ------
    DataError
        If the folder is no store, a later panelkit wrote it, or nothing in it can be mended; it is then as before.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "province,year,indicator,value,unit\\n北京,2020,gdp,36000,亿元\\n上海,2020,gdp,38000,亿元\\n"
    >>> size = Path("figures.csv").write_text(text, encoding="utf-8")
    >>> report = pk.ingest(["figures.csv"], store="store", vintage="own")
    >>> mended = pk.repair_store("store")
    """
    folder = Path(store) if store is not None else default_store()
    if not has_cities(folder):
        return _repaired(folder, "city" if is_for_cities(folder) else "province")
    part = _repaired(level_folder(folder, "city"), "city")
    if read_head(folder) is None and not Journal(folder).has_stood():
        return replace(part, store=folder)
    own = _repaired(folder, "province")
    return StoreRepair(folder, own.files + part.files, own.done + part.done, own.lost + part.lost)


def _repaired(folder: Path, level: Level) -> StoreRepair:
    try:
        if kind_of(folder) in ("absent", "empty"):
            raise DataError(message("the store {folder} is empty: there is nothing to mend", folder=folder))
    except DamagedError:
        pass
    except DataError:
        if not _named_raw(folder):
            raise
    try:
        with locked(folder):
            return _Repair(folder, level).run()
    except OSError as error:
        raise DataError(
            message("the store {folder} cannot be mended: {error}", folder=folder, error=str(error))
        ) from error


@dataclass
class _Repair:
    """One repair, under the folder's lock."""

    folder: Path
    level: Level
    done: list[Message] = field(default_factory=list)
    lost: list[Message] = field(default_factory=list)
    anew: bool = False

    def run(self) -> StoreRepair:
        """Find the best account of the store, and make the store what it says."""
        head = self._head()
        altered = unlike(self.folder, head.files)
        figures = self._figures(head)
        files = head.files
        if figures is None:
            whole = [file for file in files if file not in altered]
            if not whole:
                raise DataError(
                    message(
                        "the store {folder} cannot be mended: its figures are damaged, and none of its raw files "
                        "is there as it came. Nothing was changed; ingest the files again into another folder",
                        folder=self.folder,
                    )
                )
            files, figures = self._rebuilt(whole)
            self._compare(head, files, figures)
        for file in altered:
            self._lose(file, kept=file in files)
        if self.anew:
            self.lost += _unnamed(self.folder, head)
        self._write(files, figures)
        return StoreRepair(self.folder, len(files), tuple(self.done), tuple(self.lost))

    def _head(self) -> Head:
        """Return what the store held by `head.json`, else by the mark's lines, else by the raw files themselves."""
        candidates = Journal(self.folder).heads() if is_marked(self.folder) else []
        with suppress(DamagedError):
            head = read_head(self.folder)
            if head is not None:
                return self._with_record(head, candidates)
        best = next(
            (one for one in candidates if not unlike(self.folder, one.files) and self._holds(one)), None
        )
        best = best or next((one for one in candidates if self._holds(one)), None)
        self.anew = True
        if best is None and candidates and len(self._whole_tables()) != 1:
            best = candidates[0]
        if best is not None:
            self.done.append(
                message(
                    "{head} is written again from the store's own record of {count} file(s)",
                    head=HEAD,
                    count=len(best.files),
                )
            )
            return best
        return self._head_of_raw({file.sha256: file for one in reversed(candidates) for file in one.files})

    def _whole_tables(self) -> list[Head]:
        tables = [path.stem for path in _files(self.folder / FIGURES) if path.suffix == ".csv"]
        whole = [Head(stem, ()) for stem in tables if re.fullmatch(r"[0-9a-f]{64}", stem)]
        return [one for one in whole if self._holds(one)]

    def _with_record(self, head: Head, candidates: Sequence[Head]) -> Head:
        """Return a readable head with what the record adds: which table is whole, and which corrections were made."""
        if is_marked(self.folder) and Journal(self.folder).disowns(head):
            same = next((one for one in candidates if one.figures == head.figures), None)
            same = same or next((one for one in candidates if one.files == head.files), None)
            sound = self._holds(head) and not unlike(self.folder, head.files)
            found = same or (None if sound else next((one for one in candidates if self._holds(one)), None))
            if found is not None:
                self.done.append(
                    message(
                        "{head} was changed by hand: it is written again from the store's own record",
                        head=HEAD,
                    )
                )
                head = found
            else:
                self.done.append(
                    message(
                        "{head} is not what the mark {mark} says; it is recorded as it is",
                        head=HEAD,
                        mark=MARK,
                    )
                )
        files = with_corrections(head.files, candidates)
        if not self._holds(head):
            whole = (one for one in candidates if one.files == head.files and self._holds(one))
            found = next(whole, None)
            if found is not None:
                self.done.append(message("{head} names {table} again", head=HEAD, table=found.table))
                head = found
        return replace(head, files=files)

    def _head_of_raw(self, known: Mapping[str, RawFile]) -> Head:
        files = [known.get(file.sha256, file) for file in _named_raw(self.folder)]
        if not files:
            raise DataError(
                message(
                    "{folder} cannot be mended: there is neither a readable {head}, nor a record of the "
                    "store's own, nor a raw file under its checksum; if this is a store at all, ingest its "
                    "files into another folder",
                    folder=self.folder,
                    head=HEAD,
                )
            )
        self.done.append(
            message(
                "{head} is written again from {count} raw file(s); names and options of that time are lost",
                head=HEAD,
                count=len(files),
            )
        )
        whole = self._whole_tables()
        if len(whole) != 1:
            return Head(_UNKNOWN, tuple(files))
        figures = read_table(self.folder, whole[0])
        named = (file if file.vintages else with_vintages(file, figures) for file in files)
        return Head(whole[0].figures, tuple(named))

    def _holds(self, head: Head) -> bool:
        return self._table(head) is not None

    def _table(self, head: Head) -> pd.DataFrame | None:
        if (self.folder / FIGURES).is_symlink():
            return None
        with suppress(DamagedError, OSError):
            return read_table(self.folder, head)
        return None

    def _figures(self, head: Head) -> pd.DataFrame | None:
        """Return the table of figures where it is what the head says."""
        found = self._table(head)
        if found is None:
            self.done.append(
                message(
                    "{table} is missing or damaged: the figures are read again from the raw files",
                    table=head.table,
                )
            )
        return found

    def _rebuilt(self, files: Sequence[RawFile]) -> tuple[tuple[RawFile, ...], pd.DataFrame]:
        """Read the raw files again, in their order, each into the vintages that it was stored under."""
        taken, figures, lost = read_all_again(self.folder, files, self.level)
        self.lost += [_unread(file, error) for file, error in lost]
        if not taken:
            raise DataError(
                message(
                    "the store {folder} cannot be mended, and is as before: {lost}",
                    folder=self.folder,
                    lost=sentences(self.lost),
                )
            )
        return taken, figures

    def _compare(self, head: Head, files: tuple[RawFile, ...], figures: pd.DataFrame) -> None:
        """Say whether all files that were read again give the very figures that the store held."""
        again = hashlib.sha256(table_bytes(as_cells(figures))).hexdigest()
        if files == head.files and head.figures not in (again, _UNKNOWN):
            self.done.append(
                message(
                    "the table read again is not byte for byte the one of then (another version of panelkit "
                    "wrote it, or a file was taken in more than once)"
                )
            )

    def _lose(self, file: RawFile, *, kept: bool) -> None:
        figures = (
            message("its figures stay as they were read")
            if kept
            else message("its figures are no longer in the store")
        )
        self.lost.append(
            message(
                "{problem}: {figures}; ingest the original of {name!r} again to put it back",
                problem=raw_problem(self.folder, file),
                figures=figures,
                name=file.name,
            )
        )

    def _write(self, files: tuple[RawFile, ...], figures: pd.DataFrame) -> None:
        for part in PARTS:
            place = self.folder / part
            if place.is_symlink() or not place.is_dir():
                set_aside(place)
            place.mkdir(exist_ok=True)
        try:
            read_head(self.folder)
        except DamagedError:
            set_aside(self.folder / HEAD)
        journal = Journal(self.folder)
        if not is_marked(self.folder):
            set_aside(self.folder / MARK)
            journal.start()
            self.done.append(message("the mark {mark} is written", mark=MARK))
        put(journal, files, as_cells(figures), {}, 0)


def _named_raw(folder: Path) -> list[RawFile]:
    """Return the raw files that lie under their own checksum."""
    return [
        RawFile(match[1], path.name, path.stat().st_size, match[2], "", {}, {})
        for path in _files(folder / RAW)
        if (match := _NAMED.fullmatch(path.name)) and has_checksum(path, match[1])
    ]


def _unnamed(folder: Path, head: Head) -> list[Message]:
    """Return a note on every raw file under its checksum that a head written anew does not name."""
    places = [file.place for file in _named_raw(folder) if file.place not in head.places()]
    return [
        message(
            "{place} is there as it came, but no record says what was read from it, and its figures "
            "are not in the store: ingest it again, with the options it needs",
            place=place,
        )
        for place in places
    ]


def _files(folder: Path) -> list[Path]:
    """Return the plain files of a folder that is no link, by name."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())


def _unread(file: RawFile, error: PanelkitError) -> Message:
    return message(
        "{place} ({name}) cannot be read again, and its figures are no longer in the store ({error}); ingest it anew: "
        "`panelkit ingest` with the options it needs",
        place=file.place,
        name=file.name,
        error=error.said,
    )
