"""`panelkit data coverage`: which years of which indicators are held, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli import _complete
from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._output import file_out, require_drawing
from panelkit.cli._printing import echo, print_json
from panelkit.cli.store._options import LevelName, LevelOption, StoreOption
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(add_completion=False)

_VINTAGE = 12
_MARKS = ((31, "█"), (20, "▓"), (1, "░"), (0, "·"))


@command(app, example="data coverage gdp population --years 2015-2023")
def coverage(
    printed: Printed,
    indicators: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INDICATOR]...",
            autocompletion=_complete.indicators,
            help="Only these; none: all. 仅限这些指标；省略则为全部。",
        ),
    ] = None,
    years: Annotated[
        str | None, typer.Option("--years", help="First and last year: 2011-2023. 起止年份。")
    ] = None,
    store: StoreOption = None,
    level: LevelOption = LevelName.province,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=file_out,
            help="Write the picture (.svg, .png, .pdf) or the table (.csv). 图（.svg、.png、.pdf）或表（.csv）。",
        ),
    ] = None,
) -> None:
    """Show which years of which indicators are held, and by how many provinces. 各指标各年份有数据的省份数。"""
    from panelkit.cli._chosen import years_of
    from panelkit.data.held_counts import held_counts

    if out is not None and out.suffix.lower() != ".csv":
        require_drawing("--out", out)
    counts = held_counts(indicators or None, years_of(years), store=store, level=level.level)
    language = printed.language
    if printed.as_json:
        print_json(_records(counts, level))
    elif out is None:
        _print(counts, language, level)
    if out is not None:
        _write(counts, out, language, level)
        if not printed.as_json:
            echo(message("written to {path}", path=out), language)


def _records(counts: pd.DataFrame, level: LevelName) -> list[dict[str, Any]]:
    years = [str(year) for year in counts.columns]
    counted = "provinces" if level == LevelName.province else "cities"
    return [
        {"indicator": key, "vintage": vintage, counted: dict(zip(years, row, strict=True))}
        for (key, vintage), row in zip(_labels(counts), counts.to_numpy().tolist(), strict=True)
    ]


def _labels(counts: pd.DataFrame) -> list[tuple[str, str]]:
    return [(str(key), str(vintage)) for key, vintage in counts.index.to_list()]


def _print(counts: pd.DataFrame, language: Language, level: LevelName) -> None:
    from rich.table import Table

    from panelkit.show.console import open_console

    console = open_console(highlight=False)
    years = [str(year) for year in counts.columns]
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("".join(year[3] for year in years), no_wrap=True, min_width=len(years))
    table.add_column("", no_wrap=True, style="dim", min_width=_VINTAGE, overflow="ellipsis")
    named = names_of(counts, language)
    for label, row in zip(_labels(counts), counts.to_numpy().tolist(), strict=True):
        table.add_row(named[label], "".join(map(_mark, row)), label[1])
    of_cities = message(
        "Years {first} to {last}, the last digit above: █ 31 cities or more, ▓ 20 to 30, ░ 1 to 19, · none.",
        first=years[0],
        last=years[-1],
    )
    of_provinces = message(
        "Years {first} to {last}, the last digit above: █ 31 provinces, ▓ 20 to 30, ░ 1 to 19, · none.",
        first=years[0],
        last=years[-1],
    )
    console.print(table)
    told = of_cities if level == LevelName.city else of_provinces
    console.print(told.text(language), markup=False)


def _mark(held: int) -> str:
    return next(mark for least, mark in _MARKS if held >= least)


def names_of(counts: pd.DataFrame, language: Language) -> dict[tuple[str, str], str]:
    """Return what the rows are called in a language: the catalogue's name, else the indicator's own."""
    from panelkit.data import catalogue

    about = catalogue.facts()
    return {
        (key, vintage): (about[key].name_zh if language == "zh" else about[key].name_en)
        if key in about
        else key
        for key, vintage in _labels(counts)
    }


def _write(counts: pd.DataFrame, out: Path, language: Language, level: LevelName) -> None:
    from panelkit.show.files import csv_text, write_whole

    if out.suffix.lower() == ".csv":
        write_whole(out, csv_text(counts.reset_index()))
        return
    from panelkit.show.held import held_map

    labels = {label: f"{name}  {label[1]}" for label, name in names_of(counts, language).items()}
    title, note = (
        message("Cities held, by indicator and year"),
        message("A number stands where fewer than 31 cities are held."),
    )
    if level == LevelName.province:
        title = message("Provinces held, by indicator and year")
        note = message("A number stands where fewer than 31 provinces are held.")
    held = held_map(
        counts, labels=labels, language=language, title=title.text(language), notes=note.text(language)
    )
    held.save(out)
