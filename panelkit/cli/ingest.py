"""`panelkit ingest`: files of the statistics portal and of yearbooks into the user's store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._awaited import claims_record, print_claims
from panelkit.cli._commands import command
from panelkit.cli._named import Named
from panelkit.cli._options import Printed
from panelkit.cli._output import folder_out
from panelkit.cli._printing import print_json
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.data.yearbook.taken import IngestReport

app = typer.Typer(add_completion=False)


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
    that can be read goes in; for the others the report says why (exit status 2 where none could be read). A dry run of
    several files or a folder lists every file that would be refused (exit status 2 where there is one).
    文件要么全部导入，要么全不导入：出错时退出码为 2，并指明文件、工作表、行和列。导入文件夹时，能读的文件均予导入，
    其余逐一说明原因（全都不能读时退出码为 2）。以 --dry-run 试读多个文件或文件夹时，
    列出所有会被拒绝的文件（有则退出码为 2）。
    """
    if any(path.is_dir() for path in files):
        from panelkit.cli._ingested_folder import take_folder

        take_folder(files, named, printed, store, out, dry_run=dry_run, workers=workers)
        return
    if out is not None:
        raise SpecError(
            message("--out is for a folder of files: `panelkit ingest FOLDER --out {out}`", out=out)
        )
    from panelkit.data.yearbook.errors import YearbookError

    try:
        report = _run(files, named, printed, store=store, dry_run=dry_run)
    except (YearbookError, SpecError) as error:
        if printed.as_json:
            found = error.problems if isinstance(error, YearbookError) else ()
            record = {"error": error.text(printed.language), "problems": [p.record() for p in found]}
            print_json(record)
        raise
    if printed.as_json:
        print_json(report.as_dict() | claims_record(report, printed.language))
    else:
        from panelkit.cli._ingested import print_report

        print_report(report, printed.language, dry_run=dry_run)
        print_claims(report, printed.language)
    if report.refused:
        raise typer.Exit(2)


def _run(files: Sequence[Path], named: Named, printed: Printed, **options: Any) -> IngestReport:
    """Ingest the files, and say on the error stream how far it is where there are several."""
    from panelkit.cli._progress import FileProgress
    from panelkit.data.yearbook.ingest import ingest as run

    n = len(dict.fromkeys(files))
    with FileProgress(printed.language, quiet=printed.as_json or n < 2) as progress:
        report: IngestReport = run(files, advance=lambda: progress.advance(n), **named.arguments(), **options)
    return report
