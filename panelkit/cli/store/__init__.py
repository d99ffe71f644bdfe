"""`panelkit store`: what the store holds; `check` and `repair` it."""

from __future__ import annotations

from typing import Any

import typer

from panelkit.cli._commands import group, with_groups
from panelkit.cli._options import Printed
from panelkit.cli._printing import echo, print_json
from panelkit.cli.store._options import LevelName, LevelOption, StoreOption
from panelkit.language.message import message

app = group(__name__, first=("check", "repair"))

_SHOWN = 20


@app.callback(invoke_without_command=True, no_args_is_help=False)
@with_groups
def list_files(
    ctx: typer.Context,
    printed: Printed,
    store: StoreOption = None,
    level: LevelOption = LevelName.province,
) -> None:
    """List the files of the store and their vintages; `check` and `repair` it. 列出数据库中的文件；检查、修复。"""
    from panelkit.data.yearbook.store.levels import has_cities, level_folder
    from panelkit.data.yearbook.store.mark import CITIES
    from panelkit.data.yearbook.store.store import read_store

    ctx.obj = store
    if ctx.invoked_subcommand is not None:
        return
    folder = level_folder(store, level.level)
    state = read_store(folder, level.level)
    if printed.as_json:
        print_json([file.record() for file in state.files])
        return
    if not state.files:
        empty = message("the store {store} is empty: `panelkit ingest FILE...` fills it", store=folder)
        echo(empty, printed.language)
    for file in state.files:
        typer.echo("".join(c if c.isprintable() else repr(c)[1:-1] for c in _line(file)))
    if level == LevelName.province and has_cities(folder):
        files = len(read_store(folder / CITIES, "city").files)
        echo(message("and {n} file(s) of cities: `panelkit store --level city`", n=files), printed.language)


def _line(file: Any) -> str:
    """Return a file's checksum, name, vintages and indicators."""
    keys = list(file.vintages)
    more = f", ... (+{len(keys) - _SHOWN})" if len(keys) > _SHOWN else ""
    vintages = ", ".join(sorted(set(file.vintages.values())))
    return f"{file.sha256[:12]}  {file.name}  {vintages}: {', '.join(keys[:_SHOWN])}{more}"
