"""Effects at values of a moderator in a two-way SDM of 31 provinces: coverage, size, what the row of x alone says."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import panelkit as pk
from benchmarks.evidence.record import percent, write
from panelkit.inference.moderated import moderated_impacts
from panelkit.models.spatial.panel import SpatialPanel

SEED, WORLDS = 20261202, 1_000
B, C, THETA, RHO, DRAWS = 1.0, 0.3, 0.3, 0.3, 500
LOW, HIGH = -1.2816, 1.2816  # p10 and p90 of a standard normal moderator
KINDS = ("direct", "indirect", "total")


@dataclass(frozen=True)
class World:
    """Years, serial correlation of the errors, and what the moderator changes at home (d) and at the neighbours (u)."""

    periods: int
    serial: float
    d: float
    u: float


def drawn(world: World, matrix: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return one panel: x and m AR(.5) within provinces with effects, errors AR."""
    size = (len(matrix), world.periods)
    x, m = (_ar(rng, size, 0.5) for _ in range(2))
    product = x * m
    mean = B * x + C * m + world.d * product + matrix @ (THETA * x + 0.2 * m + world.u * product)
    mean += rng.normal(size=(size[0], 1)) + rng.normal(size=(1, size[1])) + _ar(rng, size, world.serial)
    y = np.linalg.solve(np.eye(size[0]) - RHO * matrix, mean)
    index = pd.MultiIndex.from_product([_IDS, range(2001, 2001 + size[1])], names=["province", "year"])
    return pd.DataFrame({"y": y.ravel(), "x": x.ravel(), "m": m.ravel()}, index=index)


_IDS = list(pk.contiguity().ids)


def _ar(rng: np.random.Generator, size: tuple[int, int], rho: float) -> np.ndarray:
    made = rng.normal(size=size)
    for t in range(1, size[1]):
        made[:, t] = rho * made[:, t - 1] + np.sqrt(1.0 - rho**2) * made[:, t]
    return made


def truth_of(world: World, matrix: np.ndarray) -> np.ndarray:
    """Return the true effects (direct, indirect, total) at low, high and their difference, (3, 3)."""
    n = len(matrix)
    inverse = np.linalg.inv(np.eye(n) - RHO * matrix)
    rows = []
    for m in (LOW, HIGH):
        effect = inverse @ ((B + world.d * m) * np.eye(n) + (THETA + world.u * m) * matrix)
        own, total = np.trace(effect) / n, effect.sum() / n
        rows.append([own, total - own, total])
    rows.append(list(np.subtract(rows[1], rows[0])))
    return np.array(rows).T


def run(world: World, count: int) -> list[dict[str, Any]]:
    """Return one row an effect, covariance and interval: coverage, and how often the difference is not zero."""
    w = pk.contiguity()
    matrix = w.matrix.toarray()
    truth = truth_of(world, matrix)
    ways = ((pk.Information(), "delta"), (pk.Cluster(), "delta"), (pk.Cluster(), "draws"))
    inside: dict[tuple[int, int], list[np.ndarray]] = {}
    starred: dict[tuple[int, int], list[bool]] = {}
    alone: list[float] = []
    for at in range(count):
        data = drawn(world, matrix, np.random.default_rng([SEED, at]))
        first = SpatialPanel("y ~ x*m", "sdm").fit(data, w)
        alone.append(float(first.impacts(method="none").params["indirect"]["x"]))
        for number, (vcov, method) in enumerate(ways):
            fit = first.with_vcov(vcov)
            found = moderated_impacts(
                fit, "x", "m", values=[LOW, HIGH], method=method, reps=DRAWS if method == "draws" else None
            )  # type: ignore[arg-type]
            for kind, name in enumerate(KINDS):
                rows = found.effect(name).iloc[[0, 1, 3]]
                held = (rows["conf_low"] <= truth[kind]) & (truth[kind] <= rows["conf_high"])
                inside.setdefault((number, kind), []).append(held.to_numpy())
                starred.setdefault((number, kind), []).append(bool(rows["p_value"].iloc[2] < 0.05))
    share = {key: (100 * np.mean(held, axis=0)).round(1) for key, held in inside.items()}
    return [
        {
            "T": world.periods,
            "errors": f"AR({world.serial:g})" if world.serial else "iid",
            "d, u": f"{world.d:g}, {world.u:g}",
            "vcov": type(vcov).__name__.lower(),
            "interval": method,
            "direct, p10": share[number, 0][0],
            "p90": share[number, 0][1],
            "change": share[number, 0][2],
            "change p < .05": percent(starred[number, 0]),
            "indirect, p10": share[number, 1][0],
            "p90 ": share[number, 1][1],
            "change ": share[number, 1][2],
            "change p < .05 ": percent(starred[number, 1]),
            "true indirect": f"{truth[1, 0]:.2f} to {truth[1, 1]:.2f}",
            "row of x": round(float(np.mean(alone)), 2),
            "worlds": count,
        }
        for number, (vcov, method) in enumerate(ways)
    ]


def main() -> Path:
    """Write coverage and size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    worlds = [World(t, r, d, u) for t in (8, 14) for r in (0.0, 0.5) for d, u in ((0.0, 0.0), (0.4, 0.3))]
    rows = [
        row for rows in Parallel(n_jobs=2)(delayed(run)(world, count) for world in worlds) for row in rows
    ]
    facts = {
        "truth": f"b {B}, theta {THETA}, rho {RHO}; d and u are the coefficients of x:m and W*x:m",
        "columns": "coverage of nominal 95 % intervals at p10, at p90 and of their difference; share of worlds in "
        f"which the difference has p < .05 (size where d = u = 0); {DRAWS} draws",
        "row of x": "mean of what impacts() prints as the indirect impact of x",
    }
    return write("moderated_impacts", pd.DataFrame(rows), seed=SEED, facts=facts)
