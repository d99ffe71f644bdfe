"""`panelkit claims`: what is registered, and how it is tested."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from panelkit.cli._options import Lang, LangOption

app = typer.Typer(help="List and show registered claims.", no_args_is_help=True)


@app.command("list")
def list_claims(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A claim file; none: all registered.")
    ] = None,
    lang: LangOption = Lang.en,
) -> None:
    """List claims with their status and their place."""
    from panelkit.claims.file.load import load_claims
    from panelkit.report.register import claims_table

    Console().print(claims_table(load_claims(file), lang.language))


@app.command("show")
def show_claim(
    what: Annotated[str, typer.Argument(metavar="ID|FILE", help="A claim's id, or a claim file.")],
    lang: LangOption = Lang.en,
) -> None:
    """Show a claim: what it says, its readings, designs, rule, grid and declaration."""
    from panelkit.claims.check import find_claims
    from panelkit.report.register import claim_card

    for registered in find_claims([what]):
        Console().print(claim_card(registered, lang.language))
