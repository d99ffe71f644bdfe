"""A package takes its place whole or not at all, and takes the place of nothing that was not written here."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from panelkit.data.wording import first_of
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.report.replication.script import RESULTS, SCRIPT, SUMS
from panelkit.show.files import reason_of

_MARKS = {SUMS, RESULTS, SCRIPT}


def files_of(folder: Path) -> list[str]:
    """Return the files below a folder, by name."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_sums(folder: Path) -> None:
    """Write the hash of every file, as `sha256sum -c` reads it."""
    text = "".join(f"{digest_of(folder / name)}  {name}\n" for name in files_of(folder))
    (folder / SUMS).write_text(text, encoding="utf-8", newline="")


def refuse_foreign(folder: Path, apart: Path | None = None) -> None:
    """Refuse a folder that holds anything but a package as it was written, or `apart`.

    Raises
    ------
    DataError
        With the files that stand in the way.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_symlink() or not folder.is_dir():
        raise DataError(message("{folder} is no folder: name a new or empty one", folder=str(folder)))
    others = _foreign(folder, None if apart is None else apart.name)
    if others:
        raise DataError(
            message(
                "{folder} holds {files}, which no replication package wrote or which was changed since: name a new or "
                "empty folder; nothing was touched",
                folder=str(folder),
                files=first_of([*map(repr, others)], 3),
            )
        )


def _foreign(folder: Path, apart: str | None) -> list[str]:
    """Return what no package wrote or what was changed since; of a folder that is no package all that is in it."""
    top = sorted(path.name for path in folder.iterdir() if path.name != apart)
    if not set(top) >= _MARKS:
        return top
    mine = _unchanged(folder)
    return [name for name in files_of(folder) if name not in mine and name.split("/")[0] != apart]


def _unchanged(folder: Path) -> set[str]:
    """Return the files of a package that are as they were written."""
    found = {SUMS}
    for line in (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        path = folder / name
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()) and digest_of(path) == digest:
            found.add(name)
    return found


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder; it takes the place of the one that is wanted at the end, unless something is raised.

    It lies beside that place, or within where the place is there already: it may be the working directory, another
    disk, or all that may be written to.

    Raises
    ------
    DataError
        If the place cannot be written, or holds what no package wrote.
    """
    try:
        refuse_foreign(folder)
        there, name = folder.is_dir(), f".panelkit-{secrets.token_hex(6)}.part"
        part = folder / name if there else folder.absolute().with_name(name)
        absent = [path for path in part.parents if not path.exists()]
        part.mkdir(parents=True)
        try:
            yield part
            refuse_foreign(folder, part)
            if there:
                _fill(folder, part)
            else:
                os.replace(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
            with suppress(OSError):  # a parent that holds something stays
                for path in absent:
                    path.rmdir()
    except OSError as error:
        raise DataError(
            message("{folder} cannot be written to: {why}", folder=str(folder), why=reason_of(error))
        ) from error


def _fill(folder: Path, part: Path) -> None:
    """Put what is in `part` into the folder around it, in place of what was there; all is moved back if that fails."""
    old = part.with_suffix(".old")
    old.mkdir()
    moved: list[tuple[Path, Path]] = []
    try:
        kept = [path for path in folder.iterdir() if path not in (part, old)]
        for path, place in [*((one, old) for one in kept), *((one, folder) for one in part.iterdir())]:
            os.replace(path, place / path.name)
            moved.append((path, place / path.name))
    except BaseException:
        for path, place in reversed(moved):
            os.replace(place, path)
        old.rmdir()  # what could not be moved back stays in it
        raise
    shutil.rmtree(old, ignore_errors=True)
