"""Size of CRV1, CRV3 and the restricted wild cluster bootstrap at 31 provinces.

A treatment that some provinces get halfway, and a continuous regressor with a random walk; errors are AR(1) inside
provinces with province-specific variances (lognormal, so that the largest is about ten times the median). The true
effect is zero; the table holds the share of samples in which a nominal 5 % test rejects.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.evidence import record

SEED = 20261122
PROVINCES = 31
REPLICATIONS = 1_000
DRAWS = 399
TREATED = (2, 3, 5, 8, 15)


def errors(rng: np.random.Generator, periods: int, ar: float) -> np.ndarray:
    """Return stationary AR(1) errors with province variances, (provinces, periods)."""
    shocks = rng.normal(size=(PROVINCES, periods))
    path = np.empty_like(shocks)
    path[:, 0] = shocks[:, 0] / np.sqrt(1.0 - ar**2)
    for t in range(1, periods):
        path[:, t] = ar * path[:, t - 1] + shocks[:, t]
    return path * np.exp(rng.normal(scale=0.7, size=(PROVINCES, 1)))


def regressor(rng: np.random.Generator, periods: int, treated: int | None) -> np.ndarray:
    """Return the treatment of the first `treated` provinces, or a random walk."""
    if treated is None:
        return np.cumsum(rng.normal(size=(PROVINCES, periods)), axis=1)
    x = np.zeros((PROVINCES, periods))
    x[:treated, periods // 2 :] = 1.0
    return x


def cell(periods: int, treated: int | None, ar: float, replications: int = REPLICATIONS) -> dict[str, object]:
    """Return the rejection shares of one design."""
    rng = np.random.default_rng([SEED, periods, treated or 0, int(100 * ar)])
    index = pd.MultiIndex.from_product(
        [range(PROVINCES), range(2000, 2000 + periods)], names=["province", "year"]
    )
    rejected = np.zeros(3)
    for _ in range(replications):
        x, e = regressor(rng, periods, treated), errors(rng, periods, ar)
        data = pd.DataFrame({"x": x.ravel(), "y": e.ravel()}, index=index)
        crv3 = pk.FixedEffects("y ~ x").fit(data)
        crv1 = pk.FixedEffects("y ~ x", vcov=pk.Cluster()).fit(data)
        wild = pk.wild_cluster_bootstrap(crv1, "x", reps=DRAWS, rng=rng)
        rejected += [fit.p_values["x"] <= 0.05 for fit in (crv1, crv3)] + [wild.p_value <= 0.05]
    share = [f"{100 * value / replications:.1f}" for value in rejected]
    return {
        "regressor": "continuous" if treated is None else f"{treated} treated",
        "T": periods,
        "AR": ar,
        "CRV1 %": share[0],
        "CRV3 %": share[1],
        "wild %": share[2],
    }


def main() -> str:
    """Simulate every cell and write `docs/evidence/crv_size.csv`."""
    warnings.simplefilter("error")
    designs = [(periods, treated) for periods in (8, 14) for treated in (*TREATED, None)]
    rows = [cell(periods, treated, 0.6) for periods, treated in designs]
    facts = {
        "design": f"{PROVINCES} provinces, two-way effects, AR(.6) errors, province variances; nominal 5 %",
        "replications": f"{REPLICATIONS} a cell, {DRAWS} Rademacher draws",
        "Monte Carlo error": "one standard error at 5 % is 0.7 points",
    }
    path = record.write("crv_size", pd.DataFrame(rows), seed=SEED, facts=facts)
    return f"wrote {path.name}"


if __name__ == "__main__":
    print(main())
