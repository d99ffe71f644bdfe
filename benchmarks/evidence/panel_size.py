"""Size and power of every covariance and test of a panel coefficient, N = 31, T = 8 and 14.

Two-way effects; the errors are serially correlated (AR 0.6), or serially and spatially correlated
(exponential in the
distance of the provincial capitals, range 500 km). The regressor is either continuous with the same
correlation, or a treatment that begins half-way in m provinces. Rejection of a true null at nominal 5 %, and of
zero when the effect is 0.5 error standard deviations (power).

    python -m benchmarks.evidence panel_size
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.evidence.record import write
from panelkit.covariance.conley import LATITUDE, LONGITUDE, great_circle_km
from panelkit.data.geography import capitals
from panelkit.inference.randomisation import randomisation_inference
from panelkit.language.errors import SpecError
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design
from panelkit.panel.design import Design, design_from_arrays

SEED = 20_261
REPS = 600
DRAWS = 399
UNITS = 31
COVARIANCES = {
    "iid": pk.Iid(),
    "HC1": pk.Robust(),
    "CRV1": pk.Cluster(),
    "CR2": pk.CR2(),
    "CRV3": pk.CRV3(),
    "two-way cluster": pk.TwoWayCluster(),
    "Driscoll-Kraay": pk.DriscollKraay(),
    "Conley 800 km": pk.Conley(800.0),
}


@cache
def _places() -> tuple[np.ndarray, np.ndarray]:
    table = capitals()
    return table["lat"].to_numpy(), table["lon"].to_numpy()


@cache
def _spatial_root() -> np.ndarray:
    return np.linalg.cholesky(np.exp(-great_circle_km(*_places()) / 500.0))


def errors(rng: np.random.Generator, periods: int, kind: str) -> np.ndarray:
    """Return errors of variance one, (UNITS, periods)."""
    shocks = rng.normal(size=(periods, UNITS))
    if kind == "serial and spatial":
        shocks = shocks @ _spatial_root().T
    if kind == "independent":
        return shocks.T
    rho = 0.6
    path = np.empty((periods, UNITS))
    path[0] = shocks[0]
    for t in range(1, periods):
        path[t] = rho * path[t - 1] + np.sqrt(1.0 - rho**2) * shocks[t]
    return path.T


def regressor(rng: np.random.Generator, periods: int, kind: str, treated: int | None) -> np.ndarray:
    """Return a correlated regressor, or a treatment of `treated` provinces from the middle on."""
    if treated is None:
        return errors(rng, periods, kind)
    chosen = rng.choice(UNITS, treated, replace=False)
    column = np.zeros((UNITS, periods))
    column[chosen, periods // 2 :] = 1.0
    return column


def design_of(x: np.ndarray, y: np.ndarray) -> Design:
    """Return the design of one replication, with coordinates."""
    units, periods = x.shape
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    lat, lon = _places()
    made = design_from_arrays(y.ravel(), x.ravel(), unit, time, terms=("x",))
    return replace(made, extra={LATITUDE: lat[unit], LONGITUDE: lon[unit]})


def rejections(x: np.ndarray, y: np.ndarray, seed: int) -> dict[str, float]:
    """Return 1 where a method rejects zero at 5 %, 0 where not, missing where it refuses."""
    design = design_of(x, y)
    spec = FixedEffects("y ~ x", vcov=pk.Cluster())
    fit = fit_design(design, spec)
    found: dict[str, float] = {}
    for name, vcov in COVARIANCES.items():
        try:
            found[name] = float(fit_design(design, replace(spec, vcov=vcov)).p_values["x"] < 0.05)
        except SpecError:
            found[name] = float("nan")
    wild = pk.wild_cluster_bootstrap(fit, "x", reps=DRAWS, rng=seed, interval=False)
    found["wild cluster bootstrap"] = float(wild.p_value < 0.05)
    for statistic in ("coefficient", "t"):
        test = randomisation_inference(fit, "x", reps=DRAWS, rng=seed, statistic=statistic)
        found[f"randomisation ({statistic})"] = float(test.p_value < 0.05)
    return found


def cell(
    periods: int, kind: str, treated: int | None, reps: int, effect: float, seed: int
) -> dict[str, float]:
    """Return rejection rates over `reps` replications."""
    rng = np.random.default_rng(seed)
    rows = []
    for replication in range(reps):
        x = regressor(rng, periods, kind, treated)
        rows.append(rejections(x, errors(rng, periods, kind) + effect * x, replication))
    return pd.DataFrame(rows).mean().round(4).to_dict()


def main(reps: int = REPS, jobs: int = 2) -> str:
    """Run all cells, write the table."""
    from joblib import Parallel, delayed

    kinds = ("serial", "serial and spatial")
    grid = [(t, kind, m, 0.0) for t in (8, 14) for kind in kinds for m in (None, 1, 3, 8, 15)]
    grid += [(14, "serial", m, 0.5) for m in (None, 3, 8)]
    done = Parallel(n_jobs=jobs)(
        delayed(cell)(t, kind, m, reps, effect, SEED + at) for at, (t, kind, m, effect) in enumerate(grid)
    )
    rows = [
        {
            "periods": t,
            "errors": kind,
            "regressor": "continuous" if m is None else f"{m} treated",
            "effect": effect,
            "reps": reps,
            **rates,
        }
        for (t, kind, m, effect), rates in zip(grid, done, strict=True)
    ]
    table = pd.DataFrame(rows)
    path = write("panel_size", table, seed=SEED, facts={"draws": DRAWS, "units": UNITS})
    return f"{table.to_string(index=False)}\nwritten to {path}"
