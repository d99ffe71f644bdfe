"""Options about the store, which `panelkit data` takes too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panelkit.language.errors import DataError
from panelkit.language.message import message


def _there(path: Path | None) -> Path | None:
    """Refuse a folder that is not there: a store that is read is no new one (callback of an option)."""
    if path is None or path.is_dir():
        return path
    if path.exists():
        raise DataError(
            message(
                "--store {path}: that is no folder; `panelkit ingest FILE... --store DIR` makes a store",
                path=path,
            )
        )
    raise DataError(
        message(
            "--store {path}: no folder of that name is there; `panelkit ingest FILE... --store DIR` makes a store",
            path=path,
        )
    )


StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        callback=_there,
        help="Folder of the store; default: the user's data folder. 数据库所在文件夹，默认为用户数据文件夹。",
    ),
]
FolderArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR]", callback=_there, help="The same as `--store DIR`. 与 `--store DIR` 相同。"
    ),
]
IndicatorOption = Annotated[
    list[str] | None,
    typer.Option("--indicator", help="Only these indicators; repeatable. 仅限这些指标，可重复。"),
]
