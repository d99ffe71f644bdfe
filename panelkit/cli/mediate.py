"""`panelkit mediate`: how much of an effect goes through mediators, on the shipped figures or a panel of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._data import refuse, rows_of
from panelkit.cli._options import (
    DataOption,
    JsonOption,
    Lags,
    LagsOption,
    Lang,
    LangOption,
    OutOption,
    ProvincesOption,
    SheetOption,
    TimeOption,
    UnitOption,
    VintageOption,
    WhereOption,
    YearsOption,
    narrow_terminal,
)
from panelkit.cli.index import print_written
from panelkit.language.errors import SpecError

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.models.mediation.result import MediationResult

app = typer.Typer(add_completion=False)

_WIDEST = 140


class OrderChoice(StrEnum):
    """How several mediators lie."""

    parallel = "parallel"
    serial = "serial"


class EffectsChoice(StrEnum):
    """Which fixed effects every equation has."""

    twoway = "twoway"
    unit = "unit"
    time = "time"
    none = "none"


@app.command()
def mediate(
    ctx: typer.Context,
    outcome: Annotated[str, typer.Argument(help="An expression: va_tertiary / va_secondary. 结果变量。")],
    treatment: Annotated[str, typer.Argument(help="An expression. 解释变量。")],
    mediators: Annotated[list[str], typer.Argument(help="One or more expressions. 中介变量。")],
    controls: Annotated[
        str, typer.Option(help="Terms of a formula: log(gdp / population) + urbanisation_rate. 控制变量。")
    ] = "",
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    years: YearsOption = None,
    lags: LagsOption = Lags.reach,
    where: WhereOption = None,
    provinces: ProvincesOption = "all",
    vintage: VintageOption = None,
    effects: Annotated[EffectsChoice, typer.Option(help="Fixed effects. 固定效应。")] = EffectsChoice.twoway,
    order: Annotated[
        OrderChoice, typer.Option(help="Mediators side by side or in a chain.")
    ] = OrderChoice.parallel,
    lag: Annotated[int, typer.Option(min=0, help="Years the treatment lies before. 解释变量滞后年数。")] = 0,
    lead: Annotated[int, typer.Option(min=0, help="Years the outcome lies after. 结果变量前置年数。")] = 0,
    moderator: Annotated[str | None, typer.Option(help="An expression. 调节变量。")] = None,
    moderates: Annotated[str, typer.Option(help="Paths it changes: first,second,direct.")] = "first",
    interaction: Annotated[
        bool, typer.Option("--interaction", help="Treatment x mediator in the outcome equation. 交互项。")
    ] = False,
    levels: Annotated[
        str | None, typer.Option(help="Levels of the treatment for --interaction: 0.5,1.0. 解释变量水平。")
    ] = None,
    reps: Annotated[int, typer.Option(min=100, help="Resamples of provinces. 重抽样次数。")] = 5000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    jobs: Annotated[int, typer.Option(help="Workers; the numbers do not depend on it.")] = 1,
    labels: Annotated[
        str | None, typer.Option(help="Names for the diagram: treatment,mediators,outcome. 图中名称。")
    ] = None,
    procedures: Annotated[
        bool, typer.Option("--procedures", help="Print the named procedures. 打印检验流程。")
    ] = False,
    inference: Annotated[
        bool, typer.Option("--inference", help="Print every kind of inference. 打印各种推断。")
    ] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Total, direct and indirect effects with province resamples, and how fragile they are. 中介效应检验。"""
    from panelkit.data.figure_notes import data_notes
    from panelkit.formula.formula import parse_formula
    from panelkit.models.mediation.estimator import Mediation
    from panelkit.models.mediation.roles import roles_of
    from panelkit.report import mediation_files

    _refuse_idle(ctx, mediators, moderator)
    stages: Any = tuple(part.strip() for part in moderates.split(","))
    spec = Mediation(
        outcome,
        treatment,
        tuple(mediators),
        controls,
        effects=effects.value,
        order=order.value,
        treatment_lag=lag,
        outcome_lead=lead,
        moderator=moderator,
        moderates=stages,
        interaction=interaction,
        levels=_numbers(levels),
    )
    rows = rows_of(ctx, [parse_formula(roles_of(spec).formula)], beside=(lag, lead))
    frame, spec = rows.frame, replace(spec, where=rows.where)
    result = spec.fit(frame, reps=reps, rng=seed, jobs=jobs, made_of=_made_of(frame))
    named, origin = _named(labels, result), data_notes(frame, language=lang.language)
    if as_json:
        typer.echo(json.dumps(_content(result), ensure_ascii=False, indent=2))
    else:
        _print(result, origin, lang, reps=reps, inference=inference, procedures=procedures)
    if out is not None:
        print_written(
            mediation_files.write_mediation(result, out, lang.language, named, origin), quiet=as_json
        )


