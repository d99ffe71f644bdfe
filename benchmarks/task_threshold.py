"""1,000 bootstrap F at 31 x 13 and 300 at Hansen's 565 x 14, against a search by regression at every value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task

_LOOP = 3  # draws that the loop is timed on


def panel(units: int, periods: int, seed: int = 0) -> pd.DataFrame:
    """Return a balanced panel whose slope of x doubles above a value of q."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [range(units), range(2000, 2000 + periods)], names=["province", "year"]
    )
    frame = pd.DataFrame(rng.normal(size=(len(index), 3)), index=index, columns=["x", "q", "z"])
    effect = rng.normal(size=units)[index.codes[0]]
    y = effect + 0.3 * frame["z"] + 0.5 * frame["x"] * (1 + (frame["q"] > 0.2)) + rng.normal(size=len(index))
    return frame.assign(y=y)


def tasks() -> list[Task]:
    """Return the bootstrap tasks; the search is done beforehand, the tests are timed."""
    return [
        _task("1,000 draws of both bootstraps, 31 x 13", panel(31, 13), 1_000, grid=None),
        _task("300 draws of both bootstraps, 565 x 14", panel(565, 14), 300, grid=400),
    ]


def _task(name: str, data: pd.DataFrame, reps: int, grid: int | None) -> Task:
    spec = pk.PanelThreshold("y ~ z", "q", ("x",), trim=0.05, time_effects=False)
    fit = spec.fit(data, reps=0)
    loop = _Loop(data, fit, grid)
    peers: dict[str, Any] = {"a loop of regressions": loop}
    loop.scale = reps * 2 / _LOOP * (1.0 if grid is None else len(fit.regions[0].values) / grid)
    note = f"F {fit.f_statistics[0]:.3f}; every one of {len(fit.regions[0].values):,} values searched"
    if grid is not None:
        note += f", the loop {grid} of them"
    pyx = _pyxthreg(data)
    if pyx is not None:
        peers["pyxthreg (grid of 400, one bootstrap)"] = pyx
    return Task(f"threshold, {name}", lambda: fit.tested(reps), peers, 3, note)


class _Loop:
    """Draw by draw and value by value: least squares on swept columns, as programs with a grid do."""

    scale: float

    def __init__(self, data: pd.DataFrame, fit: Any, grid: int | None) -> None:
        self.unit = np.asarray(data.index.codes[0])  # type: ignore[attr-defined]
        self.data, self.residuals, values = data, fit.residuals, fit.regions[0].values
        self.values = values if grid is None else values[np.linspace(0, len(values) - 1, grid).astype(int)]
        self.units = int(self.unit[-1]) + 1

    def means(self, values: np.ndarray) -> np.ndarray:
        """Return deviations from the means of units."""
        return values - (np.bincount(self.unit, values) / np.bincount(self.unit))[self.unit]

    def __call__(self) -> list[float]:
        rng, found = np.random.default_rng(0), []
        z, x, q = (self.data[name].to_numpy() for name in ("z", "x", "q"))
        fixed = [self.means(z)]
        for _ in range(_LOOP):
            y = self.residuals.reshape(self.units, -1)[rng.integers(0, self.units, self.units)].ravel()
            none = _left(np.column_stack([*fixed, self.means(x)]), y)
            one = min(
                _left(np.column_stack([*fixed, self.means(x * (q <= v)), self.means(x * (q > v))]), y)
                for v in self.values
            )
            found.append((none - one) / one)
        return found


def _left(X: np.ndarray, y: np.ndarray) -> float:
    b = np.linalg.solve(X.T @ X, X.T @ y)
    return float(((y - X @ b) ** 2).sum())


def _pyxthreg(data: pd.DataFrame) -> Any:
    """Return pyxthreg's test where it is at hand: another bootstrap (every row alone), on a grid."""
    try:
        from pyxthreg import ThresholdPanel  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        return None
    frame = data.reset_index()

    def fitted() -> Any:
        model = ThresholdPanel(
            data=frame, dep="y", indep=["z"], rx=["x"], qx="q", entity_col="province", time_col="year"
        )
        return model.fit(thnum=1, trim=0.05, grid=400, bs=300, nobslog=True, n_jobs=1)

    return fitted
