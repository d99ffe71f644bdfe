"""What a cointegration test refuses: options that do not apply, panels too short, regressions that fit exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.dynamic.cointegration.batched import Trend, deterministic, detrended, residuals
from panelkit.models.dynamic.cointegration.chance import without_means
from panelkit.models.dynamic.cointegration.plan import Family, Plan
from panelkit.models.dynamic.cointegration.resampled import fewest_periods
from panelkit.models.dynamic.cointegration.westerlund import equations_deficient
from panelkit.models.dynamic.wide import Wide
from panelkit.panel.design import Design

_TRENDS = ("none", "constant", "trend")
_EXACT = 1e-9
_LEFT = 1e-12
_FEWEST_DRAWS = 19
_SHOWN = 5


def checked_plan(
    test: str,
    families: Mapping[str, Family],
    trend: Trend,
    lags: int,
    leads: int,
    bandwidth: int | None,
    bootstrap: int,
    reps: int,
    rho: float,
    demean: Any,
) -> tuple[Plan, tuple[int, int]]:
    """Return the plan and the numbers of draws, simulated and bootstrapped, of options that apply.

    Raises
    ------
    SpecError
        Naming the option.
    """
    if test not in (*families, "all"):
        raise SpecError(message("test is one of {known}, not {test!r}", known=[*families, "all"], test=test))
    if trend not in _TRENDS:
        raise SpecError(message("trend is one of {known}, not {trend!r}", known=_TRENDS, trend=trend))
    for name, value in (("lags", lags), ("leads", leads), ("bootstrap", bootstrap), ("reps", reps)):
        _whole(name, value)
    if bandwidth is not None:
        _whole("bandwidth", bandwidth)
    if not isinstance(demean, bool):
        raise SpecError(message("demean is True or False, not {value!r}", value=demean))
    if test != "all":
        family = families[test]
        if trend not in family.trends:
            raise SpecError(
                message(
                    "{test} takes trend={known}, not {trend!r}",
                    test=test,
                    known=list(family.trends),
                    trend=trend,
                )
            )
        if leads and not family.leading:
            raise SpecError(
                message(
                    "{leads} belongs to the test westerlund, not to {test}", leads=option("leads"), test=test
                )
            )
        if bandwidth is not None and not family.kernel:
            raise SpecError(
                message(
                    "{test} has no kernel: leave {bandwidth} out", bandwidth=option("bandwidth"), test=test
                )
            )
    for name, value in (("bootstrap", bootstrap), ("reps", reps)):
        if 0 < value < _FEWEST_DRAWS:
            raise SpecError(
                message(
                    "{name}={value}: with fewer than {least} draws no p reaches 5 %",
                    name=name,
                    value=value,
                    least=_FEWEST_DRAWS,
                )
            )
    if isinstance(rho, bool) or not isinstance(rho, int | float | np.floating) or not 0.0 <= rho < 1.0:
        raise SpecError(message("rho lies between 0 and 1, 1 left out, not {rho!r}", rho=rho))
    return Plan(trend, int(lags), int(leads)), (int(reps), int(bootstrap))


def _whole(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise SpecError(message("{name} is a whole number from 0 on, not {value!r}", name=name, value=value))


def refuse_short(family: Family, plan: Plan, wide: Wide, design: Design) -> None:
    """Refuse a panel with too few periods for the regressions of a family, with how many they need."""
    _, periods, k = wide.size
    need = family.fewest(plan, k)
    if periods < need:
        raise SpecError(
            design.spoken(
                message(
                    "{title}: lags={lags}, leads={leads}, trend={trend!r} (regressors: {k}) need at least {need} "
                    "{periods}, and there are {held}: fewer lags, fewer regressors, or more {periods}",
                    title=family.title,
                    lags=plan.lags,
                    leads=plan.leads,
                    k=k,
                    trend=plan.trend,
                    need=need,
                    held=periods,
                )
            )
        )
    if plan.bandwidth > periods - 2:
        raise SpecError(
            design.spoken(
                message(
                    "bandwidth={bandwidth} reaches as far as the {held} {periods} held: at most {most}",
                    bandwidth=plan.bandwidth,
                    held=periods,
                    most=periods - 2,
                )
            )
        )


def refuse_short_bootstrap(plan: Plan, wide: Wide, design: Design) -> None:
    """Refuse a bootstrap whose model of the changes has too few periods, with how many it needs."""
    need = fewest_periods(plan, wide.size[2])
    if wide.size[1] < need:
        raise SpecError(
            design.spoken(
                message(
                    "{bootstrap} explains changes by lags={lags} (regressors: {k}), which needs at least "
                    "{need} {periods}, and there are {held}: fewer lags, or no bootstrap",
                    bootstrap=option("bootstrap"),
                    lags=plan.lags,
                    k=wide.size[2],
                    need=need,
                    held=wide.size[1],
                )
            )
        )


def refuse_exact_units(family: Family, plan: Plan, wide: Wide, design: Design, *, demean: bool) -> None:
    """Refuse units whose regressors repeat each other, or whose outcome follows exactly from them."""
    y, X = wide.y, wide.X
    if demean:
        y, X = without_means(y), X - X.mean(axis=0)
    _refuse_lines(y, X, wide, design)
    base = deterministic(y.shape[1], plan.trend)
    own, regressors = detrended(y[..., None], base)[..., 0], detrended(X, base)
    sizes = np.linalg.norm(regressors, axis=1, keepdims=True)
    level = np.linalg.norm(X, axis=1, keepdims=True)
    gone = (sizes <= _LEFT * level)[:, 0, :].any(axis=1)
    unit = regressors / np.where(sizes > 0.0, sizes, 1.0)
    repeated = gone | (np.linalg.svd(unit, compute_uv=False)[:, -1] <= _EXACT)
    _refuse(repeated, wide, design, message("the regressors repeat each other, or the deterministic terms"))
    left = np.linalg.norm(residuals(y, X, base), axis=1)
    exact = left <= _EXACT * np.maximum(np.linalg.norm(own, axis=1), _EXACT * np.linalg.norm(y, axis=1))
    _refuse(
        exact, wide, design, message("`{outcome}` follows exactly from the regressors", outcome=wide.outcome)
    )
    if family.leading:
        lost = equations_deficient(y, X, plan)
        why = message(
            "levels and changes at lags={lags}, leads={leads} repeat each other",
            lags=plan.lags,
            leads=plan.leads,
        )
        _refuse(lost, wide, design, why)


def _refuse_lines(y: FloatArray, X: FloatArray, wide: Wide, design: Design) -> None:
    """Refuse series that are straight lines in a unit: their changes do not vary."""
    columns = np.concatenate([y[..., None], X], axis=-1)
    moved = np.linalg.norm(detrended(columns, deterministic(y.shape[1], "constant")), axis=1)
    left = np.linalg.norm(detrended(columns, deterministic(y.shape[1], "trend")), axis=1)
    straight = left <= np.maximum(_EXACT * moved, _LEFT * np.linalg.norm(columns, axis=1))
    for name, marked in zip((wide.outcome, *wide.terms), straight.T, strict=True):
        _refuse(marked, wide, design, message("`{name}` is a straight line and does not wander", name=name))


def _refuse(wrong: Any, wide: Wide, design: Design, why: Any) -> None:
    if not wrong.any():
        return
    names = [str(wide.units[i]) for i in np.flatnonzero(wrong)]
    shown = names if len(names) <= _SHOWN else [*names[:_SHOWN], "..."]
    raise SpecError(
        design.spoken(
            message(
                "{why} in {n} of the {units}: {shown}. Take another variable, or leave these {units} out",
                why=why,
                n=len(names),
                shown=shown,
            )
        )
    )
