"""Means of (I - rho W)^-1 and (I - rho W)^-1 W_d over units: diagonals and row sums, for many values of rho."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EIGEN_LIMIT, Spectrum, factorise, symmetriser

EXACT_VALUES = 12
"""Up to so many values of rho no mean is interpolated."""


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
        if len(rho) > EXACT_VALUES:
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
            behind = power @ self.durbin
            rows.append([power.trace(), behind.trace(), one @ (power @ one), one @ (behind @ one)])
            power = power @ self.w
        return np.array(rows) / self.n

    def _without_lag(self) -> FloatArray:
        one = np.ones(self.n)
        return np.array([self.n, self.durbin.diagonal().sum(), self.n, one @ (self.durbin @ one)]) / self.n

    @cached_property
    def durbin(self) -> sparse.csr_array:
        """Return the matrix of the Durbin terms: that of the lag unless they have one of their own."""
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
        one, durbin = np.ones(self.n), self.durbin
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
        own, behind = factors.solve(one), factors.solve(self.durbin @ one)
        if self.n <= EIGEN_LIMIT:
            trace, through = (
                float(np.trace(factors.solve(np.eye(self.n)))),
                float(np.trace(factors.solve(self.durbin.toarray()))),
            )
        else:
            if self.spectrum is None or not _same(self.durbin, self.w):
                raise SpecError(
                    message(
                        "{count} units with other weights for the Durbin terms than for the lag: impacts are not "
                        "offered",
                        count=self.n,
                    )
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
