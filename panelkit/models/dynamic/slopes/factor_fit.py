"""Least squares beside factors: the regression of what they leave, and the directions that they took."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from panelkit.kernels.capabilities import SCORES
from panelkit.kernels.factors import Approximation
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message

_MOST_CELLS = 200_000_000  # 1.6 GB


@dataclass(frozen=True, eq=False)
class FactorFit(LinearFit):
    """A regression whose columns factors and loadings were taken out of.

    `left` (N, r) and `right` (T, r) are orthonormal, loadings and factors but for scale.
    """

    left: FloatArray
    right: FloatArray

    @cached_property
    def beyond(self) -> FloatArray | None:
        """Return an orthonormal basis (n, r (N + T - r)) of l_i a_t + b_i f_t, less the dimensions of the effects.

        To first order these are the directions in which estimated loadings and factors move fitted values.

        Raises
        ------
        SpecError
            If it does not fit into memory.
        """
        (units, r), periods = self.left.shape, len(self.right)
        if r == 0:
            return None
        if units * periods * r * (units + periods) > _MOST_CELLS:
            raise SpecError(
                message(
                    "CR2 beside {factors} factors needs all their directions, {units} and {periods} are too many for "
                    "memory: take Cluster(), which differs little with so many",
                    factors=r,
                    units=units,
                    periods=periods,
                )
            )
        swept_units = np.ones((units, int(self.effects in ("time", "twoway"))))
        swept_periods = np.ones((periods, int(self.effects in ("unit", "twoway"))))
        own = np.kron(self.left, _complement(swept_periods))
        other = np.kron(_complement(np.hstack([swept_units, self.left])), self.right)
        return np.hstack([own, other])


def factor_fit(linear: LinearFit, found: Approximation) -> FactorFit:
    """Return the regression as one beside factors, on which covariances from scores stand."""
    held = {item.name: getattr(linear, item.name) for item in fields(linear)}
    return FactorFit(**{**held, "can": frozenset({SCORES})}, left=found.left, right=found.right)


def _complement(columns: FloatArray) -> FloatArray:
    """Return an orthonormal basis (n, n - m) of what is orthogonal to columns (n, m) of full rank."""
    count = columns.shape[1]
    if count == 0:
        return np.eye(len(columns))
    return np.asarray(np.linalg.qr(columns, mode="complete")[0][:, count:])
