"""The restricted wild cluster bootstrap of a linear combination of coefficients, batched.

Every draw multiplies the restricted residuals of a cluster by one random weight. The bootstrap t statistic
is then a ratio of linear maps of the G weights, so a draw costs G operations and no refit; and because
the restricted residuals are linear in the hypothesised value, one set of draws answers for every value, which
makes the inversion to a confidence set exact on those draws (Cameron, Gelbach and Miller 2008; Roodman,
MacKinnon, Nielsen and Webb 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from panelkit.core.conventions import convention_named
from panelkit.core.errors import SpecError
from panelkit.core.instruments import InstrumentedFit
from panelkit.core.linear import LinearFit
from panelkit.core.results import FitResult, TestResult
from panelkit.core.rng import as_generator, seed_of
from panelkit.core.sandwich import sum_by, whole_units
from panelkit.core.vcov import clusters_of, small_sample_factor
from panelkit.core.within import FloatArray, IntArray, within

Weights = Literal["rademacher", "webb"]
Ties = Literal["inclusive", "strict"]

# |t*| and |t| of the same draw differ by rounding only; draws closer than this count as ties.
_TIE = 1e-10
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
_BATCH_CELLS = 25_000_000
_SCAN = 161


@dataclass(frozen=True, kw_only=True, eq=False)
class WildResult(TestResult):
    """A wild cluster bootstrap test with its inverted confidence set.

    `conf_set` lists the intervals of values that are not rejected; `conf_low` and `conf_high` are its ends.
    """

    term: str
    null_value: float
    estimate: float
    conf_low: float
    conf_high: float
    conf_set: tuple[tuple[float, float], ...]
    level: float
    reps: int
    enumerated: bool
    weights: Weights
    n_clusters: int
    seed: int | None


def wild_cluster_bootstrap(
    fit: FitResult,
    term: str | Mapping[str, float],
    null: float = 0.0,
    *,
    reps: int = 9999,
    rng: int | np.random.Generator = 0,
    weights: Weights = "rademacher",
    ties: Ties = "inclusive",
    cluster: str | None = None,
    level: float = 0.95,
    interval: bool = True,
) -> WildResult:
    """Test `term` = `null` by the restricted wild cluster bootstrap with CRV1 t statistics.

    Parameters
    ----------
    term
        A term of the fit, or a linear combination `{"x1": 1.0, "x2": -1.0}`.
    reps
        Number of random draws. Where all 2^G sign vectors are no more than `reps`, they are enumerated.
    ties
        "inclusive" counts draws with |t*| >= |t| and the identity draw with them, so that p is never zero;
        "strict" counts |t*| > |t| among the random draws only, as pyfixest and boottest do.
    cluster
        Column or level; None is the clustering of the fit's covariance, or the unit.
    interval
        False skips the confidence set (its ends are then missing), for simulations.

    Returns
    -------
    The p-value and the confidence set at `level` (all values that the same draws do not reject).

    Raises
    ------
    SpecError
        If the fit is not least squares on a design, the term is unknown, or an option has no such value.
    """
    _check_options(reps, weights, ties)
    linear = _linear_of(fit)
    if fit.design is None:
        raise SpecError("the wild bootstrap needs a fit that kept its design")
    by = cluster if cluster is not None else getattr(fit.spec.vcov, "by", None)
    clusters = clusters_of(fit.design, by)
    combination, label = _combination(fit.terms, term)
    factor = small_sample_factor(linear, (clusters,), convention_named(fit.spec.convention))
    problem = _Problem(linear, combination, clusters.codes, factor)
    draws, enumerated = draw_weights(clusters.count, reps, weights, as_generator(rng), ties)
    boot = _Bootstrap(problem, draws, ties)
    intervals = _invert(boot, problem, 1.0 - level) if interval else ((np.nan, np.nan),)
    return WildResult(
        name="wild cluster restricted bootstrap",
        null=f"{label} = {null:g}",
        statistic=problem.t(null),
        distribution=f"t under {weights} weights",
        p_value=boot.p(null),
        term=label,
        null_value=null,
        estimate=problem.estimate,
        conf_low=intervals[0][0],
        conf_high=intervals[-1][1],
        conf_set=intervals,
        level=level,
        reps=len(draws) if enumerated else reps,
        enumerated=enumerated,
        weights=weights,
        n_clusters=clusters.count,
        seed=None if enumerated else seed_of(rng),
        notes=_notes(intervals, clusters.count, enumerated),
    )


def _check_options(reps: int, weights: str, ties: str) -> None:
    if reps < 1:
        raise SpecError(f"reps is at least 1, not {reps}")
    if weights not in ("rademacher", "webb"):
        raise SpecError(f"weights is rademacher or webb, not {weights!r}")
    if ties not in ("inclusive", "strict"):
        raise SpecError(f"ties is inclusive or strict, not {ties!r}")


def _linear_of(fit: FitResult) -> LinearFit:
    if fit.linear is None:
        raise SpecError(
            f"{fit.title}: the wild cluster bootstrap is for least-squares fits (pooled, fixed effects), "
            "and this fit is none"
        )
    if isinstance(fit.linear, InstrumentedFit):
        raise SpecError(
            f"{fit.title}: the wild cluster bootstrap here resamples one equation, and with instruments the first "
            "stage must be resampled too: use anderson_rubin, which bootstraps the reduced form"
        )
    return fit.linear


def _combination(terms: tuple[str, ...], term: str | Mapping[str, float]) -> tuple[FloatArray, str]:
    """Return the weights on the terms (k,) and the label of the combination."""
    wanted = {term: 1.0} if isinstance(term, str) else dict(term)
    unknown = [name for name in wanted if name not in terms]
    if unknown or not wanted:
        raise SpecError(
            f"no term {', '.join(unknown) or '(none given)'} in this fit: it has {', '.join(terms)}"
        )
    label = term if isinstance(term, str) else " + ".join(f"{w:g}*{name}" for name, w in wanted.items())
    return np.array([wanted.get(name, 0.0) for name in terms]), label


@dataclass(frozen=True, eq=False)
class _Problem:
    """The score maps of one hypothesis: for a value r and weights v (G,) the numerator of t* is (a0 - r a1)'v
    and the cluster scores behind its standard error are (H0 - r H1) v."""

    linear: LinearFit
    combination: FloatArray
    codes: IntArray
    factor: float

    @cached_property
    def influence(self) -> FloatArray:
        """Return c (n,) with combination'beta = c'y on swept data."""
        return self.linear.X @ (self.linear.bread @ self.combination)

    @cached_property
    def estimate(self) -> float:
        return float(self.combination @ self.linear.beta)

    @cached_property
    def _pieces(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        c = self.influence
        direction = c / (c @ c)
        at_zero = self.linear.residuals + direction * self.estimate
        pair = np.column_stack([at_zero, direction])
        own = sum_by(c[:, None] * pair, self.codes)
        spread = _projected_scores(self.linear, c, pair, self.codes)
        return own[:, 0], own[:, 1], np.diag(own[:, 0]) - spread[0], np.diag(own[:, 1]) - spread[1]

    def maps(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return a0 (G,), a1 (G,), H0 (G, G), H1 (G, G)."""
        return self._pieces

    @cached_property
    def std_error(self) -> float:
        scores = sum_by((self.influence * self.linear.residuals)[:, None], self.codes)[:, 0]
        return float(np.sqrt(self.factor * (scores @ scores)))

    def t(self, null: float) -> float:
        return (self.estimate - null) / self.std_error


