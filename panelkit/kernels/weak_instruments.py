"""What the statistics of weak identification stand on: canonical correlations, and small regressions on instruments.

Each statistic is a Wald statistic of coefficients on orthonormal columns, so that a covariance of any kind is that of a
least-squares fit: `RankProblem` is such a fit, which counts the parameters of the first stage.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from panelkit.kernels.identified import least_squares, orthonormal_columns
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

# What the instruments leave of a regressor, as a share of it, below which the first stage is exact.
EXACT = 1e-12


@dataclass(frozen=True, eq=False)
class RankProblem(LinearFit):
    """Least squares on orthonormal columns `X` (n, q) that counts `parameters` of a first stage."""

    parameters: int = field(default=0, kw_only=True)

    @property
    def k(self) -> int:
        return self.parameters


@dataclass(frozen=True, eq=False)
class Partialled(Brief):
    """Endogenous regressors (n, m) and excluded instruments (n, l) less the exogenous ones, orthonormal.

    `correlations` (m,) fall; `left` (l, l) and `right` (m, m) are their directions.
    """

    linear: InstrumentedFit
    endogenous: FloatArray
    instruments: FloatArray
    correlations: FloatArray
    left: FloatArray
    right: FloatArray

    @classmethod
    def of(cls, linear: InstrumentedFit) -> Partialled:
        """Return the blocks of a fit."""
        a = linear.n_exogenous
        X, Z = linear.regressors[:, a:], linear.instruments[:, a:]
        if a:
            basis = orthonormal_columns(linear.instruments[:, :a])
            X, Z = X - basis @ (basis.T @ X), Z - basis @ (basis.T @ Z)
        X, Z = orthonormal_columns(X), orthonormal_columns(Z)
        left, values, right = np.linalg.svd(Z.T @ X)
        return cls(linear, X, Z, values, left, right.T)

    @property
    def m(self) -> int:
        return self.endogenous.shape[1]

    @property
    def restrictions(self) -> int:
        """Return how many restrictions the null of rank m - 1 puts on the first stages."""
        return self.instruments.shape[1] - self.m + 1

    @property
    def exact(self) -> bool:
        """Return whether the instruments reproduce a combination of the endogenous regressors."""
        return bool(1.0 - self.correlations[0] ** 2 <= EXACT)

    def rank_problem(self, *, under_null: bool) -> RankProblem:
        """Return the regression whose Wald statistic is that of Kleibergen and Paap (2006).

        The weakest combination of the endogenous regressors on the instruments that the null leaves it; the residuals
        are those of the first stage, or under the null the combination itself.
        """
        columns = self.instruments @ self.left[:, self.m - 1 :]
        weakest = self.endogenous @ self.right[:, -1]
        gone = weakest if under_null else weakest - self.instruments @ (self.instruments.T @ weakest)
        return self.problem(columns, weakest, gone)

    def conditional_problem(self, j: int) -> RankProblem:
        """Return the regression of endogenous regressor j, less two-stage least squares on the others, on instruments.

        Sanderson and Windmeijer (2016).
        """
        own, others = self._column(j), np.delete(self._columns(), j, axis=1)
        if others.shape[1]:
            fitted = self.instruments @ (self.instruments.T @ others)
            own = own - others @ least_squares(fitted, own)
        return self.problem(self.instruments, own, own - self.instruments @ (self.instruments.T @ own))

    def problem(self, columns: FloatArray, outcome: FloatArray, residuals: FloatArray) -> RankProblem:
        """Return a regression on orthonormal columns (n, q) that counts the parameters of a first stage."""
        q = columns.shape[1]
        return RankProblem(
            y=outcome,
            X=np.ascontiguousarray(columns),
            terms=tuple(str(j) for j in range(q)),
            layout=self.linear.layout,
            effects=self.linear.effects,
            absorbed=self.linear.absorbed,
            beta=columns.T @ outcome,
            residuals=residuals,
            root=np.eye(q),
            parameters=self.linear.instruments.shape[1],
        )

    def _columns(self) -> FloatArray:
        a = self.linear.n_exogenous
        X = self.linear.regressors[:, a:]
        if a:
            basis = orthonormal_columns(self.linear.instruments[:, :a])
            X = X - basis @ (basis.T @ X)
        return X / np.sqrt(np.einsum("ij,ij->j", X, X))

    def _column(self, j: int) -> FloatArray:
        return np.asarray(self._columns()[:, j])


def control_function(linear: InstrumentedFit) -> tuple[FloatArray, FloatArray]:
    """Return regressors with first-stage residuals (n, k + m), and the residuals of the outcome on them (n,).

    The coefficients of the first-stage residuals are zero where the regressors are exogenous (Hausman 1978, Wooldridge
    1995).
    """
    a = linear.n_exogenous
    gone = (linear.regressors - linear.fitted)[:, a:]
    both = np.column_stack([linear.regressors, gone])
    return both, np.asarray(linear.y - both @ least_squares(both, linear.y))
