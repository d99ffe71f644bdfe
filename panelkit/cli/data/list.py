"""`panelkit data list`: the indicators that ship with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json
from panelkit.cli.store._options import StoreOption
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message, term

if TYPE_CHECKING:
    from panelkit.data.coverage import Coverage, VintageHeld
    from panelkit.data.yearbook.store.own import OwnIndicator

app = typer.Typer(add_completion=False)

_WIDE = 100
_ROOMY = 76
_RECORD = ("indicator", "name_en", "name_zh", "unit", "default_vintage")


@command(app, example="data list patents")
def list_indicators(
    printed: Printed,
    search: Annotated[
        str,
        typer.Argument(
            help="Only indicators whose key or name contains this. 仅列出代码或名称含此文字的指标。"
        ),
    ] = "",
    store: StoreOption = None,
) -> None:
    """List the indicators, and those of one's own store: name, unit, years, vintages, flags. 列出指标。"""
    from panelkit.data.coverage import coverage
    from panelkit.data.yearbook.store.own import own_indicators
    from panelkit.data.yearbook.store.store import default_store
    from panelkit.report.narrow import Fitting
    from panelkit.show.console import open_console

    rows, language = [row for row in coverage() if _matches(row, search)], printed.language
    own = [one for one in own_indicators(store or default_store()) if _holds(search, one.key, one.name)]
    if printed.as_json:
        print_json([*map(_record, rows), *(one.record() for one in own)])
        return
    if own:
        open_console(soft_wrap=False).print(Fitting(_own_table(own, language), _ROOMY))
        if not rows:
            return
    if not rows:
        raise SpecError(message("no indicator's key or name contains {text!r}", text=search))
    console = open_console(soft_wrap=False)
    console.print(Fitting(_table(rows, language), _ROOMY))
    if console.width >= _WIDE:
        console.print(message("* the default vintage.").text(language))
    held = sum(bool(row.vintages) for row in rows)
    told = message("{n} indicators. `panelkit data show INDICATOR` tells all of one.", n=held)
    console.print(told.text(language))
    if held < len(rows):
        more = message("{n} more have no figures yet: `panelkit ingest` takes them in.", n=len(rows) - held)
        console.print(more.text(language))


def _matches(row: Coverage, search: str) -> bool:
    return _holds(search, row.key, row.about.name_en, row.about.name_zh)


def _holds(search: str, *names: str) -> bool:
    return any(search.casefold() in name.casefold() for name in names)


def _own_table(own: list[OwnIndicator], language: Language) -> Any:
    """Return the indicators that the store holds beside the catalogue's."""
    from rich.table import Table

    title = message("In your store, outside the catalogue").text(language)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1), title=title)
    table.title_justify = "left"
    heads = (
        term("column", "indicator"),
        term("column", "name"),
        term("column", "unit"),
        term("column", "years"),
    )
    for head in heads:
        table.add_column(head.text(language), overflow="fold")
    for one in own:
        years = "; ".join(f"{name} {span}" for name, span in one.vintages.items())
        table.add_row(one.key, one.name, one.unit, years or message("none yet").text(language))
    return table


def _record(row: Coverage) -> dict[str, Any]:
    whole = row.as_dict()
    spans = {one.vintage: one.span for one in row.vintages}
    return {key: whole[key] for key in _RECORD} | {"vintages": spans, "flags": len(row.flags)}


def _table(rows: list[Coverage], language: Language) -> Any:
    from rich.table import Table

    from panelkit.show.console import open_console

    wide = open_console().width >= _WIDE
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(term("column", "indicator").text(language), style="cyan", no_wrap=True)
    table.add_column(term("column", "name").text(language), overflow="fold")
    table.add_column(term("column", "unit").text(language), no_wrap=True)
    table.add_column(term("column", "years").text(language), overflow="fold")
    if wide:
        table.add_column(term("column", "vintages").text(language), overflow="fold")
    table.add_column(term("column", "flags").text(language), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, language, wide=wide))
    return table


def _cells(row: Coverage, language: Language, *, wide: bool) -> list[str]:
    # an indicator that claims wait for has none: its figures come with a store
    held = next((one for one in row.vintages if one.default), None)
    name = row.about.name_en if language == "en" else row.about.name_zh
    years = message("none yet").text(language) if held is None else _span(held, wide=wide)
    vintages = " ".join(f"{one.vintage}*" if one.default else one.vintage for one in row.vintages)
    return [row.key, name, row.about.unit, years, *([vintages] if wide else []), str(len(row.flags) or "")]


def _span(held: VintageHeld, *, wide: bool) -> str:
    """Return the years of a vintage, with their gaps where there is room."""
    return held.span if wide else f"{held.years[0].year}-{held.years[-1].year}"
