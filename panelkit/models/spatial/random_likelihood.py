"""The exact likelihood of spatial panels whose unit effects have a spatial process of their own, or none.

S y_t = Z_t b + a + R^-1 v_t with a = P^-1 mu, S = I - rho W, R = I - lambda M, P = I - phi W_a, mu ~ (0, s_mu^2) and
v ~ (0, s^2). Unit means and deviations from them are independent, so that with A = R'R, B = P'P, theta = T s_mu^2 / s^2
and C = B + theta A the N T x N T covariance is never formed:

    ln L = -NT/2 ln(2 pi s^2) + T ln|S| + T ln|R| + ln|P| - ln|C| / 2
           - [sum_t d_t'A d_t + m'(A - theta A C^-1 A) m] / (2 s^2),

d_t the deviations and m the means times root T of S y - Z b (Baltagi, Egger and Pfaffermayr 2013). One Cholesky factor
of C an evaluation; where W is symmetric all forms are diagonal in its eigenvectors, and an evaluation costs O(N).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import linalg

from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.within import FloatArray
from panelkit.models.spatial.information import inverse_observed
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import Spectrum

Process = Literal["own", "none", "same"]  # of the unit effects: phi of their own, zero, that of the errors


@dataclass(frozen=True)
class Point:
    """The parameters over which the likelihood is not concentrated; theta = T s_mu^2 / s^2."""

    rho: float = 0.0
    lam: float = 0.0
    phi: float = 0.0
    theta: float = 0.0


@dataclass(frozen=True, eq=False)
class Filter(Brief):
    """(I - v W)'(I - v W) as a function of v; W dense (N, N), or its eigenvalues (N,) where it is symmetric.

    `drops_unit_root` leaves the eigenvalue one out of the spectrum: year effects are swept by F_N then.
    """

    w: FloatArray
    spectrum: Spectrum
    drops_unit_root: bool = False

    @cached_property
    def _sum(self) -> FloatArray:
        return self.w + self.w.T

    @cached_property
    def _square(self) -> FloatArray:
        return self.w**2 if self.w.ndim == 1 else self.w.T @ self.w

    def form(self, value: float) -> FloatArray:
        """Return the quadratic form at a value."""
        return _identity(self.w) - value * self._sum + value**2 * self._square

    def slope(self, value: float) -> FloatArray:
        """Return its derivative."""
        return -self._sum + 2.0 * value * self._square

    def products(self, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return X'(W + W')X and X'W'WX of (N, m, p) columns, summed over m."""
        n, _, p = columns.shape
        flat = columns.reshape(n, -1)
        lags = _times(self.w, flat).reshape(-1, p)
        cross = columns.reshape(-1, p).T @ lags
        return cross + cross.T, lags.T @ lags

    def logdet(self, value: float) -> float:
        """Return ln|I - v W|."""
        dropped = float(np.log(abs(1.0 - value))) if self.drops_unit_root else 0.0
        return self.spectrum.logdet(value) - dropped

    def trace(self, value: float) -> float:
        """Return tr W (I - v W)^-1."""
        return self.spectrum.trace_g(value) - (1.0 / (1.0 - value) if self.drops_unit_root else 0.0)


def _identity(like: FloatArray) -> FloatArray:
    return np.ones(len(like)) if like.ndim == 1 else np.eye(len(like))


def _times(form: FloatArray, columns: FloatArray) -> FloatArray:
    """Return a form, full or diagonal, times (N, m)."""
    return form[:, None] * columns if form.ndim == 1 else form @ columns


def _inverse(form: FloatArray) -> tuple[FloatArray, float]:
    """Return the inverse of a positive definite form and its log-determinant."""
    if form.ndim == 1:
        return 1.0 / form, float(np.log(form).sum())
    factor = linalg.cholesky(form, lower=True, check_finite=False)
    inverse = linalg.cho_solve((factor, True), np.eye(len(form)), check_finite=False)
    return inverse, 2.0 * float(np.log(np.diag(factor)).sum())


