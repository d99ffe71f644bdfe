"""The options of `panelkit pvar`: the system, how it is estimated, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

import typer

from panelkit.cli._options import Lags, SampleOptions, SeedOption


class Estimator(StrEnum):
    """How the system is estimated."""

    gmm = "gmm"
    bias_corrected = "bias-corrected"
    least_squares = "least-squares"


class Transform(StrEnum):
    """How the effects of units are taken out."""

    fod = "fod"
    differences = "differences"
    fd = "fd"


class Errors(StrEnum):
    """What the errors of coefficients stand on."""

    robust = "robust"
    jackknife = "jackknife"


class Singular(StrEnum):
    """What is done with a singular two-step weight."""

    refuse = "refuse"
    pinv = "pinv"


class Granger(StrEnum):
    """The law that Granger tests are held against."""

    jackknife = "jackknife"
    f = "F"
    chi2 = "chi2"


class Interval(StrEnum):
    """Which ends of the draws a band has."""

    percentile = "percentile"
    normal = "normal"
    basic = "basic"


class Bands(StrEnum):
    """How bands are made."""

    bootstrap = "bootstrap"
    monte_carlo = "monte-carlo"
    none = "none"


@dataclass(frozen=True)
class VectorRowsChosen(SampleOptions):
    """The rows of a panel VAR; `--lags` says here how many lags it has, and lags read years outside `--years`."""

    lags: ClassVar[Lags] = Lags.reach  # type: ignore[misc]


@dataclass(frozen=True)
class System:
    """The system and how it is estimated."""

    lag_order: Annotated[int, typer.Option("--lags", min=1, help="Lags of all variables. 滞后阶数。")] = 1
    choose_lags: Annotated[
        int | None,
        typer.Option(
            "--choose-lags", min=1, help="Take the order up to this one that MBIC chooses. 按 MBIC 选阶。"
        ),
    ] = None
    exogenous: Annotated[
        list[str] | None,
        typer.Option(help="A strictly exogenous term of every equation, repeatable. 严格外生变量，可重复。"),
    ] = None
    estimator: Annotated[Estimator, typer.Option(help="Estimator. 估计方法。")] = Estimator.gmm
    transform: Annotated[
        Transform, typer.Option(help="Forward orthogonal deviations or differences. 去个体效应的变换。")
    ] = Transform.fod
    instruments: Annotated[
        str | None,
        typer.Option(help='Lags of the levels: "1:2", all or exact. 工具变量的滞后阶。'),
    ] = None
    by_period: Annotated[
        bool,
        typer.Option("--by-period", help="One instrument a lag and year, not collapsed. 工具变量不折叠。"),
    ] = False
    two_step: Annotated[bool, typer.Option("--two-step", help="Two-step GMM. 两步 GMM。")] = False
    no_time_effects: Annotated[
        bool, typer.Option("--no-time-effects", help="Leave year effects in. 不含时间效应。")
    ] = False
    singular: Annotated[
        Singular, typer.Option(help="A singular two-step weight: refuse or pinv. 权重矩阵奇异时的处理。")
    ] = Singular.refuse
    tolerance: Annotated[
        float | None,
        typer.Option(help="Share of the largest eigenvalue that pinv counts as zero. 广义逆的容差。"),
    ] = None
    errors: Annotated[
        Errors, typer.Option(help="robust (sandwich), or jackknife over clusters. 标准误。")
    ] = Errors.robust
    cluster: Annotated[str | None, typer.Option(help="A column of clusters; none: the unit. 聚类列。")] = None


@dataclass(frozen=True)
class Responses:
    """What is asked of the system."""

    granger: Annotated[
        Granger,
        typer.Option(
            help="Granger tests: jackknife over clusters, F or chi2 of the fit. 格兰杰检验的推断方式。"
        ),
    ] = Granger.jackknife
    order: Annotated[
        str | None,
        typer.Option(
            help='Variables by name or number, the one that moves all others first: "2,1". 冲击的排序（Cholesky）。'
        ),
    ] = None
    horizon: Annotated[int, typer.Option(help="Years after the shock. 响应期数。")] = 10
    bands: Annotated[Bands, typer.Option(help="Units drawn again, normal draws, or none. 置信带。")] = (
        Bands.bootstrap
    )
    interval: Annotated[
        Interval, typer.Option(help="percentile, normal or basic ends of the draws. 置信带端点的取法。")
    ] = Interval.percentile
    reps: Annotated[int, typer.Option(help="Draws of the bands. 抽样次数。")] = 1000
    seed: SeedOption = 0
    joint: Annotated[
        bool, typer.Option("--joint", help="Bands of whole paths of responses. 整条路径的联合置信带。")
    ] = False
    generalised: Annotated[
        bool, typer.Option("--generalised", help="Generalised shocks: no order. 广义脉冲响应。")
    ] = False
    cumulative: Annotated[bool, typer.Option("--cumulative", help="Responses summed up. 累积脉冲响应。")] = (
        False
    )
    fevd: Annotated[bool, typer.Option("--fevd", help="Variance decomposition. 方差分解。")] = False
    normalise: Annotated[
        bool, typer.Option("--normalise", help="Generalised shares that sum to one. 广义方差分解归一化。")
    ] = False
    projections: Annotated[
        bool, typer.Option("--projections", help="Local projections beside the responses. 局部投影。")
    ] = False
