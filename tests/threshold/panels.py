"""Small panels with a threshold, and the dummies regression that says what every split leaves."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

import panelkit as pk

Array = np.ndarray


def panel(
    seed: int = 0,
    *,
    units: int = 12,
    periods: int = 8,
    ties: bool = False,
    holes: float = 0.0,
    jump: float = 1.5,
    at: tuple[float, ...] = (0.2,),
    rho: float = 0.0,
) -> pd.DataFrame:
    """Return y on z and x, whose slope rises by `jump` at every threshold of q."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(units), range(2000, 2000 + periods)], names=["firm", "year"])
    frame = pd.DataFrame(index=index)
    effect = np.repeat(rng.normal(size=units), periods)
    frame["z"], x, q = rng.normal(size=(3, len(index)))
    frame["x"] = 1.0 + x + 0.5 * effect
    frame["q"] = np.round(q, 1) if ties else q + 0.3 * effect
    errors = rng.normal(size=(units, periods))
    for t in range(1, periods):
        errors[:, t] = rho * errors[:, t - 1] + np.sqrt(1.0 - rho**2) * errors[:, t]
    slope = 0.5 + jump * sum((frame["q"] > value).astype(float) for value in at)
    year = index.get_level_values(1).to_numpy()
    frame["y"] = effect + 0.1 * (year - 2000) + 0.7 * frame["z"] + slope * frame["x"] + errors.ravel()
    frame["w"] = rng.normal(size=len(index))
    return frame[rng.random(len(index)) >= holes] if holes else frame


def squares(
    frame: pd.DataFrame, gammas: tuple[float, ...], *, periods: bool, intercept: bool = False
) -> float:
    """Return the sum of squares of the regression on dummies of units, periods and regimes."""
    unit, year = frame.index.get_level_values(0), frame.index.get_level_values(1)
    q = frame["q"].to_numpy()
    regime = np.searchsorted(np.sort(gammas), q, side="left") if gammas else np.zeros(len(q), dtype=int)
    columns = [frame["z"].to_numpy(), *((unit == name) * 1.0 for name in unit.unique())]
    if periods:
        columns += [(year == name) * 1.0 for name in year.unique()[1:]]
    for number in range(len(gammas) + 1):
        columns.append(frame["x"].to_numpy() * (regime == number))
        if intercept:
            columns.append((regime == number) * 1.0)
    X = np.column_stack(columns)
    y = frame["y"].to_numpy()
    return float(((y - X @ np.linalg.lstsq(X, y, rcond=None)[0]) ** 2).sum())


def splits(frame: pd.DataFrame, trim: float, held: tuple[float, ...] = (), least: int = 2) -> list[float]:
    """Return the values that leave enough rows in every regime beside the held ones."""
    q = frame["q"].to_numpy()
    least = max(int(np.ceil(trim * len(q) - 1e-9)), least)
    found = []
    for value in np.unique(q):
        edges = [-np.inf, *sorted((*held, value)), np.inf]
        counts = [int(((q > low) & (q <= high)).sum()) for low, high in itertools.pairwise(edges)]
        if min(counts) >= least:
            found.append(float(value))
    return found


def spec(**options: object) -> pk.PanelThreshold:
    """Return the model of these panels."""
    chosen = {"trim": 0.1, **options}
    return pk.PanelThreshold("y ~ z", "q", ("x",), **chosen)  # type: ignore[arg-type]
