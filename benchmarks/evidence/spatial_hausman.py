"""Size of the four tests of random against fixed effects in spatial panels of 31 provinces."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from benchmarks.evidence.record import write
from panelkit.models.spatial.hausman import spatial_hausman
from panelkit.models.spatial.random import SpatialRandomEffects
from panelkit.spatial.provincial import contiguity
from panelkit.spatial.weights import FloatArray

REPS, RHO, SEED = 1000, 0.3, 19


def main() -> Path:
    """Write the share of panels with random effects in which a nominal 5 % test rejects them."""
    w = contiguity()
    spread = np.linalg.inv(np.eye(w.n) - RHO * w.matrix.toarray())
    rows = []
    for cell, (model, t) in enumerate([("sar", 6), ("sar", 12), ("sdm", 6), ("sdm", 12)]):
        rng = np.random.default_rng([SEED, cell])
        spec = SpatialRandomEffects("y ~ x", model=model)  # type: ignore[arg-type]
        applicable = np.zeros(REPS, dtype=bool)
        rejected = np.zeros((REPS, 4), dtype=bool)
        for r in range(REPS):
            panel = _panel(w.ids, spread, w.matrix, model, t, rng)
            hausman, robust, paired, mundlak = spatial_hausman(spec, panel, w, method="all")
            applicable[r] = hausman.applicable
            rejected[r] = (
                hausman.applicable and hausman.p_value < 0.05,
                robust.applicable and robust.p_value < 0.05,
                paired.applicable and paired.p_value < 0.05,
                mundlak.p_value < 0.05,
            )
        rows.append(
            {
                "model": model,
                "T": t,
                "Hausman": round(100 * rejected[applicable, 0].mean(), 1),
                "not applicable": round(100 * (1 - applicable.mean()), 1),
                "robust": round(100 * rejected[:, 1].mean(), 1),
                "robust with pairs": round(100 * rejected[:, 2].mean(), 1),
                "Mundlak": round(100 * rejected[:, 3].mean(), 1),
            }
        )
    facts = {"replications": REPS, "Monte Carlo error": "one standard error at 5 % is 0.7 points"}
    return write("spatial_hausman", pd.DataFrame(rows), seed=SEED, facts=facts)


def _panel(
    ids: tuple[Hashable, ...],
    spread: FloatArray,
    w: sparse.csr_array,
    model: str,
    t: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    x = rng.standard_normal((len(ids), t))
    mean = x + (0.5 * (w @ x) if model == "sdm" else 0.0)
    y = spread @ (mean + rng.standard_normal((len(ids), 1)) + rng.standard_normal((len(ids), t)))
    index = pd.MultiIndex.from_product([ids, range(2001, 2001 + t)], names=["province", "year"])
    return pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index=index)
