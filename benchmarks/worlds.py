"""Worlds in which the truth is known: what the verdicts of regression claims are measured on.

Every world is a panel of the 31 provinces with a real regressor of a registered regression claim: its within path is
perturbed, and in every second world dealt to other provinces. The errors are AR(1) in time, correlated between
neighbours, and have the standard deviations by province that such regressions leave. x and errors have the within
deviations of A9 (private R&D on government R&D money), so that an effect of .17 or .38 is of its size.

What the specification leaves open (the size of the perturbation, how much of x and y a common movement makes) is set on
trying seeds, so that the main test alone is significant as often as the specification's prototype says; the size of the
perturbation and the deviations by province were chosen with an eye on the words at .17 and .38 too, so that agreement
there is partly by construction. No rule and no threshold was changed.
Two sets of seeds: `TRYING` is for choosing rules, `COUNTING` is used once, for the tables that are printed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.data.geography import contiguity_pairs, regions

TRYING, COUNTING = 20_261_129, 20_270_101
UNITS = 31
BEFORE = 2  # years of x before the sample
X_DEVIATION, ERROR_DEVIATION = 0.153, 0.093  # about the within deviations of A9's regressor and residuals
PERTURBED = 0.5  # deviation of the perturbation, in within deviations of the regressor
NEIGHBOURS = 0.3
YEARS, SERIAL = (8, 12), (0.5, 0.8)

Floats = np.ndarray
Errors = Callable[..., Floats]


@dataclass(frozen=True)
class World:
    """One kind of world.

    `share` is the part of the variance of y (and, where x is touched, of x) that is not x and not errors, `tie` how
    much x and y have of it in common, `effect` the slope, "detectable" or "three years" for .38 arriving over three.
    """

    name: str
    kind: Literal[
        "none", "trends", "slow", "income", "factor", "walks", "spatial", "regional", "feedback", "outlier"
    ] = "none"
    share: float = 0.0
    tie: float = 0.0
    effect: float | Literal["detectable", "three years"] = 0.0
    declared: bool = False
    group: str = ""


WORLDS = (
    World("null", group="null"),
    World("own trends 1/3", "trends", 1 / 3, 0.0, group="own trends"),
    World("own trends 2/3", "trends", 2 / 3, 0.0, group="own trends"),
    World("trends .6", "trends", 1 / 3, 0.6, group="trends corr. .6"),
    World("trends .8 1/3", "trends", 1 / 3, 0.8, group="trends corr. .8"),
    World("trends .8 2/3", "trends", 2 / 3, 0.8, group="trends corr. .8"),
    World("trends -.8 2/3", "trends", 2 / 3, -0.8, group="mirrored trends"),
    World("slow .6", "slow", 1 / 2, 0.6, group="slow movement"),
    World("slow .8", "slow", 1 / 2, 0.8, group="slow movement"),
    World("income", "income", 1 / 2, 0.9, group="income path"),
    World("factor", "factor", 0.45, 0.8, group="hidden factor"),
    World("walks", "walks", 1 / 3, 0.6, group="random walks (limit)"),
    World("spatial", "spatial", 1 / 2, 0.7, group="spatial, regional"),
    World("regional 1/2", "regional", 1 / 2, 0.0, group="spatial, regional"),
    World("regional 3/4", "regional", 3 / 4, 0.0, group="spatial, regional"),
    World("feedback", "feedback", 1 / 6, 0.0, group="feedback"),
    World("momentum", "feedback", 1 / 6, 1.0, group="feedback"),
    World("outlier", "outlier", group="outlying province"),
    World("effect .17", effect=0.17, group=".17"),
    World("effect .38", effect=0.38, group=".38"),
    World(".38 trends .6", "trends", 1 / 3, 0.6, 0.38, group=".38, trends corr."),
    World(".38 trends .8", "trends", 1 / 3, 0.8, 0.38, group=".38, trends corr."),
    World(".38 trends -.8", "trends", 1 / 3, -0.8, 0.38, group=".38, trends corr."),
    World("detectable", effect="detectable", group="detectable effect"),
    World("three years", effect="three years", group=".38 over three years"),
    World("three years declared", effect="three years", declared=True, group=".38 over three years"),
)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Worlds as arrays: `y` and `x` (W, 31, T), `regions` (31,) codes, `income` (31,)."""

    y: Floats
    x: Floats
    regions: Floats
    income: Floats


