"""Life cycles of known truth: coverage of dates, ceilings and forecasts, wrong stages, declines and second leaps."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.life_cycle import stages
from panelkit.evaluation.life_cycle.curves import curve_of
from panelkit.evaluation.life_cycle.cycle import Cycle, Ways
from panelkit.evaluation.life_cycle.one_series import life_cycle_of

SEED, WORLDS, DRAWS, AHEAD, DEVIATION = 20261201, 200, 199, 5, 0.1
ALL = ("logistic", "gompertz", "bass", "two_wave")


@dataclass(frozen=True)
class World:
    """A truth: a curve with its parameters, AR(1) errors of logarithms; or a random walk with a drift."""

    name: str
    kind: str
    theta: tuple[float, ...]
    periods: int
    rho: float


def worlds() -> list[World]:
    """Return the truths: dates in years from the first."""
    made = []
    for periods in (15, 25):
        whole = (0.0, float(np.log(8.0 / periods)), periods / 2.0)
        made += [World("logistic, half way", "logistic", whole, periods, rho) for rho in (0.0, 0.5)]
        falls = (0.0, float(np.log(9.0 / periods)), periods * 0.6)
        made.append(World("Bass, fallen", "bass", falls, periods, 0.5))
    made += [
        World("logistic, at 73 %", "logistic", (0.0, float(np.log(0.25)), 20.0), 25, 0.5),
        World("Gompertz", "gompertz", (0.0, float(np.log(0.2)), 10.0), 25, 0.5),
        World("two waves", "two_wave", (0.0, -0.22, 5.0, 1.0, -0.22, 2.48), 25, 0.5),
        World("constant growth", "growth", (0.1,), 25, 0.5),
    ]
    return made + [
        World(f"random walk, drift {drift:g}", "walk", (drift,), t, 1.0)
        for t in (15, 25)
        for drift in (0.0, 0.05)
    ]


def drawn(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return times and logarithms, the years to be forecast included."""
    times = np.arange(world.periods + AHEAD, dtype=float)
    shocks = DEVIATION * rng.standard_normal(len(times) + 20)
    if world.kind == "walk":
        return times, np.cumsum(world.theta[0] + shocks[20:])
    for t in range(1, len(shocks)):
        shocks[t] = world.rho * shocks[t - 1] + np.sqrt(1.0 - world.rho**2) * shocks[t]
    if world.kind == "growth":
        return times, world.theta[0] * times + shocks[20:]
    return times, curve_of(world.kind, "flow").log_values(np.array(world.theta), times)[0] + shocks[20:]


def one_world(world: World, at: int) -> dict[str, Any]:
    """Return what is right and wrong of one series."""
    rng = np.random.default_rng([SEED, at])
    times, y = drawn(world, rng)
    n = world.periods
    ways = Ways(curves=ALL if n >= 15 else ALL[:3], reps=DRAWS, horizon=AHEAD)
    found = life_cycle_of(np.exp(y[:n]), times[:n], ways, rng)
    told: dict[str, Any] = {
        "decline": found.decline.shown,
        "second leap": found.waves is not None and found.waves.admitted,
        "undetermined": found.stage is None,
        "curves": found.of_curves,
    }
    for kind in ("curves", "random_walk"):
        low, high = np.log(np.maximum(found.forecasts[kind][:, 1:], 1e-300)).T
        held = (low <= y[n:]) & (y[n:] <= high)
        told |= {f"{kind} {h}": bool(held[h - 1]) for h in (1, AHEAD)}
    return told | _of_truth(world, found, times[:n])


def _of_truth(world: World, found: Cycle, times: np.ndarray) -> dict[str, Any]:
    if world.kind in ("walk", "growth"):
        return {"wrong": found.stage is not None}
    curve, theta = curve_of(world.kind, "flow"), np.array([world.theta])
    truth = stages.stages_of(*stages.shares_of(curve, theta, times), np.array([False]))[0]
    own = stages.settled(found.probabilities)
    dates = stages.dates_of(curve, theta)[0]
    held = (found.dates[:, 1] <= dates) & (dates <= found.dates[:, 2])
    told: dict[str, Any] = {
        "wrong": bool(own[-1] >= 0 and own[-1] != truth[-1]),
        **dict(zip(("growth", "half", "maturity"), held.tolist(), strict=True)),
    }
    if world.kind in found.ceilings:
        ceiling = found.ceilings[world.kind]
        told |= {"ceiling": ceiling.low <= np.exp(world.theta[0]) <= ceiling.high}
    return told


def row(world: World, count: int) -> dict[str, Any]:
    """Return shares in per cent over the series of a world."""
    each = pd.DataFrame([one_world(world, at) for at in range(count)])
    names = {
        "growth": "date of growth",
        "half": "of half",
        "maturity": "of maturity",
        "ceiling": "ceiling",
        "wrong": "wrong stage",
        "undetermined": "undetermined",
        "decline": "decline",
        "second leap": "second leap",
        "curves 1": "forecast 1",
        f"curves {AHEAD}": f"forecast {AHEAD}",
        "random_walk 1": "walk 1",
        f"random_walk {AHEAD}": f"walk {AHEAD}",
    }
    shares = {head: percent(each[key].to_list()) for key, head in names.items() if key in each}
    return {"world": world.name, "T": world.periods, "AR": world.rho, "worlds": count, **shares}


def main() -> Path:
    """Write coverage and false alarms."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    rows = Parallel(n_jobs=2)(delayed(row)(world, count) for world in worlds())
    facts = {
        "worlds": f"curves of logarithms with AR errors of deviation {DEVIATION}, random walks of the same "
        f"innovations; all four curves fitted, {DRAWS} draws",
        "shares": "95 % intervals that hold the date, the ceiling of the true kind, the figure one and five years "
        "later (curves, random walk); a stage assigned to the last year that is not the true one, where there is no "
        "cycle any; decline and second leap as tested at 5 %",
    }
    heads = list(max(rows, key=len))
    return write("life_cycle", pd.DataFrame(rows).reindex(columns=heads), seed=SEED, facts=facts)
