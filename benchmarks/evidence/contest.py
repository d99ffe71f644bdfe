"""Contests of forecasters at N = 31: how often anything is said to beat a walk, where it is the truth and where not."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import t as student

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.contest.differences import (
    Clusters,
    covariance_of_means,
    loss_difference,
    year_blocks,
)
from panelkit.evaluation.contest.forecasters.combined import mean_of
from panelkit.evaluation.contest.judged import made
from panelkit.evaluation.contest.labels import BENCH, COMBINATION
from panelkit.evaluation.contest.losses import loss_function
from panelkit.evaluation.contest.origins import Plan, forecasts, outcomes
from panelkit.evaluation.contest.whole import whole_p
from panelkit.inference.multiplicity import holm
from panelkit.language import register

SEED, WORLDS, UNITS, TRAIN = 20261202, 600, 31, 6
QUICK = ("drift", "common_drift", "trend", "autoregression", "common_autoregression", COMBINATION)
LEARNED = ("drift", "trend", "autoregression", "ridge", "forest", COMBINATION)
_HEADS = {
    "joint": "joint",
    "two_way": "Holm",
    "year": "years",
    "province": "provinces",
    "driscoll_kraay": "Driscoll-Kraay",
}
WAYS: tuple[Clusters, ...] = ("two_way", "year", "province")


@dataclass(frozen=True)
class World:
    """What is true: the share of shocks that all provinces have in common, their tails and volatility, and the mean."""

    name: str
    common: float = 0.5
    tails: int = 0
    volatile: bool = False
    memory: float = 1.0
    drift: float = 0.0


NULLS = (
    World("walk, shocks of provinces alone", 0.0),
    World("walk, half of the shocks common", 0.5),
    World("walk, nine tenths common", 0.9),
    World("walk, half common, t(3) tails", 0.5, tails=3),
    World("walk, half common, changing variance", 0.5, volatile=True),
)
TRUTHS = (
    World("autoregression .5", 0.5, memory=0.5),
    World("autoregression .8", 0.5, memory=0.8),
    World("drift of one half sd", 0.5, drift=0.5),
    World("drift of one sd", 0.5, drift=1.0),
)


def drawn_panel(world: World, years: int, rng: np.random.Generator) -> np.ndarray:
    """Return a panel (N, T)."""

    def shocks(size: tuple[int, int]) -> np.ndarray:
        if not world.tails:
            return rng.normal(size=size)
        return rng.standard_t(world.tails, size) * np.sqrt((world.tails - 2) / world.tails)

    spread = np.exp(0.3 * rng.normal(size=(UNITS, 1)))
    drawn = np.sqrt(world.common) * shocks((1, years)) + np.sqrt(1 - world.common) * shocks((UNITS, years))
    drawn = spread * drawn
    if world.volatile:
        drawn = drawn * np.exp(np.cumsum(0.3 * rng.normal(size=years)))
    y = drawn + world.drift * spread
    for t in range(1, years):
        y[:, t] += world.memory * y[:, t - 1]
    return y


def losses_of(
    world: World, names: tuple[str, ...], plan: Plan, years: int, rng: np.random.Generator, relative: bool
) -> np.ndarray:
    """Return losses (M, N, P, H), the walk's first."""
    y = drawn_panel(world, years, rng)
    single = [BENCH, *(name for name in names if name != COMBINATION)]
    models = {name: register.find("forecaster", name) for name in single}
    told = forecasts(y[:, :, None], models, plan)
    if COMBINATION in names:
        told = np.concatenate([told, mean_of(told)[None]])
    came = outcomes(y, plan)
    cost = loss_function("scaled", y[:, : plan.min_train])
    return made([BENCH, *names], told, came, cost, relative=relative).loss


def tied_losses(memory: float, common: float, origins: int, rng: np.random.Generator) -> np.ndarray:
    """Return squared losses (7, N, P, 1) of a walk and of six rivals that are exactly as good as it.

    The change is half of what every rival foretells, and a shock; what they foretell has memory and is half common.
    """
    shock = np.sqrt(common) * rng.normal(size=(1, origins)) + np.sqrt(1 - common) * rng.normal(
        size=(UNITS, origins)
    )
    parts = [rng.normal(size=(6, size, origins)) for size in (1, UNITS)]
    for part in parts:
        for t in range(1, origins):
            part[..., t] = memory * part[..., t - 1] + np.sqrt(1 - memory**2) * part[..., t]
    foretold = 0.5 * np.sqrt(0.5) * (parts[0] + parts[1])
    change = foretold.sum(axis=0) / 2 + shock
    return np.stack([change**2, *((change - one) ** 2 for one in foretold)])[..., None]


