"""Worlds in which a policy begins in some provinces: real dates of adoption, real errors, and what imitates an effect.

Errors are those of `worlds`: AR(1), correlated between neighbours, with the deviations by province that registered
regressions leave. In every second world provinces exchange their errors. What moves without an effect is tied to the
treatment's own path, as it is tied to the regressor's there.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.world_parts import (
    BEFORE,
    ERROR_DEVIATION,
    UNITS,
    Floats,
    blended,
    errors,
    region_codes,
    serial_paths,
    standard,
    tied,
    within,
)
from benchmarks.worlds import tied_trends, tied_waves
from panelkit.models.policy.rows.panel import read_policy_panel
from panelkit.studies.adoption.maps import Maps


@dataclass(frozen=True)
class Setting:
    """Real dates of a policy on a window of years."""

    name: str
    policy: str
    years: tuple[int, int]
    shift: int = 0


SETTINGS = (
    Setting("22 in seven batches", "ftz", (2010, 2023)),
    Setting("10 at once", "innov_reform", (2010, 2021), 1),
    Setting("6, few", "carbon_market", (2007, 2018)),
)


@dataclass(frozen=True)
class PolicyWorld:
    """One kind of world: `share` of the variance of y moves by itself, tied to the treatment by `tie`.

    `effect` is in within deviations of the errors; "detectable" is what the main test finds four times in five.
    `years` is over how many years it arrives in equal parts. `bar` is the most SUPPORTED allowed, in per cent.
    """

    name: str
    kind: Literal["none", "trends", "slow", "factor", "regional", "dip"] = "none"
    share: float = 0.0
    tie: float = 0.0
    effect: float | Literal["detectable"] = 0.0
    years: int = 1
    bar: float = np.nan


WORLDS = (
    PolicyWorld("null", bar=1.5),
    PolicyWorld("own trends 1/3", "trends", 1 / 3, bar=1.5),
    PolicyWorld("own trends 2/3", "trends", 2 / 3, bar=1.5),
    PolicyWorld("trends .6", "trends", 1 / 3, 0.6, bar=2.5),
    PolicyWorld("trends .8 1/3", "trends", 1 / 3, 0.8, bar=2.5),
    PolicyWorld("trends .8 2/3", "trends", 2 / 3, 0.8, bar=2.5),
    PolicyWorld("slow .6", "slow", 1 / 2, 0.6, bar=5.0),
    PolicyWorld("slow .8", "slow", 1 / 2, 0.8, bar=5.0),
    PolicyWorld("factor", "factor", 0.45, 0.8, bar=6.0),
    PolicyWorld("regional", "regional", 1 / 2, bar=2.5),
    PolicyWorld("dip", "dip", effect=0.0, share=1.0),
    PolicyWorld("effect 1", effect=1.0),
    PolicyWorld("effect 2", effect=2.0),
    PolicyWorld("effect 2, trends .6", "trends", 1 / 3, 0.6, effect=2.0),
    PolicyWorld("effect 2 over three years", effect=2.0, years=3),
    PolicyWorld("detectable", effect="detectable"),
)


@cache
def maps_of(setting: Setting) -> Maps:
    """Return the estimates of a setting; its own outcome is population, which no world uses."""
    frame = pk.load_provinces("population", setting.years, labels="adcode")
    coded = pk.add_policy(frame, setting.policy, year_shift=setting.shift)
    if len(coded) < len(frame):  # doubtful controls stay: here the truth is known
        first = pk.load_policy_pilots(setting.policy, year_shift=setting.shift, labels="adcode")["first"]
        coded = frame.assign(
            **{f"{setting.policy}_first": frame.index.get_level_values(0).map(first).astype(float)}
        )
    panel = read_policy_panel("population ~ 1", coded, cohort=f"{setting.policy}_first")
    return Maps(panel, region_codes().astype(np.int64))


def treatment(setting: Setting) -> Floats:
    """Return who is treated when, (31, T)."""
    panel = maps_of(setting).panel
    return panel.cube(panel.adoption.path(panel.unit, panel.time))


def draw(world: PolicyWorld, setting: Setting, serial: float, count: int, seed: int) -> Floats:
    """Return outcomes without their detectable effect, (n, W), in the rows of the setting's panel."""
    rng = np.random.default_rng(
        [seed, zlib.crc32(f"{world.name} {setting.name}".encode()), int(100 * serial)]
    )
    path = treatment(setting)
    years = path.shape[1]
    y = errors(rng, years, serial, count)[..., BEFORE:]
    for at in range(1, count, 2):
        y[at] = y[at, rng.permutation(UNITS)]
    y = _moved(world, setting, path, y, serial, rng)
    if isinstance(world.effect, float) and world.effect:
        y = y + world.effect * ERROR_DEVIATION * arriving(path, world.years)
    return y.reshape(count, UNITS * years).T


def arriving(path: Floats, years: int) -> Floats:
    """Return the treatment that arrives over years in equal parts, (31, T)."""
    late = [np.pad(path, ((0, 0), (lag, 0)))[:, : path.shape[1]] for lag in range(years)]
    return np.mean(late, axis=0)


def _moved(
    world: PolicyWorld, setting: Setting, path: Floats, y: Floats, serial: float, rng: np.random.Generator
) -> Floats:
    inside = np.broadcast_to(within(path[None]), y.shape)
    match world.kind:
        case "trends":
            return blended(y, tied_trends(rng, inside, world.tie), world.share)
        case "slow":
            return blended(y, tied_waves(rng, inside, world.tie, 3), world.share)
        case "factor":
            walk = np.cumsum(rng.normal(size=(len(y), 1, y.shape[2])), axis=2)
            ever = np.broadcast_to(standard(path.max(axis=1)[None])[:, :, None], (len(y), UNITS, 1))
            return blended(y, tied(rng, ever, world.tie) * walk, world.share)
        case "regional":
            shocks = serial_paths(rng, (len(y), 4, y.shape[2]), serial)
            return blended(y, shocks[:, region_codes().astype(int)], world.share)
        case "dip":
            return y - world.share * ERROR_DEVIATION * _before(path, serial)
        case _:
            return y


def _before(path: Floats, serial: float) -> Floats:
    """Return a shock two years before adoption that fades as errors do, (31, T)."""
    start = np.argmax(path, axis=1)
    made = np.zeros_like(path)
    for unit in np.flatnonzero(path.max(axis=1) > 0.0):
        first = max(int(start[unit]) - 2, 0)
        ahead = np.arange(path.shape[1] - first)
        made[unit, first:] = serial**ahead
    return made


def rows(table: list[dict[str, object]]) -> pd.DataFrame:
    """Return the rows of cells as a table."""
    return pd.DataFrame(table)
