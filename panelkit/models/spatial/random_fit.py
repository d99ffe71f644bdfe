"""What a fitted spatial panel with random unit effects offers: variances, what covariances ask, the Mundlak test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np

from panelkit.kernels.capabilities import CELL_SCORES, HESSIAN, UNIT_SCORES
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.spelt import option
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.likelihood import Optimum, Problem
from panelkit.models.spatial.random_likelihood import inverse_observed_hessian
from panelkit.models.spatial.random_maximum import BOUNDARY, inverse_hessian, quasi_demeaned
from panelkit.models.spatial.random_search import Top
from panelkit.models.spatial.scores import cell_scores, paired, unit_parts
from panelkit.models.spatial.selection import wald
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.tests import TestResult
from panelkit.show.brief import Brief


class WithVariances(Protocol):
    """A likelihood with random effects: it knows ln sigma2 and ln theta, theta = T sigma2_mu / sigma2_e."""

    @property
    def log_variances(self) -> tuple[float, float]: ...

    def in_log_variances(self, covariance: FloatArray) -> FloatArray:
        """Return the covariance (2, 2) of ln sigma2 and ln theta from that of all parameters."""
        ...


@dataclass(frozen=True, eq=False)
class RandomProblem(Brief):
    """The likelihood at its maximum where unit effects lie inside the innovation.

    Matrices are those of (b, rho, lambda, ln sigma2, ln phi), phi the share 1 / sqrt(1 + theta) of a unit mean that is
    kept. The innovations of a unit are its own, so that scores by unit and period are defined.
    """

    raw: Problem
    optimum: Optimum
    phi: float
    small_sample: bool
    can: frozenset[str] = frozenset({HESSIAN, UNIT_SCORES, CELL_SCORES})

    scale = 1.0

    @property
    def df(self) -> float:
        """Return the degrees of freedom of t statistics."""
        return float(self.raw.counting.n_units - 1) if self.small_sample else float("inf")

    @property
    def log_variances(self) -> tuple[float, float]:
        """Return ln sigma2 and ln theta."""
        theta = 1.0 / self.phi**2 - 1.0
        return float(np.log(self.optimum.sigma2)), float(np.log(theta)) if theta > 0.0 else -np.inf

    def in_log_variances(self, covariance: FloatArray) -> FloatArray:
        """Return the covariance (2, 2) of ln sigma2 and ln theta from that of all parameters."""
        if self.phi > BOUNDARY:
            return np.asarray(covariance[-2:, -2:])
        turn = np.diag([1.0, -2.0 / (1.0 - self.phi**2)])
        return np.asarray(turn @ covariance[-2:, -2:] @ turn)

    def inverse_hessian(self) -> FloatArray:
        """Return the inverse of the observed Hessian."""
        return inverse_hessian(self.raw, self.optimum, self.phi)

    def bread(self) -> FloatArray:
        """Return what stands on both sides of a sandwich: the inverse of the observed Hessian."""
        return self.inverse_hessian()

    def cell_scores(self) -> FloatArray:
        """Return the scores of every unit and period, (N, T, p), determinants shared equally.

        Raises
        ------
        SpecError
            If the variance of the unit effects is at zero, where its score has one side only.
        """
        self._refuse_edge()
        c = Curvature(quasi_demeaned(self.raw, self.phi), self.optimum)
        scores = cell_scores(c)
        e, s2 = c.residuals, self.optimum.sigma2
        scores[..., -1] *= s2  # by ln sigma2
        pulls = e * e.mean(axis=1, keepdims=True) / s2
        return np.concatenate([scores, (pulls.mean() - pulls)[..., None]], axis=2)

    def _refuse_edge(self) -> None:
        if self.phi > BOUNDARY:
            raise SpecError(
                message(
                    "the variance of the unit effects is estimated at zero, where its score has one side only: take "
                    "Hessian(), or fit SpatialPanel(effects='none')"
                )
            )

    def unit_parts(self) -> tuple[FloatArray, dict[int, FloatArray]]:
        """Return the parts of the score that are a unit's own (N, p), and those of pairs (N, N)."""
        self._refuse_edge()
        c = Curvature(quasi_demeaned(self.raw, self.phi), self.optimum)
        unit, sides = unit_parts(c)
        unit[:, -1] *= self.optimum.sigma2  # by ln sigma2
        pulls = c.residuals.shape[1] * c.residuals.mean(axis=1) ** 2 / self.optimum.sigma2
        return np.column_stack([unit, pulls.mean() - pulls]), sides

    def unit_meat(self) -> FloatArray:
        """Return the variance of the score under any serial form, units independent, pairs of units included."""
        return paired(*self.unit_parts())

    def said(self, sentence: Message, df: float | None = None) -> tuple[Message, ...]:
        """Return what a covariance assumes."""
        return (sentence,)


