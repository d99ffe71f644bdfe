"""Bias, spread and coverage of estimators of dynamic panels with 31 and with 300 units, 8 and 14 periods."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from benchmarks.evidence.record import held, write
from panelkit.language.errors import PanelkitError
from panelkit.models.dynamic.short.dynamic_rows import DynamicRows, read_rows
from panelkit.models.dynamic.short.lsdv_correction import lsdv_problem
from panelkit.models.dynamic.short.shell import in_order
from panelkit.models.reading import open_frame

SEED = 16
FORMULA = "y ~ lag(y, 1) + x"
SLOPE = 0.5
BURN = 50
WORLDS = {(31, 8): 300, (31, 14): 150, (300, 8): 60, (300, 14): 60}
ORDER = (
    "within", "adjusted moments", "bias-corrected LSDV", "transformed likelihood", "half-panel jackknife", "pooled OLS",
)  # fmt: skip
LIKELIHOODS = 150  # at most so many worlds for the likelihood, whose jackknife searches anew for every unit
UNEQUAL = 100  # worlds whose error variances differ between units
MANY = 100  # more units than this, and a new correction or maximum without each takes too long here


@dataclass(frozen=True)
class Cell:
    """One cell: units, periods held (one more than the rows of the regression), own lag, spread of error variances."""

    units: int
    periods: int
    rho: float
    errors: str = "equal"


def world(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """Return a panel: x is AR(1) and correlated with the unit effects, years have effects, starts are stationary."""
    n, length = cell.units, BURN + cell.periods
    effect = rng.normal(size=n)
    years = rng.normal(size=length)
    spread = np.exp(0.6 * rng.normal(size=n)) if cell.errors == "unequal" else np.ones(n)
    x, y = np.zeros((n, length)), np.zeros((n, length))
    for t in range(1, length):
        x[:, t] = 0.5 * x[:, t - 1] + 0.3 * effect + rng.normal(size=n)
        y[:, t] = cell.rho * y[:, t - 1] + SLOPE * x[:, t] + effect + years[t] + spread * rng.normal(size=n)
    index = pd.MultiIndex.from_product(
        [[f"u{number:03d}" for number in range(n)], range(2000, 2000 + cell.periods)], names=["unit", "year"]
    )
    kept = slice(BURN, None)
    return pd.DataFrame({"y": y[:, kept].ravel(), "x": x[:, kept].ravel()}, index=index)


def estimates(frame: pd.DataFrame, rows: DynamicRows, *, likelihood: bool) -> dict[tuple[str, str], Any]:
    """Return what every estimator and kind of errors makes of a panel: own lag and slope, their errors, t quantile."""
    few = rows.layout.n_units <= MANY
    made: dict[tuple[str, str], Any] = {}
    specs: dict[tuple[str, str], Any] = {
        ("adjusted moments", "cluster"): pk.AdjustedMoments(FORMULA, errors="cluster"),
        ("half-panel jackknife", "cluster"): pk.HalfPanelJackknife(FORMULA, errors="cluster"),
    }
    if likelihood:
        for errors in ("jackknife", "cluster")[0 if few else 1 :]:
            specs["transformed likelihood", errors] = pk.TransformedLikelihood(FORMULA, errors=errors)  # type: ignore[arg-type]
    if few:
        specs["bias-corrected LSDV", "jackknife"] = pk.BiasCorrectedLSDV(FORMULA)
    else:
        lag = np.asarray(rows.design.X)[:, int(rows.lag_at[0])]
        found = lsdv_problem(rows, np.asarray(rows.design.y), lag, 3, "arellano-bond").corrected()
        made["bias-corrected LSDV", "none"] = (in_order(rows, found.estimates), np.full(2, np.nan), np.nan)
    for key, spec in specs.items():
        try:
            fit = spec._estimate(rows)
        except PanelkitError:
            made[key] = None
            if key[0] != "transformed likelihood":
                made[key[0], "jackknife"] = None
            continue
        made[key] = (fit.estimates, fit.std_errors.to_numpy(), float(np.max(fit.df)))
        if key[1] == "cluster" and len(fit.without_unit):
            gaps, n = fit.without_unit - fit.estimates, len(fit.without_unit)
            jackknifed = np.sqrt((gaps**2).sum(axis=0) * (n - 1) / n)
            made[key[0], "jackknife"] = (fit.estimates, jackknifed, float(np.max(fit.df)))
    bounds: dict[str, Any] = {"within": "twoway", "pooled OLS": "time"}
    for name, effects in bounds.items():
        fit = pk.FixedEffects(FORMULA, effects).fit(frame)
        made[name, "jackknife"] = (fit.estimates, fit.std_errors.to_numpy(), float(np.max(fit.df)))
    return made


def run(cell: Cell, worlds: int) -> list[dict[str, Any]]:
    """Return one row an estimator and kind of errors."""
    from panelkit.results.students_t import t_quantile

    cause = [SEED, cell.units, cell.periods, int(100 * cell.rho), cell.errors == "unequal"]
    rng = np.random.default_rng(cause)
    held: dict[tuple[str, str], list[Any]] = {}
    for at in range(worlds):
        frame = world(cell, rng)
        rows = read_rows(FORMULA, open_frame(frame), "twoway", None, None, None)
        for key, found in estimates(frame, rows, likelihood=at < LIKELIHOODS).items():
            held.setdefault(key, []).append(found)
    table = []
    for (name, errors), found in held.items():
        kept = [one for one in found if one is not None]
        b, se = (np.array([one[at] for one in kept]) for at in (0, 1))
        quantile = float(t_quantile(0.95, kept[0][2])) if np.isfinite(kept[0][2]) else np.nan
        inside = np.abs(b - (cell.rho, SLOPE)) <= quantile * se
        covered = 100.0 * inside.mean(axis=0) if np.isfinite(quantile) else (np.nan, np.nan)
        table.append(
            {
                "estimator": name, "errors": errors, "N": cell.units, "T": cell.periods, "rho": cell.rho,
                "variances": cell.errors, "worlds": len(found),
                "failed": round(100.0 * (1.0 - len(kept) / len(found)), 1),
                "bias": round(float(b[:, 0].mean() - cell.rho), 4),
                "sd": round(float(b[:, 0].std(ddof=1)), 4),
                "rmse": round(float(np.sqrt(((b[:, 0] - cell.rho) ** 2).mean())), 4),
                "coverage": round(float(covered[0]), 1),
                "size": round(100.0 - float(covered[0]), 1),
                "bias_slope": round(float(b[:, 1].mean() - SLOPE), 4),
                "coverage_slope": round(float(covered[1]), 1),
            }
        )  # fmt: skip
    return table


def main() -> Path:
    """Write one row a cell, estimator and kind of errors."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    told = parser.parse_known_args()[0]
    cells = [Cell(n, t, rho) for n, t in WORLDS for rho in (0.3, 0.8)]
    cells += [Cell(31, t, rho, "unequal") for t, rho in ((8, 0.3), (14, 0.8))]
    facts = {"formula": FORMULA, "slope": SLOPE, "T": "periods held, one more than the rows of a unit"}
    table, path = held("dynamic_small_n", SEED), Path()
    keys = ["N", "T", "rho", "variances"]
    done = set() if table.empty else set(table[keys].itertuples(index=False, name=None))
    missing = [cell for cell in cells if (cell.units, cell.periods, cell.rho, cell.errors) not in done]
    for made in Parallel(n_jobs=told.jobs, return_as="generator")(
        delayed(run)(cell, told.worlds or _worlds(cell)) for cell in missing
    ):
        table = pd.concat([table, pd.DataFrame(made)], ignore_index=True)
        path = write("dynamic_small_n", _sorted(table), seed=SEED, facts=facts)
    return path


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order of worlds, and of estimators from the lower bound to the upper one."""
    place = table["estimator"].map({name: at for at, name in enumerate(ORDER)})
    keys = ["variances", "N", "T", "rho", "place", "errors"]
    return table.assign(place=place).sort_values(keys, kind="stable").drop(columns="place")


def _worlds(cell: Cell) -> int:
    return UNEQUAL if cell.errors == "unequal" else WORLDS[cell.units, cell.periods]
