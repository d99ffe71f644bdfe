"""`panelkit store forget`: a misspelt name of a place that the store is to remember no longer."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import echo, print_json
from panelkit.cli.store._options import LevelName, LevelOption, StoreOption
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example="store forget 内蒙占 --store figures")
def forget(
    ctx: typer.Context,
    printed: Printed,
    name: Annotated[
        str, typer.Argument(help="The name as `store places` lists it. `store places` 列出的名称。")
    ],
    store: StoreOption = None,
    level: LevelOption = LevelName.province,
) -> None:
    """Forget a misspelt name; figures that were read by it stay. 忘记一个误印地名；已导入的数据不变。"""
    from panelkit.data.yearbook.store.places import forget_place

    known = forget_place(name, store or ctx.obj, level=level.level)
    if printed.as_json:
        print_json(None if known is None else known.record())
        return
    if known is None:
        echo(message("the store remembers no name {name!r}", name=name), printed.language)
        return
    gone = message("forgotten: {name} = {province} ({date})", **known.record())
    echo(gone, printed.language)
