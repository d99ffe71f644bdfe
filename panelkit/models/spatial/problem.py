"""A spatial likelihood at its maximum, as covariances ask for it (`covariance.base.LikelihoodProblem`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.capabilities import LIKELIHOOD
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.models.spatial import scores
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.information import hessian, information
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class SpatialProblem(Brief):
    """A spatial panel at its estimate; matrices are those of (b, rho, lambda, sigma2).

    `small_sample`: variances times n / (n - k), and t with N - 1 degrees of freedom, or with n - k where the rows are
    those of one year (`one_year`). `observed`: sandwiches stand on the observed Hessian, not on the information.
    """

    curvature: Curvature
    can: frozenset[str] = LIKELIHOOD
    small_sample: bool = True
    one_year: bool = False
    observed: bool = False

    @property
    def scale(self) -> float:
        """Return the factor on every variance."""
        counting = self.curvature.problem.counting
        return counting.nobs / (counting.nobs - self.curvature.problem.k) if self.small_sample else 1.0

    @property
    def df(self) -> float:
        """Return the degrees of freedom of t statistics."""
        problem = self.curvature.problem
        if not self.small_sample:
            return float("inf")
        return float(problem.y.size - problem.k if self.one_year else problem.counting.n_units - 1)

    def inverse_information(self) -> FloatArray:
        """Return the inverse of the expected information."""
        return inverse_of(information(self.curvature))

    def inverse_hessian(self) -> FloatArray:
        """Return the inverse of the observed Hessian."""
        return inverse_of(hessian(self.curvature))

    def bread(self) -> FloatArray:
        """Return what stands on both sides of a sandwich."""
        return self.inverse_hessian() if self.observed else self.inverse_information()

    def moments_meat(self) -> FloatArray:
        """Return the variance of the score under independent, identical errors that need not be normal."""
        return scores.moments_meat(self.curvature)

    def unit_meat(self) -> FloatArray:
        """Return the variance of the score under any serial form, units independent, pairs of units included."""
        return scores.unit_meat(self.curvature)

    def cell_scores(self) -> FloatArray:
        """Return the scores of every unit and period, (N, T, p)."""
        return scores.cell_scores(self.curvature)

    def said(self, sentence: Message, df: float | None = None) -> tuple[Message, ...]:
        """Return what a covariance assumes, and how variances and the distribution are scaled."""
        if not self.small_sample:
            return (sentence,)
        return sentence, small_sample_note(self.df if df is None else df)


def inverse_of(matrix: FloatArray) -> FloatArray:
    """Return the inverse of a symmetric matrix (p, p) whose parameters differ in scale."""
    scale = 1.0 / np.sqrt(np.abs(np.diag(matrix)))
    inner = np.linalg.inv(matrix * np.outer(scale, scale))
    return np.asarray((inner + inner.T) / 2 * np.outer(scale, scale))


def small_sample_note(df: float) -> Message:
    """Return how variances and the distribution are scaled."""
    return message("variances times n/(n - k), t({df:g})", df=df)
