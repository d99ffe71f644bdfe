"""`panelkit data diff`: what changed between two sets of figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json, records
from panelkit.cli.data._cells import place_names
from panelkit.cli.store._options import IndicatorOption, StoreOption
from panelkit.language.message import Language, Message, message, term

app = typer.Typer(add_completion=False)

_SHOWN = 20
_STATUS: Mapping[str, Message] = {
    "new": term("status of a cell", "new"),
    "gone": term("status of a cell", "gone"),
    "revised": term("status of a cell", "revised"),
}
_HEADS = (
    term("column", "indicator"),
    term("column", "province"),
    term("column", "period"),
    term("column", "status"),
    term("column", "old"),
    term("column", "new"),
    term("column", "change"),
)
_WORDS = 4  # columns of words stand left, numbers right


@command(app, example="data diff census2023 figures --indicator gdp")
def diff(
    old: Annotated[
        str,
        typer.Argument(
            help="`shipped`, a vintage, a store's folder, or a file. `shipped`、版本名、数据库文件夹或文件。"
        ),
    ],
    new: Annotated[str, typer.Argument(help="The same, for the other side. 比较的另一方，写法相同。")],
    printed: Printed,
    indicator: IndicatorOption = None,
    store: StoreOption = None,
    every: Annotated[bool, typer.Option("--all", help="Print every changed cell. 列出全部变动。")] = False,
) -> None:
    """Say what changed between two sets of figures, cell by cell. 比较两套数据。"""
    from panelkit.data.compare import figures_of, shared_cells
    from panelkit.data.revisions import diff_vintages
    from panelkit.data.yearbook.store.store import default_store

    folder, keys = store or default_store(), indicator or []
    changes = diff_vintages(*shared_cells(figures_of(old, folder, keys), figures_of(new, folder, keys)))
    counts = changes.attrs["panelkit"]
    if printed.as_json:
        print_json({"counts": counts, "cells": records(changes)}, allow_nan=True)
        return
    cells = [dict(cell) for cell in changes.to_dict("records")]
    _print(cells, cells if every else cells[:_SHOWN], counts, printed.language)


def _print(
    cells: list[dict[Hashable, Any]],
    shown: list[dict[Hashable, Any]],
    counts: Mapping[str, int],
    language: Language,
) -> None:
    """Print cells as a table, and how many there are.

    Parameters
    ----------
    cells
        All changed cells.
    shown
        Those that are printed.
    counts
        How many cells are new, gone, revised and unchanged.
    language
        The language of heads and sentences.
    """
    from rich.console import Console

    from panelkit.report.narrow import whole

    console = Console(highlight=False)
    if shown:
        console.print(whole(_table(shown, language)))
    if len(cells) > len(shown):
        more = message("... and {n} more (`--all` or `--json`)", n=len(cells) - len(shown))
        console.print(more.text(language), markup=False)
    counted = message("{new} new, {gone} gone, {revised} revised, {unchanged} unchanged", **counts)
    console.print(counted.text(language), markup=False)


def _table(cells: list[dict[Hashable, Any]], language: Language) -> Any:
    from rich.table import Table

    from panelkit.show.digits import signed_percent

    names = place_names(language)
    table = Table(box=None, pad_edge=False)
    for at, head in enumerate(_HEADS):
        table.add_column(head.text(language), no_wrap=True, justify="left" if at < _WORDS else "right")
    for cell in cells:
        percent = float(cell["percent"])
        table.add_row(
            str(cell["indicator"]),
            names.get(int(cell["adcode"]), str(cell["adcode"])),
            str(cell["period"]),
            _STATUS[str(cell["status"])].text(language),
            *_numbers(float(cell["old"]), float(cell["new"])),
            "" if percent != percent else signed_percent(percent),
        )
    return table


def _numbers(old: float, new: float) -> list[str]:
    """Return both values in digits that show their difference, nothing where there is none."""
    from panelkit.show.digits import figures

    return ["" if value != value else text for value, text in zip((old, new), figures(old, new), strict=True)]
