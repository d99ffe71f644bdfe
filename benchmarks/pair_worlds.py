"""Worlds of two figures with a past: which of them moves the other is known.

Each of 31 provinces has two figures that follow a vector autoregression; errors have real deviations by province, are
correlated between neighbours and between the two. What else moves both (trends, slow paths, a hidden factor, shocks of
regions, random walks) is no effect of one on the other.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.world_parts import (
    NEIGHBOURS,
    UNITS,
    deviations,
    neighbour_root,
    region_codes,
    serial_paths,
    within,
)

BURN = 40
TOGETHER = 0.3
"""Correlation of the errors of both figures."""


@dataclass(frozen=True)
class Pair:
    """A world: `forth` and `back` are the effects of each figure on the other a year later, in units of own deviation.

    `share` of the variance moves with `kind`, tied by `tie` between the two figures; `bar` of SUPPORTED.
    """

    name: str
    kind: Literal["none", "trends", "slow", "factor", "regional", "walks"] = "none"
    share: float = 0.0
    tie: float = 0.0
    forth: float = 0.0
    back: float = 0.0
    bar: float = float("nan")


WORLDS = (
    Pair("null", bar=1.5),
    Pair("own trends 1/3", "trends", 1 / 3, 0.0, bar=1.5),
    Pair("trends .6", "trends", 1 / 3, 0.6, bar=2.5),
    Pair("trends .8 2/3", "trends", 2 / 3, 0.8, bar=2.5),
    Pair("slow .7", "slow", 1 / 2, 0.7, bar=5.0),
    Pair("factor", "factor", 0.45, 0.8, bar=5.0),
    Pair("regional", "regional", 1 / 2, 0.6, bar=2.5),
    Pair("walks", "walks", 1 / 3, 0.6),
    Pair("one way .2", forth=0.2, bar=2.5),
    Pair("both .2", forth=0.2, back=0.2),
    Pair("both .3", forth=0.3, back=0.3),
    Pair("both -.2", forth=-0.2, back=-0.2, bar=0.5),
)


def draw(world: Pair, years: int, serial: float, count: int, seed: int) -> np.ndarray:
    """Return worlds (W, 31, T, 2): the first figure and the second; `serial` is the own lag of both."""
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, int(100 * serial)])
    root = np.linalg.cholesky([[1.0, TOGETHER], [TOGETHER, 1.0]])
    shocks = rng.normal(size=(2, count, UNITS, years + BURN))
    shocks = deviations()[:, None] * (neighbour_root(NEIGHBOURS) @ shocks)
    shocks = np.einsum("ab,bwnt->wnta", root, shocks)
    own = np.array([[serial, world.back], [world.forth, serial]])
    own *= min(1.0, 0.95 / np.abs(np.linalg.eigvals(own)).max())
    y = np.zeros_like(shocks)
    for t in range(1, y.shape[2]):
        y[:, :, t] = y[:, :, t - 1] @ own.T + shocks[:, :, t]
    y = y[:, :, BURN:]
    if world.kind == "none":
        return y
    part = _within(_moving(world, rng, count, years))
    scale = np.sqrt((_within(y) ** 2).mean(axis=(1, 2)) / (part**2).mean(axis=(1, 2)))
    return np.sqrt(1.0 - world.share) * y + np.sqrt(world.share) * scale[:, None, None, :] * part


def _moving(world: Pair, rng: np.random.Generator, count: int, years: int) -> np.ndarray:
    """Return what moves both figures, (W, 31, T, 2)."""
    when = np.arange(float(years))
    match world.kind:
        case "trends":
            return _tied(rng, (count, UNITS), world.tie)[:, :, None, :] * when[:, None]
        case "slow":
            waves = np.cos(np.pi * np.arange(1, 4)[:, None] * (when + 0.5) / years)
            loadings = _tied(rng, (count, UNITS, 3), world.tie) / np.arange(1, 4)[:, None]
            return np.einsum("wnka,kt->wnta", loadings, waves)
        case "factor":
            path = np.cumsum(rng.normal(size=(count, 1, years, 1)), axis=2)
            return _tied(rng, (count, UNITS), world.tie)[:, :, None, :] * path
        case "regional":
            first, second = (serial_paths(rng, (count, 4, years), 0.8)[:, region_codes()] for _ in "ab")
            return np.stack([first, world.tie * first + np.sqrt(1.0 - world.tie**2) * second], axis=-1)
        case _:
            return np.cumsum(_tied(rng, (count, UNITS, years), world.tie), axis=2)


def _tied(rng: np.random.Generator, shape: tuple[int, ...], tie: float) -> np.ndarray:
    """Return pairs of normal numbers with a correlation, shape + (2,)."""
    first, second = rng.normal(size=shape), rng.normal(size=shape)
    return np.stack([first, tie * first + np.sqrt(1.0 - tie**2) * second], axis=-1)


def _within(cube: np.ndarray) -> np.ndarray:
    return np.stack([within(cube[..., at]) for at in (0, 1)], axis=-1)
