"""Panels with known paths that the mediation tests share."""

from __future__ import annotations

import numpy as np
import pandas as pd


def path_panel(seed: int = 0, units: int = 31, periods: int = 13, share: float = 1.0) -> pd.DataFrame:
    """Return a shuffled panel with treatment x, mediators m1 and m2, outcome y, control z, moderator w."""
    rng = np.random.default_rng(seed)
    provinces = [f"P{u:02d}" for u in range(units)]
    index = pd.MultiIndex.from_product([provinces, range(2010, 2010 + periods)], names=["province", "year"])
    n, frame = len(index), pd.DataFrame(index=index)
    unit, time = rng.normal(size=units)[index.codes[0]], rng.normal(size=periods)[index.codes[1]]
    frame["x"] = rng.normal(size=n) + unit + time
    frame["z"] = rng.normal(size=n) + unit
    frame["w"] = rng.normal(size=n)
    frame["m1"] = 0.4 * frame.x + 0.2 * frame.z + unit + rng.normal(size=n)
    frame["m2"] = 0.3 * frame.x + 0.3 * frame.m1 + time + rng.normal(size=n)
    frame["y"] = (
        0.2 * frame.x + 0.5 * frame.m1 - 0.2 * frame.m2 + 0.1 * frame.z + unit + time + rng.normal(size=n)
    )
    held = rng.random(n) < share
    return frame[held].sample(frac=1.0, random_state=seed)


def resampled(frame: pd.DataFrame, counts: np.ndarray) -> pd.DataFrame:
    """Return the panel in which province g stands counts[g] times, every copy a province of its own."""
    provinces = sorted(frame.index.get_level_values(0).unique())
    parts = []
    for name, count in zip(provinces, counts.astype(int), strict=True):
        for copy in range(count):
            part = frame.xs(name, level=0, drop_level=True)
            parts.append(pd.concat({f"{name}-{copy}": part}, names=["province"]))
    return pd.concat(parts)
