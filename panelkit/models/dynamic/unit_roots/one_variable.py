"""The tests of one variable: why one does not apply, its numbers, and what panels drawn at random say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.index import Array
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, sentences
from panelkit.models.dynamic.unit_roots.batch import Batch, batch_of
from panelkit.models.dynamic.unit_roots.dependence import dependence_note
from panelkit.models.dynamic.unit_roots.result import UnitRootTest
from panelkit.models.dynamic.unit_roots.series import Series
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.simulated import LEVEL, Draws, beyond, critical, drawn, rejected
from panelkit.models.dynamic.unit_roots.statistic import PanelTest, Scored
from panelkit.models.dynamic.unit_roots.wording import TERMS, lags_said

_LEVELS = (0.01, 0.05, 0.10)


def tests_of(
    series: Series,
    tests: Sequence[PanelTest],
    setting: Setting,
    rhos: Sequence[float],
    reps: int,
    rng: np.random.Generator,
) -> list[UnitRootTest]:
    """Return the tests of one variable, those that do not apply with the reason.

    Raises
    ------
    SpecError
        If none applies.
    DataError
        If the regressions leave nothing of a unit.
    """
    problems = {test.key: _problem(test, series, setting, reps) for test in tests}
    fit = [test for test in tests if problems[test.key] is None]
    if not fit:
        lost = [
            message("{test}: {reason}", test=test.name(setting), reason=problems[test.key]) for test in tests
        ]
        raise SpecError(series.spoken(sentences(lost)))
    batch = batch_of(series.values[None], series.held, setting)
    with np.errstate(divide="ignore", invalid="ignore"):  # what rounding alone leaves is refused below
        scored = {test.key: test.scored(batch) for test in fit}
    for test in fit:
        _refuse_rounding(series, scored[test.key])
    together = tuple(series.spoken(note) for note in dependence_note(fit, batch))
    draws = drawn(fit, series.held, setting, rhos, reps, rng) if reps and fit else {}
    made = []
    for test in tests:
        reason = problems[test.key]
        if reason is None:
            made.append(_result(test, series, batch, scored[test.key], draws.get(test.key)))
            made[-1] = replace(made[-1], notes=(*made[-1].notes, *together))
        else:
            made.append(_lacking(test, series, setting, reason))
    return made


def _problem(test: PanelTest, series: Series, setting: Setting, reps: int) -> Message | None:
    """Return why a test cannot be made of the variable."""
    found = test.problem(series.held, setting)
    if found is None and test.key == "cips" and not reps:
        found = message("its p-value is simulated: ask for power_reps")
    if found is not None:
        return series.spoken(found)
    short, need = test.short(series.held, setting)
    if not short.any():
        return None
    said = message(
        "with {terms} and {lags} a {unit} needs {need} {periods} in a row, and these have fewer: {names}; take fewer "
        "lags or terms",
        terms=TERMS[setting.trend],
        lags=lags_said(setting),
        need=need,
        names=message("every {unit}") if short.all() else series.named(short),
    )
    return series.spoken(said)


def _refuse_rounding(series: Series, scored: Scored) -> None:
    """Refuse units whose regression leaves rounding alone.

    Raises
    ------
    DataError
        Naming the units.
    """
    if np.isfinite(scored.statistic).all():
        return
    lost = np.any([~np.isfinite(values[0]) for values in scored.units.values()], axis=0)
    said = message(
        "`{variable}`: the terms and lags leave nothing of {names}, a straight line or one that repeats itself; "
        "leave it out by `where`, or ask for fewer terms",
        variable=series.variable,
        names=series.named(lost),
    )
    raise DataError(series.spoken(said))


def _lacking(test: PanelTest, series: Series, setting: Setting, reason: Message) -> UnitRootTest:
    return UnitRootTest(
        key=test.key,
        variable=series.variable,
        name=test.name(setting),
        null=series.spoken(test.null),
        reason=reason,
        stationary_null=test.stationary_null,
    )


def _result(
    test: PanelTest, series: Series, batch: Batch, scored: Scored, draws: Draws | None
) -> UnitRootTest:
    """Return the test of the data with what the draws say of it."""
    setting, tail = batch.setting, test.tail_of(batch.setting)
    distribution, df = test.distribution(setting, len(series.units))
    facts: dict[str, Any] = {name: float(values[0]) for name, values in scored.facts.items()}
    facts |= {"n_units": len(series.units), "n_periods": len(series.periods), "nobs": int(series.held.sum())}
    found = UnitRootTest(
        key=test.key,
        variable=series.variable,
        name=test.name(setting),
        null=series.spoken(test.null),
        statistic=float(scored.statistic[0]),
        distribution=distribution,
        df=tuple(float(value) for value in df),
        p_value=float(scored.p_value[0]),
        facts=facts,
        notes=tuple(series.spoken(note) for note in test.notes(batch, scored)),
        by_unit=_by_unit(series, scored.units),
        stationary_null=test.stationary_null,
    )
    if draws is None:
        return found
    null = 0.0 if test.stationary_null else 1.0
    under = draws.statistic[null]
    simulated = beyond(found.statistic, under, tail)
    none = bool(np.isnan(found.p_value))
    bounds = {level: critical(under, tail, level) for level in _LEVELS}
    return replace(
        found,
        p_value=simulated if none else found.p_value,
        p_simulated=simulated,
        size=LEVEL if none else float(np.mean(draws.p_value[null] < LEVEL)),
        power=_power(draws, under, tail, stationary_null=test.stationary_null),
        critical=bounds,
        facts={**facts, "reps": len(under), **test.bounds(facts, bounds)},
    )


def _power(draws: Draws, under: Array, tail: str, *, stationary_null: bool) -> pd.DataFrame:
    rows = [
        {
            "rho": rho,
            "null_true": (rho == 1.0) != stationary_null,
            "rejected": rejected(statistics, under, tail),
            "rejected_asymptotic": float(np.mean(draws.p_value[rho] < LEVEL))
            if np.isfinite(draws.p_value[rho]).all()
            else float("nan"),
        }
        for rho, statistics in draws.statistic.items()
    ]
    return pd.DataFrame(rows)


def _by_unit(series: Series, units: Mapping[str, Array]) -> pd.DataFrame:
    columns = {name: values[0] for name, values in units.items()}
    columns |= {name: columns[name].astype(int) for name in ("lags", "rows") if name in columns}
    return pd.DataFrame(columns, index=pd.Index(series.units, name=series.levels[0]))
