"""Bias, spread and coverage of the own lag by dynamic GMM, and how often its tests reject valid instruments.

y = rho y(-1) + .5 x + mu + e, mean stationary, x an AR(.5) and strictly exogenous, effects whose share of y does not
grow with rho; 31 or 300 units, 8 or 14 periods. Difference and system GMM, all lags a period or lags 2-3 collapsed, one
or two steps (a singular two-step weight by its generalised inverse, which the package refuses unless asked).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.evidence.record import write
from panelkit.models.dynamic.gmm.instruments import build_instruments
from panelkit.models.dynamic.gmm.request import read_request
from panelkit.models.dynamic.gmm.rows import DynamicRows, read_rows
from panelkit.models.dynamic.gmm.solution import Solution, solve, stack_rows
from panelkit.models.dynamic.gmm.specification import hansen, serial_correlation
from panelkit.models.reading import open_frame

SEED = 16
BURN = 40
ALL, FEW = "gmm(y, 2:)", "gmm(y, 2:3, collapse)"
METHODS = {
    "difference, all lags, one step": (ALL, False, 1, "differences"),
    "difference, all lags, two steps": (ALL, False, 2, "differences"),
    "difference, lags 2-3 collapsed, one step": (FEW, False, 1, "differences"),
    "difference, lags 2-3 collapsed, two steps": (FEW, False, 2, "differences"),
    "deviations, lags 2-3 collapsed, one step": (FEW, False, 1, "fod"),
    "system, all lags, one step": (ALL, True, 1, "differences"),
    "system, lags 2-3 collapsed, one step": (FEW, True, 1, "differences"),
    "system, lags 2-3 collapsed, two steps": (FEW, True, 2, "differences"),
}
CELLS = [(n, t, rho) for n in (31, 300) for t in (8, 14) for rho in (0.5, 0.8)]


def main(reps: int = 300) -> Path:
    """Run every cell and write `docs/evidence/dynamic_gmm.csv`."""
    rows = [row for n, t, rho in CELLS for row in cell(n, t, rho, reps if n < 100 else reps // 3)]
    return write(
        "dynamic_gmm",
        pd.DataFrame(rows),
        seed=SEED,
        facts={"replications": f"{reps}, {reps // 3} of 300 units"},
    )


def cell(n: int, t: int, rho: float, reps: int) -> Iterator[dict[str, Any]]:
    """Yield one row a method: bias, standard deviation, mean error, coverage by z and t(G-1), rejections at 5 %."""
    rng = np.random.default_rng([SEED, n, t, int(10 * rho)])
    drawn = [panel(n, t, rho, rng) for _ in range(reps)]
    for name, (nodes, system, steps, transform) in METHODS.items():
        asked = read_request(f"y ~ lag(y, 1) + x | {nodes} + iv(x)")
        mould = moulded(asked, n, t, system, transform)
        found = np.array([one(asked, mould, y, x, system, steps) for y, x in drawn])
        estimate, error, count, j, ar = found.T
        factor = np.sqrt(n / (n - 1.0))
        miss = np.abs(estimate - rho) / error
        yield {
            "N": n,
            "T": t,
            "rho": rho,
            "method": name,
            "instruments": int(np.median(count)),
            "bias": round(float(np.mean(estimate - rho)), 4),
            "sd": round(float(np.std(estimate)), 4),
            "mean_error": round(float(np.mean(error)), 4),
            "coverage_z": round(float(np.mean(miss <= 1.96)), 4),
            "coverage_t": round(float(np.mean(miss / factor <= _t(n - 1))), 4),
            "hansen_rejects": round(float(np.mean(j < 0.05)), 4) if np.isfinite(j).all() else "",
            "ar2_rejects": round(float(np.nanmean(ar < 0.05)), 4),
        }


def one(
    asked: Any, mould: DynamicRows, y: np.ndarray, x: np.ndarray, system: bool, steps: Any
) -> tuple[float, ...]:
    """Return estimate, error, instruments, p of Hansen's J and of AR(2) of one panel, (N, T)."""
    lagged, now = y[:, :-1].ravel(), x[:, 1:].ravel()
    rows = replace(
        mould,
        y=y[:, 1:].ravel(),
        X=np.column_stack([lagged, now]),
        instruments={"iv(x)": now[:, None]},
    )
    stack = stack_rows(rows, rows.unit, system=system, constant=system)
    instruments = build_instruments(asked, rows, lambda _: y, system=system, collapse=False, constant=system)
    made: Solution = solve(stack, instruments, rows, h=3, steps=steps, windmeijer=True, singular="pinv")
    return (
        float(made.fit.params[0]),
        float(np.sqrt(made.covariance[0, 0])),
        made.rank,
        hansen(made).p_value,
        serial_correlation(made, rows, 2).p_value,
    )


def moulded(asked: Any, n: int, t: int, system: bool, transform: Any) -> DynamicRows:
    """Return the rows of a panel of this shape, whose numbers are filled in afterwards."""
    index = pd.MultiIndex.from_product([range(n), range(t)], names=["unit", "year"])
    noise = np.random.default_rng(0).normal(size=(n * t, 2))
    frame = open_frame(pd.DataFrame(noise, index=index, columns=["y", "x"]))
    return read_rows(
        asked,
        frame,
        unit=None,
        time=None,
        where=None,
        extra=(),
        transform=transform,
        dummies=False,
        system=system,
    )


def panel(n: int, t: int, rho: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return y and x, (N, T)."""
    mu = (1.0 - rho) * rng.normal(size=n)
    x, y = np.zeros((n, t + BURN)), np.zeros((n, t + BURN))
    y[:, 0] = mu / (1.0 - rho)
    for s in range(1, t + BURN):
        x[:, s] = 0.5 * x[:, s - 1] + rng.normal(size=n)
        y[:, s] = rho * y[:, s - 1] + 0.5 * x[:, s] + mu + rng.normal(size=n)
    return y[:, BURN:], x[:, BURN:]


def _t(df: int) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.975, df))
