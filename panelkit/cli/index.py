"""`panelkit index`: composite indices of the provinces, from shipped designs or a panel of one's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._data import chosen, own_rows, refuse
from panelkit.cli._options import (
    DataOption,
    DesignProvincesOption,
    JsonOption,
    Lang,
    LangOption,
    OutOption,
    SheetOption,
    TimeOption,
    UnitOption,
    WhereOption,
    YearsOption,
    terminal_width,
)
from panelkit.language.errors import SpecError

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.indices.panels.designs import CompositeDesign

app = typer.Typer(
    help="Composite indices: designs, scores, ranks and how sure they are. 综合指数：设计、得分、位次及其不确定性。",
    no_args_is_help=True,
    add_completion=False,
)

_COLUMN = re.compile(r"\s*([-+]?)\s*(?:`([^`]+)`\s*|([^,`]*))(?:,|$)")
_WORDS = {
    "en": {
        "indicators": "indicators",
        "years": "years",
        "source": "source",
        "missing": "not held",
        "why": "why",
    },
    "zh": {"indicators": "指标数", "years": "年份", "source": "来源", "missing": "未收录", "why": "原因"},
}


@app.command("list")
def list_designs(lang: LangOption = Lang.en) -> None:
    """List the designs that ship with panelkit. 列出所附的指标体系。"""
    from rich.console import Console
    from rich.table import Table

    from panelkit.indices.panels.designs import load_design, shipped_designs

    words = _WORDS[lang.value]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    for name in ("", words["indicators"], words["years"]):
        table.add_column(name, overflow="fold")
    for key in shipped_designs():
        plan = load_design(key)
        span = f"{plan.years[0]}-{plan.years[1]}" if plan.years else ""
        table.add_row(key, getattr(plan.label, lang.value), str(len(plan.indicators())), span)
    Console().print(table)


@app.command("show")
def show_design(
    design: Annotated[str, typer.Argument(help="A design's id, or a .toml file.")], lang: LangOption = Lang.en
) -> None:
    """Show a design: dimensions, indicators, directions, and what the shipped figures lack. 显示指标体系。"""
    from rich.console import Console
    from rich.table import Table

    from panelkit.indices.panels.designs import load_design
    from panelkit.report.index_files import indicator_label

    plan, words = load_design(design), _WORDS[lang.value]
    console = Console()
    console.print(f"[bold]{plan.id}[/]  {getattr(plan.label, lang.value)}", highlight=False)
    if plan.about:
        console.print(getattr(plan.about, lang.value), style="dim", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", words["indicators"], "", ""):
        table.add_column(name, overflow="fold")
    for part in plan.dimension:
        for item in part.indicator:
            sign = "+" if item.direction > 0 else "-"
            label = indicator_label(item, lang.language)
            table.add_row(getattr(part.label, lang.value), label, sign, item.figure())
    console.print(table)
    if plan.absent:
        console.print(f"\n[bold]{words['missing']}[/]")
        for lost in plan.absent:
            console.print(
                f"  {getattr(lost.label, lang.value)}: {getattr(lost.why, lang.value)}", highlight=False
            )


@app.command("run")
def run_index(
    ctx: typer.Context,
    design: Annotated[
        str, typer.Argument(help="A design's id, a .toml file, or with --data columns: rd,patents,-energy")
    ],
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    variant: Annotated[str, typer.Option(help="mixed, scale (totals) or intensity (ratios).")] = "mixed",
    weights: Annotated[
        str | None, typer.Option(help="entropy, equal, equal_dimensions, critic, cv, pca, scatter.")
    ] = None,
    normalisation: Annotated[str | None, typer.Option(help="minmax, zscore, vector or ranks.")] = None,
    aggregation: Annotated[str | None, typer.Option(help="linear, geometric, topsis or grey.")] = None,
    years: YearsOption = None,
    provinces: DesignProvincesOption = None,
    where: WhereOption = None,
    draws: Annotated[
        int, typer.Option(help="Draws of the rank cloud; 0: none. 位次抽样次数。", min=0)
    ] = 2000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Compute an index: scores, ranks with intervals, weights, notes. 计算综合指数、位次及其区间。"""
    from panelkit.indices.panels.composite import composite_index
    from panelkit.indices.panels.ranking import rank_uncertainty
    from panelkit.report import index_files

    if draws == 0:
        refuse(ctx, "seed", "is the seed of the rank cloud, and --draws 0 draws none: leave it out")
    asked = chosen(ctx)
    frame = None if data is None else own_rows(asked)
    plan = _design(design, frame)
    changes = {
        "weights": weights,
        "normalisation": normalisation,
        "aggregation": aggregation,
        "provinces": asked.wanted if data is None and provinces is not None else None,
        "years": asked.years,
    }
    settled: Any = {key: value for key, value in changes.items() if value is not None}
    found = composite_index(plan, frame, variant=variant, where=where, **settled)  # type: ignore[arg-type]
    sure = rank_uncertainty(found, draws=draws, rng=seed) if draws else None
    ranking = index_files.ranking_table(found, sure, lang.language)
    if as_json:
        table = index_files.ranking_table(found, sure, "en").reset_index()
        typer.echo(
            json.dumps(
                {
                    "method": dict(found.method),
                    "weights": {} if found.weights is None else found.weights["weight"].to_dict(),
                    "ranking": json.loads(table.to_json(orient="records", force_ascii=False)),
                    "notes": [remark[lang is Lang.zh] for remark in found.remarks],
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        _print(
            index_files.of_last_year(getattr(found.design.label, lang.value), found.values),
            ranking,
            index_files.weight_table(found, lang.language, short=True),
            found.remarks,
            lang,
        )
    if out is not None:
        print_written(index_files.write_composite(found, sure, out, lang.language), quiet=as_json)


def fitted(frame: pd.DataFrame, lang: Lang, *, drop: tuple[int, ...] = (), **words: Any) -> str:
    """Return a frame as text in the terminal's width, at most 100: columns of `drop` go before a digit is cut."""
    from rich.cells import cell_len

    from panelkit.show.tables import frame_table

    width = terminal_width()
    names = [frame.columns[at] for at in drop]
    for gone in range(len(names) + 1):
        shown = frame.drop(columns=names[:gone])
        whole = frame_table(shown, language=lang.language, format="text", width=200)
        if max(cell_len(line) for line in whole.splitlines()) <= width:
            break
    return frame_table(shown, language=lang.language, format="text", width=width, **words)


def print_written(paths: list[Path], *, quiet: bool = False) -> None:
    """Name the files that were written, on the error stream when the output is JSON."""
    for path in paths:
        typer.echo(str(path), err=quiet)


def _design(text: str, frame: pd.DataFrame | None) -> CompositeDesign:
    from panelkit.indices.panels.designs import design_of_columns, load_design, shipped_designs

    if frame is None or text.endswith(".toml") or text in shipped_designs():
        return load_design(text)
    return design_of_columns(columns_of(text))


def columns_of(text: str) -> dict[str, int]:
    """Return `rd,-energy,+GDP(亿元)` as columns and directions; a name in backticks may hold commas and signs.

    Raises
    ------
    SpecError
        If a column stands twice, or none is named.
    """
    found: dict[str, int] = {}
    for sign, quoted, bare in _COLUMN.findall(text):
        name = quoted or bare.strip()
        if not name:
            continue
        if name in found:
            raise SpecError(f"the column {name} stands twice among the indicators {text}")
        found[name] = -1 if sign == "-" else 1
    if not found:
        raise SpecError(f"no column is named in {text!r}: write rd,patents,-energy")
    return found


def _print(caption: str, ranking: Any, weights: Any, remarks: Any, lang: Lang) -> None:
    typer.echo(fitted(ranking, lang, caption=caption, drop=(-1,)))
    typer.echo(fitted(weights, lang, notes=[remark[lang is Lang.zh] for remark in remarks], drop=(0,)))
