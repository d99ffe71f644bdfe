"""`panelkit store`, and `panelkit data diff` and `export`: what the store holds and what it changes."""

from __future__ import annotations

import json
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._options import Lang, LangOption
from panelkit.cli._output import file_out
from panelkit.data.yearbook.store.head import DamagedError
from panelkit.language.errors import DataError
from panelkit.language.message import sentences

app = typer.Typer(add_completion=False)

_SHOWN = 20
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "counts": "{new} new, {gone} gone, {revised} revised, {unchanged} unchanged",
        "more": "... and {n} more (`--all` or `--json`)",
        "status": "status",
        "new": "new",
        "gone": "gone",
        "revised": "revised",
        "headers": "indicator province period status old new change",
        "written": "{n} figures written to {path}",
        "empty": "the store {store} is empty: `panelkit ingest FILE...` fills it",
        "whole": "the store {store} is whole: {n} file(s), every checksum right",
        "foreign": "not the store's, left alone: {names}",
        "mended": "the store {store} holds {n} file(s)",
    },
    "zh": {
        "counts": "新增{new}，消失{gone}，修订{revised}，未变{unchanged}",
        "more": "……另有{n}处（用 --all 或 --json）",
        "status": "状态",
        "new": "新增",
        "gone": "消失",
        "revised": "修订",
        "headers": "指标 省份 时期 状态 原值 新值 变化",
        "written": "已将{n}个数值写入{path}",
        "empty": "{store}为空：请先用 panelkit ingest 导入文件",
        "whole": "{store}完好：{n}个文件，校验和全部正确",
        "foreign": "不属于库的文件，未作改动：{names}",
        "mended": "{store}现有{n}个文件",
    },
}


def _there(path: Path | None) -> Path | None:
    """Refuse a folder that is not there: a store that is read is no new one (callback of an option)."""
    if path is not None and not path.is_dir():
        what = "that is no folder" if path.exists() else "no folder of that name is there"
        raise DataError(f"--store {path}: {what}; `panelkit ingest FILE... --store DIR` makes a store")
    return path


StoreOption = Annotated[
    Path | None,
    typer.Option("--store", callback=_there, help="Folder of the store; default: the user's data folder."),
]
IndicatorOption = Annotated[
    list[str] | None, typer.Option("--indicator", help="Only these indicators; repeatable.")
]


FolderArgument = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", callback=_there, help="The same as `--store DIR`.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def list_files(
    ctx: typer.Context,
    store: StoreOption = None,
    as_json: AsJson = False,
    lang: LangOption = Lang.en,
) -> None:
    """List the files of the store and their vintages; `check` and `repair` it. 列出库中的文件；检查、修复。"""
    from panelkit.data.yearbook.store.store import default_store, read_store

    ctx.obj = store
    if ctx.invoked_subcommand is not None:
        return
    folder = store or default_store()
    state = read_store(folder)
    if as_json:
        typer.echo(json.dumps([file.record() for file in state.files], ensure_ascii=False, indent=2))
        return
    if not state.files:
        typer.echo(_WORDS[lang.value]["empty"].format(store=folder))
    for file in state.files:
        vintages = ", ".join(sorted(set(file.vintages.values())))
        keys = list(file.vintages)
        rest = f", ... (+{len(keys) - _SHOWN})" if len(keys) > _SHOWN else ""
        line = f"{file.sha256[:12]}  {file.name}  {vintages}: {', '.join(keys[:_SHOWN])}{rest}"
        typer.echo("".join(c if c.isprintable() else repr(c)[1:-1] for c in line))


@app.command()
def check(
    ctx: typer.Context,
    folder: FolderArgument = None,
    store: StoreOption = None,
    as_json: AsJson = False,
    lang: LangOption = Lang.en,
) -> None:
    """Read all of the store and say everything that is wrong with it; exit status 2 if anything is. 检查。"""
    from panelkit.data.yearbook.store.health import check_store

    found = check_store(store or folder or ctx.obj)
    words = _WORDS[lang.value]
    problems = [note.text(lang.language) for note in found.problems]
    if as_json:
        record = {"store": str(found.store), "files": found.files, "whole": found.whole}
        record |= {"problems": problems, "foreign": list(found.foreign)}
        typer.echo(json.dumps(record, ensure_ascii=False, indent=2))
    elif found.whole:
        typer.echo(words["whole"].format(store=found.store, n=found.files))
    if found.foreign and not as_json:
        names = ", ".join(found.foreign[:_SHOWN])
        typer.echo(words["foreign"].format(names=names + (", ..." if len(found.foreign) > _SHOWN else "")))
    if not found.whole:
        raise DamagedError(found.store, sentences(found.problems))


