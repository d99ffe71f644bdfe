"""Worlds for the verdicts that are no regression slope: channels, orders of groups, gaps that are none.

Seeds, regressors and errors are those of `benchmarks/worlds.py`; deviations are one here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from benchmarks.world_parts import (
    BEFORE,
    ERROR_DEVIATION,
    UNITS,
    X_DEVIATION,
    Floats,
    errors,
    region_codes,
    regressors,
    within,
)


@dataclass(frozen=True)
class Channel:
    """A world of mediation: paths a, b and c', and what correlates mediator and outcome beside b.

    `trends` is the correlation of their provincial trends, a third of the variance of each; `errors` that of their
    errors.
    """

    name: str
    b: float = 0.0
    trends: float | None = None
    errors: float = 0.0
    a: float = 0.5
    direct: float = 0.2


CHANNELS = (
    Channel("no second path"),
    Channel("no second path, trends .6", trends=0.6),
    Channel("no second path, errors .5", errors=0.5),
    Channel("second path .3", b=0.3),
)


@dataclass(frozen=True)
class Order:
    """A world of ranks: `groups` kinds of provinces, `apart` deviations between neighbours in the claimed order.

    `tied`: the last two kinds do not differ.
    """

    name: str
    groups: int
    apart: float
    tied: bool = False


ORDERS = tuple(
    Order(f"{groups} groups, {apart:g} apart", groups, apart)
    for groups in (2, 3, 4)
    for apart in (-0.5, 0.0, 0.5)
)
TIED = tuple(Order(f"{groups} groups, tied at the end", groups, 1.0, tied=True) for groups in (3, 4))


def draw_channel(
    world: Channel, years: int, serial: float, count: int, *, seed: int, batch: int = 0
) -> tuple[Floats, Floats, Floats]:
    """Return treatment, mediator and outcome, (W, 31, T) each.

    Parameters
    ----------
    world
        Its paths.
    years, serial
        T, and the autocorrelation of both errors.
    count
        How many.
    seed, batch
        One of the two sets of seeds, and which of several batches.

    Returns
    -------
    The three arrays; within deviations of the treatment and of the errors are one.
    """
    rng = _generator(world.name, seed, years, int(100 * serial), batch)
    x = regressors(rng, years, count)[..., BEFORE:] / X_DEVIATION
    first, own = (errors(rng, years, serial, count)[..., BEFORE:] / ERROR_DEVIATION for _ in range(2))
    second = world.errors * first + np.sqrt(1.0 - world.errors**2) * own
    if world.trends is not None:
        steps = np.arange(years) - (years - 1) / 2.0
        slopes = rng.normal(size=(2, count, UNITS, 1))
        slopes[1] = world.trends * slopes[0] + np.sqrt(1.0 - world.trends**2) * slopes[1]
        first, second = (_with_trend(e, s * steps) for e, s in zip((first, second), slopes, strict=True))
    mediator = world.a * x + first
    return x, mediator, world.direct * x + world.b * mediator + second


def draw_order(
    world: Order, indicators: int, count: int, *, seed: int, batch: int = 0
) -> tuple[Floats, Floats]:
    """Return indicators (W, 31, K) of provinces and their groups (31,), numbered in the claimed order."""
    values, _, group = draw_places(world, indicators, count, seed=seed, batch=batch)
    return values, group


def draw_places(
    world: Order, indicators: int, count: int, *, seed: int, batch: int = 0
) -> tuple[Floats, Floats, Floats]:
    """Return indicators (W, 31, K), places (W, 31) and groups (31,) of provinces, groups numbered as claimed.

    A province stands at its group's place plus one deviation of its own; every indicator adds another. Groups are the
    four regions, the last of them merged where fewer are asked for.
    """
    rng = _generator(world.name, seed, indicators, batch)
    group = np.minimum(region_codes(), world.groups - 1)
    step = np.minimum(group, world.groups - 2) if world.tied else group
    place = -world.apart * step + rng.normal(size=(count, UNITS))
    return place[:, :, None] + rng.normal(size=(count, UNITS, indicators)), place, group


def draw_gap(years: int, count: int, *, seed: int, batch: int = 0) -> tuple[Floats, Floats]:
    """Return two quantities of provinces (W, 31, T), positive, equally unequal and without a trend in it.

    Both are lognormal with the same deviation; the second is the first's equal in law, half of it in common.
    """
    rng = _generator("gap", seed, years, batch)
    level, *own = rng.normal(size=(3, count, UNITS, 1))
    noise = 0.1 * rng.normal(size=(2, count, UNITS, years))
    first, second = (np.exp(np.sqrt(0.5) * (level + o) + e) for o, e in zip(own, noise, strict=True))
    return first, second


def _with_trend(noise: Floats, trend: Floats) -> Floats:
    """Return errors of which a third of the within variance is a trend."""
    size = np.sqrt((within(trend) ** 2).mean(axis=(1, 2), keepdims=True))
    return np.sqrt(2.0 / 3.0) * noise + np.sqrt(1.0 / 3.0) * trend / size


def _generator(name: str, seed: int, *numbers: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode()), *numbers])
