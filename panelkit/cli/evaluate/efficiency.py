"""`panelkit evaluate efficiency`: how far provinces are from the best practice of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import given
from panelkit.cli._commands import command
from panelkit.cli._data import column_formulas, rows_of
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._printing import all_told, fitted, heads_of, print_json, print_written, records
from panelkit.cli._written import columns_in, listed_in
from panelkit.cli.evaluate._returns_test import test_of_returns, told_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.efficiency.chance.result import BootstrappedEfficiency
    from panelkit.evaluation.efficiency.result import Efficiency

app = typer.Typer(add_completion=False)

_SHIPPED_YEARS = (2011, 2022)
# columns that go first where a terminal is narrow
_GIVES_WAY = ("stage 2 alone", "stage 1 alone", "peers", "returns")


@dataclass(frozen=True)
class Figures:
    """What is made of the inputs."""

    outputs: Annotated[
        str,
        typer.Option(
            help="Columns made, by commas; a name with blanks in backticks. 产出列，逗号分隔；含空格的列名加反引号。"
        ),
    ]
    intermediate: Annotated[
        str | None,
        typer.Option(help="Columns that stage 1 makes and stage 2 uses (model network). 中间产出列。"),
    ] = None
    undesirable: Annotated[
        str | None,
        typer.Option(help="Outputs of which less is better (models sbm, ddf). 非期望产出列。"),
    ] = None
    lag: Annotated[
        str, typer.Option(help="Years by which inputs precede outputs: 1; 1,1 by stage. 投入领先产出的年数。")
    ] = "0"


@dataclass(frozen=True)
class Measure:
    """How a row is measured."""

    model: Annotated[
        str,
        typer.Option(help="ccr, bcc, radial, super, sbm, super_sbm, ddf or network. 模型。"),
    ] = "ccr"
    orientation: Annotated[
        str | None, typer.Option(help="input, output or none, as the model allows. 导向。")
    ] = None
    returns: Annotated[
        str | None,
        typer.Option(
            help="constant, variable, decreasing or increasing; the model's own if absent. 规模报酬。"
        ),
    ] = None
    frontier: Annotated[
        str, typer.Option(help="year, global, pooled or window. 前沿面：逐年、全局或窗口。")
    ] = "year"
    window: Annotated[int, typer.Option(min=2, help="Years of a window. 窗口宽度（年）。")] = 3
    disposability: Annotated[
        str, typer.Option(help="weak or strong, of undesirable outputs (model ddf). 可处置性。")
    ] = "weak"


@command(
    app,
    example="evaluate efficiency rd_personnel_fte,rd_expenditure --outputs patents_granted_invention --lag 1 "
    "--model bcc --years 2019-2022",
)
def efficiency(
    ctx: typer.Context,
    inputs: Annotated[
        str,
        typer.Argument(
            help="Columns used, by commas; a name with blanks in backticks. 投入列，逗号分隔；含空格的列名加反引号。"
        ),
    ],
    figures: Figures,
    measure: Measure,
    sample: ShippedSample,
    output: Output,
    year: Annotated[
        int | None, typer.Option(help="The year of the table; the last if absent. 表格的年份。")
    ] = None,
    means: Annotated[
        bool,
        typer.Option(
            "--means", help="Means by year without their bias, with intervals. 逐年均值的纠偏与区间。"
        ),
    ] = False,
    splits: Annotated[int, typer.Option(min=2, help="Random halves behind --means. 随机对半次数。")] = 100,
    bootstrap: Annotated[
        int,
        typer.Option(
            min=0, help="Draws behind efficiencies less their bias; 0: none. 纠偏效率的自助法次数。"
        ),
    ] = 0,
    returns_test: Annotated[
        int,
        typer.Option(
            min=0,
            help="Draws that test constant returns in one year; 0: none. 规模报酬不变检验的自助法次数。",
        ),
    ] = 0,
    seed: SeedOption = 0,
) -> None:
    """Efficiency by data envelopment: scores, scale, slacks, peers, two stages. 数据包络分析（DEA）效率评价。"""
    from panelkit.data.figure_notes import data_notes
    from panelkit.evaluation.efficiency.chance.dea_bootstrap import bootstrap_of
    from panelkit.evaluation.efficiency.dea import dea
    from panelkit.report.efficiency_files import write_efficiency

    _refuse_without_draws(ctx, means, bootstrap or returns_test)
    lag = _lag(figures.lag)
    columns = {
        "inputs": columns_in(inputs),
        "outputs": columns_in(figures.outputs),
        "intermediates": columns_in(figures.intermediate),
        "undesirable": columns_in(figures.undesirable),
    }
    formulas = column_formulas(columns.values())
    reach = 2 * lag[0] if len(lag) == 1 and columns["intermediates"] else sum(lag)
    rows = rows_of(ctx, sample, formulas, shipped_years=_SHIPPED_YEARS, beside=(reach, 0))
    settled: Any = {
        **columns,
        "model": measure.model,
        "orientation": measure.orientation,
        "returns": measure.returns,
        "frontier": measure.frontier,
        "window": measure.window,
        "lag": lag[0] if len(lag) == 1 else lag,
        "disposability": measure.disposability,
    }
    found = dea(rows.frame, **settled, where=rows.where)
    sure = found.means(splits=splits, rng=seed) if means else None
    drawn = bootstrap_of(found, reps=bootstrap, rng=seed) if bootstrap else None
    tested = None
    if returns_test:
        tested = test_of_returns(found, rows, year, lag=sum(lag), reps=returns_test, seed=seed)
    told = data_notes(rows.frame, language=output.language)
    if output.as_json:
        print_json(
            {
                **_content(found, sure, told, output.language),
                **_drawn_content(drawn, output.language),
                **told_of(tested, output.language),
            }
        )
    else:
        _print(found, sure, year, told, output.language)
        if drawn is not None:
            _print_drawn(drawn, year, output.language)
        if tested is not None:
            typer.echo(f"\n{tested.summary(language=output.language)}")
    if output.out is not None:
        paths = write_efficiency(found, output.out, output.language, means=sure, drawn=drawn, tested=tested)
        print_written(paths, quiet=output.as_json)


def _lag(text: str) -> tuple[int, ...]:
    """Return one or two whole numbers of years."""
    parts = listed_in([text])
    if not parts or not all(part.isdigit() for part in parts):
        raise SpecError(message("--lag {text!r}: write a number of years, or two by a comma: 1,1", text=text))
    return tuple(map(int, parts))


def _refuse_without_draws(ctx: typer.Context, means: bool, others: int) -> None:
    idle = [name for name in ("splits", "seed") if given(ctx, name) and not means]
    if idle and not (idle == ["seed"] and others):
        raise SpecError(
            message(
                "{options}: draws the halves behind the intervals of --means: give --means too",
                options=[f"--{name}" for name in idle],
            )
        )


def _drawn_content(drawn: BootstrappedEfficiency | None, language: Language) -> dict[str, Any]:
    if drawn is None:
        return {}
    return {
        "bootstrap": records(drawn.values.reset_index()),
        "bootstrap_notes": all_told(drawn.notes, language),
    }


def _print_drawn(drawn: BootstrappedEfficiency, year: int | None, language: Language) -> None:
    """Print efficiencies less their bias, of one year."""
    from panelkit.evaluation.efficiency import shown

    chosen = drawn.years[-1] if year is None else year
    typer.echo(
        fitted(
            drawn.table(year, language=language),
            language,
            caption=shown.of_year(drawn.title, chosen).text(language),
            notes=all_told(drawn.notes, language),
            index=False,
        )
    )


def _content(
    found: Efficiency, sure: pd.DataFrame | None, told: Sequence[str], language: Language
) -> dict[str, Any]:
    frames = {"slacks": found.slacks, "multipliers": found.multipliers}
    return {
        "title": found.title.text(language),
        "scores": records(found.scores.reset_index()),
        "years": records(found.by_year().reset_index()),
        "peers": records(found.peers),
        **{name: records(frame.reset_index()) for name, frame in frames.items() if frame is not None},
        **({} if sure is None else {"means": records(sure.reset_index())}),
        "notes": [*all_told(found.notes, language), *told],
    }


def _print(
    found: Efficiency,
    sure: pd.DataFrame | None,
    year: int | None,
    told: Sequence[str],
    language: Language,
) -> None:
    """Print means by year, their intervals where asked for, and the table of one year."""
    from panelkit.evaluation.efficiency import shown

    if len(found.years) > 1 and sure is None:
        typer.echo(fitted(found.year_table(language), language, caption=found.title.text(language)))
    if sure is not None:
        typer.echo(fitted(shown.headed(sure, language), language, caption=found.title.text(language)))
    heads = heads_of(lambda tongue: found.table(year, language=tongue), language)
    chosen = found.years[-1] if year is None else year
    typer.echo(
        fitted(
            found.table(year, language=language),
            language,
            caption=shown.of_year(found.title, chosen).text(language),
            notes=[*all_told(found.notes, language), *told],
            index=False,
            drop=[heads[name] for name in _GIVES_WAY if name in heads],
        )
    )