@dataclass(frozen=True, eq=False)
class Composed(Brief):
    """One panel with composed errors, ready for its likelihood.

    `columns` (N, T, 2 + k) are y, Wy and Z; `lag`, `error` and `unit` are the filters of the outcome, of the errors and
    of the unit effects, None where the model has no such term. `process` says what phi is.
    """

    columns: FloatArray
    process: Process
    lag: Filter | None = None
    error: Filter | None = None
    unit: Filter | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many units (less one where year effects are swept) and periods."""
        return self.columns.shape[0], self.columns.shape[1]

    @property
    def k(self) -> int:
        """Return how many regressors, Durbin terms among them."""
        return self.columns.shape[2] - 2

    @property
    def free(self) -> tuple[str, ...]:
        """Return the names of the spatial parameters."""
        names = (("rho", self.lag), ("lambda", self.error), ("phi", self.unit))
        return tuple(
            name for name, there in names if there is not None and (name != "phi" or self.process == "own")
        )

    def point(self, spatial: FloatArray, theta: float) -> Point:
        """Return the parameters by name."""
        value = dict(zip(self.free, spatial, strict=True))
        lam = float(value.get("lambda", 0.0))
        phi = lam if self.process == "same" else float(value.get("phi", 0.0))
        return Point(float(value.get("rho", 0.0)), lam, phi, theta)

    @cached_property
    def basis(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return T (k, k), so that Z T is orthonormal, and the coefficients of y and Wy on Z."""
        flat = self.columns.reshape(-1, 2 + self.k)
        if not self.k:
            return np.empty((0, 0)), np.empty(0), np.empty(0)
        q, r = np.linalg.qr(flat[:, 2:])
        inverse = linalg.solve_triangular(r, np.eye(self.k))
        on_z = inverse @ (q.T @ flat[:, :2])
        return inverse, on_z[:, 0], on_z[:, 1]

    @cached_property
    def _parts(self) -> tuple[FloatArray, FloatArray]:
        """Return deviations from unit means and unit means times root T of y, Wy less their fit on Z, and of Z T."""
        inverse, own, lagged = self.basis
        y, wy, z = self.columns[..., 0], self.columns[..., 1], self.columns[..., 2:]
        columns = np.concatenate(
            [(y - z @ own)[..., None], (wy - z @ lagged)[..., None], z @ inverse], axis=2
        )
        means = columns.mean(axis=1)
        return columns - means[:, None], means * np.sqrt(self.shape[1])

    @cached_property
    def _within(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return D'D, D'(M + M')D and D'M'MD of the deviations, each (2 + k, 2 + k)."""
        deviations = self._parts[0]
        flat = deviations.reshape(-1, deviations.shape[2])
        if self.error is None:
            nothing = np.zeros((flat.shape[1], flat.shape[1]))
            return flat.T @ flat, nothing, nothing
        return (flat.T @ flat, *self.error.products(deviations))

    def at(self, point: Point) -> Evaluation:
        """Return everything about the likelihood at a point."""
        return Evaluation(self, point)

    def coefficients(self, inner: FloatArray, rho: float) -> FloatArray:
        """Return coefficients of Z from those of Z T, which explain S y less its fit on Z."""
        inverse, own, lagged = self.basis
        return inverse @ inner + own - rho * lagged


@dataclass(frozen=True, eq=False)
class Evaluation(Brief):
    """The likelihood at a point, b and s^2 at their maximum there (or given): value, scores."""

    problem: Composed
    point: Point

    @cached_property
    def _a(self) -> FloatArray:
        error, unit = self.problem.error, self.problem.unit
        if error is not None:
            return error.form(self.point.lam)
        like = np.eye(self.problem.shape[0]) if unit is None else unit.w
        return _identity(like)

    @cached_property
    def _b(self) -> FloatArray:
        unit = self.problem.unit
        return _identity(self._a) if unit is None else unit.form(self.point.phi)

    @cached_property
    def _c(self) -> tuple[FloatArray, float]:
        return _inverse(self._b + self.point.theta * self._a)

    @cached_property
    def moments(self) -> FloatArray:
        """Return the cross-products (2 + k, 2 + k) of [y, Wy, Z T] in the inverse of the covariance, times s^2."""
        plain, crossed, squared = self.problem._within
        lam, means = self.point.lam, self.problem._parts[1]
        # A - theta A C^-1 A is A C^-1 B, without the difference of two large numbers
        between = _times(self._a, means).T @ _times(self._c[0], _times(self._b, means))
        return np.asarray(plain - lam * crossed + lam**2 * squared + (between + between.T) / 2.0)

    @cached_property
    def inner(self) -> FloatArray:
        """Return the coefficients of Z T that are best at the point."""
        g, rho = self.moments, self.point.rho
        if not self.problem.k:
            return np.empty(0)
        return np.asarray(np.linalg.solve(g[2:, 2:], g[2:, 0] - rho * g[2:, 1]))

    def direction(self, inner: FloatArray) -> FloatArray:
        """Return (1, -rho, -b), which makes residuals of the columns."""
        return np.r_[1.0, -self.point.rho, -inner]

    @cached_property
    def sigma2(self) -> float:
        """Return the s^2 that is best at the point."""
        e = self.direction(self.inner)
        return float(e @ self.moments @ e) / self.problem.columns[..., 0].size

    @cached_property
    def determinants(self) -> float:
        """Return T ln|S| + T ln|R| + ln|P| - ln|C| / 2."""
        p, times = self.problem, self.problem.shape[1]
        total = -0.5 * self._c[1]
        for filtering, value, count in (
            (p.lag, self.point.rho, times), (p.error, self.point.lam, times), (p.unit, self.point.phi, 1),
        ):  # fmt: skip
            if filtering is not None:
                total += count * filtering.logdet(value)
        return total

    @cached_property
    def loglik(self) -> float:
        """Return the likelihood at the best b and s^2."""
        nobs = self.problem.columns[..., 0].size
        return -nobs / 2 * (np.log(2 * np.pi * self.sigma2) + 1) + self.determinants

    def scores(self, inner: FloatArray, sigma2: float) -> FloatArray:
        """Return the derivatives by the coefficients of Z T, the spatial parameters, ln s^2 and ln theta."""
        p, at, g = self.problem, self.point, self.moments
        e = self.direction(inner)
        pulled = g @ e
        slopes = {"rho": 0.0, "lambda": 0.0, "phi": 0.0}
        means = p._parts[1] @ e
        shrunk = _times(self._c[0], _times(self._a, means[:, None]))[:, 0]
        kept = _times(self._c[0], _times(self._b, means[:, None]))[:, 0]  # means less theta times the above
        if p.lag is not None:
            slopes["rho"] = pulled[1] / sigma2 - p.shape[1] * p.lag.trace(at.rho)
        if p.error is not None:
            slopes["lambda"] = self._of_error(p.error, e, kept, sigma2)
        if p.unit is not None:
            bend = p.unit.slope(at.phi)
            form = float(shrunk @ _times(bend, shrunk[:, None])[:, 0])
            slopes["phi"] = -p.unit.trace(at.phi) - 0.5 * (
                float((self._c[0] * bend).sum()) + at.theta * form / sigma2
            )
        if p.process == "same":
            slopes["lambda"] += slopes["phi"]
        nobs = p.columns[..., 0].size
        by_scale = 0.5 * (float(e @ pulled) / sigma2 - nobs)
        form = float(shrunk @ _times(self._b, shrunk[:, None])[:, 0])
        by_theta = 0.5 * at.theta * (form / sigma2 - float((self._c[0] * self._a).sum()))
        return np.r_[pulled[2:] / sigma2, [slopes[name] for name in p.free], by_scale, by_theta]

    def _of_error(self, error: Filter, e: FloatArray, kept: FloatArray, sigma2: float) -> float:
        bend, lam = error.slope(self.point.lam), self.point.lam
        _, crossed, squared = self.problem._within
        form = float(e @ (2.0 * lam * squared - crossed) @ e) + float(
            kept @ _times(bend, kept[:, None])[:, 0]
        )
        drift = self.point.theta * float((self._c[0] * bend).sum())
        return -self.problem.shape[1] * error.trace(lam) - 0.5 * (drift + form / sigma2)


def inverse_observed_hessian(problem: Composed, point: Point, held: bool) -> FloatArray:
    """Return the inverse of minus the second derivatives by (b, spatial, ln s^2, ln theta).

    They are differences of the exact scores. `held`: theta is zero and held there, so that its row and column are left
    out.

    Raises
    ------
    ConvergenceError
        If the likelihood is flat there.
    """
    best = problem.at(point)
    k, spatial = problem.k, np.array([_value(point, name) for name in problem.free])
    at = np.r_[best.inner, spatial, np.log(best.sigma2), 0.0 if held else np.log(point.theta)]
    free = len(at) - held

    def scores(x: FloatArray) -> FloatArray:
        theta = 0.0 if held else float(np.exp(x[-1]))
        here = problem.point(x[k:-2], theta)
        return problem.at(here).scores(x[:k], float(np.exp(x[-2])))[:free]

    inner = _bend(lambda x: scores(np.r_[x, 0.0] if held else x), at[:free])
    # differences of scores are right to about 1e-8 of the diagonal
    spread = inverse_observed(inner, k, problem.free, least=1e-7)
    # the coefficients of Z are T (those of Z T) plus what depends on rho
    inverse, _, lagged = problem.basis
    out = np.eye(free)
    out[:k, :k] = inverse
    if "rho" in problem.free and k:
        out[:k, k + problem.free.index("rho")] = -lagged
    return np.asarray(out @ spread @ out.T)


def _bend(scores: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    """Return minus the derivative of scores, by differences of fourth order whose steps are small standard errors."""
    rough = np.abs(np.diag(numerical_jacobian(scores, at)))
    steps = 0.01 / np.sqrt(np.maximum(rough, 1e-12))
    out = np.empty((len(at), len(at)))
    for j, step in enumerate(steps):
        near, far = (
            scores(at + times * step * np.eye(len(at))[j]) - scores(at - times * step * np.eye(len(at))[j])
            for times in (1, 2)
        )
        out[:, j] = -(8.0 * near - far) / (12.0 * step)
    return (out + out.T) / 2.0


def _value(point: Point, name: str) -> float:
    return {"rho": point.rho, "lambda": point.lam, "phi": point.phi}[name]


def in_eigenvectors(problem: Composed) -> Composed:
    """Return the problem in the eigenvectors of W where errors and unit effects share one symmetric W."""
    filters = [f for f in (problem.error, problem.unit) if f is not None]
    if not filters or any(f.w is not filters[0].w and not np.array_equal(f.w, filters[0].w) for f in filters):
        return problem
    w = filters[0].w
    if w.ndim == 1 or not np.array_equal(w, w.T):
        return problem
    values, vectors = np.linalg.eigh(w)
    n = len(w)
    columns = (vectors.T @ problem.columns.reshape(n, -1)).reshape(problem.columns.shape)
    turned = [None if f is None else replace(f, w=values) for f in (problem.error, problem.unit)]
    return replace(problem, columns=columns, error=turned[0], unit=turned[1])
