"""10,000 resamples of provinces, two equations, two-way effects, 31 x 13, against loops over other programs.

The loops are timed on a few resamples and scaled to 10,000: in full they take the better part of an hour. Before
anything is timed, their draws are compared with ours on the same resamples.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task
from panelkit.inference.indirect import resample_counts
from panelkit.kernels.within import Layout
from panelkit.models.mediation.paths import Equation, PathSystem, path_map

UNITS, PERIODS, DRAWS, LOOPED = 31, 13, 10_000, 10


def data(seed: int = 0) -> pd.DataFrame:
    """Return a balanced panel with treatment x, mediator m, control z, outcome y."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [range(UNITS), range(2010, 2010 + PERIODS)], names=["province", "year"]
    )
    unit, year = rng.normal(size=UNITS)[index.codes[0]], rng.normal(size=PERIODS)[index.codes[1]]
    frame = pd.DataFrame(rng.normal(size=(len(index), 2)), index=index, columns=["x", "z"])
    frame["m"] = 0.4 * frame.x + 0.2 * frame.z + unit + year + rng.normal(size=len(index))
    frame["y"] = 0.2 * frame.x + 0.5 * frame.m + unit - year + rng.normal(size=len(index))
    return frame


def tasks() -> list[Task]:
    """Return the bootstrap (draws of a*b from arrays) and the whole result with its CRV3 equations."""
    frame = data()
    counts = resample_counts(UNITS, DRAWS, np.random.default_rng(0))
    loops = {
        f"linearmodels, loop ({LOOPED} draws, scaled)": _linearmodels,
        f"statsmodels OLS with dummies, loop ({LOOPED} draws, scaled)": _statsmodels,
    }
    ours = batched(frame, counts)
    gap = max(float(np.abs(loop(frame, counts[:LOOPED]) - ours[:LOOPED]).max()) for loop in loops.values())
    if gap > 1e-8:
        raise RuntimeError(f"the programs disagree by {gap:.1e} on the same resamples")
    spec = pk.Mediation("y", "x", "m", controls="z")
    return [
        Task(
            "mediation, 10,000 province resamples of a*b, 31 x 13",
            lambda: batched(frame, counts),
            {name: Scaled(loop, frame, counts) for name, loop in loops.items()},
            repeats=3,
            note=f"largest difference of a draw {gap:.0e} on the same resamples",
        ),
        Task(
            "mediation, the whole result: CRV3 equations, 10,000 resamples, effects",
            lambda: spec.fit(frame, reps=DRAWS),
            repeats=3,
        ),
    ]


class Scaled:
    """A loop over a few resamples, with the factor to 10,000 that the report multiplies its time by."""

    scale = DRAWS / LOOPED

    def __init__(
        self, loop: Callable[[pd.DataFrame, np.ndarray], np.ndarray], frame: Any, counts: Any
    ) -> None:
        self._call = lambda: loop(frame, counts[:LOOPED])

    def __call__(self) -> object:
        return self._call()


def batched(frame: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    """Return a*b of every resample in one computation."""
    unit, time = frame.index.codes[0], frame.index.codes[1]
    layout = Layout(unit.astype(np.int64), time.astype(np.int64))
    equations = (Equation("mediator 0", 1, (0, 2)), Equation("outcome", 3, (0, 1, 2)))
    system = PathSystem(
        frame[["x", "m", "z", "y"]].to_numpy(), ("x", "m", "z", "y"), layout, "twoway", equations
    )
    theta, _ = system.coefficients(system.refit(counts))
    return np.asarray(path_map(system, 0, (1,)).effects(theta)[:, 2])


def _resampled(frame: pd.DataFrame, counts: np.ndarray) -> pd.DataFrame:
    rows = frame.to_numpy().reshape(UNITS, PERIODS, -1)
    chosen = np.repeat(np.arange(UNITS), counts.astype(int))
    index = pd.MultiIndex.from_product(
        [range(UNITS), range(2010, 2010 + PERIODS)], names=["province", "year"]
    )
    return pd.DataFrame(rows[chosen].reshape(UNITS * PERIODS, -1), index=index, columns=frame.columns)


def _linearmodels(frame: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    from linearmodels.panel import PanelOLS

    found = []
    for row in counts:
        panel = _resampled(frame, row)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            a = (
                PanelOLS(panel["m"], panel[["x", "z"]], entity_effects=True, time_effects=True)
                .fit()
                .params["x"]
            )
            b = (
                PanelOLS(panel["y"], panel[["x", "m", "z"]], entity_effects=True, time_effects=True)
                .fit()
                .params["m"]
            )
        found.append(a * b)
    return np.array(found)


def _statsmodels(frame: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    import statsmodels.api as sm

    found = []
    for row in counts:
        panel = _resampled(frame, row).reset_index()
        dummies = pd.get_dummies(panel[["province", "year"]].astype(str), drop_first=True, dtype=float)
        right = sm.add_constant(pd.concat([panel[["x", "z"]], dummies], axis=1))
        a = sm.OLS(panel["m"], right).fit().params["x"]
        b = sm.OLS(panel["y"], right.assign(m=panel["m"])).fit().params["m"]
        found.append(a * b)
    return np.array(found)
