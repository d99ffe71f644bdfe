"""`panelkit data define`: a key, a label and a unit for an indicator of the user's store."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import echo, print_json
from panelkit.cli.store._options import StoreOption
from panelkit.language.errors import SpecError
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(
    app, example='data define urban_employment --name 城镇就业人员 --unit 万人 --label "Urban employment"'
)
def define(
    printed: Printed,
    key: Annotated[str, typer.Argument(help="What formulas are to call it. 公式中使用的代码。")],
    name: Annotated[
        str | None,
        typer.Option("--name", help="The name under which the store holds it. 数据库中的指标名称。"),
    ] = None,
    unit: Annotated[
        str, typer.Option("--unit", help="The unit in which it is read. 读取时所用的单位。")
    ] = "",
    label: Annotated[str, typer.Option("--label", help="What it is, in words. 文字说明。")] = "",
    store: StoreOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the definition back. 撤销该定义。")] = False,
) -> None:
    """Give an indicator of one's own a key, a label and a unit. 为自有指标设定代码、说明和单位。"""
    from panelkit.data.yearbook.store.definitions import define_indicator, undefine_indicator

    if undo:
        if name is not None or unit or label:
            raise SpecError(message("--undo takes a definition back: leave --name, --unit and --label out"))
        known = undefine_indicator(key, store)
        said = message("taken back: {key} = {name} ({date})", key=key, name=known.name, date=known.date)
    else:
        if name is None:
            raise SpecError(message("say which indicator of the store {key} is: `--name NAME`", key=key))
        known = define_indicator(key, name, unit=unit, label=label, store=store)
        said = message("{key} = {name} ({date})", key=key, name=name, date=known.date)
    if printed.as_json:
        print_json(known.record())
        return
    echo(said, printed.language)
