"""Options that several commands share; `cli/_data.py` reads what they choose."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panelkit.cli._output import folder_out

if TYPE_CHECKING:
    from panelkit.results.fit import Language


class Lang(StrEnum):
    """The languages that panelkit speaks."""

    en = "en"
    zh = "zh"

    @property
    def language(self) -> Language:
        """Return the language as every table takes it."""
        return self.value


class Lags(StrEnum):
    """Whether lags and leads read years outside `--years`."""

    reach = "reach"
    within = "within"


LangOption = Annotated[Lang, typer.Option("--lang", help="Language: en or zh. 语言：en 或 zh。")]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="A CSV, Excel or Stata file of your own. 自备数据文件。")
]
UnitOption = Annotated[
    str | None, typer.Option("--unit", help="The unit column of --data. 自备数据的个体列。")
]
TimeOption = Annotated[
    str | None, typer.Option("--time", help="The time column of --data. 自备数据的时间列。")
]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", help="The sheet of an Excel file in --data. Excel 工作表。")
]
YearsOption = Annotated[
    str | None,
    typer.Option(
        "--years",
        help="First and last year of the sample: 2011-2022; lags still read the years before. "
        "起止年份，滞后项可取此前年份。",
    ),
]
ShippedYearsOption = Annotated[
    str | None,
    typer.Option(
        "--years",
        help="First and last year of the sample; the shipped figures: 2011-2022 unless given, --data: all. "
        "起止年份；所附数据默认 2011-2022，自备数据默认全部。",
    ),
]
LagsOption = Annotated[
    Lags,
    typer.Option(
        "--lags",
        help="reach: lags and leads read years outside --years; within: those years count as absent. "
        "reach：滞后、前置项可取 --years 以外的年份；within：视为缺失。",
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        help="Rows of the sample, chosen after lags: \"year >= 2011 & province != '西藏'\". 样本条件，在滞后之后生效。",
    ),
]
ProvincesOption = Annotated[
    str,
    typer.Option(
        "--provinces",
        help="all, no_tibet, or names by commas; also of --data whose units are provinces. "
        "all、no_tibet 或以逗号分隔的省份，亦用于自备省级数据。",
    ),
]
DesignProvincesOption = Annotated[
    str | None,
    typer.Option(
        "--provinces",
        help="all, no_tibet, or names by commas; the shipped figures: as the design says unless given. "
        "all、no_tibet 或以逗号分隔的省份；所附数据默认依指标体系。",
    ),
]
VintageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--vintage",
        help="indicator=vintage of the shipped figures, repeatable. 所附数据的版本：指标=版本，可重复。",
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", callback=folder_out, help="Write tables and figures to this folder. 输出文件夹。"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")]


def terminal_width(most: int = 100) -> int:
    """Return the columns of the terminal, at most `most`: what a file or a pipe gets."""
    return min(most, shutil.get_terminal_size((most, 24)).columns)


@contextmanager
def narrow_terminal(most: int = 100) -> Iterator[int]:
    """Let plain text of results keep to the terminal inside the block, where it has fewer than `most` columns."""
    from panelkit.show.plain import columns_of_terminal

    width = terminal_width(most)
    with columns_of_terminal(width) if width < most else nullcontext():
        yield width
