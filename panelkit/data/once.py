"""Read a file once for as long as it stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import NamedTuple, TypeVar

from panelkit.data.reads import note_file

_MOST = 2_000
"""Files remembered: the shipped figures, a second state of them beside, and room."""

Content = TypeVar("Content")


class State(NamedTuple):
    """What tells one state of a file from another without reading it."""

    changed: int
    size: int
    node: int


def state_of(path: Path) -> State:
    """Return the state of a file.

    Raises
    ------
    OSError
        If it cannot be looked at.
    """
    found = path.stat()
    return State(found.st_mtime_ns, found.st_size, found.st_ino)


def read_once(read: Callable[[Path], Content]) -> Callable[[Path], Content]:
    """Make a reader of files remember what it read; a file that has changed since is read again.

    What it returns is shared: the reader returns something that nobody changes. A file that cannot be looked at goes to
    the reader, which says what is wrong with it.
    """
    held: dict[Path, tuple[State, Content]] = {}

    @wraps(read)
    def remembered(path: Path) -> Content:
        note_file(path)
        try:
            now = state_of(path)
        except OSError:
            return read(path)
        found = held.get(path)
        if found is None or found[0] != now:
            found = now, read(path)
            while len(held) >= _MOST:
                held.pop(next(iter(held)), None)
            held[path] = found
        return found[1]

    return remembered