@app.command()
def repair(
    ctx: typer.Context,
    folder: FolderArgument = None,
    store: StoreOption = None,
    as_json: AsJson = False,
    lang: LangOption = Lang.en,
) -> None:
    """Mend the store from its raw files; exit status 2 if a file is altered or lost, which is then named. 修复。"""
    from panelkit.data.yearbook.repair import repair_store

    found = repair_store(store or folder or ctx.obj)
    done, lost = ([note.text(lang.language) for note in notes] for notes in (found.done, found.lost))
    if as_json:
        record = {"store": str(found.store), "files": found.files, "done": done, "lost": lost}
        typer.echo(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        for line in done:
            typer.echo(line)
        typer.echo(_WORDS[lang.value]["mended"].format(store=found.store, n=found.files))
    for line in lost:
        typer.echo(f"panelkit: {line}", err=True)
    if lost:
        raise typer.Exit(2)


def diff(
    old: Annotated[str, typer.Argument(help="`shipped`, a vintage, a store's folder, or a file.")],
    new: Annotated[str, typer.Argument(help="The same, for the other side.")],
    indicator: IndicatorOption = None,
    store: StoreOption = None,
    every: Annotated[bool, typer.Option("--all", help="Print every changed cell.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: LangOption = Lang.en,
) -> None:
    """Say what changed between two sets of figures, cell by cell. 比较两套数据。"""
    from panelkit.data.compare import figures_of, shared_cells
    from panelkit.data.revisions import diff_vintages
    from panelkit.data.yearbook.store.store import default_store

    folder, keys = store or default_store(), indicator or []
    changes = diff_vintages(*shared_cells(figures_of(old, folder, keys), figures_of(new, folder, keys)))
    counts = changes.attrs["panelkit"]
    if as_json:
        cells = json.loads(changes.to_json(orient="records", force_ascii=False))
        typer.echo(json.dumps({"counts": counts, "cells": cells}, ensure_ascii=False, indent=2))
        return
    _print([dict(cell) for cell in changes.to_dict("records")], counts, every, lang)


def export(
    store: StoreOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", callback=file_out, help="File to write; default: the terminal."),
    ] = None,
    indicator: IndicatorOption = None,
    vintage: Annotated[str | None, typer.Option("--vintage", help="Only this vintage.")] = None,
    only_store: Annotated[bool, typer.Option("--only-store", help="Without the shipped figures.")] = False,
    lang: LangOption = Lang.en,
) -> None:
    """Write the figures, shipped and stored, as one long CSV table. 导出长表。"""
    from panelkit.data.yearbook.store.store import default_store, figures_with_store, read_store
    from panelkit.show.files import csv_text, write_whole

    folder = store or default_store()
    table = read_store(folder).figures if only_store else figures_with_store(folder)
    if indicator:
        table = table[table["indicator"].isin(indicator)]
    if vintage is not None:
        table = table[table["vintage"] == vintage]
    if table.empty:
        raise DataError(f"no figures to export: the store {folder} and the options leave none")
    text = csv_text(table)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        write_whole(out, text)
    except OSError as error:
        raise DataError(f"{out} cannot be written: {error.strerror or error}") from error
    typer.echo(_WORDS[lang.value]["written"].format(n=len(table), path=out))


def mount(group: typer.Typer) -> None:
    """Add `diff` and `export` to the group of commands on figures."""
    group.command("diff")(diff)
    group.command("export")(export)


def _print(cells: list[dict[Hashable, object]], counts: dict[str, int], every: bool, lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table

    from panelkit.data.provinces import NATION, labels_of
    from panelkit.report.narrow import whole
    from panelkit.show.digits import signed_percent

    words = _WORDS[lang.value]
    names = {**labels_of("en" if lang is Lang.en else "zh"), NATION: "China" if lang is Lang.en else "全国"}
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for position, header in enumerate(words["headers"].split()):
        table.add_column(header, no_wrap=True, justify="right" if position > 3 else "left")
    shown = cells if every else cells[:_SHOWN]
    for cell in shown:
        numbers = _numbers(float(str(cell["old"])), float(str(cell["new"])))
        percent = float(str(cell["percent"]))
        place = str(names.get(int(str(cell["adcode"])), cell["adcode"]))
        status = words[str(cell["status"])]
        change = "" if percent != percent else signed_percent(percent)
        table.add_row(str(cell["indicator"]), place, str(cell["period"]), status, *numbers, change)
    if shown:
        console.print(whole(table))
    if len(cells) > len(shown):
        console.print(words["more"].format(n=len(cells) - len(shown)), markup=False)
    console.print(words["counts"].format(**counts), markup=False)


def _numbers(old: float, new: float) -> list[str]:
    """Return both values in digits that show their difference, nothing where there is none."""
    from panelkit.show.digits import figures

    return ["" if value != value else text for value, text in zip((old, new), figures(old, new), strict=True)]
