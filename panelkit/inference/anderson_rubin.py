"""The Anderson-Rubin test with the restricted wild cluster bootstrap: valid however weak the instruments are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.core.conventions import convention_named
from panelkit.core.errors import SpecError
from panelkit.core.identified import orthonormal_columns
from panelkit.core.instruments import InstrumentedFit
from panelkit.core.provenance import Note
from panelkit.core.results import FitResult
from panelkit.core.rng import as_generator, seed_of
from panelkit.core.sandwich import sum_by, whole_units
from panelkit.core.vcov import clusters_of, small_sample_factor
from panelkit.core.vcov_cr2 import orthonormal_basis
from panelkit.core.within import FloatArray, IntArray
from panelkit.inference.wild import WildResult, bisect, draw_weights, runs_of

_TIE = 1e-10
_SCAN = 60
_REACH = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class AndersonRubinResult(WildResult):
    """An Anderson-Rubin test; the confidence set may be empty, unbounded, or several intervals."""


def anderson_rubin(
    fit: FitResult,
    null: float = 0.0,
    *,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    level: float = 0.95,
    interval: bool = True,
) -> AndersonRubinResult:
    """Test the coefficient of the one endogenous regressor through the reduced form (Anderson and Rubin 1949).

    Under the null, y - null x does not depend on the excluded instruments; that is a clustered Wald test (CRV1) in one
    equation, and its restricted residuals are resampled by cluster with Rademacher signs (draws as far out as the
    data count, and so does the identity).

    Returns
    -------
    The p-value and, with `interval`, the set of values that the same draws do not reject, scanned to 100 standard
    errors on either side.

    Raises
    ------
    SpecError
        If the fit has no instruments or several endogenous regressors, or clusters cut across units.
    """
    linear = fit.linear
    if not isinstance(linear, InstrumentedFit) or fit.design is None:
        raise SpecError(f"{fit.title}: anderson_rubin takes a fit of InstrumentalFE")
    if linear.k - linear.n_exogenous != 1:
        raise SpecError(
            f"anderson_rubin is for one endogenous regressor; the fit has {linear.k - linear.n_exogenous}"
        )
    if reps < 1:
        raise SpecError(f"reps is at least 1, not {reps}")
    clusters = clusters_of(fit.design, getattr(fit.spec.vcov, "by", None))
    if whole_units(linear, clusters.codes) is None:
        raise SpecError("anderson_rubin needs clusters of whole units")
    factor = small_sample_factor(linear, (clusters,), convention_named(fit.spec.convention))
    weights, enumerated = draw_weights(clusters.count, reps, "rademacher", as_generator(rng), "inclusive")
    problem = _Problem.of(linear, clusters.codes, weights, factor)
    term = linear.terms[-1]
    estimate, error = float(linear.beta[-1]), float(fit.std_errors.iloc[-1])
    statistic, p = problem.test(null)
    sets = _invert(problem, estimate, error, 1.0 - level) if interval else ((np.nan, np.nan),)
    ends = (sets[0][0], sets[-1][1]) if sets else (np.nan, np.nan)
    return AndersonRubinResult(
        name=Note("Anderson-Rubin, wild cluster bootstrap", "Anderson-Rubin 检验，野聚类自助法"),
        null=Note(
            f"{term} = {null:g} (the excluded instruments have no effect on {fit.outcome} - {null:g} {term})",
            f"{term} = {null:g}（排除的工具变量对 {fit.outcome} - {null:g} {term} 没有影响）",
        ),
        statistic=statistic,
        distribution="Wald",
        p_value=p,
        term=term,
        null_value=null,
        estimate=estimate,
        conf_low=float(ends[0]),
        conf_high=float(ends[1]),
        conf_set=sets,
        level=level,
        reps=len(weights) if enumerated else reps,
        enumerated=enumerated,
        weights="rademacher",
        n_clusters=clusters.count,
        seed=None if enumerated else seed_of(rng),
        notes=_notes(sets),
    )


@dataclass(frozen=True, eq=False)
class _Problem:
    """Maps of the test as linear functions of the hypothesised value b: r = r0 - b r1.

    `moments` (2, L, G): sums by cluster of instrument times restricted residual; `spread` (2, G, L, G): the scores of
    cluster g that the restricted residuals of cluster h leave in the regression on all; `draws` (B, G).
    """

    moments: FloatArray
    spread: FloatArray
    draws: FloatArray
    factor: float

    @classmethod
    def of(cls, linear: InstrumentedFit, codes: IntArray, draws: FloatArray, factor: float) -> _Problem:
        a = linear.n_exogenous
        W, Z = linear.instruments[:, :a], linear.instruments[:, a:]
        pair = np.column_stack([linear.y, linear.regressors[:, -1]])
        if a:
            basis = orthonormal_columns(W)
            Z, pair = Z - basis @ (basis.T @ Z), pair - basis @ (basis.T @ pair)
        basis = orthonormal_basis(linear.instruments, linear.layout, linear.effects)
        groups, count = int(codes.max()) + 1, Z.shape[1]
        left = np.stack([sum_by(Z[:, [at]] * basis, codes) for at in range(count)], axis=1)
        moments = np.stack([sum_by(Z * column[:, None], codes).T for column in pair.T])
        taken = np.stack(
            [np.einsum("glr,hr->glh", left, sum_by(column[:, None] * basis, codes)) for column in pair.T]
        )
        own = np.zeros_like(taken)
        here = np.arange(groups)
        own[:, here, :, here] = moments.transpose(2, 0, 1)
        return cls(moments, own - taken, draws, factor)

    def test(self, null: float) -> tuple[float, float]:
        """Return the statistic and the bootstrap p at one value."""
        moments = self.moments[0] - null * self.moments[1]
        spread = self.spread[0] - null * self.spread[1]
        identity = np.ones((1, self.draws.shape[1]))
        actual = self._wald(identity, moments, spread)[0]
        values = self._wald(self.draws, moments, spread)
        return float(actual), float(np.mean(values >= actual * (1.0 - _TIE)))

    def _wald(self, weights: FloatArray, moments: FloatArray, spread: FloatArray) -> FloatArray:
        total = weights @ moments.T
        scores = np.tensordot(weights, spread, axes=(1, 2))
        meat = self.factor * np.einsum("bgl,bgm->blm", scores, scores)
        ridge = 1e-14 * np.einsum("bll->b", meat)[:, None, None] * np.eye(meat.shape[1])
        return np.einsum("bl,bl->b", total, np.linalg.solve(meat + ridge, total[:, :, None])[:, :, 0])


def _invert(
    problem: _Problem, estimate: float, error: float, alpha: float
) -> tuple[tuple[float, float], ...]:
    def accepted(value: float) -> bool:
        return problem.test(value)[1] > alpha

    steps = np.geomspace(0.02, _REACH, _SCAN)
    grid = estimate + error * np.concatenate([-steps[::-1], [0.0], steps])
    inside = np.array([accepted(value) for value in grid])
    found = []
    for first, last in runs_of(inside):
        low = -np.inf if first == 0 else bisect(accepted, grid[first - 1], grid[first])
        high = np.inf if last == len(grid) - 1 else bisect(accepted, grid[last + 1], grid[last])
        found.append((float(low), float(high)))
    return tuple(found)


def _notes(sets: tuple[tuple[float, float], ...]) -> tuple[str, ...]:
    notes: list[str] = [Note("valid however weak the instruments are", "无论工具变量多弱均有效")]
    if not sets:
        notes.append("every value is rejected: the instruments are not all valid, or the model is wrong")
    elif np.isinf(sets[0][0]) or np.isinf(sets[-1][1]):
        notes.append("the confidence set is unbounded: the instruments are too weak to bound the coefficient")
    if len(sets) > 1:
        notes.append(f"the confidence set consists of {len(sets)} separate intervals")
    return tuple(notes)
