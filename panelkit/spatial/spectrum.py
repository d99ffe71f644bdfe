"""Log-determinants of I - rho W and the traces that likelihoods need: by eigenvalues, sparse LU or Chebyshev."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph, linalg

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]
Method = Literal["auto", "eigen", "lu", "chebyshev"]

EIGEN_LIMIT = 1_000  # above this the dense eigenvalues cost more than thirty sparse factorisations
LU_LIMIT = 20_000  # above this stochastic traces are cheaper than factorisations
EDGE = 1e-6  # searches stay this share of the interval away from its singular ends


class Spectrum(Protocol):
    """What a likelihood asks of a weights matrix W (N, N)."""

    @property
    def n(self) -> int: ...

    @property
    def interval(self) -> tuple[float, float]:
        """Return the open interval of rho around zero on which I - rho W is non-singular."""

    @property
    def exact(self) -> bool: ...

    def logdet(self, rho: float) -> float:
        """Return ln|I - rho W|."""

    def trace_g(self, rho: float) -> float:
        """Return tr G, G = W (I - rho W)^-1."""

    def trace_gg(self, rho: float) -> float:
        """Return tr GG."""

    def logdet_error(self, rho: float) -> float:
        """Return the standard error of `logdet`: zero where it is exact."""


@dataclass(frozen=True, eq=False)
class EigenSpectrum(Brief):
    """All N eigenvalues, complex ones allowed: every evaluation costs O(N)."""

    values: NDArray[np.complex128] | FloatArray

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def exact(self) -> bool:
        return True

    @cached_property
    def interval(self) -> tuple[float, float]:
        real = self.values.real[np.abs(self.values.imag) < 1e-9]
        radius = float(np.abs(self.values).max(initial=0.0))
        if radius == 0.0:
            return -np.inf, np.inf
        low = 1.0 / real.min() if real.min(initial=0.0) < -1e-9 else -1.0 / radius
        high = 1.0 / real.max() if real.max(initial=0.0) > 1e-9 else 1.0 / radius
        return float(low), float(high)

    def logdet(self, rho: float) -> float:
        return float(self.logdets(np.array([rho]))[0])

    def logdets(self, rhos: FloatArray) -> FloatArray:
        """Return `logdet` at many rho (m,)."""
        return np.asarray(np.log(np.abs(1.0 - np.multiply.outer(rhos, self.values))).sum(axis=1))

    def trace_g(self, rho: float) -> float:
        return float((self.values / (1.0 - rho * self.values)).sum().real)

    def trace_gg(self, rho: float) -> float:
        return float(((self.values / (1.0 - rho * self.values)) ** 2).sum().real)

    def logdet_error(self, rho: float) -> float:
        return 0.0


@dataclass(frozen=True, eq=False)
class LuSpectrum(Brief):
    """Exact log-determinants, one sparse factorisation each; traces are derivatives of them."""

    matrix: sparse.csr_array
    radius: float

    @property
    def n(self) -> int:
        return int(self.matrix.shape[0])

    @property
    def exact(self) -> bool:
        return True

    @property
    def interval(self) -> tuple[float, float]:
        return -1.0 / self.radius, 1.0 / self.radius

    def logdet(self, rho: float) -> float:
        return float(np.log(np.abs(factorise(self.matrix, rho).U.diagonal())).sum())

    def trace_g(self, rho: float) -> float:
        step = self._step(rho)
        f = [self.logdet(rho + shift * step) for shift in (-2, -1, 1, 2)]
        return -float((f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * step))

    def trace_gg(self, rho: float) -> float:
        step = self._step(rho)
        f = [self.logdet(rho + shift * step) for shift in (-2, -1, 0, 1, 2)]
        return -float((-f[0] + 16 * f[1] - 30 * f[2] + 16 * f[3] - f[4]) / (12 * step**2))

    def logdet_error(self, rho: float) -> float:
        return 0.0

    def _step(self, rho: float) -> float:
        low, high = self.interval
        return 0.02 * min(rho - low, high - rho)


@dataclass(frozen=True, eq=False)
class ChebyshevSpectrum(Brief):
    """Chebyshev moments tr T_k(A / radius) of the symmetric form A of W, estimated from random probes.

    `moments` (probes, order + 1). With rho r = 2z / (1 + z^2), r the radius,
    ln|I - rho W| = -N ln(1 + z^2) - sum_k (2/k) z^k tr T_k (the generating function of the polynomials),
    so one set of moments serves every rho. The first three moments are exact.
    """

    size: int
    radius: float
    moments: FloatArray

    @property
    def n(self) -> int:
        return self.size

    @property
    def exact(self) -> bool:
        return False

    @property
    def interval(self) -> tuple[float, float]:
        return -1.0 / self.radius, 1.0 / self.radius

    @cached_property
    def _mean(self) -> FloatArray:
        mean: FloatArray = self.moments.mean(axis=0)
        return mean

    def logdet(self, rho: float) -> float:
        return float(self._expansion(rho) @ self._mean[1:]) - self.size * np.log1p(self._z(rho) ** 2)

    def trace_g(self, rho: float) -> float:
        z = self._z(rho)
        orders = np.arange(self.moments.shape[1] - 1)
        slope = -2.0 * z * self.size / (1.0 + z * z) - 2.0 * float(z**orders @ self._mean[1:])
        return -slope * self.radius * (1.0 + z * z) ** 2 / (2.0 * (1.0 - z * z))

    def trace_gg(self, rho: float) -> float:
        low, high = self.interval
        step = 0.02 * min(rho - low, high - rho)
        f = [self.trace_g(rho + shift * step) for shift in (-2, -1, 1, 2)]
        return (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * step)

    def logdet_error(self, rho: float) -> float:
        """Return the standard error over the probes."""
        values = self.moments[:, 1:] @ self._expansion(rho)
        return float(values.std(ddof=1) / np.sqrt(len(values)))

    def trace_g_error(self, rho: float) -> float:
        """Return the standard error of `trace_g` over the probes."""
        z = self._z(rho)
        orders = np.arange(self.moments.shape[1] - 1)
        scale = self.radius * (1.0 + z * z) ** 2 / (1.0 - z * z)
        values = scale * (self.moments[:, 1:] @ z**orders)
        return float(values.std(ddof=1) / np.sqrt(len(values)))

    def _z(self, rho: float) -> float:
        scaled = rho * self.radius
        return scaled / (1.0 + np.sqrt(max(1.0 - scaled * scaled, 0.0)))

    def _expansion(self, rho: float) -> FloatArray:
        orders = np.arange(1, self.moments.shape[1])
        expansion: FloatArray = -2.0 / orders * self._z(rho) ** orders
        return expansion


def factorise(matrix: sparse.csr_array, rho: float) -> linalg.SuperLU:
    """Return the sparse LU factors of I - rho W."""
    system = sparse.eye_array(matrix.shape[0], format="csc") - rho * matrix.tocsc()
    return linalg.splu(
        system.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )


def build_spectrum(
    matrix: sparse.csr_array,
    method: Method = "auto",
    *,
    probes: int = 64,
    order: int = 200,
    rng: int = 0,
) -> Spectrum:
    """Return the spectrum of W (N, N) by the method named, or by size.

    Up to 1,000 units eigenvalues, up to 20,000 sparse LU, above Chebyshev where W is similar to a symmetric matrix.

    Raises
    ------
    SpecError
        If the method is unknown, or Chebyshev is asked of a W that is not similar to a symmetric matrix.
    """
    n = matrix.shape[0]
    scale = symmetriser(matrix) if method in ("auto", "eigen", "chebyshev") else None
    if method == "auto":
        large = "chebyshev" if n > LU_LIMIT and scale is not None else "lu"
        method = "eigen" if n <= EIGEN_LIMIT else large  # type: ignore[assignment]
    if method == "eigen":
        return EigenSpectrum(eigenvalues(matrix, scale))
    if method == "lu":
        return LuSpectrum(matrix, spectral_radius(matrix))
    if method == "chebyshev":
        if scale is None:
            raise SpecError(
                message(
                    "Chebyshev log-determinants need weights that are similar to a symmetric matrix "
                    "(row-standardised symmetric weights are): take {method}",
                    method=option("method", "lu"),
                )
            )
        form, radius = symmetric_form(matrix, scale), spectral_radius(matrix)
        return _chebyshev(form, radius, probes, order, np.random.default_rng(rng))
    raise SpecError(
        message("the log-determinant comes by auto, eigen, lu or chebyshev, not {method!r}", method=method)
    )


def eigenvalues(matrix: sparse.csr_array, scale: FloatArray | None) -> NDArray[np.complex128] | FloatArray:
    """Return all eigenvalues, real ones from the symmetric form where there is one."""
    if scale is not None:
        values: FloatArray = np.linalg.eigvalsh(symmetric_form(matrix, scale).toarray())
        return values
    general = np.linalg.eigvals(matrix.toarray())
    return general.real.copy() if np.abs(general.imag).max(initial=0.0) < 1e-12 else general


def symmetriser(matrix: sparse.csr_array) -> FloatArray | None:
    """Return d > 0 (N,) with d_i w_ij = d_j w_ji for all pairs, or None where there is no such d.

    Then D^1/2 W D^-1/2 is symmetric and has the eigenvalues of W.
    """
    w = sparse.csr_array(matrix)
    w.eliminate_zeros()
    pattern = w.astype(bool)
    if (pattern != pattern.T).nnz or w.data.min(initial=1.0) <= 0.0:
        return None
    coo = w.tocoo()
    ratio = sparse.csr_array((np.log(coo.data), (coo.row, coo.col)), shape=w.shape)
    steps = (ratio - ratio.T).tocoo()  # ln d_j - ln d_i on the edge (i, j)
    log_d = _potential(w, sparse.csr_array((steps.data, (steps.row, steps.col)), shape=w.shape))
    gap = coo.data * np.exp(log_d[coo.row]) - np.asarray(w.T.tocsr()[coo.row, coo.col]).ravel() * np.exp(
        log_d[coo.col]
    )
    size = np.abs(coo.data * np.exp(log_d[coo.row]))
    if gap.size and np.abs(gap).max() > 1e-9 * size.max():
        return None
    d: FloatArray = np.exp(log_d)
    return d


def _potential(w: sparse.csr_array, steps: sparse.csr_array) -> FloatArray:
    """Add the steps along a breadth-first tree of every component."""
    n = w.shape[0]
    _, labels = csgraph.connected_components(w, directed=False)
    potential = np.zeros(n)
    for root in np.unique(labels, return_index=True)[1]:
        order, before = csgraph.breadth_first_order(w, root, directed=False)
        if len(order) < 2:
            continue
        parents = before[order[1:]]
        rises = np.asarray(steps[parents, order[1:]]).ravel()
        for node, parent, rise in zip(order[1:], parents, rises, strict=True):
            potential[node] = potential[parent] + rise
    return potential


def symmetric_form(matrix: sparse.csr_array, scale: FloatArray) -> sparse.csr_array:
    """Return D^1/2 W D^-1/2, exactly symmetric."""
    root = np.sqrt(scale)
    form = sparse.diags_array(root) @ matrix @ sparse.diags_array(1.0 / root)
    return sparse.csr_array((form + form.T) / 2.0)


def spectral_radius(matrix: sparse.csr_array) -> float:
    """Return the largest modulus of an eigenvalue (one where every row sums to one and nothing is negative)."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    if matrix.data.min(initial=0.0) >= 0.0 and np.allclose(sums, 1.0, rtol=0.0, atol=1e-9):
        return 1.0
    if matrix.shape[0] <= EIGEN_LIMIT:
        return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())
    start = np.ones(matrix.shape[0])
    return float(np.abs(linalg.eigs(matrix, k=1, which="LM", v0=start, return_eigenvectors=False))[0])


def _chebyshev(
    form: sparse.csr_array, radius: float, probes: int, order: int, generator: np.random.Generator
) -> ChebyshevSpectrum:
    """Estimate the moments; products of T_k u give the moments of twice the order."""
    n = form.shape[0]
    scaled = sparse.csr_array(form / radius)
    u = generator.choice(np.array([-1.0, 1.0]), size=(n, probes))
    moments = np.empty((probes, order + 1))
    before, now = u, scaled @ u
    moments[:, 0] = n
    first = np.einsum("ij,ij->j", u, now)
    moments[:, 1] = scaled.diagonal().sum()
    for k in range(1, order // 2 + 1):
        moments[:, 2 * k] = 2.0 * np.einsum("ij,ij->j", now, now) - n
        if 2 * k + 1 > order:
            break
        after = 2.0 * (scaled @ now) - before
        moments[:, 2 * k + 1] = 2.0 * np.einsum("ij,ij->j", now, after) - first
        before, now = now, after
    moments[:, 2] = 2.0 * float(scaled.multiply(scaled).sum()) - n
    return ChebyshevSpectrum(n, radius, moments)
