"""`panelkit store places`: the misspelt names of places that the store remembers."""

from __future__ import annotations

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import echo, print_json
from panelkit.cli.store._options import FolderArgument, LevelName, LevelOption, StoreOption
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example="store places figures")
def places(
    ctx: typer.Context,
    printed: Printed,
    folder: FolderArgument = None,
    store: StoreOption = None,
    level: LevelOption = LevelName.province,
) -> None:
    """List the misspelt names that `ingest --place` made the store remember. 列出数据库中记住的误印地名。"""
    from panelkit.data.yearbook.store.places import store_places

    found = store_places(store or folder or ctx.obj, level=level.level)
    if printed.as_json:
        print_json([one.record() for one in found])
        return
    if not found:
        echo(message("the store remembers no misspelt names"), printed.language)
    else:
        echo(message("{n} misspelt name(s) remembered:", n=len(found)), printed.language)
    for one in found:
        typer.echo(f"{one.date}  {one.name} = {one.province}")
