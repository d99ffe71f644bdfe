"""The cells of the files of one run together: a cell stands in them once, with the most decimals printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from panelkit.data.yearbook.errors import CellProblem
from panelkit.data.yearbook.judge.entries import FileRead, JudgedEntry
from panelkit.data.yearbook.judge.held import Held, is_equal, series_digits
from panelkit.data.yearbook.store.store import Key, StoredFigure
from panelkit.language.message import message


class Taken(Protocol):
    """A file as read and judged, with its entries after corrections."""

    @property
    def read(self) -> FileRead: ...

    @property
    def entries(self) -> Sequence[JudgedEntry]: ...

    @property
    def vintages(self) -> Mapping[str, str]:
        """Return indicator -> vintage."""


class Merged:
    """Cells by key, file after file; one that equals a held figure printed with more decimals keeps those."""

    def __init__(self, held: Held) -> None:
        self.cells: dict[Key, StoredFigure] = {}
        self._origin: dict[Key, tuple[JudgedEntry, int]] = {}
        self._held = held

    def add(self, one: Taken) -> list[CellProblem]:
        """Add a file's cells, or none of them where one contradicts a file before it; return the contradictions."""
        source = f"ingest:{one.read.sha256[:12]}"
        digits = {indicator: series_digits(values) for indicator, values in one.read.series().items()}
        problems: list[CellProblem] = []
        cells: dict[Key, StoredFigure] = {}
        origin: dict[Key, tuple[JudgedEntry, int]] = {}
        for entry in one.entries:
            key = (entry.adcode, entry.period, entry.indicator, one.vintages[entry.indicator])
            shown = digits[entry.indicator][entry.period]
            known = origin.get(key) or self._origin.get(key)
            if known is not None:
                before, printed = known
                if before.unit != entry.unit or not is_equal(before.value, entry.value, min(shown, printed)):
                    problems.append(_conflict(before, entry, key))
                if printed >= shown:
                    continue
            origin[key] = (entry, shown)
            cells[key] = (self._finer(float(entry.value), shown, key), entry.unit, source)
        if not problems:
            self._origin |= origin
            self.cells |= cells
        return problems

    def _finer(self, value: float, digits: int, key: Key) -> float:
        adcode, period, *series = key
        old = self._held.values.get((series[0], series[1]), {}).get((adcode, period))
        printed = self._held.digits.get((series[0], series[1]), {}).get(period, 0)
        return old if old is not None and printed > digits and is_equal(old, value, digits) else value


def _conflict(before: JudgedEntry, entry: JudgedEntry, key: Key) -> CellProblem:
    return CellProblem(
        entry.where,
        message(
            "{indicator} of {adcode} in {period} is {value} here and {before} in {there}, both as "
            "{vintage!r}: ingest them under different `--vintage` names",
            indicator=key[2],
            adcode=key[0],
            period=key[1],
            value=entry.value,
            before=before.value,
            there=before.where.said(),
            vintage=key[3],
        ),
    )
