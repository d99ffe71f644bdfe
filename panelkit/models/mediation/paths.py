"""Path systems on arrays: several equations on one set of columns, refitted in batches from cross-products.

The columns are treatment, mediators, further regressors and outcome. Every equation regresses one of them on
others on the same rows, so that the swept cross-products of all columns carry every equation of every draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from panelkit.kernels.leave_out import grams_without_each
from panelkit.kernels.linear import LinearFit, fit_plain
from panelkit.kernels.moments import GroupMoments, group_moments, regress
from panelkit.kernels.reweighting import refuse_long_work, reweighted_grams, suits_reweighting
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import Effects, FloatArray, IntArray, Layout, within
from panelkit.show.brief import Brief

# Draws of one batch: fixed, so that the numbers do not depend on how many workers share the batches.
_BLOCK = 1_000
_NOTHING = -1


@dataclass(frozen=True)
class Equation:
    """One regression of the system: positions of its outcome and regressors among the columns."""

    name: str
    outcome: int
    regressors: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PathSystem(Brief):
    """Equations on shared columns: `columns` (n, q) unswept, rows in the order of `layout`.

    `groups` (n_units,) is the cluster of each unit; None makes each unit a cluster.
    """

    columns: FloatArray
    labels: tuple[str, ...]
    layout: Layout
    effects: Effects
    equations: tuple[Equation, ...]
    groups: IntArray | None = None

    @cached_property
    def moments(self) -> GroupMoments:
        return group_moments(self.columns, self.layout, self.effects, self.groups)

    @cached_property
    def swept_columns(self) -> FloatArray:
        """Return the columns swept of the effects, (n, q)."""
        return within(self.columns, self.layout, self.effects)

    @property
    def n_groups(self) -> int:
        return self.layout.n_units if self.groups is None else int(self.groups.max()) + 1

    @cached_property
    def row_groups(self) -> IntArray:
        """Return the cluster of each row, (n,)."""
        return self.layout.unit if self.groups is None else self.groups[self.layout.unit]

    @cached_property
    def fits(self) -> tuple[LinearFit, ...]:
        """Return the least-squares fit of every equation on the whole sample."""
        absorbed = self.layout.absorbed(self.effects)
        return tuple(
            fit_plain(
                self.swept_columns[:, equation.outcome],
                np.ascontiguousarray(self.swept_columns[:, list(equation.regressors)]),
                tuple(self.labels[j] for j in equation.regressors),
                self.layout,
                self.effects,
                absorbed,
                before=self.columns[:, list(equation.regressors)],
            )
            for equation in self.equations
        )

    @cached_property
    def theta(self) -> FloatArray:
        """Return the coefficients of all equations one after another, (K,)."""
        return np.concatenate([fit.beta for fit in self.fits])

    def position(self, equation: str, column: int) -> int:
        """Return where the coefficient of a column in an equation stands in theta, or -1."""
        start = 0
        for candidate in self.equations:
            if candidate.name == equation:
                held = candidate.regressors
                return start + held.index(column) if column in held else _NOTHING
            start += len(candidate.regressors)
        return _NOTHING

    def refit(self, weights: FloatArray, jobs: int = 1) -> FloatArray:
        """Return the swept cross-products (B, q, q) of the columns under weights (B, G) on the clusters."""
        q = self.columns.shape[1]
        if not suits_reweighting(self.layout, self.effects, self.n_groups, q):
            return _in_blocks(self.moments.swept, weights, jobs)
        refuse_long_work(self.layout, q, len(weights))
        groups = np.arange(self.layout.n_units) if self.groups is None else self.groups

        def swept(rows: FloatArray) -> FloatArray:
            return reweighted_grams(self.columns, self.layout, self.effects, rows[:, groups])

        return _in_blocks(swept, weights, jobs)

    def coefficients(self, swept: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return theta of every draw, (B, K), and which draws identify all of it, (B,).

        `swept` (B, q, q) comes from `refit`. Equations with the same regressors are solved together.
        """
        parts: dict[int, FloatArray] = {}
        identified = np.ones(len(swept), dtype=bool)
        for regressors in dict.fromkeys(equation.regressors for equation in self.equations):
            same = [i for i, equation in enumerate(self.equations) if equation.regressors == regressors]
            betas, held = regress(swept, regressors, [self.equations[i].outcome for i in same])
            identified &= held
            parts |= {i: betas[:, :, at] for at, i in enumerate(same)}
        return np.concatenate([parts[i] for i in range(len(self.equations))], axis=1), identified

    def without_each(self) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return theta with each cluster left out in turn, (G, K), and a mask (G,)."""
        grams = grams_without_each(self.swept_columns, self.layout, self.effects, self.row_groups)
        return self.coefficients(grams)


def _in_blocks(call: Callable[[FloatArray], FloatArray], rows: FloatArray, jobs: int) -> FloatArray:
    blocks = [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]
    if jobs == 1 or len(blocks) == 1:
        return np.concatenate([call(block) for block in steps_of(blocks, len(blocks))])
    parts = Parallel(n_jobs=jobs, prefer="threads")(delayed(call)(block) for block in blocks)
    return np.concatenate(list(parts))


def wild_coefficients(system: PathSystem, weights: FloatArray, factors: FloatArray) -> FloatArray:
    """Return theta of the unrestricted wild cluster bootstrap of every equation, (B, K).

    Every draw multiplies the residuals of a cluster by its weight, the same in all equations, and refits each equation
    on its observed regressors (mediators among them). Refitting is linear in the weights: theta plus the weighted
    influence of the clusters.

    Parameters
    ----------
    weights
        Shape (B, G), mean 0 and variance 1.
    factors
        Shape (equations,): by what the residuals of each equation are stretched for the degrees of freedom.
    """
    scores = [
        sum_by(fit.basis_scores, system.row_groups) @ fit.root.T * factor
        for fit, factor in zip(system.fits, factors, strict=True)
    ]
    return np.asarray(system.theta + weights @ np.hstack(scores))


@dataclass(frozen=True)
class PathMap:
    """Where the paths of k mediators stand in theta; -1 is a path that the model has not.

    `first` (k,): treatment to mediator; `between[j][i]`: mediator i to mediator j; `second` (k,): mediator to
    outcome; `direct`, `total`; `*_by`: the same path's product with the moderator.
    """

    first: tuple[int, ...]
    between: tuple[tuple[int, ...], ...]
    second: tuple[int, ...]
    direct: int
    total: int
    first_by: tuple[int, ...]
    second_by: tuple[int, ...]
    direct_by: int

    @property
    def moderated(self) -> bool:
        """Return whether any path depends on the moderator."""
        return any(at >= 0 for at in (*self.first_by, *self.second_by, self.direct_by))

    @cached_property
    def routes(self) -> tuple[tuple[int, ...], ...]:
        """Return the routes from treatment to outcome as tuples of mediators, short ones first."""
        k = len(self.first)
        found = [route for size in range(1, k + 1) for route in combinations(range(k), size)]
        return tuple(route for route in found if all(self.between[j][i] >= 0 for i, j in pairwise(route)))

    def along(self, theta: FloatArray, at: float = 0.0) -> FloatArray:
        """Return the effect of every route, (B, routes), with the moderator `at` this distance from its mean."""
        first = _moved(theta, self.first, self.first_by, at)
        second = _moved(theta, self.second, self.second_by, at)
        columns = []
        for route in self.routes:
            value = first[:, route[0]] * second[:, route[-1]]
            for i, j in pairwise(route):
                value = value * theta[:, self.between[j][i]]
            columns.append(value)
        return np.stack(columns, axis=1)

    def straight(self, theta: FloatArray, at: float = 0.0) -> FloatArray:
        """Return the direct effect, (B,)."""
        return _moved(theta, (self.direct,), (self.direct_by,), at)[:, 0]

    def effects(self, theta: FloatArray) -> FloatArray:
        """Return total, direct, indirect and, with several routes, each route and all differences, (B, m)."""
        routes, direct = self.along(theta), self.straight(theta)
        indirect = routes.sum(axis=1)
        total = direct + indirect if self.total < 0 else theta[:, self.total]
        parts = [total, direct, indirect]
        if len(self.routes) > 1:
            parts += [*routes.T, *(routes[:, i] - routes[:, j] for i, j in self.pairs)]
        return np.stack(parts, axis=1)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Return the pairs of routes that are contrasted."""
        return tuple(combinations(range(len(self.routes)), 2))

    def conditional(self, theta: FloatArray, at: Sequence[float]) -> FloatArray:
        """Return, for moderators `at` (h,): indirect effects (h), direct effects (h), then the index, (B, 2h + 1).

        The index of moderated mediation (Hayes 2015) is the slope of the indirect effect on the moderator; where both
        paths are moderated the effect is no straight line, and the index is its slope at the moderator's mean.
        """
        indirect = [self.along(theta, value).sum(axis=1) for value in at]
        direct = [self.straight(theta, value) for value in at]
        slope = np.zeros_like(indirect[0])
        for k in range(len(self.first)):
            slope = slope + _read(theta, self.first_by[k]) * theta[:, self.second[k]]
            slope = slope + theta[:, self.first[k]] * _read(theta, self.second_by[k])
        return np.stack([*indirect, *direct, slope], axis=1)


