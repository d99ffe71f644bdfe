"""What the covariances of a spatial panel need at one estimate: residuals, operators, traces.

Parameters stand as (b, rho if there is a lag, lambda if there is a spatial error, sigma2). With A = R G R^-1,
G = W S^-1, H = M R^-1 and e the innovations, the score of rho is e'R E[Wy] / sigma2 + e'A e / sigma2 - T tr A: a
linear and a quadratic form, and every covariance treats the two parts as what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import SuperLU

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.spatial.likelihood import Optimum, Problem, lag, star, sweep, trace_of
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EIGEN_LIMIT, factorise

PROBES = 64


@dataclass(frozen=True, eq=False)
class Resolvent(Brief):
    """W (I - rho W)^-1 applied without forming it; dense only for small N."""

    matrix: sparse.csr_array
    rho: float

    @cached_property
    def _factors(self) -> SuperLU:
        return factorise(self.matrix, self.rho)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is worked out again when asked for: SuperLU objects can be neither pickled nor copied."""
        return {"matrix": self.matrix, "rho": self.rho}

    def apply(self, cube: FloatArray) -> FloatArray:
        """Return G applied to the first axis of (N, ...)."""
        flat = self.matrix @ cube.reshape(cube.shape[0], -1)
        return np.asarray(self._factors.solve(flat)).reshape(cube.shape)

    def apply_transposed(self, columns: FloatArray) -> FloatArray:
        """Return G' applied to (N, m)."""
        return np.asarray(self.matrix.T @ self._factors.solve(columns, trans="T"))

    @cached_property
    def dense(self) -> FloatArray:
        """Return G (N, N)."""
        w = self.matrix.toarray()
        solved: FloatArray = np.linalg.solve(np.eye(len(w)) - self.rho * w, w)
        return solved


@dataclass(frozen=True, eq=False)
class Curvature(Brief):
    """Everything that covariances need at one estimate; residuals (N, T) are swept innovations."""

    problem: Problem
    optimum: Optimum

    @cached_property
    def residuals(self) -> FloatArray:
        gap = self.filtered[..., 0] - self.optimum.rho * self.filtered[..., 1]
        result: FloatArray = gap - self.filtered[..., 2:] @ self.optimum.b
        return result

    @cached_property
    def filtered(self) -> FloatArray:
        """Return the swept columns R [y, Wy, Z], (N, T, 2 + k)."""
        base, lagged = self.problem.base, self.problem.lagged
        return base if lagged is None else base - self.optimum.lam * lagged

    @cached_property
    def g(self) -> Resolvent | None:
        return None if self.problem.w is None else Resolvent(self.problem.w, self.optimum.rho)

    @cached_property
    def h(self) -> Resolvent | None:
        return None if self.problem.m is None else Resolvent(self.problem.m, self.optimum.lam)

    @cached_property
    def small(self) -> bool:
        return self.problem.counting.n_units <= EIGEN_LIMIT

    @cached_property
    def commutes(self) -> bool:
        """Return whether lag and error share one matrix, so that R G R^-1 = G."""
        if self.problem.m is None or self.problem.w is None:
            return True
        gap = self.problem.w - self.problem.m
        return bool(gap.nnz == 0 or np.abs(gap.data).max() == 0.0)

    @cached_property
    def lag_operator(self) -> FloatArray | None:
        """Return A = R G R^-1 (N, N), the quadratic form of the score of rho."""
        if self.g is None:
            return None
        if self.commutes:
            return self.g.dense
        if self.problem.m is None:
            raise SpecError(message("a spatial error without its weights"))
        r = np.eye(self.problem.counting.n_units) - self.optimum.lam * self.problem.m.toarray()
        operator: FloatArray = np.linalg.solve(r.T, (r @ self.g.dense).T).T
        return operator

    def apply_lag_operator(self, cube: FloatArray) -> FloatArray:
        """Return A applied to the first axis of (N, ...)."""
        if self.g is None:
            raise SpecError(message("a lag without its weights"))
        if self.commutes or self.problem.m is None:
            return self.g.apply(cube)
        lam, m = self.optimum.lam, self.problem.m
        unfiltered = factorise(m, lam).solve(cube.reshape(cube.shape[0], -1)).reshape(cube.shape)
        through = self.g.apply(np.asarray(unfiltered))
        return through - lam * lag(m, through)

    @cached_property
    def mean_lag(self) -> FloatArray:
        """Return R E[Wy], swept (N, T): what of the filtered lag is not noise; `elhorst` leaves it unswept."""
        if self.problem.counting.convention == "elhorst":
            return self.apply_lag_operator(self.filtered[..., 2:] @ self.optimum.b)
        noise = self.apply_lag_operator(self.residuals)
        if self.problem.counting.resweeps:
            noise = sweep(noise, self.problem.counting.effects)
        result: FloatArray = self.filtered[..., 1] - noise
        return result

    @cached_property
    def Z(self) -> FloatArray:
        """Return the filtered, swept regressors (NT, k)."""
        return self.filtered[..., 2:].reshape(-1, self.problem.k)

    @cached_property
    def names(self) -> tuple[str, ...]:
        spatial = ("rho",) * (self.g is not None) + ("lambda",) * (self.h is not None)
        return (*(f"b{j}" for j in range(self.problem.k)), *spatial, "sigma2")

    @cached_property
    def products(self) -> dict[str, float]:
        """Return one-period traces of A and H (of A*, H* where the convention transforms units)."""
        return _dense_products(self) if self.small else _probed_products(self)


