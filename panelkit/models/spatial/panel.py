"""Spatial panels by exact maximum likelihood: sar, sem, sdm, slx, sdem and sac with fixed effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.inference import impacts as impact_module
from panelkit.inference.impacts import ImpactParts, Impacts
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import Effects, check_effects
from panelkit.language.errors import SpecError
from panelkit.language.offers import estimator
from panelkit.language.register import find
from panelkit.models.reading import check_where
from panelkit.models.spatial import covariance as covariances
from panelkit.models.spatial.covariance import Curvature
from panelkit.models.spatial.likelihood import (
    CONVENTIONS,
    Convention,
    Counting,
    Optimum,
    Problem,
    correct_direct,
    lag,
    maximise,
    sweep,
)
from panelkit.models.spatial.sample import (
    Missing,
    SpatialSample,
    align_weights,
    durbin_positions,
    refuse_degenerate,
    refuse_text,
    refuse_unidentifiable,
    refuse_without_regressor,
    sample_of,
)
from panelkit.panel.provenance import Note
from panelkit.results.fit import FitResult, TestResult
from panelkit.spatial.spectrum import Method, factorise
from panelkit.spatial.weights import Weights

FloatArray = NDArray[np.float64]
Model = Literal["sar", "sem", "sdm", "slx", "sdem", "sac"]
VcovKind = Literal["information", "hessian", "qml", "cluster", "cluster-scores", "driscoll-kraay"]

LAGGED, ERROR, DURBIN = ("sar", "sdm", "sac"), ("sem", "sdem", "sac"), ("sdm", "slx", "sdem")

SENTENCES: dict[str, Note] = {
    "lee-yu": Note(
        "convention lee-yu: orthonormal transformation, no incidental-parameter bias (Lee and Yu 2010)",
        "估计口径 lee-yu：正交变换，无附带参数偏误（Lee 和 Yu，2010）",
    ),
    "lsdv": Note(
        "convention lsdv: likelihood with dummies, lag Q(Wy), not corrected: rho is biased down with few units",
        "估计口径 lsdv：虚拟变量似然，滞后项为 Q(Wy)，未作校正，截面单位少时 rho 偏低",
    ),
    "splm": Note(
        "convention splm: lag W(Qy) of the demeaned outcome, not corrected (splm; it is believed, xsmle)",
        "估计口径 splm：对去均值后的被解释变量取滞后 W(Qy)，未作校正（splm，据信 xsmle 亦然）",
    ),
}

ELHORST: dict[str, Note] = {
    "unit": Note(
        "convention elhorst: likelihood with dummies, sigma2 times T/(T - 1)",
        "估计口径 elhorst：虚拟变量似然，sigma2 乘以 T/(T - 1)",
    ),
    "time": Note(
        "convention elhorst: likelihood with dummies, sigma2 times N/(N - 1); the spatial coefficients are left as "
        "they are, and are biased down with few units (lee-yu is not)",
        "估计口径 elhorst：虚拟变量似然，sigma2 乘以 N/(N - 1)；空间系数不作校正，截面单位少时偏低（lee-yu 无此偏误）",
    ),
    "twoway": Note(
        "convention elhorst: likelihood with dummies, then the direct bias correction",
        "估计口径 elhorst：虚拟变量似然，再作直接偏误校正",
    ),
}

VCOV_SENTENCES: dict[str, Note] = {
    "information": Note(
        "information matrix: errors independent, homoskedastic and normal", "信息矩阵：误差独立、同方差、正态"
    ),
    "hessian": Note(
        "observed Hessian: errors independent, homoskedastic and normal",
        "观测海森矩阵：误差独立、同方差、正态",
    ),
    "qml": Note(
        "QML sandwich: errors independent and identically distributed, not necessarily normal",
        "拟极大似然三明治估计：误差独立同分布，不必正态",
    ),
    "cluster": Note(
        "clustered by unit: any serial form within units, independence between; pairs of units included",
        "按截面单位聚类：单位内序列相关形式任意，单位之间独立，计入单位两两之间的项",
    ),
    "cluster-scores": Note(
        "scores summed by unit, as likelihood programs cluster; leaves out pairs of units",
        "按单位加总得分（似然类程序的聚类做法），未计入单位两两之间的项",
    ),
    "driscoll-kraay": Note(
        "Driscoll-Kraay on scores summed by period: asks for many periods",
        "Driscoll-Kraay：按期加总得分，需要较多期数",
    ),
}


def small_sample_note(df: float) -> Note:
    """Return how variances and the distribution are scaled."""
    return Note(f"variances times n/(n - k), t({df:g})", f"方差乘以 n/(n - k)，t({df:g}) 分布")


@estimator("spatial_panel", family="spatial", source="")
@dataclass(frozen=True)
class SpatialPanel:
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
        "lee-yu" (default), "lsdv", "splm" or "elhorst": how effects are swept, and which bias is corrected.
    durbin
        The regressors that get a spatial lag; None is all of them.
    vcov
        "information" (default), "hessian", "qml", "cluster", "cluster-scores", "driscoll-kraay", or a covariance
        spec that means one of them (`Iid()`, `Cluster()`, `DriscollKraay(lags)`).
    lags
        Of Driscoll-Kraay; floor(4 (T/100)^(2/9)) unless told.
    small_sample
        Variances times n / (n - k) and t(N - 1); without it, n and the normal distribution, as most programs print.
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
    convention: Convention = "lee-yu"
    durbin: tuple[str, ...] | None = None
    vcov: Any = "information"
    lags: int | None = None
    small_sample: bool = True
    missing: Missing = "raise"
    logdet: Method = "auto"
    where: str | None = None

    def __post_init__(self) -> None:
        check_effects(self.effects)
        object.__setattr__(self, "where", check_where(self.where))
        _one_of("model", self.model, get_args(Model))
        _one_of("convention", self.convention, CONVENTIONS)
        if self.lags is None and not isinstance(self.vcov, str):
            object.__setattr__(self, "lags", getattr(self.vcov, "lags", None))
        object.__setattr__(self, "vcov", vcov_kind(self.vcov))
        if self.durbin is not None:
            refuse_text(self.durbin)
            object.__setattr__(self, "durbin", tuple(self.durbin))
            if self.model not in DURBIN:
                raise SpecError(f"durbin terms belong to {', '.join(DURBIN)}, not to {self.model}")

    def with_vcov(self, vcov: Any) -> SpatialPanel:
        """Return the same model with another covariance."""
        return replace(self, vcov=vcov)

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
            Weights of the lag (and, unless told, of the error and of the Durbin terms), keyed by id.

        Raises
        ------
        DataError
            If the panel has missing cells and no policy, or ids of weights and panel differ (all listed).
        SpecError
            If convention, effects and weights do not go together, or a regressor is not identified.
        """
        sample = sample_of(self, data, unit, time, intercept=self.effects == "none")
        lag_w = align_weights(w, sample)
        error_w = lag_w if w_error is None else align_weights(w_error, sample)
        durbin_w = lag_w if w_durbin is None else align_weights(w_durbin, sample)
        return fit_sample(self, sample, lag_w, error_w, durbin_w)


