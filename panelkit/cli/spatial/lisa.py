"""`panelkit spatial lisa`: local Moran statistics of one year, their map and their scatter."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._maps import MapOptions, PlotOption, YearOption, check_plots, year_of
from panelkit.cli._options import Printed, SeedOption, ShippedSample
from panelkit.cli._output import figure_out
from panelkit.cli._printing import all_told, print_json, print_written, records
from panelkit.cli.spatial._options import IslandsChoice, IslandsOption, OrderOption, WeightsOption
from panelkit.cli.spatial._series import series_and_weights
from panelkit.cli.spatial._tables import width
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


class ByChoice(StrEnum):
    """What decides which units are drawn as significant."""

    q = "q"
    p = "p"


@command(app, example='spatial lisa "log(gdp/population)" --year 2022 --permutations 199')
def lisa(
    ctx: typer.Context,
    variable: Annotated[
        str,
        typer.Argument(help="An indicator or an expression: 'patents_granted/population'. 指标或表达式。"),
    ],
    sample: ShippedSample,
    printed: Printed,
    own: MapOptions,
    w: WeightsOption = "contiguity",
    w_order: OrderOption = None,
    islands: IslandsOption = IslandsChoice.refuse,
    year: YearOption = None,
    permutations: Annotated[int, typer.Option(min=99, help="Permutations. 置换次数。")] = 9999,
    fdr: Annotated[float, typer.Option("--fdr", help="False discovery rate. 错误发现率。")] = 0.05,
    by: Annotated[
        ByChoice,
        typer.Option(
            help="Of --plot: q (false discovery rate) or p (no correction) at the level of --fdr. "
            "地图上的显著性按 q（错误发现率）或 p（不校正），水平由 --fdr 给出。"
        ),
    ] = ByChoice.q,
    seed: SeedOption = 0,
    plot: PlotOption = None,
    scatter: Annotated[
        Path | None,
        typer.Option(
            "--scatter", callback=figure_out, help="Draw the Moran scatter to this file. 莫兰散点图文件。"
        ),
    ] = None,
) -> None:
    """Local Moran statistics (LISA) of one year, their cluster map and Moran scatter. 局部莫兰指数及其地图与散点图。"""
    from panelkit.spatial.moran import local_moran

    check_plots(plot, scatter)
    if plot is None:
        said = message("{option} is about the map of --plot: name its file, or leave it out", option="--by")
        refuse(ctx, "by", said)
        said = message("{option} is about the map of --plot: name its file, or leave it out", option="--map")
        refuse(ctx, "own_map", said)
    base = own.read(ctx)
    series, weights, row_notes = series_and_weights(ctx, variable, sample, w, w_order, islands.value)
    found = local_moran(series, weights, year=year_of(year), permutations=permutations, fdr=fdr, rng=seed)
    language = printed.language
    notes = [*row_notes, *(() if base is None else base.notes)]
    if printed.as_json:
        told = all_told([found.note(), *notes], language)
        print_json({"I": found.I, "year": found.year, "rows": records(found.tidy()), "notes": told})
    else:
        typer.echo(found.to_text(language=language, width=width(), notes=all_told(notes, language)))
    drawn = []
    if plot is not None:
        drawn.append(found.map(boundaries=base, by=by.value, language=language).save(plot))
    if scatter is not None:
        drawn.append(found.scatter(language=language).save(scatter))
    print_written(drawn, quiet=printed.as_json)
