"""Size and power of panel cointegration tests with 31 units and 8, 13 or 30 periods, with and without common shocks.

No cointegration: y and x independent random walks. Cointegration: y = x + e, e an AR(1) of 0.5 or 0.8. A common shock
makes half of the variance of every step. Rejections at 5 % by the limit, by draws at the T in hand (independent units),
by those on deviations from period means, and by the bootstrap.

    python -m benchmarks.evidence cointegration
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.evidence.record import write
from panelkit.models.dynamic.cointegration.chance import (
    autoregression,
    share_beyond,
    statistics_of,
)
from panelkit.models.dynamic.cointegration.plan import Plan
from panelkit.models.dynamic.cointegration.resampled import bootstrap
from panelkit.models.dynamic.cointegration.tests import FAMILIES

SEED, UNITS, REPS, AGAIN, DRAWS, DRAWN = 20_263, 31, 500, 60, 99, 1_000
WORLDS = ("no cointegration", "0.5", "0.8")


def world(
    rng: np.random.Generator, reps: int, periods: int, common: bool, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return y (reps, N, T) and X (reps, N, T, 1)."""
    steps = rng.standard_normal((reps, UNITS, periods, 2))
    if common:
        steps = (steps + rng.standard_normal((reps, 1, periods, 2))) / np.sqrt(2.0)
    x = np.cumsum(steps[..., 1], axis=-1)
    y = (
        np.cumsum(steps[..., 0], axis=-1)
        if kind == WORLDS[0]
        else x + autoregression(steps[..., 0], float(kind))
    )
    return y, x[..., None]


def edges(test: str, plan: Plan, periods: int, demean: bool) -> dict[str, np.ndarray]:
    """Return draws of every statistic from independent walks, what `p_simulated` stands on."""
    y, X = world(np.random.default_rng(SEED), DRAWN, periods, False, WORLDS[0])
    return statistics_of(FAMILIES[test], y, X, plan, demean=demean)


def cell(test: str, periods: int, seed: int) -> list[dict[str, Any]]:
    """Return rejection rates of every statistic of a family in all worlds, in percent."""
    family = FAMILIES[test]
    plan = Plan("constant", 0 if periods == 8 else 1).with_periods(periods, None)
    rng = np.random.default_rng(seed)
    held = {demean: edges(test, plan, periods, demean) for demean in (False, True)}
    rows = []
    for common in (False, True):
        for kind in WORLDS:
            y, X = world(rng, REPS, periods, common, kind)
            raw = {demean: statistics_of(family, y, X, plan, demean=demean) for demean in (False, True)}
            z = family.standard(raw[False], UNITS, 1, "constant")
            again: dict[str, list[float]] = {name: [] for name in family.names}
            for i in range(AGAIN if kind == WORLDS[0] or (common and kind == "0.5") else 0):
                for name, draws in bootstrap(family, y[i], X[i], plan, DRAWS, rng, demean=False).items():
                    upper = name in family.upper
                    again[name].append(share_beyond(draws, float(raw[False][name][i]), upper=upper))
            for name in family.names:
                sign = 1.0 if name in family.upper else -1.0
                edge = {demean: np.quantile(sign * held[demean][name], 0.95) for demean in (False, True)}
                beyond = {
                    demean: (sign * raw[demean][name] > edge[demean]).mean() for demean in (False, True)
                }
                rows.append(
                    {
                        "test": test,
                        "statistic": name,
                        "T": periods,
                        "lags": plan.lags,
                        "common shock": common,
                        "world": kind,
                        "limit %": 100.0 * float((sign * z[name] > stats.norm.isf(0.05)).mean()),
                        "T in hand %": 100.0 * float(beyond[False]),
                        "T in hand, demeaned %": 100.0 * float(beyond[True]),
                        "bootstrap %": 100.0 * float((np.array(again[name]) <= 0.05).mean())
                        if again[name]
                        else np.nan,
                    }
                )
    return rows


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a statistic and T: sizes without and with common shocks, then power."""
    keys = ["test", "statistic", "T"]
    at = {
        (common, kind): part.set_index(keys)
        for (common, kind), part in table.groupby(["common shock", "world"], sort=False)
    }
    null, shared = at[False, WORLDS[0]], at[True, WORLDS[0]]
    columns = {
        "size: limit": null["limit %"],
        "T in hand": null["T in hand %"],
        "bootstrap": null["bootstrap %"],
        "common shock: limit": shared["limit %"],
        "T in hand ": shared["T in hand %"],
        "demeaned": shared["T in hand, demeaned %"],
        "bootstrap ": shared["bootstrap %"],
        "power at 0.5": at[False, "0.5"]["T in hand %"],
        "at 0.8": at[False, "0.8"]["T in hand %"],
        "common shock, 0.5: demeaned": at[True, "0.5"]["T in hand, demeaned %"],
        "bootstrap  ": at[True, "0.5"]["bootstrap %"],
    }
    return pd.DataFrame(columns).reset_index()


def main(jobs: int = 2) -> str:
    """Run all cells, write the table."""
    from joblib import Parallel, delayed

    grid = [(test, periods) for test in FAMILIES for periods in (30, 13, 8)]
    done = Parallel(n_jobs=jobs)(delayed(cell)(*each, SEED + at) for at, each in enumerate(grid))
    table = pd.DataFrame([row for rows in done for row in rows]).round(1)
    facts = {"replications": f"{REPS} panels of {UNITS} units, {AGAIN} of them with {DRAWS} bootstrap draws"}
    path = write("cointegration", table, seed=SEED, facts=facts)
    origin = {"made by": "python -m benchmarks.evidence cointegration"}
    write("cointegration_summary", summary(table), seed=SEED, facts={**origin, **facts})
    return f"{table.to_string(index=False)}\nwritten to {path}"
