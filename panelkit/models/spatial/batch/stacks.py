"""Fits of one shape as stacked arrays: what search, curvature and prediction of a block read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.models.spatial.batch.asked import Job
from panelkit.models.spatial.batch.columns import Columns
from panelkit.models.spatial.batch.search import Determinants, ErrorHeights, Heights, LagHeights, tops
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Stack(Brief):
    """m fits of one model class (lag, error or neither) on panels of one shape (N, T), columns padded to K."""

    jobs: Sequence[Job]
    columns: Sequence[Columns]

    @property
    def m(self) -> int:
        return len(self.jobs)

    @property
    def shape(self) -> tuple[int, int]:
        return self.columns[0].shape

    @cached_property
    def K(self) -> int:
        return max(columns.k for columns in self.columns)

    @cached_property
    def lagged(self) -> bool:
        return self.jobs[0].asked.lagged

    @cached_property
    def error(self) -> bool:
        return self.jobs[0].asked.error

    @cached_property
    def nobs(self) -> FloatArray:
        return np.array([float(j.asked.counting(*self.shape).nobs) for j in self.jobs])

    @cached_property
    def times(self) -> FloatArray:
        """Return how often each likelihood counts the log-determinant of one period."""
        counted = [(j.asked.one_determinant, j.asked.counting(*self.shape).times) for j in self.jobs]
        return np.array([1.0 if once else float(times) for once, times in counted])

    @cached_property
    def drops(self) -> NDArray[np.bool_]:
        """Return whose traces lack the eigenvalue one."""
        return np.array([j.asked.counting(*self.shape).drops_unit_root for j in self.jobs])

    @cached_property
    def determinants(self) -> Determinants:
        values = [
            job.w.values_without_one if drop else job.w.values
            for job, drop in zip(self.jobs, self.drops, strict=True)
        ]
        return Determinants.of(self.times.tolist(), values)

    @cached_property
    def basis(self) -> FloatArray:
        """Return the orthonormal columns (m, NT, K), zeros where a fit has fewer."""
        return self._padded([columns.basis for columns in self.columns])

    @cached_property
    def lag_basis(self) -> FloatArray:
        """Return their spatial lags (m, NT, K)."""
        return self._padded([c.lag_basis for c in self.columns if c.lag_basis is not None])

    @cached_property
    def roots(self) -> FloatArray:
        """Return T (m, K, K): coefficients are T b."""
        out = np.zeros((self.m, self.K, self.K))
        for row, columns in zip(out, self.columns, strict=True):
            row[: columns.k, : columns.k] = columns.root
        return out

    @cached_property
    def W(self) -> FloatArray:
        return np.array([job.w.matrix for job in self.jobs])

    def flat(self, name: str) -> FloatArray:
        """Return one column of each fit (m, NT)."""
        return np.array([getattr(columns, name) for columns in self.columns])

    def coefficients(self, name: str) -> FloatArray:
        """Return the coordinates of a column in the basis (m, K)."""
        out = np.zeros((self.m, self.K))
        for row, columns in zip(out, self.columns, strict=True):
            row[: columns.k] = getattr(columns, name)
        return out

    def _padded(self, blocks: Sequence[FloatArray]) -> FloatArray:
        if all(block.shape[1] == self.K for block in blocks):
            return np.array(blocks)
        out = np.zeros((len(blocks), len(blocks[0]), self.K))
        for row, block in zip(out, blocks, strict=True):
            row[:, : block.shape[1]] = block
        return out

    @cached_property
    def heights(self) -> Heights:
        """Return the concentrated likelihoods."""
        if not self.error:
            rest, lag = self.flat("rest_y"), self.flat("rest_wy")
            return LagHeights(
                self.nobs,
                np.einsum("mi,mi->m", rest, rest),
                np.einsum("mi,mi->m", rest, lag),
                np.einsum("mi,mi->m", lag, lag),
                self.determinants,
            )
        base = np.concatenate([self.flat("rest_y")[..., None], self.basis], axis=2)
        lagged = np.concatenate([self.flat("lag_rest")[..., None], self.lag_basis], axis=2)
        own = base.transpose(0, 2, 1) @ base
        for row, columns in zip(own, self.columns, strict=True):
            at = np.arange(1 + columns.k, 1 + self.K)
            row[at, at] = 1.0
        cross, behind = base.transpose(0, 2, 1) @ lagged, lagged.transpose(0, 2, 1) @ lagged
        return ErrorHeights(self.nobs, own, cross, behind, self.determinants)

    @cached_property
    def summits(self) -> FloatArray:
        """Return the spatial parameter of each fit (m,): zero without one, NaN at the edge of its interval."""
        if not (self.lagged or self.error):
            return np.zeros(self.m)
        held: dict[tuple[int, bool], FloatArray] = {}
        for job, drop in zip(self.jobs, self.drops, strict=True):
            key = (id(job.w), bool(drop))
            if key not in held:
                held[key] = job.w.grid(without_one=bool(drop))
        grids = [held[id(job.w), bool(drop)] for job, drop in zip(self.jobs, self.drops, strict=True)]
        return tops(self.heights, np.array(grids))


@dataclass(frozen=True, eq=False)
class Points(Brief):
    """Estimates of a stack: b in the basis (m, K), the spatial parameter (m,) and sigma2 (m,)."""

    b: FloatArray
    spatial: FloatArray
    sigma2: FloatArray


def points_at(stack: Stack, spatial: FloatArray) -> tuple[Points, FloatArray]:
    """Return b and sigma2 given the spatial parameter, and the log-likelihoods (m,)."""
    at = np.arange(stack.m)
    heights = stack.heights
    if isinstance(heights, ErrorHeights):
        gap, squares = heights.solved(spatial, at)
        b = stack.coefficients("on_y") + gap
    else:
        b = stack.coefficients("on_y") - spatial[:, None] * stack.coefficients("on_wy")
        squares = (
            heights.squares(spatial, at) if isinstance(heights, LagHeights) else np.full(stack.m, np.nan)
        )
    sigma2 = squares / stack.nobs
    logs = stack.determinants.logs(spatial, at)
    loglik = -stack.nobs / 2 * (np.log(2 * np.pi * sigma2) + 1) + logs
    return Points(b, spatial, sigma2), loglik
