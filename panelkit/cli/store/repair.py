"""`panelkit store repair`: the store mended from its raw files."""

from __future__ import annotations

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import all_told, echo, print_json
from panelkit.cli.store._options import FolderArgument, StoreOption
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(app, example="store repair figures")
def repair(
    ctx: typer.Context, printed: Printed, folder: FolderArgument = None, store: StoreOption = None
) -> None:
    """Mend the store from its raw files; exit status 2 if a file is altered or lost, which is then named. 修复。"""
    from panelkit.data.yearbook.repair import repair_store

    found = repair_store(store or folder or ctx.obj)
    done, lost = (all_told(notes, printed.language) for notes in (found.done, found.lost))
    if printed.as_json:
        record = {"store": str(found.store), "files": found.files, "done": done, "lost": lost}
        print_json(record)
    else:
        for line in done:
            typer.echo(line)
        held = message("the store {store} holds {n} file(s)", store=found.store, n=found.files)
        echo(held, printed.language)
    for line in lost:
        typer.echo(f"panelkit: {line}", err=True)
    if lost:
        raise typer.Exit(2)
