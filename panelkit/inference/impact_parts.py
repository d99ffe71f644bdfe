"""What impacts need of a spatial fit, and impacts as a function of its parameters.

With S = (I - r W)^-1 / a the impact matrix of a regressor is S (b I + t W_d): its mean diagonal is the direct, its
mean row sum the total, the difference the indirect impact. Static models have a = 1 and r = rho; the long run of a
dynamic model has a = 1 - tau and r = (rho + eta) / a.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from panelkit.inference.indirect import normal_draws
from panelkit.inference.multipliers import Multipliers
from panelkit.inference.positive import mended
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.results.derived import Derived, Uncertainty
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EIGEN_LIMIT, Spectrum

Horizon = Literal["short", "long"]
EFFECTS = (term("effect", "direct"), term("effect", "indirect"), term("effect", "total"))


@dataclass(frozen=True, eq=False)
class ImpactParts(Brief):
    """What impacts need of a fit.

    theta (p,) with covariance (p, p) and `df`; `own[j]` and `neighbour[j]` are the positions of b_j and t_j in
    theta (-1: absent); likewise `rho`, `tau`, `eta`. `w` is the lag's matrix, `w_durbin` that of the Durbin terms.
    `islands` have a zero row in both.
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
    islands: tuple[Any, ...] = ()

    @cached_property
    def drawable(self) -> tuple[FloatArray, tuple[Message, ...]]:
        """Return the covariance, mended where it is not positive semidefinite, and what must be said of it."""
        return mended(self.covariance)

    @cached_property
    def multipliers(self) -> Multipliers:
        return Multipliers(len(self.ids), self.w, self.w_durbin, self.spectrum)


def stacked(parts: ImpactParts, theta: FloatArray, horizon: Horizon = "short") -> FloatArray:
    """Return (m, 3k): direct, indirect and total impacts for (m, p) parameter vectors."""
    scale, rho = resolvent(parts, theta, horizon)
    mean = parts.multipliers.at(rho) / scale[:, None]
    own, neighbour = pick(theta, parts.own), pick(theta, parts.neighbour)
    direct = own * mean[:, [0]] + neighbour * mean[:, [1]]
    total = own * mean[:, [2]] + neighbour * mean[:, [3]]
    return np.hstack([direct, total - direct, total])


def pick(theta: FloatArray, positions: Sequence[int]) -> FloatArray:
    """Return the columns of theta (m, p) at positions, zero where a position is -1."""
    return np.column_stack([theta[:, j] if j >= 0 else np.zeros(len(theta)) for j in positions])


def resolvent(parts: ImpactParts, theta: FloatArray, horizon: Horizon) -> tuple[FloatArray, FloatArray]:
    """Return a (m,) and r / a (m,)."""
    zero = np.zeros(len(theta))
    rho = theta[:, parts.rho] if parts.rho >= 0 else zero
    if horizon == "short":
        return np.ones(len(theta)), rho
    tau = theta[:, parts.tau] if parts.tau >= 0 else zero
    eta = theta[:, parts.eta] if parts.eta >= 0 else zero
    return 1.0 - tau, (rho + eta) / (1.0 - tau)


def check_horizon(parts: ImpactParts, horizon: Horizon) -> None:
    """Refuse a horizon that the model has not."""
    if horizon not in ("short", "long"):
        raise SpecError(message("the horizon is 'short' or 'long', not {horizon!r}", horizon=horizon))
    if horizon == "long" and parts.tau < 0 and parts.eta < 0:
        raise SpecError(message("a static model has no long run of its own: take DynamicSpatialPanel"))


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


def draw_theta(parts: ImpactParts, count: int, rng: np.random.Generator) -> FloatArray:
    """Return (count, p) draws from the normal, or with finite df the t, distribution of theta."""
    return normal_draws(parts.theta, parts.drawable[0], count, rng, parts.df)


def impact_matrix(parts: ImpactParts, term: str, horizon: Horizon = "short") -> FloatArray:
    """Return S (b I + t W_d) / a, (N, N), of one regressor."""
    if term not in parts.terms:
        raise SpecError(
            message("no regressor {term!r}: there are {terms}", term=term, terms=list(parts.terms))
        )
    n = len(parts.ids)
    if n > EIGEN_LIMIT:
        raise SpecError(
            message("impacts by unit are an N x N matrix, and {count} units are too many", count=n)
        )
    theta = parts.theta[None, :]
    scale, rho = resolvent(parts, theta, horizon)
    j = parts.terms.index(term)
    own, neighbour = pick(theta, parts.own)[0, j], pick(theta, parts.neighbour)[0, j]
    inner = own * np.eye(n) + neighbour * parts.multipliers.durbin.toarray()
    if parts.w is None:
        return np.asarray(inner / scale[0])
    return np.asarray(np.linalg.solve(np.eye(n) - rho[0] * parts.w.toarray(), inner) / scale[0])


def partitioned(parts: ImpactParts, orders: int = 6) -> Derived:
    """Return direct, indirect and total impacts of orders 0 to orders - 1, rho^q W^q (b I + t W_d)."""
    powers = parts.multipliers.powers(orders)

    def by_order(theta: FloatArray) -> FloatArray:
        row = theta[None, :]
        rho = theta[parts.rho] if parts.rho >= 0 else 0.0
        own, neighbour = pick(row, parts.own)[0], pick(row, parts.neighbour)[0]
        out = []
        for q, mean in enumerate(powers):
            factor = rho**q
            direct = factor * (own * mean[0] + neighbour * mean[1])
            total = factor * (own * mean[2] + neighbour * mean[3])
            out.append(np.stack([direct, total - direct, total]))
        return np.array(out).reshape(-1)

    estimate = by_order(parts.theta)
    jacobian = numerical_jacobian(by_order, parts.theta)
    labels = [message("order {q}, {kind}", q=q, kind=kind) for q in range(len(powers)) for kind in EFFECTS]
    return Derived(
        title=message("impacts by order of neighbours"),
        terms=parts.terms * len(labels),
        equations=tuple(label for label in labels for _ in parts.terms),
        estimates=estimate,
        covariance=jacobian @ parts.drawable[0] @ jacobian.T,
        df=parts.df,
        uncertainty=Uncertainty(method="delta"),
        notes=(message("order 0 is b I + t W, before any feedback"), *parts.drawable[1]),
    )
