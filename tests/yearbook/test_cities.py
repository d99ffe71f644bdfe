"""A table of cities never becomes one of provinces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panelkit.data.yearbook.errors import YearbookError
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.read import CallerSays, Context, read_file
from tests.yearbook.writers import written

Reader = Callable[..., FileRead]
CITIES = ["北京", "天津", "石家庄", "太原", "呼和浩特", "上海", "重庆", "大连"]
HEAD: list[list[Any]] = [["11-3 主要城市生产总值(2021年)"], ["单位：亿元"], ["城市", "地区生产总值"]]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("ending", ["", "市"])
@pytest.mark.parametrize("apart", [(), ("石家庄", "太原", "呼和浩特", "大连")])
def test_cities_in_rows_are_refused(
    tmp_path: Path, blank: Context, kind: str, ending: str, apart: tuple[str, ...]
) -> None:
    table = [*HEAD, *([f"{name[0]} {name[1:]}{ending}", 5.5] for name in CITIES)]
    path = tmp_path / f"a.{kind}"
    path.write_bytes(written(table, kind))
    with pytest.raises(YearbookError, match="a table of cities") as caught:
        read_file(path, CallerSays(rows=apart), blank)
    assert "城市" in caught.value.text("zh")


def test_cities_across_and_in_an_export_are_refused(read_sheet: Reader) -> None:
    across = [["主要城市生产总值"], ["年份", *CITIES], [2021, *range(1, 9)]]
    export = [
        ["数据库：主要城市年度数据"],
        ["指标：地区生产总值(亿元)"],
        ["时间：2021年"],
        ["地区", "2021年"],
    ]
    tidy = [["地区", "年份", "gdp"], *([name, 2021, 5] for name in CITIES)]
    for table in (across, [*export, *([name, 5] for name in CITIES)], tidy):
        with pytest.raises(YearbookError, match="a table of cities"):
            read_sheet(table)


def test_provinces_beside_their_capitals_stay_provinces(read_sheet: Reader) -> None:
    capitals = {"北京": "北京", "河北": "石家庄", "山西": "太原", "辽宁": "沈阳"}
    beside = [*HEAD[:2], ["地区", "省会", "地区生产总值"], *([a, b, 5.5] for a, b in capitals.items())]
    assert {e.adcode for e in read_sheet(beside).entries} == {110000, 130000, 140000, 210000}
    planned = ["北京", "河北", "辽宁", "大连", "福建", "厦门"]
    budget = [*HEAD[:2], ["地区", "地区生产总值"], *([name, 5.5] for name in planned)]
    assert {e.adcode for e in read_sheet(budget).entries} == {110000, 130000, 210000, 350000}
