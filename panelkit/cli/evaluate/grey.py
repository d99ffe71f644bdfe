"""`panelkit evaluate grey`: GM(1,1) of every unit beside a random walk and a log-linear trend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Output, SeedOption, ShippedSample, SkipOption
from panelkit.cli._printing import (
    all_told,
    narrow_terminal,
    print_json,
    print_written,
    records,
    terminal_width,
)
from panelkit.cli.evaluate._target import column_panel, index_panel
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.dynamics.grey_result import GreyForecast

app = typer.Typer(add_completion=False)


@command(app, example="evaluate grey rd_expenditure --horizon 2 --reps 99")
def grey(
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            help="A shipped index (tech_innovation), or a figure, column or expression above zero. "
            "指数代号，或取正值的指标、列、表达式。"
        ),
    ],
    sample: ShippedSample,
    output: Output,
    horizon: Annotated[int, typer.Option("--horizon", min=1, help="Periods ahead. 预测期数。")] = 3,
    origins: Annotated[
        int,
        typer.Option(
            "--origins", min=1, help="Last periods at which forecasts are tried. 样本外检验的期数。"
        ),
    ] = 3,
    reps: Annotated[int, typer.Option("--reps", min=2, help="Draws of the interval. 区间的抽样次数。")] = 999,
    level: Annotated[float, typer.Option("--level", help="Level of intervals. 区间的置信水平。")] = 0.95,
    of: Annotated[
        str | None,
        typer.Option("--of", help="The province or unit that is drawn in --out. 作图的省份或个体。"),
    ] = None,
    skip_incomplete: SkipOption = False,
    seed: SeedOption = 0,
) -> None:
    """Grey forecasts GM(1,1) beside a random walk and a trend. 灰色预测 GM(1,1)，与随机游走和对数线性趋势比较。"""
    from panelkit.evaluation.dynamics.grey_panel import grey_forecast

    if of is not None and output.out is None:
        raise SpecError(message("--of names whom --out draws: give --out FOLDER too"))
    panel, column, said = _panel(ctx, target, sample)
    found = grey_forecast(
        panel,
        column,
        horizon=horizon,
        origins=origins,
        reps=reps,
        level=level,
        rng=seed,
        incomplete="skip" if skip_incomplete else "refuse",
    )
    found = replace(found, notes=(*found.notes, *said))
    if output.as_json:
        print_json(_content(found, output.language))
    else:
        with narrow_terminal():
            typer.echo(found.to_text(language=output.language, width=terminal_width()))
    if output.out is not None:
        print_written(_write(found, of, output.out, output.language), quiet=output.as_json)


def _panel(
    ctx: typer.Context, target: str, sample: ShippedSample
) -> tuple[pd.DataFrame, str, tuple[Message, ...]]:
    """Return a panel, its column that is forecast, and what there is to say of it."""
    from panelkit.indices.panels.designs import shipped_designs

    if target not in shipped_designs() and not target.endswith(".toml"):
        return column_panel(ctx, [target], sample), target, ()
    index = index_panel(ctx, target, sample)
    note = message(
        "the index is scaled by the least and largest values of all {periods}: levels are relative, and a value of "
        "the past moves with those that came later"
    )
    return index.values[["score"]].rename(columns={"score": target}), target, (note,)


def _content(found: GreyForecast, language: Language) -> dict[str, Any]:
    return {
        "title": found.title.text(language),
        "models": records(found.tidy()),
        "forecasts": records(found.forecast()),
        "outside": records(found.outside()),
        "notes": all_told(found.said(), language),
    }


def _write(found: GreyForecast, of: str | None, folder: Path, language: Language) -> list[Path]:
    from panelkit.cli.spatial._tables import write_tables

    folder.mkdir(parents=True, exist_ok=True)
    drawn = found.plot([of or found.units[0]], language=language)
    tables = {"models": found.tidy(), "forecasts": found.forecast(), "outside": found.outside()}
    paths = write_tables(tables, folder)
    paths.append(found.to_docx(folder / "grey.docx", language=language))
    found.to_latex(folder / "grey.tex", language=language)
    return [*paths, folder / "grey.tex", drawn.save(folder / "grey.svg")]
