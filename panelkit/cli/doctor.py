"""`panelkit doctor`: what this installation has and lacks, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json, terminal_width
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    from panelkit.report.installation import Part, State

_STATE = 8  # columns of the state before what is said

app = typer.Typer(add_completion=False)

_COLOURS: dict[State, str] = {"ok": "green", "absent": "yellow", "broken": "red"}


@command(app, example="doctor --store figures")
def doctor(
    printed: Printed,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            help="Folder of the store; default: the user's data folder. 数据库文件夹，默认为用户数据文件夹。",
        ),
    ] = None,
) -> None:
    """Say what this installation has and lacks, with remedies. 检查本机安装并给出补救办法。

    Packages, shipped figures, fonts, optional parts, the store, kept verdicts. Exit status 1 if anything is broken;
    what is absent breaks nothing.
    检查软件包、随附数据、字体、可选部分、数据库和缓存。有损坏时退出码为 1；缺少可选部分不算损坏。
    """
    from panelkit.report.installation import broken, parts

    found = []
    for part in parts(store):
        found.append(part)
        if not printed.as_json:
            _print(part, printed.language)
    if printed.as_json:
        print_json([part.to_dict(printed.language) for part in found])
    if broken(found):
        raise typer.Exit(1)


def _print(part: Part, language: Language) -> None:
    """Print a part: its state, what it is, and what to do on a line of its own."""
    from rich.cells import cell_len

    from panelkit.show.plain import fold

    states = {"ok": message("ok"), "absent": message("absent"), "broken": message("BROKEN")}
    told = [message("{name}: {said}", name=part.name, said=part.said)]
    if part.remedy is not None:
        told.append(message("remedy: {remedy}", remedy=part.remedy))
    head = states[part.state].text(language)
    lines = [
        line for said in told for line in fold(said.text(language), terminal_width() - _STATE).splitlines()
    ]
    typer.echo(typer.style(head, fg=_COLOURS[part.state]) + " " * (_STATE - cell_len(head)) + lines[0])
    for line in lines[1:]:
        typer.echo(" " * _STATE + line)
