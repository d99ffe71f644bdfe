"""`panelkit couple`: coupling coordination of subsystems, and which formula a printed coupling degree came from."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

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
)
from panelkit.cli.index import fitted, print_written
from panelkit.language.errors import SpecError

app = typer.Typer(
    help="Coupling coordination, by the right formulas. 耦合协调度（公式更正版）。",
    no_args_is_help=True,
    add_completion=False,
)


class EdgeChoice(StrEnum):
    """Which edge of a level belongs to it."""

    left = "left"
    right = "right"


@app.command("run")
def run_coupling(
    ctx: typer.Context,
    systems: Annotated[
        list[str], typer.Argument(help="Designs (ids or .toml files), or with --data also columns of scores.")
    ],
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    weights: Annotated[str | None, typer.Option(help="Weights of the subsystems in T: 0.5,0.5")] = None,
    edges: Annotated[
        EdgeChoice, typer.Option(help="Levels as [a, b) (left) or (a, b] (right).")
    ] = EdgeChoice.left,
    allow_shared: Annotated[
        bool, typer.Option("--allow-shared", help="Let subsystems share an indicator. 允许子系统共用指标。")
    ] = False,
    years: YearsOption = None,
    provinces: DesignProvincesOption = None,
    where: WhereOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Couple subsystems: C, T, D, levels in words, the corrected degree. 计算耦合度与协调度。"""
    from panelkit.indices.panels.coordination import couple, coupling_coordination
    from panelkit.indices.panels.panel_frame import panel_frame
    from panelkit.indices.panels.sample import of_years, rows_where
    from panelkit.report import index_files

    share = _numbers(weights)
    asked = chosen(ctx)
    frame = None if data is None else own_rows(asked)
    if frame is not None and not _are_designs(systems, list(frame.columns)):
        refuse(
            ctx,
            "allow_shared",
            "lets designs share an indicator, and columns of scores name none: leave it out",
        )
        table = rows_where(panel_frame(frame, systems), where, data=frame)
        found = coupling_coordination(of_years(table, asked.years), share, edges=edges.value)
    else:
        named = {
            "years": asked.years,
            "provinces": asked.wanted if frame is None and provinces is not None else None,
        }
        changes: Any = {key: value for key, value in named.items() if value is not None}
        found, _ = couple(
            *systems,
            data=frame,
            weights=share,
            edges=edges.value,
            allow_shared=allow_shared,
            where=where,
            **changes,
        )
    if as_json:
        table = index_files.coordination_table(found, "en").reset_index()
        rows = json.loads(table.to_json(orient="records", force_ascii=False))
        notes = [remark[lang is Lang.zh] for remark in found.remarks]
        content = {
            "method": dict(found.method),
            "facts": dict(found.facts),
            "last_year": rows,
            "notes": notes,
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        notes = index_files.coordination_notes(found, lang.language)
        shown = index_files.coordination_table(found, lang.language, short=True)
        caption = index_files.of_last_year(index_files.coordination_title(lang.language), found.values)
        typer.echo(fitted(shown, lang, caption=caption, notes=notes, drop=(-1, 0, 1)))
    if out is not None:
        print_written(index_files.write_coordination(found, out, lang.language), quiet=as_json)


@app.command("which")
def which_formula(
    table: Annotated[
        Path, typer.Argument(help="CSV or Excel: scores and the printed C or D, one row a unit.")
    ],
    systems: Annotated[str, typer.Option(help="The score columns: U1,U2")],
    printed: Annotated[str, typer.Option(help="The column of printed values.")],
    weights: Annotated[str | None, typer.Option(help="Weights of the subsystems in T: 0.5,0.5")] = None,
    lang: LangOption = Lang.en,
) -> None:
    """Find the formula behind printed coupling degrees, right or wrong. 判断印刷数值所用的耦合公式。"""
    from panelkit.data.user.panel import read_table
    from panelkit.indices.panels.coordination import which_coupling_formula
    from panelkit.report.index_files import formula_table

    frame = read_table(table, as_text=True)
    names = [name.strip() for name in systems.split(",")]
    absent = [name for name in [*names, printed] if name not in frame.columns]
    if absent:
        raise SpecError(f"{table} has no column {', '.join(absent)}: there are {', '.join(frame.columns)}")
    try:
        scores = frame[names].astype(float)
    except ValueError as error:
        raise SpecError(f"{table}: a score is no number ({error})") from None
    found = which_coupling_formula(scores, list(frame[printed]), _numbers(weights))
    typer.echo(found.sentence(lang.language))
    typer.echo(fitted(formula_table(found, lang.language), lang, index=False))


def _are_designs(systems: list[str], columns: list[str]) -> bool:
    """Tell whether subsystems are designs to be scored on the user's panel, not columns of scores."""
    from panelkit.indices.panels.designs import shipped_designs

    if any(name.endswith(".toml") for name in systems):
        return True
    known = shipped_designs()
    return all(name in known and name not in columns for name in systems)


def _numbers(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise SpecError(f"--weights {text!r}: write numbers with commas, 0.5,0.5") from None
