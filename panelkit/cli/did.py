"""`panelkit did`: the effect of a policy that began in some units first, by the estimators of staggered adoption."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import given, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._estimator_names import refuse_unknown
from panelkit.cli._options import Printed, SampleOptions, SeedOption
from panelkit.cli._output import figure_out
from panelkit.cli._table_options import TableToFile, refuse_without_table
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.register import keys

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.cli._data import ChosenRows

app = typer.Typer(add_completion=False)

ESTIMATORS = keys("staggered")


@dataclass(frozen=True)
class Dates:
    """When units adopt."""

    policy: Annotated[
        str | None,
        typer.Option(
            help="A policy that ships: ftz, bigdata, innov_reform, digital_economy, carbon_market, low_carbon, "
            "invest_loan. 随附的政策名单。"
        ),
    ] = None
    coding: Annotated[
        str,
        typer.Option(
            help="For --policy: any-zone or whole-province (others left out). 编码：任一片区或整省。"
        ),
    ] = "any-zone"
    shift: Annotated[
        str,
        typer.Option(help="For --policy: years added to every start, or late. 年份平移，late 为下半年顺延。"),
    ] = "0"
    cohort: Annotated[
        str | None, typer.Option(help="A column with the first treated year; 0: never. 首个受处理年份的列。")
    ] = None
    treatment: Annotated[
        str | None, typer.Option(help="A 0/1 column that stays 1 once it is 1. 处理变量（0/1）。")
    ] = None


@dataclass(frozen=True)
class Method:
    """Which estimator, against whom, and how p-values are made."""

    estimator: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(ESTIMATORS)}; repeatable, side by side. 估计量，可重复。"),
    ] = None
    control: Annotated[
        str | None, typer.Option(help="never or not-yet, where the estimator leaves the choice. 对照组。")
    ] = None
    adjustment: Annotated[
        str | None,
        typer.Option(help="regression, ipw or doubly-robust, for callaway-santanna. 协变量调整。"),
    ] = None
    anticipation: Annotated[int, typer.Option(min=0, help="Years of anticipation. 预期效应的年数。")] = 0
    weights: Annotated[str | None, typer.Option(help='"aw=population" or "pw=w". 观测权重。')] = None
    cluster: Annotated[str | None, typer.Option(help="A column of clusters; none: the unit. 聚类列。")] = None
    few: Annotated[
        str,
        typer.Option(
            help="auto (randomisation below eight treated units), randomisation, clusters, conley-taber or bootstrap. "
            "少数处理个体时的推断。"
        ),
    ] = "auto"
    reps: Annotated[int, typer.Option(min=99, help="Draws of the randomisation. 随机化次数。")] = 999
    seed: SeedOption = 0


@dataclass(frozen=True)
class Event:
    """The event study, and what is asked of it."""

    event_study: Annotated[
        bool, typer.Option("--event-study", help="Effects by years since adoption. 事件研究。")
    ] = False
    base: Annotated[
        int | None, typer.Option(help="Event time that the others are measured from; -1. 基准期。")
    ] = None
    window: Annotated[str | None, typer.Option(help='First and last event time: "-4,5". 事件窗口。')] = None
    ends: Annotated[
        str | None, typer.Option(help="bin, trim or show what lies outside the window. 窗口以外的处理。")
    ] = None
    pretrend: Annotated[
        bool,
        typer.Option("--pretrend", help="Test the leads jointly, with its power. 事前趋势检验及其功效。"),
    ] = False
    honest: Annotated[
        bool,
        typer.Option("--honest", help="What is left where trends part by a bound. 平行趋势的敏感性分析。"),
    ] = False


@command(app, example='did "log(patents_granted) ~ 1" --policy innov_reform --years 2010-2020 --bacon')
def did(
    ctx: typer.Context,
    formula: Annotated[
        str, typer.Argument(help='"outcome ~ covariates", or "outcome ~ 1". 结果变量 ~ 协变量。')
    ],
    sample: SampleOptions,
    dates: Dates,
    method: Method,
    event: Event,
    look: TableToFile,
    printed: Printed,
    bacon: Annotated[
        bool, typer.Option("--bacon", help="The comparisons behind the two-way regression. Bacon 分解。")
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(callback=figure_out, help="Draw the effects to this .svg, .png or .pdf. 绘图文件。"),
    ] = None,
) -> None:
    """What a policy did that began in some units first: staggered adoption, event studies. 双重差分与事件研究。"""
    from panelkit.cli import _did_shown
    from panelkit.data.figure_notes import data_notes
    from panelkit.formula.formula import parse_formula

    _refuse_idle(ctx, dates, method, event)
    if len(method.estimator or []) < 2 or printed.as_json:
        refuse_without_table(ctx, look)
    look.check()
    if plot is not None:
        _did_shown.check_figure(plot)
    specs = _specs(formula, dates, method, event)
    extra = [parse_formula(f"{name} ~ 1") for name in (dates.cohort, dates.treatment) if name is not None]
    rows = _dated(rows_of(ctx, sample, [parse_formula(formula), *extra], beside=(0, 0)), dates)
    fits = {name: _fit(spec, rows, method) for name, spec in specs.items()}
    main = next(iter(fits.values()))
    more = {
        **({"pretrend": main.pretrend_test()} if event.pretrend else {}),
        **({"honest": main.honest_did()} if event.honest else {}),
        **({"bacon": _bacon(formula, rows, main)} if bacon else {}),
    }
    if printed.as_json:
        _did_shown.print_content(fits, more)
    else:
        origin = data_notes(rows.frame, language=printed.language)
        _did_shown.print_fits(fits, more, origin, printed.language, look.style())
    _did_shown.write_table(fits, look, printed.language)
    if plot is not None:
        _did_shown.draw(fits, plot, printed.language)
        typer.echo(str(plot), err=printed.as_json)


def _specs(formula: str, dates: Dates, method: Method, event: Event) -> dict[str, Any]:
    """Return the estimators that the options describe, by their names, before dates and conditions are known."""
    from panelkit.language.register import find

    named = method.estimator or (["sun-abraham"] if event.event_study else ["imputation"])
    kind = find("estimator", "event_study" if event.event_study else "staggered_did")
    options: dict[str, Any] = {
        "control": method.control,
        "adjustment": method.adjustment,
        "anticipation": method.anticipation,
        "weights": method.weights,
        "cluster": method.cluster,
        "inference": method.few,
    }
    if event.event_study:
        options |= {"base": event.base, "window": _window(event.window), "ends": event.ends}
    when = _columns(dates)
    return {name: kind(formula, estimator=name, **when, **options) for name in dict.fromkeys(named)}


def _columns(dates: Dates) -> dict[str, str]:
    """Return by which column units adopt."""
    if dates.policy is not None:
        from panelkit.data.policy_columns import FIRST
        from panelkit.data.policy_tables import policy_named

        return {"cohort": policy_named(dates.policy).key + FIRST}
    if dates.cohort is not None:
        return {"cohort": dates.cohort}
    assert dates.treatment is not None  # one of the three was asked for
    return {"treatment": dates.treatment}


def _dated(rows: ChosenRows, dates: Dates) -> ChosenRows:
    """Return the rows with the columns of a policy that ships."""
    from dataclasses import replace

    from panelkit.data.policy_columns import add_policy

    if dates.policy is None:
        return rows
    shift: Any = dates.shift if dates.shift == "late" else _whole(dates.shift)
    coding: Any = dates.coding
    return replace(rows, frame=add_policy(rows.frame, dates.policy, coding, shift))


def _fit(spec: Any, rows: ChosenRows, method: Method) -> Any:
    from dataclasses import replace

    return replace(spec, where=rows.where).fit(rows.frame, reps=method.reps, rng=method.seed)


def _bacon(formula: str, rows: ChosenRows, main: Any) -> Any:
    """Return the comparisons behind the two-way regression on the rows of a fit."""
    from panelkit.inference.bacon import bacon_weights
    from panelkit.models.linear.fixed_effects import FixedEffects

    name = "adopted"
    panel = main.panel
    path = panel.adoption.path(panel.unit, panel.time)
    frame = _with_path(rows.frame, main, name, path)
    left, _, right = formula.partition("~")
    others = "" if right.strip() == "1" else f" + {right.strip()}"
    return bacon_weights(FixedEffects(f"{left}~ {name}{others}").fit(frame), name)


def _with_path(frame: pd.DataFrame, main: Any, name: str, path: Any) -> pd.DataFrame:
    """Return the rows of a fit with the treatment beside them, in the order of the fit."""
    import pandas as pd

    design = main.panel.design
    labels = pd.MultiIndex.from_arrays(
        [design.unit_labels[main.panel.unit], design.time_labels[main.panel.time]],
        names=frame.index.names[:2],
    )
    kept = frame.loc[labels]
    out = kept.assign(**{name: path})
    out.attrs = dict(frame.attrs)
    return out


def _window(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    parts = text.replace("，", ",").split(",")
    if len(parts) != 2:
        raise SpecError(message('--window is two event times, "-4,5", not {text!r}', text=text))
    return _whole(parts[0]), _whole(parts[1])


def _whole(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise SpecError(message("{text!r} is no whole number", text=text)) from None


def _refuse_idle(ctx: typer.Context, dates: Dates, method: Method, event: Event) -> None:
    """Refuse options that are left without work, and dates that are named twice or never."""
    named = [name for name in ("policy", "cohort", "treatment") if getattr(dates, name) is not None]
    if len(named) != 1:
        raise SpecError(
            message(
                "say when units adopt by one of --policy, --cohort and --treatment (given: {named})",
                named=[f"--{name}" for name in named] or message("none"),
            )
        )
    if dates.policy is None:
        for name in ("coding", "shift"):
            said = message("--{option} belongs to --policy: leave it out", option=name)
            refuse(ctx, name, said)
    if not event.event_study:
        for name in ("base", "window", "ends", "pretrend", "honest"):
            said = message("--{option} belongs to --event-study: add it, or leave it out", option=name)
            refuse(ctx, name, said)
    if method.few == "clusters":
        for name in ("reps", "seed"):
            said = message(
                "--{option} is of the randomisation, and --few clusters draws nothing", option=name
            )
            refuse(ctx, name, said)
    if len(method.estimator or []) > 1 and (event.pretrend or event.honest):
        raise SpecError(message("--pretrend and --honest are of one event study: name one --estimator"))
    if given(ctx, "estimator"):
        refuse_unknown(method.estimator or [], ESTIMATORS)