def _print(
    result: MediationResult,
    origin: Sequence[str],
    lang: Lang,
    *,
    reps: int,
    inference: bool,
    procedures: bool,
) -> None:
    """Print the result; in a narrow terminal lines break between words and numbers."""
    from panelkit.models.mediation.text import conditional_text
    from panelkit.report import mediation_files
    from panelkit.show import plain
    from panelkit.show.tables import frame_table
    from panelkit.show.words import in_language

    language = lang.language
    with narrow_terminal(_WIDEST) as width:
        typer.echo(plain.folded(result.summary(language=language)))
        told = {in_language(note, language) for note in result.notes}
        further = [f"  - {note}" for note in origin if note not in told]
        if further:
            typer.echo(plain.folded("\n".join(further)))
        if result.moderation is not None:
            typer.echo(plain.folded("\n" + conditional_text(result, language)))
        if inference:
            table = mediation_files.inference_table(result, language, reps=reps)
            shown = frame_table(table, language=language, index=False, format="text", width=width)
            typer.echo("\n" + shown)
        if procedures:
            typer.echo(plain.folded("\n" + mediation_files.procedures_text(result, language)))


def _refuse_idle(ctx: typer.Context, mediators: list[str], moderator: str | None) -> None:
    """Refuse options that this model leaves without work."""
    if moderator is None:
        refuse(ctx, "moderates", "says which paths a moderator changes: name one by --moderator")
    if len(mediators) == 1:
        refuse(ctx, "order", "says how several mediators lie, and there is one: leave it out")
    if ctx.params.get("as_json"):
        for name in ("procedures", "inference"):
            refuse(ctx, name, "prints text, and --json prints none: leave one of them out")
    if ctx.params.get("out") is None:
        refuse(ctx, "labels", "names the boxes of the diagram, which is drawn into --out: name a folder")


def _numbers(levels: str | None) -> tuple[float, ...] | None:
    if levels is None:
        return None
    try:
        return tuple(float(part) for part in levels.replace("，", ",").split(","))
    except ValueError:
        raise SpecError(f"--levels lists numbers with commas between them, 0.5,1.0, not {levels!r}") from None


def _made_of(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the figures behind the composite indices of the shipped panel."""
    from panelkit.indices.panels.columns import figures_behind, is_derived

    known = frame.attrs.get("panelkit", {}).get("names", {})
    return {name: figures_behind(name) for name in known if is_derived(name)}


def _named(labels: str | None, result: MediationResult) -> dict[str, str] | None:
    if labels is None:
        return None
    names = [name.strip() for name in labels.split(",")]
    own = [result.treatment_label, *result.mediator_labels, result.outcome_label]
    if len(names) != len(own):
        raise SpecError(
            f"--labels names {len(names)} variables, the model has {len(own)}: treatment, mediators, outcome"
        )
    return dict(zip(own, names, strict=True))


def _content(result: MediationResult) -> dict[str, Any]:
    from panelkit.show.words import in_language

    share = result.share()
    sensitivity = [result.sensitivity(name) for name in result.mediator_labels]

    def rows(table: Any) -> Any:
        return json.loads(table.to_json(orient="records", force_ascii=False))

    return {
        "title": result.title,
        "facts": {
            key: value.item() if hasattr(value, "item") else value for key, value in result.facts.items()
        },
        "bootstrap": {"reps": result.uncertainty.reps, "seed": result.uncertainty.seed},
        "effects": rows(result.tidy()),
        "levels": [] if result.interaction is None else rows(result.at_levels().tidy()),
        "paths": rows(result.path_table()),
        "joint_significance": {str(key): float(value) for key, value in result.joint_significance().items()},
        "share": {"kind": share.kind, "value": None if share.kind == "none" else share.value},
        "sensitivity": [
            {
                "mediator": s.mediator,
                "rho_zero": s.rho_zero,
                "r2_residual": s.r2_residual,
                "r2_total": s.r2_total,
            }
            for s in sensitivity
        ],
        "notes": [{"en": str(note), "zh": in_language(note, "zh")} for note in result.notes],
    }
