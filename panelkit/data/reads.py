"""What is read of the figures while somebody takes notes: the files, and of each series its years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Reads:
    """Files that were opened, and the years of each series (column, vintage) that went into a panel."""

    files: set[Path] = field(default_factory=set)
    years: dict[tuple[str, str], set[int]] = field(default_factory=dict)


_NOTES: ContextVar[Reads | None] = ContextVar("reads", default=None)


@contextmanager
def noting() -> Iterator[Reads]:
    """Note what is read inside the block and nowhere else; what was read before, and is remembered, is not."""
    notes = Reads()
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def note_file(path: Path) -> None:
    """Note that a file is read."""
    notes = _NOTES.get()
    if notes is not None:
        notes.files.add(path)


def note_years(vintages: Mapping[str, str], years: Iterable[int]) -> None:
    """Note the years of series, column -> vintage, that go into a panel."""
    notes = _NOTES.get()
    if notes is not None:
        span = set(years)
        for pair in vintages.items():
            notes.years.setdefault(pair, set()).update(span)
