"""The folder in which verdicts are kept: where it is, that it is ours, what lies in it, and how it is emptied."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.files import PART, write_new

VARIABLE = "PANELKIT_CACHE"
OFF = "off"
MARK = "CACHEDIR.TAG"
FIRST = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# panelkit keeps verdicts here. The folder may be deleted at any time: `panelkit check --clear-cache`\n"
)
"""The sign by which programs that back up or search leave out caches, and by which we know ours."""
ENDING = ".verdicts"

_PART = ".panelkit-"


def cache_folder() -> Path | None:
    """Return the folder in which verdicts are kept: PANELKIT_CACHE or the user's cache folder; None: kept nowhere."""
    named = os.environ.get(VARIABLE)
    if named == OFF:
        return None
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("panelkit", appauthor=False) / "check"


def make(folder: Path) -> None:
    """Make the folder, with its mark, unless it is there.

    Raises
    ------
    DataError
        If something else is there, or others may write to it.
    OSError
        If it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_others(folder)
    if not is_marked(folder):
        part = folder / f"{_PART}{secrets.token_hex(6)}{PART}"
        write_new(part, FIRST)
        os.replace(part, folder / MARK)


def refuse_others(folder: Path) -> None:
    """Refuse a folder that holds other things than verdicts, or that others may write to: what is read is run.

    Raises
    ------
    DataError
        With what is wrong with it.
    """
    names = sorted(os.listdir(folder))  # before the mark: another run may be making it
    if not is_marked(folder):
        other = [name for name in names if name != MARK and not _is_ours(name)]
        if other or MARK in names:
            raise DataError(
                message(
                    "the folder {folder} is not a cache of panelkit (it holds {name}): name a new or an empty one by "
                    "{variable}",
                    folder=folder,
                    name=(other or [MARK])[0],
                    variable=VARIABLE,
                )
            )
    about = folder.stat()
    if hasattr(os, "getuid") and (
        about.st_uid != os.getuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise DataError(
            message(
                "the folder {folder} may be written to by others: `chmod go-w` makes it yours alone",
                folder=folder,
            )
        )


def is_marked(folder: Path) -> bool:
    """Return whether a folder has the mark of ours."""
    try:
        return (folder / MARK).read_bytes() == FIRST
    except FileNotFoundError:
        return False


def entries(folder: Path) -> Iterator[Path]:
    """Yield the files of verdicts in a folder; none where there is no folder."""
    if folder.is_dir():
        for name in sorted(os.listdir(folder)):
            path = folder / name
            if name.endswith(ENDING) and path.is_file() and not path.is_symlink():
                yield path


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, in a folder that is there; another run may write the same one."""
    part = path.with_name(f"{_PART}{secrets.token_hex(6)}{PART}")
    write_new(part, content)
    try:
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def clear(folder: Path) -> int:
    """Delete every file of verdicts, and the folder if nothing else is left in it; return how many they were.

    Raises
    ------
    DataError
        If the folder is not ours: nothing in it is touched.
    OSError
        If a file cannot be deleted.
    """
    if not folder.is_dir():
        return 0
    refuse_others(folder)
    found = list(entries(folder))
    parts = [folder / name for name in os.listdir(folder) if name.startswith(_PART) and name.endswith(PART)]
    for path in (*found, *parts, folder / MARK):
        path.unlink(missing_ok=True)
    if not os.listdir(folder):
        folder.rmdir()
    return len(found)


def trim(folder: Path, most: int) -> None:
    """Delete what has not been read for longest where all of it is larger than so many bytes."""
    about = sorted(((path, path.stat()) for path in entries(folder)), key=lambda item: item[1].st_mtime_ns)
    over = sum(item.st_size for _, item in about) - most
    for path, item in about:
        if over <= 0:
            return
        path.unlink(missing_ok=True)
        over -= item.st_size


def _is_ours(name: str) -> bool:
    return name.endswith(ENDING) or (name.startswith(_PART) and name.endswith(PART))
