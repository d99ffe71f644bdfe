"""`panelkit describe`: summary statistics of variables as a table."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli import _complete
from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._described import columns_of, put
from panelkit.cli._options import ShippedSample
from panelkit.cli._table_options import FrameOptions, refuse_look
from panelkit.cli._written import listed_in
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(
    app,
    example='describe "log(gdp/population)" rd_expenditure --years 2016-2022 --stats "n mean sd min p50 max"',
)
def describe(
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
    stats: Annotated[
        str | None,
        typer.Option(
            "--stats",
            help="n, mean, sd, variance, cv, min, p1 to p99, max, sum, skewness, kurtosis; "
            "'n mean sd min p25 p50 p75 max' if absent. 统计量。",
        ),
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Overall, between and within units, as xtsum. 总体、组间与组内。")
    ] = False,
    listwise: Annotated[
        bool, typer.Option("--listwise", help="Only rows that hold all variables. 仅取各变量均不缺失的行。")
    ] = False,
) -> None:
    """Number, mean, deviation and percentiles of variables. 描述性统计。"""
    from panelkit.inference.summary_table import DEFAULT, summary_table

    if parts:
        said = message("--parts prints n, mean, sd, min and max of each part: leave --stats out")
        refuse(ctx, "stats", said)
    refuse_look(ctx, table, printed=table.out is not None or not table.as_json)
    chosen, style = table.chosen(), table.style()
    frame, notes = columns_of(ctx, sample, variables)
    found = summary_table(
        frame, stats=DEFAULT if stats is None else listed_in([stats]), parts=parts, listwise=listwise
    )
    put(found, table, chosen, style, notes)
