"""Spatial panels by exact maximum likelihood: sar, sem, sdm, slx, sdem and sac with fixed effects."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from panelkit.covariance.base import VcovSpec, computed
from panelkit.covariance.by_name import vcov_from
from panelkit.kernels.capabilities import LIKELIHOOD
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import Effects, FloatArray, check_effects
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.options import check_choice
from panelkit.models.effects import effects_word
from panelkit.models.spatial.conventions import (
    SPATIAL_CONVENTIONS,
    SpatialConvention,
    convention_note,
    default_covariance,
    refuse_convention,
    scales_small_samples,
)
from panelkit.models.spatial.durbin import durbin_positions
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.fit_measures import measures_of_xsmle
from panelkit.models.spatial.likelihood import Counting, Optimum, Problem, lag, sweep
from panelkit.models.spatial.maximum import maximise, solve
from panelkit.models.spatial.problem import SpatialProblem
from panelkit.models.spatial.sample import (
    Missing,
    SpatialSample,
    aligned_weights,
    refuse_degenerate,
    refuse_unidentifiable,
    refuse_without_regressor,
    sample_of,
)
from panelkit.models.spatial.shell import (
    DURBIN,
    ERROR,
    LAGGED,
    Model,
    SpatialSpec,
    head_facts,
    refuse_idle_weights,
    spoken_in_sample,
    squared_correlation,
    weights_in_use,
)
from panelkit.results.fit import fields_under
from panelkit.spatial.spectrum import Method
from panelkit.spatial.weights import Weights


@estimator(
    "spatial_panel",
    family="spatial",
    can=sorted(LIKELIHOOD),
    result="SpatialFit",
    source="Lee and Yu 2010; Elhorst 2014; LeSage and Pace 2009",
)
@dataclass(frozen=True)
class SpatialPanel(SpatialSpec):
    """A spatial panel model with fixed effects, by exact maximum likelihood.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; spatial lags of regressors come from `model` and `durbin`, not from the formula.
    model
        "sar", "sem", "sdm", "slx", "sdem" or "sac".
    effects
        "twoway", "unit", "time" or "none".
    convention
        "lee-yu" (default), "lsdv", "splm", "elhorst" or "xsmle": how effects are swept, and which bias is corrected.
    durbin
        The regressors that get a spatial lag; None is all of them.
    vcov
        `Information()` (`Iid()` means it too), `Hessian()`, `OPG()`, `QML()`, `Cluster()`, `ScoreCluster(column)` or
        `DriscollKraay(lags)`. None is that of the convention: `Hessian()` under "xsmle", else `Information()`. Names
        of them ("cluster-scores") are taken for one release more, with a warning.
    lags
        Taken for one release more, with a warning: lags are those of `DriscollKraay(lags)`.
    small_sample
        Variances times n / (n - k) and t(N - 1); without it, n and the normal distribution, as most programs print.
        None: with it, but under "xsmle".
    missing
        "raise" (default), "drop-unit" or "drop-year": what happens to provinces or years with missing cells.
    logdet
        "auto", "eigen", "lu" or "chebyshev".
    where
        A condition on the rows that enter, as in `FixedEffects`; provinces that it leaves out leave the weights too.

    Examples
    --------
    >>> fit = pk.SpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sdm").fit(panel, w)
    >>> impacts = fit.impacts()
    """

    formula: str
    model: Model = "sdm"
    effects: Effects = "twoway"
    convention: SpatialConvention = "lee-yu"
    durbin: tuple[str, ...] | None = None
    vcov: VcovSpec | None = None
    lags: int | None = None
    small_sample: bool | None = None
    missing: Missing = "raise"
    logdet: Method = "auto"
    where: str | None = None

    def __post_init__(self) -> None:
        if self.lags is not None:
            chosen = default_covariance(self.convention) if self.vcov is None else vcov_from(self.vcov)
            object.__setattr__(self, "vcov", _with_lags(chosen, self.lags))
            object.__setattr__(self, "lags", None)
        super().__post_init__()

    def _check(self) -> None:
        check_effects(self.effects)
        check_choice("model", self.model, get_args(Model))
        check_choice("convention", self.convention, SPATIAL_CONVENTIONS)

    def fit(
        self,
        data: pd.DataFrame,
        w: Any,
        *,
        w_error: Any = None,
        w_durbin: Any = None,
        unit: str | None = None,
        time: str | None = None,
    ) -> SpatialFit:
        """Fit the model to a panel.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time`; row order is irrelevant.
        w
            Weights of the lag (and, unless told, of the error and of the Durbin terms), keyed by id. A model without a
            lag whose error and Durbin terms have weights of their own does not read it.
        w_error, w_durbin
            Weights of the error and of the Durbin terms, where they are others.
        unit, time
            The columns that name unit and period, where the index does not.

        Returns
        -------
        The fit: coefficients, rho and lambda, and what impacts and tests need.

        Raises
        ------
        DataError
            If the panel has missing cells and no policy, or ids of weights and panel differ (all listed).
        SpecError
            If convention, effects and weights do not go together, or a regressor is not identified.
        """
        refuse_idle_weights(self.model, w_error, w_durbin)
        sample = sample_of(self, data, unit, time, intercept=self.effects == "none")
        return fit_sample(self, sample, *aligned_weights(self.model, sample, w, w_error, w_durbin))


@spoken_in_sample
def fit_sample(
    spec: SpatialPanel,
    sample: SpatialSample,
    w: Weights,
    w_error: Weights,
    w_durbin: Weights,
    *,
    maximiser: Callable[[Problem], Optimum] = maximise,
    one_year: bool = False,
) -> SpatialFit:
    """Fit balanced arrays: the road that formulas and arrays share.

    Parameters
    ----------
    spec
        The model.
    sample
        Outcome (N, T) and regressors (N, T, k).
    w, w_error, w_durbin
        Weights of the lag, of the error and of the Durbin terms, in the order of the sample.
    maximiser
        What finds the top of the likelihood.
    one_year
        Whether degrees of freedom are those of a cross-section, n - k.

    Returns
    -------
    The fit under the covariance of the spec.

    Raises
    ------
    SpecError
        If convention, effects and weights do not go together, or a regressor is not identified.
    """
    lagged, error, durbin = spec.model in LAGGED, spec.model in ERROR, spec.model in DURBIN
    refuse_convention(spec.convention, spec.effects, w if lagged else None, w_error if error else None)
    refuse_unidentifiable(sample, spec.effects, w if lagged else None, w_error if error else None)
    if spec.model == "sac":
        refuse_without_regressor(sample)
    positions = durbin_positions(spec.durbin, sample.terms) if durbin else ()
    Z, names = durbin_design(sample, positions, w_durbin)
    n, t = sample.y.shape
    counting = Counting(n, t, spec.effects, spec.convention)
    swept = sweep(Z, spec.effects)
    refuse_unidentified(Z.reshape(n * t, -1), swept.reshape(n * t, -1), names, spec.effects, squares=True)
    _refuse_overfit(counting, len(names))
    refuse_degenerate(
        sample.y, sweep(sample.y[..., None], spec.effects)[..., 0], swept, sample.design.outcome, spec.effects
    )
    problem = Problem(
        sample.y,
        Z,
        counting,
        w.matrix if lagged else None,
        w_error.matrix if error else None,
        w.spectrum(spec.logdet) if lagged else None,
        w_error.spectrum(spec.logdet) if error else None,
    )
    optimum, curvature = solve(problem, maximiser)
    likelihood = SpatialProblem(
        curvature,
        LIKELIHOOD,
        scales_small_samples(spec.convention, spec.small_sample),
        one_year,
        observed=spec.convention == "xsmle",
    )
    vcov = default_covariance(spec.convention) if spec.vcov is None else spec.vcov
    if spec.vcov is None:
        spec = replace(spec, vcov=vcov)
    title = message(
        "{model} ({effects}): {outcome}",
        model=spec.model.upper(),
        effects=effects_word(spec.effects),
        outcome=sample.design.outcome,
    )
    spatial = ("rho",) * lagged + ("lambda",) * error
    k, kx, kv = len(names), len(sample.terms), int(spec.convention == "xsmle")
    terms = (*names, *spatial, *("sigma2_e",) * kv)
    theta = optimum.theta(problem)
    weights = weights_in_use(spec.model, w, w_error, w_durbin)
    return SpatialFit(
        title=title,
        terms=terms,
        equations=("main",) * kx + ("wx",) * (k - kx) + ("spatial",) * len(spatial) + ("variance",) * kv,
        estimates=theta[: len(terms)],
        outcome=sample.design.outcome,
        spec=spec,
        design=sample.design,
        residuals=curvature.residuals.reshape(-1),
        dropped=sample.design.dropped,
        curvature=curvature,
        sample=sample,
        weights=w,
        weights_error=w_error,
        weights_durbin=w_durbin,
        durbin_terms=positions,
        likelihood=likelihood,
        **fields_under(
            computed(vcov, likelihood, sample.design, None, title),
            len(terms),
            facts=(_facts(spec, sample, problem, optimum, weights), {"vcov": ""}),
            notes=_notes(spec, sample, problem, weights),
        ),
    )


def durbin_design(
    sample: SpatialSample, positions: Sequence[int], w: Weights
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return [X, W X_durbin] (N, T, k) and its names."""
    if not positions:
        return sample.X, sample.terms
    behind = lag(w.matrix, np.ascontiguousarray(sample.X[:, :, list(positions)]))
    names = (*sample.terms, *(f"W*{sample.terms[j]}" for j in positions))
    return np.concatenate([sample.X, behind], axis=2), names


def _refuse_overfit(counting: Counting, k: int) -> None:
    if counting.nobs <= k + 2:
        raise SpecError(
            message(
                "{nobs} observations after the effects cannot carry {k} regressors: take more {periods}",
                nobs=counting.nobs,
                k=k,
            )
        )


def _with_lags(vcov: Any, lags: int) -> Any:
    """Return a covariance with the lags of an option that it had before."""
    if not hasattr(vcov, "lags"):
        raise SpecError(
            message(
                "lags={lags} belongs to DriscollKraay(lags), and the covariance is {vcov!r}",
                lags=lags,
                vcov=vcov,
            )
        )
    moved = replace(vcov, lags=lags)
    warnings.warn(f"lags={lags} is written vcov={moved!r} now", DeprecationWarning, stacklevel=4)
    return moved


def _facts(
    spec: SpatialPanel,
    sample: SpatialSample,
    problem: Problem,
    optimum: Optimum,
    weights: Sequence[Weights],
) -> dict[str, Any]:
    counting, loglik = problem.counting, optimum.loglik
    free = problem.k + (problem.w is not None) + (problem.m is not None) + 1
    head = head_facts(
        problem,
        optimum,
        weights,
        years=sample.design.time_labels,
        model=spec.model,
        effects=spec.effects,
        convention=spec.convention,
    )
    return {
        **head,
        "loglik": loglik,
        "aic": 2 * free - 2 * loglik,
        "bic": np.log(counting.nobs) * free - 2 * loglik,
        "nobs_likelihood": counting.nobs,
        "r2_within": squared_correlation(problem, optimum),
        **(measures_of_xsmle(problem, optimum) if spec.convention == "xsmle" else {}),
    }


def _notes(
    spec: SpatialPanel, sample: SpatialSample, problem: Problem, weights: Sequence[Weights]
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """Return the notes before and after those of the covariance, each once."""
    before = dict.fromkeys(
        (*sample.notes, *convention_note(spec.convention, spec.effects, lagged=problem.w is not None))
    )
    after = [said for w in dict.fromkeys(weights) for said in w.said]
    for spectrum in (problem.spectrum_w, problem.spectrum_m):
        if spectrum is not None and not spectrum.exact:
            after.append(message("log-determinants from Chebyshev moments with random probes (seed 0)"))
    return tuple(before), tuple(said for said in dict.fromkeys(after) if said not in before)
