"""`panelkit cointegration`: whether series that wander keep together over the years."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._named_tests import check_look, put_tests
from panelkit.cli._options import SampleOptions, SeedOption
from panelkit.cli._table_options import FrameOptions

app = typer.Typer(add_completion=False)


class TestChoice(StrEnum):
    """The family of tests."""

    pedroni = "pedroni"
    kao = "kao"
    westerlund = "westerlund"
    variance_ratio = "variance-ratio"
    all = "all"


class TrendChoice(StrEnum):
    """Deterministic terms of every unit."""

    none = "none"
    constant = "constant"
    trend = "trend"


@dataclass(frozen=True)
class CointegrationOptions:
    """Which test, and its equations."""

    test: Annotated[
        TestChoice,
        typer.Option(
            "--test",
            help="pedroni, kao, westerlund (2007), variance-ratio (Westerlund 2005) or all. 检验方法。",
        ),
    ] = TestChoice.pedroni
    trend: Annotated[
        TrendChoice,
        typer.Option("--trend", help="none, constant or trend. 确定项：无、常数项、常数项与趋势项。"),
    ] = TrendChoice.constant
    changes: Annotated[
        int, typer.Option("--augment", min=0, help="Lagged changes in the equations. 差分滞后阶数。")
    ] = 1
    leads: Annotated[
        int,
        typer.Option(
            "--leads", min=0, help="Leads of the changes of x (westerlund). 解释变量差分的前导阶数。"
        ),
    ] = 0
    bandwidth: Annotated[
        int | None, typer.Option("--bandwidth", min=0, help="Of Bartlett's kernel. 核函数带宽。")
    ] = None
    demean: Annotated[
        bool, typer.Option("--demean", help="Take the mean of every period out. 剔除各期截面均值。")
    ] = False


@dataclass(frozen=True)
class DrawOptions:
    """What is drawn."""

    bootstrap: Annotated[
        int,
        typer.Option("--bootstrap", min=0, help="Draws that keep common shocks. 自助法抽样次数，0 为不做。"),
    ] = 0
    reps: Annotated[
        int,
        typer.Option(
            "--power-reps",
            "--reps",
            min=0,
            help="Draws at the N and T in hand, for size and power. 模拟次数。",
        ),
    ] = 499
    rho: Annotated[
        float,
        typer.Option(
            "--rho", help="Persistence of deviations in the draws for power. 功效模拟中偏离的持续性。"
        ),
    ] = 0.8
    seed: SeedOption = 0


@command(
    app,
    example='cointegration "log(patents_granted) ~ log(gdp)" --years 2010-2022 --test westerlund --power-reps 99',
)
def cointegration(
    ctx: typer.Context,
    formula: Annotated[
        str, typer.Argument(help='"outcome ~ regressors", levels. 被解释变量 ~ 解释变量（水平值）。')
    ],
    sample: SampleOptions,
    options: CointegrationOptions,
    draws: DrawOptions,
    table: FrameOptions,
) -> None:
    """Test that series are not cointegrated: Pedroni, Kao, Westerlund. 面板协整检验。"""
    from panelkit.formula.formula import parse_formula
    from panelkit.models.dynamic.cointegration.tests import panel_cointegration

    check_look(ctx, table)
    rows = rows_of(ctx, sample, [parse_formula(formula)])
    chosen: Any = {"test": options.test.value, "trend": options.trend.value}
    found = panel_cointegration(
        formula,
        rows.frame,
        lags=options.changes,
        leads=options.leads,
        bandwidth=options.bandwidth,
        demean=options.demean,
        bootstrap=draws.bootstrap,
        reps=draws.reps,
        rho=draws.rho,
        rng=draws.seed,
        where=rows.where,
        **chosen,
    )
    put_tests(found, table)