def draw(world: World, years: int, serial: float, count: int, *, seed: int, batch: int = 0) -> Drawn:
    """Return worlds of one kind.

    Parameters
    ----------
    world
        Its kind.
    years, serial
        T, and the autocorrelation of the errors.
    count
        How many; in every second the regressor is dealt to other provinces.
    seed, batch
        `TRYING` or `COUNTING`, and which of several batches.

    Returns
    -------
    Drawn
    """
    key = zlib.crc32(f"{world.name} {years} {serial:g}".encode())
    rng = np.random.default_rng([seed, key, batch])
    x = regressors(rng, years, count)
    noise = errors(rng, years, serial, count, world.tie if world.kind == "spatial" else NEIGHBOURS)
    x, y = _moved(world, rng, x, noise, serial)
    y = y + _effect(world, x, years, y)
    told = x
    if world.declared:
        told = sum(x[..., BEFORE - lag : BEFORE - lag + years] for lag in range(3)) / 3.0
    elif x.shape[-1] > years:
        told = x[..., BEFORE:]
    return Drawn(y, told, region_codes(), income())


def regressors(rng: np.random.Generator, years: int, count: int) -> Floats:
    """Return perturbed real regressors, (W, 31, T + 2): the last years of each, within deviations as A9's."""
    held = _real(years + BEFORE)
    chosen = held[rng.integers(len(held), size=count)]
    own = chosen.std(axis=2, keepdims=True)
    x = chosen + PERTURBED * own * _serial(rng, (count, UNITS, years + BEFORE), 0.5)
    for world in range(1, count, 2):
        x[world] = x[world, rng.permutation(UNITS)]
    return _scaled(x, X_DEVIATION)


def errors(
    rng: np.random.Generator, years: int, serial: float, count: int, neighbours: float = NEIGHBOURS
) -> Floats:
    """Return errors (W, 31, T): AR(1), correlated between neighbours, real deviations by province."""
    root = _neighbour_root(neighbours)
    shocks = _serial(rng, (count, UNITS, years + BEFORE), serial)
    made = deviations()[:, None] * (root @ shocks)
    # the expected within variance is that of A9's residuals
    lags = np.abs(np.subtract.outer(np.arange(years), np.arange(years)))
    time = _demeaned_trace(serial**lags) / years
    space = _demeaned_trace(deviations()[:, None] * (root @ root.T) * deviations()) / UNITS
    return made * ERROR_DEVIATION / np.sqrt(time * space)


def within(cube: Floats) -> Floats:
    """Return (W, N, T) less unit and year means."""
    inside = cube - cube.mean(axis=2, keepdims=True)
    return inside - inside.mean(axis=1, keepdims=True)


def region_codes() -> Floats:
    """Return the region of every province as a number, (31,)."""
    return pd.factorize(regions().sort_index()["region"])[0]


@cache
def income() -> Floats:
    """Return log GDP per head of 2013, standardised, (31,)."""
    made = _cube("log(gdp / population)")[:, 0]
    return (made - made.mean()) / made.std()


@cache
def deviations() -> Floats:
    """Return the standard deviations by province that registered regressions leave, mean square one, (31,).

    The mean of their squares over the regressions, each with a mean square of one.
    """
    squares = []
    for outcome, regressor in REGRESSIONS:
        y, x = (within(_cube(text)[None, :, :])[0] for text in (outcome, regressor))
        years = min(y.shape[1], x.shape[1], 8)
        y, x = (within(part[None, :, -years:])[0] for part in (y, x))
        left = (y - x * (x * y).sum() / (x * x).sum()).var(axis=1)
        squares.append(left / left.mean())
    return np.sqrt(np.mean(squares, axis=0))


