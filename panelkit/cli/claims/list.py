"""`panelkit claims list`: the registered claims."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json

app = typer.Typer(add_completion=False)


@command(app, example="claims list")
def list_claims(
    printed: Printed,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A claim file; none: all registered. 论断文件；省略则为全部已登记论断。"
        ),
    ] = None,
) -> None:
    """List claims with their status and their place. 列出论断及其状态和出处。"""
    from panelkit.claims.file.load import load_claims
    from panelkit.report.register import claim_records, claims_table
    from panelkit.show.console import open_console

    claims = load_claims(file)
    if printed.as_json:
        print_json(claim_records(claims, printed.language))
        return
    open_console().print(claims_table(claims, printed.language))
