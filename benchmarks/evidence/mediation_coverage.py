"""Coverage and size of inference on a*b: 31 provinces, two-way effects, serial errors, and the confounded case.

Cells: T = 8, 13; paths (a, b) = (.3, .3), (.3, 0), (0, .3), (0, 0); treatment and both errors AR(.5) or AR(.8) within
provinces. Every cell gives, method by method, the share of intervals that hold a*b and the share of rejections of
a*b = 0. In the confounded case b = 0, but the errors of mediator and outcome are correlated: the three steps and Sobel
find mediation, and the sensitivity says at which correlation it vanishes.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import write
from panelkit.inference.confounding import error_moments
from panelkit.inference.indirect import bias_corrected, product_test, rademacher, resample_counts
from panelkit.kernels.within import Layout
from panelkit.models.mediation.paths import (
    Equation,
    PathSystem,
    exact_jacobian,
    path_map,
    wild_coefficients,
)
from panelkit.results.fit import t_survival

UNITS, DRAWS = 31, 999
PATHS = ((0.3, 0.3), (0.3, 0.0), (0.0, 0.3), (0.0, 0.0))


@dataclass(frozen=True)
class Cell:
    """One corner of the design; `confounding` is the correlation of the two errors, `direct` the effect c'."""

    t: int
    a: float
    b: float
    serial: float = 0.5
    confounding: float = 0.0
    direct: float = 0.2


def main(reps: int = 2000, quick: bool = False, jobs: int = -1) -> Path:
    """Run the cells; `python -m benchmarks.evidence.mediation_coverage --reps 300 --quick` runs fewer."""
    start = time.perf_counter()
    cells = list(_cells(quick))
    groups = Parallel(n_jobs=jobs)(delayed(run)(cell, reps, 500 + i) for i, cell in enumerate(cells))
    table = pd.DataFrame([row for group in groups for row in group])
    facts = {"replications": reps, "draws": DRAWS, "seconds": round(time.perf_counter() - start)}
    path = write("mediation_coverage", table, seed=500, facts=facts)
    summarise(table, {key: facts[key] for key in ("replications", "draws")})
    return path


def summarise(table: pd.DataFrame, facts: dict[str, object]) -> None:
    """Write the tables of the documentation: the range of coverage, the largest size, the confounded case."""
    facts = {"made by": "python -m benchmarks.evidence mediation_coverage", **facts}
    plain = table[table["confounding"] == 0.0]
    rows = []
    for (errors, method), part in plain.groupby(["errors", "method"], sort=False):
        route = part[(part["a"] != 0) | (part["b"] != 0)]["coverage"].dropna()
        one_zero = part[(part["a"] == 0) != (part["b"] == 0)]["rejects_zero"]
        both = part[(part["a"] == 0) & (part["b"] == 0)]["rejects_zero"]
        rows.append(
            {
                "errors": errors,
                "method": method,
                "coverage, %": f"{route.min():.1f} to {route.max():.1f}" if len(route) else "",
                "largest size, one path zero, %": f"{one_zero.max():.1f}",
                "largest size, both zero, %": f"{both.max():.1f}",
            }
        )
    write("mediation_summary", pd.DataFrame(rows), seed=500, facts=facts)
    confounded = table[table["confounding"] != 0.0].drop(
        columns=["a", "b", "errors", "coverage", "replications"]
    )
    write(
        "mediation_confounded",
        confounded,
        seed=500,
        facts={**facts, "truth": "a = .6, b = 0, c' = .5, AR(.5)"},
    )


def _cells(quick: bool) -> list[Cell]:
    found = [Cell(t, a, b) for t in (8, 13) for a, b in PATHS]
    found += [Cell(13, 0.6, 0.0, confounding=r, direct=0.5) for r in (0.25, 0.5)]
    return found if quick else [*found, *(Cell(t, a, b, 0.8) for t in (8, 13) for a, b in PATHS)]