def fit_sample(
    spec: SpatialPanel,
    sample: SpatialSample,
    w: Weights,
    w_error: Weights,
    w_durbin: Weights,
    *,
    maximiser: Callable[[Problem], Optimum] = maximise,
) -> SpatialFit:
    """Fit balanced arrays: the road that formulas and arrays share; `maximiser` finds the top of the likelihood."""
    lagged, error, durbin = spec.model in LAGGED, spec.model in ERROR, spec.model in DURBIN
    refuse_convention(spec, w if lagged else None, w_error if error else None)
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
    theta = optimum.theta(problem)
    cov = covariance_of(spec, curvature)
    spatial = ("rho",) * lagged + ("lambda",) * error
    k, kx = len(names), len(sample.terms)
    df: float = float(n - 1) if spec.small_sample else float("inf")
    return SpatialFit(
        title=f"{spec.model.upper()} ({spec.effects}): {sample.design.outcome}",
        terms=(*names, *spatial),
        equations=("main",) * kx + ("wx",) * (k - kx) + ("spatial",) * len(spatial),
        estimates=theta[:-1],
        covariance=cov[:-1, :-1],
        df=df,
        facts=_facts(spec, sample, problem, optimum, (w, w_error, w_durbin), len(names)),
        notes=_notes(spec, sample, problem, (w, w_error, w_durbin)),
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
        full_covariance=cov,
    )


def solve(problem: Problem, maximiser: Callable[[Problem], Optimum] = maximise) -> tuple[Optimum, Curvature]:
    """Return the estimate under the convention, and the curvature there."""
    optimum = maximiser(problem)
    curvature = Curvature(problem, optimum)
    if problem.counting.convention == "elhorst":
        optimum = correct_direct(problem, optimum, covariances.information(curvature))
        curvature = Curvature(problem, optimum)
    return optimum, curvature


