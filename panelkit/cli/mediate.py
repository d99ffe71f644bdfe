"""`panelkit mediate`: how much of an effect goes through mediators, on the shipped figures or a panel of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from panelkit.cli._chosen import flag, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import Output, SampleOptions, SeedOption
from panelkit.cli._printing import narrow_terminal, plain_values, print_json, print_written, records
from panelkit.cli._table_options import TableToFile, print_models, refuse_look
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.models.mediation.result import MediationResult

app = typer.Typer(add_completion=False)

_WIDEST = 140


class OrderChoice(StrEnum):
    """How several mediators lie."""

    parallel = "parallel"
    serial = "serial"


class EffectsOption(StrEnum):
    """Which fixed effects every equation has."""

    twoway = "twoway"
    unit = "unit"
    time = "time"
    none = "none"


@dataclass(frozen=True)
class PathOptions:
    """What the paths are, besides outcome, treatment and mediators."""

    controls: Annotated[
        str,
        typer.Option(help="Terms of a formula: log(gdp / population) + urbanisation_rate. 控制变量。"),
    ] = ""
    effects: Annotated[EffectsOption, typer.Option(help="Fixed effects. 固定效应。")] = EffectsOption.twoway
    order: Annotated[
        OrderChoice,
        typer.Option(help="Mediators side by side or in a chain. 多个中介变量并列或链式。"),
    ] = OrderChoice.parallel
    lag: Annotated[int, typer.Option(min=0, help="Years the treatment lies before. 解释变量滞后年数。")] = 0
    lead: Annotated[
        int, typer.Option(min=0, help="Years the outcome lies after. 结果变量取自其后的年数。")
    ] = 0
    moderator: Annotated[str | None, typer.Option(help="An expression. 调节变量。")] = None
    moderates: Annotated[str, typer.Option(help="Paths it changes: first,second,direct. 被调节的路径。")] = (
        "first"
    )
    interaction: Annotated[
        bool, typer.Option("--interaction", help="Treatment x mediator in the outcome equation. 交互项。")
    ] = False
    levels: Annotated[
        str | None, typer.Option(help="Levels of the treatment for --interaction: 0.5,1.0. 解释变量水平。")
    ] = None


@dataclass(frozen=True)
class DrawOptions:
    """How often the units are resampled."""

    reps: Annotated[int, typer.Option(min=100, help="Resamples of provinces. 重抽样次数。")] = 5000
    seed: SeedOption = 0
    jobs: Annotated[
        int, typer.Option(help="Workers; the numbers do not depend on it. 并行进程数，不影响结果。")
    ] = 1


@dataclass(frozen=True)
class EquationsTable(TableToFile):
    """What the table of equations looks like; `--order` says here how the mediators lie."""

    order: ClassVar[None] = None  # type: ignore[misc]


@dataclass(frozen=True)
class ShownOptions:
    """What is printed and drawn besides the effects."""

    equations_table: Annotated[
        bool,
        typer.Option(
            "--steps", help="Print the equations side by side, the effects beside them. 打印逐步回归表。"
        ),
    ] = False
    procedures: Annotated[
        bool, typer.Option("--procedures", help="Print the named procedures. 打印检验流程。")
    ] = False
    inference: Annotated[
        bool, typer.Option("--inference", help="Print every kind of inference. 打印各种推断。")
    ] = False


@command(
    app,
    example='mediate gdp/population rd_expenditure/gdp "log(patents_granted/population)" --years 2018-2022 --reps 100',
)
def mediate(
    ctx: typer.Context,
    outcome: Annotated[str, typer.Argument(help="An expression: va_tertiary / va_secondary. 结果变量。")],
    treatment: Annotated[str, typer.Argument(help="An expression. 解释变量。")],
    mediators: Annotated[list[str], typer.Argument(help="One or more expressions. 中介变量。")],
    sample: SampleOptions,
    paths: PathOptions,
    draws: DrawOptions,
    shown: ShownOptions,
    look: EquationsTable,
    output: Output,
) -> None:
    """Total, direct and indirect effects with province resamples, and how fragile they are. 中介效应检验。"""
    from panelkit.data.figure_notes import data_notes
    from panelkit.formula.formula import parse_formula
    from panelkit.models.mediation.roles import roles_of
    from panelkit.report import mediation_files

    _refuse_idle(ctx, mediators, paths, output)
    look, names = _for_the_diagram(look)
    printed = shown.equations_table or look.table is not None or output.out is not None
    refuse_look(ctx, look, printed=printed, why=_no_equations)
    look.check()
    spec = _spec(outcome, treatment, mediators, paths)
    formula = parse_formula(roles_of(spec).formula)
    rows = rows_of(ctx, sample, [formula], beside=(paths.lag, paths.lead))
    frame, spec = rows.frame, replace(spec, where=rows.where)
    result = spec.fit(frame, reps=draws.reps, rng=draws.seed, jobs=draws.jobs, made_of=_made_of(frame))
    named, origin = _named(names, look, result), data_notes(frame, language=output.language)
    if output.as_json:
        print_json(_content(result))
    else:
        _print(result, origin, output.language, shown, reps=draws.reps)
    if shown.equations_table or look.table is not None:
        beside = [*result.fits.values(), result]
        print_models(beside, look, output.language, quiet=output.as_json or not shown.equations_table)
    if output.out is not None:
        files = mediation_files.write_mediation(
            result, output.out, output.language, named, origin, style=look.style()
        )
        print_written(files, quiet=output.as_json)


def _spec(outcome: str, treatment: str, mediators: list[str], paths: PathOptions) -> Any:
    """Return the estimator that the options describe, before a condition on rows.

    Parameters
    ----------
    outcome, treatment
        Expressions.
    mediators
        Expressions, in the order of a chain where they are serial.
    paths
        The options about paths.

    Returns
    -------
    Mediation
        The estimator.
    """
    from panelkit.models.mediation.estimator import Mediation

    stages: Any = tuple(part.strip() for part in paths.moderates.split(","))
    return Mediation(
        outcome,
        treatment,
        tuple(mediators),
        paths.controls,
        effects=paths.effects.value,
        order=paths.order.value,
        treatment_lag=paths.lag,
        outcome_lead=paths.lead,
        moderator=paths.moderator,
        moderates=stages,
        interaction=paths.interaction,
        levels=_numbers(paths.levels),
    )


def _print(
    result: MediationResult, origin: Sequence[str], language: Language, shown: ShownOptions, *, reps: int
) -> None:
    """Print the result; in a narrow terminal lines break between words and numbers.

    Parameters
    ----------
    result
        What was estimated.
    origin
        Where the figures come from, in the language.
    language
        The language of what is printed.
    shown
        What is printed besides the effects.
    reps
        Resamples of every kind of inference.
    """
    from panelkit.models.mediation.text import conditional_text
    from panelkit.report import mediation_files
    from panelkit.show import plain
    from panelkit.show.tables import frame_table

    with narrow_terminal(_WIDEST) as width:
        typer.echo(plain.folded(result.summary(language=language)))
        said = {note.text(language) for note in result.notes}
        further = [f"  - {note}" for note in origin if note not in said]
        if further:
            typer.echo(plain.folded("\n".join(further)))
        if result.moderation is not None:
            typer.echo(plain.folded("\n" + conditional_text(result, language)))
        if shown.inference:
            table = mediation_files.inference_table(result, language, reps=reps)
            text = frame_table(table, language=language, index=False, format="text", width=width)
            typer.echo("\n" + text)
        if shown.procedures:
            typer.echo(plain.folded("\n" + mediation_files.procedures_text(result, language)))


def _refuse_idle(ctx: typer.Context, mediators: list[str], paths: PathOptions, output: Output) -> None:
    """Refuse options that this model leaves without work."""
    if paths.moderator is None:
        said = message("--moderates says which paths a moderator changes: name one by --moderator")
        refuse(ctx, "moderates", said)
    if len(mediators) == 1:
        said = message("--order says how several mediators lie, and there is one: leave it out")
        refuse(ctx, "order", said)
    if output.as_json:
        for name in ("procedures", "inference", "equations_table"):
            said = message(
                "{option} prints text, and --json prints none: leave one of them out",
                option="--steps" if name == "equations_table" else flag(name),
            )
            refuse(ctx, name, said)


def _numbers(levels: str | None) -> tuple[float, ...] | None:
    if levels is None:
        return None
    try:
        return tuple(float(part) for part in levels.replace("，", ",").split(","))
    except ValueError:
        raise SpecError(
            message("--levels lists numbers with commas between them, 0.5,1.0, not {text!r}", text=levels)
        ) from None


def _made_of(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the figures behind the composite indices of the shipped panel."""
    from panelkit.indices.panels.columns import figures_behind, is_derived

    known = frame.attrs.get("panelkit", {}).get("names", {})
    return {name: figures_behind(name) for name in known if is_derived(name)}


