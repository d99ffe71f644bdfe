"""Means and pooled values of the units' slopes, with the spread that their covariance stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from panelkit.kernels.capabilities import UNIT_SLOPES
from panelkit.kernels.unit_regressions import UnitRegressions
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class MeanOfSlopes(Brief):
    """The mean of N units' slopes (Pesaran and Smith 1995; Pesaran 2006, equations 53 and 58)."""

    regressions: UnitRegressions
    can: frozenset[str] = field(default=frozenset({UNIT_SLOPES}), repr=False)

    @property
    def count(self) -> int:
        """Return the number of units."""
        return len(self.regressions.slopes)

    @cached_property
    def estimates(self) -> FloatArray:
        """Return the mean slopes, (k,)."""
        return np.asarray(self.regressions.slopes.mean(axis=0))

    def spread(self) -> FloatArray:
        """Return sum (b_i - b)(b_i - b)' / (N (N-1)), (k, k)."""
        apart = self.regressions.slopes - self.estimates
        return np.asarray(apart.T @ apart / (self.count * (self.count - 1)))


@dataclass(frozen=True, eq=False)
class PooledSlopes(MeanOfSlopes):
    """Least squares on the rows of all units, each less what its own nuisance explains (Pesaran 2006, equation 65).

    Every row counts once, as in a balanced panel with weights 1/N.
    """

    @cached_property
    def _factor(self) -> tuple[FloatArray, FloatArray]:
        """Return an orthonormal basis (N T, k) of the stacked regressors and T (k, k), the basis being X T."""
        X = self.regressions.X
        stacked = X.reshape(-1, X.shape[2])
        norms = np.sqrt((stacked**2).sum(axis=0))
        Q, R = np.linalg.qr(stacked / norms)
        return Q, np.linalg.inv(R) / norms[:, None]

    @cached_property
    def estimates(self) -> FloatArray:
        """Return the pooled slopes, (k,)."""
        Q, inverse = self._factor
        stacked, y = self.regressions.X.reshape(len(Q), -1), self.regressions.y.ravel()
        found = inverse @ (Q.T @ y)
        return np.asarray(found + inverse @ (Q.T @ (y - stacked @ found)))

    def spread(self) -> FloatArray:
        """Return N/(N-1) A^-1 [sum S_i (b_i - b)(b_i - b)' S_i] A^-1, S_i = X_i'MX_i, A their sum, b the mean slope.

        Pesaran (2006), equations 67 to 69, with the T of both sides cancelled.
        """
        Q, inverse = self._factor
        found = self.regressions
        basis = Q.reshape(found.X.shape)
        mean = found.slopes.mean(axis=0)
        sums = np.einsum("ntk,nt->nk", basis, found.y - found.X @ mean) @ inverse.T
        return np.asarray(sums.T @ sums * self.count / (self.count - 1))
