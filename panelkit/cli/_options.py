"""Options that several commands share, and the groups in which commands take them.

A command takes a group by a parameter: `sample: Sample` (see `_commands.command`); `_chosen.py` reads what a group of
data options chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from panelkit.cli._output import folder_out, folder_with_figures, store_there
from panelkit.language.message import Language


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


LangOption = Annotated[
    Lang,
    typer.Option(
        "--lang",
        help="Language: en or zh; not given: PANELKIT_LANG, or en. "
        "语言：en 或 zh；省略时为环境变量 PANELKIT_LANG，默认 en。",
    ),
]
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
OwnWeightsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--w",
        help="With --data: weights between its units, a CSV, GAL or GWT file; repeatable (own, own_2, own_3). "
        "与 --data 合用：自备空间权重文件，可重复。",
    ),
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
        "起止年份；随附数据默认 2011-2022，自备数据默认全部。",
    ),
]
LagsOption = Annotated[
    Lags,
    typer.Option(
        "--lags",
        help="reach: lags and leads read years outside --years; within: those years count as absent. "
        "reach：滞后、前导项可取 --years 以外的年份；within：视为缺失。",
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
        "all、no_tibet 或以逗号分隔的省份；随附数据默认依指标体系。",
    ),
]
VintageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--vintage",
        help="indicator=vintage of the shipped figures, repeatable. 随附数据的版本：指标=版本，可重复。",
    ),
]
BesideOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        callback=store_there,
        help="A store whose figures stand over the shipped ones, indicators of your own among them. "
        "数据库文件夹：其中的数据（含自有指标）覆盖随附数据。",
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        callback=folder_with_figures,
        help="Write tables and figures to this folder. 输出表格与图形的文件夹。",
    ),
]
TablesOutOption = Annotated[
    Path | None,
    typer.Option("--out", callback=folder_out, help="Write the tables to this folder. 输出表格的文件夹。"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")]
SkipOption = Annotated[
    bool,
    typer.Option(
        "--skip-incomplete",
        help="Leave out units with a gap in their series; a note names them. 略去序列有缺失的个体，并在说明中列出。",
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed. 随机种子。")]


@dataclass(frozen=True)
class OwnFile:
    """A panel of the user's own."""

    data: DataOption = None
    unit: UnitOption = None
    time: TimeOption = None
    sheet: SheetOption = None


@dataclass(frozen=True)
class SampleOptions(OwnFile):
    """The rows of a regression."""

    years: YearsOption = None
    lags: LagsOption = Lags.reach
    where: WhereOption = None
    provinces: ProvincesOption = "all"
    vintage: VintageOption = None
    store: BesideOption = None


@dataclass(frozen=True)
class ShippedSample(SampleOptions):
    """The rows of a regression that has years of its own on the shipped figures."""

    years: ShippedYearsOption = None


@dataclass(frozen=True)
class DesignSample(OwnFile):
    """The rows of a composite index, whose design may name years and provinces."""

    years: YearsOption = None
    provinces: DesignProvincesOption = None
    where: WhereOption = None
    lags: ClassVar[None] = None
    vintage: ClassVar[None] = None
    store: ClassVar[None] = None


@dataclass(frozen=True)
class Output:
    """Where results go, and in which language."""

    out: OutOption = None
    as_json: JsonOption = False
    lang: LangOption = Lang.en

    @property
    def language(self) -> Language:
        """Return the language as every table takes it."""
        return self.lang.language


@dataclass(frozen=True)
class TablesOutput(Output):
    """Where results go that are tables alone."""

    out: TablesOutOption = None


@dataclass(frozen=True)
class Printed:
    """How a result that is only printed looks."""

    as_json: JsonOption = False
    lang: LangOption = Lang.en

    @property
    def language(self) -> Language:
        """Return the language as every table takes it."""
        return self.lang.language