def _moved(
    world: World, rng: np.random.Generator, x: Floats, noise: Floats, serial: float
) -> tuple[Floats, Floats]:
    """Return x with what the world puts into it (W, 31, T + 2), and y without the effect (W, 31, T)."""
    years = noise.shape[-1] - BEFORE
    y = noise[..., BEFORE:]
    inside = within(x[..., BEFORE:])
    match world.kind:
        case "trends":
            return x, _blended(y, _trends(rng, inside, world.tie), world.share)
        case "slow":
            return x, _blended(y, _slow(rng, inside, world.tie, 2 if years <= 8 else 3), world.share)
        case "income" | "factor":
            path = 1.0 - np.exp(-np.arange(years + BEFORE) / 4.0)
            paths = np.broadcast_to(path, (len(x), years + BEFORE))
            first = np.broadcast_to(income(), x.shape[:2])
            if world.kind == "factor":
                paths, first = np.cumsum(rng.normal(size=paths.shape), axis=1), rng.normal(size=x.shape[:2])
            loadings = [_tied(rng, first, world.tie) for _ in "xy"]
            if world.kind == "factor":
                loadings[0] = first
            into_x, into_y = (loading[:, :, None] * paths[:, None, :] for loading in loadings)
            return _mixed(x, into_x, world.share), _blended(y, into_y[..., BEFORE:], world.share)
        case "walks":
            steps = rng.normal(size=x.shape)
            into_x, into_y = (np.cumsum(s, axis=2) for s in (steps, _tied(rng, steps, world.tie)))
            return _mixed(x, into_x, world.share), _blended(y, into_y[..., BEFORE:], world.share)
        case "spatial":
            shocks = _neighbour_root(world.tie) @ _serial(rng, x.shape, serial)
            return _mixed(x, shocks, world.share), y
        case "regional":
            into_x, into_y = (_serial(rng, (len(x), 4, x.shape[2]), serial)[:, region_codes()] for _ in "xy")
            return _mixed(x, into_x, world.share), _blended(y, into_y[..., BEFORE:], world.share)
        case "feedback":
            return _following(x, noise, world.share, momentum=world.tie > 0.0), y
        case "outlier":
            return _with_outlier(rng, x, y)
        case _:
            return x, y


def _effect(world: World, x: Floats, years: int, y: Floats) -> Floats:
    """Return what x adds to y, (W, 31, T)."""
    now = x[..., BEFORE:]
    if world.effect == "three years":
        return 0.38 * sum(x[..., BEFORE - lag : BEFORE - lag + years] for lag in range(3)) / 3.0
    if world.effect == "detectable":
        return detectable(now, y)[:, None, None] * now
    return float(world.effect) * now


def detectable(x: Floats, y: Floats) -> Floats:
    """Return the effect that a 5 % test finds in 80 of 100, (t.975 + t.80)(30) times the CRV3 error, (W,)."""
    a, b = within(x), within(y)
    own, cross = (a * a).sum(axis=2), (a * b).sum(axis=2)
    slope = cross.sum(axis=1) / own.sum(axis=1)
    # without a unit the year means lose it: its own squares leave N / (N - 1) times
    rest = UNITS / (UNITS - 1.0)
    without = (cross.sum(axis=1, keepdims=True) - rest * cross) / (
        own.sum(axis=1, keepdims=True) - rest * own
    )
    error = np.sqrt((UNITS - 1) / UNITS * ((without - slope[:, None]) ** 2).sum(axis=1))
    return (2.042272 + 0.853767) * error


def _trends(rng: np.random.Generator, inside: Floats, tie: float) -> Floats:
    """Return trends whose slopes are tied to those of x, (W, 31, T)."""
    years = inside.shape[2]
    steps = np.arange(years) - (years - 1) / 2.0
    return _tied(rng, _standard(inside @ steps), tie)[:, :, None] * steps


def _slow(rng: np.random.Generator, inside: Floats, tie: float, waves: int) -> Floats:
    """Return the first cosines of x's own path with weights tied to its own, (W, 31, T)."""
    years = inside.shape[2]
    grid = (np.arange(years) + 0.5) / years
    basis = np.cos(np.pi * np.arange(1, waves + 1)[:, None] * grid)
    weights = inside @ basis.T
    spread = np.sqrt((weights**2).mean(axis=1, keepdims=True))
    return (spread * _tied(rng, weights / spread, tie)) @ basis


def _following(x: Floats, noise: Floats, share: float, *, momentum: bool) -> Floats:
    """Return x of which a share follows last year's y, with momentum its last change as well, (W, 31, T + 2)."""
    last = np.zeros_like(x)
    last[..., 1:] = noise[..., :-1]
    if momentum:
        last[..., 2:] += noise[..., 1:-1] - noise[..., :-2]
    return _mixed(x, last, share)


