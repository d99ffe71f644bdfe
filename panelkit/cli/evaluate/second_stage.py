"""`panelkit evaluate second-stage`: what inefficiency goes with, after data envelopment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._data import column_formulas, rows_of
from panelkit.cli._options import SeedOption, ShippedSample, TablesOutput
from panelkit.cli._printing import (
    all_told,
    narrow_terminal,
    plain_values,
    print_json,
    print_written,
    records,
    summary_fitted,
)
from panelkit.cli._written import columns_in
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.evaluation.efficiency.second_stage.result import SecondStage

app = typer.Typer(add_completion=False)

_SHIPPED_YEARS = (2011, 2022)


@dataclass(frozen=True)
class Figures:
    """What is made of the inputs, and what inefficiency may go with."""

    outputs: Annotated[
        str,
        typer.Option(
            help="Columns made, by commas; a name with blanks in backticks. 产出列，逗号分隔；含空格的列名加反引号。"
        ),
    ]
    on: Annotated[
        str,
        typer.Option(
            help='Regressors, the right side of a formula: "log(gdp / population) + C(year)". 解释变量。'
        ),
    ]
    lag: Annotated[
        int, typer.Option(min=0, help="Years by which inputs precede outputs. 投入领先产出的年数。")
    ] = 0


@dataclass(frozen=True)
class Way:
    """How distances and slopes are made."""

    algorithm: Annotated[
        int, typer.Option(min=1, max=2, help="1, or 2: distances less their bias first. 算法。")
    ] = 2
    returns: Annotated[str, typer.Option(help="constant, variable, decreasing or increasing. 规模报酬。")] = (
        "variable"
    )
    orientation: Annotated[str, typer.Option(help="output or input. 导向。")] = "output"
    frontier: Annotated[str, typer.Option(help="year or pooled. 前沿面：逐年或合并。")] = "year"
    errors: Annotated[
        str | None,
        typer.Option(
            help="parametric, or units (drawn whole); units if absent where a unit has several rows. 标准误。"
        ),
    ] = None
    reps: Annotated[int, typer.Option(min=2, help="Draws of the regression. 自助法次数。")] = 999
    seed: SeedOption = 0


@command(
    app,
    example="evaluate second-stage rd_personnel_fte,rd_expenditure --outputs patents_granted_invention "
    '--on "log(gdp / population)" --years 2020-2022 --lag 1 --reps 49',
)
def second_stage(
    ctx: typer.Context,
    inputs: Annotated[
        str,
        typer.Argument(
            help="Columns used, by commas; a name with blanks in backticks. 投入列，逗号分隔；含空格的列名加反引号。"
        ),
    ],
    figures: Figures,
    way: Way,
    sample: ShippedSample,
    output: TablesOutput,
) -> None:
    """What inefficiency goes with: Simar and Wilson's truncated regression. 第二阶段回归（截断回归与自助法）。"""
    from panelkit.data.figure_notes import data_notes
    from panelkit.evaluation.efficiency.second_stage.second_stage import second_stage as explain
    from panelkit.formula.formula import parse_formula
    from panelkit.formula.tokens import spelled
    from panelkit.report.productivity_files import write_second_stage

    columns = {"inputs": columns_in(inputs), "outputs": columns_in(figures.outputs)}
    named = column_formulas(columns.values())
    regressors = parse_formula(f"{spelled(columns['inputs'][0])} ~ {figures.on}")
    rows = rows_of(ctx, sample, [*named, regressors], shipped_years=_SHIPPED_YEARS, beside=(figures.lag, 0))
    settled: Any = {
        "algorithm": way.algorithm,
        "returns": way.returns,
        "orientation": way.orientation,
        "frontier": way.frontier,
        "errors": way.errors,
        "lag": figures.lag,
        "reps": way.reps,
        "rng": way.seed,
    }
    found = explain(
        rows.frame, columns["inputs"], columns["outputs"], figures.on, **settled, where=rows.where
    )
    told = data_notes(rows.frame, language=output.language)
    if output.as_json:
        print_json(_content(found, told, output.language))
    else:
        _print(found, told, output.language)
    if output.out is not None:
        print_written(write_second_stage(found, output.out, output.language), quiet=output.as_json)


def _content(found: SecondStage, told: Sequence[str], language: Language) -> dict[str, Any]:
    return {
        "title": found.title.text(language),
        "estimates": records(found.tidy()),
        "naive": records(found.naive.reset_index()),
        "facts": plain_values({str(key): value for key, value in found.facts.items()}),
        "notes": [*all_told(found.notes, language), *told],
    }


def _print(found: SecondStage, told: Sequence[str], language: Language) -> None:
    from panelkit.show import plain

    with narrow_terminal():
        typer.echo(summary_fitted(found, language))
        said = {note.text(language) for note in found.notes}
        further = [message("note: {text}", text=one).text(language) for one in told if one not in said]
        if further:
            typer.echo(plain.folded("\n".join(["", *further])))
