"""Spatial panels with random unit effects by exact maximum likelihood, and the choice between random and fixed.

The unit effect is a part of the innovation: R (S y - Z b) = mu_i + v_it (Kapoor, Kelejian and Prucha 2007). With
phi^2 = s_v^2 / (s_v^2 + T s_mu^2) the likelihood is that of columns less (1 - phi) times their unit means, plus
N ln phi: the machinery of the fixed-effects models at every phi.

Not through spreg: the coefficients of its 1.9.0 `Panel_RE_Lag` agree to 1e-4, its standard error of rho does not
(.0182 against .0291 on Munnell's states; the profile likelihood has .0291), and it has no Durbin, sac or year effects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd
from scipy import optimize, special

from panelkit.covariance.base import VcovSpec, computed
from panelkit.covariance.likelihood import Hessian
from panelkit.kernels.capabilities import HESSIAN
from panelkit.kernels.derivatives import numerical_hessian
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import Effects, FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import estimator
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.likelihood import Counting, Optimum, Problem, log_determinant, sweep
from panelkit.models.spatial.maximum import maximise
from panelkit.models.spatial.panel import durbin_design
from panelkit.models.spatial.sample import (
    Missing,
    SpatialSample,
    align_weights,
    durbin_positions,
    refuse_alike,
    refuse_degenerate,
    sample_of,
)
from panelkit.models.spatial.selection import wald
from panelkit.models.spatial.shell import (
    DURBIN,
    ERROR,
    LAGGED,
    Model,
    SpatialSpec,
    head_facts,
    squared_correlation,
)
from panelkit.results.fit import fields_under
from panelkit.results.tests import TestResult
from panelkit.show.brief import Brief
from panelkit.spatial.weights import Weights

BOUNDARY = 1 - 1e-9  # above it there are no unit effects, and phi is held


@estimator(
    "spatial_random_effects",
    family="spatial",
    can=(HESSIAN,),
    result="SpatialRandomFit",
    source="Kapoor, Kelejian and Prucha 2007",
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
    small_sample
        t(N - 1) instead of the normal distribution; standard errors come from the observed Hessian.
    vcov
        `Hessian()`, the one covariance that the model has.
    """

    formula: str
    model: Model = "sdm"
    time_effects: bool = False
    means: bool = False
    durbin: tuple[str, ...] | None = None
    small_sample: bool = True
    missing: Missing = "raise"
    where: str | None = None
    vcov: VcovSpec = Hessian()

    def _check(self) -> None:
        if self.model not in get_args(Model):
            raise SpecError(f"model is one of {', '.join(get_args(Model))}, not {self.model!r}")

    def fit(
        self, data: pd.DataFrame, w: Any, *, unit: str | None = None, time: str | None = None
    ) -> SpatialRandomFit:
        """Fit the model to a panel.

        Raises
        ------
        DataError
            If cells are missing without a policy, or ids differ.
        SpecError
            If weights and time effects do not go together, or a regressor is not identified.
        """
        sample = sample_of(self, data, unit, time, intercept=not self.time_effects)
        return fit_random(self, sample, align_weights(w, sample))


_NOTES = (
    "random unit effects inside the innovation; observed Hessian",
    "random effects need unit effects unrelated to the regressors: read the Mundlak test",
)


@dataclass(frozen=True, eq=False)
class RandomProblem(Brief):
    """The likelihood at its maximum as covariances ask for it: the observed Hessian alone is offered.

    Its matrix is that of (b, rho, lambda, ln sigma2, ln phi). The notes of the fit say what it is.
    """

    raw: Problem
    optimum: Optimum
    phi: float
    small_sample: bool
    can: frozenset[str] = frozenset({HESSIAN})

    scale = 1.0

    @property
    def df(self) -> float:
        """Return the degrees of freedom of t statistics."""
        return float(self.raw.counting.n_units - 1) if self.small_sample else float("inf")

    def inverse_hessian(self) -> FloatArray:
        """Return the inverse of the observed Hessian."""
        return _inverse_hessian(self.raw, self.optimum, self.phi)

    def said(self, sentence: str) -> tuple[str, ...]:
        """Return nothing more than the notes of the fit."""
        return ()


