"""What worlds are made of: real regressors, errors, and movements that are put into either."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.data.geography import contiguity_pairs, regions

Floats = np.ndarray
UNITS = 31
BEFORE = 2  # years of x before the sample
X_DEVIATION, ERROR_DEVIATION = 0.153, 0.093  # about the within deviations of A9's regressor and residuals
PERTURBED = 0.5  # deviation of the perturbation, in within deviations of the regressor
NEIGHBOURS = 0.3


def regressors(rng: np.random.Generator, years: int, count: int) -> Floats:
    """Return perturbed real regressors, (W, 31, T + 2): the last years of each, within deviations as A9's."""
    held = _real(years + BEFORE)
    chosen = held[rng.integers(len(held), size=count)]
    own = chosen.std(axis=2, keepdims=True)
    x = chosen + PERTURBED * own * serial_paths(rng, (count, UNITS, years + BEFORE), 0.5)
    for world in range(1, count, 2):
        x[world] = x[world, rng.permutation(UNITS)]
    return scaled(x, X_DEVIATION)


def pair(rng: np.random.Generator, years: int, *, dealt: bool) -> Floats:
    """Return two different real regressors with their levels and years, perturbed, less their means, (2, 31, T).

    Within deviations are one before they are perturbed. `dealt`: their provinces are changed for others, the same in
    both.
    """
    held = _columns(years)
    columns = held[rng.choice(len(held), size=2, replace=False)]
    columns = columns / within(columns).std(axis=(1, 2), keepdims=True)
    columns = columns + PERTURBED * serial_paths(rng, columns.shape, 0.5)
    columns = columns[:, rng.permutation(UNITS)] if dealt else columns
    return columns - columns.mean(axis=(1, 2), keepdims=True)


def errors(
    rng: np.random.Generator, years: int, serial: float, count: int, neighbours: float = NEIGHBOURS
) -> Floats:
    """Return errors (W, 31, T): AR(1), correlated between neighbours, real deviations by province."""
    root = neighbour_root(neighbours)
    shocks = serial_paths(rng, (count, UNITS, years + BEFORE), serial)
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


def scaled(cube: Floats, deviation: float, before: int | None = None) -> Floats:
    """Return a cube with a within deviation in every world, over the years of the sample."""
    skip = BEFORE if before is None else before
    size = np.sqrt((within(cube[..., skip:]) ** 2).mean(axis=(1, 2), keepdims=True))
    return cube * deviation / size


def blended(noise: Floats, part: Floats, share: float) -> Floats:
    """Return errors (W, 31, T) of whose within variance a share is the part, as large as before."""
    return np.sqrt(1.0 - share) * noise + np.sqrt(share) * scaled(part, ERROR_DEVIATION, 0)


def tied(rng: np.random.Generator, to: Floats, tie: float) -> Floats:
    return tie * to + np.sqrt(1.0 - tie**2) * rng.normal(size=to.shape)


def standard(values: Floats) -> Floats:
    centred = values - values.mean(axis=1, keepdims=True)
    return centred / centred.std(axis=1, keepdims=True)


def serial_paths(rng: np.random.Generator, shape: tuple[int, ...], serial: float) -> Floats:
    """Return stationary AR(1) paths of variance one along the last axis."""
    shocks = rng.normal(size=shape)
    path = np.empty(shape)
    path[..., 0] = shocks[..., 0]
    for t in range(1, shape[-1]):
        path[..., t] = serial * path[..., t - 1] + np.sqrt(1.0 - serial**2) * shocks[..., t]
    return path


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


@cache
def neighbour_root(strength: float) -> Floats:
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
    paths = within(_columns(years))
    return paths / paths.std(axis=(1, 2), keepdims=True)


@cache
def _columns(years: int) -> Floats:
    """Return the registered regressors that are held so long, (K, 31, years)."""
    return np.stack([cube[:, -years:] for cube in map(_cube, REGRESSORS) if cube.shape[1] >= years])


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
