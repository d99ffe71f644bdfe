"""Random unit effects with a spatial process of their own: the generalised spatial panel model (xsmle's `gspre`).

y_t = Z_t b + a + u_t with a = phi W a + mu and u_t = lambda M u_t + v_t (Baltagi, Egger and Pfaffermayr 2013), by the
exact likelihood of `random_likelihood.py`. Anselin's model (phi = 0) and that of Kapoor, Kelejian and Prucha
(phi = lambda) are cases of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import special

from panelkit.covariance.base import VcovSpec, computed
from panelkit.covariance.likelihood import Hessian
from panelkit.kernels.capabilities import HESSIAN
from panelkit.kernels.identified import refuse_unidentified
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import estimator
from panelkit.language.options import check_choice, refuse_idle
from panelkit.language.spelt import option
from panelkit.models.spatial.curvature import Curvature
from panelkit.models.spatial.durbin import durbin_positions
from panelkit.models.spatial.likelihood import Counting, Problem, sweep
from panelkit.models.spatial.panel import durbin_design
from panelkit.models.spatial.random import NO_EFFECTS, refuse_one_period
from panelkit.models.spatial.random_composed import compose, composed_optimum
from panelkit.models.spatial.random_fit import ComposedProblem, SpatialRandomFit, criteria
from panelkit.models.spatial.random_likelihood import Process
from panelkit.models.spatial.random_maximum import quasi_demeaned
from panelkit.models.spatial.random_search import Top, maximise_composed
from panelkit.models.spatial.sample import (
    Missing,
    SpatialSample,
    align_weights,
    refuse_alike,
    refuse_degenerate,
    sample_of,
)
from panelkit.models.spatial.shell import (
    DURBIN,
    SpatialSpec,
    head_facts,
    spoken_in_sample,
    squared_correlation,
)
from panelkit.results.fit import fields_under
from panelkit.results.tests import TestResult
from panelkit.spatial.weights import Weights

ErrorKind = Literal[1, 2, 3, 4]
_PROCESS: dict[int, Process] = {1: "own", 2: "own", 3: "none", 4: "same"}
_SAID: dict[int, Message] = {
    1: message("error(1): unit effects and errors each have a spatial process, phi and lambda"),
    2: message("error(2): unit effects have a spatial process, errors have none (lambda = 0)"),
    3: message("error(3): errors have a spatial process, unit effects have none (phi = 0)"),
    4: message("error(4): unit effects and errors share one spatial coefficient (phi = lambda)"),
}
_INTERCEPT = message("the intercept and the variance of the unit effects")


@estimator(
    "gspre",
    family="spatial",
    can=(HESSIAN,),
    result="GspreFit",
    source="Baltagi, Egger and Pfaffermayr 2013",
)
@dataclass(frozen=True)
class GeneralisedRandomEffects(SpatialSpec):
    """A spatial panel whose random unit effects have a spatial process of their own.

    Parameters
    ----------
    formula
        `outcome ~ regressors`; an intercept is estimated, year effects are dummies, `C(year)`.
    error
        1 (default): phi of the unit effects and lambda of the errors; 2: lambda = 0; 3: phi = 0, Anselin's random
        effects; 4: phi = lambda, those of Kapoor, Kelejian and Prucha. The numbers are those of xsmle's `error()`.
    model
        "sem" (default), or "sdem" with spatial lags of the regressors.
    durbin
        The regressors that get a spatial lag under "sdem"; None is all of them.
    small_sample, missing, where
        As in `SpatialRandomEffects`.
    vcov
        `Hessian()`, the one covariance that the model has.

    Examples
    --------
    >>> fit = pk.GeneralisedRandomEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel, w)
    >>> variances = fit.components()
    """

    formula: str
    error: ErrorKind = 1
    model: Literal["sem", "sdem"] = "sem"
    durbin: tuple[str, ...] | None = None
    small_sample: bool = True
    missing: Missing = "raise"
    where: str | None = None
    vcov: VcovSpec = Hessian()

    def _check(self) -> None:
        check_choice("model", self.model, ("sem", "sdem"))
        if self.error not in get_args(ErrorKind) or isinstance(self.error, bool):
            raise SpecError(message("error is 1, 2, 3 or 4, not {value!r}", value=self.error))

    def fit(
        self,
        data: pd.DataFrame,
        w: Any,
        *,
        w_error: Any = None,
        unit: str | None = None,
        time: str | None = None,
    ) -> GspreFit:
        """Fit the model to a panel.

        Parameters
        ----------
        data
            A frame with a (province, year) MultiIndex, or any frame with `unit` and `time`; row order is irrelevant.
        w
            Weights of the unit effects and, unless told, of the errors and of the Durbin terms, keyed by id.
        w_error
            Weights of the errors, where they are others (`error=1` or 4).
        unit, time
            The columns that name unit and period, where the index does not.

        Returns
        -------
        The fit: coefficients, phi and lambda; variances with errors by `components()`.

        Raises
        ------
        DataError
            If there is one period, cells are missing without a policy, or ids differ.
        SpecError
            If weights link all units alike, there are too many units, or a regressor is not identified.
        ConvergenceError
            If phi is asked for and the variance of the unit effects is estimated at zero.
        """
        idle = {"w_error": w_error is not None and self.error in (2, 3)}
        refuse_idle(
            idle, message("would change nothing: error({error}) has one process, that of w", error=self.error)
        )
        sample = sample_of(self, data, unit, time, intercept=True)
        weights = align_weights(w, sample)
        other = weights if w_error is None else align_weights(w_error, sample)
        return fit_gspre(self, sample, weights, other)


@dataclass(frozen=True, kw_only=True, eq=False)
class GspreFit(SpatialRandomFit):
    """A fitted model with spatial unit effects; `phi_unit` is their coefficient, `phi` the share of unit means kept."""

    phi_unit: float
    loglik_without: float

    def mundlak_test(self) -> TestResult:
        """Say where unit means are tested."""
        null = message("unit effects are unrelated to the regressors: random effects are consistent")
        because = message("unit means are added by SpatialRandomEffects(means=True)")
        return TestResult.not_applicable(verbatim("Mundlak"), null, because)

    def no_effects_test(self) -> TestResult:
        """Test that there are no unit effects, by the likelihood ratio; phi is moot under the null.

        The variance is at the edge of its range there: the p-value is half that of chi2(1), and too small where phi is
        estimated beside it.
        """
        value = max(0.0, 2.0 * (self.loglik - self.loglik_without))
        return TestResult(
            name=message("LR test of unit effects"),
            null=message("the unit effects have no variance"),
            statistic=value,
            distribution="chi2",
            df=(1.0,),
            p_value=float(special.chdtrc(1, value)) / 2.0 if value > 0.0 else 1.0,
            notes=(message("half of chi2(1): the variance is at the edge of its range under the null"),),
        )


@spoken_in_sample
def fit_gspre(
    spec: GeneralisedRandomEffects, sample: SpatialSample, w: Weights, w_error: Weights
) -> GspreFit:
    """Fit balanced arrays."""
    positions = durbin_positions(spec.durbin, sample.terms) if spec.model in DURBIN else ()
    Z, names = durbin_design(sample, positions, w)
    n, t = sample.y.shape
    flat = Z.reshape(n * t, -1)
    refuse_unidentified(flat, flat, names, "none", squares=True)
    refuse_one_period(sample)
    for weights in dict.fromkeys((w, w_error)):
        refuse_alike(weights, _INTERCEPT)
    inside = sweep(sample.y[..., None], "unit")[..., 0]
    refuse_degenerate(sample.y, inside, sweep(Z, "unit"), sample.design.outcome, "unit")
    process = _PROCESS[spec.error]
    has_error = spec.error != 2
    raw = Problem(
        sample.y,
        Z,
        Counting(n, t, "none", "lee-yu"),
        None,
        w_error.matrix if has_error else None,
        None,
        w_error.spectrum() if has_error else None,
    )
    top = maximise_composed(compose(raw, process, None if process == "none" else w))
    if top.held and process == "own":
        raise _no_phi(spec)
    optimum, point = composed_optimum(top), top.best.point
    phi = float(1.0 / np.sqrt(1.0 + point.theta))
    problem = quasi_demeaned(raw, phi)
    likelihood = ComposedProblem(top, n, spec.small_sample, frozenset({HESSIAN}))
    free = top.best.problem.free
    spatial = {"phi": point.phi, "lambda": point.lam}
    title = message("GSPRE({error}): {outcome}", error=spec.error, outcome=sample.design.outcome)
    curvature = Curvature(problem, optimum)
    terms, kx = (*names, *free), len(sample.terms)
    return GspreFit(
        title=title,
        terms=terms,
        equations=("main",) * kx + ("wx",) * (len(names) - kx) + ("spatial",) * len(free),
        estimates=np.r_[optimum.b, [spatial[name] for name in free]],
        outcome=sample.design.outcome,
        spec=spec,
        design=sample.design,
        residuals=curvature.residuals.reshape(-1),
        dropped=sample.design.dropped,
        curvature=curvature,
        sample=sample,
        weights=w,
        weights_error=w_error,
        weights_durbin=w,
        durbin_terms=positions,
        likelihood=likelihood,
        phi=phi,
        sigma2_mu=optimum.sigma2 * point.theta / t,
        phi_unit=point.phi,
        loglik_without=top.without.loglik,
        **fields_under(
            computed(spec.vcov, likelihood, sample.design, None, title),
            len(terms),
            facts=(_facts(spec, sample, (w, w_error), problem, top), {"vcov": ""}),
            notes=(
                _notes(spec, sample, held=top.held),
                (*w.said, *(w_error.said if w_error is not w else ())),
            ),
        ),
    )


def _no_phi(spec: GeneralisedRandomEffects) -> ConvergenceError:
    return ConvergenceError(
        message(
            "the variance of the unit effects is estimated at zero, so that phi of error({error}) is not "
            "identified: take {error_option} or SpatialPanel(effects='none'), or test other regressors",
            error_option=option("error", 3),
            error=spec.error,
        )
    )


def _facts(
    spec: GeneralisedRandomEffects,
    sample: SpatialSample,
    weights: tuple[Weights, Weights],
    problem: Problem,
    top: Top,
) -> dict[str, Any]:
    optimum, times = composed_optimum(top), sample.y.shape[1]
    head = head_facts(
        problem,
        optimum,
        weights,
        years=sample.design.time_labels,
        model="gspre",
        effects="random",
        convention="ml",
    )
    return {
        **head,
        "sigma2_unit": optimum.sigma2 * top.best.point.theta / times,
        **criteria(optimum.loglik, top.best.problem.k + len(top.best.problem.free) + 2, problem.y.size),
        "r2": squared_correlation(problem, optimum),
    }


def _notes(spec: GeneralisedRandomEffects, sample: SpatialSample, *, held: bool) -> tuple[Message, ...]:
    none = (NO_EFFECTS,) if held else ()
    return (*sample.notes, _SAID[spec.error], *none)
