"""`panelkit evaluate drivers`: what moved an index, and what would move it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import chosen, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import own_rows
from panelkit.cli._options import DesignSample, SeedOption, TablesOutput
from panelkit.cli._printing import (
    all_told,
    fits,
    fitted,
    heads_of,
    narrow_terminal,
    print_json,
    print_written,
    records,
)
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.drivers.result import IndexDrivers

app = typer.Typer(add_completion=False)


class Question(StrEnum):
    """What is asked of an index."""

    change = "change"
    what_if = "what-if"
    obstacles = "obstacles"


class RaisedChoice(StrEnum):
    """Where an indicator would stand."""

    median = "median"
    best = "best"
    sd = "sd"
    own_growth = "own-growth"


class MethodChoice(StrEnum):
    """The parts of a geometric index."""

    lmdi = "lmdi"
    shapley = "shapley"


@command(app, example="evaluate drivers tech_innovation --draws 200")
def drivers(
    ctx: typer.Context,
    design: Annotated[
        str,
        typer.Argument(
            help="A design's id, a .toml file, or with --data columns: rd,patents,-energy. "
            "指标体系的代号、.toml 文件，或配合 --data 列出各列。"
        ),
    ],
    sample: DesignSample,
    output: TablesOutput,
    question: Annotated[
        Question,
        typer.Option(
            "--question",
            help="change between two years, what-if, or obstacles of a year. 变化分解、情景推算或障碍度。",
        ),
    ] = Question.change,
    first: Annotated[
        int | None, typer.Option("--first", help="First year of the change; the first held. 起始年。")
    ] = None,
    last: Annotated[
        int | None, typer.Option("--last", help="Last year, or that of the question; the last held. 终止年。")
    ] = None,
    to: Annotated[
        RaisedChoice,
        typer.Option(
            "--to", help="median, best, sd or own-growth: where an indicator would stand. 情景目标。"
        ),
    ] = RaisedChoice.median,
    method: Annotated[
        MethodChoice,
        typer.Option("--method", help="lmdi or shapley, of a geometric index. 几何合成的分解方法。"),
    ] = MethodChoice.lmdi,
    of: Annotated[
        str | None,
        typer.Option(
            "--of", help="Show all indicators of this province (unit). 列出该省份（个体）的全部指标。"
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=2, help="Draws of weights behind the intervals of ranks. 位次抽样次数。")
    ] = 1_000,
    seed: SeedOption = 0,
) -> None:
    """Which indicators moved an index, and which would move it most. 指数的驱动因素：变化分解与情景推算。"""
    from panelkit.evaluation.drivers.change import index_change
    from panelkit.evaluation.drivers.obstacles import obstacles_of
    from panelkit.evaluation.drivers.what_if import index_what_if
    from panelkit.indices.panels.panel_frame import own_words

    index, frame = _index(ctx, design, sample)
    with own_words(frame, None, None) as levels:
        if question is not Question.what_if:
            refuse(ctx, "to", message("--to belongs to --question what-if: leave it out"))
        if question is not Question.change:
            for name in ("first", "method"):
                refuse(
                    ctx, name, message("--{option} belongs to --question change: leave it out", option=name)
                )
        if question is Question.change:
            found = index_change(index, first, last, method=method.value, draws=draws, rng=seed)
        elif question is Question.obstacles:
            found = obstacles_of(index, last, draws=draws, rng=seed)
        else:
            wanted: Any = to.value.replace("-", "_")
            found = index_what_if(index, wanted, last, draws=draws, rng=seed)
        said = tuple(note.spoken(*levels) for note in found.notes)
        over = found.leading_title.spoken(*levels)
        found = replace(found, title=found.title.spoken(*levels), leading_title=over, notes=said)
        if output.as_json:
            print_json(_content(found, output.language))
        else:
            _print(found, of, output.language)
    if output.out is not None:
        print_written(_write(found, output.out, output.language), quiet=output.as_json)


def _index(ctx: typer.Context, design: str, sample: DesignSample) -> tuple[Any, pd.DataFrame]:
    """Return the index, and the panel whose words for unit and time are its own."""
    from panelkit.cli.index.run import columns_of
    from panelkit.indices.panels.composite import composite_index
    from panelkit.indices.panels.designs import shipped_designs

    asked = chosen(ctx, sample)
    frame = None if sample.data is None else own_rows(asked)
    named = design.endswith(".toml") or design in shipped_designs()
    changes: Any = {} if asked.years is None else {"years": asked.years}
    if sample.provinces is not None and frame is None:
        changes["provinces"] = asked.wanted
    plan = design if frame is None or named else columns_of(design)
    index = composite_index(plan, frame, where=sample.where, **changes)
    return index, index.values if frame is None else frame


def _print(found: IndexDrivers, of: str | None, language: Language) -> None:
    from panelkit.show import plain

    def shown(tongue: Language) -> pd.DataFrame:
        return found.table(of, language=tongue, short=True)

    table, heads = shown(language), heads_of(shown, language)
    least = [heads[name] for name in ("score before", "score after") if name in heads]
    title, lead = found.title.text(language), found.leading.text(language)
    apart = of is None and not fits(table.drop(columns=least), language)
    beside = table.drop(columns=lead) if apart else table
    typer.echo(fitted(beside, language, caption=title, drop=least, index=False))
    if apart:
        leading = table[[table.columns[0], lead]]
        typer.echo(fitted(leading, language, caption=found.leading_title.text(language), index=False))
    with narrow_terminal():
        typer.echo(plain.folded("\n".join(f"  - {note}" for note in all_told(found.notes, language))))


def _content(found: IndexDrivers, language: Language) -> dict[str, Any]:
    return {
        "title": found.title.text(language),
        "units": records(found.units),
        "parts": records(found.parts),
        "notes": all_told(found.notes, language),
    }


def _write(found: IndexDrivers, folder: Path, language: Language) -> list[Path]:
    from panelkit.cli.spatial._tables import write_tables

    folder.mkdir(parents=True, exist_ok=True)
    paths = write_tables({"units": found.units, "parts": found.parts}, folder)
    return [*paths, found.to_docx(folder / "drivers.docx", language=language)]
