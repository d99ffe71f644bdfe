"""Many spatial panels fitted at once: coefficients, spatial parameters, errors and measures as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.models.spatial.batch.asked import Job
from panelkit.models.spatial.batch.columns import Columns, Shelf
from panelkit.models.spatial.batch.curvature import Bends, corrected, inverse
from panelkit.models.spatial.batch.stacks import Stack, points_at
from panelkit.show.brief import Brief

CELLS = 20_000_000  # numbers that the largest array of a stack holds
BREADS = ("information", "hessian", "cluster information", "cluster hessian")
"""Standard errors of a batch: the inverse information or observed Hessian, and each about scores summed by unit."""

AT_THE_EDGE = message("the likelihood is largest at the edge of its interval")


@dataclass(frozen=True, eq=False)
class Errors(Brief):
    """Standard errors under one bread, without a small-sample factor; NaN where a fit has no such term."""

    b: FloatArray
    theta: FloatArray
    spatial: FloatArray


@dataclass(frozen=True, eq=False)
class Fits(Brief):
    """m spatial panels; k is the largest number of regressors, NaN stands where a fit has no such term.

    `b` and `theta` (m, k) are the coefficients of regressors and of their lags, `rho` and `lam` (m,). `factor` (m,) is
    the root of n / (n - k), for errors with a small-sample factor. `errors` are those of every bread, by name.
    `r2` is the squared correlation of swept outcome and prediction, `r2_total` one less the share of the squares about
    the mean that the residuals hold. `refused[j]` says why fit j has no numbers.
    """

    b: FloatArray
    theta: FloatArray
    rho: FloatArray
    lam: FloatArray
    sigma2: FloatArray
    loglik: FloatArray
    r2: FloatArray
    r2_total: FloatArray
    factor: FloatArray
    errors: Mapping[str, Errors]
    refused: tuple[Message | None, ...]
    jobs: tuple[Job, ...] = field(repr=False)


def fit_batch(jobs: Sequence[Job], *, errors: bool = True) -> Fits:
    """Fit many spatial panels with one spatial parameter at most (sar, sem, sdm, sdem, slx).

    Parameters
    ----------
    jobs
        Sample, weights and likelihood of each fit. Columns are shared where sample and weights are the same objects,
        so put these next to each other.
    errors
        Whether standard errors are computed, for which N x N matrices are solved.

    Returns
    -------
    Numbers that equal those of `SpatialPanel` to 1e-6 where the likelihood is that of a convention.
    """
    out = _Sheet(len(jobs), max((job.cube.X.shape[2] for job in jobs), default=0))
    for places, columns in _stacks(jobs, out):
        stack = Stack([jobs[j] for j in places], columns)
        _fill(out, np.array(places), stack, errors)
    return out.fits(tuple(jobs))


class _Sheet:
    """Where the numbers of a batch are written."""

    def __init__(self, m: int, k: int) -> None:
        names = ("rho", "lam", "sigma2", "loglik", "r2", "r2_total", "factor")
        self.flat = {name: np.full(m, np.nan) for name in names}
        self.b, self.theta = np.full((m, k), np.nan), np.full((m, k), np.nan)
        self.errors = {
            name: Errors(np.full((m, k), np.nan), np.full((m, k), np.nan), np.full(m, np.nan))
            for name in BREADS
        }
        self.refused: list[Message | None] = [None] * m

    def fits(self, jobs: tuple[Job, ...]) -> Fits:
        """Return what was written."""
        return Fits(
            b=self.b,
            theta=self.theta,
            errors=self.errors,
            refused=tuple(self.refused),
            jobs=jobs,
            **self.flat,
        )


def _stacks(jobs: Sequence[Job], out: _Sheet) -> Iterator[tuple[list[int], list[Columns]]]:
    """Share the fits out to stacks of one shape and class that memory holds; note who is refused."""
    open_stacks: dict[tuple[object, ...], tuple[list[int], list[Columns]]] = {}
    shelf: Shelf | None = None
    for j, job in enumerate(jobs):
        if shelf is None or shelf.cube is not job.cube or shelf.w is not job.w:
            shelf = Shelf(job.cube, job.w)
        columns = shelf.columns(job.asked)
        if isinstance(columns, Message):
            out.refused[j] = columns
            continue
        n, t = columns.shape
        key = (n, t, job.asked.lagged, job.asked.error)
        places, held = open_stacks.setdefault(key, ([], []))
        places.append(j)
        held.append(columns)
        if len(places) * max(n * n, n * t * (columns.k + 2)) > CELLS // 4:
            yield open_stacks.pop(key)
    yield from open_stacks.values()


def _fill(out: _Sheet, places: NDArray[np.int64], stack: Stack, errors: bool) -> None:
    """Write the numbers of one stack."""
    summit = stack.summits
    good = np.isfinite(summit)
    for j in places[~good]:
        out.refused[int(j)] = AT_THE_EDGE
    points, loglik = points_at(stack, np.where(good, summit, 0.0))
    bends = Bends(stack, points)
    if any(job.asked.convention == "elhorst" for job in stack.jobs):
        points = corrected(bends)
        bends = Bends(stack, points)
    k = np.array([columns.k for columns in stack.columns])
    held = places[good]
    out.flat["sigma2"][held] = points.sigma2[good]
    out.flat["loglik"][held] = loglik[good]
    out.flat["r2"][held] = _squared_correlation(bends)[good]
    out.flat["r2_total"][held] = _share_explained(bends)[good]
    out.flat["factor"][held] = np.sqrt(stack.nobs / (stack.nobs - k))[good]
    name = "rho" if stack.lagged else "lam" if stack.error else ""
    if name:
        out.flat[name][held] = points.spatial[good]
    _spread((out.b, out.theta), places, stack, np.einsum("mij,mj->mi", stack.roots, points.b), good)
    if errors:
        _write_errors(out, places, stack, bends, good)


def _write_errors(
    out: _Sheet, places: NDArray[np.int64], stack: Stack, bends: Bends, good: NDArray[np.bool_]
) -> None:
    K, meat = stack.K, bends.meat()
    breads = {"information": inverse(bends.information()), "hessian": inverse(bends.hessian())}
    for name, into in out.errors.items():
        bread = breads[name.removeprefix("cluster ")]
        V = bread @ meat @ bread if name.startswith("cluster ") else bread
        with np.errstate(invalid="ignore"):
            found = np.sqrt(np.einsum("mij,mjk,mik->mi", stack.roots, V[:, :K, :K], stack.roots))
            _spread((into.b, into.theta), places, stack, found, good)
            if stack.lagged or stack.error:
                into.spatial[places[good]] = np.sqrt(V[:, K, K])[good]


def _spread(
    into: tuple[FloatArray, FloatArray],
    places: NDArray[np.int64],
    stack: Stack,
    values: FloatArray,
    good: NDArray[np.bool_],
) -> None:
    """Write values (m, K) of regressors and of Durbin terms under the regressors they belong to."""
    own, behind = into
    for row, (j, job) in enumerate(zip(places, stack.jobs, strict=True)):
        if not good[row]:
            continue
        k = job.cube.X.shape[2]
        positions = list(job.asked.positions(k))
        own[j, :k] = values[row, :k]
        behind[j, positions] = values[row, k : k + len(positions)]


def _squared_correlation(bends: Bends) -> FloatArray:
    """Return the squared correlation of swept y with its reduced-form mean (m,)."""
    mean = bends.linear
    if bends.stack.lagged:
        mean = mean + bends.at.spatial[:, None] * bends.through(mean)
    y = bends.y - bends.y.mean(axis=1, keepdims=True)
    mean = mean - mean.mean(axis=1, keepdims=True)
    across = np.einsum("mi,mi->m", y, mean) ** 2
    sizes = np.einsum("mi,mi->m", y, y) * np.einsum("mi,mi->m", mean, mean)
    return np.divide(across, sizes, out=np.zeros_like(across), where=sizes > 0.0)


def _share_explained(bends: Bends) -> FloatArray:
    """Return 1 - e'e / (y - mean)'(y - mean) of the outcome before sweeping (m,)."""
    raw = np.array([job.cube.y.reshape(-1) for job in bends.stack.jobs])
    total = ((raw - raw.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return np.asarray(1.0 - (bends.residuals**2).sum(axis=1) / total)
