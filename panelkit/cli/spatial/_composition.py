"""Spatial panels with random unit effects or with lags of the outcome, as a command line names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._chosen import flag, refuse
from panelkit.cli._options import ShippedSample
from panelkit.cli.spatial._options import (
    Model,
    ModelChoice,
    durbin_of,
    panel_of,
    rows_of_formula,
    weights_by_option,
)
from panelkit.language.message import Message, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.models.spatial.fit import SpatialFit

_DLAGS = {"1": "time", "2": "space-time", "3": "both"}  # xsmle's numbers

RandomOption = Annotated[
    bool, typer.Option("--random", help="Random unit effects instead of fixed ones. 个体随机效应。")
]
YearEffectsOption = Annotated[
    bool, typer.Option("--year-effects", help="Year effects beside --random. 随机效应模型中的年份效应。")
]
ErrorsOption = Annotated[
    str,
    typer.Option(
        "--errors",
        help="With --random and sem, sdem or sac: kkp, unit effects go through the spatial errors; baltagi, they do "
        "not. 随机效应是否进入空间误差过程。",
    ),
]
MeansOption = Annotated[
    bool,
    typer.Option("--means", help="Unit means of all regressors beside --random (Mundlak). 加入个体均值。"),
]
ErrorOption = Annotated[
    int,
    typer.Option(
        "--error",
        min=1,
        max=4,
        help="--model gspre: 1 phi and lambda, 2 lambda = 0, 3 phi = 0, 4 phi = lambda. gspre 的误差结构。",
    ),
]
DlagOption = Annotated[
    str | None,
    typer.Option(
        "--dlag",
        help="A dynamic panel: time (1), space-time (2) or both (3) lags of the outcome. 动态空间面板的滞后项。",
    ),
]


@dataclass(frozen=True)
class Composition:
    """Random unit effects, and lags of the outcome."""

    random: RandomOption = False
    year_effects: YearEffectsOption = False
    errors: ErrorsOption = "kkp"
    means: MeansOption = False
    error: ErrorOption = 1
    dlag: DlagOption = None


def composed_fit(
    ctx: typer.Context, sample: ShippedSample, model: Model, more: Composition, formula: str
) -> SpatialFit:
    """Return the fit that the options of a command describe."""
    return composed_fit_of(ctx, sample, model, more, formula)[0]


def composed_fit_of(
    ctx: typer.Context, sample: ShippedSample, model: Model, more: Composition, formula: str
) -> tuple[SpatialFit, pd.DataFrame]:
    """Return the fit that the options of a command describe, and the frame that was fitted."""
    _refuse(ctx, model, more)
    rows = rows_of_formula(ctx, sample, formula)
    held = weights_by_option(model, rows.frame, sample)
    fit: SpatialFit = spec_of(model, more, formula, rows.where).fit(rows.frame, **held)
    return fit, rows.frame


def spec_of(model: Model, more: Composition, formula: str, where: str | None) -> Any:
    """Return the estimator that the options describe."""
    if model.model is ModelChoice.gspre:
        from panelkit.models.spatial.gspre import GeneralisedRandomEffects

        durbin = durbin_of(model)
        return GeneralisedRandomEffects(
            formula,
            more.error,  # type: ignore[arg-type]
            "sem" if durbin is None else "sdem",
            durbin=durbin,
            **_shared(GeneralisedRandomEffects, model, where),
        )
    if more.dlag is not None:
        from panelkit.models.spatial.dynamic import DynamicSpatialPanel

        return DynamicSpatialPanel(
            formula,
            model.model.value,  # type: ignore[arg-type]
            _DLAGS.get(more.dlag, more.dlag),  # type: ignore[arg-type]
            model.effects.value,
            model.convention,  # type: ignore[arg-type]
            durbin=durbin_of(model),
            **_shared(DynamicSpatialPanel, model, where),
        )
    return random_of(model, more, formula, where) if more.random else panel_of(model, formula, where)


def random_of(model: Model, more: Composition, formula: str, where: str | None) -> Any:
    """Return the random-effects model that the options describe."""
    from panelkit.models.spatial.random import SpatialRandomEffects

    return SpatialRandomEffects(
        formula,
        model.model.value,  # type: ignore[arg-type]
        time_effects=more.year_effects,
        means=more.means,
        errors=more.errors,  # type: ignore[arg-type]
        durbin=durbin_of(model),
        **_shared(SpatialRandomEffects, model, where),
    )


def _shared(kind: type, model: Model, where: str | None) -> dict[str, Any]:
    """Return the options that every estimator has; those not given are left to it."""
    from panelkit.covariance.by_name import vcov_named
    from panelkit.language.offers import capabilities_of

    found: dict[str, Any] = {"missing": model.missing, "where": where}
    if model.vcov is not None:
        found["vcov"] = vcov_named(model.vcov, capabilities_of(kind) or ())
    if model.small_sample is not None:
        found["small_sample"] = model.small_sample
    return found


def _refuse(ctx: typer.Context, model: Model, more: Composition) -> None:
    """Refuse options of another kind of model than the one asked for."""
    from panelkit.models.spatial.sample import reads_w

    gspre = model.model is ModelChoice.gspre
    idle: dict[str, Message] = {}
    if more.random or gspre:
        idle |= {"effects": _FIXED, "convention": _FIXED, "dlag": _STATIC}
    if gspre or not more.random:
        idle |= dict.fromkeys(("year_effects", "errors", "means"), _RANDOM)
    if not gspre:
        idle["error"] = _GSPRE
    if gspre:
        idle["w_durbin"] = _ONE_W
    elif more.random or more.dlag is not None:
        idle |= dict.fromkeys(("w_error", "w_durbin"), _ONE_W)
    if not reads_w(model.model.value, model.w_error, model.w_durbin):
        idle["w"] = _UNREAD
    for name, why in idle.items():
        refuse(ctx, name, message("{option}: {why}", option=flag(name), why=why))


_FIXED = message("it is about fixed effects, and the unit effects are random here: leave it out")
_STATIC = message("lags of the outcome go with fixed effects: leave out --random, or the lags")
_RANDOM = message("it belongs to --random with a model other than gspre")
_ONE_W = message("this model takes one matrix for it and the lag, --w: leave it out")
_UNREAD = message("this model has no lag, and the weights of all that it has are named: leave it out")
_GSPRE = message("it belongs to --model gspre")