def _with_outlier(rng: np.random.Generator, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return x and y with one province that breaks away in both, six deviations by the last year."""
    years = y.shape[2]
    x, y = x.copy(), y.copy()
    who, ramp = rng.integers(UNITS, size=len(x)), np.arange(1, years + 1) / years
    here = np.arange(len(x))
    x[here, who, BEFORE:] += 6.0 * X_DEVIATION * ramp
    y[here, who] += 6.0 * ERROR_DEVIATION * ramp
    return _scaled(x, X_DEVIATION), y


def _mixed(x: Floats, part: Floats, share: float) -> Floats:
    """Return x of whose within variance a share is the part, as large as x."""
    return np.sqrt(1.0 - share) * x + np.sqrt(share) * _scaled(part, X_DEVIATION)


def _blended(noise: Floats, part: Floats, share: float) -> Floats:
    """Return errors (W, 31, T) of whose within variance a share is the part, as large as before."""
    return np.sqrt(1.0 - share) * noise + np.sqrt(share) * _scaled(part, ERROR_DEVIATION, 0)


def _scaled(cube: Floats, deviation: float, before: int | None = None) -> Floats:
    """Return a cube with a within deviation in every world, over the years of the sample."""
    skip = BEFORE if before is None else before
    size = np.sqrt((within(cube[..., skip:]) ** 2).mean(axis=(1, 2), keepdims=True))
    return cube * deviation / size


def _tied(rng: np.random.Generator, to: Floats, tie: float) -> Floats:
    return tie * to + np.sqrt(1.0 - tie**2) * rng.normal(size=to.shape)


def _standard(values: Floats) -> Floats:
    centred = values - values.mean(axis=1, keepdims=True)
    return centred / centred.std(axis=1, keepdims=True)


def _serial(rng: np.random.Generator, shape: tuple[int, ...], serial: float) -> Floats:
    """Return stationary AR(1) paths of variance one along the last axis."""
    shocks = rng.normal(size=shape)
    path = np.empty(shape)
    path[..., 0] = shocks[..., 0]
    for t in range(1, shape[-1]):
        path[..., t] = serial * path[..., t - 1] + np.sqrt(1.0 - serial**2) * shocks[..., t]
    return path


@cache
def _neighbour_root(strength: float) -> Floats:
    """Return a root of the covariance of (I - strength W)^-1 e with variances one, W neighbours' means."""
    order = {code: at for at, code in enumerate(regions().sort_index().index)}
    link = np.zeros((UNITS, UNITS))
    for a, b in contiguity_pairs()[["adcode_a", "adcode_b"]].itertuples(index=False):
        link[order[a], order[b]] = link[order[b], order[a]] = 1.0
    root = np.linalg.inv(np.eye(UNITS) - strength * link / link.sum(axis=1, keepdims=True))
    return root / np.sqrt((root**2).sum(axis=1, keepdims=True))


def _demeaned_trace(covariance: Floats) -> float:
    return float(np.trace(covariance) - covariance.sum() / len(covariance))


REGRESSIONS = (
    ("log((rd_expenditure - rd_funds_government) / gdp)", "log(rd_funds_government)"),
    ("log(patents_granted_invention / gdp)", "log(gdp / population)"),
    ("log(va_tertiary / va_secondary)", "log(rd_expenditure / gdp)"),
    ("log(rd_expenditure / gdp)", "log(broadband_ports / population)"),
    ("log(gdp / population)", "log(patents_granted_invention / population)"),
)

REGRESSORS = (
    "log(rd_funds_government)",
    "log(rd_expenditure / gdp)",
    "log(patents_granted_invention / population)",
    "log(va_tertiary / va_secondary)",
    "budget_science_technology / budget_expenditure",
    "log(broadband_ports / population)",
    "log(gdp / population)",
)


@cache
def _real(years: int) -> Floats:
    """Return the within paths of the registered regressors that are held so long, deviation one, (K, 31, years)."""
    held = [cube for cube in map(_cube, REGRESSORS) if cube.shape[1] >= years]
    paths = within(np.stack([cube[:, -years:] for cube in held]))
    return paths / paths.std(axis=(1, 2), keepdims=True)


@cache
def _cube(expression: str) -> Floats:
    """Return an expression of the shipped figures over its years that all provinces hold, (31, T)."""
    names = sorted({name for name in _names() if name in expression})
    vintage = {"gdp": "census2023"} if "gdp" in names else None
    frame = pk.load_provinces(names, vintage=vintage, labels="adcode")
    with np.errstate(divide="ignore", invalid="ignore"):
        values = frame.eval(expression).unstack("year").sort_index()
    whole = values.columns[np.isfinite(values.to_numpy(dtype=float)).all(axis=0)]
    run = [year for year in whole if all(y in whole for y in range(year, whole[-1] + 1))]
    return values[run].to_numpy(dtype=float)


def _names() -> tuple[str, ...]:
    return (
        "rd_funds_government", "rd_expenditure", "gdp", "patents_granted_invention", "population", "va_tertiary",
        "va_secondary", "budget_science_technology", "budget_expenditure", "broadband_ports",
    )  # fmt: skip
