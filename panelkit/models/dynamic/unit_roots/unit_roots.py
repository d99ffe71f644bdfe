"""Panel unit-root tests of a variable, each with its size and power at the units and periods in hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from panelkit.kernels.rng import as_generator, seed_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.register import entry_of, keys
from panelkit.models.dynamic.unit_roots.lag_orders import settled_lags
from panelkit.models.dynamic.unit_roots.one_variable import tests_of
from panelkit.models.dynamic.unit_roots.result import UnitRootTable, UnitRootTest
from panelkit.models.dynamic.unit_roots.series import drift_note, read_series
from panelkit.models.dynamic.unit_roots.setting import (
    Combination,
    Criterion,
    HadriErrors,
    Kernel,
    LlcConvention,
    Setting,
    Trend,
)
from panelkit.models.dynamic.unit_roots.statistic import PanelTest
from panelkit.models.dynamic.unit_roots.wording import of_hadri, of_power, of_simulation, title_of

TestName = Literal["all", "llc", "ips", "fisher-adf", "fisher-pp", "hadri", "cips"]
_ORDER = ("llc", "ips", "fisher-adf", "fisher-pp", "hadri", "cips")


@offered(
    "dynamics",
    family="dynamic",
    result="UnitRootTable",
    source="Levin, Lin and Chu 2002; Im, Pesaran and Shin 2003; Choi 2001; Hadri 2000; Pesaran 2007",
    public=True,
)
def panel_unit_root(
    data: Any,
    variable: str | Sequence[str],
    *,
    test: TestName | Sequence[str] = "all",
    trend: Trend = "constant",
    lags: int | Criterion | Mapping[Any, int] = 1,
    max_lags: int | None = None,
    demean: bool = False,
    kernel: Kernel = "bartlett",
    bandwidth: int | None = None,
    combine: Combination = "Z",
    llc_convention: LlcConvention = "table",
    hadri_errors: HadriErrors = "heteroskedastic",
    df_correction: bool = False,
    truncated: bool = True,
    alternatives: Sequence[float] = (0.9, 0.8),
    power_reps: int = 1_000,
    rng: int | np.random.Generator = 0,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> UnitRootTest | UnitRootTable:
    """Test a variable of a panel for unit roots, and say what the test can tell at this length.

    Parameters
    ----------
    data
        A panel: one row a unit and time.
    variable
        A column or an expression of the formula gate, `"log(gdp)"`; several as a sequence.
    test
        "llc", "ips", "fisher-adf", "fisher-pp", "hadri", "cips", several as a sequence, or "all".
    trend
        Deterministic terms of every unit: "none", "constant", or "trend" (and constant).
    lags
        Lagged changes in the Dickey-Fuller regressions: a number, one a unit by name, or "aic", "bic", "hqic", which
        choose unit by unit on the rows that all orders have.
    max_lags
        The most that a criterion may choose; None: int(4 (T / 100)^(2/9)), fewer where a unit is short.
    demean
        Subtract the mean over units in every period first.
    kernel, bandwidth
        Of long-run variances (llc, fisher-pp, hadri with "serial"); bandwidth None: 3.21 T^(1/3) rounded (llc),
        int(4 (T / 100)^(2/9)) (the others).
    combine
        How fisher-adf and fisher-pp put p-values together: "P", "Z", "L*" or "Pm".
    llc_convention
        What leaves the changes before their long-run variance. "table": as mu* and sigma* were tabulated, nothing with
        a constant, the mean with a trend; "plm": the mean and the trend, which rejects far too often, and the table
        is read at T instead of the rows of the regressions.
    hadri_errors
        "homoskedastic", "heteroskedastic" or "serial" (long-run variances).
    df_correction
        Whether hadri divides by T less the terms instead of T.
    truncated
        Whether cips bounds the t of a unit.
    alternatives
        The rho of stationary series for which power is simulated.
    power_reps
        Panels drawn under the null and under every alternative; 0 leaves the simulation out (cips needs it).
    rng
        Seed or generator.
    where
        A condition on the rows that enter.
    unit, time
        Columns that hold unit and time; None: the levels of the index.

    Returns
    -------
    UnitRootTest or UnitRootTable
        One test of one variable; else a table.

    Raises
    ------
    SpecError
        If an option is none that there is, or no test applies to the panel (units too short for the lags, gaps).
    DataError
        If there is one unit, or a unit has no variation left.

    Examples
    --------
    >>> found = pk.panel_unit_root(panel, "log(gdp)", test="fisher-adf", lags=0)
    >>> found.power_at(0.9) < 0.5  # so that not rejecting says little
    True
    """
    names = _names(variable)
    tests = _tests(test)
    asked = Setting(
        trend=trend,
        demean=demean,
        kernel=kernel,
        bandwidth=bandwidth,
        combine=combine,
        llc_convention=llc_convention,
        hadri_errors=hadri_errors,
        df_correction=df_correction,
        truncated=truncated,
    )
    rhos = _rhos(alternatives, power_reps)
    source, seed = as_generator(rng), seed_of(rng)
    alone = len(tests) == 1 and len(names) == 1 and isinstance(test, str)
    found: list[UnitRootTest] = []
    notes: list[Message] = []
    drawn: list[Message] = []
    for name in names:
        series = read_series(name, data, unit, time, where, demean=demean)
        setting, said = settled_lags(asked, lags, max_lags, series)
        chance = source if seed is None else np.random.default_rng(seed)
        made = tests_of(series, tests, setting, rhos, power_reps, chance)
        found += made
        grown = () if demean else drift_note(series, trend)
        notes += [*series.notes, *said, *grown, *(note for one in made for note in one.notes)]
        drawn += of_simulation(series, power_reps, seed)
    notes += drawn
    if alone:
        return replace(found[0], notes=tuple(dict.fromkeys(notes)))
    notes += [*of_power(found, rhos), *of_hadri(found, rhos)]
    return UnitRootTable(
        title=title_of(names, setting),
        tests=tuple(found),
        alternatives=rhos,
        notes=tuple(dict.fromkeys(notes)),
    )


def _names(variable: Any) -> list[str]:
    names = [variable] if isinstance(variable, str) else variable
    if not isinstance(names, Sequence) or not names or not all(isinstance(name, str) for name in names):
        raise SpecError(
            message("name a variable to test, or several as a sequence, not {given!r}", given=variable)
        )
    return list(names)


def _tests(test: str | Sequence[str]) -> list[PanelTest]:
    wanted = [test] if isinstance(test, str) or not isinstance(test, Sequence) else list(test)
    if wanted == ["all"]:
        wanted = [*_ORDER, *(key for key in keys("unit_root") if key not in _ORDER)]
    unknown = message("test is one of {known}, or all, not {test!r}", known=keys("unit_root"), test=test)
    if not wanted:
        raise SpecError(unknown)
    return [entry_of("unit_root", key, unknown=unknown).load()() for key in dict.fromkeys(wanted)]


def _rhos(alternatives: Sequence[float], reps: int) -> tuple[float, ...]:
    given = (alternatives,) if isinstance(alternatives, int | float) else tuple(alternatives)
    if not given or not all(_below_one(rho) for rho in given):
        raise SpecError(
            message(
                "alternatives are values of rho between -1 and 1, (0.9, 0.8), not {given!r}",
                given=alternatives,
            )
        )
    if isinstance(reps, bool) or not isinstance(reps, int | np.integer) or reps < 0 or 0 < reps < 100:
        raise SpecError(message("power_reps is 0 (no simulation), or 100 and more, not {reps!r}", reps=reps))
    return tuple(dict.fromkeys(float(rho) for rho in given))


def _below_one(rho: Any) -> bool:
    return isinstance(rho, int | float) and not isinstance(rho, bool) and -1.0 < rho < 1.0
