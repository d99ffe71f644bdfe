"""Dynamic spatial panels: y_{t-1}, W y_{t-1} or both, with the bias correction of Yu, de Jong and Lee (2008)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.covariance.base import VcovSpec, computed
from panelkit.covariance.likelihood import Information
from panelkit.inference.impact_parts import Horizon, ImpactParts
from panelkit.inference.impacts import Impacts, Method
from panelkit.inference.impacts import impacts as impacts_of
from panelkit.kernels.capabilities import CELL_SCORES, HESSIAN, INFORMATION, UNIT_SCORES
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.outcome import refuse_absorbed
from panelkit.kernels.within import Effects, FloatArray, check_effects
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.levels import time_level
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.spelt import option
from panelkit.models.effects import effects_word
from panelkit.models.reading import open_frame
from panelkit.models.spatial.conventions import SpatialConvention
from panelkit.models.spatial.durbin import durbin_positions
from panelkit.models.spatial.dynamic_maximum import radius_of, solve_dynamic
from panelkit.models.spatial.fit import SpatialFit, rescaled
from panelkit.models.spatial.likelihood import Counting, Optimum, Problem, lag, sweep
from panelkit.models.spatial.panel import durbin_design
from panelkit.models.spatial.problem import SpatialProblem
from panelkit.models.spatial.sample import (
    TIME_EFFECTS,
    Missing,
    SpatialSample,
    align_weights,
    refuse_alike,
    refuse_degenerate,
    sample_of,
    with_start,
)
from panelkit.models.spatial.shell import SpatialSpec, head_facts, spoken_in_sample, squared_correlation
from panelkit.results.fit import fields_under
from panelkit.results.tests import TestResult
from panelkit.spatial.spectrum import Method as LogDeterminant
from panelkit.spatial.spectrum import factorise
from panelkit.spatial.weights import Weights

_CAN = frozenset({INFORMATION, HESSIAN, UNIT_SCORES, CELL_SCORES})
Lags = Literal["time", "space-time", "both"]


@estimator(
    "dynamic_spatial_panel",
    family="spatial",
    can=sorted(_CAN),
    result="DynamicSpatialFit",
    source="Yu, de Jong and Lee 2008; Lee and Yu 2010",
)
@dataclass(frozen=True)
class DynamicSpatialPanel(SpatialSpec):
    """A dynamic spatial panel y_t = tau y_{t-1} + eta W y_{t-1} + rho W y_t + X b (+ W X theta) + effects.

    Parameters
    ----------
    formula
        `outcome ~ regressors`, without lags of the outcome: the first year of the sample serves as their start.
    model
        "sdm" or "sar".
    lags
        "time" (y_{t-1}), "space-time" (W y_{t-1}) or "both".
    effects
        "twoway", "unit", "time" or "none".
    convention
        "lee-yu": time effects by the transformation F_N, and the O(1/T) bias of the unit effects corrected
        (Yu, de Jong and Lee 2008; Lee and Yu 2010). "lsdv": dummies, uncorrected.
    vcov, small_sample, missing, durbin, logdet, where
        As in `SpatialPanel`; `vcov` is `Information()`, `Hessian()`, `Cluster()`, or one of the scores by cell,
        `ScoreCluster()` and the like.

    Examples
    --------
    >>> spec = pk.DynamicSpatialPanel("log(patents_granted) ~ log(rd_expenditure)", "sar", lags="time")
    >>> fit = spec.fit(panel, w)
    """

    formula: str
    model: Literal["sar", "sdm"] = "sdm"
    lags: Lags = "both"
    effects: Effects = "twoway"
    convention: SpatialConvention = "lee-yu"
    durbin: tuple[str, ...] | None = None
    vcov: VcovSpec = Information()
    small_sample: bool = True
    missing: Missing = "raise"
    logdet: LogDeterminant = "auto"
    where: str | None = None

    def _check(self) -> None:
        check_effects(self.effects)
        for what, value, allowed in (
            ("model", self.model, ("sar", "sdm")),
            ("lags", self.lags, get_args(Lags)),
            ("convention", self.convention, ("lee-yu", "lsdv")),
        ):
            if value not in allowed:
                raise SpecError(
                    message(
                        "{what} of a dynamic spatial panel is one of {allowed}, not {value!r}",
                        what=what,
                        allowed=allowed,
                        value=value,
                    )
                )

    def fit(
        self, data: pd.DataFrame, w: Any, *, unit: str | None = None, time: str | None = None
    ) -> DynamicSpatialFit:
        """Fit the model to a panel of consecutive years.

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
        The fit, with its stability radius.

        Raises
        ------
        DataError
            If cells are missing without a policy, or ids differ.
        SpecError
            If years are not consecutive, or convention and weights do not go together.
        ConvergenceError
            If the likelihood has its maximum at the edge.
        """
        frame = open_frame(data, unit, time)
        sample = sample_of(self, frame, unit, time, intercept=self.effects == "none")
        if self.where is not None:
            sample = with_start(sample, frame, unit, time)
        return fit_dynamic(self, sample, align_weights(w, sample))


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicSpatialFit(SpatialFit):
    """A fitted dynamic spatial panel; `radius` below one means stable."""

    start: FloatArray
    tau: float = 0.0
    eta: float = 0.0
    radius: float = float("nan")

    @property
    def stable(self) -> bool:
        """Return whether max_i |tau + eta w_i| / |1 - rho w_i| < 1."""
        return self.radius < 1.0

    def impacts(
        self,
        method: Method = "delta",
        *,
        horizon: Horizon = "short",
        reps: int | None = None,
        rng: int | np.random.Generator = 0,
    ) -> Impacts:
        """Return short-run or long-run impacts.

        Parameters
        ----------
        method
            "delta", "draws" or "bootstrap".
        horizon
            "short" or "long".
        reps
            10,000 draws or 999 bootstrap panels unless told.
        rng
            A seed or a generator.

        Returns
        -------
        Direct, indirect and total impacts of every regressor.

        Raises
        ------
        ConvergenceError
            If the long run is asked of an unstable estimate.
        """
        if horizon == "long" and not self.stable:
            raise ConvergenceError(
                message(
                    "the estimate is not stable (radius {radius:.3f} >= 1): it has no long run; "
                    "short-run impacts are defined",
                    radius=self.radius,
                )
            )
        return impacts_of(self, method=method, horizon=horizon, reps=reps, rng=rng)

    def reduction_tests(self) -> tuple[TestResult, ...]:
        """Say that the tests of the static Durbin model are not offered here."""
        return (
            TestResult.not_applicable(
                message("dynamic SDM to smaller models"),
                message("theta = 0"),
                message(
                    "the reductions are offered for static models; read the Wald statistics of the table"
                ),
            ),
        )

    def impact_parts(self) -> ImpactParts:
        """Return what impacts need of this fit."""
        at = {term: j for j, term in enumerate(self.terms)}
        own, behind = lag_names(self.outcome)
        return replace(
            super().impact_parts(),
            rho=len(self.estimates) - 1,
            tau=at.get(own, -1),
            eta=at.get(behind, -1),
        )

    def bootstrap_theta(self, rng: np.random.Generator) -> FloatArray:
        """Return the estimates of one panel grown from resampled residual vectors of units."""
        c, problem = self.curvature, self.curvature.problem
        drawn = rng.integers(0, problem.counting.n_units, size=problem.counting.n_units)
        change = self._grow(rescaled(c)[drawn] - c.residuals)
        y = problem.y + change
        before = np.concatenate([self.start[:, None], y[:, :-1]], axis=1)
        Z = problem.Z.copy()
        for term, column in zip(lag_names(self.outcome), _lag_columns(before, self.weights), strict=True):
            if term in self.terms:
                Z[:, :, self.terms.index(term)] = column
        again = replace(problem, y=y, Z=Z)
        optimum, _ = solve_dynamic(again, self.lag_positions())
        return optimum.theta(again)[:-1]

    def lag_positions(self) -> tuple[int, int]:
        """Return where y_{t-1} and W y_{t-1} stand in Z (-1: absent)."""
        own, behind = lag_names(self.outcome)
        return tuple(self.terms.index(name) if name in self.terms else -1 for name in (own, behind))  # type: ignore[return-value]

    def _grow(self, innovations: FloatArray) -> FloatArray:
        """Return how y changes when innovations (N, T) are added, from an unchanged start."""
        w, solver = self.weights.matrix, factorise(self.weights.matrix, self.rho)
        change = np.zeros_like(innovations)
        before = np.zeros(len(innovations))
        for t in range(innovations.shape[1]):
            before = np.asarray(solver.solve(self.tau * before + self.eta * (w @ before) + innovations[:, t]))
            change[:, t] = before
        return change


def lag_names(outcome: str) -> tuple[str, str]:
    """Return the names of y_{t-1} and W y_{t-1}."""
    return f"lag({outcome})", f"W*lag({outcome})"


def _lag_columns(before: FloatArray, w: Weights) -> tuple[FloatArray, FloatArray]:
    return before, lag(w.matrix, before)


@spoken_in_sample
def fit_dynamic(spec: DynamicSpatialPanel, sample: SpatialSample, w: Weights) -> DynamicSpatialFit:
    """Fit balanced arrays."""
    sample, years = _from_start(sample)
    _refuse(spec, years, sample.design.level_names[1], w)
    if spec.effects in ("time", "twoway"):
        refuse_alike(w, TIME_EFFECTS)
    positions = durbin_positions(spec.durbin, sample.terms) if spec.model == "sdm" else ()
    static, names = durbin_design(sample, positions, w)
    before, behind = _lag_columns(sample.y[:, :-1], w)
    chosen = [
        (name, column)
        for name, column, kind in zip(
            lag_names(sample.design.outcome), (before, behind), ("time", "space-time"), strict=True
        )
        if spec.lags in (kind, "both")
    ]
    Z = np.concatenate([static[:, 1:], *(column[..., None] for _, column in chosen)], axis=2)
    terms = (*names, *(name for name, _ in chosen))
    n, t = Z.shape[:2]
    counting = Counting(n, t, spec.effects, spec.convention, conditional=True)
    swept, y = sweep(Z, spec.effects), sample.y[:, 1:]
    outcome = sample.design.outcome
    refuse_absorbed(y, sweep(y[..., None], spec.effects)[..., 0], outcome, spec.effects)
    refuse_unidentified(Z.reshape(n * t, -1), swept.reshape(n * t, -1), terms, spec.effects, squares=True)
    refuse_degenerate(y, sweep(y[..., None], spec.effects)[..., 0], swept, outcome, spec.effects)
    problem = Problem(sample.y[:, 1:], Z, counting, w.matrix, None, w.spectrum(spec.logdet), None)
    own, space = lag_names(sample.design.outcome)
    at = tuple(terms.index(name) if name in terms else -1 for name in (own, space))
    optimum, curvature = solve_dynamic(problem, at)  # type: ignore[arg-type]
    tau = float(optimum.b[at[0]]) if at[0] >= 0 else 0.0
    eta = float(optimum.b[at[1]]) if at[1] >= 0 else 0.0
    radius = radius_of(problem, tau, eta, optimum.rho)
    kx, k = len(sample.terms), len(names)
    equations = ("main",) * kx + ("wx",) * (k - kx) + ("dynamic",) * len(chosen) + ("spatial",)
    title = message(
        "dynamic {model} ({effects}): {outcome}",
        model=spec.model.upper(),
        effects=effects_word(spec.effects),
        outcome=outcome,
    )
    likelihood = SpatialProblem(curvature, _CAN, spec.small_sample)
    return DynamicSpatialFit(
        title=title,
        terms=(*terms, "rho"),
        equations=equations,
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
        start=sample.y[:, 0],
        tau=tau,
        eta=eta,
        radius=radius,
        **fields_under(
            computed(spec.vcov, likelihood, sample.design, None, title),
            len(terms) + 1,
            facts=(_facts(spec, problem, optimum, w, radius, years), {"vcov": ""}),
            notes=(_notes(spec, sample, radius, years), w.said),
        ),
    )


def _from_start(sample: SpatialSample) -> tuple[SpatialSample, NDArray[Any]]:
    """Return the sample with the year before it in front, where that year lends the outcome, and its years."""
    years = np.asarray(sample.design.time_labels)
    if sample.start is None:
        return sample, years
    y = np.concatenate([sample.start[:, None], sample.y], axis=1)
    X = np.concatenate([sample.X[:, :1], sample.X], axis=1)  # regressors of the start are never read
    return replace(sample, y=y, X=X), np.concatenate([[years[0] - 1], years])


def _too_few(count: int, time: str) -> Message:
    if time_level(time).one == "year":
        return message("{count} years are too few for a dynamic panel: take four at least", count=count)
    return message("{count} {periods} are too few for a dynamic panel: take four at least", count=count)


def _refuse(spec: DynamicSpatialPanel, years: NDArray[Any], time: str, w: Weights) -> None:
    if np.issubdtype(years.dtype, np.number) and len(years) > 1 and (np.diff(years.astype(float)) != 1).any():
        raise SpecError(
            message(
                "a dynamic panel needs consecutive {periods}, and the sample jumps: {years}",
                years=[str(year) for year in years],
            )
        )
    if len(years) < 4:
        raise SpecError(_too_few(len(years), time))
    if spec.convention == "lee-yu" and spec.effects in ("time", "twoway") and not w.row_standardised:
        if w.islands:
            raise SpecError(
                message(
                    "lee-yu with time effects needs row-standardised weights, and {weights} is normalised by "
                    "{normalisation}: link these or leave them out, or take effects='unit' (command line: --effects "
                    "unit)",
                    weights=w.name,
                    normalisation=w.normalised_by,
                )
            )
        raise SpecError(
            message(
                "lee-yu with time effects needs row-standardised weights, and {weights} is normalised by "
                "{normalisation}: take {convention}, or row-standardise",
                convention=option("convention", "lsdv"),
                weights=w.name,
                normalisation=w.normalised_by,
            )
        )


def _facts(
    spec: DynamicSpatialPanel,
    problem: Problem,
    optimum: Optimum,
    w: Weights,
    radius: float,
    years: NDArray[Any],
) -> dict[str, Any]:
    head = head_facts(
        problem,
        optimum,
        (w,),
        years=years[1:],
        model=message("dynamic {model}", model=spec.model),
        effects=spec.effects,
        convention=spec.convention,
    )
    return {
        **head,
        "loglik": optimum.loglik,
        "nobs_likelihood": problem.counting.nobs,
        "stability_radius": radius,
        "r2_within": squared_correlation(problem, optimum),
    }


def _notes(
    spec: DynamicSpatialPanel, sample: SpatialSample, radius: float, years: NDArray[Any]
) -> tuple[Message, ...]:
    """Return the notes before those of the covariance."""
    corrected = spec.convention == "lee-yu" and spec.effects in ("unit", "twoway")
    said = (
        message(
            "convention {convention}: transformation for time effects, O(1/T) bias of unit effects corrected",
            convention=spec.convention,
        )
        if corrected
        else message(
            "convention {convention}: not corrected for the bias of unit effects", convention=spec.convention
        )
    )
    stable = (
        message("stability radius {radius:.4f}: stable", radius=radius)
        if radius < 1
        else message("stability radius {radius:.4f}: NOT stable: no long run", radius=radius)
    )
    start = message("{start} serves as the start of the lags", start=str(years[0]))
    return (*sample.notes, start, said, stable)
