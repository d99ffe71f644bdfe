"""Do the intervals of indices cover, and do the tests hold their size, with 31 provinces?

- inequality gap: percentile and studentised intervals of Gini and Theil differences, provinces resampled, two
  dependent log-normals.
- absolute beta: percentile intervals of the slope.
- spatial beta: information-matrix intervals of slope and rho on the provinces' contiguity, rho = 0 and .5.
- spatial Markov: rejections of the homogeneity tests on a chain that ignores the neighbours, three and four classes.
- trend: rejections of the Newey-West trend test on ten and twenty years without a trend, errors AR(0), AR(.5) and
  AR(.8), against t(T - 2) and against simulated series.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.evidence.record import write
from panelkit.indices.arrays import convergence, inequality, markov, studentised
from panelkit.spatial.provincial import contiguity

N = 31
SEED = 7


def main(reps: int = 1000) -> Path:
    """Run every cell and write `docs/evidence/index_inference.csv`."""
    rows = [row for part in (gaps, absolute_beta, spatial_beta, chains, trends) for row in part(reps)]
    table = pd.DataFrame(rows, columns=["what", "cell", "quantity", "nominal", "found"])
    return write("index_inference", table, seed=SEED, facts={"replications": reps, "provinces": N})


def gaps(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield coverage of 95 % percentile intervals of a difference of inequalities."""
    rng = np.random.default_rng(SEED)
    spread = np.array([1.0, 0.6])
    large = np.exp(_pair(200_000, rng) * spread)
    for name in ("gini", "theil_t"):
        index = inequality.batched(name)
        one = np.ones((1, len(large)))
        truth = float(index(large[:, 0], one)[0] - index(large[:, 1], one)[0])
        held = np.zeros(2)
        for _ in range(reps):
            y = np.exp(_pair(N, rng) * spread)
            counts = rng.multinomial(N, np.full(N, 1 / N), size=499).astype(float)
            for at, draws in enumerate(_two_intervals(index, y, counts)):
                low, high = np.nanquantile(draws, [0.025, 0.975])
                held[at] += low <= truth <= high
        yield "inequality gap, percentile", name, "coverage", 0.95, held[0] / reps
        yield "inequality gap, studentised", name, "coverage", 0.95, held[1] / reps


def absolute_beta(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield coverage of 95 % percentile intervals of the slope."""
    rng = np.random.default_rng(SEED + 1)
    held = 0
    for _ in range(reps):
        start = rng.normal(size=N)
        growth = -0.02 * start + 0.02 * rng.normal(size=N)
        counts = rng.multinomial(N, np.full(N, 1 / N), size=499).astype(float)
        low, high = np.quantile(convergence.batched_slopes(growth, start, counts), [0.025, 0.975])
        held += low <= -0.02 <= high
    yield "absolute beta, percentile", "slope", "coverage", 0.95, held / reps


def spatial_beta(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield coverage of normal intervals of slope and rho."""
    rng = np.random.default_rng(SEED + 2)
    w = contiguity().matrix.toarray()
    for rho in (0.0, 0.5):
        held = np.zeros(2)
        inverse = np.linalg.inv(np.eye(N) - rho * w)
        for _ in range(reps):
            start = rng.normal(size=N)
            growth = inverse @ (0.05 - 0.02 * start + 0.02 * rng.normal(size=N))
            found, slope, covariance = convergence.spatial_lag(growth, start, w)
            error = 1.96 * np.sqrt(np.diag(covariance))
            held += np.abs(np.array([slope, found]) - np.array([-0.02, rho])) <= error
        for name, share in zip(("slope", "rho"), held / reps, strict=True):
            yield "spatial beta, information matrix", f"rho = {rho}", f"coverage of {name}", 0.95, share


def chains(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield rejections of homogeneity where the neighbours do not matter."""
    rng = np.random.default_rng(SEED + 3)
    w = contiguity().matrix.toarray()
    for k in (3, 4):
        rejected = np.zeros(2)
        for _ in range(reps):
            y = np.empty((N, 12))
            y[:, 0] = rng.normal(size=N)
            for t in range(1, 12):
                y[:, t] = 0.9 * y[:, t - 1] + np.sqrt(1 - 0.81) * rng.normal(size=N)
            found = markov.spatial_markov(y, w, k=k)
            rejected += [found.lr.p_value < 0.05, found.q.p_value < 0.05]
        for name, share in zip(("LR", "Q"), rejected / reps, strict=True):
            yield "spatial Markov homogeneity", f"{k} classes, 31 x 12", f"rejections by {name}", 0.05, share


def trends(reps: int) -> Iterator[tuple[Any, ...]]:
    """Yield rejections of no trend where there is none."""
    rng = np.random.default_rng(SEED + 4)
    for years in (10, 20):
        for serial in (0.0, 0.5, 0.8):
            rejected = np.zeros(2)
            for _ in range(reps):
                e = rng.normal(size=years + 20)
                for t in range(1, len(e)):
                    e[t] += serial * e[t - 1]
                by_t = convergence.trend(e[20:]).p_value
                simulated = convergence.trend(e[20:], reference="simulated", reps=999, rng=rng).p_value
                rejected += [by_t < 0.05, simulated <= 0.05]
            cell = f"{years} years, AR({serial:g})"
            yield "trend, Newey-West lag 2", cell, "rejections by t", 0.05, rejected[0] / reps
            yield "trend, Newey-West lag 2", cell, "rejections, simulated", 0.05, rejected[1] / reps


def _two_intervals(index: inequality.Batched, y: Any, counts: Any) -> tuple[Any, Any]:
    def gap(times: Any) -> Any:
        return (index(y[:, 0], times) - index(y[:, 1], times))[:, None]

    one = np.ones((1, N))
    plain = gap(counts)
    errors = studentised.jackknife_errors(gap, np.vstack([one, counts]))
    return plain[:, 0], studentised.pivots(gap(one)[0], errors[0], plain, errors[1:])[:, 0]


def _pair(n: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    common = rng.normal(size=(n, 1))
    return 0.8 * common + 0.6 * rng.normal(size=(n, 2))
