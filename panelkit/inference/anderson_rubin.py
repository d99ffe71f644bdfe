"""The Anderson-Rubin test with the restricted wild cluster bootstrap: valid however weak the instruments are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import convention_named, convention_of_stages
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.inference.wild.bootstrap import WildResult, bisect, draw_signs, runs_of
from panelkit.inference.wild.draws import BATCH_CELLS, ScoreMaps, Signs, projection, scores_of, widest_of
from panelkit.kernels.capabilities import ENDOGENOUS
from panelkit.kernels.crossing import crossing_of
from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.sandwich import sum_by, whole_units
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count, check_number
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief

_TIE = 1e-10
_SCAN = 60
_REACH = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class AndersonRubinResult(WildResult):
    """An Anderson-Rubin test; the confidence set may be empty, unbounded, or several intervals."""


@offered(
    "inference",
    family="weak instruments",
    result="AndersonRubinResult",
    source="Anderson and Rubin 1949",
    public=True,
)
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

    Parameters
    ----------
    fit
        A fit of `InstrumentalFE` with one endogenous regressor.
    null
        The value of the null hypothesis.
    reps
        Number of draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    level
        Level of the confidence set.
    interval
        Scan for the confidence set.

    Returns
    -------
    AndersonRubinResult
        The p-value and, with `interval`, the set of values that the same draws do not reject, scanned to 100 standard
        errors on either side.

    Raises
    ------
    SpecError
        If the fit has no instruments or several endogenous regressors, or clusters cut across units.

    Examples
    --------
    >>> formula = "log(patents_granted) ~ log(gdp) + [log(rd_expenditure) ~ log(rd_funds_government)]"
    >>> found = pk.anderson_rubin(pk.InstrumentalFE(formula).fit(panel), reps=199, rng=1)
    """
    check_fit(fit)
    if fit.linear is None or ENDOGENOUS not in fit.linear.can or fit.design is None:
        raise SpecError(message("{title}: anderson_rubin takes a fit of InstrumentalFE", title=fit.title))
    linear = cast(InstrumentedFit, fit.linear)
    if linear.k - linear.n_exogenous != 1:
        raise SpecError(
            message(
                "anderson_rubin is for one endogenous regressor; the fit has {count}",
                count=linear.k - linear.n_exogenous,
            )
        )
    check_count("reps", reps)
    check_number("null", null, message("the null value"))
    check_confidence(level)
    clusters = clusters_of(fit.design, getattr(fit.spec.vcov, "by", None))
    if whole_units(linear, clusters.codes) is None:
        raise SpecError(message("anderson_rubin needs clusters of whole units"))
    convention = convention_of_stages(convention_named(fit.spec.convention))
    reduced = cast(LinearFit, cast(Any, fit).reduced_form.linear)
    factor = small_sample_factor(reduced, (clusters,), convention)
    draws, enumerated = draw_signs(clusters.count, reps, "rademacher", as_generator(rng), "inclusive")
    problem = _Problem.of(linear, clusters.codes, draws, factor)
    term = linear.terms[-1]
    estimate, error = float(linear.beta[-1]), float(fit.std_errors.iloc[-1])
    statistic, p = problem.test(null)
    sets = _invert(problem, estimate, error, 1.0 - level) if interval else ((np.nan, np.nan),)
    ends = (sets[0][0], sets[-1][1]) if sets else (np.nan, np.nan)
    return AndersonRubinResult(
        name=message("Anderson-Rubin, wild cluster bootstrap"),
        null=message(
            "{term} = {null:g} (the excluded instruments have no effect on {outcome} - {null:g} {term})",
            term=term,
            null=null,
            outcome=fit.outcome,
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
        reps=len(draws) if enumerated else reps,
        enumerated=enumerated,
        weights="rademacher",
        n_clusters=clusters.count,
        seed=None if enumerated else seed_of(rng),
        notes=_notes(sets),
    )


@dataclass(frozen=True, eq=False)
class _Moments(Brief):
    """What the draws leave of instruments times restricted residuals r = r0 - d r1, d the distance to the estimate.

    `totals` (2, B, L) are the sums of r0 and r1, `meats` (3, B, L, L) the squares of the cluster scores by powers of d.
    """

    totals: FloatArray
    meats: FloatArray

    def walds(self, distance: float, factor: float) -> FloatArray:
        """Return the clustered Wald statistic of every draw, (B,)."""
        total = self.totals[0] - distance * self.totals[1]
        meat = factor * (self.meats[0] - distance * self.meats[1] + distance**2 * self.meats[2])
        ridge = 1e-14 * np.einsum("bll->b", meat)[:, None, None] * np.eye(meat.shape[1])
        return np.asarray(
            np.einsum("bl,bl->b", total, np.linalg.solve(meat + ridge, total[:, :, None])[:, :, 0])
        )


@dataclass(frozen=True, eq=False)
class _Problem(Brief):
    """The test as a function of the hypothesised value: the data as their own draw, and the draws."""

    data: _Moments
    draws: _Moments
    estimate: float
    factor: float

    @classmethod
    def of(cls, linear: InstrumentedFit, codes: IntArray, draws: Signs, factor: float) -> _Problem:
        a = linear.n_exogenous
        W, Z = linear.instruments[:, :a], linear.instruments[:, a:]
        # residuals at the estimate: the sums then lose no digits near it
        pair = np.column_stack([linear.residuals, linear.regressors[:, -1]])
        if a:
            basis = orthonormal_columns(W)
            Z, pair = Z - basis @ (basis.T @ Z), pair - basis @ (basis.T @ pair)
        basis = orthonormal_columns(linear.instruments)
        crossing = crossing_of(linear.layout, linear.effects)
        maps = []
        for column in Z.T:
            own = sum_by(column[:, None] * pair, codes)
            maps.append(ScoreMaps(own[:, 0], own[:, 1], projection(basis, crossing, column, pair, codes)))
        identity = np.ones((1, len(maps[0].a0)))
        step = max(1, BATCH_CELLS // max(widest_of(each) for each in maps))
        parts = [_moments_of(maps, draws.batch(at, at + step)) for at in range(0, len(draws), step)]
        drawn = _Moments(
            np.concatenate([part.totals for part in parts], axis=1),
            np.concatenate([part.meats for part in parts], axis=1),
        )
        return cls(_moments_of(maps, identity), drawn, float(linear.beta[-1]), factor)

    def test(self, null: float) -> tuple[float, float]:
        """Return the statistic and the bootstrap p at one value."""
        distance = null - self.estimate
        actual = float(self.data.walds(distance, self.factor)[0])
        values = self.draws.walds(distance, self.factor)
        return actual, float(np.mean(values >= actual * (1.0 - _TIE)))


def _moments_of(maps: Sequence[ScoreMaps], draws: FloatArray) -> _Moments:
    scores = [scores_of(each, draws) for each in maps]
    s0, s1 = (np.stack([score[which] for score in scores], axis=1) for which in (0, 1))
    cross = s0 @ s1.transpose(0, 2, 1)
    totals = np.stack([draws @ np.column_stack([getattr(m, own) for m in maps]) for own in ("a0", "a1")])
    squares = (s0 @ s0.transpose(0, 2, 1), cross + cross.transpose(0, 2, 1), s1 @ s1.transpose(0, 2, 1))
    return _Moments(totals, np.stack(squares))


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


def _notes(sets: tuple[tuple[float, float], ...]) -> tuple[Message, ...]:
    notes = [message("valid however weak the instruments are")]
    if not sets:
        notes.append(
            message("every value is rejected: the instruments are not all valid, or the model is wrong")
        )
    elif np.isinf(sets[0][0]) or np.isinf(sets[-1][1]):
        notes.append(
            message("the confidence set is unbounded: the instruments are too weak to bound the coefficient")
        )
    if len(sets) > 1:
        notes.append(message("the confidence set consists of {count} separate intervals", count=len(sets)))
    return tuple(notes)
