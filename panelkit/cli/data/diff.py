"""`panelkit data diff`: what changed between two sets of figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._named import Named
from panelkit.cli._options import Printed
from panelkit.cli._printing import echo, print_json, records, shortened
from panelkit.cli.data._cells import place_names
from panelkit.cli.store._options import LevelName, StoreOption
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, term

app = typer.Typer(add_completion=False)

_SHOWN = 20
_KEYS = 8
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


@dataclass(frozen=True)
class NamedSides(Named):
    """The options of `ingest`, of the sides that are files; a bare key of an indicator chooses on every side."""

    indicator: Annotated[
        list[str] | None,
        typer.Option(
            "--indicator",
            help="Only this indicator (a file that names none is taken for it), or LABEL=KEY of a file; repeatable. "
            "仅限该指标（文件未注明指标时即视为该指标），或写文件中的 名称=代码，可重复。",
        ),
    ] = None

    @property
    def only(self) -> list[str]:
        """Return the indicators that are compared; none: all."""
        return [item for item in self.indicator or [] if "=" not in item]

    def arguments(self) -> dict[str, Any]:
        """Return the options as the arguments of `pk.ingest`; several bare keys name no series."""
        pairs = [item for item in self.indicator or [] if "=" in item]
        bare = self.only if len(self.only) == 1 and not pairs else []
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return Named(**{**named, "indicator": pairs or bare or None}).arguments()


@command(app, example="data diff census2023 figures --indicator gdp")
def diff(
    old: Annotated[
        str,
        typer.Argument(
            help="`shipped`, a vintage, a store's folder, or a file. `shipped`、版本名、数据库文件夹或文件。"
        ),
    ],
    named: NamedSides,
    printed: Printed,
    new: Annotated[
        str | None,
        typer.Argument(
            help="The same, for the other side; none: the file against what is held. "
            "比较的另一方，写法相同；省略则将文件与已有数据比较。"
        ),
    ] = None,
    store: StoreOption = None,
    every: Annotated[bool, typer.Option("--all", help="Print every changed cell. 列出全部变动。")] = False,
) -> None:
    """Say what changed between two sets of figures, cell by cell. 比较两套数据。

    A file alone is compared with the figures held, shipped and in the store, as `panelkit ingest` would take it. Files
    are read with the options of `panelkit ingest`; nothing is written.
    只给一个文件时，与已有数据（随附的与数据库中的）比较，即 `panelkit ingest` 将作出的变动。文件按 `panelkit ingest`
    的各选项读取；不写入任何内容。
    """
    from panelkit.data.revisions import diff_vintages
    from panelkit.data.yearbook.store.store import default_store

    folder = store or default_store()
    _refuse_idle(named, old, new)
    compared: Mapping[str, str | None] = {}
    if new is None:
        from panelkit.data.compare import only
        from panelkit.data.file_side import beside_held

        beside = beside_held(Path(old), folder, named.arguments())
        after = only(beside.new, named.only)
        compared = {key: name for key, name in beside.compared.items() if key in set(after["indicator"])}
        changes = diff_vintages(beside.old[beside.old["indicator"].isin(compared)], after)
    else:
        from panelkit.data.compare import figures_of, shared_cells

        sides = [figures_of(side, folder, named.only, named.arguments()) for side in (old, new)]
        changes = diff_vintages(*shared_cells(*sides))
    counts = changes.attrs["panelkit"]
    if printed.as_json:
        against = {"compared_with": dict(compared)} if new is None else {}
        print_json({"counts": counts, **against, "cells": records(changes)})
        return
    cells = [dict(cell) for cell in changes.to_dict("records")]
    _print_compared(compared, printed.language)
    of_cities = named.level == LevelName.city
    _print(cells, cells if every else cells[:_SHOWN], counts, printed.language, of_cities=of_cities)


def _refuse_idle(named: NamedSides, old: str, new: str | None) -> None:
    """Refuse one side alone that is no file, and options of files where no side is one."""
    if new is None and not Path(old).is_file():
        raise SpecError(
            message(
                "{side!r} is no file: name the other side too, as in `panelkit data diff shipped {side}`",
                side=old,
            )
        )
    if any(side is not None and Path(side).is_file() for side in (old, new)):
        return
    said = [
        field.name
        for field in fields(named)
        if field.name not in ("indicator", "level") and getattr(named, field.name)
    ]
    said += ["indicator"] if len(named.only) < len(named.indicator or []) else []
    if said:
        raise SpecError(
            message(
                "{options}: said of a file, and neither side is one", options=[f"--{name}" for name in said]
            )
        )


def _print_compared(compared: Mapping[str, str | None], language: Language) -> None:
    """Print with which held vintage the series of a file are compared."""
    groups: dict[str | None, list[str]] = {}
    for key, vintage in compared.items():
        groups.setdefault(vintage, []).append(key)
    for vintage, keys in groups.items():
        if vintage is None:
            echo(message("{keys}: nothing is held of these cells", keys=shortened(keys, _KEYS)), language)
        else:
            said = message("{keys}: compared with {vintage}", keys=shortened(keys, _KEYS), vintage=vintage)
            echo(said, language)


def _print(
    cells: list[dict[Hashable, Any]],
    shown: list[dict[Hashable, Any]],
    counts: Mapping[str, int],
    language: Language,
    *,
    of_cities: bool,
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
    of_cities
        Whether the places are cities.
    """
    from panelkit.report.narrow import whole
    from panelkit.show.console import open_console

    console = open_console(highlight=False)
    if shown:
        console.print(whole(_table(shown, language, of_cities=of_cities)))
    if len(cells) > len(shown):
        more = message("... and {n} more (`--all` or `--json`)", n=len(cells) - len(shown))
        console.print(more.text(language), markup=False)
    counted = message("{new} new, {gone} gone, {revised} revised, {unchanged} unchanged", **counts)
    console.print(counted.text(language), markup=False)


def _table(cells: list[dict[Hashable, Any]], language: Language, *, of_cities: bool) -> Any:
    from rich.table import Table

    from panelkit.show.digits import signed_percent

    names = place_names(language)
    table = Table(box=None, pad_edge=False)
    heads = (_HEADS[0], term("column", "city"), *_HEADS[2:]) if of_cities else _HEADS
    for at, head in enumerate(heads):
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
