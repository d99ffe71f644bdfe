"""Fusion models of stocks that do and do not act on each other: false stages, power, bias and coverage."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.dynamics.equilibria import TwoLogistic, parameters_of
from panelkit.evaluation.dynamics.one_system import chance_of, drawn_systems, one_system
from panelkit.evaluation.dynamics.resampled import resampled_rates, shocked_paths
from panelkit.evaluation.dynamics.shared_rates import shared_rates
from panelkit.evaluation.dynamics.shuffled_partners import shuffled_partners
from panelkit.evaluation.dynamics.stages import assigned_stages

SEED, WORLDS, DRAWS, UNITS = 20261201, 200, 199, 31
GROWTH = np.array([0.35, 0.3])


@dataclass(frozen=True)
class World:
    """What two stocks do: interactions, shocks that stay, errors of measurement, and what provinces share."""

    name: str
    alpha: tuple[float, float] = (0.0, 0.0)
    shock: float = 0.05
    measured: float = 0.0
    rho: float = 0.0
    common: float = 0.0
    uneven: float = 0.0  # standard deviation of log growth rates between provinces
    start: tuple[float, float] = (0.08, 0.35)
    wandering: bool = False
    periods: int = 13

    def drawn(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return stocks (N, T, 2) and the growth (2,) that the other adds at its mean, on average over provinces."""
        size = (UNITS, self.periods, 2)
        if self.wandering:
            steps = 0.08 + 0.08 * rng.normal(size=size) + self.common * rng.normal(size=(1, *size[1:]))
            return np.exp(steps.cumsum(axis=1)), np.zeros(2)
        capacity = np.exp(rng.normal(0.0, 0.8, (UNITS, 2)))
        growth = GROWTH * np.exp(self.uneven * rng.normal(size=(UNITS, 2)))
        alpha = np.array(self.alpha)
        system = TwoLogistic(growth, capacity, alpha, np.zeros(2)).coefficients()
        errors = self.shock * rng.normal(size=(UNITS, self.periods - 1, 2))
        for t in range(1, errors.shape[1]):
            errors[:, t] = self.rho * errors[:, t - 1] + np.sqrt(1.0 - self.rho**2) * errors[:, t]
        errors += self.common * rng.normal(size=(1, self.periods - 1, 2))
        stocks = shocked_paths(capacity * rng.uniform(*self.start, capacity.shape), system, errors)
        stocks *= np.exp(self.measured * rng.normal(size=size))
        others = (stocks.mean(axis=1) / capacity)[:, ::-1]
        return stocks, (growth * alpha * others).mean(axis=0)


SHARED = (
    World("shocks"),
    World("errors of measurement", shock=0.01, measured=0.05),
    World("AR(.6) shocks", rho=0.6),
    World("common years", common=0.04),
    World("near capacity", start=(0.5, 1.0)),
    World("uneven growth rates", uneven=0.4),
    World("random walks", wandering=True),
    World("random walks, common years", wandering=True, common=0.05),
    World("mutualism", (0.3, 0.3)),
    World("mutualism, small shocks", (0.3, 0.3), shock=0.01, measured=0.03),
    World("mutualism, common years", (0.3, 0.3), common=0.04),
    World("mutualism, uneven growth", (0.3, 0.3), uneven=0.4),
    World("parasitism", (0.3, -0.3)),
)
ALONE = (
    World("shocks"),
    World("errors of measurement", shock=0.01, measured=0.05),
    World("AR(.6) shocks", rho=0.6),
    World("random walks", wandering=True),
    World("shocks", periods=25),
    World("AR(.6) shocks", rho=0.6, periods=25),
    World("mutualism, small shocks", (0.5, 0.5), shock=0.01),
    World("mutualism, small shocks", (0.5, 0.5), shock=0.01, periods=25),
)


