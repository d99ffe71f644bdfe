"""A shelf of generated yearbook workbooks that together hold every shipped figure."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.figures import read_figures
from panelkit.data.yearbook.judge.guess import CELLS
from tests.yearbook.writers import NAMES

YEARS = 3
"""Years a workbook, so that each is long enough to tell its vintage."""


def write_shelf(folder: Path, count: int | None = None) -> list[Path]:
    """Write workbooks of `YEARS` years and one indicator each until `count`, or until all figures are written."""
    figures = read_figures(check=False)
    about = catalogue.facts()
    paths: list[Path] = []
    for (key, vintage), cells in figures.groupby(["indicator", "vintage"], sort=True):
        for chunk in _chunks(cells):
            path = folder / f"{key}.{vintage}.{chunk[0]}.xlsx"
            path.write_bytes(_workbook(about[str(key)], cells[cells["period"].isin(chunk)], chunk))
            paths.append(path)
            if len(paths) == count:
                return paths
    return paths


def _chunks(cells: pd.DataFrame) -> list[list[str]]:
    """Return the years of each workbook of a series; what is left over goes to the last where it is too short."""
    periods = sorted(set(cells["period"]))
    chunks = [periods[i : i + YEARS] for i in range(0, len(periods), YEARS)]
    if len(chunks) > 1 and cells["period"].isin(chunks[-1]).sum() < CELLS:
        chunks[-2:] = [chunks[-2] + chunks[-1]]
    return chunks


def _workbook(about: catalogue.Indicator, cells: pd.DataFrame, periods: list[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.append([f"3-7 各地区{about.name_zh}"])
    page.append([about.name_en])
    page.append([None] * (1 + len(periods)) + [f"单位：{about.unit}"])
    page.append(["地  区", "Region", *(f"{period}年" for period in periods)])
    values = {
        (int(a), str(p)): float(v)
        for a, p, v in zip(cells["adcode"], cells["period"], cells["value"], strict=True)
    }
    if about.scale_or_intensity == "scale":
        sums = [sum(v for (_, p), v in values.items() if p == period) for period in periods]
        page.append(["全  国", "National", *sums])
    for adcode, (_, chinese, english) in NAMES.items():
        page.append([chinese, english, *(values.get((adcode, period)) for period in periods)])
    page.append(["注：本表数据来自统计年鉴。"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
