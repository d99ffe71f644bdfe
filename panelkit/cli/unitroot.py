"""`panelkit unitroot`: panel unit-root tests of variables, with their size and power at the length of the panel."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._described import put
from panelkit.cli._options import SeedOption, ShippedSample
from panelkit.cli._table_options import FrameOptions, refuse_look
from panelkit.cli._written import listed_in
from panelkit.language.errors import SpecError
from panelkit.language.message import message

app = typer.Typer(add_completion=False)
_SHIPPED_YEARS = (2011, 2022)


class TrendChoice(StrEnum):
    """Deterministic terms of every unit."""

    none = "none"
    constant = "constant"
    trend = "trend"


class KernelChoice(StrEnum):
    """The kernel of long-run variances."""

    bartlett = "bartlett"
    parzen = "parzen"
    quadratic = "quadratic-spectral"


class CombineChoice(StrEnum):
    """How Fisher tests put p-values together."""

    p = "P"
    z = "Z"
    logit = "L*"
    pm = "Pm"


class LlcChoice(StrEnum):
    """What leaves the changes before the long-run variances of llc."""

    table = "table"
    plm = "plm"


class HadriChoice(StrEnum):
    """What Hadri's test supposes of the errors."""

    homoskedastic = "homoskedastic"
    heteroskedastic = "heteroskedastic"
    serial = "serial"


@command(app, example='unitroot "log(gdp)" "log(patents_granted)" --test ips,cips --trend trend --adf-lags 0')
def unitroot(
    ctx: typer.Context,
    variables: Annotated[
        list[str], typer.Argument(help='Indicators, columns or expressions: "log(gdp)". 指标、列或表达式。')
    ],
    sample: ShippedSample,
    table: FrameOptions,
    test: Annotated[
        str,
        typer.Option(
            "--test",
            help="llc, ips, fisher-adf, fisher-pp, hadri, cips, several by commas, or all. 检验方法，可用逗号分隔。",
        ),
    ] = "all",
    trend: Annotated[
        TrendChoice,
        typer.Option("--trend", help="none, constant, or trend (with a constant). 无、截距、截距与趋势。"),
    ] = TrendChoice.constant,
    adf_lags: Annotated[
        str,
        typer.Option("--adf-lags", help="Lagged changes: a number, aic, bic or hqic. ADF 滞后阶数。"),
    ] = "1",
    max_lags: Annotated[
        int | None,
        typer.Option("--max-lags", min=0, help="The most that aic, bic or hqic may choose. 最大滞后阶数。"),
    ] = None,
    demean: Annotated[
        bool,
        typer.Option("--demean", help="Subtract the mean over units in every period. 减去各期截面均值。"),
    ] = False,
    kernel: Annotated[
        KernelChoice,
        typer.Option("--kernel", help="bartlett, parzen or quadratic-spectral. 长期方差的核函数。"),
    ] = KernelChoice.bartlett,
    bandwidth: Annotated[
        int | None,
        typer.Option("--bandwidth", min=0, help="Lags of the kernel; each test's rule if absent. 带宽。"),
    ] = None,
    combine: Annotated[
        CombineChoice,
        typer.Option("--combine", help="P, Z, L* or Pm of the Fisher tests. Fisher 型检验的合并方式。"),
    ] = CombineChoice.z,
    llc_convention: Annotated[
        LlcChoice,
        typer.Option(
            "--llc-convention",
            help="table (as mu* and sigma* were tabulated) or plm. LLC 长期方差的做法。",
        ),
    ] = LlcChoice.table,
    hadri_errors: Annotated[
        HadriChoice,
        typer.Option(
            "--hadri-errors", help="homoskedastic, heteroskedastic or serial. Hadri 检验的误差假定。"
        ),
    ] = HadriChoice.heteroskedastic,
    alternatives: Annotated[
        str, typer.Option("--alternatives", help="rho for which power is simulated. 模拟功效的 rho 取值。")
    ] = "0.9,0.8",
    power_reps: Annotated[
        int,
        typer.Option("--power-reps", min=0, help="Panels drawn for size and power; 0: none. 模拟次数。"),
    ] = 1_000,
    seed: SeedOption = 0,
) -> None:
    """Panel unit roots: six tests, each with its size and power at this N and T. 面板单位根检验及其检验功效。"""
    from panelkit.formula.formula import parse_formula
    from panelkit.models.dynamic.unit_roots.result import UnitRootTable
    from panelkit.models.dynamic.unit_roots.unit_roots import panel_unit_root

    refuse_look(ctx, table, printed=table.out is not None or not table.as_json)
    chosen, style = table.chosen(), table.style()
    names = list(dict.fromkeys(variables))
    held = rows_of(
        ctx, sample, [parse_formula(f"{name} ~ 1") for name in names], shipped_years=_SHIPPED_YEARS
    )
    found: Any = panel_unit_root(
        held.frame,
        names,
        test=_tests(test),
        trend=trend.value,
        lags=_lags(adf_lags),
        max_lags=max_lags,
        demean=demean,
        kernel=kernel.value,
        bandwidth=bandwidth,
        combine=combine.value,
        llc_convention=llc_convention.value,
        hadri_errors=hadri_errors.value,
        alternatives=_numbers(alternatives),
        power_reps=power_reps,
        rng=seed,
        where=held.where,
    )
    made: UnitRootTable = found
    put(made, table, chosen, style, ())


def _tests(text: str) -> list[str]:
    return list(listed_in([text]))


def _lags(text: str) -> Any:
    return int(text) if text.strip().isdecimal() else text.strip().lower()


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in listed_in([text]))
    except ValueError:
        raise SpecError(
            message('--alternatives lists values of rho, "0.9,0.8", not {text!r}', text=text)
        ) from None
