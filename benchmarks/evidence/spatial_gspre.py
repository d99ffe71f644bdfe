"""Bias and coverage of the generalised spatial random-effects model: how well phi of the unit effects is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from benchmarks.evidence.record import write
from panelkit.language.errors import ConvergenceError
from panelkit.models.spatial.gspre import GeneralisedRandomEffects
from panelkit.spatial.provincial import contiguity
from panelkit.spatial.weights import Weights, as_weights

SEED = 23
PHI, LAMBDA, SIGMA_MU = 0.5, 0.3, 1.2
CELLS = (
    ("31 provinces", 6, 300),
    ("31 provinces", 12, 300),
    ("lattice of 100", 6, 150),
    ("lattice of 225", 6, 60),
)


def main() -> Path:
    """Write mean bias, and coverage of 95 % intervals, of b, lambda and phi under error(1)."""
    rows = []
    for cell, (units, t, reps) in enumerate(CELLS):
        w, rng = _weights(units), np.random.default_rng([SEED, cell])
        kept = [one for one in (_one(w, t, rng) for _ in range(reps)) if one is not None]
        gaps, errors = (np.array(part) for part in zip(*kept, strict=True))
        covered = np.abs(gaps) < 1.96 * errors
        row: dict[str, object] = {"units": units, "T": t, "panels": reps}
        for j, name in enumerate(("b", "lambda", "phi")):
            row[f"bias of {name}"] = round(float(gaps[:, j].mean()), 4)
        for j, name in enumerate(("b", "lambda", "phi")):
            row[f"coverage of {name}"] = round(100 * float(covered[:, j].mean()), 1)
        rows.append({**row, "no estimate": reps - len(kept)})
    facts = {"truth": f"b 1, lambda {LAMBDA}, phi {PHI}, sigma_mu {SIGMA_MU}, sigma_e 1"}
    return write("spatial_gspre", pd.DataFrame(rows), seed=SEED, facts=facts)


def _weights(units: str) -> Weights:
    if units == "31 provinces":
        return contiguity()
    m = round(int(units.rsplit(" ", 1)[1]) ** 0.5)
    line = sparse.diags_array([1.0, 1.0], offsets=[-1, 1], shape=(m, m))
    eye = sparse.eye_array(m)
    return as_weights(
        sparse.csr_array(sparse.kron(line, eye) + sparse.kron(eye, line)), list(range(m * m)), name="lattice"
    )


def _one(w: Weights, t: int, rng: np.random.Generator) -> tuple[list[float], list[float]] | None:
    """Return estimates less the truth and standard errors of one panel; None where there is no estimate."""
    own = w.for_model()
    dense, n = own.matrix.toarray(), own.n
    x = rng.standard_normal((n, t))
    a = np.linalg.solve(np.eye(n) - PHI * dense, SIGMA_MU * rng.standard_normal(n))
    u = np.linalg.solve(np.eye(n) - LAMBDA * dense, rng.standard_normal((n, t)))
    index = pd.MultiIndex.from_product([own.ids, range(2001, 2001 + t)], names=["province", "year"])
    data = pd.DataFrame({"y": (x + a[:, None] + u).ravel(), "x": x.ravel()}, index=index)
    try:
        fit = GeneralisedRandomEffects("y ~ x", small_sample=False).fit(data, own)
    except ConvergenceError:
        return None
    at = [fit.terms.index(name) for name in ("x", "lambda", "phi")]
    gaps = fit.estimates[at] - np.array([1.0, LAMBDA, PHI])
    return list(gaps), list(np.sqrt(np.diag(fit.covariance)[at]))