def durbin_design(
    sample: SpatialSample, positions: Sequence[int], w: Weights
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return [X, W X_durbin] (N, T, k) and its names."""
    if not positions:
        return sample.X, sample.terms
    behind = lag(w.matrix, np.ascontiguousarray(sample.X[:, :, list(positions)]))
    names = (*sample.terms, *(f"W*{sample.terms[j]}" for j in positions))
    return np.concatenate([sample.X, behind], axis=2), names


def covariance_of(spec: SpatialPanel, c: Curvature) -> FloatArray:
    """Return the covariance (p, p) of all parameters, sigma2 last, under the spec."""
    counting, kind = c.problem.counting, spec.vcov
    scale = counting.nobs / (counting.nobs - c.problem.k) if spec.small_sample else 1.0
    if kind == "hessian":
        return scale * _inverse(covariances.hessian(c))
    bread = _inverse(covariances.information(c))
    if kind == "information":
        return scale * bread
    if kind == "qml":
        meat = covariances.qml_meat(c)
    elif kind == "cluster":
        meat = covariances.clustered_meat(c)
    elif kind == "cluster-scores":
        meat = covariances.plain_clustered_meat(c)
    else:
        meat = covariances.driscoll_kraay_meat(c, bandwidth(spec.lags, counting.n_times))
    return scale * bread @ meat @ bread


def bandwidth(lags: int | None, n_times: int) -> int:
    """Return the lags of Driscoll-Kraay: floor(4 (T/100)^(2/9)) unless told.

    Raises
    ------
    SpecError
        If there are fewer than five periods, or the lags do not fit into them.
    """
    if n_times < 5:
        raise SpecError(
            f"Driscoll-Kraay errors rest on many periods, and the sample holds {n_times}: take vcov='cluster'"
        )
    if lags is None:
        return min(int(4 * (n_times / 100) ** (2 / 9)), n_times - 1)
    if not 0 <= lags < n_times:
        raise SpecError(f"Driscoll-Kraay lags lie between 0 and {n_times - 1}, not {lags}")
    return lags


def _inverse(matrix: FloatArray) -> FloatArray:
    scale = 1.0 / np.sqrt(np.abs(np.diag(matrix)))
    inner = np.linalg.inv(matrix * np.outer(scale, scale))
    return np.asarray((inner + inner.T) / 2 * np.outer(scale, scale))


def vcov_kind(vcov: Any) -> VcovKind:
    """Return the kind of covariance that a name or a covariance spec means."""
    kinds = get_args(VcovKind)
    if isinstance(vcov, str):
        _one_of("vcov", vcov, kinds)
        return vcov  # type: ignore[return-value]
    name = type(vcov).__name__
    if name == "Iid":
        return "information"
    if name == "Cluster" and getattr(vcov, "by", None) in (None, "province", "unit"):
        return "cluster"
    if name == "DriscollKraay":
        return "driscoll-kraay"
    raise SpecError(f"a spatial panel has no covariance {vcov!r}: take one of {', '.join(kinds)}")


def _one_of(what: str, value: Any, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise SpecError(f"{what} is one of {', '.join(allowed)}, not {value!r}")


def refuse_convention(spec: SpatialPanel, w: Weights | None, w_error: Weights | None) -> None:
    """Refuse what a convention cannot do with weights whose rows do not sum to one."""
    if spec.effects not in ("time", "twoway"):
        return
    for weights, is_error in ((w, False), (w_error, True)):
        if weights is None or weights.row_standardised:
            continue
        if spec.convention == "lee-yu" or (spec.convention == "elhorst" and spec.effects == "twoway"):
            raise SpecError(
                f"{spec.convention} with {spec.effects} effects needs row-standardised weights, and {weights.name} is "
                f"normalised by {weights.normalisation}: take convention='lsdv', or row-standardise"
            )
        if is_error and spec.convention in ("lsdv", "elhorst"):
            raise SpecError(
                f"a spatial error with time effects and {weights.name} (normalised by {weights.normalisation}) mixes "
                "the time effects with lambda: row-standardise, or take effects='unit'"
            )


def _refuse_overfit(counting: Counting, k: int) -> None:
    if counting.nobs <= k + 2:
        raise SpecError(
            f"{counting.nobs} observations after the effects cannot carry {k} regressors: take more years"
        )


def _facts(
    spec: SpatialPanel,
    sample: SpatialSample,
    problem: Problem,
    optimum: Optimum,
    weights: tuple[Weights, Weights, Weights],
    k: int,
) -> dict[str, Any]:
    design, counting = sample.design, problem.counting
    spatial = (problem.w is not None) + (problem.m is not None)
    names = list(dict.fromkeys(w.name for w in weights))
    return {
        "nobs": len(design.y),
        "n_units": counting.n_units,
        "n_periods": counting.n_times,
        "years": f"{design.time_labels[0]}-{design.time_labels[-1]}",
        "model": spec.model,
        "effects": spec.effects,
        "convention": spec.convention,
        "weights": ", ".join(names),
        "normalisation": weights[0].normalisation,
        "sigma2": optimum.sigma2,
        "loglik": optimum.loglik,
        "aic": 2 * (k + spatial + 1) - 2 * optimum.loglik,
        "bic": np.log(counting.nobs) * (k + spatial + 1) - 2 * optimum.loglik,
        "nobs_likelihood": counting.nobs,
        "r2_within": squared_correlation(problem, optimum),
        "vcov": spec.vcov,
    }


def squared_correlation(problem: Problem, optimum: Optimum) -> float:
    """Return the squared correlation of swept y with its reduced-form mean S^-1 Z b."""
    mean = problem.base[..., 2:] @ optimum.b
    if problem.w is not None:
        mean = np.asarray(factorise(problem.w, optimum.rho).solve(mean))
    y = problem.base[..., 0].reshape(-1)
    flat = mean.reshape(-1)
    if flat.std() == 0.0:
        return 0.0
    return float(np.corrcoef(y, flat)[0, 1] ** 2)


def _notes(
    spec: SpatialPanel, sample: SpatialSample, problem: Problem, weights: tuple[Weights, Weights, Weights]
) -> tuple[str, ...]:
    notes = [*sample.notes]
    if spec.effects != "none":
        notes.append(ELHORST[spec.effects] if spec.convention == "elhorst" else SENTENCES[spec.convention])
    notes.append(VCOV_SENTENCES[spec.vcov])
    if spec.small_sample:
        notes.append(small_sample_note(problem.counting.n_units - 1))
    for w in dict.fromkeys(weights):
        notes.extend(w.said)
    for spectrum in (problem.spectrum_w, problem.spectrum_m):
        if spectrum is not None and not spectrum.exact:
            notes.append(
                Note(
                    "log-determinants from Chebyshev moments with random probes (seed 0)",
                    "对数行列式由切比雪夫矩与随机探针得出（种子 0）",
                )
            )
    return tuple(dict.fromkeys(notes))


@dataclass(frozen=True, kw_only=True, eq=False)
class SpatialFit(FitResult):
    """A fitted spatial panel: estimates of b, of the Durbin terms and of rho and lambda; sigma2 in the facts.

    `curvature` holds the problem, the optimum and the swept residuals; `full_covariance` includes sigma2.
    """

    curvature: Curvature
    sample: SpatialSample
    weights: Weights
    weights_error: Weights
    weights_durbin: Weights
    durbin_terms: tuple[int, ...] = ()
    full_covariance: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

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
        method: impact_module.Method = "delta",
        *,
        reps: int | None = None,
        rng: int | np.random.Generator = 0,
    ) -> Impacts:
        """Return direct, indirect and total impacts with their uncertainty."""
        return impact_module.impacts(self, method=method, reps=reps, rng=rng)

    def reduction_tests(self) -> tuple[TestResult, ...]:
        """Return Wald and LR tests of the Durbin model against its special cases."""
        tests: tuple[TestResult, ...] = find("capability", "reduction_tests")(self)
        return tests

    def with_vcov(self, vcov: Any) -> SpatialFit:
        """Return the same estimates with another covariance."""
        spec = self.spec.with_vcov(vcov)
        cov = covariance_of(spec, self.curvature)
        notes = tuple(
            VCOV_SENTENCES[spec.vcov] if note in VCOV_SENTENCES.values() else note for note in self.notes
        )
        return replace(
            self,
            spec=spec,
            covariance=cov[:-1, :-1],
            full_covariance=cov,
            facts={**self.facts, "vcov": spec.vcov},
            notes=notes,
        )

    def impact_parts(self) -> ImpactParts:
        """Return what impacts need of this fit."""
        kx = len(self.sample.terms)
        rows = [j for j, term in enumerate(self.sample.terms) if term != "Intercept"]
        if not rows:
            raise SpecError("impacts are those of regressors, and the formula names none: name at least one")
        behind = {j: kx + at for at, j in enumerate(self.durbin_terms)}
        problem = self.curvature.problem
        one_w = self.weights is self.weights_durbin
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
            row_standardised=self.weights.row_standardised and self.weights_durbin.row_standardised,
        )

    def bootstrap_theta(self, rng: np.random.Generator) -> FloatArray:
        """Return the estimates of one panel with residual vectors of units resampled."""
        c, problem = self.curvature, self.curvature.problem
        drawn = rng.integers(0, problem.counting.n_units, size=problem.counting.n_units)
        y = problem.y + send_through(problem, c.optimum, rescaled(c)[drawn] - c.residuals)
        again = replace(problem, y=y)
        return solve(again)[0].theta(again)[:-1]


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


def send_through(problem: Problem, optimum: Optimum, innovations: FloatArray) -> FloatArray:
    """Return (I - rho W)^-1 (I - lambda M)^-1 e for (N, T) innovations."""
    out = innovations
    if problem.m is not None:
        out = np.asarray(factorise(problem.m, optimum.lam).solve(out))
    if problem.w is not None:
        out = np.asarray(factorise(problem.w, optimum.rho).solve(out))
    return out
