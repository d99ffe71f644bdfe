"""Spatial panels with random unit effects by exact maximum likelihood, and the choice between random and fixed.

The unit effect is a part of the innovation: R (S y - Z b) = mu_i + v_it (Kapoor, Kelejian and Prucha 2007). With
phi^2 = s_v^2 / (s_v^2 + T s_mu^2) the likelihood is that of columns less (1 - phi) times their unit means, plus
N ln phi: the machinery of the fixed-effects models at every phi.

Not through spreg: the coefficients of its 1.9.0 `Panel_RE_Lag` agree to 1e-4, its standard error of rho does not
(.0182 against .0291 on Munnell's states; the profile likelihood has .0291), and it has no Durbin, sac or year effects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, special

from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import Effects
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import estimator, offered
from panelkit.models.reading import check_where
from panelkit.models.spatial.covariance import Curvature, information_random
from panelkit.models.spatial.likelihood import Counting, Optimum, Problem, log_determinant, maximise, sweep
from panelkit.models.spatial.panel import (
    DURBIN,
    ERROR,
    LAGGED,
    Model,
    SpatialFit,
    SpatialPanel,
    durbin_design,
    fit_sample,
    squared_correlation,
)
from panelkit.models.spatial.sample import (
    Missing,
    SpatialSample,
    align_weights,
    durbin_positions,
    refuse_alike,
    refuse_degenerate,
    refuse_text,
    sample_of,
)
from panelkit.models.spatial.selection import wald
from panelkit.panel.provenance import Note
from panelkit.results.fit import TestResult
from panelkit.spatial.weights import Weights

FloatArray = NDArray[np.float64]
HausmanMethod = Literal["both", "hausman", "mundlak"]
BOUNDARY = 1 - 1e-9  # above it there are no unit effects, and phi is held


@estimator("spatial_random_effects", family="spatial", source="")
@dataclass(frozen=True)
class SpatialRandomEffects:
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
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Examples
    --------
    >>> fit = pk.SpatialRandomEffects("log(patents_granted) ~ log(rd_expenditure)", "sar").fit(panel, w)
    """

    formula: str
    model: Model = "sdm"
    time_effects: bool = False
    means: bool = False
    durbin: tuple[str, ...] | None = None
    small_sample: bool = True
    missing: Missing = "raise"
    where: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", check_where(self.where))
        if self.model not in get_args(Model):
            raise SpecError(f"model is one of {', '.join(get_args(Model))}, not {self.model!r}")
        if self.durbin is not None:
            refuse_text(self.durbin)
            object.__setattr__(self, "durbin", tuple(self.durbin))

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

    def with_vcov(self, vcov: Any) -> SpatialFit:
        """Refuse: the observed Hessian is the covariance offered."""
        raise SpecError(
            f"a random-effects model takes its errors from the observed Hessian, not from {vcov!r}"
        )

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
    covariance = _covariance(raw, optimum, phi)
    spatial = ("rho",) * lagged + ("lambda",) * error
    k = len(names)
    at = np.arange(k + len(spatial))
    curvature = Curvature(problem, optimum)
    years = sample.design.time_labels
    sigma2_mu = optimum.sigma2 * (1 / phi**2 - 1) / t
    return SpatialRandomFit(
        title=f"{spec.model.upper()} (random effects): {sample.design.outcome}",
        terms=(*names, *spatial),
        equations=tuple(_equation(name, j, kx) for j, name in enumerate(names)) + ("spatial",) * len(spatial),
        estimates=optimum.theta(problem)[:-1],
        covariance=covariance[np.ix_(at, at)],
        df=float(n - 1) if spec.small_sample else float("inf"),
        facts={
            "nobs": n * t,
            "n_units": n,
            "n_periods": t,
            "years": f"{years[0]}-{years[-1]}",
            "model": spec.model,
            "effects": "random" + (" + year" if spec.time_effects else ""),
            "convention": "ml",
            "weights": w.name,
            "normalisation": w.normalisation,
            "sigma2": optimum.sigma2,
            "sigma2_unit": sigma2_mu,
            "phi": phi,
            "loglik": loglik,
            "r2": squared_correlation(problem, optimum),
            "vcov": "hessian",
        },
        notes=(
            *sample.notes,
            "random unit effects inside the innovation; observed Hessian",
            "random effects need unit effects unrelated to the regressors: read the Mundlak test",
            *w.said,
        ),
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
        full_covariance=covariance,
        phi=phi,
        sigma2_mu=sigma2_mu,
    )


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


def _covariance(raw: Problem, optimum: Optimum, phi: float) -> FloatArray:
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
    hessian = _numerical_hessian(value, at, free)
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


