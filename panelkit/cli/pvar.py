"""`panelkit pvar`: a panel VAR with its tests, responses to shocks, shares of variance, projections beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from panelkit.cli._chosen import given, refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._options import Output
from panelkit.cli._output import figure_out
from panelkit.cli._pvar_options import Bands, Estimator, Responses, System, VectorRowsChosen
from panelkit.language.errors import SpecError
from panelkit.language.message import message

app = typer.Typer(add_completion=False)


@command(
    app,
    example='pvar "diff(log(gdp))" "diff(log(patents_granted))" --years 2011-2022 --horizon 6 --cumulative --reps 199',
)
def pvar(
    ctx: typer.Context,
    variables: Annotated[list[str], typer.Argument(help="Two or more expressions. 内生变量，两个以上。")],
    sample: VectorRowsChosen,
    system: System,
    asked: Responses,
    output: Output,
    plot: Annotated[
        Path | None,
        typer.Option(callback=figure_out, help="Draw the responses to this .svg, .png or .pdf. 绘图文件。"),
    ] = None,
) -> None:
    """A panel VAR: lag order, Granger tests, impulse responses, variance decomposition. 面板VAR模型。"""
    from panelkit.cli import _pvar_shown as shown
    from panelkit.formula.formula import parse_formula
    from panelkit.models.dynamic.responses.asked import check_bands, check_horizon, positions

    _refuse_idle(ctx, system, asked)
    if plot is not None:
        shown.check_figure(plot)
    check_horizon(asked.horizon)
    check_bands(asked.bands.value, asked.reps, asked.interval.value)
    order = None if asked.order is None else names_in(asked.order)
    positions(order, variables)
    spec = _spec(variables, system)
    formulas = [parse_formula(f"{one} ~ 1") for one in variables]
    formulas += [parse_formula(f"{variables[0]} ~ {one}") for one in system.exogenous or []]
    extra = [] if system.cluster is None else [parse_formula(f"{system.cluster} ~ 1")]
    rows = rows_of(ctx, sample, [*formulas, *extra], beside=(_reach(spec, system), 0))
    fit, chosen = _fit(spec, system, rows)
    causes = fit.granger(asked.granger.value)
    parts = _asked(fit, asked, order)
    if output.as_json:
        shown.print_content(fit, chosen, causes, parts)
    else:
        shown.print_parts(fit, chosen, causes, parts, rows.frame, output.language)
    if output.out is not None:
        shown.write(fit, causes, parts, output.out, output.language, quiet=output.as_json)
    if plot is not None:
        shown.draw(parts, plot, output.language)
        typer.echo(str(plot), err=output.as_json)


def names_in(text: str) -> list[str]:
    """Return names with commas between them; a comma inside brackets belongs to a name."""
    parts, depth = [""], 0
    for char in text.replace("，", ","):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _spec(variables: list[str], system: System) -> Any:
    """Return the model that the options describe, before a condition on rows."""
    from panelkit.models.dynamic.vector.spec import PanelVAR

    transform: Any = system.transform.value  # "differences" is another word for "fd"
    return PanelVAR(
        tuple(variables),
        lags=system.choose_lags or system.lag_order,
        exogenous=tuple(system.exogenous or ()),
        time_effects=not system.no_time_effects,
        transform=transform,
        instruments=_instruments(system.instruments),
        collapse=not system.by_period,
        steps=2 if system.two_step else 1,
        estimator=system.estimator.value,
        errors=system.errors.value,
        cluster=system.cluster,
        singular=system.singular.value,
        tolerance=system.tolerance,
    )


def _instruments(text: str | None) -> Any:
    """Return `1:2` as (1, 2); names stay as they are."""
    if text is None or text in ("all", "exact"):
        return text
    first, colon, last = text.replace("：", ":").partition(":")
    if not (colon and first.strip().isdigit() and last.strip().isdigit()):
        raise SpecError(message('--instruments is written "1:2", all or exact, not {text!r}', text=text))
    return int(first), int(last)


def _reach(spec: Any, system: System) -> int:
    """Return how many years before the sample are read: lags, and instruments beyond them."""
    lags = spec.lag_range
    return max(spec.lags, 0 if lags is None else lags[1] + 1, system.choose_lags or 0)


def _fit(spec: Any, system: System, rows: Any) -> tuple[Any, Any]:
    """Return the fit, and the choice of its order where one was asked for."""
    from dataclasses import replace

    spec = replace(spec, where=rows.where)
    if system.choose_lags is None:
        return spec.fit(rows.frame), None
    from panelkit.models.dynamic.vector.lag_order import pvar_lag_order

    chosen = pvar_lag_order(spec, rows.frame, system.choose_lags)
    return replace(spec, lags=chosen.lags).fit(rows.frame), chosen


def _asked(fit: Any, asked: Responses, order: list[str] | None) -> dict[str, Any]:
    """Return the parts that were asked for, by name."""
    kind = "generalised" if asked.generalised else "orthogonalised"
    chance: dict[str, Any] = {"bands": asked.bands.value, "reps": asked.reps, "rng": asked.seed}
    chance |= {"interval": asked.interval.value, "kind": kind, "order": order}
    parts = {"responses": fit.irf(asked.horizon, cumulative=asked.cumulative, joint=asked.joint, **chance)}
    if asked.fevd:
        parts["shares"] = fit.fevd(asked.horizon, normalise=asked.normalise, **chance)
    if asked.projections:
        from panelkit.models.dynamic.responses.projections import local_projections

        parts["projections"] = local_projections(fit, asked.horizon, order=order, cumulative=asked.cumulative)
    return parts


def _refuse_idle(ctx: typer.Context, system: System, asked: Responses) -> None:
    """Refuse options that are left without work."""
    if system.choose_lags is not None:
        said = message("--lags says the order that --choose-lags is to find: leave one of them out")
        refuse(ctx, "lag_order", said)
    if system.estimator is not Estimator.gmm:
        for name in ("instruments", "by_period", "two_step", "choose_lags"):
            said = message(
                "--{option} is of GMM, and --estimator {estimator} has no instruments: leave one of them out",
                option=name.replace("_", "-"),
                estimator=system.estimator.value,
            )
            refuse(ctx, name, said)
    if asked.bands is Bands.none:
        for name in ("reps", "seed", "joint", "interval"):
            said = message("--{option} is of the bands, and --bands none draws nothing", option=name)
            refuse(ctx, name, said)
    if asked.generalised:
        for name in ("order", "projections"):
            said = message(
                "--{option} is of orthogonal shocks, and --generalised has none: leave one of them out",
                option=name,
            )
            refuse(ctx, name, said)
    if given(ctx, "normalise") and not (asked.generalised and asked.fevd):
        raise SpecError(message("--normalise is of generalised shares: add --generalised and --fevd"))
