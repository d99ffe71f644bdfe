"""What the user says of printed tables: options of `panelkit audit` that become facts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Any

import typer

from panelkit.cli._written import stars_of


class BracketChoice(StrEnum):
    """What stands in brackets."""

    se = "se"
    t = "t"
    z = "z"
    p = "p"


@dataclass(frozen=True)
class AuditFacts:
    """What the paper says of its tables; absent, what their notes say, else every usual answer is tried."""

    brackets: Annotated[
        BracketChoice | None,
        typer.Option("--brackets", help="Brackets hold se, t, z or p. 括号内为标准误、t值、z值或p值。"),
    ] = None
    stars: Annotated[
        str | None,
        typer.Option("--stars", help="Levels of *, **, ***: 0.1,0.05,0.01. 一、二、三颗星的显著性水平。"),
    ] = None
    provinces: Annotated[
        int | None,
        typer.Option("--provinces", min=1, help="Provinces, cities or firms in the panel. 个体数。"),
    ] = None
    years: Annotated[int | None, typer.Option("--years", min=1, help="Years in the panel. 年数。")] = None
    lags: Annotated[
        int | None, typer.Option("--lags", min=0, help="Years lost to lags. 因滞后损失的年数。")
    ] = None
    clusters: Annotated[
        int | None, typer.Option("--clusters", min=1, help="Groups of clustered errors. 聚类数。")
    ] = None
    row_standardised: Annotated[
        bool | None,
        typer.Option(
            "--row-std/--no-row-std",
            help="Rows of W sum to one, or do not. 空间权重矩阵是否行标准化。",
        ),
    ] = None
    simulated: Annotated[
        bool | None,
        typer.Option(
            "--simulated/--exact", help="Effects are means over simulations, or exact. 效应是否由模拟求得。"
        ),
    ] = None
    draws: Annotated[int | None, typer.Option("--draws", min=1, help="Number of simulations. 模拟次数。")] = (
        None
    )
    one_sided: Annotated[
        bool | None, typer.Option("--one-sided", help="Stars are of one-sided tests. 星号为单侧检验。")
    ] = None
    bootstrap: Annotated[
        bool | None,
        typer.Option(
            "--bootstrap",
            help="Errors or p-values are resampled. 标准误或p值由自助法求得。",
        ),
    ] = None
    normal: Annotated[bool | None, typer.Option("--z", help="Statistics are z, not t. 统计量为z而非t。")] = (
        None
    )

    def facts(self) -> dict[str, Any]:
        """Return the arguments of `audit`."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        held["brackets"] = None if self.brackets is None else self.brackets.value
        held["stars"] = None if self.stars is None else stars_of(self.stars)
        return held
