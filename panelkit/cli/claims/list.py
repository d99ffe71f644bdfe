"""`panelkit claims list`: the registered claims."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Lang, LangOption

app = typer.Typer(add_completion=False)


@command(app, example="claims list")
def list_claims(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="A claim file; none: all registered. 论断文件；省略则为全部已登记论断。"
        ),
    ] = None,
    lang: LangOption = Lang.en,
) -> None:
    """List claims with their status and their place. 列出论断及其状态和出处。"""
    from rich.console import Console

    from panelkit.claims.file.load import load_claims
    from panelkit.report.register import claims_table

    Console().print(claims_table(load_claims(file), lang.language))
