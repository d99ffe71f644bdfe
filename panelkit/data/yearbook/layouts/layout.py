"""What a layout is, and which there are: each is one file that offers itself to the register."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from panelkit.data.cities import Gazetteer
from panelkit.data.yearbook.files.grid import Grid
from panelkit.data.yearbook.layouts.reading import FileReading
from panelkit.data.yearbook.layouts.told import CallerSays
from panelkit.language.register import entries


class SheetLayout(ABC):
    """One way in which a table lies on a sheet; offered as a layout of the family "sheet".

    Attributes
    ----------
    order : layouts are asked in ascending order, and the first that knows a sheet reads it.
    """

    order: ClassVar[int]

    @staticmethod
    @abstractmethod
    def knows(grid: Grid, told: CallerSays) -> bool:
        """Return whether a sheet lies in this way."""

    @staticmethod
    @abstractmethod
    def read(grid: Grid, told: CallerSays) -> FileReading:
        """Return what stands on the sheet."""


class JsonLayout(ABC):
    """One shape of a JSON answer; offered as a layout of the family "json".

    Attributes
    ----------
    order : layouts are asked in ascending order; the last takes what the others do not know.
    """

    order: ClassVar[int]

    @staticmethod
    @abstractmethod
    def knows(text: str) -> bool:
        """Return whether a text is such an answer."""

    @staticmethod
    @abstractmethod
    def read(text: str, name: str, places: Gazetteer) -> FileReading:
        """Return what stands in the answer about some places; `name` is what messages call the file."""


def sheet_layouts() -> list[type[SheetLayout]]:
    """Return the layouts of sheets in the order in which they are asked."""
    return _in_order("sheet")


def json_layouts() -> list[type[JsonLayout]]:
    """Return the layouts of JSON answers in the order in which they are asked."""
    return _in_order("json")


def _in_order(family: str) -> list[Any]:
    found = [entry.load() for entry in entries("layout") if entry.family == family]
    return sorted(found, key=lambda layout: layout.order)
