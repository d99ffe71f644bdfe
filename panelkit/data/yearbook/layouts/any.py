"""A file to what one of the readers makes of it: by its kind, its sheets, and the layout of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from panelkit.data.yearbook.errors import Where, YearbookError, refuse
from panelkit.data.yearbook.files.decode import decode_text, text_grid
from panelkit.data.yearbook.files.grid import Grid, is_empty
from panelkit.data.yearbook.files.sheets import WorkbookReader
from panelkit.data.yearbook.files.sniff import sniff
from panelkit.data.yearbook.layouts.easyquery import read_easyquery
from panelkit.data.yearbook.layouts.pivot import is_damaged_pivot, is_pivot, read_pivot
from panelkit.data.yearbook.layouts.reading import Reading, joined
from panelkit.data.yearbook.layouts.tidy import is_tidy, read_tidy
from panelkit.data.yearbook.layouts.told import Told
from panelkit.data.yearbook.layouts.workbook import is_workbook_table, read_workbook
from panelkit.panel.provenance import Note


def read_layout(path: Path, content: bytes, told: Told, workbooks: WorkbookReader) -> Reading:
    """Return what stands in a file, by the reader of its layout.

    Raises
    ------
    YearbookError
        If no reader knows the layout, or the one that does finds anything wrong.
    """
    kind = sniff(content, path.name)
    if kind in ("text", "json"):
        text = decode_text(content, path.name)
        if kind == "json":
            reading = read_easyquery(text, path.name)
            return _not_empty(reading, path.name)
        grids = [text_grid(text, path.name)]
    else:
        grids = workbooks.read(content, kind, path.name)
    kept, notes = _sheets(grids, told, path.name)
    readings, skipped = [], []
    for grid in kept:
        reading_of_sheet = _read_grid(grid, told)
        if reading_of_sheet is None:
            skipped.append(grid.sheet)
        else:
            readings.append(reading_of_sheet)
            notes += _about_formats(grid)
    if not readings:
        hidden = [grid.sheet for grid in grids if grid.hidden and not any(grid is one for one in kept)]
        raise _no_table(path.name, hidden)
    notes += [
        Note(f"sheet {name!r} holds no table: skipped", f"工作表“{name}”中没有数据表：已跳过")
        for name in skipped
    ]
    reading = joined(readings)
    return _not_empty(replace(reading, notes=(*reading.notes, *notes)), path.name)


def _sheets(grids: list[Grid], told: Told, name: str) -> tuple[list[Grid], list[Note]]:
    """Return the sheets to read: the one that was asked for, or those that the workbook shows."""
    if told.sheet is None or not any(grid.sheet for grid in grids):
        notes = [
            Note(
                f"sheet {grid.sheet!r} is hidden: left out; `--sheet {grid.sheet}` reads it",
                f"工作表“{grid.sheet}”是隐藏的：未读入；如需读取请加 --sheet {grid.sheet}",
            )
            for grid in grids
            if grid.hidden and grid.rows
        ]
        return [grid for grid in grids if not grid.hidden], notes
    names = [grid.sheet for grid in grids]
    kept = [grid for grid in grids if grid.sheet == told.sheet]
    if not kept:
        raise refuse(
            Where(name),
            f"no sheet {told.sheet!r}; there are {', '.join(names)}",
            f"没有工作表“{told.sheet}”；现有：{'、'.join(names)}",
        )
    return kept, []


def _about_formats(grid: Grid) -> list[Note]:
    """Say what a person who looks at the sheet does not see, or what could not be seen."""
    notes = []
    if grid.unseen:
        notes.append(
            Note(
                f"{grid.where().en()}: hidden rows or columns ({grid.unseen}) are read like the others",
                f"{grid.where().zh()}：隐藏的行或列（{grid.unseen}）与其他行列一样读入",
            )
        )
    if grid.unstyled:
        notes.append(
            Note(
                f"{grid.where().en()}: number formats cannot be read; figures shown in % or in thousands are taken as "
                "they are stored",
                f"{grid.where().zh()}：无法读取数字格式；以%或千等显示的数值按存储值读入",
            )
        )
    return notes


def _no_table(name: str, hidden: list[str]) -> YearbookError:
    if hidden:
        return refuse(
            Where(name),
            f"no table is found on the sheets that the workbook shows; hidden sheets: {', '.join(hidden)}. Name one "
            "with `--sheet NAME` to read it",
            f"可见的工作表中没有数据表；隐藏的工作表：{'、'.join(hidden)}。请用 --sheet 指定",
        )
    return refuse(
        Where(name),
        "no table is found: neither a header row of the portal nor a column of provinces. A table of one province "
        "with years in its rows is read where the row of headers comes first: cut the title above it, write units "
        "behind the names, and give `--province NAME`",
        "找不到数据表：既没有门户导出的表头，也没有省份列。以年份为行的单省表格须以表头为第一行："
        "请删去其上的标题，把单位写在指标名称之后，并用 --province 指定省份",
    )


def _not_empty(reading: Reading, name: str) -> Reading:
    if not reading.figures:
        raise refuse(
            Where(name),
            f"the table is empty: {reading.missing} cells, all marked missing",
            f"表中没有数据：{reading.missing}个单元格均为缺失",
        )
    return reading


def _read_grid(grid: Grid, told: Told) -> Reading | None:
    used = tuple(
        (row, line) for row, line in zip(grid.rows, grid.lines, strict=True) if not all(map(is_empty, row))
    )
    if not used:
        return None
    if is_tidy(grid, told.columns):
        return read_tidy(grid, told.columns)
    if is_pivot(grid):
        return read_pivot(grid, year=told.year)
    if is_damaged_pivot(grid):
        raise refuse(
            grid.where(),
            "lines of a portal export, but no header row that starts with 地区, 指标 or 时间: the file is damaged",
            "有门户导出的文件头，却没有以“地区”“指标”或“时间”开头的表头行：文件已损坏",
        )
    if is_workbook_table(grid):
        return read_workbook(grid, year=told.year)
    return None
