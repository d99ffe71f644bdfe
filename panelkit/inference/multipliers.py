"""Means of (I - rho W)^-1 and (I - rho W)^-1 W_d over units: diagonals and row sums, for many values of rho."""

from __future__ import annotations

from collections.abc import Callable
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
        return _smooth(rho, self._one)

    def of_units(self, rho: FloatArray, values: FloatArray) -> FloatArray:
        """Return (m, 4, q): the same four means where unit j counts values[., j], for values (q, N).

        tr(S D) / N, tr(S W_d D) / N, i'S D i / N and i'S W_d D i / N with D the diagonal matrix of a row of values;
        rows of ones give `at`.

        Raises
        ------
        SpecError
            If values differ between units, and these are too many for a matrix of N x N.
        """
        rho = np.atleast_1d(rho)
        constant = values[:, 0]
        if bool((values == constant[:, None]).all()):
            return np.asarray(self.at(rho)[:, :, None] * constant)
        if self.w is None:
            return np.tile(self._by_unit(self._solved(0.0)) @ values.T / self.n, (len(rho), 1, 1))
        if self.n > EIGEN_LIMIT:
            raise SpecError(
                message(
                    "effects that differ between units need an N x N matrix, and {count} units are too many",
                    count=self.n,
                )
            )
        if self._basis is None:
            return _smooth(rho, lambda value: self._by_unit(self._solved(value)) @ values.T / self.n)
        omega, right, left = self._basis
        durbin, sums = self.durbin.toarray(), right.sum(axis=0)
        through = left @ durbin
        weights = np.stack(
            [
                (right.T * left) @ values.T,
                (right.T * through) @ values.T,
                sums[:, None] * (left @ values.T),
                sums[:, None] * (through @ values.T),
            ],
            axis=1,
        )
        terms = np.tensordot(1.0 / (1.0 - np.multiply.outer(rho, omega)), weights, axes=1) / self.n
        return np.ascontiguousarray(terms.real)

    def _solved(self, rho: float) -> FloatArray:
        """Return (I - rho W)^-1 (N, N)."""
        whole = np.eye(self.n)
        return whole if self.w is None else np.asarray(factorise(self.w, rho).solve(whole))

    def _by_unit(self, inverse: FloatArray) -> FloatArray:
        """Return diagonal and column sums of S and of S W_d, (4, N)."""
        behind = np.asarray(inverse @ self.durbin.toarray())
        return np.array([inverse.diagonal(), behind.diagonal(), inverse.sum(axis=0), behind.sum(axis=0)])

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
    def _basis(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None:
        """Return eigenvalues (N,), right and left eigenvectors (N, N) of W, or None where they do not serve."""
        if self.w is None or self.n > EIGEN_LIMIT:
            return None
        dense, scale = self.w.toarray(), symmetriser(self.w)
        if scale is not None:
            root = np.sqrt(scale)
            omega, vectors = np.linalg.eigh(root[:, None] * dense / root)
            return omega, vectors / root[:, None], vectors.T * root
        omega, right = np.linalg.eig(dense)
        return None if np.linalg.cond(right) > 1e8 else (omega, right, np.linalg.inv(right))

    @cached_property
    def _eigen(self) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return eigenvalues (N,) and the weights (N, 4) of 1 / (1 - rho omega) in the four means."""
        if self._basis is None:
            return None
        omega, right, left = self._basis
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


def _smooth(rho: FloatArray, at: Callable[[float], FloatArray]) -> FloatArray:
    """Return what a function gives at each of (m,) values; of many, at nine Chebyshev nodes, interpolated.

    Draws of rho lie in a narrow range, where the means are smooth.
    """
    if len(rho) <= EXACT_VALUES:
        return np.array([at(float(value)) for value in rho])
    from scipy.interpolate import BarycentricInterpolator

    low, high = float(rho.min()), float(rho.max())
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (2 * np.arange(9) + 1) / 18)
    return np.asarray(BarycentricInterpolator(nodes, np.array([at(float(node)) for node in nodes]))(rho))


def _same(a: sparse.csr_array, b: sparse.csr_array) -> bool:
    return a is b or bool(abs(a - b).sum() == 0.0)
