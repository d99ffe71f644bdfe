"""Layouts are read from the register: a new one is one file that nothing else names."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from panelkit.data.yearbook.layouts import layout
from panelkit.data.yearbook.layouts.layout import json_layouts, sheet_layouts
from panelkit.data.yearbook.read import read_yearbook
from panelkit.language import register
from panelkit.language.offers import MARK, Entry

ONE_FILE = '''
"""Tables of the county bureau: a line `COUNTY BUREAU`, the year, then province and value."""

from decimal import Decimal

from panelkit.data.provinces import resolve
from panelkit.data.yearbook.files.grid import is_empty, shown
from panelkit.data.yearbook.layouts.layout import SheetLayout
from panelkit.data.yearbook.layouts.reading import Builder, PrintedFigure
from panelkit.language.offers import offered


@offered("layout", "bureau", family="sheet")
class Bureau(SheetLayout):
    """A table of the county bureau."""

    order = 5

    @staticmethod
    def knows(grid, told):
        """Return whether the first line names the bureau."""
        return shown(grid.cell(0, 0)) == "COUNTY BUREAU"

    @staticmethod
    def read(grid, told):
        """Return the figures."""
        builder = Builder("bureau")
        for row in range(2, len(grid.rows)):
            if is_empty(grid.cell(row, 0)):
                continue
            code = resolve([shown(grid.cell(row, 0))])[0]
            value = Decimal(shown(grid.cell(row, 1)))
            year = shown(grid.cell(1, 0))
            builder.figures.append(PrintedFigure(code, year, "mushrooms picked", "吨", value, grid.where(row, 1)))
        return builder.finish()
'''


def test_layouts_are_asked_in_their_stated_order() -> None:
    assert [one.__name__ for one in sheet_layouts()] == [
        "Tidy",
        "Listed",
        "Portal",
        "SeriesAcross",
        "YearsDown",
        "PlacesAcross",
        "YearsBeside",
        "Workbook",
    ]
    assert [one.__name__ for one in json_layouts()] == ["EasyQuery"]


def test_the_key_of_a_layout_is_what_its_readings_say(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("province,year,gdp (亿元)\n北京,1990,1\n", encoding="utf-8")
    assert read_yearbook(path).attrs["panelkit"]["layout"] in register.keys("layout")


def test_a_new_layout_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "panelkit.data.yearbook.layouts.bureau"
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(ONE_FILE, "bureau.py", "exec"), module.__dict__)
    offers: tuple[Entry, ...] = getattr(module.Bureau, MARK)
    monkeypatch.setattr(layout, "entries", lambda kind: (*register.entries(kind), *offers))
    path = tmp_path / "a.csv"
    path.write_text("COUNTY BUREAU,\n2020,\n北京,12.5\n天津,3\n", encoding="utf-8")
    table = read_yearbook(path)
    assert table.attrs["panelkit"]["layout"] == "bureau"
    assert table["value"].tolist() == [12.5, 3.0]
