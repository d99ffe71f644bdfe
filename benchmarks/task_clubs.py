"""Convergence clubs of 152 and of 31 units, against one regression at a time and a port of R's package."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task
from panelkit.evaluation.clubs.clustering import CONVENTIONS
from panelkit.evaluation.clubs.log_t import CRITICAL, Regression, variation


def panel(units: int, periods: int, seed: int = 0) -> pd.DataFrame:
    """Return a panel with a lasting spread and random walks, which is cut into many clubs."""
    rng = np.random.default_rng(seed)
    walks = 0.03 * rng.normal(size=(units, periods)).cumsum(axis=1)
    values = 10.0 + 0.05 * np.arange(periods) + 0.5 * rng.normal(size=(units, 1)) + walks
    index = pd.MultiIndex.from_product([range(units), range(1970, 1970 + periods)], names=["unit", "year"])
    return pd.DataFrame({"x": values.ravel()}, index=index)


def tasks() -> list[Task]:
    """Return the clustering tasks, as R's package has them."""
    return [_task("152 x 34", panel(152, 34)), _task("31 x 18", panel(31, 18))]


def _task(name: str, data: pd.DataFrame) -> Task:
    def ours() -> Any:
        return pk.convergence_clubs(data, "x", trend=None, convention="r", merge="none")

    wide = data["x"].unstack()
    peers: dict[str, Any] = {"a loop of regressions": lambda: _loop(wide.to_numpy())}
    try:
        import convergence_clubs  # type: ignore[import-not-found]
    except ImportError:
        pass
    else:
        peers["convergence-clubs"] = lambda: _port(convergence_clubs, wide)
    found = ours()
    return Task(f"clubs, {name}", ours, peers, 5, f"{len(found.clubs)} clubs; frame in, result out")


def _port(package: Any, wide: pd.DataFrame) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return package.find_clubs(wide)


def _loop(x: np.ndarray) -> list[list[int]]:
    """Step by step, one regression at a time: the core of the largest |t|, c* = 0."""
    regression = Regression(CONVENTIONS["r"].dropped(x.shape[1]))

    def t(rows: list[int]) -> float:
        return float(regression.of(variation(x[rows])).t[0])

    left, clubs = sorted(range(len(x)), key=lambda i: -x[i, -1]), []
    while len(left) > 1:
        if t(left) > CRITICAL:
            return [*clubs, left]
        start = next((i for i in range(len(left) - 1) if t(left[i : i + 2]) > CRITICAL), None)
        if start is None:
            break
        best, size = -1.0, 2
        for k in range(2, len(left) - start + 1):
            own = t(left[start : start + k])
            if own <= CRITICAL:
                break
            best, size = (abs(own), k) if abs(own) > best else (best, size)
        core = left[start : start + size]
        clubs.append(core + [i for i in left if i not in core and t([*core, i]) > 0.0])
        left = [i for i in left if i not in clubs[-1]]
    return clubs