@dataclass(frozen=True, kw_only=True, eq=False)
class SpatialRandomFit(SpatialFit):
    """A fitted random-effects model; `phi` is 1 without unit effects and falls as they grow."""

    phi: float
    sigma2_mu: float

    def bootstrap_theta(self, rng: np.random.Generator) -> FloatArray:
        """Refuse: residual vectors of units are not exchangeable apart from their random effect."""
        raise SpecError("impacts of a random-effects model take method='delta' or 'draws'")

    def reduction_tests(self) -> tuple[TestResult, ...]:
        """Say that these tests are offered for fixed effects."""
        because = "the reductions are offered for fixed effects: fit SpatialPanel"
        return (TestResult.not_applicable("random-effects SDM to smaller models", "theta = 0", because),)

    def mundlak_test(self) -> TestResult:
        """Test the unit means jointly (fit with `means=True`).

        Under the null unit effects and regressors are unrelated.
        """
        null = "unit effects are unrelated to the regressors: random effects are consistent"
        at = [j for j, term in enumerate(self.terms) if term.startswith("mean(")]
        if not at:
            return TestResult.not_applicable("Mundlak", null, "the fit has no unit means: take means=True")
        value, df = wald(self.estimates, self.covariance, lambda theta: theta[at])
        return TestResult(
            name="Mundlak",
            null=null,
            statistic=value,
            distribution="chi2",
            df=(float(df),),
            p_value=float(special.chdtrc(df, value)),
        )


def fit_random(spec: SpatialRandomEffects, sample: SpatialSample, w: Weights) -> SpatialRandomFit:
    """Fit balanced arrays."""
    if spec.time_effects and not w.row_standardised:
        raise SpecError(
            f"year effects need row-standardised weights here, and {w.name} is normalised by {w.normalisation}"
        )
    if spec.time_effects and (spec.model in LAGGED or spec.model in ERROR):
        refuse_alike(w, "the time effects")
    kx = len(sample.terms)
    positions = durbin_positions(spec.durbin, sample.terms) if spec.model in DURBIN else ()
    Z, names = durbin_design(sample, positions, w)
    if spec.means:
        Z, names = _with_means(Z, names)
    n, t = sample.y.shape
    effects = "time" if spec.time_effects else "none"
    flat = sweep(Z, effects).reshape(n * t, -1)  # type: ignore[arg-type]
    refuse_unidentified(Z.reshape(n * t, -1), flat, names, effects, squares=True)  # type: ignore[arg-type]
    if t < 2:
        raise DataError(
            f"the sample holds one year ({sample.design.time_labels[0]}), and a random unit effect cannot be told from "
            "the error there: take more years, or SpatialCrossSection"
        )
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
    phi, problem, optimum = maximise_random(raw)
    loglik = optimum.loglik + counting.units * float(np.log(phi))
    optimum = replace(optimum, loglik=loglik)
    likelihood = RandomProblem(raw, optimum, phi, spec.small_sample)
    spatial = ("rho",) * lagged + ("lambda",) * error
    curvature = Curvature(problem, optimum)
    sigma2_mu = optimum.sigma2 * (1 / phi**2 - 1) / t
    title = f"{spec.model.upper()} (random effects): {sample.design.outcome}"
    terms = (*names, *spatial)
    return SpatialRandomFit(
        title=title,
        terms=terms,
        equations=tuple(_equation(name, j, kx) for j, name in enumerate(names)) + ("spatial",) * len(spatial),
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
            notes=((*sample.notes, *_NOTES, *w.said), ()),
        ),
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
        "loglik": optimum.loglik,
        "r2": squared_correlation(problem, optimum),
    }


def _equation(name: str, at: int, kx: int) -> str:
    if name.startswith("mean("):
        return "means"
    return "main" if at < kx else "wx"


