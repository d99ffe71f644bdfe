"""What the caller says of a file of figures: the options of `panelkit ingest`, which `data diff` takes too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from panelkit.cli.store._options import LevelName
from panelkit.language.errors import SpecError
from panelkit.language.message import message


@dataclass(frozen=True)
class Named:
    """How files are read: what the caller says where they do not say it themselves, and which cells are wrong."""

    vintage: Annotated[
        str | None,
        typer.Option(
            "--vintage",
            help="Name for figures that belong to no held vintage. 为不属于任何已有版本的数据命名。",
        ),
    ] = None
    indicator: Annotated[
        list[str] | None,
        typer.Option(
            "--indicator",
            help="KEY for a file that names none, or LABEL=KEY; repeatable. "
            "文件未注明指标时写代码，或写 名称=代码，可重复。",
        ),
    ] = None
    province: Annotated[
        str | None,
        typer.Option("--province", help="Province of a file that names none. 文件未注明省份时的省份。"),
    ] = None
    year: Annotated[
        int | None,
        typer.Option("--year", help="Year of a table that names none. 表格未注明年份时的年份。"),
    ] = None
    sheet: Annotated[str | None, typer.Option("--sheet", help="Read this sheet only. 只读取该工作表。")] = (
        None
    )
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            help="NAME=ROLE of a tidy table: province, year, indicator, value, unit; repeatable. "
            "长表各列的角色：列名=角色，可重复。",
        ),
    ] = None
    unit: Annotated[
        list[str] | None,
        typer.Option(
            "--unit",
            help="Unit of the columns that have none printed, or NAME=UNIT; repeatable. "
            "未印单位的列的单位，或写 列名=单位，可重复。",
        ),
    ] = None
    rows: Annotated[
        list[str] | None,
        typer.Option(
            "--rows",
            help="Label of a row that is about no province: set apart and listed; repeatable. "
            "不属于任何省份的行的名称：另列，不导入，可重复。",
        ),
    ] = None
    place: Annotated[
        list[str] | None,
        typer.Option(
            "--place",
            help="NAME=PROVINCE of a misspelt name (FILE:NAME for one file); the store remembers it; repeatable. "
            "误印的名称=省份，只限一个文件时写 文件名:名称=省份；数据库会记住，可重复。",
        ),
    ] = None
    level: Annotated[
        LevelName | None,
        typer.Option(
            "--level",
            help="city: tables of cities, kept apart from provinces. city 表示读取城市表，与省份数据分开存放。",
        ),
    ] = None
    corrections: Annotated[
        Path | None,
        typer.Option(
            "--corrections", help="Corrections in place of the shipped ones. 代替随附更正表的更正文件。"
        ),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return the options as the arguments of `pk.ingest`."""
        return {
            "vintage": self.vintage,
            "indicator": told(self.indicator, "--indicator"),
            "province": self.province,
            "year": self.year,
            "sheet": self.sheet,
            "columns": _pairs(self.column or [], "--column"),
            "unit": told(self.unit, "--unit"),
            "skip_rows": self.rows or [],
            "places": _pairs(self.place or [], "--place"),
            "corrections": self.corrections,
            "level": "province" if self.level is None else self.level.level,
        }


def told(items: Sequence[str] | None, option: str) -> str | dict[str, str] | None:
    """Return one value for all, NAME=VALUE pairs as a mapping, None for nothing."""
    if not items:
        return None
    if len(items) == 1 and "=" not in items[0]:
        return items[0]
    return _pairs(items, option)


def _pairs(items: Sequence[str], option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in items:
        name, found, value = item.rpartition("=")
        if not found or not name or not value:
            raise SpecError(message("{option} {item!r}: write NAME=VALUE", option=option, item=item))
        pairs[name] = value
    return pairs
