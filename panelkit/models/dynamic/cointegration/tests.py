"""`panel_cointegration`: tests of no cointegration on a panel, with their size and power at the N and T in hand."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.cointegration.batched import Trend
from panelkit.models.dynamic.cointegration.chance import (
    reference,
    share_beyond,
    size_and_power,
    statistics_of,
    without_means,
)
from panelkit.models.dynamic.cointegration.checks import (
    checked_plan,
    refuse_exact_units,
    refuse_short,
    refuse_short_bootstrap,
)
from panelkit.models.dynamic.cointegration.drift import steps_of
from panelkit.models.dynamic.cointegration.families import FAMILIES, NAMES
from panelkit.models.dynamic.cointegration.kao import KAO
from panelkit.models.dynamic.cointegration.moments import MOMENTS
from panelkit.models.dynamic.cointegration.plan import Family, Plan
from panelkit.models.dynamic.cointegration.resampled import bootstrap as drawn_again
from panelkit.models.dynamic.cointegration.wording import notes_of, title_of
from panelkit.models.dynamic.named_tests import NamedTests
from panelkit.models.dynamic.wide import Wide, read_wide


@offered(
    "dynamics",
    family="dynamic",
    result="NamedTests",
    source="Pedroni 1999, 2004; Kao 1999; Westerlund 2005, 2007",
    public=True,
)
def panel_cointegration(
    formula: str,
    data: Any,
    *,
    test: Literal["pedroni", "kao", "westerlund", "variance-ratio", "all"] = "pedroni",
    trend: Trend = "constant",
    lags: int = 1,
    leads: int = 0,
    bandwidth: int | None = None,
    demean: bool = False,
    bootstrap: int = 0,
    reps: int = 499,
    rho: float = 0.8,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
    where: str | None = None,
) -> NamedTests:
    """Test that the outcome and the regressors are not cointegrated in any unit.

    Parameters
    ----------
    formula
        `y ~ x1 + x2`, series that wander (are integrated of order one).
    data
        A panel with the same neighbouring periods in every unit.
    test
        "pedroni": seven statistics from residuals, slopes by unit (Pedroni 1999, 2004). "kao": five, one slope for all
        (Kao 1999). "westerlund": four from error-correction equations by unit (Westerlund 2007). "variance-ratio": two
        (Westerlund 2005). "all": one after the other; those that do not apply are left out with the reason.
    trend
        Deterministic terms of every unit: "none", "constant" or "trend" (and a constant). Kao has a constant.
    lags
        Lagged changes: in the ADF regressions of Pedroni and Kao, in the equations of Westerlund (2007), and in what
        the bootstrap draws.
    leads
        Leads of the changes of x in Westerlund's (2007) equations, where x is not weakly exogenous.
    bandwidth
        Of Bartlett's kernel; None: the whole part of 4 (T/100)^(2/9).
    demean
        Take the mean over units of every period out first: against a common shock that moves all alike.
    bootstrap
        Draws of a bootstrap that keeps the dependence between units (Westerlund 2007, section 4; the slopes that it
        draws from are shrunk and rid of their bias, see `resampled.py`); 0: none.
    reps
        Draws, at the N and T in hand, of random walks, independent between units, whose changes drift (with a
        constant), spread and correlate as those in hand, which give `p_simulated` and `size` (how often the
        limit's 5 % rejects), and of panels with cointegration, which give `power`; 0: none.
    rho
        How much of the deviation from the long run stays until the next period, in the draws for `power`.
    rng
        Seed or generator.
    unit, time
        Columns that hold unit and time; None: the levels of the index.
    where
        A condition on the rows.

    Returns
    -------
    NamedTests
        One row a statistic.

    Notes
    -----
    `p_asymptotic` is what other programs print. With few periods it says little: read `size` beside it, and
    `p_simulated` or `p_bootstrap` in its place. Moments of the limits are simulated (`moments.py`). `panel v` rejects
    for large values, all others for small ones.

    Raises
    ------
    SpecError
        If an option does not apply, T is too short for the lags, or a regression fits exactly.
    DataError
        If the panel has gaps, units hold different periods, or a series does not vary inside a unit.

    Examples
    --------
    >>> years = pk.load_provinces(["patents_granted", "gdp"], (2010, 2022))
    >>> found = pk.panel_cointegration("log(patents_granted) ~ log(gdp)", years, test="westerlund", reps=99)
    >>> found.table["test"].tolist()
    ['g-tau', 'g-alpha', 'p-tau', 'p-alpha']
    """
    kinds = tuple(FAMILIES) if test == "all" else (test,)
    plan, draws = checked_plan(test, FAMILIES, trend, lags, leads, bandwidth, bootstrap, reps, rho, demean)
    chance = as_generator(rng)
    wide, design = read_wide(formula, data, unit=unit, time=time, where=where)
    plan = plan.with_periods(wide.size[1], bandwidth)
    skipped: list[Message] = []
    refused: SpecError | None = None
    parts = []
    for kind in kinds:
        family = FAMILIES[kind]
        if test == "all" and trend not in family.trends:
            skipped.append(message("{family} takes a constant only and is left out", family=NAMES[kind]))
            continue
        try:
            refuse_short(family, plan, wide, design)
            if draws[1]:
                refuse_short_bootstrap(plan, wide, design)
            refuse_exact_units(family, plan, wide, design, demean=demean)
        except SpecError as found:
            refused = found
            skipped.append(message("{family} is left out: {why}", family=NAMES[kind], why=found.said))
            continue
        part = _rows(family, plan, wide, draws, chance, rho=rho, demean=demean)
        if test == "all":
            part.insert(0, "family", kind)
        parts.append(part)
    if refused is not None and (test != "all" or not parts):
        raise refused
    drifting = steps_of(*_tested(wide, demean), drifting=True).drifting
    table = pd.concat(parts, ignore_index=True)
    names = {key: name for kind in kinds for key, name in FAMILIES[kind].names.items()}
    return NamedTests(
        title=title_of(test, wide),
        null=design.spoken(message("no cointegration in any {unit}")),
        table=table,
        names={**names, **(NAMES if test == "all" else {})},
        facts=_facts(plan, wide, draws, trend, demean, rho, seed_of(rng)),
        notes=(
            *notes_of(kinds, plan, wide, draws, demean, rho, design, rng, drifting),
            *skipped,
            *wide.said(),
            *design.notes,
        ),
    )


def _rows(
    family: Family,
    plan: Plan,
    wide: Wide,
    draws: tuple[int, int],
    chance: np.random.Generator,
    *,
    rho: float,
    demean: bool,
) -> pd.DataFrame:
    """Return the statistics of a family with all their p-values, one row each."""
    n, _, k = wide.size
    raw = statistics_of(family, wide.y, wide.X, plan, demean=demean)
    limited = family.standard is KAO.standard or (plan.trend, k) in MOMENTS
    z = family.standard(raw, n, k, plan.trend) if limited else {}
    reps, again = draws
    like = steps_of(*_tested(wide, demean), drifting=plan.trend == "constant")
    drawn = (
        reference(family, plan, wide.size, reps, chance, rho=rho, demean=demean, like=like) if reps else None
    )
    null_z = family.standard(drawn.null, n, k, plan.trend) if drawn and limited else {}
    drift = steps_of(wide.y, wide.X, drifting=plan.trend == "constant").drift
    boot = (
        drawn_again(family, wide.y, wide.X, plan, again, chance, demean=demean, drift=drift) if again else {}
    )
    rows = []
    for name, value in raw.items():
        upper = name in family.upper
        row: dict[str, Any] = {"test": name, "statistic": float(value)}
        if limited:
            row["z"] = float(z[name])
            row["p_asymptotic"] = float(stats.norm.sf(row["z"] if upper else -row["z"]))
        else:
            row |= {"z": np.nan, "p_asymptotic": np.nan}
        if drawn:
            null, other = drawn.null[name], drawn.other[name]
            row["p_simulated"] = share_beyond(null, float(value), upper=upper)
            size, row["power"] = size_and_power(
                null, other, null_z.get(name, np.full(1, np.nan)), upper=upper
            )
            row["size"] = size if limited else np.nan
        if boot:
            row["p_bootstrap"] = share_beyond(boot[name], float(value), upper=upper)
        rows.append(row)
    order = ["test", "statistic", "z", "p_asymptotic", "p_simulated", "p_bootstrap", "size", "power"]
    frame = pd.DataFrame(rows)
    return frame[[name for name in order if name in frame]]


def _tested(wide: Wide, demean: bool) -> tuple[FloatArray, FloatArray]:
    """Return y and X as the statistics see them."""
    return (without_means(wide.y), wide.X - wide.X.mean(axis=0)) if demean else (wide.y, wide.X)


def _facts(
    plan: Plan, wide: Wide, draws: tuple[int, int], trend: str, demean: bool, rho: float, seed: int | None
) -> dict[str, Any]:
    n, periods, k = wide.size
    return {
        "n_units": n,
        "n_periods": periods,
        "n_terms": k,
        "trend": trend,
        "lags": plan.lags,
        "leads": plan.leads,
        "bandwidth": plan.bandwidth,
        "demean": demean,
        "reps": draws[0],
        "bootstrap": draws[1],
        "rho": rho,
        "seed": seed,
    }
