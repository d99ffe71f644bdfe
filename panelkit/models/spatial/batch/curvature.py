"""Information and observed Hessian of stacked fits, in their orthonormal frames (Anselin 1988; Lee and Yu 2010).

Parameters stand as (b, rho or lambda, sigma2); what a fit lacks is a one on the diagonal. Formulas are those of
`models/spatial/information.py`, with a block of panels in the place of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.models.spatial.batch.stacks import Points, Stack
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Bends(Brief):
    """A stack at its estimates."""

    stack: Stack
    at: Points

    @cached_property
    def linear(self) -> FloatArray:
        """Return Z b (m, NT)."""
        return np.asarray(np.einsum("mik,mk->mi", self.stack.basis, self.at.b))

    @cached_property
    def residuals(self) -> FloatArray:
        """Return the swept innovations (m, NT)."""
        stack, x = self.stack, self.at.spatial[:, None]
        if not stack.error:
            return np.asarray(self.y - x * stack.flat("wy") - self.linear)
        gap = self.at.b - stack.coefficients("on_y")
        own = stack.flat("rest_y") - np.einsum("mik,mk->mi", stack.basis, gap)
        return np.asarray(own - x * self.error_lag)

    @cached_property
    def error_lag(self) -> FloatArray:
        """Return the lag of the residuals u of an error model (m, NT)."""
        gap = self.at.b - self.stack.coefficients("on_y")
        return np.asarray(self.stack.flat("lag_rest") - np.einsum("mik,mk->mi", self.stack.lag_basis, gap))

    @cached_property
    def y(self) -> FloatArray:
        """Return the swept outcome (m, NT)."""
        stack = self.stack
        own = np.einsum("mik,mk->mi", stack.basis, stack.coefficients("on_y"))
        return np.asarray(own + stack.flat("rest_y"))

    @cached_property
    def G(self) -> FloatArray:
        """Return W (I - x W)^-1 (m, N, N)."""
        W = self.stack.W
        return np.asarray(
            np.linalg.solve(np.eye(W.shape[1]) - self.at.spatial[:, None, None] * W, W), dtype=np.float64
        )

    def through(self, columns: FloatArray) -> FloatArray:
        """Return G applied to (m, NT)."""
        n, t = self.stack.shape
        return np.asarray((self.G @ columns.reshape(-1, n, t)).reshape(len(columns), n * t))

    @cached_property
    def mean_lag(self) -> FloatArray:
        """Return E[Wy], swept (m, NT), as `Curvature.mean_lag` has it."""
        stack = self.stack
        elhorst = np.array([job.asked.convention == "elhorst" for job in stack.jobs])
        source = np.where(elhorst[:, None], self.linear, self.residuals)
        sent = self.through(source)
        swept = stack.flat("wy") - self._resweep(sent)
        return np.where(elhorst[:, None], sent, swept)

    def _resweep(self, columns: FloatArray) -> FloatArray:
        """Return columns (m, NT) swept again where the convention of a fit does so."""
        cube = columns.reshape(-1, *self.stack.shape)
        asked = [job.asked for job in self.stack.jobs]
        units = np.array([a.resweeps() and a.effects in ("unit", "twoway") for a in asked], dtype=float)
        times = np.array([a.resweeps() and a.effects in ("time", "twoway") for a in asked], dtype=float)
        cube = cube - units[:, None, None] * cube.mean(axis=2, keepdims=True)
        cube = cube - times[:, None, None] * cube.mean(axis=1, keepdims=True)
        return np.asarray(cube.reshape(columns.shape))

    @cached_property
    def squares_of_trace(self) -> tuple[FloatArray, FloatArray]:
        """Return tr G'G and tr GG (m,), without the eigenvalue one where a likelihood drops it."""
        G, n = self.G, self.stack.shape[0]
        transposed = np.einsum("mij,mij->m", G, G)
        plain = np.einsum("mij,mji->m", G, G)
        columns, first = G.sum(axis=1), G[:, 0].sum(axis=1)
        transposed = transposed - self.stack.drops * (columns**2).sum(axis=1) / n
        return transposed, plain - self.stack.drops * first**2

    def _frame(self) -> FloatArray:
        """Return zeros (m, K + 2, K + 2)."""
        return np.zeros((self.stack.m, self.stack.K + 2, self.stack.K + 2))

    def information(self) -> FloatArray:
        """Return the expected information (m, K + 2, K + 2)."""
        stack, s2, K = self.stack, self.at.sigma2, self.stack.K
        out = self._frame()
        out[:, -1, -1] = stack.nobs / (2 * s2 * s2)
        out[:, :K, :K] = self._products_of_columns() / s2[:, None, None]
        if not (stack.lagged or stack.error):
            out[:, K, K] = 1.0
            return out
        trace = stack.determinants.traces(self.at.spatial, np.arange(stack.m))
        out[:, K, K] = stack.times * sum(self.squares_of_trace)
        out[:, K, -1] = out[:, -1, K] = stack.times * trace / s2
        if stack.lagged:
            mean = self.mean_lag
            out[:, K, K] += np.einsum("mi,mi->m", mean, mean) / s2
            out[:, :K, K] = out[:, K, :K] = np.einsum("mik,mi->mk", stack.basis, mean) / s2[:, None]
        return out

    def hessian(self) -> FloatArray:
        """Return minus the second derivatives (m, K + 2, K + 2)."""
        stack, s2, K, e = self.stack, self.at.sigma2, self.stack.K, self.residuals
        out = self._frame()
        out[:, :K, :K] = self._products_of_columns() / s2[:, None, None]
        out[:, -1, -1] = -stack.nobs / (2 * s2 * s2) + np.einsum("mi,mi->m", e, e) / s2**3
        columns = self._filtered()
        along = np.einsum("mik,mi->mk", columns, e)
        out[:, :K, -1] = out[:, -1, :K] = along / s2[:, None] ** 2
        if not (stack.lagged or stack.error):
            out[:, K, K] = 1.0
            return out
        lag = stack.flat("wy") if stack.lagged else self.error_lag
        second = stack.determinants.traces(self.at.spatial, np.arange(stack.m), power=2)
        out[:, K, K] = np.einsum("mi,mi->m", lag, lag) / s2 + stack.times * second
        out[:, K, -1] = out[:, -1, K] = np.einsum("mi,mi->m", lag, e) / s2**2
        mixed = np.einsum("mik,mi->mk", columns, lag)
        if stack.error:
            mixed = mixed + np.einsum("mik,mi->mk", stack.lag_basis, e)
        out[:, :K, K] = out[:, K, :K] = mixed / s2[:, None]
        return out

    def meat(self) -> FloatArray:
        """Return the scores summed by unit, their products times N / (N - 1) (m, K + 2, K + 2).

        The log-determinant counts in equal shares of all units and periods (`scores.cell_scores`).
        """
        stack, s2, e = self.stack, self.at.sigma2[:, None, None], self.residuals[..., None]
        lag = np.zeros_like(e)
        if stack.lagged or stack.error:
            lag = (stack.flat("wy") if stack.lagged else self.error_lag)[..., None]
        cells = np.concatenate([self._filtered() * e / s2, lag * e / s2, e * e / (2.0 * s2 * s2)], axis=2)
        cells = cells - cells.mean(axis=1, keepdims=True)
        n, t = stack.shape
        units = cells.reshape(stack.m, n, t, -1).sum(axis=2)
        return np.asarray(units.transpose(0, 2, 1) @ units * n / (n - 1))

    def _filtered(self) -> FloatArray:
        """Return the filtered regressors (m, NT, K)."""
        stack = self.stack
        if not stack.error:
            return stack.basis
        return np.asarray(stack.basis - self.at.spatial[:, None, None] * stack.lag_basis)

    def _products_of_columns(self) -> FloatArray:
        """Return their products (m, K, K), a one where a fit has no such column."""
        columns = self._filtered()
        out = columns.transpose(0, 2, 1) @ columns
        for row, held in zip(out, self.stack.columns, strict=True):
            at = np.arange(held.k, self.stack.K)
            row[at, at] = 1.0
        return np.asarray(out)


