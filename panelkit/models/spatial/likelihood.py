"""Exact concentrated likelihoods of spatial panels on swept arrays: sar, sem, sdm, slx, sdem, sac.

Every model is a case of  S y = Z b + effects + u,  R u = e,  S = I - rho W,  R = I - lambda M.  The panel is
balanced and stored unit-major, (N, T). Conventions differ in how effects are swept from Wy and in how many
observations and log-determinants the likelihood counts (`conventions.py`; Lee and Yu 2010; Elhorst 2014).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from scipy import sparse

from panelkit.kernels.identified import least_squares
from panelkit.kernels.within import Effects, FloatArray
from panelkit.models.spatial.conventions import SpatialConvention
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EigenSpectrum, Spectrum


@dataclass(frozen=True)
class Counting:
    """How many observations and log-determinants a convention counts.

    `drops_unit_root`: traces are those of W* = F_N' W F_N, which lacks the eigenvalue one of a W with unit row sums.
    """

    n_units: int
    n_times: int
    effects: Effects
    convention: SpatialConvention
    conditional: bool = False

    @property
    def transformed(self) -> bool:
        return self.convention == "lee-yu"

    @property
    def drops_unit_root(self) -> bool:
        return self.transformed and self.effects in ("time", "twoway")

    @property
    def units(self) -> int:
        return self.n_units - self.drops_unit_root

    @property
    def times(self) -> int:
        """Return the periods counted; a dynamic panel (`conditional`) keeps all, its bias is corrected instead."""
        lost = self.transformed and self.effects in ("unit", "twoway") and not self.conditional
        return self.n_times - lost

    @property
    def nobs(self) -> int:
        return self.units * self.times

    @property
    def resweeps(self) -> bool:
        """Return whether the lag of a swept column is swept again (all conventions but splm and xsmle)."""
        return self.convention not in ("splm", "xsmle")


def sweep(cube: FloatArray, effects: Effects) -> FloatArray:
    """Return (N, T, ...) less unit and/or time means of a balanced panel."""
    if effects == "none":
        return cube
    if effects == "unit":
        return cube - cube.mean(axis=1, keepdims=True)
    if effects == "time":
        return cube - cube.mean(axis=0, keepdims=True)
    inside = cube - cube.mean(axis=1, keepdims=True)
    return inside - inside.mean(axis=0, keepdims=True)


def lag(w: sparse.csr_array, cube: FloatArray) -> FloatArray:
    """Return W applied to the first axis of (N, T, ...)."""
    return (w @ cube.reshape(cube.shape[0], -1)).reshape(cube.shape)


@dataclass(frozen=True, eq=False)
class Problem(Brief):
    """One spatial panel, ready for its likelihood.

    y (N, T), Z (N, T, k) with the Durbin terms already in it, both raw; `w` the matrix of the lag, `m` of the
    error, each with its spectrum, None where the model has no such term.
    """

    y: FloatArray
    Z: FloatArray
    counting: Counting
    w: sparse.csr_array | None = None
    m: sparse.csr_array | None = None
    spectrum_w: Spectrum | None = None
    spectrum_m: Spectrum | None = None

    @property
    def k(self) -> int:
        return self.Z.shape[2]

    @cached_property
    def base(self) -> FloatArray:
        """Return the swept columns [y, Wy, Z], (N, T, 2 + k); Wy is zero where there is no lag."""
        effects = self.counting.effects
        y = sweep(self.y, effects)
        if self.w is None:
            wy = np.zeros_like(y)
        elif self.counting.resweeps:
            wy = sweep(lag(self.w, self.y), effects)
        else:
            wy = lag(self.w, y)
        return np.concatenate([y[..., None], wy[..., None], sweep(self.Z, effects)], axis=2)

    @cached_property
    def lagged(self) -> FloatArray | None:
        """Return the swept lags M [y, Wy, Z], (N, T, 2 + k), or None without a spatial error."""
        if self.m is None:
            return None
        if not self.counting.resweeps:
            return lag(self.m, self.base)
        wy = np.zeros_like(self.y) if self.w is None else lag(self.w, self.y)
        raw = np.concatenate([self.y[..., None], wy[..., None], self.Z], axis=2)
        return sweep(lag(self.m, raw), self.counting.effects)

    @cached_property
    def compressed(self) -> tuple[FloatArray, FloatArray | None]:
        """Return small matrices with the inner products of `base` and `lagged`: the R factor of a QR."""
        p = self.base.shape[2]
        base = self.base.reshape(-1, p)
        if self.lagged is None:
            return _upper(base), None
        joint = _upper(np.hstack([base, self.lagged.reshape(-1, p)]))
        return joint[:, :p], joint[:, p:]

    @cached_property
    def lag_products(self) -> tuple[float, float, float]:
        """Return e0'e0, e0'e1, e1'e1 of what is left of y and Wy after Z, without a spatial error."""
        small = self.compressed[0]
        e0, e1 = _partial_out(small[:, 2:], small[:, :2]).T
        return float(e0 @ e0), float(e0 @ e1), float(e1 @ e1)