def run(cell: Cell, reps: int, seed: int) -> list[dict[str, object]]:
    """Return one row a method of one cell."""
    rng = np.random.default_rng(seed)
    truth = cell.a * cell.b
    held: dict[str, list[float]] = {}
    rejected: dict[str, list[float]] = {}
    extra: dict[str, list[float]] = {"share": [], "rho_zero": [], "caught": [], "fragile": []}
    for _ in range(reps):
        system = panel(cell, rng)
        paths = path_map(system, 0, (1,))
        a, b = paths.first[0], paths.second[0]
        theta = system.theta
        swept = system.refit(resample_counts(UNITS, DRAWS, rng))
        draws = paths.effects(system.coefficients(swept)[0])[:, 2]
        deleted = system.without_each()[0] - theta
        jackknife = deleted.T @ deleted * (UNITS - 1) / UNITS
        gradient = exact_jacobian(paths.effects, theta)[2]
        product = theta[a] * theta[b]
        wild = rademacher(UNITS, DRAWS, rng)
        factors = np.sqrt([UNITS / (UNITS - 1) * (f.n - 1) / (f.n - f.k - cell.t) for f in system.fits])
        waved = paths.effects(wild_coefficients(system, wild, factors))[:, 2]
        spread = float(gradient @ jackknife @ gradient) ** 0.5
        ends = {
            "percentile bootstrap": np.quantile(draws, [0.025, 0.975]),
            "bias-corrected bootstrap": [e[0] for e in bias_corrected(draws[:, None], np.array([product]))],
            "wild bootstrap": np.quantile(waved, [0.025, 0.975]),
            "delta, CRV3, t(G-1)": product + spread * np.array([-2.042272, 2.042272]),
        }
        for name, (low, high) in ends.items():
            held.setdefault(name, []).append(low <= truth <= high)
            rejected.setdefault(name, []).append(low > 0 or high < 0)
        crv3 = np.sqrt(np.diag(jackknife))
        p = [float(t_survival(np.array(theta[j] / crv3[j]), UNITS - 1)) for j in (a, b)]
        rejected.setdefault("joint significance, CRV3", []).append(max(p) < 0.05)
        iid = _iid(system)
        for name, errors in (("Sobel, CRV3", crv3), ("Sobel, iid errors", iid)):
            test = product_test(theta[a], errors[a], theta[b], errors[b])
            rejected.setdefault(name, []).append(test.p_value < 0.05)
        if cell.confounding:
            moments = error_moments(swept, [0], 1, 2)
            whole = error_moments(system.refit(np.ones((1, UNITS))), [0], 1, 2)
            at_truth = theta_a(system, swept, a) * moments.slope(np.array([cell.confounding]))[:, 0]
            low, high = np.quantile(at_truth, [0.025, 0.975])
            extra["share"].append(product / theta[0])
            extra["rho_zero"].append(float(whole.correlation[0]))
            extra["caught"].append(low <= 0 <= high)
            extra["fragile"].append(abs(float(whole.correlation[0])) < 0.3)
    rows = []
    for name, values in rejected.items():
        covered = 100 * float(np.mean(held[name])) if name in held else float("nan")
        rows.append(_row(cell, name, covered, 100 * float(np.mean(values)), reps, extra))
    return rows


def theta_a(system: PathSystem, swept: np.ndarray, a: int) -> np.ndarray:
    """Return path a of every draw."""
    return system.coefficients(swept)[0][:, a]


def _row(
    cell: Cell, method: str, covered: float, rejected: float, reps: int, extra: dict[str, list[float]]
) -> dict[str, object]:
    row: dict[str, object] = {
        "T": cell.t, "a": cell.a, "b": cell.b, "errors": f"AR({cell.serial:g})", "confounding": cell.confounding,
        "method": method, "coverage": round(covered, 2), "rejects_zero": round(rejected, 2), "replications": reps,
    }  # fmt: skip
    confounded = bool(cell.confounding)
    row["mean_share"] = round(float(np.mean(extra["share"])), 3) if confounded else ""
    row["mean_rho_zero"] = round(float(np.mean(extra["rho_zero"])), 3) if confounded else ""
    row["interval_at_true_rho_holds_zero"] = (
        round(100 * float(np.mean(extra["caught"])), 2) if confounded else ""
    )
    row["flagged_fragile"] = round(100 * float(np.mean(extra["fragile"])), 2) if confounded else ""
    return row


def _iid(system: PathSystem) -> np.ndarray:
    parts = [np.sqrt(np.diag(fit.bread) * fit.rss / fit.df_resid) for fit in system.fits]
    return np.concatenate(parts)


def panel(cell: Cell, rng: np.random.Generator) -> PathSystem:
    """Return a panel with provincial and yearly effects in treatment, mediator and outcome."""
    n, t = UNITS, cell.t
    e2, own = _serial(rng, n, t, cell.serial), _serial(rng, n, t, cell.serial)
    e3 = cell.confounding * e2 + np.sqrt(1 - cell.confounding**2) * own

    def effects() -> np.ndarray:
        return rng.standard_normal((n, 1)) + rng.standard_normal((1, t))

    x = _serial(rng, n, t, cell.serial) + effects()
    m = cell.a * x + effects() + e2
    y = cell.direct * x + cell.b * m + effects() + e3
    layout = Layout(np.repeat(np.arange(n), t), np.tile(np.arange(t), n))
    columns = np.column_stack([x.ravel(), m.ravel(), y.ravel()])
    equations = (Equation("total", 2, (0,)), Equation("mediator 0", 1, (0,)), Equation("outcome", 2, (0, 1)))
    return PathSystem(columns, ("x", "m", "y"), layout, "twoway", equations)


def _serial(rng: np.random.Generator, n: int, t: int, phi: float) -> np.ndarray:
    """Return stationary AR(1) series with unit variance, (n, t)."""
    shocks = rng.standard_normal((n, t))
    out = np.empty_like(shocks)
    out[:, 0] = shocks[:, 0]
    for s in range(1, t):
        out[:, s] = phi * out[:, s - 1] + np.sqrt(1 - phi**2) * shocks[:, s]
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.mediation_coverage")
    parser.add_argument("--reps", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="AR(.5) and the confounded cases only")
    parser.add_argument("--jobs", type=int, default=-1)
    options = parser.parse_args()
    print(main(options.reps, options.quick, options.jobs))
