"""Mean and variance of the Dickey-Fuller t under the null, by rows and lags: table 3 of Im, Pesaran and Shin (2003).

Where the table does not reach (fewer than ten rows, more than a hundred, many lags) and where a unit has gaps, they are
simulated for the rows of that unit, with a seed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.unit_roots.adf import regressions, restricted_t, rows_with
from panelkit.models.dynamic.unit_roots.batch import batch_of
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import gaps

REPS, SEED = 50_000, 2_003  # as many as the table was made with
NAN = float("nan")
ROWS = (10, 15, 20, 25, 30, 40, 50, 60, 70, 100)
# one line a number of lags, 0 to 8
_E_CONSTANT = (
    (-1.504, -1.514, -1.522, -1.520, -1.526, -1.523, -1.527, -1.519, -1.524, -1.532),
    (-1.488, -1.503, -1.516, -1.514, -1.519, -1.520, -1.524, -1.519, -1.522, -1.530),
    (-1.319, -1.387, -1.428, -1.443, -1.460, -1.476, -1.493, -1.490, -1.498, -1.514),
    (-1.306, -1.366, -1.413, -1.433, -1.453, -1.471, -1.489, -1.486, -1.495, -1.512),
    (-1.171, -1.260, -1.329, -1.363, -1.394, -1.428, -1.454, -1.458, -1.470, -1.495),
    (NAN, NAN, -1.313, -1.351, -1.384, -1.421, -1.451, -1.454, -1.467, -1.494),
    (NAN, NAN, NAN, -1.289, -1.331, -1.380, -1.418, -1.427, -1.444, -1.476),
    (NAN, NAN, NAN, -1.273, -1.319, -1.371, -1.411, -1.423, -1.441, -1.474),
    (NAN, NAN, NAN, -1.212, -1.266, -1.329, -1.377, -1.393, -1.415, -1.456),
)
_VAR_CONSTANT = (
    (1.069, 0.923, 0.851, 0.809, 0.789, 0.770, 0.760, 0.749, 0.736, 0.735),
    (1.255, 1.011, 0.915, 0.861, 0.831, 0.803, 0.781, 0.770, 0.753, 0.745),
    (1.421, 1.078, 0.969, 0.905, 0.865, 0.830, 0.798, 0.789, 0.766, 0.754),
    (1.759, 1.181, 1.037, 0.952, 0.907, 0.858, 0.819, 0.802, 0.782, 0.761),
    (2.080, 1.279, 1.097, 1.005, 0.946, 0.886, 0.842, 0.819, 0.801, 0.771),
    (NAN, NAN, 1.171, 1.055, 0.980, 0.912, 0.863, 0.839, 0.814, 0.781),
    (NAN, NAN, NAN, 1.114, 1.023, 0.942, 0.886, 0.858, 0.834, 0.795),
    (NAN, NAN, NAN, 1.164, 1.062, 0.968, 0.910, 0.875, 0.851, 0.806),
    (NAN, NAN, NAN, 1.217, 1.105, 0.996, 0.929, 0.896, 0.871, 0.818),
)
_E_TREND = (
    (-2.166, -2.167, -2.168, -2.167, -2.172, -2.173, -2.176, -2.174, -2.174, -2.177),
    (-2.173, -2.169, -2.172, -2.172, -2.173, -2.177, -2.180, -2.178, -2.176, -2.179),
    (-1.914, -1.999, -2.047, -2.074, -2.095, -2.120, -2.137, -2.143, -2.146, -2.158),
    (-1.922, -1.977, -2.032, -2.065, -2.091, -2.117, -2.137, -2.142, -2.146, -2.158),
    (-1.750, -1.823, -1.911, -1.968, -2.009, -2.057, -2.091, -2.103, -2.114, -2.135),
    (NAN, NAN, -1.888, -1.955, -1.998, -2.051, -2.087, -2.101, -2.111, -2.135),
    (NAN, NAN, NAN, -1.868, -1.923, -1.995, -2.042, -2.065, -2.081, -2.113),
    (NAN, NAN, NAN, -1.851, -1.912, -1.986, -2.036, -2.063, -2.079, -2.112),
    (NAN, NAN, NAN, -1.761, -1.835, -1.925, -1.987, -2.024, -2.046, -2.088),
)
_VAR_TREND = (
    (1.132, 0.869, 0.763, 0.713, 0.690, 0.655, 0.633, 0.621, 0.610, 0.597),
    (1.453, 0.975, 0.845, 0.769, 0.734, 0.687, 0.654, 0.641, 0.627, 0.605),
    (1.627, 1.036, 0.882, 0.796, 0.756, 0.702, 0.661, 0.653, 0.634, 0.613),
    (2.482, 1.214, 0.983, 0.861, 0.808, 0.735, 0.688, 0.674, 0.650, 0.625),
    (3.947, 1.332, 1.052, 0.913, 0.845, 0.759, 0.705, 0.685, 0.662, 0.629),
    (NAN, NAN, 1.165, 0.991, 0.899, 0.792, 0.730, 0.705, 0.673, 0.638),
    (NAN, NAN, NAN, 1.055, 0.945, 0.828, 0.753, 0.725, 0.689, 0.650),
    (NAN, NAN, NAN, 1.145, 1.009, 0.872, 0.786, 0.747, 0.713, 0.661),
    (NAN, NAN, NAN, 1.208, 1.063, 0.902, 0.808, 0.766, 0.728, 0.670),
)
_TABLE = {"constant": (_E_CONSTANT, _VAR_CONSTANT), "trend": (_E_TREND, _VAR_TREND)}


def moments_of(
    held: Array, lags: Array, trend: str, *, restricted: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return E(t) and Var(t), each (R, N), of units that hold the periods `held` (N, T) with so many lags (R, N).

    `restricted`: of t with the variance under the null, always simulated.
    """
    found = np.full((2, *lags.shape), np.nan)
    broken = gaps(held)
    for order in np.unique(lags):
        count = rows_with(held, int(order)).sum(axis=1)
        for unit in range(len(held)):
            here = lags[:, unit] == order
            if here.any():
                whole = not broken[unit] and not restricted
                moments = _printed(int(count[unit]), int(order), trend) if whole else (NAN, NAN)
                if np.isnan(moments[0]):
                    moments = simulated(_trimmed(held[unit]), int(order), trend, restricted)
                found[:, here, unit] = np.asarray(moments)[:, None]
    return found[0], found[1]


