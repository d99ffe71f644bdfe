"""GM(1,1) beside a log-linear trend and a random walk: errors ahead and coverage, by what makes the series."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.evidence.record import percent, write
from panelkit.evaluation.dynamics.grey import class_ratios, grey_accuracy, grey_fit
from panelkit.evaluation.dynamics.grey_errors import MODELS, forecasts, grey_draws

SEED, SERIES, DRAWS, AHEAD = 20261201, 4_000, 199, 3


def _exponential(rng: np.random.Generator, count: int, periods: int) -> np.ndarray:
    return 1.08 ** np.arange(periods) * np.exp(0.05 * rng.normal(size=(count, periods)))


def _fast(rng: np.random.Generator, count: int, periods: int) -> np.ndarray:
    return 1.25 ** np.arange(periods) * np.exp(0.05 * rng.normal(size=(count, periods)))


def _walk(rng: np.random.Generator, count: int, periods: int) -> np.ndarray:
    return np.exp(0.08 * rng.normal(size=(count, periods)).cumsum(axis=1))


def _drift(rng: np.random.Generator, count: int, periods: int) -> np.ndarray:
    return np.exp((0.08 + 0.08 * rng.normal(size=(count, periods))).cumsum(axis=1))


def _logistic(rng: np.random.Generator, count: int, periods: int) -> np.ndarray:
    first = rng.uniform(0.2, 0.5, (count, 1))
    curve = 1.0 / (1.0 + (1.0 / first - 1.0) * np.exp(-0.35 * np.arange(periods)))
    return curve * np.exp(0.03 * rng.normal(size=(count, periods)))


WORLDS: Mapping[str, Callable[[np.random.Generator, int, int], np.ndarray]] = {
    "exponential, 8 %": _exponential,
    "exponential, 25 %": _fast,
    "random walk": _walk,
    "random walk with drift": _drift,
    "logistic": _logistic,
}


def measured(name: str, periods: int, count: int) -> list[dict[str, Any]]:
    """Return by model the error one and three periods ahead; of the grey one precondition, grade and coverage."""
    rng = np.random.default_rng([SEED, periods, list(WORLDS).index(name)])
    x = WORLDS[name](rng, count, periods + AHEAD)
    before, after = x[:, :periods], x[:, periods:]
    made = forecasts(before, AHEAD)
    ratios, low, high = class_ratios(before)
    grade = grey_accuracy(before, grey_fit(before).path(periods))
    good = (grade.posterior_ratio < 0.35) & (grade.small_errors > 0.95)
    ends = np.nanquantile(grey_draws(before, AHEAD, DRAWS, rng), [0.025, 0.975], axis=0)
    inside = (ends[0] <= after) & (after <= ends[1])
    rows = []
    for model in MODELS:
        errors = 100.0 * np.abs(made[model] / after - 1.0)
        row: dict[str, Any] = {
            "series": name,
            "values": periods,
            "model": model.replace("_", " "),
            "MAPE, 1 ahead": round(float(errors[:, 0].mean()), 2),
            "MAPE, 3 ahead": round(float(errors[:, 2].mean()), 2),
        }
        if model == "grey":
            row |= {
                "class ratios hold": percent(((ratios > low) & (ratios < high)).all(axis=1)),
                "graded good": percent(good),
                "interval, 1 ahead": percent(inside[:, 0]),
                "interval, 3 ahead": percent(inside[:, 2]),
            }
        rows.append(row)
    return rows


def main() -> Path:
    """Write errors and coverage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=int, default=SERIES)
    count = parser.parse_known_args()[0].series
    rows = [row for name in WORLDS for periods in (6, 12) for row in measured(name, periods, count)]
    facts = {
        "series": f"{count} of each kind; errors of measurement of 5 % (3 % logistic), steps of 8 % (walks)",
        "interval": f"share of 95 % intervals of GM(1,1) that hold the value that came, {DRAWS} draws",
    }
    return write("grey", pd.DataFrame(rows), seed=SEED, facts=facts)
