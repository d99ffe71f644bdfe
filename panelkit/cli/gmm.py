"""`panelkit gmm`: a dynamic panel by difference or system GMM, its tests, and small-sample estimators beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import Lags, SampleOptions, TablesOutput
from panelkit.cli._table_options import TableToFile, print_models, refuse_look
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.formula.formula import Formula
    from panelkit.formula.moment_nodes import MomentFormula

app = typer.Typer(add_completion=False)


class TransformChoice(StrEnum):
    """How the effects of units are taken out."""

    differences = "differences"
    fod = "fod"
    fd = "fd"


class WeightChoice(StrEnum):
    """The weight of the first step, as xtabond2 counts."""

    identity = "1"
    blocks = "2"
    joint = "3"


class SingularChoice(StrEnum):
    """What happens with a singular two-step weight."""

    refuse = "refuse"
    pinv = "pinv"


@dataclass(frozen=True)
class DynamicRowsChosen(SampleOptions):
    """The rows of a dynamic panel; `--lags` are those of instruments, and lags read years outside `--years`."""

    lags: ClassVar[Lags] = Lags.reach  # type: ignore[misc]


@dataclass(frozen=True)
class Moments:
    """Which moments, and how they are weighted."""

    system: Annotated[
        bool, typer.Option("--system", help="System GMM: levels beside the changes. 系统GMM。")
    ] = False
    transform: Annotated[
        TransformChoice,
        typer.Option(help="Differences, or forward orthogonal deviations. 差分或前向正交离差。"),
    ] = TransformChoice.differences
    instrument_lags: Annotated[
        str | None,
        typer.Option(
            "--lags",
            help='Lags of the outcome as instruments where the formula names none: "2:3", or "2:" and deeper. '
            "公式未写工具变量时，被解释变量作工具的滞后阶。",
        ),
    ] = None
    collapse: Annotated[
        bool,
        typer.Option("--collapse", help="One column a lag in place of one a lag and year. 折叠工具变量。"),
    ] = False
    two_step: Annotated[bool, typer.Option("--two-step", help="Two-step GMM. 两步GMM。")] = False
    time_effects: Annotated[
        bool, typer.Option("--time-effects", help="Dummies of years. 加入年份虚拟变量。")
    ] = False
    uncorrected: Annotated[
        bool,
        typer.Option("--uncorrected", help="Two-step errors without Windmeijer's correction. 不作修正。"),
    ] = False
    small: Annotated[bool, typer.Option("--small", help="t instead of z. 小样本 t 统计量。")] = False
    h: Annotated[
        WeightChoice, typer.Option("--h", help="The one-step weight: xtabond2's h(). 一步权重。")
    ] = WeightChoice.joint
    cluster: Annotated[str | None, typer.Option(help="A column of clusters; none: the unit. 聚类列。")] = None
    singular: Annotated[
        SingularChoice,
        typer.Option(help="A singular two-step weight: refuse or pinv. 权重矩阵奇异时的处理。"),
    ] = SingularChoice.refuse


@command(
    app,
    example='gmm "log(patents_granted) ~ lag(log(patents_granted), 1) + log(gdp)" --years 2014-2022 --time-effects',
)
def gmm(
    ctx: typer.Context,
    formula: Annotated[
        str,
        typer.Argument(
            help='"y ~ lag(y, 1) + x | gmm(y, 2:3) + iv(x)"; instruments behind the bar. 竖线后为工具变量。'
        ),
    ],
    sample: DynamicRowsChosen,
    moments: Moments,
    look: TableToFile,
    output: TablesOutput,
    alternatives: Annotated[
        bool,
        typer.Option(
            "--alternatives", help="Estimators for few units beside it, in one table. 小样本估计量对照。"
        ),
    ] = False,
) -> None:
    """A dynamic panel by GMM, with tests of its instruments. 动态面板GMM（差分与系统）。"""
    from dataclasses import replace

    from panelkit.cli import _gmm_shown as shown
    from panelkit.formula.formula import parse_formula
    from panelkit.models.dynamic.gmm.request import read_request

    _refuse_idle(ctx, moments)
    refuse_look(ctx, look, printed=not output.as_json or look.table is not None)
    look.check()
    written = _with_lags(formula, moments)
    asked = read_request(written)
    spec = _spec(written, moments)
    extra = [] if moments.cluster is None else [parse_formula(f"{moments.cluster} ~ 1")]
    rows = rows_of(ctx, sample, [*_formulas(asked), *extra], beside=(_reach(asked), 0))
    fit = replace(spec, where=rows.where).fit(rows.frame)
    beside = _alternatives(asked, moments, rows, fit) if alternatives else None
    if output.as_json:
        shown.print_content(fit, beside)
    else:
        shown.print_parts(fit, beside, rows.frame, output.language, look.style())
    if look.table is not None:
        print_models([fit], look, output.language, quiet=True)
    if output.out is not None:
        shown.write(fit, beside, output.out, output.language, quiet=output.as_json)


def _with_lags(formula: str, moments: Moments) -> str:
    """Return the formula with the instruments that `--lags` names."""
    from panelkit.formula.moment_nodes import parse_moments, spelled_terms
    from panelkit.models.dynamic.gmm.request import own_lags, read_request

    if moments.instrument_lags is None:
        return formula
    if parse_moments(formula).given:
        raise SpecError(
            message(
                "--lags is of the default instruments, and the formula names its own behind the bar: leave one out"
            )
        )
    asked = read_request(formula)
    own = own_lags(asked.model)
    others = tuple(term for term in asked.model.terms if term.label not in own)
    lags = moments.instrument_lags.replace("：", ":")
    shape = ", collapse" if moments.collapse else ""
    more = f" + iv({spelled_terms(others)})" if others else ""
    return f"{formula} | gmm({asked.model.outcome}, {lags}{shape}){more}"


def _spec(formula: str, moments: Moments) -> Any:
    from panelkit.models.dynamic.gmm.estimators import DifferenceGMM, SystemGMM

    kind: Any = SystemGMM if moments.system else DifferenceGMM
    return kind(
        formula,
        transform=moments.transform.value,
        steps=2 if moments.two_step else 1,
        collapse=moments.collapse,
        time_effects=moments.time_effects,
        windmeijer=not moments.uncorrected,
        small=moments.small,
        h=int(moments.h.value),
        cluster=moments.cluster,
        singular=moments.singular.value,
    )


def _formulas(asked: MomentFormula) -> list[Formula]:
    """Return formulas that name every column that is read."""
    from panelkit.formula.formula import parse_formula
    from panelkit.formula.grammar import spelled_term
    from panelkit.formula.tree import Term
    from panelkit.models.dynamic.gmm.request import combined

    return [
        combined(asked),
        *(parse_formula(f"{spelled_term(Term((node.factor,)))} ~ 1") for node in asked.gmm),
    ]


def _reach(asked: MomentFormula) -> int:
    """Return how many years before the sample are read: the lags of the model, and the deepest of instruments named."""
    from panelkit.formula.reach import factors_reach, formula_reach

    deep = [
        (node.first if node.last is None else node.last) + 1 + factors_reach([node.factor])[0]
        for node in asked.gmm
    ]
    return max([formula_reach(asked.model)[0], *deep])


def _alternatives(asked: MomentFormula, moments: Moments, rows: Any, fit: Any) -> Any:
    """Return the fit that was asked for beside the estimators for few units; those of GMM have default instruments."""
    from dataclasses import replace

    from panelkit.models.dynamic.short.dynamic_comparison import compare_dynamic

    effects: Any = "twoway" if moments.time_effects else "unit"
    found = compare_dynamic(asked.model.text, rows.frame, effects=effects, where=rows.where)
    return replace(found, results={"asked": fit, **found.results})


def _refuse_idle(ctx: typer.Context, moments: Moments) -> None:
    """Refuse options that are left without work."""
    if not moments.two_step:
        for name in ("uncorrected", "singular"):
            said = message("--{option} is of two steps: add --two-step, or leave it out", option=name)
            refuse(ctx, name, said)
