"""One-step and two-step GMM of a dynamic panel: moments by unit or cluster, parameters, covariance, influence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from panelkit.kernels.identified import absorbed_terms
from panelkit.kernels.moment_conditions import (
    LinearMoments,
    MomentFit,
    Singular,
    generalised_root,
    second_step,
    solve_moments,
)
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import INTERCEPT, DynamicRows
from panelkit.models.dynamic.gmm.weights import Weighting, weight_inverse
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Stack(Brief):
    """Both equations below each other: `y` (r,), `X` (r, k), `names`, and the group (r,) in which moments are summed.

    The first `n_moved` rows are transformed ones. `groups` counts the groups.
    """

    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    group: IntArray
    n_moved: int
    groups: int

    def summed(self, values: FloatArray) -> FloatArray:
        """Return the sums of rows (r, j) by group, (G, j)."""
        r = len(self.group)
        by_group = sparse.csr_matrix((np.ones(r), (self.group, np.arange(r))), shape=(self.groups, r))
        return np.asarray(by_group @ values)


@dataclass(frozen=True, eq=False)
class Solution(Brief):
    """A fit of moments: `fit` is the step asked for, `first` the first, `second` the second where it can be solved.

    `covariance` (K, K) of the parameters; `rank` the instruments that are no combinations of others; `singular` whether
    the weight of the second step is.
    """

    stack: Stack
    moments: LinearMoments
    first: MomentFit
    second: MomentFit | None
    fit: MomentFit
    covariance: FloatArray
    rank: int
    singular: bool

    @property
    def residuals(self) -> FloatArray:
        """Return the residuals of both equations, (r,)."""
        return self.stack.y - self.stack.X @ self.fit.params

    @property
    def surplus(self) -> int:
        """Return how many instruments there are beyond the parameters."""
        return self.rank - len(self.fit.params)

    def influence(self) -> FloatArray:
        """Return what every group adds to the parameters at the solution, (G, K)."""
        transfer = self.fit.bread @ (self.moments.b_sum.T @ self.fit.weight)
        return self.moments.by_unit(self.fit.params) @ transfer.T


def stack_rows(rows: DynamicRows, cluster: IntArray, *, system: bool, constant: bool) -> Stack:
    """Return the rows of the equations, refusing regressors that the transformation takes away.

    Raises
    ------
    SpecError
        Naming regressors that do not vary over time within units.
    """
    X, names = rows.X, rows.names
    y = rows.transformed(rows.y[:, None])[:, 0]
    moved = rows.transformed(X)
    if not system:
        still = absorbed_terms(X[rows.moved], moved)
        if still.any():
            raise SpecError(
                message(
                    "{terms}: no variation over time is left after the transformation: leave them out, or SystemGMM, "
                    "whose "
                    "level equation holds them",
                    terms=[f"`{name}`" for name, gone in zip(names, still, strict=True) if gone],
                )
            )
    m, group = len(moved), cluster[rows.moved]
    if system:
        moved, y = np.concatenate([moved, X]), np.concatenate([y, rows.y])
        group = np.concatenate([group, cluster])
    if constant:
        moved = np.column_stack([moved, np.arange(len(moved)) >= m])
        names = (*names, INTERCEPT)
    codes = np.unique(group, return_inverse=True)[1]
    return Stack(y, moved, names, codes.astype(np.int64), m, int(codes.max()) + 1)


def solve(
    stack: Stack,
    instruments: Instruments,
    rows: DynamicRows,
    *,
    h: Weighting,
    steps: Literal[1, 2],
    windmeijer: bool,
    singular: Singular,
) -> Solution:
    """Solve the moments by one or two steps, each column at norm one.

    Raises
    ------
    SpecError
        If the instruments do not identify the parameters, or the two-step weight is singular and was not asked for.
    """
    Z = instruments.stacked
    size = np.linalg.norm(Z, axis=0)
    scaled = Instruments(
        instruments.moved / size,
        None if instruments.level is None else instruments.level / size,
        instruments.names,
        instruments.groups,
        instruments.equations,
    )
    Z = Z / size
    a = stack.summed(Z * stack.y[:, None])
    B = np.stack([stack.summed(Z * column[:, None]) for column in stack.X.T], axis=2)
    moments = LinearMoments(a, B, stack.names)
    first = solve_moments(moments, weight_inverse(scaled, rows, h))
    rank = generalised_root(Z.T @ Z).shape[1]
    at_first = moments.by_unit(first.params)
    held = generalised_root(at_first.T @ at_first).shape[1]
    short = held < rank
    second = None
    if steps == 2 or not short:
        second = second_step(moments, first, singular=singular)
    if steps == 1 or second is None:
        return Solution(stack, moments, first, second, first, first.robust, rank, short)
    covariance = second.corrected if windmeijer and second.corrected is not None else second.bread
    return Solution(stack, moments, first, second, second, covariance, rank, short)