def _with_means(Z: FloatArray, names: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    vary = [j for j in range(Z.shape[2]) if np.ptp(Z[:, :, j] - Z[:, :1, j]) > 0]
    means = np.repeat(Z[:, :, vary].mean(axis=1, keepdims=True), Z.shape[1], axis=1)
    return np.concatenate([Z, means], axis=2), (*names, *(f"mean({names[j]})" for j in vary))


def quasi_demeaned(raw: Problem, phi: float) -> Problem:
    """Return the problem of columns less (1 - phi) times their unit means."""
    share = 1.0 - phi
    return replace(
        raw,
        y=raw.y - share * raw.y.mean(axis=1, keepdims=True),
        Z=raw.Z - share * raw.Z.mean(axis=1, keepdims=True),
    )


def maximise_random(raw: Problem) -> tuple[float, Problem, Optimum]:
    """Return phi, the problem there and its optimum (loglik without N ln phi)."""
    units = raw.counting.units

    def negative(log_phi: float) -> float:
        return -(maximise(quasi_demeaned(raw, float(np.exp(log_phi)))).loglik + units * log_phi)

    grid = np.linspace(np.log(1e-3), 0.0, 15)
    best = int(np.argmin([negative(x) for x in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    answer = optimize.minimize_scalar(
        negative, bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    log_phi = float(answer.x)
    if negative(0.0) <= float(answer.fun):
        log_phi = 0.0
    problem = quasi_demeaned(raw, float(np.exp(log_phi)))
    return float(np.exp(log_phi)), problem, maximise(problem)


def _inverse_hessian(raw: Problem, optimum: Optimum, phi: float) -> FloatArray:
    """Return the inverse observed Hessian of (b, rho, lambda, ln sigma2, ln phi), numerically on compressed columns."""
    means = np.repeat(raw.base.mean(axis=1, keepdims=True), raw.y.shape[1], axis=1)
    within = _Compressed(raw, raw.base - means, mean=False)
    between = _Compressed(raw, means, mean=True)
    k, units, nobs = raw.k, raw.counting.units, raw.counting.nobs
    lagged, error = raw.w is not None, raw.m is not None

    def value(x: FloatArray) -> float:
        b, log_s2, log_phi = x[:k], x[-2], x[-1]
        rho = x[k] if lagged else 0.0
        lam = x[-3] if error else 0.0
        gap = within.squares(b, rho, lam) + float(np.exp(2 * log_phi)) * between.squares(b, rho, lam)
        det = raw.counting.times * log_determinant(raw, rho, lam)
        return (
            -nobs / 2 * (np.log(2 * np.pi) + log_s2)
            + units * log_phi
            + det
            - gap / (2 * float(np.exp(log_s2)))
        )

    at = np.r_[optimum.theta(raw)[:-1], np.log(optimum.sigma2), np.log(phi)]
    free = len(at) - (phi > BOUNDARY)  # at the boundary phi is held
    hessian = numerical_hessian(value, at, free)
    scale = 1 / np.sqrt(np.abs(np.diag(hessian)))
    inverse = np.linalg.inv(hessian * np.outer(scale, scale)) * np.outer(scale, scale)
    out = np.zeros((len(at), len(at)))
    out[:free, :free] = inverse
    return out


class _Compressed:
    """Sums of squares of R (S y - Z b) from the R factor of the columns and their lags."""

    def __init__(self, raw: Problem, base: FloatArray, *, mean: bool) -> None:
        self.p = base.shape[2]
        columns = [base.reshape(-1, self.p)]
        if raw.lagged is not None:
            means = np.repeat(raw.lagged.mean(axis=1, keepdims=True), raw.y.shape[1], axis=1)
            columns.append((means if mean else raw.lagged - means).reshape(-1, self.p))
        self.small = np.asarray(np.linalg.qr(np.hstack(columns), mode="r"))

    def squares(self, b: FloatArray, rho: float, lam: float) -> float:
        weights = np.r_[1.0, -rho, -b]
        both = np.r_[weights, -lam * weights] if self.small.shape[1] > self.p else weights
        gap = self.small @ both
        return float(gap @ gap)