def _no_equations(option: str) -> Message:
    return message(
        "{option} is about the table of the equations: print it by --steps, or name --table FILE or --out DIR",
        option=option,
    )


def _for_the_diagram(look: EquationsTable) -> tuple[EquationsTable, str | None]:
    """Return the look without names written as a list, treatment,mediators,outcome, and those names."""
    lists = [text for text in look.labels or () if "=" not in text and "," in text.replace("，", ",")]
    rest = [text for text in look.labels or () if text not in lists]
    return replace(look, labels=rest or None), lists[-1].replace("，", ",") if lists else None


def _named(names: str | None, look: TableToFile, result: MediationResult) -> dict[str, str] | None:
    """Return what the variables are called in the diagram."""
    own = [result.treatment_label, *result.mediator_labels, result.outcome_label]
    if names is None:
        held = look.style().get("labels", {})
        return {name: held[name] for name in own if name in held} or None
    given = [name.strip() for name in names.split(",")]
    if len(given) != len(own):
        raise SpecError(
            message(
                "--labels names {named} variables, the model has {held}: treatment, mediators, outcome",
                named=len(given),
                held=len(own),
            )
        )
    return dict(zip(own, given, strict=True))


def _content(result: MediationResult) -> dict[str, Any]:
    share = result.share()
    return {
        "title": result.title,
        "facts": plain_values(dict(result.facts)),
        "bootstrap": {"reps": result.uncertainty.reps, "seed": result.uncertainty.seed},
        "effects": records(result.tidy()),
        "levels": [] if result.interaction is None else records(result.at_levels().tidy()),
        "paths": records(result.path_table()),
        "joint_significance": {str(key): float(value) for key, value in result.joint_significance().items()},
        "share": {"kind": share.kind, "value": None if share.kind == "none" else share.value},
        "sensitivity": [_sensitivity(result, name) for name in result.mediator_labels],
        "notes": [{"en": str(note), "zh": note.text("zh")} for note in result.notes],
    }


def _sensitivity(result: MediationResult, mediator: str) -> dict[str, Any]:
    found = result.sensitivity(mediator)
    return {
        "mediator": found.mediator,
        "rho_zero": found.rho_zero,
        "r2_residual": found.r2_residual,
        "r2_total": found.r2_total,
    }
