"""`panelkit data show`: all about one indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli import _complete
from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json, styled
from panelkit.language.message import Language, Message, listed, message, term, verbatim

if TYPE_CHECKING:
    from rich.console import Console

    from panelkit.data.coverage import Coverage, VintageHeld

app = typer.Typer(add_completion=False)

_ROOMY = 60
_KINDS: Mapping[str, Message] = {
    "stock": term("kind of figure", "stock"),
    "flow": term("kind of figure", "flow"),
    "index": term("kind of figure", "index"),
    "scale": term("kind of figure", "scale"),
    "intensity": term("kind of figure", "intensity"),
}
_LICENCES: Mapping[str, Message] = {"none stated": message("none stated")}


@command(app, example="data show gdp")
def show_indicator(
    indicator: Annotated[
        str,
        typer.Argument(
            autocompletion=_complete.indicators,
            help="Key or name, as `panelkit data list` prints it. `panelkit data list` 所列的代码或名称。",
        ),
    ],
    printed: Printed,
) -> None:
    """Show one indicator: coverage by year, unit, sources, vintages, flags. 显示一个指标。"""
    from panelkit.data.coverage import coverage

    (found,) = coverage([indicator])
    if printed.as_json:
        print_json(found.as_dict())
        return
    _print(found, printed.language)


def _print(found: Coverage, language: Language) -> None:
    console = _console()
    console.print(
        styled((found.key, "bold"), f"  {found.about.name_en}  {found.about.name_zh}"), highlight=False
    )
    kinds = [_KINDS[found.about.stock_or_flow], _KINDS[found.about.scale_or_intensity]]
    about = message("unit: {measure}   kind: {kinds}", measure=found.about.unit, kinds=listed(kinds))
    console.print(about.text(language), highlight=False)
    for one in found.vintages:
        _print_vintage(one, language)
    _print_sources(found, language)
    _print_flags(found, language)


def _print_vintage(one: VintageHeld, language: Language) -> None:
    from rich.table import Table

    from panelkit.data.provinces import labels_of
    from panelkit.report.narrow import Fitting

    names = labels_of(language)
    title, about = _title(one, language)
    _console().print(styled("\n", (str(title), "bold")), highlight=False)
    _console().print(about, style="dim", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(term("column", "year").text(language), no_wrap=True)
    table.add_column(term("column", "provinces").text(language), justify="right", no_wrap=True)
    table.add_column(term("column", "source").text(language), overflow="fold")
    table.add_column(term("column", "not held").text(language), overflow="fold")
    for first, last, row in _runs(one):
        years = str(first) if first == last else f"{first}-{last}"
        absent = ", ".join(str(names[c]) for c in row.absent)
        table.add_row(years, _held(row).text(language), ", ".join(row.sources), absent)
    _console().print(Fitting(table, _ROOMY))


def _title(one: VintageHeld, language: Language) -> tuple[str, str]:
    """Return the heading of a vintage and what the catalogue says of it."""
    from panelkit.data.catalogue import vintages

    about = vintages().loc[one.vintage]
    facts: dict[str, Any] = {
        "vintage": one.vintage,
        "name": about[f"name_{language}"],
        "span": one.span,
        "n": one.cells,
    }
    if one.default:
        title = message("vintage {vintage} (default): {name}; {span}; {n} cells", **facts)
    else:
        title = message("vintage {vintage}: {name}; {span}; {n} cells", **facts)
    return title.text(language), str(about[f"about_{language}"])


def _runs(one: VintageHeld) -> list[tuple[int, int, Any]]:
    """Return years in a row that have one source and lack the same provinces."""
    runs: list[tuple[int, int, Any]] = []
    for row in one.years:
        if runs and runs[-1][1] == row.year - 1 and _alike(runs[-1][2], row):
            runs[-1] = (runs[-1][0], row.year, row)
        else:
            runs.append((row.year, row.year, row))
    return runs


def _alike(one: Any, other: Any) -> bool:
    return bool(one.sources == other.sources and one.absent == other.absent and one.nation == other.nation)


def _held(row: Any) -> Message:
    if row.nation:
        return message("{held}/31 and the nation", held=row.held)
    return verbatim(f"{row.held}/31")


def _print_sources(found: Coverage, language: Language) -> None:
    from panelkit.data.catalogue import sources

    table = sources()
    heading = message("sources").text(language)
    _console().print(styled("\n", (str(heading), "bold")))
    for key in found.sources:
        about = table.loc[key]
        licence = str(about["licence_of_compilation"])
        via = message(
            "{publisher}, {publication}; compiled by {through} (licence: {licence})",
            publisher=about["publisher_en" if language == "en" else "publisher"],
            publication=about[f"publication_{language}"],
            through=about["through"],
            licence=_LICENCES.get(licence, licence),
        )
        _console().print(styled((str(key), "cyan"), f": {via.text(language)}"), highlight=False)


def _print_flags(found: Coverage, language: Language) -> None:
    from panelkit.data.figures import spans
    from panelkit.data.provinces import labels_of

    names = {**labels_of(language), 0: message("all provinces").text(language)}
    heading = term("column", "flags") if found.flags else message("no flags")
    style = "bold" if found.flags else ""
    _console().print(f"\n{heading.text(language)}", style=style)
    for flag in found.flags:
        why = flag.why if language == "en" else flag.why_zh
        place = f"{names[flag.adcode]} {spans(flag.years)}"
        _console().print(
            styled((str(flag.flag), "yellow"), f" {place} ({flag.vintage}): {why}"), highlight=False
        )


def _console() -> Console:
    from panelkit.show.console import open_console

    return open_console(soft_wrap=False)
