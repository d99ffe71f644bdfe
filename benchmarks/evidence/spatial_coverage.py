"""Bias of rho and coverage of impact intervals of the two-way SDM, 31 provinces, convention by convention.

Cells: T = 8, 14, 20; rho = 0, .2, .4, .6; errors independent normal or AR(.5) within provinces. Regressors are
AR(.5) within provinces, so that serial errors matter. Every cell reports the mean bias of rho, the share of
intervals that hold the true direct, indirect and total impact, by delta method and by draws.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import special

from benchmarks.evidence.record import write
from panelkit.inference.impact_parts import ImpactParts, draw_theta, stable, stacked
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import information
from panelkit.models.spatial.likelihood import Counting, Problem, lag
from panelkit.models.spatial.maximum import solve
from panelkit.models.spatial.scores import cell_scores, unit_meat
from panelkit.spatial.provincial import contiguity

BETA, THETA = 1.0, 0.5
DRAWS = 500
CLUSTER, SCORES = "cluster, n/(n-k) and t(N-1)", "cluster-scores, n/(n-k) and t(N-1)"


@dataclass(frozen=True)
class Cell:
    """One corner of the design."""

    t: int
    rho: float
    serial: float
    convention: str = "lee-yu"


def main(reps: int = 1500, quick: bool = False, jobs: int = -1) -> Path:
    """Run the cells; `python -m benchmarks.evidence.spatial_coverage --reps 300 --quick` runs fewer."""
    start = time.perf_counter()
    cells = list(_cells(quick))
    groups = Parallel(n_jobs=jobs)(delayed(run)(cell, reps, 100 + i) for i, cell in enumerate(cells))
    table = pd.DataFrame([row for group in groups for row in group])
    facts = {"replications": reps, "cells": len(cells), "seconds": round(time.perf_counter() - start)}
    return write("spatial_coverage", table, seed=100, facts=facts)


def _cells(quick: bool) -> Iterator[Cell]:
    periods, rhos = ((8, 14), (0.0, 0.4)) if quick else ((8, 14, 20), (0.0, 0.2, 0.4, 0.6))
    for t in periods:
        for rho in rhos:
            yield Cell(t, rho, 0.0)
            yield Cell(t, rho, 0.0, "splm")
            yield Cell(t, rho, 0.0, "lsdv")
            yield Cell(t, rho, 0.5)


def run(cell: Cell, reps: int, seed: int) -> list[dict[str, object]]:
    """Return one row a covariance and interval of one cell."""
    rng = np.random.default_rng(seed)
    weights = contiguity()
    w, spectrum = weights.matrix, weights.spectrum()
    n = weights.n
    root = np.linalg.inv(np.eye(n) - cell.rho * w.toarray())
    truth_parts = _parts(np.array([BETA, THETA, cell.rho]), np.eye(3), np.inf, weights)
    truth = stacked(truth_parts, truth_parts.theta[None, :])[0]
    rhos: list[float] = []
    hits: dict[tuple[str, str], list[np.ndarray]] = {}
    for _ in range(reps):
        X = _serial(rng, n, cell.t, 0.5)[..., None]
        Z = np.concatenate([X, lag(w, X)], axis=2)
        noise = _serial(rng, n, cell.t, cell.serial)
        y = root @ (
            Z @ np.array([BETA, THETA])
            + rng.standard_normal((n, 1))
            + rng.standard_normal((1, cell.t))
            + noise
        )
        counting = Counting(n, cell.t, "twoway", cell.convention)  # type: ignore[arg-type]
        problem = Problem(y, Z, counting, w, None, spectrum, None)
        optimum, curvature = solve(problem)
        rhos.append(optimum.rho)
        theta = optimum.theta(problem)[:-1]
        for name, cov, df in _covariances(curvature):
            parts = _parts(theta, cov, df, weights)
            drawn = cell.convention == "lee-yu" and name != SCORES
            for method, low, high in _intervals(parts, rng, drawn):
                hits.setdefault((name, method), []).append((low <= truth) & (truth <= high))
    rows = []
    for (name, method), inside in hits.items():
        share = np.mean(inside, axis=0)
        rows.append(
            {
                "T": cell.t,
                "rho": cell.rho,
                "errors": f"AR({cell.serial:g})" if cell.serial else "iid",
                "convention": cell.convention,
                "bias_rho": round(float(np.mean(rhos) - cell.rho), 5),
                "vcov": name,
                "interval": method,
                "direct": round(100 * float(share[0]), 2),
                "indirect": round(100 * float(share[1]), 2),
                "total": round(100 * float(share[2]), 2),
                "replications": reps,
            }
        )
    return rows


def _serial(rng: np.random.Generator, n: int, t: int, phi: float) -> np.ndarray:
    """Return stationary AR(1) series with unit variance, (n, t)."""
    shocks = rng.standard_normal((n, t))
    if phi == 0.0:
        return shocks
    out = np.empty_like(shocks)
    out[:, 0] = shocks[:, 0]
    for s in range(1, t):
        out[:, s] = phi * out[:, s - 1] + np.sqrt(1 - phi**2) * shocks[:, s]
    return out


def _parts(theta: np.ndarray, cov: np.ndarray, df: float, weights: object) -> ImpactParts:
    w = weights.matrix  # type: ignore[attr-defined]
    base = _BASE.get(id(w))
    if base is None:
        base = ImpactParts(
            ("x",), theta, cov, df, (0,), (1,), tuple(range(w.shape[0])), rho=2, w=w, w_durbin=w,
            spectrum=weights.spectrum(),  # type: ignore[attr-defined]
        )  # fmt: skip
        base.multipliers.at(np.array([0.1]))
        _BASE[id(w)] = base
    parts = replace(base, theta=theta, covariance=cov, df=df)
    parts.__dict__["multipliers"] = base.multipliers
    return parts


_BASE: dict[int, ImpactParts] = {}


def _covariances(c: Curvature) -> Iterator[tuple[str, np.ndarray, float]]:
    """Yield the asymptotic information matrix, its small-sample version (the default), and clustered ones."""
    counting = c.problem.counting
    bread = np.linalg.inv(information(c))
    scale = counting.nobs / (counting.nobs - c.problem.k)
    df = counting.n_units - 1
    yield "information, normal", bread[:-1, :-1], np.inf
    yield "information, n/(n-k) and t(N-1)", scale * bread[:-1, :-1], df
    if counting.convention != "lee-yu":
        return
    sums = cell_scores(c).sum(axis=1)
    for name, meat in (
        (CLUSTER, unit_meat(c)),
        (SCORES, sums.T @ sums * len(sums) / (len(sums) - 1)),
    ):
        yield name, scale * (bread @ meat @ bread)[:-1, :-1], df


def _intervals(
    parts: ImpactParts, rng: np.random.Generator, drawn: bool
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    estimate = stacked(parts, parts.theta[None, :])[0]
    jacobian = numerical_jacobian(lambda theta: stacked(parts, theta[None, :])[0], parts.theta)
    error = np.sqrt(np.diag(jacobian @ parts.covariance @ jacobian.T))
    half = error * (special.stdtrit(parts.df, 0.975) if np.isfinite(parts.df) else special.ndtri(0.975))
    yield "delta", estimate - half, estimate + half
    if not drawn:
        return
    thetas = draw_theta(parts, DRAWS, rng)
    draws = stacked(parts, thetas[stable(parts, thetas)])
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    yield "draws", low, high


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.spatial_coverage")
    parser.add_argument("--reps", type=int, default=1500)
    parser.add_argument("--quick", action="store_true", help="T = 8 and 14, rho = 0 and .4 only")
    parser.add_argument("--jobs", type=int, default=-1)
    options = parser.parse_args()
    print(main(options.reps, options.quick, options.jobs))
