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
from typing import Literal

import numpy as np

from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.inference.panel_tests.fits import check_fit
from panelkit.inference.wild.draws import Draws, Hypothesis, Signs, Ties
from panelkit.kernels.capabilities import RESAMPLED_RESIDUALS
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Joined, Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence, check_count, check_number
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

Weights = Literal["rademacher", "webb"]

_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
_SCAN = 81
_BATCH_CELLS = 2_000_000


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

    def _between(self, language: Language) -> tuple[str, ...]:
        """Return the estimate and the set of values that the draws do not reject."""
        pieces = [f"[{low:.6g}, {high:.6g}]" for low, high in self.conf_set if not np.isnan(low)]
        facts = {"estimate": self.estimate, "reps": self.reps, "clusters": self.n_clusters}
        if not pieces:
            said = message("estimate {estimate:.6g}; {reps} draws, {clusters} clusters", **facts)
        else:
            said = message(
                "estimate {estimate:.6g}, {level:.4g} % confidence set {found}; {reps} draws, {clusters} clusters",
                level=100.0 * self.level,
                found=Joined(pieces, {"en": " and ", "zh": " ∪ "}),
                **facts,
            )
        return (said.text(language),)


@offered(
    "inference",
    family="few clusters",
    result="WildResult",
    source="Cameron, Gelbach and Miller 2008; MacKinnon, Nielsen and Webb 2023",
    public=True,
)
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
    fit
        A least-squares fit.
    term
        A term of the fit, or a linear combination `{"x1": 1.0, "x2": -1.0}`.
    null
        The value of the null hypothesis.
    reps
        Number of random draws. Where all 2^G sign vectors are no more than `reps`, they are enumerated.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    weights
        "rademacher" or "webb": the two-point or six-point distribution of the signs.
    ties
        "inclusive" counts draws with |t*| >= |t| and the identity draw with them, so that p is never zero;
        "strict" counts |t*| > |t| among the random draws only, as pyfixest and boottest do.
    cluster
        Column or level; None is the clustering of the fit's covariance, or the unit.
    level
        Level of the interval.
    interval
        False skips the confidence set (its ends are then missing), for simulations.

    Returns
    -------
    WildResult
        The statistic, the p-value, and with `interval` the set of values that the same draws do not reject.

    Raises
    ------
    SpecError
        If the fit is not least squares on a design, the term is unknown, or an option has no such value.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.wild_cluster_bootstrap(fit, "log(rd_expenditure)", reps=999, rng=1)
    >>> 0.0 < found.p_value <= 1.0
    True
    """
    _check_options(null, reps, weights, ties, level)
    check_fit(fit)
    linear = _linear_of(fit)
    if fit.design is None:
        raise SpecError(message("the wild bootstrap needs a fit that kept its design"))
    by = cluster if cluster is not None else getattr(fit.spec.vcov, "by", None)
    clusters = clusters_of(fit.design, by)
    combination, label = _combination(fit.terms, term)
    factor = small_sample_factor(linear, (clusters,), convention_named(fit.spec.convention))
    problem = Hypothesis(linear, combination, clusters.codes, factor)
    _refuse_perfect_fit(problem, label)
    draws, enumerated = draw_signs(clusters.count, reps, weights, as_generator(rng), ties)
    boot = Draws(problem.maps(), draws, ties)
    intervals = _invert(boot, problem, 1.0 - level) if interval else ((np.nan, np.nan),)
    return WildResult(
        name=message("wild cluster restricted bootstrap"),
        null=message("{term} = {null:g}", term=label, null=null),
        statistic=problem.t(null),
        distribution=message("t under {weights} weights", weights=weights),
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
        notes=(*_notes(intervals, clusters.count, enumerated), *_clustering_note(fit, by, clusters.name)),
    )


def _check_options(null: float, reps: int, weights: str, ties: str, level: float) -> None:
    check_number("the null value", null, message("the null value"))
    check_count("reps", reps)
    check_confidence(level)
    if weights not in ("rademacher", "webb"):
        raise SpecError(message("weights is rademacher or webb, not {weights!r}", weights=weights))
    if ties not in ("inclusive", "strict"):
        raise SpecError(message("ties is inclusive or strict, not {ties!r}", ties=ties))


def _linear_of(fit: FitResult) -> LinearFit:
    if fit.linear is None:
        raise SpecError(
            message(
                "{title}: the wild cluster bootstrap is for least-squares fits (pooled, fixed effects), and this fit "
                "is none",
                title=fit.title,
            )
        )
    if RESAMPLED_RESIDUALS not in fit.linear.can:
        raise SpecError(
            message(
                "{title}: the wild cluster bootstrap here resamples one equation, and with instruments the first "
                "stage must be resampled too: use anderson_rubin, which bootstraps the reduced form",
                title=fit.title,
            )
        )
    return fit.linear


def _combination(terms: tuple[str, ...], term: str | Mapping[str, float]) -> tuple[FloatArray, str]:
    """Return the weights on the terms (k,) and the label of the combination."""
    wanted = {term: 1.0} if isinstance(term, str) else dict(term)
    unknown = [name for name in wanted if name not in terms]
    if not wanted:
        raise SpecError(message("no term (none given) in this fit: it has {terms}", terms=terms))
    if unknown:
        raise SpecError(message("no term {term} in this fit: it has {terms}", term=unknown, terms=terms))
    if not any(wanted.values()):
        raise SpecError(message("every weight of the linear combination is zero: nothing is tested"))
    label = term if isinstance(term, str) else " + ".join(f"{w:g}*{name}" for name, w in wanted.items())
    return np.array([wanted.get(name, 0.0) for name in terms]), label


def _refuse_perfect_fit(problem: Hypothesis, label: str) -> None:
    size = np.sqrt((problem.influence @ problem.influence) * (problem.linear.y @ problem.linear.y))
    # residuals that carry no more than this share of the outcome are rounding
    if problem.std_error <= 1e-12 * size:
        raise SpecError(
            message(
                "the model fits the outcome exactly, so `{term}` has no standard error and there is nothing to "
                "bootstrap",
                term=label,
            )
        )


def draw_weights(
    groups: int, reps: int, weights: Weights, rng: np.random.Generator, ties: Ties
) -> tuple[FloatArray, bool]:
    """Return the weight vectors (B, G) and whether they are all of them; the identity comes first."""
    signs, enumerated = draw_signs(groups, reps, weights, rng, ties)
    return signs.batch(0, len(signs)), enumerated


def draw_signs(
    groups: int, reps: int, weights: Weights, rng: np.random.Generator, ties: Ties
) -> tuple[Signs, bool]:
    """Return the weight vectors as bytes and whether they are all of them; the identity comes first.

    They are drawn in parts that together are what one call would draw.
    """
    points = np.array([1.0, -1.0]) if weights == "rademacher" else np.r_[-_WEBB[::-1], _WEBB]
    if weights == "rademacher" and groups <= 40 and 2**groups <= reps + 1:
        bits = (np.arange(2**groups)[:, None] >> np.arange(groups)) & 1
        return Signs(bits.astype(np.int8), points), True
    first = 1 if ties == "inclusive" else 0
    codes = np.full((first + reps, groups), int(np.flatnonzero(points == 1.0)[0]), dtype=np.int8)
    # an even number of draws a part: the generator hands out two at a time
    step = 2 * max(1, _BATCH_CELLS // (2 * groups))
    for at in range(0, reps, step):
        size = (min(step, reps - at), groups)
        codes[first + at : first + at + size[0]] = rng.integers(0, len(points), size=size)
    return Signs(codes, points), False


def _invert(boot: Draws, problem: Hypothesis, alpha: float) -> tuple[tuple[float, float], ...]:
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


def _reach(accepted: Callable[[float], bool], problem: Hypothesis) -> float:
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
    """Return the edge between a rejected and an accepted value, to 1e-10 of their distance."""
    tolerance = 1e-10 * abs(outside - inside)
    for _ in range(60):
        middle = 0.5 * (outside + inside)
        if abs(outside - inside) <= tolerance:
            break
        if accepted(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _clustering_note(fit: FitResult, by: str | None, name: str) -> tuple[Message, ...]:
    """Say by what is clustered where neither the caller nor the covariance named it."""
    if by is not None or hasattr(fit.spec.vcov, "by"):
        return ()
    return (
        message(
            "clustered by {name}: the covariance of the fit ({vcov}) names no single clustering",
            name=name,
            vcov=fit.facts.get("vcov"),
        ),
    )


def _notes(intervals: tuple[tuple[float, float], ...], groups: int, enumerated: bool) -> tuple[Message, ...]:
    notes: list[Message] = []
    if len(intervals) > 1:
        notes.append(
            message(
                "the confidence set consists of {count} separate intervals; its outer ends are given",
                count=len(intervals),
            )
        )
    if np.isinf(intervals[0][0]) or np.isinf(intervals[-1][1]):
        notes.append(
            message(
                "the confidence set is unbounded: with {groups} clusters the draws cannot reject far values",
                groups=groups,
            )
        )
    if enumerated:
        notes.append(message("all {count} sign vectors were enumerated", count=2**groups))
    return tuple(notes)
