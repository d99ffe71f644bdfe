"""`panelkit index list`: the designs that ship with panelkit."""

from __future__ import annotations

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Lang, LangOption
from panelkit.language.message import term

app = typer.Typer(add_completion=False)


@command(app, example="index list")
def list_designs(lang: LangOption = Lang.en) -> None:
    """List the designs that ship with panelkit. 列出所附的指标体系。"""
    from rich.console import Console
    from rich.table import Table

    from panelkit.indices.panels.designs import load_design, shipped_designs

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    for head in (
        "",
        term("column", "indicators").text(lang.language),
        term("column", "years").text(lang.language),
    ):
        table.add_column(head, overflow="fold")
    for key in shipped_designs():
        plan = load_design(key)
        span = f"{plan.years[0]}-{plan.years[1]}" if plan.years else ""
        table.add_row(key, getattr(plan.label, lang.value), str(len(plan.indicators())), span)
    Console().print(table)
