"""Options about the store, which `panelkit data` takes too."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panelkit.cli._output import store_there

if TYPE_CHECKING:
    from panelkit.data.cities import Level


class LevelName(StrEnum):
    """What tables and figures are about."""

    province = "province"
    city = "city"

    @property
    def level(self) -> Level:
        """Return the level as functions take it."""
        return self.value


StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        callback=store_there,
        help="Folder of the store; default: the user's data folder. 数据库所在文件夹，默认为用户数据文件夹。",
    ),
]
LevelOption = Annotated[
    LevelName,
    typer.Option("--level", help="Figures of provinces, or of cities. 省份数据，或城市（city）数据。"),
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
