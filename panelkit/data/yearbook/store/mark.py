"""The mark of a store: which folders are stores, and which files in them a store wrote.

`.panelkit-store` is written first, and only ever added to: a line of JSON for every file before it is written, and
for every change what the store then holds. What stands in no line is not the store's, and is never removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from panelkit.data.paths import shipped
from panelkit.data.wording import first_of
from panelkit.data.yearbook.store.atomic import LOCK, append, locked, part_of
from panelkit.data.yearbook.store.head import (
    FIGURES,
    HEAD,
    RAW,
    DamagedError,
    Head,
    RawFile,
    raw_file,
    read_head,
    wrong_record,
)
from panelkit.language.errors import DataError
from panelkit.language.message import message

MARK = ".panelkit-store"
FIRST = b"# panelkit store 1: a folder of panelkit's own; the lines below name the files that it wrote\n"
PARTS = (RAW, FIGURES)
CITIES = "cities"
"""The folder in a store that holds the figures of cities: a store of its own."""

_TABLE = re.compile(rf"{FIGURES}/[^/\\\x00]+")
_PART = re.compile(rf"(?:(?:{RAW}|{FIGURES})/)?[^/\\\x00]+\.[0-9a-f]{{12}}\.part")
_NAMED = re.compile(r"[0-9a-f]{64}(?:\.[^/\\]{0,7})?")
_CLUTTER = {LOCK, ".DS_Store", "Thumbs.db", "desktop.ini"}

Kind = Literal["absent", "empty", "store", "old"]


def kind_of(folder: Path) -> Kind:
    """Return what a folder is to a store; "old" is a store of a panelkit that set no mark.

    Raises
    ------
    DataError
        If the folder is not a store and may not become one: it holds other files, is a file, a link to nothing, a
        home folder, or holds the shipped figures. A damaged store without a mark is a `DamagedError`.
    """
    if folder.is_symlink() and not folder.exists():
        raise DataError(message("the store {folder} is a link to nothing: name a folder", folder=folder))
    if not folder.exists():
        _refuse_places(folder)
        return "absent"
    if not folder.is_dir():
        raise DataError(
            message(
                "the store {folder} cannot be made: a file of that name is there; name a new or empty folder",
                folder=folder,
            )
        )
    names = sorted(
        path.name for path in folder.iterdir()
    )  # before the mark: another run may be making the store
    if is_marked(folder):
        for part in PARTS:
            refuse_links(folder / part)
        return "store"
    others = [name for name in names if name not in _CLUTTER and not _is_begun(folder, name)]
    if not others:
        _refuse_places(folder)
        return "empty"
    if HEAD in others and _has_named(folder) and _is_old(folder):
        if MARK in others:
            raise DamagedError(folder, message("its mark {mark} was changed by hand", mark=MARK))
        for part in PARTS:
            refuse_links(folder / part)
        return "old"
    shown = first_of([*map(repr, others)], 3)
    raise DataError(
        message(
            "{folder} is no store of panelkit and is not empty (it holds {shown}): a store is made "
            "in a new or empty folder only, and nothing here was touched; name another folder with "
            "`--store DIR`",
            folder=folder,
            shown=shown,
        )
    )


def is_marked(folder: Path) -> bool:
    """Return whether a folder carries the mark of a store."""
    path = folder / MARK
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            return False
        with path.open("rb") as stream:
            return stream.read(len(FIRST)) == FIRST
    except FileNotFoundError:
        return False


def is_for_cities(folder: Path) -> bool:
    """Return whether a folder is the part for cities of the store around it, which that says."""
    above = folder.resolve().parent
    return folder.resolve().name == CITIES and is_marked(above) and Journal(above).has_cities()


def _is_begun(folder: Path, name: str) -> bool:
    """Return whether a name is a mark whose first line was cut by a crash."""
    path = folder / name
    if name != MARK or path.is_symlink() or not path.is_file():
        return False
    return path.stat().st_size < len(FIRST) and FIRST.startswith(path.read_bytes())


def _has_named(folder: Path) -> bool:
    """Return whether a file of a store lies under its checksum: `head.json` alone is a common name."""
    return any(_NAMED.fullmatch(path.name) for part in PARTS for path in _inside(folder / part))


def _is_old(folder: Path) -> bool:
    """Return whether a folder is a store without a mark: its head is whole, and so is the table that it names."""
    head = read_head(folder)
    if head is None or (folder / HEAD).is_symlink():
        return False
    if not has_checksum(folder / head.table, head.figures):
        raise DamagedError(folder, message("{table} is missing or was changed by hand", table=head.table))
    return True


def _refuse_places(folder: Path) -> None:
    place, data = folder.resolve(), shipped("data").resolve()
    home = Path(os.path.expanduser("~")).resolve()
    if place == home or place in home.parents:
        raise DataError(
            message(
                "the store {folder} cannot be made: it is the home folder or above it; name a folder in it",
                folder=folder,
            )
        )
    if place == data or data in place.parents or place in data.parents:
        raise DataError(
            message(
                "the store {folder} cannot be made: the shipped figures lie there; name another folder",
                folder=folder,
            )
        )


def refuse_links(part: Path) -> None:
    """Refuse a part of a store that is a link or a file.

    Raises
    ------
    DataError
        With the part, untouched.
    """
    if part.is_symlink() or (part.exists() and not part.is_dir()):
        raise DataError(
            message(
                "{part} is a link or a file, where the store keeps a folder of its own: nothing was "
                "touched; put the folder back, or name another store",
                part=part,
            )
        )


def has_checksum(path: Path, sha256: str) -> bool:
    """Return whether a path is a plain file (no link) with the stated bytes."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


