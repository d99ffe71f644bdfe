"""`panelkit evaluate lifecycle`: stages of a national series or of provinces, by S-curves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import chosen, flag, given, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import SampleOptions, SeedOption, SkipOption
from panelkit.cli._output import figure_out
from panelkit.cli._printing import all_told, narrow_terminal, print_json, records, terminal_width
from panelkit.cli._table_options import FrameOptions, refuse_look
from panelkit.cli._written import listed_in
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.evaluation.life_cycle.result import LifeCycle

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class CurveOptions:
    """Which curves, of what, with which errors."""

    curves: Annotated[
        str | None,
        typer.Option(
            "--curves",
            help="logistic, gompertz, bass, two_wave, several by commas; all that apply if absent. 曲线，逗号分隔。",
        ),
    ] = None
    measure: Annotated[
        str,
        typer.Option(
            "--measure",
            help="flow (yearly figure), level (stock or share) or cumulative. 流量、存量或累计量。",
        ),
    ] = "flow"
    errors: Annotated[
        str, typer.Option("--errors", help="log (in per cent) or level. 误差取对数或取水平值。")
    ] = "log"
    launch: Annotated[
        float | None, typer.Option("--launch", help="Year when adoption began, for Bass. 产品上市年份。")
    ] = None
    horizon: Annotated[
        int, typer.Option("--horizon", min=0, help="Years to forecast; 0: none. 预测年数。")
    ] = 5
    level: Annotated[float, typer.Option("--level", help="Level of intervals. 区间的置信水平。")] = 0.95
    reps: Annotated[int, typer.Option("--reps", min=19, help="Bootstrap draws. 自助法次数。")] = 999
    seed: SeedOption = 0


@command(app, example="evaluate lifecycle integrated_circuits --reps 99")
def lifecycle(
    ctx: typer.Context,
    series: Annotated[
        str,
        typer.Argument(
            help="A product or indicator of the nation; with --provinces, or of --data, a column or expression. "
            "全国产品或指标；配合 --provinces 或 --data 时为列或表达式。"
        ),
    ],
    sample: SampleOptions,
    options: CurveOptions,
    table: FrameOptions,
    plot: Annotated[
        Path | None,
        typer.Option(callback=figure_out, help="Draw one series to this .svg, .png or .pdf. 图形文件。"),
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", help="The province or unit that --plot draws. 作图的省份或个体。")
    ] = None,
    skip_incomplete: SkipOption = False,
) -> None:
    """Stages and dates of a life cycle: start-up, growth, maturity, decline. 生命周期阶段与日期。"""
    from panelkit.cli import _did_shown
    from panelkit.evaluation.life_cycle.life_cycle import life_cycle

    refuse_look(ctx, table, printed=table.out is not None or not table.as_json)
    form, style = table.chosen(), table.style()
    if plot is not None:
        _did_shown.check_figure(plot)
    else:
        refuse(ctx, "of", message("--of names the unit that --plot draws: give --plot too, or leave it out"))
    frame, notes = _frame(ctx, series, sample)
    asked: Any = {"measure": options.measure, "errors": options.errors}
    found = life_cycle(
        frame,
        series,
        curves=None if options.curves is None else list(listed_in([options.curves])),
        launch=options.launch,
        horizon=options.horizon,
        level=options.level,
        reps=options.reps,
        rng=options.seed,
        incomplete="skip" if skip_incomplete else "refuse",
        **asked,
    )
    drawn = None if plot is None else found.plot(of, language=table.language)
    _put(found, table, form, style, notes)
    if drawn is not None and plot is not None:
        drawn.save(plot)
        typer.echo(str(plot), err=table.as_json)


def _frame(
    ctx: typer.Context, series: str, sample: SampleOptions
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return the nation's figures, the provinces' where they are named, or the user's own."""
    from panelkit.data.nation import load_nation
    from panelkit.data.user.panel import read_one_series

    asked = chosen(ctx, sample)
    if sample.data is None and not given(ctx, "provinces"):
        _refuse_for_one(ctx, ("lags", "where", "store", "skip_incomplete"))
        frame = load_nation(series, asked.years, asked.vintage or None)
        return frame.set_axis([series], axis=1), ()
    if sample.data is not None and sample.unit is None:
        sheet = 0 if sample.sheet is None else sample.sheet
        one = read_one_series(sample.data, time=sample.time, sheet=sheet)
        if one is not None:
            _refuse_for_one(ctx, ("lags", "where", "provinces", "skip_incomplete"))
            return _between(one, asked.years, sample.data), ()
    return _panel(ctx, series, sample)


def _between(frame: pd.DataFrame, years: tuple[int, int] | None, path: Path) -> pd.DataFrame:
    if years is None:
        return frame
    kept = frame[(frame.index >= years[0]) & (frame.index <= years[1])]
    if kept.empty:
        raise SpecError(
            message(
                "--years {first}-{last}: {file} holds no row of these years, only {earliest}-{latest}",
                first=years[0],
                last=years[1],
                file=path,
                earliest=frame.index.min(),
                latest=frame.index.max(),
            )
        )
    return kept


def _refuse_for_one(ctx: typer.Context, names: tuple[str, ...]) -> None:
    for name in names:
        refuse(
            ctx,
            name,
            message(
                "{option} chooses rows of a panel, and one series has years alone: --years, or leave it out",
                option=flag(name),
            ),
        )


def _panel(
    ctx: typer.Context, series: str, sample: SampleOptions
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return the column or expression on the rows of the sample, and what there is to say of them."""
    import pandas as pd

    from panelkit.formula.formula import parse_formula
    from panelkit.models.reading import read_design

    text = f"{series} ~ 1"
    rows = rows_of(ctx, sample, [parse_formula(text)])
    design = read_design(text, rows.frame, where=rows.where, varies=False)
    frame = pd.DataFrame({series: pd.Series(design.y, index=design.labels())})
    frame.index.names = rows.frame.index.names
    return frame, tuple(design.notes)


def _put(found: LifeCycle, table: FrameOptions, form: Any, style: Any, notes: tuple[Message, ...]) -> None:
    """Print the table or write it to a file; print its numbers as JSON where that is asked for."""
    language = table.language
    told = all_told([*found.said, *notes], language)
    if table.as_json:
        print_json(
            {
                "title": found.title.text(language),
                "rows": records(found.tidy()),
                "stages": records(found.stages()),
                "dates": records(found.dates()),
                "curves": records(found.curves()),
                "forecasts": records(found.forecasts()),
                "notes": told,
            }
        )
    style = {**style, "notes": [*told, *style.get("notes", ())]}
    if table.out is not None:
        found._rendered(form, table.out, language, style)
        typer.echo(str(table.out), err=table.as_json)
    elif not table.as_json:
        with narrow_terminal():
            shown = {"width": terminal_width(), **style} if form == "text" else style
            typer.echo(found._rendered(form, None, language, shown))
