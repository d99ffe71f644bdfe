"""Writing that a crash cannot tear: a temporary file in the same folder, then one replacement; one writer at a time."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from panelkit.show.files import PART, write_new

LOCK = ".lock"


def part_of(path: Path, token: str) -> Path:
    """Return the temporary file that stands in for a file while it is written."""
    return path.with_name(f"{path.name}.{token}{PART}")


def write_atomically(path: Path, content: bytes, token: str) -> None:
    """Write a file so that it is either the old or the new one at any moment, also after a loss of power."""
    part = part_of(path, token)
    write_new(part, content, sync=True)
    try:
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append(path: Path, content: bytes) -> None:
    """Add to the end of a file of one's own; a link, or a file that has a second name elsewhere, is left alone."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o666)
    with os.fdopen(handle, "r+b") as stream:
        about = os.fstat(handle)
        if about.st_nlink != 1:
            raise OSError(f"{path} has a second name elsewhere (a hard link)")
        stream.seek(0)
        start = b"\n" if about.st_size and not stream.read().endswith(b"\n") else b""
        stream.write(start + content)
        stream.flush()
        os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Let a folder's entries reach the disk, where the system knows how."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock; the system frees it when the process ends, however it ends."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    if os.path.lexists(folder / LOCK) and not stat.S_ISREG(os.lstat(folder / LOCK).st_mode):
        raise OSError(errno.EINVAL, "the lock is no plain file: remove it", str(folder / LOCK))
    with os.fdopen(os.open(folder / LOCK, flags, 0o666), "r+b") as handle:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
