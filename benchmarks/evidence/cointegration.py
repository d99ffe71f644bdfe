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
    bootstrap,
    reference,
    share_beyond,
    statistics_of,
)
from panelkit.models.dynamic.cointegration.plan import Plan
from panelkit.models.dynamic.cointegration.tests import FAMILIES

SEED, UNITS, REPS, AGAIN, DRAWS, DRAWN = 20_263, 31, 1_000, 120, 99, 1_999
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


def cell(test: str, periods: int, common: bool, kind: str, seed: int) -> list[dict[str, Any]]:
    """Return rejection rates of every statistic of a family, in percent."""
    family = FAMILIES[test]
    plan = Plan("constant", 0 if periods == 8 else 1).with_periods(periods, None)
    rng = np.random.default_rng(seed)
    size = (UNITS, periods, 1)
    edges = {
        demean: reference(family, plan, size, DRAWN, np.random.default_rng(SEED), rho=0.8, demean=demean).null
        for demean in (False, True)
    }
    y, X = world(rng, REPS, periods, common, kind)
    raw = {demean: statistics_of(family, y, X, plan, demean=demean) for demean in (False, True)}
    z = family.standard(raw[False], UNITS, 1, "constant")
    again: dict[str, list[float]] = {name: [] for name in family.names}
    for i in range(AGAIN):
        drawn = bootstrap(family, y[i], X[i], plan, DRAWS, rng, demean=False)
        for name, draws in drawn.items():
            again[name].append(share_beyond(draws, float(raw[False][name][i]), upper=name in family.upper))
    rows = []
    for name in family.names:
        sign = 1.0 if name in family.upper else -1.0
        beyond = {
            demean: sign * raw[demean][name] > np.quantile(sign * edges[demean][name], 0.95)
            for demean in (False, True)
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
                "T in hand %": 100.0 * float(beyond[False].mean()),
                "T in hand, demeaned %": 100.0 * float(beyond[True].mean()),
                "bootstrap %": 100.0 * float((np.array(again[name]) <= 0.05).mean()),
            }
        )
    return rows


def main(jobs: int = 2) -> str:
    """Run all cells, write the table."""
    from joblib import Parallel, delayed

    grid = [
        (test, periods, common, kind)
        for test in FAMILIES
        for periods in (8, 13, 30)
        for common in (False, True)
        for kind in WORLDS
    ]
    done = Parallel(n_jobs=jobs)(delayed(cell)(*each, SEED + at) for at, each in enumerate(grid))
    table = pd.DataFrame([row for rows in done for row in rows]).round(1)
    facts = {"replications": f"{REPS} panels of {UNITS} units, {AGAIN} of them with {DRAWS} bootstrap draws"}
    path = write("cointegration", table, seed=SEED, facts=facts)
    return f"{table.to_string(index=False)}\nwritten to {path}"
