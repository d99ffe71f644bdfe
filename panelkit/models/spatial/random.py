"""Spatial panels with random unit effects by exact maximum likelihood, and the choice between random and fixed.

By default the unit effect is a part of the innovation: R (S y - Z b) = mu_i + v_it (Kapoor, Kelejian and Prucha 2007).
With phi^2 = s_v^2 / (s_v^2 + T s_mu^2) the likelihood is that of columns less (1 - phi) times their unit means, plus
N ln phi: the machinery of the fixed-effects models at every phi. `errors="baltagi"` keeps the unit effect outside the
spatial process: S y - Z b = mu_i + R^-1 v_t (Anselin 1988; Baltagi, Song and Koh 2003), by `random_likelihood.py`.

Not through spreg: the coefficients of its 1.9.0 `Panel_RE_Lag` agree to 1e-4, its standard error of rho does not
(.0182 against .0291 on Munnell's states; the profile likelihood has .0291), and it has no Durbin, sac or year effects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from panelkit.covariance.base import VcovSpec, computed
from panelkit.covariance.likelihood import Hessian
from panelkit.kernels.capabilities import CELL_SCORES, HESSIAN, UNIT_SCORES
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import Effects, FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.options import check_choice
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.durbin import durbin_positions
from panelkit.models.spatial.likelihood import Counting, Optimum, Problem, sweep
from panelkit.models.spatial.panel import durbin_design
from panelkit.models.spatial.random_composed import compose, composed_optimum
from panelkit.models.spatial.random_fit import ComposedProblem, RandomProblem, SpatialRandomFit, criteria
from panelkit.models.spatial.random_maximum import maximise_random, quasi_demeaned
from panelkit.models.spatial.random_search import maximise_composed
from panelkit.models.spatial.sample import (
    TIME_EFFECTS,
    Missing,
    SpatialSample,
    align_weights,
    refuse_alike,
    refuse_degenerate,
    sample_of,
)
from panelkit.models.spatial.shell import (
    DURBIN,
    ERROR,
    LAGGED,
    Model,
    SpatialSpec,
    head_facts,
    spoken_in_sample,
    squared_correlation,
)
from panelkit.results.fit import fields_under
from panelkit.spatial.weights import Weights

Errors = Literal["kkp", "baltagi"]


@estimator(
    "spatial_random_effects",
    family="spatial",
    can=(HESSIAN, UNIT_SCORES, CELL_SCORES),
    result="SpatialRandomFit",
    source="Kapoor, Kelejian and Prucha 2007; Baltagi, Song and Koh 2003",
)
@dataclass(frozen=True)
class SpatialRandomEffects(SpatialSpec):
    """A spatial panel with random unit effects (and, by choice, year dummies).

    Parameters
    ----------
    formula, model, durbin, missing
        As in `SpatialPanel`; an intercept is estimated.
    time_effects
        Sweeps year effects by the transformation of Lee and Yu (needs row-standardised weights).
    means
        Adds the unit means of all regressors (Mundlak): their joint test is the robust choice between random and fixed.
        What is constant in time, or alike in all units (year dummies, a trend), has no mean of its own.
    errors
        "kkp": the unit effect goes through the spatial process of the errors; "baltagi": it does not, as in xsmle's
        `sem, re` and splm's "semre" and "sarsemre". It asks for a model with a spatial error.
    small_sample
        t(N - 1) instead of the normal distribution; standard errors come from the observed Hessian.
    where
        A condition on the rows that enter, as in `FixedEffects`.
    vcov
        `Hessian()` (default); with unit effects inside the innovation also `Cluster()`, `ScoreCluster()` and others on
        scores by unit and period about the observed Hessian.

    Examples
    --------
    >>> fit = pk.SpatialRandomEffects("log(patents_granted) ~ log(rd_expenditure)", "sar").fit(panel, w)
    """

    formula: str
    model: Model = "sdm"
    time_effects: bool = False
    means: bool = False
    errors: Errors = "kkp"
    durbin: tuple[str, ...] | None = None
    small_sample: bool = True
    missing: Missing = "raise"
    where: str | None = None
    vcov: VcovSpec = Hessian()

    def _check(self) -> None:
        check_choice("model", self.model, get_args(Model))
        check_choice("errors", self.errors, get_args(Errors))
        if self.errors != "kkp" and self.model not in ERROR:
            raise SpecError(
                message(
                    "errors={errors!r} would change nothing: a {model} has no spatial error",
                    errors=self.errors,
                    model=self.model.upper(),
                )
            )

    def fit(
        self, data: pd.DataFrame, w: Any, *, unit: str | None = None, time: str | None = None
    ) -> SpatialRandomFit:
        """Fit the model to a panel.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time`; row order is irrelevant.
        w
            Weights keyed by id.
        unit, time
            The columns that name unit and period, where the index does not.

        Returns
        -------
        The fit, with the variance of the unit effects.

        Raises
        ------
        DataError
            If cells are missing without a policy, or ids differ.
        SpecError
            If weights and time effects do not go together, or a regressor is not identified.
        """
        sample = sample_of(self, data, unit, time, intercept=not self.time_effects)
        return fit_random(self, sample, align_weights(w, sample))


_NOTES: dict[str, Message] = {
    "kkp": message("random unit effects inside the innovation"),
    "baltagi": message("random unit effects outside the spatial process of the errors"),
}
_MUNDLAK = message("random effects need unit effects unrelated to the regressors: read the Mundlak test")
NO_EFFECTS = message("the variance of the unit effects is estimated at zero: these are pooled estimates")


@spoken_in_sample
def fit_random(spec: SpatialRandomEffects, sample: SpatialSample, w: Weights) -> SpatialRandomFit:
    """Fit balanced arrays."""
    if spec.time_effects and not w.row_standardised:
        raise SpecError(
            message(
                "year effects need row-standardised weights here, and {weights} is normalised by {normalisation}: take "
                "such weights, or leave out the year effects (time_effects=False; command line: without "
                "--year-effects)",
                weights=w.name,
                normalisation=w.normalised_by,
            )
        )
    if spec.time_effects and (spec.model in LAGGED or spec.model in ERROR):
        refuse_alike(w, TIME_EFFECTS)
    kx = len(sample.terms)
    positions = durbin_positions(spec.durbin, sample.terms) if spec.model in DURBIN else ()
    Z, names = durbin_design(sample, positions, w)
    equations = ("main",) * kx + ("wx",) * (len(names) - kx)
    if spec.means:
        Z, names = _with_means(Z, names)
        equations += ("means",) * (len(names) - len(equations))
    n, t = sample.y.shape
    effects = "time" if spec.time_effects else "none"
    flat = sweep(Z, effects).reshape(n * t, -1)  # type: ignore[arg-type]
    refuse_unidentified(Z.reshape(n * t, -1), flat, names, effects, squares=True)  # type: ignore[arg-type]
    refuse_one_period(sample)
    inside: Effects = "twoway" if spec.time_effects else "unit"
    swept = sweep(sample.y[..., None], inside)[..., 0]
    refuse_degenerate(sample.y, swept, sweep(Z, inside), sample.design.outcome, inside)
    lagged, error = spec.model in LAGGED, spec.model in ERROR
    counting = Counting(n, t, effects, "lee-yu")  # type: ignore[arg-type]
    raw = Problem(
        sample.y,
        Z,
        counting,
        w.matrix if lagged else None,
        w.matrix if error else None,
        w.spectrum() if lagged else None,
        w.spectrum() if error else None,
    )
    if spec.errors == "baltagi":
        top = maximise_composed(compose(raw, "none", years=spec.time_effects))
        likelihood: RandomProblem | ComposedProblem = ComposedProblem(top, n, spec.small_sample)
        phi = float(1.0 / np.sqrt(1.0 + top.best.point.theta))
        problem, optimum = quasi_demeaned(raw, phi), composed_optimum(top)
    else:
        phi, problem, optimum = maximise_random(raw)
        optimum = replace(optimum, loglik=optimum.loglik + counting.units * float(np.log(phi)))
        likelihood = RandomProblem(raw, optimum, phi, spec.small_sample)
    spatial = ("rho",) * lagged + ("lambda",) * error
    curvature = Curvature(problem, optimum)
    sigma2_mu = optimum.sigma2 * (1 / phi**2 - 1) / t
    title = message(
        "{model} (random effects): {outcome}", model=spec.model.upper(), outcome=sample.design.outcome
    )
    terms = (*names, *spatial)
    return SpatialRandomFit(
        title=title,
        terms=terms,
        equations=(*equations, *("spatial",) * len(spatial)),
        estimates=optimum.theta(problem)[:-1],
        outcome=sample.design.outcome,
        spec=spec,
        design=sample.design,
        residuals=curvature.residuals.reshape(-1),
        dropped=sample.design.dropped,
        curvature=curvature,
        sample=sample,
        weights=w,
        weights_error=w,
        weights_durbin=w,
        durbin_terms=positions,
        likelihood=likelihood,
        phi=phi,
        sigma2_mu=sigma2_mu,
        **fields_under(
            computed(spec.vcov, likelihood, sample.design, None, title),
            len(terms),
            facts=(_facts(spec, sample, w, problem, optimum, phi, sigma2_mu), {"vcov": ""}),
            notes=(_notes(spec, sample, phi), w.said),
        ),
    )


def refuse_one_period(sample: SpatialSample) -> None:
    """Refuse a sample of one period, which cannot tell a unit effect from the error."""
    if sample.y.shape[1] < 2:
        raise DataError(
            message(
                "the sample holds one {period} ({label}), and a random unit effect cannot be told from "
                "the error there: take more {periods}, or SpatialCrossSection",
                label=str(sample.design.time_labels[0]),
            )
        )


def _facts(
    spec: SpatialRandomEffects,
    sample: SpatialSample,
    w: Weights,
    problem: Problem,
    optimum: Optimum,
    phi: float,
    sigma2_mu: float,
) -> dict[str, Any]:
    head = head_facts(
        problem,
        optimum,
        (w,),
        years=sample.design.time_labels,
        model=spec.model,
        effects="random" + (" + year" if spec.time_effects else ""),
        convention="ml",
    )
    return {
        **head,
        "sigma2_unit": sigma2_mu,
        "phi": phi,
        **criteria(optimum.loglik, len(optimum.theta(problem)) + 1, problem.counting.nobs),
        "r2": squared_correlation(problem, optimum),
    }


def _notes(spec: SpatialRandomEffects, sample: SpatialSample, phi: float) -> tuple[Message, ...]:
    none = (NO_EFFECTS,) if phi == 1.0 else ()
    return (*sample.notes, _NOTES[spec.errors], *none, _MUNDLAK)


def _with_means(Z: FloatArray, names: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    """Return Z with the unit means of what varies within units and, in its means, between them (years do not)."""
    means = Z.mean(axis=1)
    size = np.abs(Z).max(axis=(0, 1))
    within, between = np.ptp(Z - Z[:, :1], axis=(0, 1)) > 0, np.ptp(means, axis=0) > 1e-12 * size
    vary = np.flatnonzero(within & between)
    columns = np.repeat(means[:, None, vary], Z.shape[1], axis=1)
    return np.concatenate([Z, columns], axis=2), (*names, *(f"mean({names[j]})" for j in vary))