def _upper(columns: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.qr(columns, mode="r"))


@dataclass(frozen=True, eq=False)
class Optimum(Brief):
    """Where the likelihood is largest: b (k,), rho, lambda, sigma2, its value there, and whose search found it."""

    b: FloatArray
    rho: float
    lam: float
    sigma2: float
    loglik: float
    evaluations: int
    engine: str = "panelkit"

    def theta(self, problem: Problem) -> FloatArray:
        """Return (b, rho if lagged, lambda if spatial error, sigma2)."""
        spatial = [self.rho] * (problem.w is not None) + [self.lam] * (problem.m is not None)
        return np.r_[self.b, spatial, self.sigma2]


def star(value: float, at_one: Callable[[], float], problem: Problem) -> float:
    """Return a trace of W*: that of W less the eigenvalue one's share, where the convention drops it."""
    return value - at_one() if problem.counting.drops_unit_root else value


def _log_distance(value: float) -> float:
    """Return ln|1 - value|, the share of the eigenvalue one."""
    return float(np.log(abs(1.0 - value)))


def log_determinant(problem: Problem, rho: float, lam: float) -> float:
    """Return ln|I - rho W| + ln|I - lambda M| of one period."""
    total = 0.0
    for spectrum, value in ((problem.spectrum_w, rho), (problem.spectrum_m, lam)):
        if spectrum is not None:
            at_one = partial(_log_distance, value)
            total += star(spectrum.logdet(value), at_one, problem)
    return total


def trace_of(problem: Problem, spectrum: Spectrum, value: float) -> float:
    """Return tr G of one period, G = W (I - value W)^-1."""
    return star(spectrum.trace_g(value), lambda: 1.0 / (1.0 - value), problem)


def filtered(problem: Problem, lam: float) -> FloatArray:
    """Return the compressed columns R [y, Wy, Z]."""
    small, lags = problem.compressed
    return small if lags is None else small - lam * lags


def regress(problem: Problem, rho: float, lam: float) -> tuple[FloatArray, FloatArray]:
    """Return b (k,) and the compressed residual given rho and lambda."""
    columns = filtered(problem, lam)
    target = columns[:, 0] - rho * columns[:, 1]
    Z = columns[:, 2:]
    if Z.shape[1] == 0:
        return np.empty(0), target
    b = least_squares(Z, target)
    return b, target - Z @ b


def _partial_out(Z: FloatArray, columns: FloatArray) -> FloatArray:
    if Z.shape[1] == 0:
        return columns
    return columns - Z @ least_squares(Z, columns)


def ssr(problem: Problem, rho: float, lam: float) -> float:
    """Return the concentrated sum of squares."""
    if problem.m is None:
        own, cross, behind = problem.lag_products
        return own - 2.0 * rho * cross + rho * rho * behind
    residual = regress(problem, rho, lam)[1]
    return float(residual @ residual)


def loglik(problem: Problem, rho: float, lam: float) -> float:
    """Return the concentrated log-likelihood: O(N) where the spectra hold eigenvalues."""
    n = problem.counting.nobs
    sigma2 = ssr(problem, rho, lam) / n
    return -n / 2 * (np.log(2 * np.pi * sigma2) + 1) + problem.counting.times * log_determinant(
        problem, rho, lam
    )


def profile(problem: Problem, spectrum: EigenSpectrum, rhos: FloatArray) -> FloatArray:
    """Return `loglik` at many rho (m,), where a lag of the outcome is all that is spatial."""
    n = problem.counting.nobs
    own, cross, behind = problem.lag_products
    squares = own - 2.0 * rhos * cross + rhos**2 * behind
    determinants = spectrum.logdets(rhos)
    if problem.counting.drops_unit_root:
        determinants = determinants - np.log(np.abs(1.0 - rhos))
    return np.asarray(-n / 2 * (np.log(2 * np.pi * squares / n) + 1) + problem.counting.times * determinants)


def score(problem: Problem, rho: float, lam: float) -> FloatArray:
    """Return the derivative of `loglik` by rho and lambda, (2,); zero for a term that the model lacks."""
    n, times = problem.counting.nobs, problem.counting.times
    if problem.m is None and problem.spectrum_w is not None:
        _, cross, behind = problem.lag_products
        pull = n * (cross - rho * behind) / ssr(problem, rho, lam)
        return np.array([pull - times * trace_of(problem, problem.spectrum_w, rho), 0.0])
    columns = filtered(problem, lam)
    b, e = regress(problem, rho, lam)
    total = float(e @ e)
    slope = np.zeros(2)
    if problem.spectrum_w is not None:
        slope[0] = n * float(e @ columns[:, 1]) / total - times * trace_of(problem, problem.spectrum_w, rho)
    lags = problem.compressed[1]
    if problem.spectrum_m is not None and lags is not None:
        u_lag = lags[:, 0] - rho * lags[:, 1] - lags[:, 2:] @ b
        slope[1] = n * float(e @ u_lag) / total - times * trace_of(problem, problem.spectrum_m, lam)
    return slope