def _trace_product(a: FloatArray, b: FloatArray, drop: bool) -> tuple[float, float]:
    """Return tr(A'B) and tr(AB), starred if `drop` (A and B have constant row sums then)."""
    transposed, plain = float((a * b).sum()), float((a * b.T).sum())
    if drop:
        n = len(a)
        sums_a, sums_b = a.sum(axis=0), b.sum(axis=0)
        transposed -= float(sums_a @ sums_b) / n
        plain -= float(a[0].sum() * b[0].sum())
    return transposed, plain


def _dense_products(c: Curvature) -> dict[str, float]:
    drop = c.problem.counting.drops_unit_root
    out: dict[str, float] = {}
    a = c.lag_operator
    h = None if c.h is None else c.h.dense
    if a is not None and c.problem.spectrum_w is not None:
        out["a"] = trace_of(c.problem, c.problem.spectrum_w, c.optimum.rho)
        out["a'a"], out["aa"] = _trace_product(a, a, drop)
    if h is not None and c.problem.spectrum_m is not None:
        out["h"] = trace_of(c.problem, c.problem.spectrum_m, c.optimum.lam)
        out["h'h"], out["hh"] = _trace_product(h, h, drop)
    if a is not None and h is not None:
        out["h'a"], out["ha"] = _trace_product(h, a, drop)
    return out


def _probed_products(c: Curvature) -> dict[str, float]:
    """Estimate tr A'A and tr H'A by Hutchinson probes; the other traces come from the log-determinants."""
    n = c.problem.counting.n_units
    u = np.random.default_rng(0).choice(np.array([-1.0, 1.0]), size=(n, PROBES))
    out: dict[str, float] = {}
    images: dict[str, FloatArray] = {}
    if c.problem.spectrum_w is not None:
        images["a"] = c.apply_lag_operator(u)
        out["a"] = trace_of(c.problem, c.problem.spectrum_w, c.optimum.rho)
        out["aa"] = star(
            c.problem.spectrum_w.trace_gg(c.optimum.rho), lambda: (1 - c.optimum.rho) ** -2, c.problem
        )
    if c.problem.spectrum_m is not None and c.h is not None:
        images["h"] = c.h.apply(u)
        out["h"] = trace_of(c.problem, c.problem.spectrum_m, c.optimum.lam)
        out["hh"] = star(
            c.problem.spectrum_m.trace_gg(c.optimum.lam), lambda: (1 - c.optimum.lam) ** -2, c.problem
        )
    for first, second in (("a", "a"), ("h", "h"), ("h", "a")):
        if first in images and second in images:
            one, two = images[first], images[second]
            if c.problem.counting.drops_unit_root:
                one, two = one - one.mean(axis=0), two - two.mean(axis=0)
            out[f"{first}'{second}"] = float((one * two).sum()) / PROBES
    if "h" in images and "a" in images:
        if not c.commutes:
            raise SpecError(
                message(
                    "{n} units with different weights for lag and error: the information matrix is not offered; "
                    "take one W for both, or vcov='hessian'",
                    n=n,
                )
            )
        out["ha"] = float((images["a"] * c.h.apply_transposed(u)).sum()) / PROBES if c.h is not None else 0.0
        out["ha"] = star(out["ha"], lambda: 1 / ((1 - c.optimum.rho) * (1 - c.optimum.lam)), c.problem)
    return out
