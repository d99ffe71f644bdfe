"""`panelkit store remove`: a file that is to leave the store with its figures."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import echo, print_json
from panelkit.cli.store._options import LevelName, LevelOption, StoreOption
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example="store remove portal.csv --store figures")
def remove(
    ctx: typer.Context,
    printed: Printed,
    file: Annotated[
        str,
        typer.Argument(
            help="Its name as `panelkit store` lists it, or eight digits of its checksum. "
            "`panelkit store` 列出的文件名，或其校验和的前八位。"
        ),
    ],
    store: StoreOption = None,
    level: LevelOption = LevelName.province,
) -> None:
    """Take a file out of the store; what it had revised comes back. 从数据库中移出一个文件；被其修订的数据恢复原状。"""
    from panelkit.data.yearbook.removal import remove_from_store

    found = remove_from_store(file, store or ctx.obj, level=level.level)
    if printed.as_json:
        print_json(
            {"store": str(found.store), "file": found.name, "sha256": found.sha256, "gone": found.gone}
            | {"restored": found.restored, "files": found.files}
        )
        return
    echo(message("{file} is out of {store}", file=found.name, store=found.store), printed.language)
    counts = {"gone": found.gone, "restored": found.restored, "files": found.files}
    left = message("{gone} cells gone, {restored} as before it; {files} file(s) left", **counts)
    echo(left, printed.language)
