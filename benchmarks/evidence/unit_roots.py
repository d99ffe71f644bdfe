"""Size and power of panel unit-root tests, N = 31, T = 8, 13 and 30, with and without common shocks.

y_it = rho y_i,t-1 + gamma_i f_t + e_it with standard normal f and e: gamma 0 (independent), 1 (the same shock), or
uniform on [-1, 3] (a shock that units take differently, as in Pesaran 2007). Rejections at nominal 5 % by the
asymptotic p-value and by the critical value that `panel_unit_root` simulates from independent units: of the null
(rho = 1; of hadri white noise), and against rho = 0.9 (of hadri random walks). No lags at T = 8, one at 13 and 30.
`unit_roots_summary` holds the three shares of a test in one cell: size by the asymptotic p, size by the simulated one,
power by the latter.

    python -m benchmarks.evidence unit_roots
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from benchmarks.evidence.record import write
from panelkit.language.register import find
from panelkit.models.dynamic.unit_roots.batch import batch_of
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.simulated import LEVEL, drawn, paths, rejected

SEED = 20_262
REPS = 1_000
UNITS = 31
TESTS = ("llc", "ips", "fisher-adf", "fisher-pp", "hadri", "cips")
DEPENDENCE = ("independent", "one shock", "shock with loadings")
LAGS = {8: 0, 13: 1, 30: 1}


def panels(rng: np.random.Generator, periods: int, rho: float, dependence: str, reps: int) -> np.ndarray:
    """Return panels (reps, UNITS, periods)."""
    own = rng.standard_normal((reps, UNITS, periods))
    common = rng.standard_normal((reps, 1, periods))
    loading = rng.uniform(-1.0, 3.0, (reps, UNITS, 1))
    if dependence == "one shock":
        own = own + common
    if dependence == "shock with loadings":
        own = own + loading * common
    return paths(own, rho)


def cell(periods: int, trend: str, demean: bool, dependence: str, reps: int) -> list[dict[str, object]]:
    """Return a row a test."""
    setting = Setting(trend=trend, lags=LAGS[periods], demean=demean)  # type: ignore[arg-type]
    held = np.ones((UNITS, periods), bool)
    tests = [find("unit_root", key)() for key in TESTS]
    tests = [
        test
        for test in tests
        if test.problem(held, setting) is None and not test.short(held, setting)[0].any()
    ]
    draws = drawn(tests, held, setting, (0.9,), reps, np.random.default_rng(SEED))
    rng = np.random.default_rng((SEED, periods, TRENDS.index(trend), DEPENDENCE.index(dependence)))
    batches = {
        rho: batch_of(panels(rng, periods, rho, dependence, reps), held, setting) for rho in (1.0, 0.9, 0.0)
    }
    rows = []
    for test in tests:
        null, other = (0.0, 1.0) if test.stationary_null else (1.0, 0.9)
        tail, under = test.tail_of(setting), draws[test.key].statistic[null]
        scored = {rho: test.scored(batches[rho]) for rho in (null, other)}
        asymptotic = float(np.mean(scored[null].p_value < LEVEL))
        rows.append(
            {
                "T": periods,
                "terms": trend,
                "means": "out" if demean else "in",
                "units": dependence,
                "test": test.key,
                "size, asymptotic": float("nan") if test.key == "cips" else asymptotic,
                "size, simulated": rejected(scored[null].statistic, under, tail),
                "power, simulated": rejected(scored[other].statistic, under, tail),
            }
        )
    return rows


TRENDS = ("constant", "trend")


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a cell and one column a test: size by the asymptotic p, by the simulated p, power."""
    shares = ["size, asymptotic", "size, simulated", "power, simulated"]
    told = table[shares].apply(
        lambda row: " / ".join("-" if np.isnan(share) else f"{100 * share:.0f}" for share in row), axis=1
    )
    keys = ["T", "terms", "means", "units"]
    wide = table.assign(told=told).pivot(index=keys, columns="test", values="told")
    order = table[keys].drop_duplicates().apply(tuple, axis=1)
    return wide.loc[list(order), list(TESTS)].fillna("").reset_index()


def main(reps: int = REPS, jobs: int = 1) -> str:
    """Run all cells, write the table."""
    from joblib import Parallel, delayed

    grid = product(LAGS, TRENDS, (False, True), DEPENDENCE)
    done = Parallel(n_jobs=jobs)(delayed(cell)(*one, reps) for one in grid)
    table = pd.DataFrame([row for rows in done for row in rows]).round(3)
    facts = {"reps": reps, "units": UNITS}
    path = write("unit_roots", table, seed=SEED, facts=facts)
    made = {"made by": "python -m benchmarks.evidence unit_roots", **facts}
    write("unit_roots_summary", summary(table), seed=SEED, facts=made)
    return f"{table.to_string(index=False)}\nwritten to {path}"
