"""`panelkit threshold`: slopes on the two sides of a value that the data choose, and whether there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import Printed, SampleOptions, SeedOption
from panelkit.cli._output import figure_out
from panelkit.cli._printing import all_told, narrow_terminal, plain_values, print_json, records
from panelkit.cli._table_options import TableToFile, print_models, refuse_without_table
from panelkit.language.message import Language

if TYPE_CHECKING:
    from panelkit.models.threshold.result import ThresholdFit

app = typer.Typer(add_completion=False)

_WIDEST = 140


@dataclass(frozen=True)
class ModelOptions:
    """What parts the regimes, and how many there are."""

    threshold: Annotated[str, typer.Option(help="The variable that parts the regimes. 门槛变量。")]
    regime: Annotated[
        list[str] | None,
        typer.Option(
            help="A regressor whose slope differs by regime; repeatable. 受门槛影响的解释变量，可重复。"
        ),
    ] = None
    thresholds: Annotated[int, typer.Option(min=1, max=3, help="How many. 门槛个数。")] = 1
    kink: Annotated[
        bool,
        typer.Option(
            "--kink", help="The slope of the threshold variable bends, without a jump. 拐点模型（连续）。"
        ),
    ] = False
    trim: Annotated[float, typer.Option(help="Least share of rows in a regime. 每个区制的最小行数比例。")] = (
        0.05
    )
    search: Annotated[
        str, typer.Option(help="exact, quantiles-393 (Hansen) or xthreg (400 values). 搜索方式。")
    ] = "exact"
    time_effects: Annotated[
        bool, typer.Option("--time-effects/--no-time-effects", help="Year effects. 时间固定效应。")
    ] = True
    intercept: Annotated[
        bool, typer.Option("--intercept", help="A level by regime beside slopes. 各区制另设截距。")
    ] = False
    transform: Annotated[str, typer.Option(help="within, or hansen-1999 (his program). 组内变换的惯例。")] = (
        "within"
    )


@dataclass(frozen=True)
class Chance:
    """Draws, regions and errors."""

    reps: Annotated[
        int, typer.Option(min=0, help="Draws of each bootstrap; 0: no test. 自助法次数，0 为不检验。")
    ] = 300
    seed: SeedOption = 0
    region_level: Annotated[
        float, typer.Option(help="Of the regions of thresholds. 门槛值置信域的水平。")
    ] = 0.95
    vcov: Annotated[str, typer.Option(help="CRV3, Cluster, Robust, ... 协方差。")] = "CRV3"


@command(
    app,
    example='threshold "log(patents_granted/population) ~ log(gdp/population)" --regime "log(rd_expenditure/gdp)" '
    '--threshold "log(gdp/population)" --years 2014-2022 --trim 0.1 --reps 99',
)
def threshold(
    ctx: typer.Context,
    formula: Annotated[
        str,
        typer.Argument(
            help='"outcome ~ regressors with one slope", or "outcome ~ 1". 结果变量 ~ 不受门槛影响的变量。'
        ),
    ],
    sample: SampleOptions,
    model: ModelOptions,
    chance: Chance,
    look: TableToFile,
    printed: Printed,
    quadratic: Annotated[
        bool,
        typer.Option(
            "--quadratic", help="A quadratic beside, with Lind and Mehlum's test. 另作二次项与 U 形检验。"
        ),
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(
            callback=figure_out, help="Draw the likelihood ratios to this .svg, .png or .pdf. 似然比图。"
        ),
    ] = None,
) -> None:
    """Slopes on the two sides of a value that the data choose: panel thresholds. 面板门槛模型。"""
    from dataclasses import replace

    from panelkit.cli import _did_shown
    from panelkit.data.figure_notes import data_notes
    from panelkit.formula.formula import parse_formula

    refuse_without_table(ctx, look)
    look.check()
    if plot is not None:
        _did_shown.check_figure(plot)
    spec = _spec(formula, model, chance)
    rows = rows_of(ctx, sample, [parse_formula(spec._read_formula())])
    fit = replace(spec, where=rows.where).fit(rows.frame, reps=chance.reps, rng=chance.seed)
    beside = fit.quadratic() if quadratic else None
    if printed.as_json:
        print_json(_content(fit, beside, printed.language))
    else:
        _print(fit, beside, data_notes(rows.frame, language=printed.language), printed.language)
    if look.table is not None:
        print_models([fit], look, printed.language, quiet=True)
    if plot is not None:
        fit.plot_ratios(language=printed.language).save(plot)
        typer.echo(str(plot), err=printed.as_json)


def _spec(formula: str, model: ModelOptions, chance: Chance) -> Any:
    """Return the estimator that the options describe."""
    from panelkit.covariance.by_name import vcov_named
    from panelkit.language.offers import capabilities_of
    from panelkit.models.threshold.estimator import PanelThreshold

    named: Any = {"search": model.search, "transform": model.transform}
    return PanelThreshold(
        formula,
        model.threshold,
        tuple(model.regime or ()),
        model.thresholds,
        model.trim,
        time_effects=model.time_effects,
        intercept=model.intercept,
        kink=model.kink,
        level=chance.region_level,
        vcov=vcov_named(chance.vcov, tuple(capabilities_of(PanelThreshold) or ())),
        **named,
    )


def _print(fit: ThresholdFit, beside: Any, origin: Sequence[str], language: Language) -> None:
    """Print slopes, thresholds and tests, and what is known of the figures."""
    from panelkit.results.numbers import cells
    from panelkit.show import plain
    from panelkit.show.tables import to_text

    with narrow_terminal(_WIDEST) as width:
        if max(cells(line) for line in fit.table_text(0.95, language).splitlines()) <= width:
            typer.echo(plain.folded(fit.summary(language=language)))
        else:
            typer.echo(to_text([fit], language=language, width=width))
            typer.echo(plain.folded(f"{fit.found(language=language)}"))
        said = {note.text(language) for note in fit.notes}
        further = [f"  - {note}" for note in origin if note not in said]
        if further:
            typer.echo(plain.folded("\n".join(further)))
        if beside is not None:
            typer.echo("\n" + _beside(beside, width, language))


def _beside(beside: Any, width: int, language: Language) -> str:
    """Return the quadratic and its test as text; where its table is too wide, a column of models."""
    from panelkit.results.numbers import cells
    from panelkit.show import plain
    from panelkit.show.tables import to_text

    if max(cells(line) for line in beside.fit.table_text(0.95, language).splitlines()) <= width:
        return str(plain.folded(beside.summary(language=language)))
    table = to_text([beside.fit], language=language, width=width)
    return (
        f"{beside.fit.title.text(language)}\n{table}\n{plain.folded(beside.turn.summary(language=language))}"
    )


def _content(fit: ThresholdFit, beside: Any, language: Language) -> dict[str, Any]:
    return {
        "title": fit.title.text(language),
        "estimates": records(fit.tidy()),
        "thresholds": records(fit.threshold_table()),
        "regions": [
            {
                "estimate": one.estimate,
                "level": one.level,
                "intervals": [list(part) for part in one.intervals],
            }
            for one in fit.regions
        ],
        "tests": [
            {
                "name": one.name.text(language),
                "statistic": one.statistic,
                "p_value": one.p_value,
                "wild_p_value": one.wild_p_value,
                "critical": list(one.critical),
                "reps": len(one.draws),
            }
            for one in fit.tests
        ],
        **({} if beside is None else {"quadratic": records(beside.fit.tidy())}),
        "facts": plain_values({str(key): value for key, value in fit.facts.items()}),
        "notes": all_told(fit.notes, language),
    }
