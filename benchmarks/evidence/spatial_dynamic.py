"""Bias of the dynamic SAR panel at 31 provinces, corrected and with dummies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.evidence.record import write
from panelkit.models.spatial.dynamic_maximum import solve_dynamic
from panelkit.models.spatial.likelihood import Counting, Problem
from panelkit.spatial.provincial import contiguity

REPS, BURN = 400, 40
TRUTH = {"b": 1.0, "tau": 0.5, "eta": -0.1, "rho": 0.3}


def main() -> Path:
    """Write the mean bias of every coefficient by T and convention; stationary panels with two-way effects."""
    w, rng, rows = contiguity(), np.random.default_rng(11), []
    matrix = w.matrix.toarray()
    root = np.linalg.inv(np.eye(w.n) - TRUTH["rho"] * matrix)
    for t in (8, 14, 20):
        found: dict[str, list[np.ndarray]] = {"lee-yu": [], "lsdv": []}
        for _ in range(REPS):
            y, x = _grow(root, matrix, t, rng)
            Z = np.stack([x, y[:, :-1], matrix @ y[:, :-1]], axis=2)
            for convention, kept in found.items():
                counting = Counting(w.n, t, "twoway", convention, conditional=True)  # type: ignore[arg-type]
                problem = Problem(y[:, 1:], Z, counting, w.matrix, None, w.spectrum(), None)
                kept.append(solve_dynamic(problem, (1, 2))[0].theta(problem)[:4])
        for convention, kept in found.items():
            bias = np.mean(kept, axis=0) - np.array(list(TRUTH.values()))
            rows.append(
                {"T": t, "convention": convention, **dict(zip(TRUTH, np.round(bias, 4), strict=True))}
            )
    truth = ", ".join(f"{name} {value:g}" for name, value in TRUTH.items())
    return write("spatial_dynamic", pd.DataFrame(rows), seed=11, facts={"replications": REPS, "truth": truth})


def _grow(root: np.ndarray, w: np.ndarray, t: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return y (31, t + 1) and x (31, t)."""
    n, length = len(w), t + BURN
    x, unit, year = rng.standard_normal((n, length)), rng.standard_normal(n), rng.standard_normal(length)
    y = np.zeros((n, length))
    for s in range(1, length):
        past = TRUTH["tau"] * y[:, s - 1] + TRUTH["eta"] * (w @ y[:, s - 1])
        y[:, s] = root @ (past + TRUTH["b"] * x[:, s] + unit + year[s] + rng.standard_normal(n))
    return y[:, -t - 1 :], x[:, -t:]
