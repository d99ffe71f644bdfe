"""Options of the spatial commands, and the model that they describe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from panelkit.cli._data import ChosenRows, rows_of
from panelkit.cli._options import ShippedSample
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.models.spatial.panel import SpatialPanel
    from panelkit.spatial.weights import Weights

SHIPPED_YEARS = (2011, 2022)


class ModelChoice(StrEnum):
    """The models."""

    sar = "sar"
    sem = "sem"
    sdm = "sdm"
    slx = "slx"
    sdem = "sdem"
    sac = "sac"
    gspre = "gspre"


class EffectsChoice(StrEnum):
    """Which effects are swept out."""

    none = "none"
    unit = "unit"
    time = "time"
    twoway = "twoway"


WeightsOption = Annotated[
    str,
    typer.Option(
        "--w",
        help="contiguity, inverse-distance, inverse-distance-2, nearest-4 (of provinces), or a file: .csv, .txt, "
        ".xlsx, .dta, .gal, .gwt. 空间权重矩阵。",
    ),
]
ErrorWeightsOption = Annotated[
    str | None,
    typer.Option(
        "--w-error",
        help="Weights of the error, where they are others: as --w. 误差项的空间权重矩阵（与 --w 不同时）。",
    ),
]
DurbinWeightsOption = Annotated[
    str | None,
    typer.Option(
        "--w-durbin",
        help="Weights of the lagged regressors, where they are others: as --w. 杜宾项的空间权重矩阵（与 --w 不同时）。",
    ),
]


OrderOption = Annotated[
    str | None,
    typer.Option(
        "--w-order",
        help="Column of numbers, or the encoded unit itself, in whose order the rows of a matrix file without names "
        "stand, as xsmle reads them. 无名称的权重矩阵文件按哪一列（如 xtset 的个体编码）升序排列。",
    ),
]


class IslandsChoice(StrEnum):
    """What units without a neighbour do."""

    refuse = "refuse"
    zero = "zero"


IslandsOption = Annotated[
    IslandsChoice,
    typer.Option(
        "--islands",
        help="zero keeps units without a neighbour as zero rows, refuse names them. "
        "没有邻居的个体：zero 保留为零行，refuse 报错。",
    ),
]
ModelOption = Annotated[
    ModelChoice, typer.Option("--model", help="sar, sem, sdm, slx, sdem, sac or gspre. 模型。")
]
EffectsOption = Annotated[EffectsChoice, typer.Option("--effects", help="Fixed effects. 固定效应。")]
ConventionOption = Annotated[
    str, typer.Option("--convention", help="lee-yu, lsdv, splm, elhorst or xsmle. 计算惯例。")
]
DurbinOption = Annotated[
    str | None,
    typer.Option("--durbin", help="Regressors with a spatial lag, all if absent: 'x1; x2'. 默认全部。"),
]
VcovOption = Annotated[
    str | None,
    typer.Option(
        "--vcov",
        help="Information, Hessian, OPG, QML, Cluster, ScoreCluster, ScoreCluster(column), DriscollKraay(lags); "
        "absent: that of the convention. 协方差估计，缺省随计算惯例。",
    ),
]
SmallSampleOption = Annotated[
    bool | None,
    typer.Option(
        "--small-sample/--no-small-sample",
        help="Variances times n/(n - k), and t; absent: as the convention has it. "
        "小样本调整与 t 分布，缺省随计算惯例。",
    ),
]
MissingOption = Annotated[
    str, typer.Option("--missing", help="raise, drop-unit or drop-year. 缺失值处理方式。")
]
FormulaArgument = Annotated[
    str,
    typer.Argument(
        help="Outcome and regressors: 'log(gdp/population) ~ log(rd_expenditure/gdp)'. 被解释变量与解释变量。"
    ),
]


@dataclass(frozen=True)
class SpatialOptions:
    """What a spatial panel is, whatever its weights."""

    model: ModelOption = ModelChoice.sdm
    effects: EffectsOption = EffectsChoice.twoway
    convention: ConventionOption = "lee-yu"
    missing: MissingOption = "raise"
    small_sample: SmallSampleOption = None


@dataclass(frozen=True)
class Model(SpatialOptions):
    """A spatial panel on one matrix of weights."""

    w: WeightsOption = "contiguity"
    w_error: ErrorWeightsOption = None
    w_durbin: DurbinWeightsOption = None
    w_order: OrderOption = None
    islands: IslandsOption = IslandsChoice.refuse
    durbin: DurbinOption = None
    vcov: VcovOption = None


def panel_of(chosen: SpatialOptions, formula: str, where: str | None) -> SpatialPanel:
    """Return the estimator that the options describe."""
    from panelkit.covariance.by_name import vcov_named
    from panelkit.kernels.capabilities import LIKELIHOOD
    from panelkit.models.spatial.panel import SpatialPanel

    vcov = chosen.vcov if isinstance(chosen, Model) else None
    return SpatialPanel(
        formula,
        chosen.model.value,  # type: ignore[arg-type]
        chosen.effects.value,
        chosen.convention,  # type: ignore[arg-type]
        durbin=durbin_of(chosen),
        vcov=None if vcov is None else vcov_named(vcov, LIKELIHOOD),
        small_sample=chosen.small_sample,
        missing=chosen.missing,  # type: ignore[arg-type]
        where=where,
    )


def weights_by_option(chosen: Model, frame: pd.DataFrame, sample: ShippedSample) -> dict[str, Weights]:
    """Return the weights that the options name; another stands in for `--w` where a model does not read it."""
    from panelkit.cli.spatial._order import ordered_units
    from panelkit.cli.spatial._weights import units_of, weights_of
    from panelkit.models.spatial.sample import reads_w

    units = units_of(frame)
    ids = ordered_units(chosen.w_order, frame, sample, [chosen.w, chosen.w_error, chosen.w_durbin])
    named = {"w_error": chosen.w_error, "w_durbin": chosen.w_durbin}
    if reads_w(chosen.model.value, chosen.w_error, chosen.w_durbin):
        named["w"] = chosen.w
    held = {
        name: weights_of(
            text, units, ids=ids, islands=chosen.islands.value, option=f"--{name.replace('_', '-')}"
        )
        for name, text in named.items()
        if text is not None
    }
    return {"w": next(iter(held.values())), **held}


def rows_of_formula(ctx: typer.Context, sample: ShippedSample, formula: str) -> ChosenRows:
    """Return the user's panel, or the shipped figures that the formula names, 2011 to 2022 unless asked."""
    from panelkit.formula.formula import parse_formula

    return rows_of(ctx, sample, [parse_formula(formula)], shipped_years=SHIPPED_YEARS)


def durbin_of(chosen: SpatialOptions) -> tuple[str, ...] | None:
    """Return the regressors that `--durbin` names.

    Raises
    ------
    SpecError
        If it names none.
    """
    durbin = chosen.durbin if isinstance(chosen, Model) else None
    if durbin is None:
        return None
    named = tuple(part.strip() for part in durbin.split(";") if part.strip())
    if not named:
        raise SpecError(
            message(
                "--durbin {given!r} names no regressor: write them as 'x1; x2', leave the option out for all of them, "
                "or take the model without their lags: --model sar (of sdm), sem (of sdem)",
                given=durbin,
            )
        )
    return named
