"""`panelkit evaluate productivity`: gains of productivity between years, and what they are made of."""

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
from panelkit.cli._written import columns_in
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, in_language, message

if TYPE_CHECKING:
    from panelkit.evaluation.efficiency.productivity.result import MalmquistIndex

app = typer.Typer(add_completion=False)

_SHIPPED_YEARS = (2011, 2022)
# parts that go first where a terminal is narrow
_GIVES_WAY = ("scale", "pure", "scale_change", "technical_variable")


@dataclass(frozen=True)
class Figures:
    """What is made of the inputs."""

    outputs: Annotated[
        str,
        typer.Option(
            help="Columns made, by commas; a name with blanks in backticks. 产出列，逗号分隔；含空格的列名加反引号。"
        ),
    ]
    undesirable: Annotated[
        str | None, typer.Option(help="Outputs of which less is better (Luenberger). 非期望产出列。")
    ] = None
    lag: Annotated[
        int, typer.Option(min=0, help="Years by which inputs precede outputs. 投入领先产出的年数。")
    ] = 0


@dataclass(frozen=True)
class Index:
    """How a gain is measured."""

    technology: Annotated[str, typer.Option(help="adjacent or global. 技术前沿：相邻或全局。")] = "adjacent"
    split: Annotated[
        str | None, typer.Option(help="none, fgnz or ray_desli, of adjacent indices. 分解方式。")
    ] = None
    orientation: Annotated[str, typer.Option(help="output or input. 导向。")] = "output"
    reps: Annotated[
        int, typer.Option(min=0, help="Draws behind intervals; 0: none. 自助法次数，0 为不给区间。")
    ] = 0
    seed: SeedOption = 0


@command(
    app,
    example="evaluate productivity rd_personnel_fte,rd_expenditure --outputs patents_granted_invention "
    "--years 2018-2022",
)
def productivity(
    ctx: typer.Context,
    inputs: Annotated[
        str,
        typer.Argument(
            help="Columns used, by commas; a name with blanks in backticks. 投入列，逗号分隔；含空格的列名加反引号。"
        ),
    ],
    figures: Figures,
    measure: Index,
    sample: ShippedSample,
    output: Output,
    year: Annotated[
        int | None, typer.Option(help="The year of the table; the last if absent. 表格的年份。")
    ] = None,
) -> None:
    """Productivity over time: Malmquist indices with their parts. 全要素生产率：Malmquist 指数及其分解。"""
    from panelkit.data.figure_notes import data_notes
    from panelkit.evaluation.efficiency.productivity.malmquist import malmquist
    from panelkit.report.productivity_files import write_productivity

    if given(ctx, "seed") and not measure.reps:
        raise SpecError(message("--seed: draws the intervals of --reps: give --reps too"))
    columns = {
        "inputs": columns_in(inputs),
        "outputs": columns_in(figures.outputs),
        "undesirable": columns_in(figures.undesirable),
    }
    formulas = column_formulas(columns.values())
    rows = rows_of(ctx, sample, formulas, shipped_years=_SHIPPED_YEARS, beside=(figures.lag, 0))
    settled: Any = {
        **columns,
        "technology": measure.technology,
        "split": measure.split,
        "orientation": measure.orientation,
        "lag": figures.lag,
        "reps": measure.reps,
        "rng": measure.seed,
    }
    found = malmquist(rows.frame, **settled, where=rows.where)
    told = data_notes(rows.frame, language=output.language)
    if output.as_json:
        print_json(_content(found, told, output.language))
    else:
        _print(found, year, told, output.language)
    if output.out is not None:
        print_written(write_productivity(found, output.out, output.language), quiet=output.as_json)


def _content(found: MalmquistIndex, told: Sequence[str], language: Language) -> dict[str, Any]:
    return {
        "title": found.title.text(language),
        "indices": records(found.values.reset_index()),
        "years": records(found.yearly.reset_index()),
        "means": records(found.means().reset_index()),
        "notes": [*all_told(found.notes, language), *told],
    }


def _print(found: MalmquistIndex, year: int | None, told: Sequence[str], language: Language) -> None:
    """Print geometric means by year, then the table of one year."""
    from panelkit.evaluation.efficiency.shown import of_year

    heads = heads_of(lambda tongue: found.table(year, language=tongue), language)
    parts = [in_language(found.heads[name], "en") for name in _GIVES_WAY]
    drop = [heads[name] for name in parts if name in heads]
    typer.echo(fitted(found.year_table(language), language, caption=found.title.text(language), drop=drop))
    typer.echo(
        fitted(
            found.table(year, language=language),
            language,
            caption=of_year(found.title, found.years[-1] if year is None else year).text(language),
            notes=[*all_told(found.notes, language), *told],
            index=False,
            drop=drop,
        )
    )
