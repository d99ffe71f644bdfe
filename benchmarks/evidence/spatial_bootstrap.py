"""Coverage of the province residual bootstrap for the impacts of a two-way SDM, 31 provinces, T = 14."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.evidence.record import write
from benchmarks.evidence.spatial_coverage import BETA, THETA, _serial
from panelkit.inference.impact_parts import stacked
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.spatial.provincial import contiguity

REPS, BOOT, T, RHO = 200, 199, 14, 0.4


def main() -> Path:
    """Write the share of percentile intervals that hold the truth, with independent and with AR(.5) errors."""
    rows = []
    for serial in (0.0, 0.5):
        held = _held(serial, np.random.default_rng(13))
        share = dict(zip(("direct", "indirect", "total"), np.round(100 * held.mean(axis=0), 1), strict=True))
        rows.append({"errors": f"AR({serial:g})" if serial else "iid", **share})
    facts = {"replications": REPS, "bootstrap draws": BOOT, "T": T, "rho": RHO}
    facts |= {"Monte Carlo error": "one standard error at 95 % is 1.5 points"}
    return write("spatial_bootstrap", pd.DataFrame(rows), seed=13, facts=facts)


def _held(serial: float, rng: np.random.Generator) -> np.ndarray:
    w = contiguity()
    ids = sorted(w.ids, key=str)
    w = w.aligned(ids)
    root = np.linalg.inv(np.eye(w.n) - RHO * w.matrix.toarray())
    index = pd.MultiIndex.from_product([ids, range(2001, 2001 + T)], names=["province", "year"])
    held = []
    for _ in range(REPS):
        x = _serial(rng, w.n, T, 0.5)
        noise = _serial(rng, w.n, T, serial) + rng.standard_normal((w.n, 1)) + rng.standard_normal((1, T))
        y = root @ (BETA * x + THETA * (w.matrix @ x) + noise)
        data = pd.DataFrame({"y": y.reshape(-1), "x": x.reshape(-1)}, index=index)
        fit = SpatialPanel("y ~ x").fit(data, w)
        parts = fit.impact_parts()
        truth = stacked(parts, np.array([[BETA, THETA, RHO]]))[0]
        low, high = np.quantile(fit.impacts("bootstrap", reps=BOOT, rng=rng).draws, [0.025, 0.975], axis=0)
        held.append((low <= truth) & (truth <= high))
    return np.array(held)
