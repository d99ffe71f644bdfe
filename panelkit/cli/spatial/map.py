"""`panelkit spatial map`: a variable of one year over the provinces, as tiles or on a map of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._maps import MapOptions, PlotOption, YearOption, check_plots, year_of
from panelkit.cli._options import Lang, LangOption, ShippedSample
from panelkit.cli._printing import all_told, print_written
from panelkit.cli.spatial._series import series_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example='spatial map "gdp/population" --year 2022 --plot income.svg')
def map(
    ctx: typer.Context,
    variable: Annotated[
        str,
        typer.Argument(help="An indicator or an expression: 'patents_granted/population'. 指标或表达式。"),
    ],
    sample: ShippedSample,
    own: MapOptions,
    year: YearOption = None,
    classes: Annotated[
        str,
        typer.Option(
            help="quantiles, equal, continuous, or edges: '0 5 10 20'. 分级：分位数、等距、连续或自定分界。"
        ),
    ] = "quantiles",
    n_classes: Annotated[
        int, typer.Option("--n-classes", help="How many classes, 2 to 9. 级数，2 至 9。")
    ] = 5,
    centre: Annotated[
        float | None,
        typer.Option("--centre", help="Of continuous: the middle of a diverging scale. 连续色标的中点。"),
    ] = None,
    decimals: Annotated[int, typer.Option(min=0, max=12, help="Decimals. 小数位数。")] = 2,
    plot: PlotOption = None,
    lang: LangOption = Lang.en,
) -> None:
    """A variable of one year over the provinces, on tiles or on a GeoJSON of your own. 省级分级地图。"""
    from panelkit.spatial.choropleth import choropleth

    if plot is None:
        raise SpecError(message("name the file of the map: --plot map.svg (.png, .pdf)"))
    check_plots(plot)
    chosen = _classes(classes)
    if not isinstance(chosen, str):
        said = message("--n-classes belongs to --classes quantiles and equal: leave it out")
        refuse(ctx, "n_classes", said)
    base = own.read(ctx)
    series, notes, _ = series_of(ctx, variable, sample)
    figure = choropleth(
        series,
        year=year_of(year),
        boundaries=base,
        classes=chosen,  # type: ignore[arg-type]
        n_classes=n_classes,
        centre=centre,
        decimals=decimals,
        language=lang.language,
        notes=all_told(notes, lang.language),
    )
    units = series.index.get_level_values(0).nunique()
    said = message("map of {variable}, units with figures: {count}", variable=variable, count=units)
    for note in (said, *(() if base is None else base.notes)):
        typer.echo(note.text(lang.language))
    print_written([figure.save(plot)])


def _classes(text: str) -> str | list[float] | None:
    """Return what `--classes` names: a way of making classes, edges, or None for a continuous scale."""
    if text in ("quantiles", "equal"):
        return text
    if text == "continuous":
        return None
    try:
        return [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise SpecError(
            message(
                "--classes {text!r}: write quantiles, equal, continuous, or edges: '0 5 10 20'", text=text
            )
        ) from None
