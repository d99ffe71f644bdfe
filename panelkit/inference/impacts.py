"""Direct, indirect and total impacts of spatial models (LeSage and Pace 2009), with their uncertainty.

With S = (I - r W)^-1 / a the impact matrix of a regressor is S (b I + t W_d): its mean diagonal is the direct, its
mean row sum the total, the difference the indirect impact. Static models have a = 1 and r = rho; the long run of a
dynamic model has a = 1 - tau and r = (rho + eta) / a.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.panel.provenance import Note
from panelkit.results.derived import Derived, Uncertainty
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EIGEN_LIMIT, Spectrum, factorise, symmetriser

if TYPE_CHECKING:
    from panelkit.panel.design import Design
    from panelkit.show.canvas import Figure

Method = Literal["delta", "draws", "bootstrap"]
Horizon = Literal["short", "long"]
KINDS = ("direct", "indirect", "total")


@dataclass(frozen=True, eq=False)
class ImpactParts(Brief):
    """What impacts need of a fit.

    theta (p,) with covariance (p, p) and `df`; `own[j]` and `neighbour[j]` are the positions of b_j and t_j in
    theta (-1: absent); likewise `rho`, `tau`, `eta`. `w` is the lag's matrix, `w_durbin` that of the Durbin terms.
    """

    terms: tuple[str, ...]
    theta: FloatArray
    covariance: FloatArray
    df: float
    own: tuple[int, ...]
    neighbour: tuple[int, ...]
    ids: tuple[Any, ...]
    rho: int = -1
    tau: int = -1
    eta: int = -1
    w: sparse.csr_array | None = None
    w_durbin: sparse.csr_array | None = None
    spectrum: Spectrum | None = None
    row_standardised: bool = False

    @cached_property
    def multipliers(self) -> Multipliers:
        return Multipliers(len(self.ids), self.w, self.w_durbin, self.spectrum)


class SpatialFitLike(Protocol):
    """What a fit offers to this module."""

    @property
    def title(self) -> str: ...

    @property
    def design(self) -> Design | None: ...

    def impact_parts(self) -> ImpactParts: ...

    def bootstrap_theta(self, rng: np.random.Generator) -> FloatArray:
        """Return theta (p,) of one resampled panel."""


@dataclass(frozen=True, eq=False)
class Multipliers(Brief):
    """Mean diagonals and row sums of (I - rho W)^-1 and (I - rho W)^-1 W_d for many values of rho.

    Eigenvectors serve small N; above a thousand units traces come from the log-determinant's derivative.
    """

    n: int
    w: sparse.csr_array | None
    w_durbin: sparse.csr_array | None
    spectrum: Spectrum | None = None

    def at(self, rho: FloatArray) -> FloatArray:
        """Return (m, 4): tr S / N, tr S W_d / N, i'S i / N, i'S W_d i / N at each of (m,) values of rho."""
        rho = np.atleast_1d(rho)
        if self.w is None:
            return np.tile(self._without_lag(), (len(rho), 1))
        if self._eigen is not None:
            omega, weights = self._eigen
            terms = (1.0 / (1.0 - np.multiply.outer(rho, omega))) @ weights
            return np.ascontiguousarray(terms.real)
        if len(rho) > 12:
            return self._interpolated(rho)
        return np.array([self._one(value) for value in rho])

    def powers(self, orders: int) -> FloatArray:
        """Return (orders, 4): the same of W^q and W^q W_d, q = 0, 1, ..."""
        if self.w is None:
            return self._without_lag()[None, :]
        one = np.ones(self.n)
        power = sparse.eye_array(self.n, format="csr")
        rows = []
        for _ in range(orders):
            behind = power @ self._durbin
            rows.append([power.trace(), behind.trace(), one @ (power @ one), one @ (behind @ one)])
            power = power @ self.w
        return np.array(rows) / self.n

    def _without_lag(self) -> FloatArray:
        one = np.ones(self.n)
        return np.array([self.n, self._durbin.diagonal().sum(), self.n, one @ (self._durbin @ one)]) / self.n

    @cached_property
    def _durbin(self) -> sparse.csr_array:
        if self.w_durbin is not None:
            return self.w_durbin
        return self.w if self.w is not None else sparse.csr_array((self.n, self.n))

    @cached_property
    def _eigen(self) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return eigenvalues (N,) and the weights (N, 4) of 1 / (1 - rho omega) in the four means."""
        if self.w is None or self.n > EIGEN_LIMIT:
            return None
        dense, scale = self.w.toarray(), symmetriser(self.w)
        if scale is not None:
            root = np.sqrt(scale)
            omega, vectors = np.linalg.eigh(root[:, None] * dense / root)
            right, left = vectors / root[:, None], vectors.T * root
        else:
            omega, right = np.linalg.eig(dense)
            if np.linalg.cond(right) > 1e8:
                return None
            left = np.linalg.inv(right)
        one, durbin = np.ones(self.n), self._durbin
        sums = one @ right
        weights = np.column_stack(
            [
                np.ones(self.n),
                np.einsum("ij,ji->i", left, durbin @ right),
                (left @ one) * sums,
                (left @ (durbin @ one)) * sums,
            ]
        )
        return omega, weights / self.n

    def _one(self, rho: float) -> FloatArray:
        if self.w is None:
            return self._without_lag()
        factors, one = factorise(self.w, rho), np.ones(self.n)
        own, behind = factors.solve(one), factors.solve(self._durbin @ one)
        if self.n <= EIGEN_LIMIT:
            trace, through = (
                float(np.trace(factors.solve(np.eye(self.n)))),
                float(np.trace(factors.solve(self._durbin.toarray()))),
            )
        else:
            if self.spectrum is None or not _same(self._durbin, self.w):
                raise SpecError(
                    f"{self.n} units with other weights for the Durbin terms than for the lag: impacts are not offered"
                )
            through = self.spectrum.trace_g(rho)
            trace = self.n + rho * through
        return np.array([trace, through, own.sum(), behind.sum()]) / self.n

    def _interpolated(self, rho: FloatArray) -> FloatArray:
        """Interpolate on nine Chebyshev nodes: draws of rho lie in a narrow range, where the means are smooth."""
        from scipy.interpolate import BarycentricInterpolator

        low, high = float(rho.min()), float(rho.max())
        nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (2 * np.arange(9) + 1) / 18)
        values = np.array([self._one(float(node)) for node in nodes])
        return np.asarray(BarycentricInterpolator(nodes, values)(rho))


