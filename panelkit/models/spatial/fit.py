"""What a fitted spatial panel offers: its spatial coefficients, impacts, reductions, resampled panels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from panelkit.covariance.base import Problem
from panelkit.inference.impact_parts import ImpactParts
from panelkit.inference.impacts import Impacts, Method
from panelkit.inference.impacts import impacts as impacts_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.register import find
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.likelihood import Optimum
from panelkit.models.spatial.likelihood import Problem as Likelihood
from panelkit.models.spatial.maximum import solve
from panelkit.models.spatial.sample import SpatialSample
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult
from panelkit.spatial.spectrum import factorise
from panelkit.spatial.weights import Weights


@dataclass(frozen=True, kw_only=True, eq=False)
class SpatialFit(FitResult):
    """A fitted spatial panel: estimates of b, of the Durbin terms and of rho and lambda; sigma2 in the facts.

    `curvature` holds the problem, the optimum and the swept residuals, `likelihood` what covariances ask of them.
    """

    curvature: Curvature
    sample: SpatialSample
    weights: Weights
    weights_error: Weights
    weights_durbin: Weights
    durbin_terms: tuple[int, ...] = ()
    likelihood: Problem

    @property
    def problem(self) -> Problem:
        """Return the likelihood that covariances stand on."""
        return self.likelihood

    @property
    def full_covariance(self) -> FloatArray:
        """Return the covariance of all parameters, sigma2 (and what else the likelihood has) last."""
        return self.covariance if self.covariance_of is None else self.covariance_of.matrix

    @property
    def rho(self) -> float:
        """Return the coefficient of Wy (zero where the model has none)."""
        return self.curvature.optimum.rho

    @property
    def lam(self) -> float:
        """Return the coefficient of the spatial error (zero where the model has none)."""
        return self.curvature.optimum.lam

    @property
    def loglik(self) -> float:
        """Return the log-likelihood at its maximum (before a bias correction)."""
        return self.curvature.optimum.loglik

    def impacts(
        self,
        method: Method = "delta",
        *,
        reps: int | None = None,
        rng: int | np.random.Generator = 0,
    ) -> Impacts:
        """Return direct, indirect and total impacts with their uncertainty."""
        return impacts_of(self, method=method, reps=reps, rng=rng)

    def moderated_impacts(self, of: str, by: str, **options: Any) -> Any:
        """Return the effects of a regressor at values of its moderator, as `pk.moderated_impacts` says."""
        return find("inference", "moderated_impacts")(self, of, by, **options)

    def reduction_tests(self) -> tuple[TestResult, ...]:
        """Return Wald and LR tests of the Durbin model against its special cases."""
        tests: tuple[TestResult, ...] = find("capability", "reduction_tests")(self)
        return tests

    def impact_parts(self) -> ImpactParts:
        """Return what impacts need of this fit."""
        kx = len(self.sample.terms)
        rows = [j for j, term in enumerate(self.sample.terms) if term != "Intercept"]
        if not rows:
            raise SpecError(
                message("impacts are those of regressors, and the formula names none: name at least one")
            )
        behind = {j: kx + at for at, j in enumerate(self.durbin_terms)}
        problem = self.curvature.problem
        one_w = self.weights is self.weights_durbin
        read = [self.weights] * (problem.w is not None) + [self.weights_durbin] * bool(self.durbin_terms)
        read = read or [self.weights]
        return ImpactParts(
            terms=tuple(self.sample.terms[j] for j in rows),
            theta=self.estimates,
            covariance=self.covariance,
            df=float(np.asarray(self.df)),
            own=tuple(rows),
            neighbour=tuple(behind.get(j, -1) for j in rows),
            ids=self.sample.ids,
            rho=problem.k if problem.w is not None else -1,
            w=problem.w,
            w_durbin=self.weights_durbin.matrix if not one_w or problem.w is None else problem.w,
            spectrum=problem.spectrum_w,
            row_standardised=all(weights.row_standardised for weights in read),
            islands=tuple(key for key in read[0].islands if all(key in weights.islands for weights in read)),
        )

    def bootstrap_theta(self, rng: np.random.Generator) -> FloatArray:
        """Return the estimates of one panel with residual vectors of units resampled."""
        c, problem = self.curvature, self.curvature.problem
        drawn = rng.integers(0, problem.counting.n_units, size=problem.counting.n_units)
        y = problem.y + send_through(problem, c.optimum, rescaled(c)[drawn] - c.residuals)
        again = replace(problem, y=y)
        return solve(again)[0].theta(again)[: len(self.terms)]


def rescaled(c: Curvature) -> FloatArray:
    """Return residuals (N, T) at the scale of the innovations: times sqrt(NT / ((N-1)(T-1))) with two-way effects."""
    counting = c.problem.counting
    n, t = counting.n_units, counting.n_times
    factor = 1.0
    if counting.effects in ("unit", "twoway"):
        factor *= t / (t - 1)
    if counting.effects in ("time", "twoway"):
        factor *= n / (n - 1)
    return np.asarray(c.residuals * np.sqrt(factor))


def send_through(problem: Likelihood, optimum: Optimum, innovations: FloatArray) -> FloatArray:
    """Return (I - rho W)^-1 (I - lambda M)^-1 e for (N, T) innovations."""
    out = innovations
    if problem.m is not None:
        out = np.asarray(factorise(problem.m, optimum.lam).solve(out))
    if problem.w is not None:
        out = np.asarray(factorise(problem.w, optimum.rho).solve(out))
    return out
