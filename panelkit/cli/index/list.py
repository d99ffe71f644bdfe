"""`panelkit index list`: the designs that ship with panelkit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Printed
from panelkit.cli._printing import print_json
from panelkit.language.message import term

if TYPE_CHECKING:
    from panelkit.indices.panels.designs import CompositeDesign

app = typer.Typer(add_completion=False)


@command(app, example="index list")
def list_designs(printed: Printed) -> None:
    """List the designs that ship with panelkit. 列出随附的指标体系。"""
    from rich.table import Table

    from panelkit.indices.panels.designs import load_design, shipped_designs
    from panelkit.show.console import open_console

    plans = [load_design(key) for key in shipped_designs()]
    if printed.as_json:
        print_json([_record(plan) for plan in plans])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    for head in (
        "",
        term("column", "indicators").text(printed.language),
        term("column", "years").text(printed.language),
    ):
        table.add_column(head, overflow="fold")
    for plan in plans:
        span = f"{plan.years[0]}-{plan.years[1]}" if plan.years else ""
        table.add_row(plan.id, getattr(plan.label, printed.language), str(len(plan.indicators())), span)
    open_console().print(table)


def _record(plan: CompositeDesign) -> dict[str, Any]:
    return {
        "design": plan.id,
        "label_en": plan.label.en,
        "label_zh": plan.label.zh,
        "indicators": [item.id for item in plan.indicators()],
        "years": None if plan.years is None else list(plan.years),
    }
