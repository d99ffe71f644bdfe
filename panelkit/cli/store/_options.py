"""Options about the store, which `panelkit data` takes too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._output import store_there

StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        callback=store_there,
        help="Folder of the store; default: the user's data folder. 数据库所在文件夹，默认为用户数据文件夹。",
    ),
]
FolderArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR]", callback=store_there, help="The same as `--store DIR`. 与 `--store DIR` 相同。"
    ),
]
IndicatorOption = Annotated[
    list[str] | None,
    typer.Option("--indicator", help="Only these indicators; repeatable. 仅限这些指标，可重复。"),
]
