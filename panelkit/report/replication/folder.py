"""A package takes its place whole or not at all, and takes the place of nothing that was not written here."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds anything but a package as it was written.

    Raises
    ------
    DataError
        With the files that stand in the way.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_symlink() or not folder.is_dir():
        raise DataError(message("{folder} is no folder: name a new or empty one", folder=str(folder)))
    held = files_of(folder)
    others = [name for name in held if name not in _unchanged(folder)]
    if others:
        raise DataError(
            message(
                "{folder} holds {files}, which no replication package wrote or which was changed since: name a new or "
                "empty folder; nothing was touched",
                folder=str(folder),
                files=first_of([*map(repr, others)], 3),
            )
        )


def _unchanged(folder: Path) -> set[str]:
    """Return the files of a package that are as they were written; none where the folder is no package."""
    if not set(files_of(folder)) >= _MARKS:
        return set()
    found = {SUMS}
    for line in (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        path = folder / name
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()) and digest_of(path) == digest:
            found.add(name)
    return found


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside the one that is wanted; it takes that place at the end, unless something is raised.

    Raises
    ------
    DataError
        If the place cannot be written, or holds what no package wrote.
    """
    refuse_foreign(folder)
    token = secrets.token_hex(6)
    part, old = (folder.absolute().with_name(f".panelkit-{token}.{end}") for end in ("part", "old"))
    try:
        part.mkdir(parents=True)
        try:
            yield part
            refuse_foreign(folder)
            if folder.exists():
                os.replace(folder, old)
            try:
                os.replace(part, folder)
            except OSError:
                if old.exists():
                    os.replace(old, folder)
                raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise DataError(
            message("{folder} cannot be written to: {why}", folder=str(folder), why=reason_of(error))
        ) from error