def shared(world: World, count: int) -> dict[str, Any]:
    """Return how often `fusion_model` names a stage, by its rule and by the draws alone; bias and coverage."""
    held: dict[str, list[Any]] = {name: [] for name in ("stage", "draws", "raw", "mended", "effect", "alpha")}
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        stocks, truth = world.drawn(rng)
        stocks = stocks / stocks.mean(axis=1, keepdims=True)
        fit = shared_rates(stocks)
        draws, usable = resampled_rates(stocks, fit, DRAWS, rng)
        above, below = shuffled_partners(stocks, DRAWS, rng)
        moved = np.where(usable[:, None], 2.0 * fit.effects - draws.effects, np.nan)[:, None]
        held["stage"].append(assigned_stages(moved, above[None], below[None])[0][0])
        held["draws"].append(assigned_stages(moved, np.zeros((1, 2)), np.zeros((1, 2)))[0][0])
        held["raw"].append(fit.effects - truth)
        held["mended"].append(np.nanmedian(moved[:, 0], axis=0) - truth)
        held["effect"].append(_inside(moved[:, 0], truth))
        if not world.wandering:
            held["alpha"].append(_alpha_inside(draws, fit, np.array(world.alpha)))
    alpha = np.array(held["alpha"], dtype=float)
    known = alpha[np.isfinite(alpha)]
    return {
        **_named("shared rates", world, count, held["stage"], held["draws"]),
        "bias": round(float(np.mean(held["raw"])), 4),
        "bias, corrected": round(float(np.mean(held["mended"])), 4),
        "effect held": percent(np.array(held["effect"]).ravel()),
        "alpha held": percent(known),
        "alpha known": percent(np.isfinite(alpha).ravel()),
    }


def _inside(draws: np.ndarray, truth: np.ndarray) -> np.ndarray:
    low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
    return np.asarray((low <= truth) & (truth <= high))


def _alpha_inside(draws: Any, fit: Any, truth: np.ndarray) -> np.ndarray:
    """Return whether the interval of each interaction holds it; NaN where too few draws have a capacity."""
    raw, drawn = (parameters_of(one.shared(), np.zeros(2)).alpha for one in (fit, draws))
    alpha = 2.0 * raw - drawn
    found = np.full(2, np.nan)
    for at in (0, 1):
        one = alpha[np.isfinite(alpha[:, at]), at]
        if len(one) >= 0.975 * len(alpha):
            found[at] = _inside(one, truth[at])
    return found


def alone(world: World, count: int) -> dict[str, Any]:
    """Return how often `lotka_volterra` names a stage for one of 31 pairs, in `count` panels."""
    stages, by_draws = [], []
    for at in range(count):
        rng = np.random.default_rng([SEED, at])
        stocks, _ = world.drawn(rng)
        stocks = stocks / stocks.mean(axis=1, keepdims=True)
        fit = one_system(stocks)
        draws = drawn_systems(stocks, fit, DRAWS, rng)
        null = drawn_systems(stocks, one_system(stocks, alone=True), DRAWS, rng)
        moved = (2.0 * fit.coefficients - draws.coefficients)[..., 2]
        stages += list(assigned_stages(moved, *chance_of(fit.t, null.t))[0])
        none = np.zeros_like(fit.t)
        by_draws += list(assigned_stages(moved, none, none)[0])
    return _named("one pair", world, count * UNITS, stages, by_draws)


def _named(method: str, world: World, count: int, stages: list[str], by_draws: list[str]) -> dict[str, Any]:
    found, drawn = np.array(stages), np.array(by_draws)
    return {
        "method": method,
        "world": world.name,
        "T": world.periods,
        "worlds": count,
        "mutualism": percent(found == "mutualism"),
        "another stage": percent((found != "mutualism") & (found != "undetermined")),
        "mutualism by draws alone": percent(drawn == "mutualism"),
        "another by draws alone": percent((drawn != "mutualism") & (drawn != "undetermined")),
    }


def main() -> Path:
    """Write false stages, power, bias and coverage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    cells = [*((shared, one, count) for one in SHARED), *((alone, one, max(count // 6, 1)) for one in ALONE)]
    facts = {
        "worlds": f"{UNITS} provinces; growth .35 and .3, logs of shocks .05 unless said; interactions .3, .5 alone",
        "stages": f"per cent, {DRAWS} draws and shuffles; by draws alone: without the test of every sign",
        "bias": "of the growth a period that the other stock adds at its mean, before and after the correction",
        "held": "share of 95 % intervals that hold the truth; alpha known: intervals that there are",
    }
    rows = Parallel(n_jobs=2)(delayed(run)(one, many) for run, one, many in cells)
    return write("fusion", pd.DataFrame(rows), seed=SEED, facts=facts)
