"""`panelkit evaluate fusion`: technology and industry as two logistic stocks that act on each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import Chosen, chosen, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import own_rows
from panelkit.cli._options import DesignSample, Output, SeedOption
from panelkit.cli._printing import (
    all_told,
    narrow_terminal,
    print_json,
    print_written,
    records,
    terminal_width,
)
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.dynamics.scenarios import Scenario

app = typer.Typer(add_completion=False)
_SHIPPED = ("tech_innovation", "industrial_innovation")
_ONLY_SHARED = ("shuffles", "holdout", "no_trajectories", "inflow", "ahead")
_AHEAD = 5


@command(app, example="evaluate fusion --reps 49 --shuffles 99 --no-trajectories")
def fusion(
    ctx: typer.Context,
    sample: DesignSample,
    output: Output,
    stocks: Annotated[
        list[str] | None,
        typer.Argument(
            help="Two shipped designs, tech_innovation and industrial_innovation unless named; with --data two "
            "columns. 两个指标体系代号；配合 --data 为两列。"
        ),
    ] = None,
    each: Annotated[
        bool,
        typer.Option(
            "--each",
            help="A Lotka-Volterra system of every unit instead of shared rates. 逐个体估计 Lotka-Volterra 系统。",
        ),
    ] = False,
    margin: Annotated[
        float,
        typer.Option(
            min=0.0, help="Growth a period below which an effect counts as none. 视为无作用的界限。"
        ),
    ] = 0.01,
    reps: Annotated[int, typer.Option(min=19, help="Draws of the intervals. 区间的抽样次数。")] = 499,
    shuffles: Annotated[
        int, typer.Option(min=19, help="Shuffles of partners behind the p-values. 配对置换次数。")
    ] = 999,
    holdout: Annotated[
        int, typer.Option(min=1, help="Last periods held out for the comparison with rivals. 留出的末期数。")
    ] = 2,
    no_trajectories: Annotated[
        bool,
        typer.Option(
            "--no-trajectories", help="Leave out the fit to whole trajectories. 不作整条轨迹的拟合。"
        ),
    ] = False,
    inflow: Annotated[
        list[str] | None,
        typer.Option(
            "--inflow",
            help="stock=share: what a constant inflow of so many means of the stock a period would change; repeatable. "
            "存量=份额：每期注入该存量均值若干倍的情景，可重复。",
        ),
    ] = None,
    ahead: Annotated[
        int | None,
        typer.Option(
            "--ahead", min=1, help="Periods of the path ahead; 5 with --inflow if absent. 情景推算的期数。"
        ),
    ] = None,
    seed: SeedOption = 0,
) -> None:
    """System dynamics of fusion: growth, interaction, stage, rivals. 融合的系统动力学：增长、相互作用与阶段。"""
    from panelkit.evaluation.dynamics.fusion import fusion_model
    from panelkit.evaluation.dynamics.lotka_volterra import lotka_volterra

    if each:
        for name in _ONLY_SHARED:
            refuse(
                ctx,
                name,
                message(
                    "--{option} belongs to shared rates, and --each fits every unit alone: leave it out",
                    option=name.replace("_", "-"),
                ),
            )
    fed = _inflows(inflow)
    asked = chosen(ctx, sample)
    first, second = _two(stocks, own=asked.data is not None)
    frame, notes = _panel(ctx, sample, asked, (first, second))
    options: dict[str, Any] = {"margin": margin, "reps": reps, "rng": seed}
    found: Any = (
        lotka_volterra(frame, first, second, **options)
        if each
        else fusion_model(
            frame,
            first,
            second,
            shuffles=shuffles,
            holdout=holdout,
            trajectories=not no_trajectories,
            **options,
        )
    )
    planned = None if inflow is None and ahead is None else found.scenario(ahead or _AHEAD, inflow=fed)
    _put(found, planned, output, notes)


def _inflows(texts: Sequence[str] | None) -> dict[str, float]:
    """Return `stock=share` texts as a mapping.

    Raises
    ------
    SpecError
        If a text is written otherwise, or names a stock twice.
    """
    found: dict[str, float] = {}
    for text in texts or ():
        name, _, value = (part.strip() for part in text.rpartition("="))
        try:
            share = float(value)
        except ValueError:
            share = math.nan
        if not name or name in found or not math.isfinite(share):
            raise SpecError(
                message(
                    "--inflow is written stock=share, once a stock: rd_stock=0.05; not {text!r}", text=text
                )
            )
        found[name] = share
    return found


def _two(stocks: Sequence[str] | None, *, own: bool) -> tuple[str, str]:
    """Return the two stocks.

    Raises
    ------
    SpecError
        If there are not two, or a file has none named.
    """
    named = list(stocks or ())
    if not named and not own:
        return _SHIPPED
    if len(named) != 2:
        raise SpecError(
            message(
                "name two stocks, technology and industry, not {count}: `evaluate fusion rd_stock output --data "
                "FILE`",
                count=len(named),
            )
        )
    return named[0], named[1]


def _panel(
    ctx: typer.Context, sample: DesignSample, asked: Chosen, names: tuple[str, str]
) -> tuple[pd.DataFrame, list[Any]]:
    """Return a panel with the two stocks as columns, and what there is to say of them."""
    import pandas as pd

    from panelkit.indices.panels.composite import composite_index
    from panelkit.indices.panels.panel_frame import panel_frame
    from panelkit.indices.panels.sample import of_years, rows_where

    if asked.data is not None:
        frame = own_rows(asked)
        table = rows_where(panel_frame(frame, list(names)), asked.where, data=frame)
        table = of_years(table, asked.years)
        table.index = table.index.set_names(list(frame.index.names))
        return table, []
    changes: Any = {"years": asked.years, "provinces": asked.wanted if sample.provinces else None}
    settled = {key: value for key, value in changes.items() if value is not None}
    scores = {name: composite_index(name, where=asked.where, **settled).values["score"] for name in names}
    note = message(
        "the stocks are composite indices, scaled by the least and largest values of all {periods}: levels are "
        "relative, and a value of the past moves with those that came later"
    )
    return pd.DataFrame(scores).dropna(), [note]


def _put(found: Any, planned: Scenario | None, output: Output, notes: Sequence[Any]) -> None:
    """Print the result and the path ahead, and write tables and figures where a folder is named."""
    language = output.language
    told = [*all_told(found.said(), language), *all_told(notes, language)]
    content = _content(found) if output.as_json or output.out is not None else {}
    if output.as_json:
        print_json(
            {
                "title": found.title.text(language),
                **content,
                **_ahead(planned, language),
                "notes": told,
            }
        )
    else:
        with narrow_terminal():
            for one, said in ((found, told), (planned, None)):
                if one is not None:
                    settled = {} if said is None else {"notes": said}
                    typer.echo(one.to_text(language=language, width=terminal_width(), **settled))
    if output.out is not None:
        paths = _written(found, content, output.out, language)
        if planned is not None:
            paths.append(_table(records(planned.tidy()), output.out / "scenario.csv"))
            paths.append(planned.to_docx(output.out / "scenario.docx", language=language))
        print_written(paths, quiet=output.as_json)


def _ahead(planned: Scenario | None, language: Language) -> dict[str, Any]:
    """Return the path ahead as it stands in JSON, nothing where none is asked for."""
    if planned is None:
        return {}
    return {
        "scenario": {
            "title": planned.title.text(language),
            "paths": records(planned.tidy()),
            "notes": all_told(planned.notes, language),
        }
    }


def _content(found: Any) -> dict[str, Any]:
    """Return what a program reads: parameters, and by kind of result what else there is."""
    content: dict[str, Any] = {"parameters": records(found.tidy())}
    if not hasattr(found, "held_out"):
        return {**content, "stages": records(found.stages())}
    return {
        **content,
        "stage": found.stage,
        "share": found.share,
        "theil": records(found.statistics),
        "held_out": records(found.held_out),
        "equilibria": records(found.equilibria()),
        "conditions": records(found.conditions()),
    }


def _written(found: Any, content: dict[str, Any], folder: Path, language: Any) -> list[Path]:
    """Write the tables and the figures of the first unit; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in content.items():
        if isinstance(rows, list):
            written.append(_table(rows, folder / f"{name}.csv"))
    found.to_docx(folder / "table.docx", language=language)
    found.to_latex(folder / "table.tex", language=language)
    written += [folder / "table.docx", folder / "table.tex"]
    first = found.units[0]
    if hasattr(found, "plot"):
        written.append(found.plot([first], language=language).save(folder / "trajectories.svg"))
    written.append(found.plot_phase(first, language=language).save(folder / "phase.svg"))
    return written


def _table(rows: list[dict[str, Any]], path: Path) -> Path:
    import pandas as pd

    from panelkit.show.files import csv_text, write_whole

    text = csv_text(pd.DataFrame(rows), index=False, float_format="%.10g")
    return write_whole(path, ("\ufeff" + text).encode("utf-8"))
