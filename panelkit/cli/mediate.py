"""`panelkit mediate`: how much of an effect goes through mediators, on the shipped figures or a panel of one's own."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._options import Lang, LangOption
from panelkit.cli.index import (
    DataOption,
    OutOption,
    TimeOption,
    UnitOption,
    YearsOption,
    print_written,
    read_data,
    years_of,
)
from panelkit.core.errors import SpecError

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.models.mediation import Mediation
    from panelkit.models.mediation_result import MediationResult

app = typer.Typer(add_completion=False)


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
    outcome: Annotated[str, typer.Argument(help="An expression: va_tertiary / va_secondary. 结果变量。")],
    treatment: Annotated[str, typer.Argument(help="An expression. 解释变量。")],
    mediators: Annotated[list[str], typer.Argument(help="One or more expressions. 中介变量。")],
    controls: Annotated[
        str, typer.Option(help="Terms of a formula: log(gdp / population) + urbanisation_rate. 控制变量。")
    ] = "",
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    years: YearsOption = None,
    provinces: Annotated[str, typer.Option(help="all or no_tibet, for the shipped figures.")] = "all",
    vintage: Annotated[
        list[str] | None, typer.Option(help="gdp=as_published; may be repeated. 数据版本。")
    ] = None,
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: LangOption = Lang.en,
) -> None:
    """Total, direct and indirect effects with province resamples, and how fragile they are. 中介效应检验。"""
    from panelkit.data.notes import data_notes
    from panelkit.models.mediation import Mediation
    from panelkit.models.mediation_text import conditional_text
    from panelkit.report import mediation_files
    from panelkit.show.tables import frame_table
    from panelkit.show.words import in_language

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
    span = years_of(years)
    if span is not None:
        span = (span[0] - lag, span[1] + lead)
    frame = read_data(data, unit, time)
    if frame is None:
        frame = _shipped(spec, span, provinces, vintage or [])
    elif span is not None:
        when = frame.index.get_level_values(1)
        frame = frame[(when >= span[0]) & (when <= span[1])]
    result = spec.fit(frame, reps=reps, rng=seed, jobs=jobs, made_of=_made_of(frame))
    named, origin = _named(labels, result), data_notes(frame, language=lang.language)
    if as_json:
        typer.echo(json.dumps(_content(result), ensure_ascii=False, indent=2))
    else:
        typer.echo(result.summary(language=lang.language))
        told = {in_language(note, lang.language) for note in result.notes}
        further = [f"  - {note}" for note in origin if note not in told]
        if further:
            typer.echo("\n".join(further))
        if moderator is not None:
            typer.echo("\n" + conditional_text(result, lang.language))
        if inference:
            table = mediation_files.inference_table(result, lang.language, reps=reps)
            typer.echo(
                "\n" + str(frame_table(table, language=lang.language, index=False, format="text", width=140))
            )
        if procedures:
            typer.echo("\n" + mediation_files.procedures_text(result, lang.language))
    if out is not None:
        print_written(
            mediation_files.write_mediation(result, out, lang.language, named, origin), quiet=as_json
        )


def _shipped(
    spec: Mediation, span: tuple[int, int] | None, provinces: str, vintage: list[str]
) -> pd.DataFrame:
    """Return the shipped figures, composite indices and structural measures that the expressions name."""
    from panelkit.data.panels import load_provinces
    from panelkit.indices.columns import is_derived, with_derived
    from panelkit.models.mediation_design import roles_of

    columns = [name for name in roles_of(spec).columns if name not in ("province", "year")]
    pairs = [item.partition("=") for item in vintage]
    wrong = ["".join(pair) for pair in pairs if not pair[1]]
    if wrong:
        raise SpecError(f"--vintage {', '.join(wrong)}: write indicator=vintage, gdp=as_published")
    chosen: Any = {name: value for name, _, value in pairs}
    where: Any = provinces
    derived = [name for name in columns if is_derived(name)]
    held = [name for name in columns if name not in derived] or ["population"]
    frame = load_provinces(held, span, chosen or None, where)
    return with_derived(frame, derived) if derived else frame


def _numbers(levels: str | None) -> tuple[float, ...] | None:
    if levels is None:
        return None
    try:
        return tuple(float(part) for part in levels.replace("，", ",").split(","))
    except ValueError:
        raise SpecError(f"--levels lists numbers with commas between them, 0.5,1.0, not {levels!r}") from None


def _made_of(frame: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the figures behind the composite indices of the shipped panel."""
    from panelkit.indices.columns import figures_behind, is_derived

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
        "notes": [{"en": remark.en, "zh": remark.zh} for remark in result.remarks],
    }
