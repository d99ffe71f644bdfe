"""Bias, size and coverage of staggered effects at the scale of provinces: 31 units, few of them treated."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from panelkit.inference.multiplier_bands import sup_t_draws
from panelkit.kernels.within import FloatArray
from panelkit.models.policy.effects.errors import ERRORS, errors_of
from panelkit.models.policy.rows.panel import PolicyPanel, read_policy_panel
from panelkit.models.policy.staggered.callaway_santanna import CallawaySantAnna
from panelkit.models.policy.staggered.imputation import Imputation
from panelkit.results.students_t import t_quantile

SEED, N, BEFORE, RHO = 15, 31, 6, 0.7
WORLDS, DRAWS, LEVEL = 1_500, 199, 0.95
ESTIMATORS = {
    "callaway-santanna, never": CallawaySantAnna(),
    "callaway-santanna, not-yet": CallawaySantAnna(control="not-yet"),
    "imputation": Imputation(leads=0),
}
PERIODS, TREATED = (8, 14), (3, 5, 8, 12)
EFFECTS = ("homogeneous", "growing")


@dataclass(frozen=True)
class Cell:
    """A world and an estimator; `effect` is .5 in every treated row, .2 more every period, or none."""

    estimator: str
    periods: int
    treated: int
    effect: str
    before: int = BEFORE


def rows(n_periods: int) -> PolicyPanel:
    """Return the panel whose outcome and dates the worlds replace."""
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02d}" for i in range(N)], n_periods),
            "year": np.tile(np.arange(2001, 2001 + n_periods), N),
            "y": np.random.default_rng(0).standard_normal(N * n_periods),
            "first": np.repeat([2003.0] + [0.0] * (N - 1), n_periods),
        }
    )
    return read_policy_panel("y ~ 1", frame, unit="unit", time="year", cohort="first")


def worlds(cell: Cell, count: int) -> Iterator[tuple[PolicyPanel, FloatArray]]:
    """Yield panels with the true effects of their rows (N, T), NaN where untreated; dates after `before` periods."""
    panel, rng = rows(cell.periods), np.random.default_rng([SEED, cell.periods, cell.treated])
    for _ in range(count):
        first = np.full(N, np.inf)
        dates = rng.choice(panel.periods[cell.before : max(cell.before + 1, cell.periods - 1)], cell.treated)
        first[rng.permutation(N)[: cell.treated]] = dates
        errors = rng.standard_normal((N, cell.periods))
        errors[:, 0] /= np.sqrt(1.0 - RHO**2)
        for t in range(1, cell.periods):
            errors[:, t] += RHO * errors[:, t - 1]
        since = panel.periods - first[:, None]
        effect = np.where(since >= 0.0, _effect(cell.effect, since), np.nan)
        moved = panel.under(first)
        yield replace(moved, design=replace(moved.design, y=(errors + np.nan_to_num(effect)).ravel())), effect


def _effect(kind: str, since: FloatArray) -> FloatArray:
    """Return the effect by periods since adoption."""
    if kind == "none":
        return np.zeros_like(since)
    return np.full_like(since, 0.5) if kind == "homogeneous" else 0.2 * (since + 1.0)


def run(cell: Cell, count: int) -> list[dict[str, Any]]:
    """Return one row for each kind of errors: the mean effect over treated rows, and the band by event time."""
    method: Any = ESTIMATORS[cell.estimator]
    rng = np.random.default_rng([SEED, 1])
    found: dict[str, list[tuple[float, ...]]] = {kind: [] for kind in ERRORS}
    for panel, effect in worlds(cell, count):
        effects = method.effects(panel)
        whole, path = effects.averages("overall"), effects.averages("event")
        late = np.flatnonzero(path.labels >= 0.0)
        since = panel.periods - panel.adoption.first[:, None]
        truth = np.array([np.nanmean(effect[since == label]) for label in path.labels[late]])
        for kind in ERRORS:
            made = errors_of(whole.influence, whole.treated, kind, effects.factor, whole.spread)
            error, miss = (
                float(np.sqrt(made.covariance[0, 0])),
                float(whole.estimates[0] - np.nanmean(effect)),
            )
            reach = float(t_quantile(LEVEL, made.df)[0]) * error
            inside = covered(path, late, truth, kind, effects.factor, rng)
            found[kind].append((miss, error, float(abs(miss) <= reach), inside))
    return [told(cell, kind, np.array(each)) for kind, each in found.items()]


def covered(
    path: Any, late: Any, truth: FloatArray, kind: Any, factor: float, rng: np.random.Generator
) -> float:
    """Return whether the band over event times that have an error covers all true effects."""
    from scipy import special

    made = errors_of(path.influence, path.treated, kind, factor, path.spread)
    spread = np.diag(made.covariance)[late]
    held = np.flatnonzero(spread > 0.0)
    if not len(held):
        return float("nan")
    at = late[held]
    largest = sup_t_draws(made.contributions[:, at], reps=DRAWS, rng=rng)
    together = 1.0 - 2.0 * special.ndtr(-float(np.quantile(largest, LEVEL, method="higher")))
    reach = t_quantile(together, made.df[at]) * np.sqrt(spread[held])
    return float((np.abs(path.estimates[at] - truth[held]) <= reach).all())


def told(cell: Cell, kind: str, found: FloatArray) -> dict[str, Any]:
    """Return the row of a cell: miss, error, covered, covered by the band."""
    miss, error = found[:, 0], found[:, 1]
    band = found[:, 3][np.isfinite(found[:, 3])]
    return {
        "estimator": cell.estimator,
        "T": cell.periods,
        "treated": cell.treated,
        "effect": cell.effect,
        "errors": kind,
        "worlds": len(found),
        "bias": round(float(miss.mean()), 4),
        "bias_mc_error": round(float(miss.std() / np.sqrt(len(miss))), 4),
        "error_over_sd": round(float(np.sqrt((error**2).mean()) / miss.std()), 3),
        "coverage": percent(found[:, 2]),
        "size": round(100.0 - percent(found[:, 2]), 2),
        "band_coverage": percent(band),
    }


def main() -> Path:
    """Write one row a cell and kind of errors."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    cells = [Cell(e, t, n, k) for e in ESTIMATORS for t in PERIODS for n in TREATED for k in EFFECTS]
    made = Parallel(n_jobs=2)(delayed(run)(cell, count) for cell in cells)
    facts = {
        "worlds": f"{count} a cell; 31 units, AR({RHO}) errors, dates drawn after {BEFORE} periods",
        "size": "share of worlds whose 95% interval misses the truth: the estimators are linear in the outcome",
        "band": f"sup-t band over event times from adoption on, {DRAWS} Gaussian draws",
    }
    return write("staggered", pd.DataFrame([row for rows_ in made for row in rows_]), seed=SEED, facts=facts)
