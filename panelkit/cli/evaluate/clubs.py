"""`panelkit evaluate clubs`: convergence clubs of provinces, how sure they are, whether they are more than a cut."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import flag, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._printing import (
    all_told,
    print_json,
    print_written,
    records,
    terminal_width,
)
from panelkit.cli._records import test_record
from panelkit.cli.spatial._tables import echo_tests
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.evaluation.clubs.result import ConvergenceClubs
    from panelkit.evaluation.clubs.stability import ClubStability

app = typer.Typer(add_completion=False)
_SHIPPED_YEARS = (2006, 2024)


class ConventionChoice(StrEnum):
    """Which program's procedure."""

    psecta = "psecta"
    r = "r"


class HacChoice(StrEnum):
    """The long-run variance of the log t regression."""

    phillips_sul = "phillips-sul"
    andrews = "andrews"
    newey_west = "newey-west"


class MergeChoice(StrEnum):
    """How neighbouring clubs are merged."""

    phillips_sul = "phillips-sul"
    von_lyncker = "von-lyncker"
    none = "none"


@command(app, example='evaluate clubs "log(10000*gdp/population)" --reps 19')
def clubs(
    ctx: typer.Context,
    variable: Annotated[
        str,
        typer.Argument(
            help='Indicator, column or expression: "log(10000*gdp/population)". 指标、列或表达式。'
        ),
    ],
    sample: ShippedSample,
    output: Output,
    trend: Annotated[
        str,
        typer.Option(
            "--trend", help="lambda of the Hodrick-Prescott filter: 400, 6.25; or none. HP 滤波的平滑参数。"
        ),
    ] = "400",
    convention: Annotated[
        ConventionChoice,
        typer.Option("--convention", help="psecta (Stata) or r (ConvergenceClubs). 采用哪一程序的做法。"),
    ] = ConventionChoice.psecta,
    trim: Annotated[
        float | None,
        typer.Option("--trim", help="Share of years left out at the start. 舍去的初期年份比例。"),
    ] = None,
    hac: Annotated[
        HacChoice,
        typer.Option("--hac", help="phillips-sul, andrews or newey-west. 长期方差的估计方法。"),
    ] = HacChoice.phillips_sul,
    sieve: Annotated[float, typer.Option("--sieve", help="c* of the sieve. 筛选的临界值 c*。")] = 0.0,
    last: Annotated[
        int, typer.Option("--last", min=1, help="Order by the mean of so many last years. 按末几年均值排序。")
    ] = 1,
    merge: Annotated[
        MergeChoice,
        typer.Option("--merge", help="phillips-sul, von-lyncker or none. 俱乐部合并方法。"),
    ] = MergeChoice.phillips_sul,
    join_divergent: Annotated[
        bool,
        typer.Option("--join-divergent", help="Put those of no club into clubs. 将未归类个体并入俱乐部。"),
    ] = False,
    reps: Annotated[
        int,
        typer.Option("--reps", help="Resampled and continuous panels; 0: none. 重抽样次数，0 为不做。"),
    ] = 199,
    seed: SeedOption = 0,
) -> None:
    """Convergence clubs (Phillips and Sul), their stability, and a test against a continuum. 收敛俱乐部及其稳定性。"""
    from panelkit.evaluation.clubs.door import convergence_clubs
    from panelkit.formula.formula import parse_formula

    if reps == 0:
        refuse(
            ctx,
            "seed",
            message("{option} belongs to draws, and --reps 0 makes none: leave it out", option=flag("seed")),
        )
    elif reps < 19:
        raise SpecError(message("--reps is 0 or at least 19, not {reps}", reps=reps))
    held = rows_of(ctx, sample, [parse_formula(f"{variable} ~ 1")], shipped_years=_SHIPPED_YEARS)
    found = convergence_clubs(
        held.frame,
        variable,
        trend=_trend(trend),
        convention=convention.value,
        trim=trim,
        hac=hac.value,
        sieve=sieve,
        last=last,
        merge=merge.value,
        join_divergent=join_divergent,
        where=held.where,
    )
    sure = found.stability(reps, rng=seed) if reps else None
    test = found.continuum_test(reps, rng=seed) if reps else None
    if output.as_json:
        print_json(_content(found, sure, test, output.language))
    else:
        _print(found, sure, test, output.language)
    if output.out is not None:
        print_written(_write(found, sure, output.out, output.language), quiet=output.as_json)


def _trend(text: str) -> float | None:
    if text.strip().lower() == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise SpecError(
            message('--trend is a number such as 400, or "none", not {text!r}', text=text)
        ) from None


def _content(
    found: ConvergenceClubs, sure: ClubStability | None, test: Any, language: Language
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "clubs": records(found.tidy()),
        "membership": {str(unit): int(club) for unit, club in found.membership.items()},
        "notes": all_told(found.said(), language),
    }
    if sure is not None:
        content |= {
            "stability": records(sure.tidy()),
            "variants": records(sure.variants),
            "continuum": test_record(test),
        }
    return content


def _print(found: ConvergenceClubs, sure: ClubStability | None, test: Any, language: Language) -> None:
    typer.echo(found.to_text(language=language, width=terminal_width()))
    if sure is not None:
        typer.echo(sure.to_text(language=language, width=terminal_width()))
        echo_tests([test], language)


def _write(found: ConvergenceClubs, sure: ClubStability | None, out: Path, language: Language) -> list[Path]:
    from panelkit.cli.spatial._weights import all_provinces
    from panelkit.show.files import csv_text, write_whole

    tables = {
        "clubs": found.tidy(),
        "transitions": found.transitions.rename_axis("unit").reset_index(),
        "membership": (found.membership.rename_axis("unit").reset_index() if sure is None else sure.tidy()),
    }
    paths = [write_whole(out / f"{name}.csv", csv_text(table)) for name, table in tables.items()]
    paths += [
        found.plot(which, language=language).save(out / f"paths_{which}.svg") for which in ("clubs", "units")
    ]
    if all_provinces(list(found.units)):
        paths.append(found.map(language=language).save(out / "clubs.svg"))
    return paths
