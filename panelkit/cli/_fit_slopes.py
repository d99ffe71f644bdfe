"""`panelkit fit --model mean_group | cce | interactive_effects`: options of slopes by unit and of common shocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from panelkit.cli._chosen import flag, given, refuse
from panelkit.language.message import message
from panelkit.language.register import entry_of, find

SLOPES = ("mean_group", "cce", "interactive_effects")
# the option of the command line, the field of the spec
_FIELDS = {
    "pooled": "pooled",
    "trends": "trends",
    "demeaned": "demeaned",
    "average_lags": "lags",
    "drop_units": "unidentified",
    "factors": "factors",
    "correct_bias": "bias_correction",
}


@dataclass(frozen=True)
class Shocks:
    """Slopes by unit and common shocks."""

    pooled: Annotated[
        bool, typer.Option("--pooled", help="With cce: one slope from all rows. 混合的共同相关效应。")
    ] = False
    trends: Annotated[
        bool, typer.Option("--trends", help="With mean_group and cce: a trend of each unit. 个体趋势。")
    ] = False
    demeaned: Annotated[
        bool,
        typer.Option("--demeaned", help="With mean_group: deviations from period means. 对时期均值离差。"),
    ] = False
    average_lags: Annotated[
        int, typer.Option("--average-lags", help="With cce: lags of the averages. 截面均值的滞后阶数。")
    ] = 0
    drop_units: Annotated[
        bool,
        typer.Option(
            "--drop-units",
            help="With mean_group and cce: leave out units that carry no regression. 剔除无法单独回归的个体。",
        ),
    ] = False
    factors: Annotated[
        int, typer.Option("--factors", help="With interactive_effects: how many factors. 共同因子个数。")
    ] = 1
    correct_bias: Annotated[
        bool, typer.Option("--correct-bias", help="With interactive_effects: correct for bias. 偏差校正。")
    ] = False


def refuse_idle_shocks(ctx: typer.Context, model: str) -> None:
    """Refuse options of slopes and shocks that the model does not have.

    Raises
    ------
    SpecError
        With the option, where it was given.
    """
    held = getattr(find("estimator", model), "__dataclass_fields__", ()) if model in SLOPES else ()
    for option, field in _FIELDS.items():
        if field not in held:
            said = message(
                "the model {model} has no {option}: leave it out", model=model, option=flag(option)
            )
            refuse(ctx, option, said)
    if model in SLOPES:
        for option in ("convention", "weights", "effects"):
            if option not in held:
                said = message(
                    "the model {model} has no {option}: leave it out", model=model, option=flag(option)
                )
                refuse(ctx, option, said)
        refuse(
            ctx,
            "tests",
            message("--tests has no test that belongs to the model {model}: leave it out", model=model),
        )


def slopes_spec(ctx: typer.Context, formula: str, estimator: Any, shocks: Shocks, where: str | None) -> Any:
    """Return the spec of a model of `SLOPES`; its own covariance unless one is named."""
    from panelkit.covariance.by_name import vcov_named

    key = estimator.model
    kind = find("estimator", key)
    held = getattr(kind, "__dataclass_fields__", ())
    options: dict[str, Any] = {"where": where}
    for option, field in _FIELDS.items():
        if field in held:
            options[field] = getattr(shocks, option)
    if "unidentified" in options:
        options["unidentified"] = "drop" if shocks.drop_units else "refuse"
    if "convention" in held:
        options["convention"] = estimator.convention
    if estimator.effects is not None:
        options["effects"] = estimator.effects
    if given(ctx, "vcov"):
        options["vcov"] = vcov_named(estimator.vcov, entry_of("estimator", key).can)
    return kind(formula, **options)
