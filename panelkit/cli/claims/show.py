"""`panelkit claims show`: one claim, and how it is tested."""

from __future__ import annotations

from typing import Annotated

import typer

from panelkit.cli import _complete
from panelkit.cli._commands import command
from panelkit.cli._options import Lang, LangOption

app = typer.Typer(add_completion=False)


@command(app, example="claims show A1")
def show_claim(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ID|FILE",
            autocompletion=_complete.claims,
            help="A claim's id, or a claim file. 论断的编号，或论断文件。",
        ),
    ],
    lang: LangOption = Lang.en,
) -> None:
    """Show a claim: what it says, its readings, designs, rule, grid and declaration. 显示论断及其检验设计。"""
    from panelkit.claims.check import find_claims
    from panelkit.claims.source import Shipped
    from panelkit.report.register import claim_card
    from panelkit.show.console import open_console

    for registered in find_claims([what]):
        open_console().print(claim_card(Shipped().prepared(registered), lang.language))