def inverse(matrix: FloatArray) -> FloatArray:
    """Return the inverses of symmetric matrices (m, p, p) whose parameters differ in scale; NaN where singular."""
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.einsum("mpp->mp", matrix)), np.finfo(float).tiny))
    scaled = matrix * scale[:, :, None] * scale[:, None, :]
    good = np.isfinite(scaled).all(axis=(1, 2))
    inner = np.full_like(scaled, np.nan)
    try:
        inner[good] = np.linalg.inv(scaled[good])
    except np.linalg.LinAlgError:
        for j in np.flatnonzero(good):
            if np.linalg.cond(scaled[j]) < 1.0 / np.finfo(float).eps:
                inner[j] = np.linalg.inv(scaled[j])
    inner = (inner + inner.transpose(0, 2, 1)) / 2.0
    return np.asarray(inner * scale[:, :, None] * scale[:, None, :])


def corrected(bends: Bends) -> Points:
    """Return the estimates of the convention `elhorst` after its bias correction, others as they are.

    See `maximum.correct_direct`: theta + T (information)^-1 [0; 1/(1 - x); 1/(2 sigma2)] with two-way effects.
    """
    stack, at = bends.stack, bends.at
    n, t = stack.shape
    K = stack.K
    rows = [j for j, job in enumerate(stack.jobs) if job.asked.convention == "elhorst"]
    effects = [job.asked.effects for job in stack.jobs]
    both = np.array([j for j in rows if effects[j] == "twoway"], dtype=np.int64)
    b, spatial, sigma2 = at.b.copy(), at.spatial.copy(), at.sigma2.copy()
    if len(both):
        shift = np.zeros((len(both), K + 2))
        if stack.lagged or stack.error:
            shift[:, K] = 1.0 / (1.0 - spatial[both])
        shift[:, -1] = 1.0 / (2.0 * sigma2[both])
        step = t * np.einsum("mij,mj->mi", inverse(bends.information()[both]), shift)
        b[both] += step[:, :K]
        spatial[both] += step[:, K]
        sigma2[both] += step[:, -1]
    for j in rows:
        if effects[j] in ("unit", "twoway"):
            sigma2[j] *= t / (t - 1)
        elif effects[j] == "time":
            sigma2[j] *= n / (n - 1)
    return Points(b, spatial, sigma2)
