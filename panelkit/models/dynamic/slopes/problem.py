"""Means and pooled values of the units' slopes, with the spread that their covariance stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from panelkit.kernels.capabilities import UNIT_SLOPES
from panelkit.kernels.location import huber_location
from panelkit.kernels.unit_regressions import UnitRegressions
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

Average = Literal["mean", "huber"]


@dataclass(frozen=True, eq=False)
class MeanOfSlopes(Brief):
    """The mean of N units' slopes (Pesaran and Smith 1995; Pesaran 2006, equations 53 and 58), or Huber's."""

    regressions: UnitRegressions
    average: Average = "mean"
    can: frozenset[str] = field(default=frozenset({UNIT_SLOPES}), repr=False)

    @property
    def count(self) -> int:
        """Return the number of units."""
        return len(self.regressions.slopes)

    @cached_property
    def _located(self) -> tuple[FloatArray, FloatArray]:
        """Return the average (k,) and what each unit moves it by, times N, (N, k)."""
        slopes = self.regressions.slopes
        if self.average == "huber":
            return huber_location(slopes)
        mean = slopes.mean(axis=0)
        return mean, slopes - mean

    @property
    def estimates(self) -> FloatArray:
        """Return the average slopes, (k,)."""
        return self._located[0]

    @property
    def residuals(self) -> FloatArray:
        """Return what the units' own slopes leave, (N, T)."""
        return self.regressions.errors

    @property
    def parameters(self) -> int:
        """Return how many coefficients all regressions have."""
        found = self.regressions
        return int((found.other + found.X.shape[2]).sum())

    def spread(self, about: str = "mean") -> FloatArray:
        """Return sum (b_i - b)(b_i - b)' / (N (N-1)), (k, k); of Huber's mean the same with what each unit moves.

        Raises
        ------
        SpecError
            If the spread about a pooled slope is asked for: there is none.
        """
        if about == "pooled":
            raise SpecError(
                message(
                    "UnitSlopes('pooled') is of one slope from all rows, CommonCorrelatedEffects(pooled=True): means "
                    "of slopes by {unit} have UnitSlopes()"
                )
            )
        apart = self._located[1]
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

    @property
    def estimates(self) -> FloatArray:
        """Return the pooled slopes, (k,)."""
        return self._pooled

    @cached_property
    def _pooled(self) -> FloatArray:
        Q, inverse = self._factor
        stacked, y = self.regressions.X.reshape(len(Q), -1), self.regressions.y.ravel()
        found = inverse @ (Q.T @ y)
        return np.asarray(found + inverse @ (Q.T @ (y - stacked @ found)))

    @property
    def residuals(self) -> FloatArray:
        """Return what the pooled slopes leave, (N, T)."""
        return np.asarray(self.regressions.y - self.regressions.X @ self.estimates)

    @property
    def parameters(self) -> int:
        """Return how many coefficients there are: the nuisance of every unit, and one slope each."""
        return int(self.regressions.other.sum()) + self.regressions.X.shape[2]

    def spread(self, about: str = "mean") -> FloatArray:
        """Return N/(N-1) A^-1 [sum S_i (b_i - b)(b_i - b)' S_i] A^-1, S_i = X_i'MX_i, A their sum.

        Pesaran (2006), equations 67 to 69, with the T of both sides cancelled: b is the mean slope, or the pooled one.

        Raises
        ------
        SpecError
            If the mean slope is asked for and some units have none, or none with a row to spare.
        """
        Q, inverse = self._factor
        found = self.regressions
        without = int((~found.solvable | (found.left < 1)).sum())
        if about == "mean" and without:
            raise SpecError(
                message(
                    "{without} of {count} regressions have no slope with a row to spare, so that the spread of slopes "
                    "is not known: take UnitSlopes('pooled')",
                    without=without,
                    count=self.count,
                )
            )
        basis = Q.reshape(found.X.shape)
        centre = self.estimates if about == "pooled" else found.slopes.mean(axis=0)
        sums = np.einsum("ntk,nt->nk", basis, found.y - found.X @ centre) @ inverse.T
        return np.asarray(sums.T @ sums * self.count / (self.count - 1))