def _read(theta: FloatArray, at: int) -> FloatArray:
    return theta[:, at] if at >= 0 else np.zeros_like(theta[:, 0])


def _moved(theta: FloatArray, plain: Sequence[int], by: Sequence[int], at: float) -> FloatArray:
    return np.stack([theta[:, i] + at * _read(theta, j) for i, j in zip(plain, by, strict=True)], axis=1)


def path_map(
    system: PathSystem, treatment: int, mediators: Sequence[int], products: Sequence[tuple[int, int]] = ()
) -> PathMap:
    """Return where the paths stand in theta; `products` are (column, its product with the moderator)."""
    by = dict(products)
    position = system.position

    def product(equation: str, column: int) -> int:
        return position(equation, by[column]) if column in by else _NOTHING

    names = [f"mediator {k}" for k in range(len(mediators))]
    first_by = tuple(product(name, treatment) for name in names)
    second_by = tuple(product("outcome", column) for column in mediators)
    direct_by = product("outcome", treatment)
    return PathMap(
        first=tuple(position(name, treatment) for name in names),
        between=tuple(tuple(position(name, column) for column in mediators) for name in names),
        second=tuple(position("outcome", column) for column in mediators),
        direct=position("outcome", treatment),
        total=position("total", treatment),
        first_by=first_by,
        second_by=second_by,
        direct_by=direct_by,
    )


def exact_jacobian(function: Callable[[FloatArray], FloatArray], theta: FloatArray) -> FloatArray:
    """Return the derivative (m, K) of a polynomial of theta (K,), by the complex step: exact to rounding."""
    steps = theta[None, :] + 1e-30j * np.eye(len(theta))
    return np.ascontiguousarray(function(steps).imag.T / 1e-30)
