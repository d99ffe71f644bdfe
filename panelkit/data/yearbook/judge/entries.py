"""What one file held once it is read: figures with names and final units, totals, and what was said beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from panelkit.data.yearbook.errors import Where, file_name
from panelkit.data.yearbook.judge.held import PlacePeriod
from panelkit.data.yearbook.layouts.reading import RowApart
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.language.message import Message
from panelkit.show.brief import Brief


@dataclass(frozen=True, slots=True)
class JudgedEntry(Brief):
    """One figure, named and in its final unit; `known` says whether the catalogue holds its indicator."""

    adcode: int
    period: str
    indicator: str
    value: Decimal
    unit: str
    where: Where
    known: bool


@dataclass(frozen=True, slots=True)
class Total:
    """A printed total of a region, in the unit of its indicator."""

    region: str
    entry: JudgedEntry


@dataclass(frozen=True)
class FileRead(Brief):
    """A file as read: its content, its figures, and what stood around them.

    `told` is what the caller said of it; of names of rows only those that it holds. `cities` names the cities that are
    not shipped, by their codes.
    """

    path: Path
    content: bytes = field(repr=False)
    sha256: str
    layout: str
    entries: tuple[JudgedEntry, ...] = field(repr=False)
    totals: tuple[Total, ...] = field(repr=False)
    apart: tuple[JudgedEntry, ...] = field(repr=False)
    rows_apart: tuple[RowApart, ...]
    missing: int
    footnotes: tuple[str, ...]
    notes: tuple[Message, ...]
    preliminary: tuple[str, ...] = ()
    cities: Mapping[int, str] = field(default_factory=dict)
    told: CallerSays = field(default_factory=CallerSays, kw_only=True)

    @property
    def name(self) -> str:
        """The file's name as text, also where its bytes are none."""
        return file_name(self.path.name)

    @property
    def suffix(self) -> str:
        """The ending of the file's name in small letters, short, and fit for any file system."""
        return re.sub(r"[^a-z0-9.]", "", self.path.suffix.lower())[:8]

    def series(self) -> dict[str, dict[PlacePeriod, Decimal]]:
        """Return indicator -> (adcode, period) -> value."""
        found: dict[str, dict[PlacePeriod, Decimal]] = {}
        for entry in self.entries:
            found.setdefault(entry.indicator, {})[entry.adcode, entry.period] = entry.value
        return found
