"""`panelkit couple run`: coupling coordination of subsystems."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import Chosen, chosen, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import own_rows
from panelkit.cli._options import DesignSample, Output
from panelkit.cli._printing import all_told, fitted, heads_of, print_json, print_written, records
from panelkit.cli.couple._options import SharesOption, numbers_of
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.indices.panels.coordination import Coordination

app = typer.Typer(add_completion=False)


class EdgeChoice(StrEnum):
    """Which edge of a level belongs to it."""

    left = "left"
    right = "right"


@command(app, example="couple run tech_innovation industrial_innovation --years 2022-2023")
def run_coupling(
    ctx: typer.Context,
    systems: Annotated[
        list[str],
        typer.Argument(
            help="Designs (ids or .toml files), or with --data also columns of scores. "
            "指标体系（代号或 .toml 文件），配合 --data 也可为得分列。"
        ),
    ],
    sample: DesignSample,
    output: Output,
    weights: SharesOption = None,
    edges: Annotated[
        EdgeChoice,
        typer.Option(help="Levels as [a, b) (left) or (a, b] (right). 等级区间的闭端：左或右。"),
    ] = EdgeChoice.left,
    allow_shared: Annotated[
        bool, typer.Option("--allow-shared", help="Let subsystems share an indicator. 允许子系统共用指标。")
    ] = False,
) -> None:
    """Couple subsystems: C, T, D, levels in words, the corrected degree. 计算耦合度与协调度。"""
    from panelkit.report import index_files

    share = numbers_of(weights)
    asked = chosen(ctx, sample)
    frame = None if sample.data is None else own_rows(asked)
    if frame is not None and not _are_designs(systems, list(frame.columns)):
        refuse(
            ctx,
            "allow_shared",
            message(
                "--allow-shared lets designs share an indicator, and columns of scores name none: leave it out"
            ),
        )
        found = _of_scores(frame, systems, share, asked, edges=edges)
    else:
        wanted = asked.wanted if frame is None and sample.provinces is not None else None
        changes: Any = {"years": asked.years, "provinces": wanted}
        found = _of_designs(
            systems,
            data=frame,
            weights=share,
            edges=edges.value,
            allow_shared=allow_shared,
            where=sample.where,
            **{key: value for key, value in changes.items() if value is not None},
        )
    if output.as_json:
        print_json(_content(found, output.language))
    else:
        _print(found, output.language)
    if output.out is not None:
        paths = index_files.write_coordination(found, output.out, output.language)
        print_written(paths, quiet=output.as_json)


def _of_scores(
    frame: pd.DataFrame,
    systems: list[str],
    share: list[float] | None,
    asked: Chosen,
    *,
    edges: EdgeChoice,
) -> Coordination:
    """Couple columns of scores.

    Parameters
    ----------
    frame
        The user's panel.
    systems
        The columns, one a subsystem.
    share
        Weights of the subsystems in T; None for equal ones.
    asked
        What the options of data say: years and condition.
    edges
        Which edge of a level belongs to it.

    Returns
    -------
    Coordination
        C, T, D and levels by unit and year.
    """
    from panelkit.indices.panels.coordination import coupling_coordination
    from panelkit.indices.panels.panel_frame import panel_frame
    from panelkit.indices.panels.sample import of_years, rows_where

    table = rows_where(panel_frame(frame, systems), asked.where, data=frame)
    return coupling_coordination(of_years(table, asked.years), share, edges=edges.value)


def _of_designs(systems: list[str], **options: Any) -> Coordination:
    """Score designs and couple them."""
    from panelkit.indices.panels.coordination import couple

    found, _ = couple(*systems, **options)
    return found


def _are_designs(systems: list[str], columns: list[str]) -> bool:
    """Tell whether subsystems are designs to be scored on the user's panel, not columns of scores."""
    from panelkit.indices.panels.designs import shipped_designs

    if any(name.endswith(".toml") for name in systems):
        return True
    known = shipped_designs()
    return all(name in known and name not in columns for name in systems)


def _content(found: Coordination, language: Language) -> dict[str, Any]:
    from panelkit.report.index_files import coordination_table

    return {
        "method": dict(found.method),
        "facts": dict(found.facts),
        "last_year": records(coordination_table(found, "en").reset_index()),
        "notes": all_told(found.notes, language),
    }


def _print(found: Coordination, language: Language) -> None:
    from panelkit.report import index_files

    def table(tongue: Language) -> pd.DataFrame:
        return index_files.coordination_table(found, tongue, short=True)

    caption = index_files.of_last_year(index_files.coordination_title(language), found.values)
    notes = index_files.coordination_notes(found, language)
    heads = heads_of(table, language)
    least = [heads.get("pace", heads["level"]), heads["C"], heads["T"]]
    typer.echo(fitted(table(language), language, caption=caption, notes=notes, drop=least))
