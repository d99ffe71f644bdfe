"""`panelkit dml`: the effect of one variable with learned confounding, whole provinces as folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import Printed, SampleOptions, SeedOption
from panelkit.cli._printing import all_told, narrow_terminal, plain_values, print_json, records
from panelkit.cli._table_options import TableToFile, print_models, refuse_without_table
from panelkit.language.message import Language, Message, term

if TYPE_CHECKING:
    from panelkit.models.policy.double_ml.result import DoubleMLResult

app = typer.Typer(add_completion=False)

_WIDEST = 140
_FUNCTIONS: dict[str, Message] = {
    name: name
    for name in (
        term("learned function", "outcome"),
        term("learned function", "treatment"),
        term("learned function", "instrument"),
        term("learned function", "base"),
        term("learned function", "propensity"),
        term("learned function", "control"),
        term("learned function", "treated"),
    )
}
_NAMES = "lasso, ridge, elastic-net, ols, forest, boosting"


@dataclass(frozen=True)
class ModelOptions:
    """Which model and score, and how effects of units leave."""

    model: Annotated[
        str,
        typer.Option(help="plr (partially linear), pliv (with an instrument) or irm (0/1 treatment). 模型。"),
    ] = "plr"
    instrument: Annotated[str | None, typer.Option(help="An expression, for pliv. 工具变量。")] = None
    score: Annotated[
        str | None,
        typer.Option(help="partialling-out or iv-type (plr); ate or atte (irm). 得分函数。"),
    ] = None
    effects: Annotated[str, typer.Option(help="twoway, unit, time or none. 固定效应。")] = "twoway"
    transform: Annotated[
        str | None,
        typer.Option(
            help="within, mundlak, first-difference or first-difference-exact: how unit effects leave. 变换。"
        ),
    ] = None
    vcov: Annotated[str, typer.Option(help="CRV3, Cluster or Cluster(column). 协方差。")] = "CRV3"
    clip: Annotated[float, typer.Option(help="Bounds of propensities, for irm. 倾向得分截断值。")] = 0.01


@dataclass(frozen=True)
class LearnerOptions:
    """What learns, on which folds."""

    learner: Annotated[str, typer.Option(help=f"{_NAMES}. 学习器。")] = "lasso"
    outcome_learner: Annotated[
        str | None, typer.Option(help="Another learner of the outcome. 结果变量的学习器。")
    ] = None
    treatment_learner: Annotated[
        str | None, typer.Option(help="Another learner of the treatment; logit for irm. 处理变量的学习器。")
    ] = None
    instrument_learner: Annotated[
        str | None, typer.Option(help="Another learner of the instrument. 工具变量的学习器。")
    ] = None
    folds: Annotated[int, typer.Option(help="Folds of whole provinces. 折数，每折为完整的省份。")] = 5
    repeats: Annotated[
        int | None, typer.Option(help="Draws of the folds, 10 if absent; the median counts. 分折次数。")
    ] = None
    seed: SeedOption = 0
    jobs: Annotated[
        int, typer.Option(help="Workers; the numbers do not depend on it. 并行进程数，不影响结果。")
    ] = 1


@command(
    app,
    example='dml "log(patents_granted/population) ~ log(gdp/population) + urbanisation_rate" "log(rd_expenditure/gdp)" '
    "--years 2016-2022 --learner ols --repeats 3",
)
def dml(
    ctx: typer.Context,
    formula: Annotated[str, typer.Argument(help='"outcome ~ confounders". 结果变量 ~ 混杂变量。')],
    treatment: Annotated[str, typer.Argument(help="An expression. 处理变量。")],
    sample: SampleOptions,
    model: ModelOptions,
    learners: LearnerOptions,
    look: TableToFile,
    printed: Printed,
    nuisance: Annotated[
        bool, typer.Option("--nuisance", help="Print how well each fold was predicted. 打印各折的预测误差。")
    ] = False,
) -> None:
    """The effect of one variable by double machine learning, whole provinces as folds. 双重机器学习。"""
    from dataclasses import replace

    from panelkit.data.figure_notes import data_notes
    from panelkit.formula.formula import parse_formula
    from panelkit.models.policy.double_ml.rows import CHANGES

    refuse_without_table(ctx, look)
    look.check()
    spec = _spec(formula, treatment, model, learners)
    own = [treatment, *([] if model.instrument is None else [model.instrument])]
    left, _, right = formula.partition("~")
    whole = parse_formula(f"{left}~{right} + {' + '.join(own)}")
    rows = rows_of(ctx, sample, [whole], change=spec.transform_used in CHANGES)
    fit = replace(spec, where=rows.where).fit(rows.frame, rng=learners.seed, jobs=learners.jobs)
    if printed.as_json:
        print_json(_content(fit, printed.language))
    else:
        _print(fit, data_notes(rows.frame, language=printed.language), printed.language, nuisance=nuisance)
    if look.table is not None:
        print_models([fit], look, printed.language, quiet=True)


def _spec(formula: str, treatment: str, model: ModelOptions, learners: LearnerOptions) -> Any:
    """Return the estimator that the options describe."""
    from panelkit.covariance.by_name import vcov_named
    from panelkit.kernels.capabilities import CLUSTER_SCORES
    from panelkit.models.policy.double_ml.estimator import DoubleML

    chosen: Any = {
        "model": model.model,
        "score": model.score,
        "effects": model.effects,
        "transform": model.transform,
    }
    return DoubleML(
        formula,
        treatment,
        instrument=model.instrument,
        learner=learners.learner,
        outcome_learner=learners.outcome_learner,
        treatment_learner=learners.treatment_learner,
        instrument_learner=learners.instrument_learner,
        folds=learners.folds,
        repeats=learners.repeats,
        clip=model.clip,
        vcov=vcov_named(model.vcov, (CLUSTER_SCORES,)),
        **chosen,
    )


def _print(fit: DoubleMLResult, origin: Sequence[str], language: Language, *, nuisance: bool) -> None:
    """Print the result, what is known of the figures, and the quality of what was learned."""
    from panelkit.show import plain
    from panelkit.show.tables import frame_table

    with narrow_terminal(_WIDEST) as width:
        typer.echo(plain.folded(fit.summary(language=language)))
        said = {note.text(language) for note in fit.notes}
        further = [f"  - {note}" for note in origin if note not in said]
        if further:
            typer.echo(plain.folded("\n".join(further)))
        if nuisance:
            table = fit.nuisance.dropna(axis=1, how="all")
            table["function"] = [_FUNCTIONS[name].text(language) for name in table["function"]]
            text = frame_table(table, language=language, index=False, format="text", width=width)
            typer.echo(f"\n{text}")


def _content(fit: DoubleMLResult, language: Language) -> dict[str, Any]:
    return {
        "title": fit.title.text(language),
        "estimates": records(fit.tidy()),
        "facts": plain_values(dict(fit.facts)),
        "splits": records(fit.splits),
        "nuisance": records(fit.nuisance),
        "notes": all_told(fit.notes, language),
    }