@dataclass(frozen=True)
class Journal:
    """The mark's lines, and how they grow; to be used under the folder's lock."""

    folder: Path

    def start(self) -> None:
        """Write the mark; a store that has none yet has its files listed in it."""
        head = read_head(self.folder)
        (self.folder / MARK).unlink(missing_ok=True)
        append(self.folder / MARK, FIRST)
        if head is not None:
            wrote = [{"wrote": file.place, "sha256": file.sha256} for file in head.files]
            wrote.append({"wrote": head.table, "sha256": head.figures})
            self.add([*wrote, *_held(0, head), {"stands": head.figures}])

    def add(self, entries: Iterable[dict[str, Any]]) -> None:
        """Add lines, and let them reach the disk."""
        text = "".join(json.dumps(entry, ensure_ascii=True) + "\n" for entry in entries)
        append(self.folder / MARK, text.encode())

    def announce(self, head: Head, before: int, wrote: dict[str, str]) -> str:
        """Say what is about to be written and what the store holds then; return the token of temporary files.

        `before` counts the files that the store has held so far; `wrote` names each new file and its checksum.
        """
        token = secrets.token_hex(6)
        parts = [part_of(Path(name), token).as_posix() for name in (*wrote, HEAD)]
        lines: list[dict[str, Any]] = [{"part": name} for name in parts]
        lines += [{"wrote": name, "sha256": sha256} for name, sha256 in wrote.items()]
        last = next(iter(self.heads()), None)
        whole = last is not None and last.files[:before] == head.files[:before]
        self.add([*lines, *_held(before if whole else 0, head)])
        return token

    def entries(self) -> list[dict[str, Any]]:
        """Return the lines that can be read; one that a crash cut is none."""
        found = []
        for line in (self.folder / MARK).read_bytes().splitlines()[1:]:
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict):
                found.append(entry)
        return found

    def has_cities(self) -> bool:
        """Return whether the store has made a part for cities."""
        return any(entry.get("level") == "city" for entry in self.entries())

    def heads(self) -> list[Head]:
        """Return what the store held after each change, the last one first."""
        return self._heads(self.entries())[0]

    def _heads(self, entries: Iterable[dict[str, Any]]) -> tuple[list[Head], set[str]]:
        """Return what the store held, the last first, and the checksums of all its heads.

        What a damaged line makes unlike its checksum is left out.
        """
        files: list[RawFile] = []
        found: list[Head] = []
        sums: set[str] = set()
        for entry in entries:
            if type(entry.get("begin")) is int:
                files = files[: entry["begin"]]
            elif "file" in entry and not wrong_record(entry["file"]):
                rules, file = entry.get("corrections"), raw_file(entry["file"])
                files.append(replace(file, corrections=rules if isinstance(rules, list) else None))
            elif re.fullmatch(r"[0-9a-f]{64}", str(entry.get("figures"))):
                head = Head(entry["figures"], tuple(files))
                if entry.get("head", head.sha256) == head.sha256:
                    found.append(head)
                sums.add(str(entry.get("head", head.sha256)))
        return found[::-1], sums

    def disowns(self, head: Head) -> bool:
        """Return whether a head is none of those that the store wrote."""
        sums = self._heads(self.entries())[1]
        return bool(sums) and head.sha256 not in sums

    def has_stood(self) -> bool:
        """Return whether the store has ever had a head: it says so, or holds what no line of the mark names."""
        entries = self.entries()
        if any("stands" in entry for entry in entries):
            return True
        wrote = {str(entry.get("wrote")) for entry in entries}
        named = (p for part in PARTS for p in _inside(self.folder / part) if _NAMED.fullmatch(p.name))
        return any(path.relative_to(self.folder).as_posix() not in wrote for path in named)

    def sweep(self, head: Head) -> None:
        """Remove older tables that the store wrote, and leavings of runs that were killed; raw files stay."""
        kept = head.places() | {HEAD, MARK}
        for entry in self.entries():
            name, part = entry.get("wrote"), entry.get("part")
            if isinstance(name, str) and _TABLE.fullmatch(name) and name not in kept:
                if has_checksum(self.folder / name, str(entry.get("sha256"))):
                    (self.folder / name).unlink(missing_ok=True)
            elif isinstance(part, str) and _PART.fullmatch(part):
                path = self.folder / part
                if path.is_file() and not path.is_symlink():
                    path.unlink(missing_ok=True)

    def foreign(self, head: Head | None) -> list[str]:
        """Return what lies in the folder and is not the store's; it is left alone."""
        own = {str(entry.get(key)) for entry in self.entries() for key in ("wrote", "part")}
        own |= {*_CLUTTER, MARK, HEAD, *PARTS, *(head.places() if head else ())}
        paths = [*self.folder.iterdir(), *(p for part in PARTS for p in _inside(self.folder / part))]
        names = (path.relative_to(self.folder).as_posix() for path in paths)
        return sorted(name for name in names if name not in own)


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def _held(before: int, head: Head) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [{"begin": before}]
    for file in head.files[before:]:
        rules = None if file.corrections is None else [dict(rule) for rule in file.corrections]
        lines.append({"file": file.record(), "corrections": rules})
    return [*lines, {"figures": head.figures, "head": head.sha256}]


@contextmanager
def opened(folder: Path) -> Iterator[Journal]:
    """Hold a store for writing: the folder is checked, made, locked, checked again and marked.

    Raises
    ------
    DataError
        If it is not a store and may not become one.
    """
    kind_of(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        kind, journal = kind_of(folder), Journal(folder)
        if kind != "store":
            journal.start()
        for part in PARTS:
            (folder / part).mkdir(exist_ok=True)
        yield journal