@dataclass(frozen=True, eq=False)
class ComposedProblem(Brief):
    """The likelihood at its maximum where unit effects have a process of their own, or none.

    Matrices are those of (b, rho, lambda, phi, ln sigma2, ln theta), those that the model has.
    """

    top: Top
    n_units: int
    small_sample: bool
    can: frozenset[str] = frozenset({HESSIAN, UNIT_SCORES, CELL_SCORES})

    scale = 1.0

    @property
    def df(self) -> float:
        """Return the degrees of freedom of t statistics."""
        return float(self.n_units - 1) if self.small_sample else float("inf")

    @property
    def log_variances(self) -> tuple[float, float]:
        """Return ln sigma2 and ln theta."""
        theta = self.top.best.point.theta
        return float(np.log(self.top.best.sigma2)), float(np.log(theta)) if theta > 0.0 else -np.inf

    def in_log_variances(self, covariance: FloatArray) -> FloatArray:
        """Return the covariance (2, 2) of ln sigma2 and ln theta from that of all parameters."""
        return np.asarray(covariance[-2:, -2:])

    def inverse_hessian(self) -> FloatArray:
        """Return the inverse of the observed Hessian, zero for theta where it is held at zero.

        Raises
        ------
        ConvergenceError
            If the likelihood is flat there.
        """
        best = self.top.best
        inverse = inverse_observed_hessian(best.problem, best.point, self.top.held)
        size = len(inverse) + self.top.held
        out = np.zeros((size, size))
        out[: len(inverse), : len(inverse)] = inverse
        return out

    def bread(self) -> FloatArray:
        """Return what stands on both sides of a sandwich: the inverse of the observed Hessian."""
        return self.inverse_hessian()

    def cell_scores(self) -> FloatArray:
        """Refuse: no unit has a score of its own here."""
        raise _no_scores()

    def unit_meat(self) -> FloatArray:
        """Refuse: no unit has a score of its own here."""
        raise _no_scores()

    def said(self, sentence: Message, df: float | None = None) -> tuple[Message, ...]:
        """Return what a covariance assumes."""
        return (sentence,)


def _no_scores() -> SpecError:
    return SpecError(
        message(
            "the unit effects lie outside the spatial process of the errors, so that the covariance of "
            "unit means has no filter that gives every unit an innovation of its own: scores by unit "
            "would depend on the order of units. Take Hessian(), or {errors}",
            errors=option("errors", "kkp"),
        )
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SpatialRandomFit(SpatialFit):
    """A fitted random-effects model; `phi` is 1 without unit effects and falls as they grow."""

    phi: float
    sigma2_mu: float

    def bootstrap_theta(self, rng: np.random.Generator) -> FloatArray:
        """Refuse: residual vectors of units are not exchangeable apart from their random effect."""
        raise SpecError(
            message(
                "impacts of a random-effects model take {method} or 'draws'", method=option("method", "delta")
            )
        )

    def reduction_tests(self) -> tuple[TestResult, ...]:
        """Say that these tests are offered for fixed effects."""
        return (
            TestResult.not_applicable(
                message("random-effects SDM to smaller models"),
                message("theta = 0"),
                message("the reductions are offered for fixed effects: fit SpatialPanel"),
            ),
        )

    def components(self) -> Derived:
        """Return the variances as programs print them, with standard errors by the delta method.

        sigma2_e and sigma_e of the idiosyncratic errors, sigma_mu of the unit effects, theta = sigma_e / sqrt(sigma2_e
        + T sigma2_mu), lgt_theta = ln(theta / (1 - theta)) and ln_phi = ln(sigma2_mu / sigma2_e).
        """
        return components(self)

    def mundlak_test(self) -> TestResult:
        """Test the unit means jointly (fit with `means=True`).

        Under the null unit effects and regressors are unrelated.
        """
        name = verbatim("Mundlak")
        null = message("unit effects are unrelated to the regressors: random effects are consistent")
        at = [j for j, equation in enumerate(self.equations) if equation == "means"]
        if not at:
            asked = bool(getattr(self.spec, "means", False))
            return TestResult.not_applicable(name, null, _NONE_VARY if asked else _NO_MEANS)
        theta, covariance = self.estimates, self.covariance
        return wald(name, null, lambda free: free[at], theta=theta, covariance=covariance, facts={})


_NO_MEANS = message("the fit has no unit means: take {means}", means=option("means", True))
_NONE_VARY = message("no regressor varies both within units and, in its means, between them")


def criteria(loglik: float, free: int, nobs: int) -> dict[str, float]:
    """Return the likelihood and the information criteria of `free` parameters, both variances among them."""
    return {"loglik": loglik, "aic": 2 * free - 2 * loglik, "bic": float(np.log(nobs)) * free - 2 * loglik}


_EVERY = ("sigma2_e", "sigma_e", "sigma_mu", "theta", "lgt_theta", "ln_phi")
_ALONE = ("sigma2_e", "sigma_e")


def components(fit: SpatialRandomFit) -> Derived:
    """Return the variances of a fit with random effects; those of the unit effects are left out where they are zero."""
    times = float(fit.sample.y.shape[1])
    problem = cast(WithVariances, fit.likelihood)
    log_sigma2, log_theta = problem.log_variances
    there = np.isfinite(log_theta)
    names = _EVERY if there else _ALONE

    def values(x: FloatArray) -> FloatArray:
        sigma2 = np.exp(x[0])
        if not there:
            return np.array([sigma2, np.sqrt(sigma2)])
        theta = np.exp(x[1])
        share = 1.0 / np.sqrt(1.0 + theta)
        sigma_mu = np.sqrt(sigma2 * theta / times)
        ratios = [share, np.log(share) - np.log1p(-share), np.log(theta / times)]
        return np.array([sigma2, np.sqrt(sigma2), sigma_mu, *ratios])

    at = np.array([log_sigma2, log_theta if there else 0.0])
    jacobian = numerical_jacobian(values, at)
    spread = problem.in_log_variances(fit.full_covariance)
    how = Uncertainty(method="delta")
    return Derived(
        title=message("variances of {title}", title=fit.title),
        terms=names,
        equations=("variance",) * len(names),
        estimates=values(at),
        covariance=jacobian @ spread @ jacobian.T,
        df=fit.df,
        notes=(how.sentence(),),
        uncertainty=how,
        levels=fit.level_names,
    )
