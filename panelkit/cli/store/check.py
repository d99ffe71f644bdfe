"""`panelkit store check`: everything that is wrong with the store."""

from __future__ import annotations

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import all_told, echo, print_json, shortened
from panelkit.cli.store._options import FolderArgument, StoreOption
from panelkit.language.message import message, sentences

app = typer.Typer(add_completion=False)

_SHOWN = 20


@command(app, example="store check figures")
def check(
    ctx: typer.Context, printed: Printed, folder: FolderArgument = None, store: StoreOption = None
) -> None:
    """Read all of the store and say everything that is wrong with it; exit status 2 if anything is. 检查。"""
    from panelkit.data.yearbook.store.head import DamagedError
    from panelkit.data.yearbook.store.health import check_store

    found = check_store(store or folder or ctx.obj)
    problems = all_told(found.problems, printed.language)
    if printed.as_json:
        record = {"store": str(found.store), "files": found.files, "whole": found.whole}
        print_json(record | {"problems": problems, "foreign": list(found.foreign)})
    else:
        if found.whole:
            whole = message(
                "the store {store} is whole: {n} file(s), every checksum right",
                store=found.store,
                n=found.files,
            )
            echo(whole, printed.language)
        if found.foreign:
            left = message(
                "not the store's, left alone: {names}", names=shortened(list(found.foreign), _SHOWN)
            )
            echo(left, printed.language)
    if not found.whole:
        raise DamagedError(found.store, sentences(found.problems))
