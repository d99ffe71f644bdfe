"""`panelkit ingest`: files of the statistics portal and of yearbooks into the user's store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._output import folder_out
from panelkit.cli._printing import print_json
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.data.yearbook.ingest import IngestReport

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Named:
    """What the caller says of files that do not say it themselves."""

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


@command(app, example="ingest portal.csv --store figures --vintage own --dry-run")
def ingest(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files as downloaded. 下载的原始文件。")
    ],
    named: Named,
    printed: Printed,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            help="Folder of the store; default: the user's data folder. 数据库所在文件夹，默认为用户数据文件夹。",
        ),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            "--corrections", help="Corrections in place of the shipped ones. 代替所附更正表的更正文件。"
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and judge; write nothing. 只读取和判断，不写入。")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=folder_out,
            help="Of a folder: write ingested.csv and ingested.html, a line a file, there. "
            "导入整个文件夹时，逐文件报告（CSV、HTML）的输出文件夹。",
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", help="Of a folder: workbooks opened at a time. 导入文件夹时同时打开的工作簿数。"
        ),
    ] = 2,
) -> None:
    """Take files, or a whole folder of them, into the store; say what is new. 导入文件或整个文件夹，说明新增与修订。

    All files go in, or none: exit status 2 and one message with file, sheet, row and column. Of a folder every file
    that can be read goes in; for the others the report says why (exit status 2 where none could be read).
    文件要么全部导入，要么全不导入：出错时退出码为 2，并指明文件、工作表、行和列。导入文件夹时，能读的文件均予导入，
    其余逐一说明原因（全都不能读时退出码为 2）。
    """
    if any(path.is_dir() for path in files):
        from panelkit.cli._ingested_folder import take_folder

        take_folder(files, named, printed, store, corrections, out, dry_run=dry_run, workers=workers)
        return
    if out is not None:
        raise SpecError(
            message("--out is for a folder of files: `panelkit ingest FOLDER --out {out}`", out=out)
        )
    from panelkit.data.yearbook.errors import YearbookError

    try:
        report = _run(
            files, named, quiet=printed.as_json, store=store, corrections=corrections, dry_run=dry_run
        )
    except (YearbookError, SpecError) as error:
        if printed.as_json:
            found = error.problems if isinstance(error, YearbookError) else ()
            record = {"error": error.text(printed.language), "problems": [p.record() for p in found]}
            print_json(record, allow_nan=True)
        raise
    if printed.as_json:
        print_json(report.as_dict())
        return
    from panelkit.cli._ingested import print_report

    print_report(report, printed.language, dry_run=dry_run)


def _run(files: Sequence[Path], named: Named, *, quiet: bool, **options: Any) -> IngestReport:
    """Ingest the files, with a bar on the error stream where there are several."""
    from rich.console import Console
    from rich.progress import Progress

    from panelkit.data.yearbook.ingest import ingest as run

    told: dict[str, Any] = {
        "vintage": named.vintage,
        "indicator": _told(named.indicator, "--indicator"),
        "province": named.province,
        "year": named.year,
        "sheet": named.sheet,
        "columns": _pairs(named.column or [], "--column"),
        "unit": _told(named.unit, "--unit"),
        "skip_rows": named.rows or [],
        "places": _pairs(named.place or [], "--place"),
    }
    errors = Console(stderr=True)
    hidden = quiet or len(files) < 2 or not errors.is_terminal
    with Progress(console=errors, transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=len(files))
        report: IngestReport = run(files, advance=lambda: progress.advance(task), **told, **options)
    return report


def _told(items: Sequence[str] | None, option: str) -> str | dict[str, str] | None:
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
