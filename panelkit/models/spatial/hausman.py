"""Random or fixed effects in a spatial panel: Hausman's comparison, classic and robust, and Mundlak's test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, cast, get_args

import numpy as np
import pandas as pd
from scipy import special

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.models.spatial.durbin import durbin_positions
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.information import information_random
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.problem import SpatialProblem
from panelkit.models.spatial.random import SpatialRandomEffects, fit_random
from panelkit.models.spatial.random_fit import ComposedProblem, RandomProblem, SpatialRandomFit
from panelkit.models.spatial.random_maximum import BOUNDARY
from panelkit.models.spatial.sample import SpatialSample, align_weights, sample_of
from panelkit.models.spatial.scores import paired, unit_parts
from panelkit.models.spatial.shell import DURBIN, check_spec
from panelkit.results.tests import TestResult
from panelkit.spatial.weights import Weights

HausmanMethod = Literal["both", "hausman", "robust", "robust-pairs", "mundlak", "all"]


@offered(
    "test",
    family="spatial",
    result="TestResult",
    source="Hausman 1978; White 1982; Mundlak 1978",
    public=True,
)
def spatial_hausman(
    spec: SpatialRandomEffects,
    data: pd.DataFrame,
    w: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    method: HausmanMethod = "both",
) -> tuple[TestResult, ...]:
    """Compare random with fixed effects: Hausman on all common coefficients, and the Mundlak test beside it.

    Parameters
    ----------
    spec
        The model with random effects.
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.
    method
        "both" (default): Hausman, then Mundlak; "hausman", "robust", "robust-pairs" or "mundlak" for one, or "all".
        Hausman counts every coefficient compared, rho included, with both covariances from the information matrix;
        where their difference is not positive definite it does not apply. It rejects a true null too often in short
        panels. "robust" estimates the variance of the difference itself, from the scores of both models stacked by unit
        between their observed Hessians, times N/(N - 1) (White 1982; the road of xsmle's `hausman`): it asks neither
        for an efficient estimate nor for independent years, but leaves out pairs of units, which "robust-pairs" counts
        as `Cluster()` does. Mundlak adds the unit means of all regressors (Wx among
        them) to the random-effects model and tests them by Wald: rely on it.

    Returns
    -------
    tuple of TestResult
        One a method, in the order Hausman, robust, robust with pairs, Mundlak.

    Raises
    ------
    SpecError
        If the spec is no `SpatialRandomEffects` or the method is unknown.

    Examples
    --------
    >>> spec = pk.SpatialRandomEffects("log(patents_granted) ~ log(rd_expenditure)", "sar")
    >>> tests = pk.spatial_hausman(spec, panel, w)
    >>> len(tests)
    2
    """
    check_spec(spec, SpatialRandomEffects, "spatial_hausman")
    if method not in get_args(HausmanMethod):
        raise SpecError(
            message("method is {methods}, not {method!r}", methods=get_args(HausmanMethod), method=method)
        )
    sample = sample_of(spec, data, unit, time, intercept=not spec.time_effects)
    weights = align_weights(w, sample)
    found: list[TestResult] = []
    if method != "mundlak":
        pair = _fixed_and_random(spec, sample, weights)
        if method in ("both", "hausman", "all"):
            found.append(_hausman(*pair))
        if method in ("robust", "all"):
            found.append(_robust(*pair, pairs=False))
        if method in ("robust-pairs", "all"):
            found.append(_robust(*pair, pairs=True))
        found = [replace(test, notes=(*test.notes, *_constant(sample))) for test in found]
    if method in ("both", "mundlak", "all"):
        found.append(fit_random(replace(spec, means=True), sample, weights).mundlak_test())
    said = (*weights.said, *sample.said)
    return tuple(replace(test, notes=(*test.notes, *said)) for test in found)


def _constant(sample: SpatialSample) -> tuple[Message, ...]:
    """Return which regressors fixed effects take up, so that they are not compared."""
    still = np.ptp(sample.X - sample.X[:, :1], axis=(0, 1)) == 0
    names = [term for term, alone in zip(sample.terms, still, strict=True) if alone and term != "Intercept"]
    if not names:
        return ()
    return (message("{terms}: constant in time, of which fixed effects have no coefficient", terms=names),)


def _fixed_and_random(
    spec: SpatialRandomEffects, sample: SpatialSample, weights: Weights
) -> tuple[SpatialFit, SpatialRandomFit]:
    random = fit_random(replace(spec, means=False), sample, weights)
    moving = np.ptp(sample.X - sample.X[:, :1], axis=(0, 1)) > 0  # the unit effects take up the rest
    slopes = [j for j, term in enumerate(sample.terms) if term != "Intercept" and moving[j]]
    bare = replace(sample, X=sample.X[:, :, slopes], terms=tuple(sample.terms[j] for j in slopes))
    effects = "twoway" if spec.time_effects else "unit"
    durbin: tuple[str, ...] | None = None
    if spec.model in DURBIN:
        lagged = durbin_positions(spec.durbin, sample.terms)
        durbin = tuple(sample.terms[j] for j in lagged if j in slopes)
    fixed_spec = SpatialPanel(spec.formula, spec.model, effects, durbin=durbin, small_sample=False)  # type: ignore[arg-type]
    return fit_sample(fixed_spec, bare, weights, weights, weights), random


def information_covariance(random: SpatialRandomFit) -> FloatArray:
    """Return the inverse of the expected information of (b, rho, lambda), sigma2 and phi concentrated out."""
    info = information_random(random.curvature, random.phi)
    if random.phi > BOUNDARY:  # phi is held there, as in the observed Hessian
        info = info[:-1, :-1]
    scale = 1 / np.sqrt(np.diag(info))
    inverse = np.linalg.inv(info * np.outer(scale, scale)) * np.outer(scale, scale)
    p = len(random.estimates)
    return np.asarray(inverse[:p, :p])


_NULL = message("random and fixed effects estimate the same coefficients")
_NO_INFORMATION = message(
    "the information matrix of random effects is that of {errors}: read the Mundlak test, which both "
    "kinds have",
    errors=option("errors", "kkp"),
)
_NO_SCORES = message(
    "scores by unit are defined where the unit effects lie inside the innovation ({errors}) and have a "
    "variance: read the Mundlak test",
    errors=option("errors", "kkp"),
)


def _hausman(fixed: SpatialFit, random: SpatialRandomFit) -> TestResult:
    name = verbatim("Hausman")
    null = _NULL
    if isinstance(random.likelihood, ComposedProblem):
        return TestResult.not_applicable(name, null, _NO_INFORMATION)
    at = _places(fixed, random)
    gap = fixed.estimates - random.estimates[at]
    spread = fixed.covariance - information_covariance(random)[np.ix_(at, at)]
    size = np.sqrt(np.abs(np.diag(spread)))
    if (size == 0.0).any() or np.linalg.eigvalsh(spread / np.outer(size, size)).min() <= 0.0:
        return TestResult.not_applicable(
            name,
            null,
            message(
                "the difference of the two covariances is not positive definite in this sample: read the Mundlak test"
            ),
        )
    value = float(gap @ np.linalg.solve(spread, gap))
    return TestResult(
        name=name,
        null=null,
        statistic=value,
        distribution="chi2",
        df=(float(len(gap)),),
        p_value=float(special.chdtrc(len(gap), value)),
        notes=(
            message(
                "every coefficient compared counts, the spatial ones included; both covariances come from the "
                "information matrix"
            ),
            message(
                "in short panels Hausman rejects a true null two to four times as often as it says: rely on the "
                "Mundlak test"
            ),
        ),
    )


def _places(fixed: SpatialFit, random: SpatialRandomFit) -> list[int]:
    """Return where the terms of the one stand among those of the other; a regressor may be called rho."""
    there = list(zip(random.equations, random.terms, strict=True))
    return [there.index(pair) for pair in zip(fixed.equations, fixed.terms, strict=True)]


def _robust(fixed: SpatialFit, random: SpatialRandomFit, *, pairs: bool) -> TestResult:
    """Return the comparison with the variance of the difference estimated from the scores of both models."""
    name = message("Hausman, robust with pairs") if pairs else message("Hausman, robust")
    likelihood = random.likelihood
    if not isinstance(likelihood, RandomProblem) or random.phi > BOUNDARY:
        return TestResult.not_applicable(name, _NULL, _NO_SCORES)
    at = _places(fixed, random)
    gap = fixed.estimates - random.estimates[at]
    units = random.sample.y.shape[0]
    if units <= len(gap):
        return TestResult.not_applicable(
            name,
            _NULL,
            message(
                "scores of {count} {units} cannot tell the variance of {k} differences",
                count=units,
                k=len(gap),
            ),
        )
    of_fixed = cast(SpatialProblem, fixed.likelihood)
    moves = np.vstack(
        [of_fixed.inverse_hessian()[:, : len(gap)], -likelihood.inverse_hessian()[:, at]]
    )  # how scores move the difference
    if pairs:
        own, of_pairs = unit_parts(of_fixed.curvature)
        other, more = likelihood.unit_parts()
        shifted = {own.shape[1] + j: side for j, side in more.items()}
        meat = paired(np.hstack([own, other]), {**of_pairs, **shifted})
    else:
        sums = [problem.cell_scores().sum(axis=1) for problem in (of_fixed, likelihood)]
        meat = paired(np.hstack(sums), {})
    spread = moves.T @ meat @ moves
    value = float(gap @ np.linalg.solve(spread, gap))
    return TestResult(
        name=name,
        null=_NULL,
        statistic=value,
        distribution="chi2",
        df=(float(len(gap)),),
        p_value=float(special.chdtrc(len(gap), value)),
        notes=_PAIRED if pairs else _SUMMED,
    )


_STACKED = message(
    "variance of the difference from the scores of both models, stacked by {unit} (White 1982)"
)
_SUMMED = (
    _STACKED,
    message(
        "with a spatial lag or error it rejects a true null four to six times as often as it says: scores "
        "summed by {unit} leave out pairs, which make half of the variance of rho; rely on the Mundlak test"
    ),
)
_PAIRED = (_STACKED, message("pairs of {units} count too, as in Cluster()"))
