"""What `vce(robust)` of xsmle rejects of the truth in 30 provinces and 12 years, and how much of it is bias."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from benchmarks.evidence.record import percent, write
from panelkit.models.spatial.conventions import SpatialConvention
from panelkit.models.spatial.likelihood import Counting, Problem
from panelkit.models.spatial.maximum import solve
from panelkit.models.spatial.problem import SpatialProblem
from panelkit.results.students_t import t_survival
from panelkit.spatial.provincial import contiguity
from panelkit.spatial.weights import FloatArray, Weights

REPS, N, T, SEED = 2000, 30, 12, 31
TRUTH = np.array([1.0, 0.5, 0.4])  # b, theta, rho
TERMS = ("b", "theta", "rho")
RULES: tuple[tuple[SpatialConvention, str], ...] = (
    ("xsmle", "Hessian"),
    ("xsmle", "ScoreCluster"),
    ("lee-yu", "ScoreCluster"),
    ("lee-yu", "Cluster"),
)


def main() -> Path:
    """Write bias, standard errors against spread, and sizes by errors, convention and covariance."""
    w = contiguity()
    w = w.subset([key for key in w.ids if key != "Tibet"])
    rows = []
    for ar in (0.0, 0.5):
        rng = np.random.default_rng([SEED, round(10 * ar)])
        found = [estimates(*panel(w, ar, rng), w) for _ in range(REPS)]
        for at, (convention, vcov) in enumerate(RULES):
            theta = np.array([one[at][0] for one in found])
            errors = np.array([one[at][1] for one in found])
            p_values = np.array([one[at][2] for one in found])
            row: dict[str, object] = {
                "errors": f"AR({ar:g})" if ar else "iid",
                "convention": convention,
                "vcov": vcov,
            }
            for j, term in enumerate(TERMS):
                row[f"bias {term}"] = round(float(theta[:, j].mean() - TRUTH[j]), 4)
                row[f"se/sd {term}"] = round(float(errors[:, j].mean() / theta[:, j].std()), 3)
                row[f"rejected {term}"] = percent(p_values[:, j] < 0.05)
            rows.append(row)
    facts = {
        "replications": REPS,
        "panel": f"sdm, {N} provinces, T = {T}, b = 1, theta = .5, rho = .4, x AR(.5), unit and time effects",
        "rejected": "share of true values outside their 95 % interval; one standard error at 5 % is 0.5 points",
    }
    return write("xsmle_size", pd.DataFrame(rows), seed=SEED, facts=facts)


def panel(w: Weights, ar: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return y (N, T) and [x, Wx] (N, T, 2) of one panel; regressor and errors follow their own past."""
    x = _autoregressive(0.5, rng)
    Z = np.stack([x, w.matrix @ x], axis=2)
    noise = _autoregressive(ar, rng) + rng.standard_normal((N, 1)) + rng.standard_normal((1, T))
    return np.linalg.solve(np.eye(N) - TRUTH[2] * w.matrix.toarray(), Z @ TRUTH[:2] + noise), Z


def estimates(y: FloatArray, Z: FloatArray, w: Weights) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Return estimates, standard errors and p-values of the truth, (3,) each, by rule."""
    out = []
    for convention, vcov in RULES:
        spectrum = w.spectrum()
        problem = Problem(y, Z, Counting(N, T, "twoway", convention), w.matrix, None, spectrum, None)
        optimum, curvature = solve(problem)
        likelihood = SpatialProblem(
            curvature, small_sample=convention != "xsmle", observed=convention == "xsmle"
        )
        theta = optimum.theta(problem)[:3]
        errors = np.sqrt(np.diag(_covariance(likelihood, vcov)))[:3]
        statistic = np.abs(theta - TRUTH) / errors
        finite = np.isfinite(likelihood.df)
        p = 2 * t_survival(statistic, likelihood.df) if finite else 2 * special.ndtr(-statistic)
        out.append((theta, errors, np.asarray(p)))
    return out


def _covariance(likelihood: SpatialProblem, vcov: str) -> FloatArray:
    if vcov == "Hessian":
        return likelihood.inverse_hessian()
    bread = likelihood.bread()
    if vcov == "Cluster":
        return likelihood.scale * bread @ likelihood.unit_meat() @ bread
    sums = likelihood.cell_scores().sum(axis=1)
    return likelihood.scale * bread @ sums.T @ sums @ bread * N / (N - 1)


def _autoregressive(ar: float, rng: np.random.Generator) -> FloatArray:
    shocks = rng.standard_normal((N, T))
    out = np.empty((N, T))
    out[:, 0] = shocks[:, 0]
    for t in range(1, T):
        out[:, t] = ar * out[:, t - 1] + np.sqrt(1 - ar**2) * shocks[:, t]
    return out