def beaten(losses: np.ndarray) -> dict[str, tuple[bool, bool]]:
    """Return by way of clustering whether any rival wins (Holm), and whether the first passes its own test."""
    found: dict[str, tuple[bool, bool]] = {}
    for way in WAYS:
        p = np.array(
            [
                loss_difference(*_held(losses, m, step), horizon=step + 1, clusters=way).p_value
                for step in range(losses.shape[3])
                for m in range(1, len(losses))
            ]
        )
        found[way] = (bool((holm(p) < 0.05).any()), bool(p[0] < 0.05))
    p = np.array([_driscoll_kraay(*_held(losses, m, 0)) for m in range(1, len(losses))])
    found["joint"] = (_joint(losses), False)
    found["driscoll_kraay"] = (bool((holm(p) < 0.05).any()), bool(p[0] < 0.05))
    return found


def _joint(losses: np.ndarray) -> bool:
    """Return whether the contest as it is judged has a winner: the joint distribution, times the horizons."""
    least = 1.0
    for step in range(losses.shape[3]):
        held = np.isfinite(losses[0, :, :, step]).all(axis=0)
        cost = losses[:, :, held, step]
        d = cost[0] - cost[1:]
        variance, df = covariance_of_means(d, year_blocks(d.shape[2], step + 1))
        p = whole_p(d.mean(axis=(1, 2)) / np.sqrt(np.diag(variance)), variance, df)
        least = min(least, float(p.min()) * losses.shape[3])
    return least < 0.05


def _held(losses: np.ndarray, m: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    bench, rival = losses[0, :, :, step], losses[m, :, :, step]
    there = np.isfinite(bench).all(axis=0)
    return bench[:, there], rival[:, there]


def _driscoll_kraay(bench: np.ndarray, rival: np.ndarray) -> float:
    """Return the one-sided p with Bartlett weights of one lag over yearly means, t with P - 1 degrees of freedom."""
    mean = (bench - rival).mean(axis=0)
    left, years = mean - mean.mean(), len(mean)
    variance = (left @ left + left[1:] @ left[:-1]) / years / (years - 1)
    return float(student.sf(mean.mean() / np.sqrt(variance), years - 1)) if variance > 0 else 1.0


def contest(
    world: World, names: tuple[str, ...], origins: int, horizon: int, count: int, relative: bool = False
) -> dict[str, Any]:
    """Return how often somebody wins."""
    plan = Plan(TRAIN, horizon)
    wins = []
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        wins.append(beaten(losses_of(world, names, plan, TRAIN + origins, rng, relative)))
    field = "learned" if "ridge" in names else "quick"
    name = f"{world.name}, deviations from the year" if relative else world.name
    return {"world": name, "rivals": field, "origins": origins, "horizon": horizon, **_shares(wins)}


def tied(memory: float, common: float, origins: int, count: int) -> dict[str, Any]:
    """Return how often somebody wins among rivals that are all as good as the walk."""
    wins = [
        beaten(tied_losses(memory, common, origins, np.random.default_rng([SEED, at]))) for at in range(count)
    ]
    name = f"six equals of the walk, memory {memory:g}, common {common:g}"
    return {"world": name, "rivals": "equals", "origins": origins, "horizon": 1, **_shares(wins)}


def _shares(wins: list[dict[str, tuple[bool, bool]]]) -> dict[str, Any]:
    ways = ("joint", *WAYS, "driscoll_kraay")
    whole = {_HEADS[way]: percent([one[way][0] for one in wins]) for way in ways}
    single = {f"one: {_HEADS[way]}": percent([one[way][1] for one in wins]) for way in ways[1:]}
    return {"worlds": len(wins), **whole, **single}


def main() -> Path:
    """Write size and power."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    cells: list[Callable[[], dict[str, Any]]] = [
        *(partial(contest, world, QUICK, p, 1, count) for world in NULLS for p in (4, 6, 10)),
        *(partial(contest, world, QUICK, 10, 2, count) for world in NULLS[1:3]),
        *(partial(contest, NULLS[1], LEARNED, p, 1, count // 10) for p in (4, 8)),
        *(
            partial(tied, memory, common, p, count)
            for memory in (0.0, 0.8)
            for common in (0.0, 0.5)
            for p in (4, 8)
        ),
        *(partial(contest, world, QUICK, p, 1, count // 2) for world in TRUTHS for p in (4, 6, 10)),
        *(partial(contest, world, QUICK, 6, 1, count // 2, True) for world in (*NULLS[1:3], *TRUTHS)),
    ]
    facts = {
        "worlds": f"{UNITS} provinces of unequal spread, first window of {TRAIN} years, loss scaled",
        "joint": "per cent of contests with a winner at 5 %, as judged: two-way clusters, joint distribution",
        "Holm, years, provinces, Driscoll-Kraay": "the same with Holm and clusters of both, of years, of provinces, DK",
        "one": "the first rival alone, unadjusted",
        "quick": ", ".join(QUICK),
        "learned": ", ".join(LEARNED),
    }
    rows = Parallel(n_jobs=2)(delayed(run)() for run in cells)
    return write("contest", pd.DataFrame(rows), seed=SEED, facts=facts)
