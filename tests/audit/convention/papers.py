"""A small panel, what a paper prints of it, and the search on it."""

from __future__ import annotations

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.printed_papers import by_dummies, texts

FORMULA = "log(y) ~ log(x) + log(z) + w"
TERMS = ("log(x)", "log(z)")


def panel(seed: int = 5, units: int = 13, periods: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    labels = [f"省{at:02d}" for at in rng.permutation(units)]
    index = pd.MultiIndex.from_product([labels, range(2012, 2012 + periods)], names=["province", "year"])
    n = len(index)
    own = np.repeat(rng.normal(size=units), periods)
    made = {name: rng.normal(size=n) + 0.6 * own for name in ("x", "z", "w", "m")}
    y = 0.4 * made["x"] - 0.3 * made["z"] + 0.2 * made["w"] + own + 0.5 * rng.normal(size=n)
    frame = pd.DataFrame(
        {name: np.exp(made[name]) for name in ("x", "z")} | {"w": made["w"], "m": made["m"] + 2}, index
    )
    return frame.assign(y=np.exp(y))


def printed(
    frame: pd.DataFrame, decimals: int = 4, brackets: str = "se", **options: object
) -> dict[str, str]:
    numbers = by_dummies(frame.reset_index(), FORMULA, **options)  # type: ignore[arg-type]
    return texts(numbers, TERMS, decimals, brackets)


def axes(found: pk.ConventionSearch) -> list[dict[str, str]]:
    assert found.best is not None
    return [dict(one.axes) for one in found.best.candidates]


def search(paper: dict[str, str], frame: object, **options: object) -> pk.ConventionSearch:
    return pk.find_convention(
        paper, frame, **{"formula": FORMULA, "effects": "twoway", "depth": 1, **options}
    )  # type: ignore[arg-type]
