"""Synthetic papers of entropy weights and coupling, their numbers written out in pandas, and the ways they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.provinces import provinces

YEARS = range(2011, 2021)
SYSTEMS = {"tech": ["x1", "x2", "x3"], "industry": ["x4", "x5", "x6"]}
NEGATIVE = "x6"
STATED = {"systems": SYSTEMS, "negative": [NEGATIVE], "system_weights": [0.6, 0.4]}
PLACES = (("Beijing", 2012), ("Henan", 2015), ("Guizhou", 2018), ("Jilin", 2013))


@dataclass(frozen=True)
class Steps:
    """How an index is made; every field is one of its usual steps, or of the mistakes made in it."""

    extremes: str = "pooled"
    shift: float = 0.0
    weights: str = "entropy"
    logarithm: str = "rows"
    root: str = "right"
    mean_t: bool = False
    d_root: bool = True
    turned: bool = False
    power: float = 1.0


@dataclass(frozen=True)
class IndexWay:
    """One way to a paper's numbers, and the choice that the search should name; none where it is no candidate."""

    name: str
    kind: str
    said: str
    steps: Steps = Steps()
    changed: Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame] = lambda frame, rng: frame


def figures(rng: np.random.Generator) -> pd.DataFrame:
    """Return six indicators of 31 provinces in ten years, skewed and persistent."""
    index = pd.MultiIndex.from_product([list(provinces()["name_en"]), YEARS], names=["province", "year"])
    n, t = 31, len(YEARS)
    size = rng.normal(size=(n, 1, 1)) + 0.05 * np.arange(t)[None, :, None]
    made = np.exp(0.7 * size + 0.4 * rng.normal(size=(n, 1, 6)) + 0.2 * rng.normal(size=(n, t, 6)))
    return pd.DataFrame(made.reshape(n * t, 6), index=index, columns=[f"x{j}" for j in range(1, 7)])


def minmax(z: pd.DataFrame) -> pd.DataFrame:
    return (z - z.min()) / (z.max() - z.min())


def normalised(frame: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """Return indicators in [0, 1], or moved z-scores."""
    z = frame.copy()
    if not steps.turned:
        z[NEGATIVE] = -z[NEGATIVE]
    if steps.extremes == "by year":
        return z.groupby(level="year", group_keys=False).apply(minmax)
    if steps.extremes.startswith("z"):
        return (z - z.min()) / z.std(ddof=int(steps.extremes[1]))
    return minmax(z) ** steps.power


def weights_of(z: pd.DataFrame, steps: Steps) -> pd.Series:
    """Return the weights of the indicators of one system."""
    if steps.weights == "equal":
        return pd.Series(1.0 / z.shape[1], index=z.columns)
    if steps.weights == "critic":
        c = z.std(ddof=1) * (1.0 - z.corr()).sum()
        return c / c.sum()
    p = (z + steps.shift) / (z + steps.shift).sum()
    count = len(z) if steps.logarithm == "rows" else z.index.get_level_values(0).nunique()
    d = 1.0 + (p * np.log(p.where(p > 0.0, 1.0))).sum() / np.log(count)
    return d / d.sum()


def coordination(frame: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """Return scores of both systems, C, T and D."""
    z = normalised(frame, steps)
    u = pd.DataFrame({name: z[part] @ weights_of(z[part], steps) for name, part in SYSTEMS.items()})
    product, total = u.prod(axis=1), u.sum(axis=1)
    c = 2.0 * np.sqrt(product) / total
    c = {"right": c, "missing": c**2, "lost coefficient": c / 2.0}.get(steps.root, c)
    if steps.root == "wang":
        c = np.sqrt((1.0 - (u["tech"] - u["industry"]).abs()) * u.min(axis=1) / u.max(axis=1))
    t = total / 2.0 if steps.mean_t else u @ [0.6, 0.4]
    return u.assign(C=c, T=t, D=np.sqrt(c * t) if steps.d_root else c * t)


def numbers(frame: pd.DataFrame, way: IndexWay, rng: np.random.Generator, decimals: int) -> dict[str, str]:
    """Return D of four province-years and the mean of one year, as a table prints them."""
    made = coordination(way.changed(frame, rng), way.steps)["D"]
    printed = {f"D:{name}:{year}": made.loc[(name, year)] for name, year in PLACES}
    printed["D:2016"] = made.xs(2016, level="year").mean()
    return {name: f"{value:.{decimals}f}" for name, value in printed.items()}


def _changed(how: str) -> Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]:
    def changed(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        years = frame.index.get_level_values("year")
        ways: Mapping[str, Any] = {
            "window": lambda: frame[years >= 2012],
            "without Tibet": lambda: frame.drop("Tibet", level="province"),
            "revised": lambda: frame * np.exp(0.02 * rng.normal(size=frame.shape)),
            "winsorised": lambda: frame.clip(frame.quantile(0.02), frame.quantile(0.98), axis=1),
            "other indicator": lambda: frame.assign(
                x2=frame["x2"] * np.exp(0.3 * rng.normal(size=len(frame)))
            ),
            "logarithms": lambda: np.log(frame),
        }
        return ways[how]()

    return changed


WAYS = (
    IndexWay("as stated", "convention", "as stated"),
    IndexWay("shift .0001", "convention", "shift 0.0001", Steps(shift=0.0001)),
    IndexWay("shift .01", "convention", "shift 0.01", Steps(shift=0.01)),
    IndexWay("equal", "convention", "equal", Steps(weights="equal")),
    IndexWay("CRITIC", "convention", "critic", Steps(weights="critic")),
    IndexWay("wang", "convention", "C wang2021", Steps(root="wang")),
    IndexWay("z", "convention", "z", Steps(extremes="z1")),
    IndexWay("window", "convention", "2012-2020", changed=_changed("window")),
    IndexWay("without Tibet", "convention", "without Tibet", changed=_changed("without Tibet")),
    IndexWay("per-year extremes", "mistake", "per-year extremes", Steps(extremes="by year")),
    IndexWay("population deviation", "mistake", "population deviation", Steps(extremes="z0")),
    IndexWay("missing root", "mistake", "C missing_root", Steps(root="missing")),
    IndexWay("lost coefficient", "mistake", "C lost_coefficient", Steps(root="lost coefficient")),
    IndexWay("mean T", "mistake", "mean T", Steps(mean_t=True)),
    IndexWay("no root of D", "mistake", "no root", Steps(d_root=False)),
    IndexWay("ln of units", "mistake", "ln of units", Steps(logarithm="units")),
    IndexWay("direction", "mistake", f"direction {NEGATIVE}", Steps(turned=True)),
    IndexWay("revised", "none", "", changed=_changed("revised")),
    IndexWay("winsorised", "none", "", changed=_changed("winsorised")),
    IndexWay("other indicator", "none", "", changed=_changed("other indicator")),
    IndexWay("logarithms", "none", "", changed=_changed("logarithms")),
    IndexWay("squares", "none", "", Steps(power=2.0)),
)
