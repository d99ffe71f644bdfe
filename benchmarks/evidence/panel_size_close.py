"""Size of CRV3, wild bootstrap and randomisation inference where they are recommended, seen closely.

The designs of `panel_size` with eight or more treated provinces and with a continuous regressor, in enough samples
that a tenth of a point shows. In a balanced panel every one of these tests is a function of the products of unit with
unit, x_g'y_h of the swept columns, which is what makes the many samples cheap; the suite compares the four p-values of
a sample with those of the package.

    python -m benchmarks.evidence panel_size_close
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.evidence.panel_size import UNITS, errors, regressor
from benchmarks.evidence.record import write

SEED = 20_262
REPS = 10_000
DRAWS = 999
_TIE = 1e-9  # |t| of two assignments that are the same differ by rounding only


def swept(panel: np.ndarray) -> np.ndarray:
    """Return a balanced panel (units, periods) less its unit and period means."""
    return panel - panel.mean(axis=1, keepdims=True) - panel.mean(axis=0) + panel.mean()


def p_values(x: np.ndarray, y: np.ndarray, signs: np.ndarray, orders: np.ndarray) -> dict[str, float]:
    """Return the p-values of one sample.

    Parameters
    ----------
    x, y
        Regressor and outcome, (units, periods).
    signs
        Rademacher weights (draws, units), the identity left out.
    orders
        Permutations of the units (draws, units).
    """
    x, y = swept(x), swept(y)
    crossed, own = x @ y.T, np.einsum("it,it->i", x, x)
    total, diagonal = own.sum(), np.diag(crossed)
    beta = diagonal.sum() / total
    units = len(own)
    t = _t(diagonal[None, :] - beta * own, np.array([beta]), total)[0]
    wild_beta = signs @ diagonal / total
    wild = signs * diagonal - signs @ crossed.T / units - wild_beta[:, None] * own
    sums = crossed[orders, np.arange(units)]
    placed = sums.sum(axis=1) / total
    exchanged = _t(sums - placed[:, None] * own[orders], placed, total)
    # a unit that leaves takes N/(N-1) of its own swept products with it, the period means being taken anew
    share = units / (units - 1.0)
    without = (diagonal.sum() - share * diagonal) / (total - share * own)
    spread = np.sqrt(((without - beta) ** 2).sum() * (units - 1.0) / units)
    return {
        "CRV3": float(2.0 * stats.t.sf(abs(beta) / spread, units - 1)),
        "wild cluster bootstrap": _share(_t(wild, wild_beta, total), t),
        "randomisation (coefficient)": _share(placed, beta),
        "randomisation (t)": _share(exchanged, t),
    }


def _t(scores: np.ndarray, beta: np.ndarray, total: float) -> np.ndarray:
    return beta * total / np.sqrt(np.einsum("bg,bg->b", scores, scores))


def _share(drawn: np.ndarray, actual: float) -> float:
    return float((1 + (np.abs(drawn) >= abs(actual) * (1.0 - _TIE)).sum()) / (1 + len(drawn)))


def cell(periods: int, kind: str, treated: int | None, reps: int, seed: int) -> dict[str, float]:
    """Return rejection rates of a true null at nominal 5 %, in percent."""
    rng = np.random.default_rng(seed)
    rejected: dict[str, int] = {}
    for _ in range(reps):
        x, y = regressor(rng, periods, kind, treated), errors(rng, periods, kind)
        signs = 1.0 - 2.0 * rng.integers(0, 2, size=(DRAWS, UNITS))
        orders = np.argsort(rng.random((DRAWS, UNITS)), axis=1)
        for name, p in p_values(x, y, signs, orders).items():
            rejected[name] = rejected.get(name, 0) + (p <= 0.05)
    return {f"{name} %": round(100.0 * count / reps, 2) for name, count in rejected.items()}


def main(reps: int = REPS, jobs: int = 2) -> str:
    """Run all cells, write the table."""
    from joblib import Parallel, delayed

    kinds = ("independent", "serial", "serial and spatial")
    grid = [(t, kind, m) for t in (8, 14) for kind in kinds for m in (None, 8, 15)]
    done = Parallel(n_jobs=jobs)(
        delayed(cell)(t, kind, m, reps, SEED + at) for at, (t, kind, m) in enumerate(grid)
    )
    table = pd.DataFrame(
        [
            {
                "periods": t,
                "errors": kind,
                "regressor": "continuous" if m is None else f"{m} treated",
                **rates,
            }
            for (t, kind, m), rates in zip(grid, done, strict=True)
        ]
    )
    error = 100.0 * np.sqrt(0.05 * 0.95 / reps)
    facts = {
        "replications": f"{reps} a cell, {DRAWS} draws, {UNITS} units",
        "Monte Carlo error": f"one standard error at 5 % is {error:.2f} points",
    }
    path = write("panel_size_close", table, seed=SEED, facts=facts)
    return f"{table.to_string(index=False)}\nwritten to {path}"