def _same(a: sparse.csr_array, b: sparse.csr_array) -> bool:
    return a is b or bool(abs(a - b).sum() == 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Impacts(Derived):
    """Direct, indirect and total impacts; `by_province` says who radiates and who receives."""

    parts: ImpactParts | None = None
    horizon: Horizon = "short"
    fit_facts: Any = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return one row a regressor: direct, indirect, total with standard errors and p-values."""
        tidy = self.tidy()
        wide = tidy.pivot(index="term", columns="equation", values=["estimate", "std_error", "p_value"])
        return wide.reindex(list(dict.fromkeys(self.terms)))

    def by_province(self, term: str) -> pd.DataFrame:
        """Return direct, received (row sum less diagonal) and radiated (column sum less diagonal) impacts by id.

        Raises
        ------
        SpecError
            If the model has no such regressor, or above 1,000 units.
        """
        parts = _require(self.parts)
        matrix = impact_matrix(parts, term, self.horizon)
        own = np.diag(matrix)
        return pd.DataFrame(
            {"direct": own, "received": matrix.sum(axis=1) - own, "radiated": matrix.sum(axis=0) - own},
            index=pd.Index(parts.ids, name="province"),
        )

    def by_order(self, orders: int = 6) -> Derived:
        """Return the impacts partitioned by order q of neighbours, rho^q W^q (b I + t W_d), errors by delta method."""
        return partitioned(_require(self.parts), orders)

    def map(
        self,
        term: str,
        which: Literal["direct", "received", "radiated"] = "radiated",
        *,
        boundaries: Any = None,
        language: Literal["en", "zh"] = "en",
        title: str | None = None,
    ) -> Figure:
        """Return a map of the impacts by province, on tiles or on boundaries of one's own."""
        from panelkit.show import figures

        table = self.by_province(term)
        if which not in table.columns:
            raise SpecError(f"a map shows {', '.join(table.columns)}, not {which!r}")
        values = table[which]
        return figures.province_map(
            values, boundaries=boundaries, centre=0.0, language=language, title=title or term
        )


def _require(parts: ImpactParts | None) -> ImpactParts:
    if parts is None:
        raise SpecError("these impacts carry no model behind them")
    return parts


def impacts(
    fit: SpatialFitLike,
    *,
    method: Method = "delta",
    horizon: Horizon = "short",
    reps: int | None = None,
    rng: int | np.random.Generator = 0,
) -> Impacts:
    """Return direct, indirect and total impacts of every regressor.

    Parameters
    ----------
    method
        "delta"; "draws": theta from its (t or normal) distribution, unstable draws discarded and counted;
        "bootstrap": residual vectors of provinces resampled and sent through (I - rho W)^-1, the model refitted.
    horizon
        "long" for the long run of a dynamic model.
    reps
        10,000 draws or 999 bootstrap panels unless told.

    Raises
    ------
    SpecError
        If method or horizon do not fit the model.
    ConvergenceError
        If more than half of the draws are unstable.
    """
    if reps is not None and reps < 2:
        raise SpecError(f"impacts need at least two draws, not reps={reps}")
    parts = fit.impact_parts()
    _check_horizon(parts, horizon)
    estimate = stacked(parts, parts.theta[None, :], horizon)[0]
    if method == "delta":
        jacobian = numerical_jacobian(lambda theta: stacked(parts, theta[None, :], horizon)[0], parts.theta)
        covariance, draws = jacobian @ parts.covariance @ jacobian.T, None
        uncertainty = Uncertainty(method="delta")
    elif method in ("draws", "bootstrap"):
        count = reps or (10_000 if method == "draws" else 999)
        thetas, lost = _replications(fit, parts, method, horizon, count, as_generator(rng))
        draws = stacked(parts, thetas, horizon)
        covariance = np.atleast_2d(np.cov(draws, rowvar=False))
        uncertainty = Uncertainty(method=method, reps=len(draws), seed=seed_of(rng), discarded=lost)
    else:
        raise SpecError(f"the method is 'delta', 'draws' or 'bootstrap', not {method!r}")
    k = len(parts.terms)
    run = "" if horizon == "short" and parts.tau < 0 and parts.eta < 0 else f"{horizon}-run "
    return Impacts(
        title=f"{run}impacts: {fit.title}",
        terms=parts.terms * 3,
        equations=tuple(kind for kind in KINDS for _ in range(k)),
        estimates=estimate,
        covariance=covariance,
        df=parts.df,
        facts={"method": method, "horizon": horizon, "units": len(parts.ids)},
        notes=(
            _sentence(uncertainty),
            *_check_total(parts, estimate, horizon),
            *(fit.design.provenance if fit.design is not None else ()),
        ),
        uncertainty=uncertainty,
        draws=draws,
        parts=parts,
        horizon=horizon,
    )


def stacked(parts: ImpactParts, theta: FloatArray, horizon: Horizon = "short") -> FloatArray:
    """Return (m, 3k): direct, indirect and total impacts for (m, p) parameter vectors."""
    scale, rho = _resolvent(parts, theta, horizon)
    mean = parts.multipliers.at(rho) / scale[:, None]
    own, neighbour = _pick(theta, parts.own), _pick(theta, parts.neighbour)
    direct = own * mean[:, [0]] + neighbour * mean[:, [1]]
    total = own * mean[:, [2]] + neighbour * mean[:, [3]]
    return np.hstack([direct, total - direct, total])


def _pick(theta: FloatArray, positions: Sequence[int]) -> FloatArray:
    return np.column_stack([theta[:, j] if j >= 0 else np.zeros(len(theta)) for j in positions])


def _resolvent(parts: ImpactParts, theta: FloatArray, horizon: Horizon) -> tuple[FloatArray, FloatArray]:
    """Return a (m,) and r / a (m,)."""
    zero = np.zeros(len(theta))
    rho = theta[:, parts.rho] if parts.rho >= 0 else zero
    if horizon == "short":
        return np.ones(len(theta)), rho
    tau = theta[:, parts.tau] if parts.tau >= 0 else zero
    eta = theta[:, parts.eta] if parts.eta >= 0 else zero
    return 1.0 - tau, (rho + eta) / (1.0 - tau)


def _check_horizon(parts: ImpactParts, horizon: Horizon) -> None:
    if horizon not in ("short", "long"):
        raise SpecError(f"the horizon is 'short' or 'long', not {horizon!r}")
    if horizon == "long" and parts.tau < 0 and parts.eta < 0:
        raise SpecError("a static model has no long run of its own: take DynamicSpatialPanel")


def stability_radius(tau: FloatArray, eta: FloatArray, rho: FloatArray, omega: NDArray[Any]) -> FloatArray:
    """Return max_i |tau + eta w_i| / |1 - rho w_i| of each draw: stable below one."""
    top = np.abs(tau[:, None] + np.multiply.outer(eta, omega))
    return np.asarray((top / np.abs(1.0 - np.multiply.outer(rho, omega))).max(axis=1))


def stable(parts: ImpactParts, theta: FloatArray) -> NDArray[np.bool_]:
    """Return which parameter vectors (m, p) give a stable model."""
    good = np.ones(len(theta), dtype=bool)
    rho = theta[:, parts.rho] if parts.rho >= 0 else np.zeros(len(theta))
    if parts.rho >= 0 and parts.spectrum is not None:
        low, high = parts.spectrum.interval
        good &= (rho > low) & (rho < high)
    values = getattr(parts.spectrum, "values", None)
    if (parts.tau >= 0 or parts.eta >= 0) and values is not None:
        zero = np.zeros(len(theta))
        tau = theta[:, parts.tau] if parts.tau >= 0 else zero
        eta = theta[:, parts.eta] if parts.eta >= 0 else zero
        good &= stability_radius(tau, eta, rho, values) < 1.0
    return good


def _replications(
    fit: SpatialFitLike,
    parts: ImpactParts,
    method: str,
    horizon: Horizon,
    count: int,
    rng: np.random.Generator,
) -> tuple[FloatArray, int]:
    if method == "draws":
        thetas = draw_theta(parts, count, rng)
        lost = 0
    else:
        found = []
        lost = 0
        for _ in range(count):
            try:
                found.append(fit.bootstrap_theta(rng))
            except ConvergenceError:
                lost += 1
        thetas = np.array(found)
    good = stable(parts, thetas) if len(thetas) else np.zeros(0, dtype=bool)
    if good.sum() < count / 2:
        raise ConvergenceError(
            f"{count - int(good.sum())} of {count} {method} are unstable: the estimate lies too near the edge of its "
            "interval for simulated errors; take method='delta'"
        )
    return thetas[good], lost + int((~good).sum())


def draw_theta(parts: ImpactParts, count: int, rng: np.random.Generator) -> FloatArray:
    """Return (count, p) draws from the normal, or with finite df the t, distribution of theta."""
    values, vectors = np.linalg.eigh(parts.covariance)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    noise = rng.standard_normal((count, len(parts.theta))) @ root.T
    if np.isfinite(parts.df):
        noise *= np.sqrt(parts.df / rng.chisquare(parts.df, size=count))[:, None]
    return parts.theta + noise


def numerical_jacobian(function: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    """Return the derivative (q, p) by central differences, with steps of 1e-5 of each parameter's size."""
    columns = []
    for j, value in enumerate(at):
        step = 1e-5 * max(abs(float(value)), 1e-2)
        up, down = at.copy(), at.copy()
        up[j] += step
        down[j] -= step
        columns.append((function(up) - function(down)) / (2 * step))
    return np.column_stack(columns)


def _check_total(parts: ImpactParts, estimate: FloatArray, horizon: Horizon) -> tuple[str, ...]:
    """Check totals against (b + t) / (a - r) where W is row-standardised."""
    if not parts.row_standardised:
        return ()
    theta = parts.theta[None, :]
    scale, rho = _resolvent(parts, theta, horizon)
    closed = (_pick(theta, parts.own) + _pick(theta, parts.neighbour))[0] / (scale[0] * (1.0 - rho[0]))
    k = len(parts.terms)
    gap = float(np.abs(estimate[2 * k :] - closed).max())
    if gap > 1e-6 * max(1.0, float(np.abs(closed).max())):
        raise ConvergenceError(
            f"total impacts miss (b + t)/(1 - rho) by {gap:.2g}: the decomposition of the weights failed"
        )
    return (
        Note(
            "totals equal (b + t)/(1 - rho), as they must with row-standardised weights",
            "总效应等于 (b + t)/(1 - rho)，行标准化权重下应当如此",
        ),
    )


def _sentence(uncertainty: Uncertainty) -> Note:
    if uncertainty.method == "delta":
        return Note(uncertainty.sentence(), "标准误由 delta 方法得出")
    way = "按系数分布抽样" if uncertainty.method == "draws" else "省份残差自助法"
    seed = "随机数发生器由用户给出" if uncertainty.seed is None else f"种子 {uncertainty.seed}"
    lost = f"，弃去 {uncertainty.discarded} 次" if uncertainty.discarded else ""
    return Note(uncertainty.sentence(), f"{way}，{uncertainty.reps} 次，{seed}{lost}")


def impact_matrix(parts: ImpactParts, term: str, horizon: Horizon = "short") -> FloatArray:
    """Return S (b I + t W_d) / a, (N, N), of one regressor."""
    if term not in parts.terms:
        raise SpecError(f"no regressor {term!r}: there are {', '.join(parts.terms)}")
    n = len(parts.ids)
    if n > EIGEN_LIMIT:
        raise SpecError(f"impacts by unit are an N x N matrix, and {n} units are too many")
    theta = parts.theta[None, :]
    scale, rho = _resolvent(parts, theta, horizon)
    j = parts.terms.index(term)
    own, neighbour = _pick(theta, parts.own)[0, j], _pick(theta, parts.neighbour)[0, j]
    inner = own * np.eye(n) + neighbour * parts.multipliers._durbin.toarray()
    if parts.w is None:
        return np.asarray(inner / scale[0])
    return np.asarray(np.linalg.solve(np.eye(n) - rho[0] * parts.w.toarray(), inner) / scale[0])


def partitioned(parts: ImpactParts, orders: int = 6) -> Derived:
    """Return direct, indirect and total impacts of orders 0 to orders - 1, rho^q W^q (b I + t W_d)."""
    powers = parts.multipliers.powers(orders)

    def by_order(theta: FloatArray) -> FloatArray:
        row = theta[None, :]
        rho = theta[parts.rho] if parts.rho >= 0 else 0.0
        own, neighbour = _pick(row, parts.own)[0], _pick(row, parts.neighbour)[0]
        out = []
        for q, mean in enumerate(powers):
            factor = rho**q
            direct = factor * (own * mean[0] + neighbour * mean[1])
            total = factor * (own * mean[2] + neighbour * mean[3])
            out.append(np.stack([direct, total - direct, total]))
        return np.array(out).reshape(-1)

    estimate = by_order(parts.theta)
    jacobian = numerical_jacobian(by_order, parts.theta)
    labels = [f"order {q}, {kind}" for q in range(len(powers)) for kind in KINDS]
    return Derived(
        title="impacts by order of neighbours",
        terms=parts.terms * len(labels),
        equations=tuple(label for label in labels for _ in parts.terms),
        estimates=estimate,
        covariance=jacobian @ parts.covariance @ jacobian.T,
        df=parts.df,
        uncertainty=Uncertainty(method="delta"),
        notes=("order 0 is b I + t W, before any feedback",),
    )
