"""`panelkit data export`: the figures, shipped and stored, as one long table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Lang, LangOption
from panelkit.cli._output import file_out
from panelkit.cli._printing import echo
from panelkit.cli.store._options import IndicatorOption, LevelName, LevelOption, StoreOption
from panelkit.language.errors import DataError
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example="data export --store figures --only-store --out figures.csv")
def export(
    store: StoreOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            callback=file_out,
            help="File to write; default: the terminal. 输出文件，默认输出到终端。",
        ),
    ] = None,
    indicator: IndicatorOption = None,
    vintage: Annotated[str | None, typer.Option("--vintage", help="Only this vintage. 仅限该版本。")] = None,
    only_store: Annotated[
        bool, typer.Option("--only-store", help="Without the shipped figures. 不含随附数据。")
    ] = False,
    level: LevelOption = LevelName.province,
    lang: LangOption = Lang.en,
) -> None:
    """Write the figures, shipped and stored, as one long CSV table. 导出长表。"""
    from panelkit.data.yearbook.store.definitions import store_figures
    from panelkit.data.yearbook.store.store import default_store
    from panelkit.show.files import csv_text

    folder = store or default_store()
    table = store_figures(folder, shipped=not only_store, level=level.level)
    if indicator:
        table = table[table["indicator"].isin(indicator)]
    if vintage is not None:
        table = table[table["vintage"] == vintage]
    if table.empty:
        raise DataError(
            message("no figures to export: the store {store} and the options leave none", store=folder)
        )
    text = csv_text(table)
    if out is None:
        sys.stdout.write(text)
        return
    _write(out, text)
    echo(message("{n} figures written to {path}", n=len(table), path=out), lang.language)


def _write(out: Path, text: str) -> None:
    from panelkit.show.files import reason_of, write_whole

    try:
        write_whole(out, text)
    except OSError as error:
        raise DataError(
            message("{path} cannot be written: {reason}", path=out, reason=reason_of(error))
        ) from error
