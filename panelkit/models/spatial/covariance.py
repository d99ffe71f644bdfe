"""Covariances of spatial panel estimates: information, Hessian, QML, clustered and Driscoll-Kraay scores.

Parameters stand as (b, rho if there is a lag, lambda if there is a spatial error, sigma2). With A = R G R^-1,
G = W S^-1, H = M R^-1 and e the innovations, the score of rho is e'R E[Wy] / sigma2 + e'A e / sigma2 - T tr A: a
linear and a quadratic form, and every covariance below treats the two parts as what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import SuperLU

from panelkit.language.errors import SpecError
from panelkit.models.spatial.likelihood import Optimum, Problem, lag, star, sweep, trace_of
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EIGEN_LIMIT, factorise

FloatArray = NDArray[np.float64]
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
        gap = self._filter[..., 0] - self.optimum.rho * self._filter[..., 1]
        result: FloatArray = gap - self._filter[..., 2:] @ self.optimum.b
        return result

    @cached_property
    def _filter(self) -> FloatArray:
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
            raise SpecError("a spatial error without its weights")
        r = np.eye(self.problem.counting.n_units) - self.optimum.lam * self.problem.m.toarray()
        operator: FloatArray = np.linalg.solve(r.T, (r @ self.g.dense).T).T
        return operator

    def _apply_lag_operator(self, cube: FloatArray) -> FloatArray:
        if self.g is None:
            raise SpecError("a lag without its weights")
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
            return self._apply_lag_operator(self._filter[..., 2:] @ self.optimum.b)
        noise = self._apply_lag_operator(self.residuals)
        if self.problem.counting.resweeps:
            noise = sweep(noise, self.problem.counting.effects)
        result: FloatArray = self._filter[..., 1] - noise
        return result

    @cached_property
    def Z(self) -> FloatArray:
        """Return the filtered, swept regressors (NT, k)."""
        return self._filter[..., 2:].reshape(-1, self.problem.k)

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
        images["a"] = c._apply_lag_operator(u)
        out["a"] = trace_of(c.problem, c.problem.spectrum_w, c.optimum.rho)
        out["aa"] = star(c.problem.spectrum_w.trace_gg(c.optimum.rho), (1 - c.optimum.rho) ** -2, c.problem)
    if c.problem.spectrum_m is not None and c.h is not None:
        images["h"] = c.h.apply(u)
        out["h"] = trace_of(c.problem, c.problem.spectrum_m, c.optimum.lam)
        out["hh"] = star(c.problem.spectrum_m.trace_gg(c.optimum.lam), (1 - c.optimum.lam) ** -2, c.problem)
    for first, second in (("a", "a"), ("h", "h"), ("h", "a")):
        if first in images and second in images:
            one, two = images[first], images[second]
            if c.problem.counting.drops_unit_root:
                one, two = one - one.mean(axis=0), two - two.mean(axis=0)
            out[f"{first}'{second}"] = float((one * two).sum()) / PROBES
    if "h" in images and "a" in images:
        if not c.commutes:
            raise SpecError(
                f"{n} units with different weights for lag and error: the information matrix is not offered; "
                "take one W for both, or vcov='hessian'"
            )
        out["ha"] = float((images["a"] * c.h.apply_transposed(u)).sum()) / PROBES if c.h is not None else 0.0
        out["ha"] = star(out["ha"], 1 / ((1 - c.optimum.rho) * (1 - c.optimum.lam)), c.problem)
    return out


def information(c: Curvature) -> FloatArray:
    """Return the expected information (p, p) (Anselin 1988, with the counts of the convention)."""
    s2, times, t = c.optimum.sigma2, c.problem.counting.times, c.products
    k, p = c.problem.k, len(c.names)
    info = np.zeros((p, p))
    info[:k, :k] = c.Z.T @ c.Z / s2
    info[-1, -1] = c.problem.counting.nobs / (2 * s2 * s2)
    if c.g is not None:
        mean = c.mean_lag.reshape(-1)
        info[:k, k] = c.Z.T @ mean / s2
        info[k, k] = times * (t["a'a"] + t["aa"]) + mean @ mean / s2
        info[k, -1] = times * t["a"] / s2
    if c.h is not None:
        info[-2, -2] = times * (t["h'h"] + t["hh"])
        info[-2, -1] = times * t["h"] / s2
    if c.g is not None and c.h is not None:
        info[k, -2] = times * (t["h'a"] + t["ha"])
    upper: FloatArray = np.triu(info)
    return upper + np.triu(info, 1).T


def information_random(c: Curvature, phi: float) -> FloatArray:
    """Return the expected information (p + 1, p + 1) with random unit effects, phi last; `c` is at phi.

    The quasi-demeaning works on years and the spatial filters on units, so that the scores of all but phi are those of
    `information` on the quasi-demeaned columns. That of phi is N / phi - e'Q e / (phi sigma2), Q the unit means.
    """
    inner, t = information(c), c.products
    s2, units = c.optimum.sigma2, c.problem.counting.units
    p, k = len(inner), c.problem.k
    info = np.zeros((p + 1, p + 1))
    info[:p, :p] = inner
    spatial = [-2.0 * t[name] / phi for name in ("a", "h") if name in t]
    info[k:p, p] = info[p, k:p] = [*spatial, -units / (phi * s2)]
    info[p, p] = 2.0 * units / phi**2
    return info


def hessian(c: Curvature) -> FloatArray:
    """Return minus the second derivatives of the log-likelihood (p, p), from compressed products."""
    problem, o = c.problem, c.optimum
    small, lags = problem.compressed
    columns = small if lags is None else small - o.lam * lags
    e = columns[:, 0] - o.rho * columns[:, 1] - columns[:, 2:] @ o.b
    slopes = [-columns[:, 2 + j] for j in range(problem.k)]
    if c.g is not None:
        slopes.append(-columns[:, 1])
    u_lag = None
    if lags is not None:
        u_lag = lags[:, 0] - o.rho * lags[:, 1] - lags[:, 2:] @ o.b
        slopes.append(-u_lag)
    first = np.column_stack(slopes) if slopes else np.empty((len(e), 0))
    s2, k, times = o.sigma2, problem.k, problem.counting.times
    p = len(c.names)
    out = np.zeros((p, p))
    out[:-1, :-1] = first.T @ first / s2
    if lags is not None:
        mixed = np.r_[lags[:, 2:].T @ e, *([lags[:, 1] @ e] if c.g is not None else [])]
        out[: len(mixed), -2] += mixed / s2
        out[-2, : len(mixed)] += mixed / s2
        out[-2, -2] += times * _second(problem, "m", o.lam)
    if c.g is not None:
        out[k, k] += times * _second(problem, "w", o.rho)
    out[:-1, -1] = out[-1, :-1] = -(first.T @ e) / s2**2
    out[-1, -1] = -problem.counting.nobs / (2 * s2**2) + float(e @ e) / s2**3
    return out


def _second(problem: Problem, which: str, value: float) -> float:
    spectrum = problem.spectrum_w if which == "w" else problem.spectrum_m
    if spectrum is None:
        raise SpecError("a spatial term without its spectrum")
    return star(spectrum.trace_gg(value), (1 - value) ** -2, problem)


def quadratic_forms(c: Curvature) -> list[FloatArray]:
    """Return A and H (N, N), with unit means removed on both sides where units are swept of time effects.

    Raises
    ------
    SpecError
        Above 1,000 units: these covariances need the N x N forms.
    """
    if not c.small:
        raise SpecError(
            f"qml and clustered covariances need N x N forms, and {c.problem.counting.n_units} units are too many: "
            "take vcov='information', 'hessian' or 'driscoll-kraay'"
        )
    forms = [form for form in (c.lag_operator, None if c.h is None else c.h.dense) if form is not None]
    if c.problem.counting.effects in ("time", "twoway") and c.problem.counting.resweeps:
        forms = [_centre(form) for form in forms]
    return forms


def _centre(form: FloatArray) -> FloatArray:
    inside = form - form.mean(axis=0, keepdims=True)
    return inside - inside.mean(axis=1, keepdims=True)


def linear_scores(c: Curvature) -> FloatArray:
    """Return the linear parts of the scores of b, rho and lambda by cell, (N, T, p - 1); that of lambda is zero."""
    e = c.residuals[..., None]
    parts = [c._filter[..., 2:] * e]
    if c.g is not None:
        parts.append((c.mean_lag * c.residuals)[..., None])
    if c.h is not None:
        parts.append(np.zeros_like(e))
    return np.concatenate(parts, axis=2) / c.optimum.sigma2


def clustered_meat(c: Curvature) -> FloatArray:
    """Return the variance of the score with errors of any serial form that are independent between units.

    Linear parts and diagonals of the quadratic forms are summed by unit; a pair of units i < j adds
    ((a_ij + a_ji) e_i'e_j / sigma2)^2, which is the variance of its term whatever the serial form. No order of
    units enters.
    """
    n, k, p = c.problem.counting.n_units, c.problem.k, len(c.names)
    s2, e = c.optimum.sigma2, c.residuals
    unit = np.zeros((n, p))
    unit[:, :-1] = linear_scores(c).sum(axis=1)
    squares = (e**2).sum(axis=1) / s2
    excess = squares - squares.mean()
    forms = quadratic_forms(c)
    for j, form in enumerate(forms):
        unit[:, k + j] += np.diag(form) * excess
    unit[:, -1] = excess / (2 * s2)
    unit -= unit.mean(axis=0)
    meat: FloatArray = unit.T @ unit
    cross = e @ e.T / s2
    np.fill_diagonal(cross, 0.0)
    sides = [(form + form.T) * cross for form in forms]
    for i, one in enumerate(sides):
        for j, two in enumerate(sides):
            meat[k + i, k + j] += 0.5 * float((one * two).sum())
    return meat * n / (n - 1)


def cell_scores(c: Curvature) -> FloatArray:
    """Return scores by cell (N, T, p), centred so that they sum to zero over the panel."""
    s2, e = c.optimum.sigma2, c.residuals
    parts = [c._filter[..., 2:] * e[..., None] / s2]
    if c.g is not None:
        parts.append((c._filter[..., 1] * e)[..., None] / s2)
    if c.h is not None and c.problem.lagged is not None:
        lags = c.problem.lagged
        u_lag = lags[..., 0] - c.optimum.rho * lags[..., 1] - lags[..., 2:] @ c.optimum.b
        parts.append((u_lag * e)[..., None] / s2)
    parts.append((e**2)[..., None] / (2 * s2 * s2))
    cells = np.concatenate(parts, axis=2)
    centred: FloatArray = cells - cells.mean(axis=(0, 1), keepdims=True)
    return centred


def plain_clustered_meat(c: Curvature) -> FloatArray:
    """Return the outer products of scores summed by unit, as likelihood programs cluster.

    It leaves out the covariance between the quadratic terms of two units.
    """
    n = c.problem.counting.n_units
    sums = cell_scores(c).sum(axis=1)
    meat: FloatArray = sums.T @ sums * n / (n - 1)
    return meat


def driscoll_kraay_meat(c: Curvature, lags: int) -> FloatArray:
    """Return the Bartlett-weighted variance of the scores summed by period."""
    sums = cell_scores(c).sum(axis=0)
    meat: FloatArray = sums.T @ sums
    for step in range(1, lags + 1):
        gamma = sums[step:].T @ sums[:-step]
        meat = meat + (1 - step / (lags + 1)) * (gamma + gamma.T)
    return meat


def qml_meat(c: Curvature) -> FloatArray:
    """Return the variance of the score with independent, identical, non-normal innovations (Lee 2004).

    Information plus the terms in the third and fourth moments, which are estimated from the swept residuals.
    """
    counting, s2 = c.problem.counting, c.optimum.sigma2
    n, t = counting.n_units, counting.n_times
    e = c.residuals
    units = counting.effects in ("unit", "twoway")
    times = counting.effects in ("time", "twoway")
    keep_t, keep_n = (1 - 1 / t if units else 1.0), (1 - 1 / n if times else 1.0)

    def power(q: int) -> float:
        in_t = keep_t**q + (t - 1) * (-1 / t) ** q if units else 1.0
        in_n = keep_n**q + (n - 1) * (-1 / n) ** q if times else 1.0
        return in_t * in_n

    variance = float((e**2).mean()) / (keep_t * keep_n)
    third = float((e**3).mean()) / power(3)
    fourth = (float((e**4).mean()) - 3 * (variance * keep_t * keep_n) ** 2) / power(4)
    diagonals = [np.repeat(np.diag(form) * keep_t, t) for form in quadratic_forms(c)]
    diagonals.append(np.full(n * t, keep_t * keep_n / (2 * s2)))
    B = np.column_stack(diagonals) / s2
    k = c.problem.k
    L = np.zeros((n * t, len(c.names)))
    L[:, :k] = c.Z / s2
    if c.g is not None:
        L[:, k] = c.mean_lag.reshape(-1) / s2
    Q = np.zeros_like(L)
    Q[:, k:] = B
    cross = third * (L.T @ Q)
    meat: FloatArray = information(c) + fourth * (Q.T @ Q) + cross + cross.T
    return meat
