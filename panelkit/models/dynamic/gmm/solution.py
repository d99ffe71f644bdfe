"""One-step and two-step GMM of a dynamic panel: moments by unit or cluster, parameters, covariance, influence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import linalg, sparse

from panelkit.kernels.identified import ABSORBED_SHARE, absorbed_terms
from panelkit.kernels.moment_conditions import (
    LinearMoments,
    MomentFit,
    Singular,
    generalised_root,
    second_step,
    solve_moments,
)
from panelkit.kernels.outcome import is_exact
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import INTERCEPT, DynamicRows
from panelkit.models.dynamic.gmm.weights import Weighting, weight_inverse
from panelkit.show.brief import Brief

_WELL_APART = 1e-6
"""The smallest eigenvalue of cross-products of columns at norm one that costs no digit of ten."""
_TOO_CLOSE = 4e-6
"""The smallest singular value of columns at norm one under which a system holds two digits (at 8e-6: four)."""


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

    Moments are of a basis of the instruments, in which the M columns, at norm one, have `coordinates` (rank, M): no
    weight, estimate or test depends on the basis, and large means cost no digits. `covariance` (K, K) is of the
    parameters. `singular` tells whether the two-step weight is, `exact` whether residuals are rounding.
    """

    stack: Stack
    moments: LinearMoments
    first: MomentFit
    second: MomentFit | None
    fit: MomentFit
    covariance: FloatArray
    coordinates: FloatArray
    singular: bool
    exact: bool

    @property
    def rank(self) -> int:
        """Return how many instruments are no combinations of others."""
        return len(self.coordinates)

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


def _basis(Z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a basis (r, rank) of columns (r, M), and the columns at norm one in it, (rank, M).

    Columns that stand well apart are their own basis; where some nearly repeat others, it is orthonormal.
    """
    scaled = Z / np.sqrt(np.einsum("rm,rm->m", Z, Z))
    if np.linalg.eigvalsh(scaled.T @ scaled)[0] > _WELL_APART:
        return scaled, np.eye(Z.shape[1])
    basis, upper, order = linalg.qr(scaled, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(upper)) > ABSORBED_SHARE).sum())
    coordinates = np.empty((rank, Z.shape[1]))
    coordinates[:, order] = upper[:rank]
    return np.ascontiguousarray(basis[:, :rank]), coordinates


def _refuse_far(coordinates: FloatArray, far: tuple[str, ...]) -> None:
    """Refuse instruments of a system whose weights, products of them, double precision does not hold."""
    closest = float(np.linalg.svd(coordinates, compute_uv=False)[-1])
    if closest >= _TOO_CLOSE:
        return
    if far:
        raise SpecError(
            message(
                "the instruments of the system nearly repeat each other (to {closest:.1e} of their "
                "size), since {nodes} lie far from zero, and weights made of them are rounding. Here the "
                "fit itself moves with that level: only beside {time_effects} and a constant, {h} and "
                "every {unit} in the same {periods}, does it not. Subtract from the columns a constant "
                "that has a meaning, or take {time_effects} and a balanced panel",
                h=option("h", 3),
                time_effects=option("time_effects", True),
                closest=closest,
                nodes=[f"`{name}`" for name in far],
            )
        )
    raise SpecError(
        message(
            "the instruments of the system nearly repeat each other (to {closest:.1e} of their size), and weights made "
            "of them are rounding: leave out an instrument",
            closest=closest,
        )
    )


def _as_they_stand(coordinates: FloatArray, instruments: Instruments) -> FloatArray:
    """Return coordinates (rank, M) of the columns from which nothing was subtracted, at norm one."""
    if instruments.turn is None:
        return coordinates
    turned = coordinates * np.linalg.norm(instruments.stacked, axis=0) @ instruments.turn
    return np.asarray(turned / np.linalg.norm(turned, axis=0))


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
    """Solve the moments by one or two steps.

    Raises
    ------
    SpecError
        If the instruments do not identify the parameters, or the two-step weight is singular and was not asked for, or
        nothing but rounding is left to make one of, or levels of a system lie too far from zero.
    """
    Q, coordinates = _basis(instruments.stacked)
    if instruments.level is not None:
        _refuse_far(coordinates, instruments.far)
        coordinates = _as_they_stand(coordinates, instruments)
    m = stack.n_moved
    basis = replace(instruments, moved=Q[:m], level=None if instruments.level is None else Q[m:])
    a = stack.summed(Q * stack.y[:, None])
    B = np.stack([stack.summed(Q * column[:, None]) for column in stack.X.T], axis=2)
    moments = LinearMoments(a, B, stack.names)
    first = solve_moments(moments, weight_inverse(basis, rows, h))
    rank = Q.shape[1]
    at_first = moments.by_unit(first.params)
    short = generalised_root(at_first.T @ at_first).shape[1] < rank
    exact = is_exact((stack.y - stack.X @ first.params)[:m], stack.y[:m])
    if exact and steps == 2:
        raise SpecError(
            message(
                "the first step leaves no residuals, and there is nothing to weigh a second one by: steps=1"
            )
        )
    second = None
    if steps == 2 or not (short or exact):
        second = second_step(moments, first, singular=singular)
    known = {"coordinates": coordinates, "singular": short, "exact": exact}
    if steps == 1 or second is None:
        return Solution(stack, moments, first, second, first, first.robust, **known)
    covariance = second.corrected if windmeijer and second.corrected is not None else second.bread
    return Solution(stack, moments, first, second, second, covariance, **known)