def _projected_scores(
    linear: LinearFit, influence: FloatArray, pair: FloatArray, codes: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return, for each column of `pair`, the matrix [h, g] = c_h' P (d_g * column): the part of the bootstrap
    errors of cluster g that regressors and effects take up, as it enters the score of cluster h."""
    groups = int(codes.max()) + 1
    dummies = _period_dummies(linear, codes)
    if dummies is None:
        return tuple(_projected_by_column(linear, influence, column, codes, groups) for column in pair.T)  # type: ignore[return-value]
    Z = np.column_stack([linear.X, dummies])
    left = sum_by(influence[:, None] * Z, codes)
    inverse = np.linalg.pinv(Z.T @ Z, hermitian=True)
    return tuple(left @ (inverse @ sum_by(column[:, None] * Z, codes).T) for column in pair.T)  # type: ignore[return-value]


def _period_dummies(linear: LinearFit, codes: IntArray) -> FloatArray | None:
    """Return the unit-demeaned period dummies (n, T) if they are few and unit effects are local to clusters.

    The unit effects then need no column: the influence sums to zero inside every unit. Otherwise None: with
    more periods than clusters it is cheaper to sweep one column a cluster.
    """
    if linear.effects in ("unit", "twoway") and whole_units(linear, codes) is None:
        return None
    if linear.effects in ("none", "unit"):
        return np.empty((linear.n, 0))
    if linear.layout.n_times > int(codes.max()) + 1:
        return None
    dummies = np.zeros((linear.n, linear.layout.n_times))
    dummies[np.arange(linear.n), linear.layout.time] = 1.0
    return within(dummies, linear.layout, "unit") if linear.effects == "twoway" else dummies


def _projected_by_column(
    linear: LinearFit, influence: FloatArray, column: FloatArray, codes: IntArray, groups: int
) -> FloatArray:
    result = np.empty((groups, groups))
    step = max(1, _BATCH_CELLS // linear.n)
    for first in range(0, groups, step):
        wanted = np.arange(first, min(first + step, groups))
        pieces = np.where(codes[:, None] == wanted, column[:, None], 0.0)
        swept = within(pieces, linear.layout, linear.effects)
        taken = pieces - swept + linear.X @ (linear.bread @ (linear.X.T @ swept))
        result[:, wanted] = sum_by(influence[:, None] * taken, codes)
    return result


def draw_weights(
    groups: int, reps: int, weights: Weights, rng: np.random.Generator, ties: Ties
) -> tuple[FloatArray, bool]:
    """Return the weight vectors (B, G) and whether they are all of them; the identity comes first."""
    if weights == "rademacher" and groups <= 40 and 2**groups <= reps + 1:
        bits = (np.arange(2**groups)[:, None] >> np.arange(groups)) & 1
        return 1.0 - 2.0 * bits.astype(np.float64), True
    if weights == "rademacher":
        random = 1.0 - 2.0 * rng.integers(0, 2, size=(reps, groups)).astype(np.float64)
    else:
        points = np.r_[-_WEBB[::-1], _WEBB]
        random = points[rng.integers(0, 6, size=(reps, groups))]
    identity = np.ones((1 if ties == "inclusive" else 0, groups))
    return np.concatenate([identity, random]), False


class _Bootstrap:
    """The draws' numerators and squared standard errors as polynomials in the hypothesised value."""

    def __init__(self, problem: _Problem, draws: FloatArray, ties: Ties) -> None:
        a0, a1, H0, H1 = problem.maps()
        self._n0, self._n1 = draws @ a0, draws @ a1
        count = len(draws)
        self._q0, self._q1, self._q2 = np.empty(count), np.empty(count), np.empty(count)
        step = max(1, _BATCH_CELLS // draws.shape[1])
        for first in range(0, count, step):
            part = slice(first, first + step)
            s0, s1 = draws[part] @ H0.T, draws[part] @ H1.T
            self._q0[part] = np.einsum("bg,bg->b", s0, s0)
            self._q1[part] = np.einsum("bg,bg->b", s0, s1)
            self._q2[part] = np.einsum("bg,bg->b", s1, s1)
        self._problem, self._ties = problem, ties

    def p(self, null: float) -> float:
        """Return the share of draws at least as far out (ties: strict, further out) than the data."""
        numerator = (self._n0 - null * self._n1) ** 2
        variance = self._problem.factor * (self._q0 - 2.0 * null * self._q1 + null**2 * self._q2)
        bound = self._problem.t(null) ** 2 * np.maximum(variance, 0.0)
        if self._ties == "inclusive":
            return float(np.mean(numerator >= bound * (1.0 - _TIE)))
        return float(np.mean(numerator > bound * (1.0 + _TIE)))


def _invert(boot: _Bootstrap, problem: _Problem, alpha: float) -> tuple[tuple[float, float], ...]:
    """Return the set of values with p above alpha as intervals, found by a scan and then by bisection."""

    def accepted(value: float) -> bool:
        return boot.p(value) > alpha

    reach = _reach(accepted, problem)
    edge = np.concatenate([-np.geomspace(reach, 0.02, _SCAN), [0.0], np.geomspace(0.02, reach, _SCAN)])
    grid = problem.estimate + problem.std_error * edge
    inside = np.array([accepted(value) for value in grid])
    intervals: list[tuple[float, float]] = []
    for first, last in runs_of(inside):
        low = -np.inf if first == 0 else bisect(accepted, grid[first - 1], grid[first])
        high = np.inf if last == len(grid) - 1 else bisect(accepted, grid[last + 1], grid[last])
        intervals.append((low, high))
    return tuple((float(low), float(high)) for low, high in intervals) or (
        (problem.estimate, problem.estimate),
    )


def _reach(accepted: Callable[[float], bool], problem: _Problem) -> float:
    """Return how many standard errors the scan must go out: until both ends are rejected, at most 1e4."""
    reach = 10.0
    while reach < 1e4 and any(
        accepted(problem.estimate + side * reach * problem.std_error) for side in (-1.0, 1.0)
    ):
        reach *= 4.0
    return reach


def runs_of(inside: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.r_[False, inside, False].astype(int)))
    return [(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]


def bisect(accepted: Callable[[float], bool], outside: float, inside: float) -> float:
    """Return the edge between a rejected and an accepted value, to 12 digits."""
    for _ in range(60):
        middle = 0.5 * (outside + inside)
        if abs(outside - inside) <= 1e-12 * max(1.0, abs(inside)):
            break
        if accepted(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _notes(intervals: tuple[tuple[float, float], ...], groups: int, enumerated: bool) -> tuple[str, ...]:
    notes = []
    if len(intervals) > 1:
        notes.append(
            f"the confidence set consists of {len(intervals)} separate intervals; its outer ends are given"
        )
    if np.isinf(intervals[0][0]) or np.isinf(intervals[-1][1]):
        notes.append(
            f"the confidence set is unbounded: with {groups} clusters the draws cannot reject far values"
        )
    if enumerated:
        notes.append(f"all {2**groups} sign vectors were enumerated")
    return tuple(notes)