def _numerical_hessian(value: Any, at: FloatArray, free: int) -> FloatArray:
    """Return minus the second derivatives by the first `free` parameters, with steps scaled to the curvature."""
    centre = value(at)
    steps = np.empty(free)
    for j in range(free):
        trial = 1e-4 * max(abs(float(at[j])), 1e-2)
        bend = -(value(_moved(at, {j: trial})) - 2 * centre + value(_moved(at, {j: -trial}))) / trial**2
        steps[j] = 0.05 / np.sqrt(max(bend, 1e-12))
    out = np.empty((free, free))
    for i in range(free):
        for j in range(i + 1):
            a, b = steps[i], steps[j]
            if i == j:
                bend = (value(_moved(at, {i: a})) - 2 * centre + value(_moved(at, {i: -a}))) / a**2
            else:
                corners = [
                    sign_a * sign_b * value(_moved(at, {i: sign_a * a, j: sign_b * b}))
                    for sign_a in (1, -1)
                    for sign_b in (1, -1)
                ]
                bend = sum(corners) / (4 * a * b)
            out[i, j] = out[j, i] = -bend
    return out


def _moved(at: FloatArray, shifts: dict[int, float]) -> FloatArray:
    moved = at.copy()
    for j, shift in shifts.items():
        moved[j] += shift
    return moved


@offered("test", family="spatial", result="TestResult", source="Hausman 1978; Mundlak 1978", public=True)
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
        "both" (default): Hausman, then Mundlak; "hausman" or "mundlak" for one of them. Hausman counts every
        coefficient compared, rho included, with both covariances from the information matrix; where their difference
        is not positive definite it does not apply. It rejects a true null too often in short panels. Mundlak adds
        the unit means of all regressors (Wx among them) to the random-effects model and tests them by Wald: rely on it.

    Returns
    -------
    tuple of TestResult
        One a method, in the order Hausman, Mundlak.

    Raises
    ------
    SpecError
        If the method is unknown.

    Examples
    --------
    >>> spec = pk.SpatialRandomEffects("log(patents_granted) ~ log(rd_expenditure)", "sar")
    >>> tests = pk.spatial_hausman(spec, panel, w)
    >>> len(tests)
    2
    """
    if method not in get_args(HausmanMethod):
        raise SpecError(f"method is {', '.join(get_args(HausmanMethod))}, not {method!r}")
    sample = sample_of(spec, data, unit, time, intercept=not spec.time_effects)
    weights = align_weights(w, sample)
    found: list[TestResult] = []
    if method != "mundlak":
        found.append(_hausman(*_fixed_and_random(spec, sample, weights)))
    if method != "hausman":
        found.append(fit_random(replace(spec, means=True), sample, weights).mundlak_test())
    return tuple(replace(test, notes=(*test.notes, *weights.said, *sample.said)) for test in found)


def _fixed_and_random(
    spec: SpatialRandomEffects, sample: SpatialSample, weights: Weights
) -> tuple[SpatialFit, SpatialRandomFit]:
    random = fit_random(replace(spec, means=False), sample, weights)
    slopes = [j for j, term in enumerate(sample.terms) if term != "Intercept"]
    bare = replace(sample, X=sample.X[:, :, slopes], terms=tuple(sample.terms[j] for j in slopes))
    effects = "twoway" if spec.time_effects else "unit"
    durbin = spec.durbin if spec.model in DURBIN else None
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


def _hausman(fixed: SpatialFit, random: SpatialRandomFit) -> TestResult:
    null = "random and fixed effects estimate the same coefficients"
    at = [random.terms.index(term) for term in fixed.terms]
    gap = fixed.estimates - random.estimates[at]
    spread = fixed.covariance - information_covariance(random)[np.ix_(at, at)]
    if np.linalg.eigvalsh(spread).min() <= 0:
        return TestResult.not_applicable(
            "Hausman",
            null,
            "the difference of the two covariances is not positive definite in this sample: read the Mundlak test",
        )
    value = float(gap @ np.linalg.solve(spread, gap))
    return TestResult(
        name="Hausman",
        null=null,
        statistic=value,
        distribution="chi2",
        df=(float(len(gap)),),
        p_value=float(special.chdtrc(len(gap), value)),
        notes=(
            Note(
                "every coefficient compared counts, the spatial ones included; both covariances come from the "
                "information matrix",
                "所有可比系数（含空间系数）均计入；两个协方差均取自信息矩阵",
            ),
            Note(
                "in short panels Hausman rejects a true null two to four times as often as it says: rely on the "
                "Mundlak test",
                "短面板中豪斯曼检验对真原假设的拒绝率为名义水平的二至四倍，应以 Mundlak 检验为准",
            ),
        ),
    )
