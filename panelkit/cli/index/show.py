"""`panelkit index show`: one design, and what the shipped figures lack of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._options import Lang, LangOption
from panelkit.cli._printing import styled
from panelkit.language.message import Language, message, term

app = typer.Typer(add_completion=False)


@command(app, example="index show tech_innovation")
def show_design(
    design: Annotated[
        str, typer.Argument(help="A design's id, or a .toml file. 指标体系的代号，或 .toml 文件。")
    ],
    lang: LangOption = Lang.en,
) -> None:
    """Show a design: dimensions, indicators, directions, and what the shipped figures lack. 显示指标体系。"""
    from panelkit.indices.panels.designs import load_design
    from panelkit.show.console import open_console

    plan, language = load_design(design), lang.language
    console = open_console()
    console.print(styled((plan.id, "bold"), f"  {getattr(plan.label, language)}"), highlight=False)
    if plan.about:
        console.print(getattr(plan.about, language), style="dim", highlight=False)
    console.print(_table(plan, language))
    if plan.absent:
        heading = message("not held").text(language)
        console.print(styled("\n", (str(heading), "bold")))
        for lost in plan.absent:
            label, why = getattr(lost.label, language), getattr(lost.why, language)
            console.print(f"  {label}: {why}", highlight=False)


def _table(plan: Any, language: Language) -> Any:
    from rich.table import Table

    from panelkit.indices.panels.indicator_labels import indicator_label

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("", term("column", "indicators").text(language), "", ""):
        table.add_column(head, overflow="fold")
    for part in plan.dimension:
        for item in part.indicator:
            sign = "+" if item.direction > 0 else "-"
            label = indicator_label(item, language)
            table.add_row(getattr(part.label, language), label, sign, item.figure())
    return table
