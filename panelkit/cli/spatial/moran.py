"""`panelkit spatial moran`: Moran's I of every year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._maps import MapOptions, check_plots
from panelkit.cli._options import Output, SeedOption, ShippedSample
from panelkit.cli._output import figure_out
from panelkit.cli._printing import all_told, print_json, print_written, records
from panelkit.cli._table_options import FrameToFile, StarsOption, refuse_look
from panelkit.cli._written import stars_of
from panelkit.cli.spatial._options import IslandsChoice, IslandsOption, OrderOption, WeightsOption
from panelkit.cli.spatial._series import series_and_weights
from panelkit.cli.spatial._tables import echo_frame, put_frame, write_tables
from panelkit.cli.spatial._weights import all_provinces
from panelkit.language.message import Language, Message, message, verbatim

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.show.maps.base_map import BaseMap
    from panelkit.spatial.weights import Weights

app = typer.Typer(add_completion=False)

_PRINTED = ["I", "expected", "z", "p_permutation", "p_two_sided", "n"]


@command(app, example='spatial moran "log(gdp/population)" --years 2021-2022 --permutations 199')
def moran(
    ctx: typer.Context,
    variable: Annotated[
        str,
        typer.Argument(help="An indicator or an expression: 'patents_granted/population'. 指标或表达式。"),
    ],
    sample: ShippedSample,
    look: FrameToFile,
    output: Output,
    own: MapOptions,
    w: WeightsOption = "contiguity",
    w_order: OrderOption = None,
    islands: IslandsOption = IslandsChoice.refuse,
    within: Annotated[
        bool, typer.Option("--within", help="Take each province's mean out first. 先去省份均值。")
    ] = False,
    permutations: Annotated[int, typer.Option(min=99, help="Permutations. 置换次数。")] = 9999,
    seed: SeedOption = 0,
    stars: StarsOption = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            callback=figure_out,
            help="Draw the Moran scatter of the last year to this .svg, .png or .pdf. 莫兰散点图文件。",
        ),
    ] = None,
) -> None:
    """Moran's I of every year with permutation inference; map and scatter of the last year. 莫兰指数。"""
    from panelkit.show.tables import starred
    from panelkit.show.words import stars_note
    from panelkit.spatial.moran import local_moran
    from panelkit.spatial.moran import moran as moran_of_years

    printed = not output.as_json or look.table is not None
    refuse_look(ctx, look, printed=printed)
    look.check()
    levels = _levels(ctx, stars, printed=printed)
    if output.out is None:
        said_of_map = message(
            "{option} is about the map of --out: name its folder, or leave it out", option="--map"
        )
        refuse(ctx, "own_map", said_of_map)
    check_plots(plot)
    base = own.read(ctx)
    series, weights, row_notes = series_and_weights(ctx, variable, sample, w, w_order, islands.value)
    dealt: dict[str, Any] = {"permutations": permutations, "rng": seed}
    table = moran_of_years(series, weights, centring="unit" if within else "none", **dealt)
    notes = [*weights.for_model().said, _dealt(permutations, seed, within), *row_notes]
    if output.as_json:
        print_json({"rows": records(table.reset_index()), "notes": all_told(notes, output.language)})
    shown = starred(table[_PRINTED].astype({"n": int}), "I", "p_two_sided", levels, look.decimals)
    said = [verbatim(stars_note(levels, output.language)), *notes] if levels else notes
    if not output.as_json:
        echo_frame(shown, said, output.language, look=look.style())
    put_frame(shown, said, output.language, look, quiet=output.as_json, index=True)
    if output.out is not None:
        paths = _write_local(series, weights, output.out, output.language, base, **dealt)
        paths = [*write_tables({"moran": table.reset_index()}, output.out), *paths]
        print_written(paths, quiet=output.as_json)
    if plot is not None:
        found = local_moran(series, weights, **dealt)
        print_written([found.scatter(language=output.language).save(plot)], quiet=output.as_json)


def _levels(ctx: typer.Context, stars: str | None, *, printed: bool) -> tuple[float, ...]:
    """Return the levels of stars on I, by its two-sided p; none unless they are asked for."""
    if not printed:
        said = message("{option} is about a table, and --json prints none: leave it out", option="--stars")
        refuse(ctx, "stars", said)
    from panelkit.show.checks import star_levels

    return star_levels(None if stars is None else stars_of(stars))


def _write_local(
    series: pd.Series, weights: Weights, out: Path, language: Language, base: BaseMap | None, **dealt: Any
) -> list[Path]:
    """Write the local statistics of the last year, their map where the units are provinces, and their scatter."""
    from panelkit.spatial.moran import local_moran

    found = local_moran(series, weights, **dealt)
    paths = write_tables({"local_moran": found.table.reset_index()}, out)
    paths += [
        found.to_docx(out / "local_moran.docx", language=language),
        found.to_excel(out / "local_moran.xlsx", language=language),
    ]
    if base is not None or all_provinces(list(series.index.get_level_values(0).unique())):
        paths.append(found.map(boundaries=base, language=language).save(out / "lisa.svg"))
    paths.append(found.scatter(language=language).save(out / "moran_scatter.svg"))
    return paths


def _dealt(permutations: int, seed: int, within: bool) -> Message:
    if within:
        return message(
            "{n} permutations, seed {seed}; provinces' own means taken out", n=permutations, seed=seed
        )
    return message(
        "{n} permutations, seed {seed}; levels mostly show the fixed map, see --within",
        n=permutations,
        seed=seed,
    )
