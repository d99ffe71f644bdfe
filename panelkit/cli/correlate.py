"""`panelkit correlate`: correlations of variables with stars, p-values and numbers of observations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from panelkit.cli import _complete
from panelkit.cli._commands import command
from panelkit.cli._described import columns_of, put
from panelkit.cli._options import ShippedSample
from panelkit.cli._table_options import FrameOptions, StarsOption, refuse_look
from panelkit.cli._written import listed_in, stars_of

app = typer.Typer(add_completion=False)


class KindChoice(StrEnum):
    """What is correlated."""

    overall = "overall"
    within = "within"
    between = "between"


class MethodChoice(StrEnum):
    """The correlation."""

    pearson = "pearson"
    spearman = "spearman"


class AdjustChoice(StrEnum):
    """How p-values are adjusted for the number of pairs."""

    none = "none"
    bonferroni = "bonferroni"
    sidak = "sidak"


@command(app, example='correlate "log(gdp)" "log(patents_granted)" population --years 2016-2022 --below p')
def correlate(
    ctx: typer.Context,
    variables: Annotated[
        list[str],
        typer.Argument(
            help='Indicators, columns or expressions: "log(gdp/population)". 指标、列或表达式。',
            autocompletion=_complete.indicators,
        ),
    ],
    sample: ShippedSample,
    table: FrameOptions,
    kind: Annotated[
        KindChoice, typer.Option("--kind", help="overall, within or between units. 总体、组内或组间。")
    ] = KindChoice.overall,
    method: Annotated[
        MethodChoice, typer.Option("--method", help="pearson or spearman. 相关系数。")
    ] = MethodChoice.pearson,
    pairwise: Annotated[
        bool,
        typer.Option(
            "--pairwise", help="Rows that hold the pair, as pwcorr; absent: all variables. 成对剔除缺失。"
        ),
    ] = False,
    adjust: Annotated[
        AdjustChoice, typer.Option("--adjust", help="none, bonferroni or sidak. 多重检验校正。")
    ] = AdjustChoice.none,
    stars: StarsOption = None,
    below: Annotated[
        str | None, typer.Option("--below", help="p, n or p,n below the correlations. 相关系数下方显示。")
    ] = None,
    upper: Annotated[bool, typer.Option("--upper", help="The upper half too. 同时显示上三角。")] = False,
) -> None:
    """Correlations with stars and numbers of observations. 相关系数矩阵。"""
    from panelkit.inference.correlation_table import correlation_table

    refuse_look(ctx, table, printed=table.out is not None or not table.as_json)
    chosen, style = table.chosen(), table.style()
    style |= {"below": listed_in([below]) if below else None, "upper": upper}
    style |= {} if stars is None else {"stars": stars_of(stars)}
    frame, notes = columns_of(ctx, sample, variables)
    found = correlation_table(
        frame,
        kind=kind.value,
        method=method.value,
        pairwise=pairwise,
        adjust=None if adjust is AdjustChoice.none else adjust.value,  # type: ignore[arg-type]
    )
    put(found, table, chosen, style, notes)