def printed(held: Array, lags: Array, trend: str) -> Array:
    """Mark the units (N,) whose moments the table gives."""
    broken = gaps(held)
    marks = []
    for unit, order in enumerate(lags):
        count = int(rows_with(held[unit : unit + 1], int(order)).sum())
        marks.append(not broken[unit] and not np.isnan(_printed(count, int(order), trend)[0]))
    return np.array(marks)


def _printed(rows: int, lags: int, trend: str) -> tuple[float, float]:
    """Return the moments of the table, linear between its rows; missing where it does not reach."""
    if lags >= len(_E_CONSTANT) or not ROWS[0] <= rows <= ROWS[-1]:
        return NAN, NAN
    mean, variance = (np.interp(rows, ROWS, part[lags]) for part in _TABLE[trend])
    return float(mean), float(variance)


def _trimmed(held: Array) -> bytes:
    """Return the periods from a unit's first to its last one as a key; unbroken ones depend on their number alone."""
    first, last = int(held.argmax()), len(held) - int(held[::-1].argmax())
    return held[first:last].tobytes()


@lru_cache(maxsize=512)
def simulated(pattern: bytes, lags: int, trend: str, restricted: bool = False) -> tuple[float, float]:
    """Return mean and variance of t over random walks held in the periods of the pattern."""
    held = np.frombuffer(pattern, bool)[None]
    rng = np.random.default_rng(SEED)
    walks = np.cumsum(rng.standard_normal((REPS, 1, held.shape[1])), axis=-1)
    setting = Setting(trend=trend, lags=lags)  # type: ignore[arg-type]
    batch = batch_of(walks, held, setting)
    found = regressions(batch.values, held, setting)
    t = (restricted_t(found) if restricted else found.t)[:, 0]
    return float(t.mean()), float(t.var(ddof=1))
