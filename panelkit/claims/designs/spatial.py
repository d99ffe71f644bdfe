"""Run spatial designs: an impact (or rho) of a spatial panel under R-SIGN or R-SPILL, and trends of dependence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.claims.file.document import Claim, Reading, SpatialDesign, Text, TighteningDesign
from panelkit.claims.fits import covariance
from panelkit.claims.grid import NOT_COMPUTED, reason_of, split, summarise
from panelkit.claims.samples import Specification, specify
from panelkit.claims.verdict import Finding, GridResult, Measured
from panelkit.data import catalogue
from panelkit.formula.formula import parse_formula
from panelkit.inference.impact_parts import ImpactParts, draw_theta, stable, stacked
from panelkit.kernels.rng import as_generator
from panelkit.language.errors import ConvergenceError, DataError, PanelkitError, SpecError
from panelkit.models.spatial.fit import SpatialFit
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import SpatialSample, align_weights, read_sample
from panelkit.models.spatial.sensitivity import permuted_theta, rolling
from panelkit.panel.design import build_design
from panelkit.results.fit import t_quantile, t_survival
from panelkit.show.phrases import chinese
from panelkit.spatial import provincial
from panelkit.spatial.moran import moran
from panelkit.spatial.weights import Weights

FloatArray = NDArray[np.float64]
Tick = Callable[[int], None]

SIGNIFICANT = 0.05
MOST_OF_THE_GRID = 0.8
EFFECTS = {
    "direct": Text(en="direct impact", zh="直接效应"),
    "indirect": Text(en="indirect impact (spillover)", zh="间接（溢出）效应"),
    "total": Text(en="total impact", zh="总效应"),
    "rho": Text(en="spatial lag rho", zh="空间滞后系数 rho"),
}


def specifications(claim: Claim, design: Any) -> list[Specification]:
    """Return nothing to load in common: a spatial design loads its own balanced panels."""
    return []


def run(claim: Claim, reading: Reading, design: Any, figures: Any, tick: Tick) -> Finding:
    """Return what a spatial design or a trend of dependence yields.

    Raises
    ------
    SpecError, DataError, ConvergenceError
        If the main specification cannot be computed.
    """
    finding = (
        _tightening(claim, design)
        if isinstance(design, TighteningDesign)
        else _impact(claim, reading, design)
    )
    tick(1)
    return finding


@dataclass(frozen=True, eq=False)
class Estimate:
    """One quantity of one fit: value, simulated 95 % interval, two-sided p."""

    value: float
    low: float
    high: float
    p_value: float


def _impact(claim: Claim, reading: Reading, design: SpatialDesign) -> Finding:
    rule = design.rule or reading.rule
    sign = -1.0 if rule.sign == "-" else 1.0
    choices = product(*[(None, *axis.option) for axis in claim.grid.axis])
    specs = [specify(claim, design, taken) for taken in choices]  # type: ignore[arg-type]
    main, loader = specs[0], Loader(specs)
    data = loader.exact(main)
    loader.keep(design, main, data)
    fit = _fit(design, main, design.weights[0], loader)
    found = estimate_of(fit, design, design.draws, design.seed)
    rows = list(_grid(claim, design, specs, loader))
    table, lost = split(rows)
    if table.empty:
        raise DataError(
            f"design {design.id}: no specification of the grid could be computed; first: {lost[0]}"
        )
    grid = summarise(table, rule, lost)
    conditions = tuple(
        _spill_conditions(design, fit, main, sign, loader)
        if rule.name == "R-SPILL"
        else _sign_conditions(grid)
    )
    quantity = EFFECTS[design.effect]
    return Finding(
        measured=Measured(
            quantity=quantity,
            value=found.value,
            low=found.low,
            high=found.high,
            p_value=found.p_value,
            conditions=conditions,
            sentence=_sentence(quantity, fit.outcome if design.effect == "rho" else main.term, found, fit),
            table=pd.DataFrame(rows),
            facts=_facts(design, fit),
        ),
        grid=grid,
        fit=fit,
        data=data,
    )


def _sentence(quantity: Text, term: str, found: Estimate, fit: SpatialFit) -> Text:
    low, high, value = f"{found.low:.3g}", f"{found.high:.3g}", f"{found.value:.3g}"
    name = fit.facts["model"].upper()
    return Text(
        en=f"{quantity.en[:1].upper()}{quantity.en[1:]} of {term} in the {name} ({fit.facts['convention']}, "
        f"{fit.facts['weights']}, {fit.facts['years']}): {value}, 95 % interval {low} to {high}.",
        zh=f"{name}（{fit.facts['convention']}，{fit.facts['weights']}，{fit.facts['years']}）中{term}的"
        f"{quantity.zh}为{value}，95%区间{low}至{high}。",
    )


def _facts(design: SpatialDesign, fit: SpatialFit) -> dict[str, Any]:
    kept = ("model", "convention", "weights", "effects", "vcov", "years", "nobs", "n_units", "n_periods")
    notes = [note for note in fit.notes if "left out" in note]
    return {
        **{key: fit.facts[key] for key in kept},
        "draws": design.draws,
        "seed": design.seed,
        "permutations": design.permutations,
        **({"missing": "; ".join(notes)} if notes else {}),
    }


def _fit(design: SpatialDesign, spec: Specification, w: str, loader: Loader) -> SpatialFit:
    sample = loader.sample(design, spec)
    model = SpatialPanel(
        spec.formula,
        design.model,
        spec.effects,  # type: ignore[arg-type]
        design.convention,
        vcov=covariance(design.vcov),
        missing=design.missing,
    )
    weights = loader.weights(w, sample)
    return fit_sample(model, sample, weights, weights, weights)


def _sample(design: SpatialDesign, spec: Specification, data: pd.DataFrame) -> SpatialSample:
    return read_sample(spec.formula, data, missing=design.missing, intercept=spec.effects == "none")


def weights_named(name: str, sample: SpatialSample) -> Weights:
    """Return the provincial weights that a claim file names, between the provinces of the sample."""
    ids = list(sample.ids)
    if name == "contiguity":
        return provincial.contiguity(ids)
    if name == "inverse_distance":
        return provincial.inverse_distance(provinces=ids)
    if name == "inverse_distance_2":
        return provincial.inverse_distance(2, provinces=ids)
    return provincial.nearest(4, provinces=ids)


def estimate_of(fit: SpatialFit, design: SpatialDesign, draws: int, seed: int) -> Estimate:
    """Return the quantity that the design asks for, with its simulated interval."""
    parts = fit.impact_parts()
    thetas = draw_theta(parts, draws, as_generator(seed))
    kept = thetas[stable(parts, thetas)]
    if len(kept) < draws / 2:
        raise ConvergenceError("more than half of the draws of the spatial model are unstable")
    value = float(_quantity(parts, parts.theta[None, :], design.effect)[0])
    drawn = _quantity(parts, kept, design.effect)
    low, high = np.quantile(drawn, [0.025, 0.975])
    side = min((drawn <= 0).sum(), (drawn >= 0).sum())
    return Estimate(value, float(low), float(high), min(1.0, 2.0 * (1.0 + float(side)) / (1.0 + len(drawn))))


def _quantity(parts: ImpactParts, theta: FloatArray, effect: str) -> FloatArray:
    """Return one quantity of the first regressor for (m, p) parameter vectors."""
    if effect == "rho":
        if parts.rho < 0:
            raise SpecError("effect = 'rho' needs a model with a spatial lag")
        return theta[:, parts.rho]
    at = {"direct": 0, "indirect": 1, "total": 2}[effect] * len(parts.terms)
    column: FloatArray = stacked(parts, theta)[:, at]
    return column


def _spill_conditions(
    design: SpatialDesign,
    fit: SpatialFit,
    spec: Specification,
    sign: float,
    loader: Loader,
) -> Iterator[tuple[Text, bool]]:
    """Yield what R-SPILL asks beside the main interval: other weights, the placebo, and decay where rings are named."""
    for w in design.weights[1:]:
        label = w.replace("_", " ")
        try:
            other = estimate_of(_fit(design, spec, w, loader), design, design.draws, design.seed)
            held = (other.low if sign > 0 else -other.high) > 0
            numbers = said = f"{other.value:.3g} ({other.low:.3g}, {other.high:.3g})"
        except PanelkitError as error:
            held, numbers, said = False, f"not computable: {error}", f"未能计算：{chinese(str(error))}"
        yield Text(en=f"the same under {label}: {numbers}", zh=f"{label}权重下亦然：{said}"), held
    p, lost = placebo_p(fit, design, design.seed)
    placebo = Text(
        en=f"placebo of {design.permutations} permuted maps, p = {p:.3f}",
        zh=f"{design.permutations}次省份置换安慰剂检验，p = {p:.3f}",
    )
    if lost:
        placebo = Text(
            en=f"{placebo.en}, {lost} of the maps not computed and counted as at least as far",
            zh=f"{placebo.zh}，其中{lost}次未能计算，按不小于观测值计入",
        )
    yield placebo, p <= SIGNIFICANT
    if design.rings:
        values = ring_coefficients(spec, loader.sample(design, spec), design)
        listed = ", ".join(f"{value:.3g}" for value in values)
        falls = all(sign * a > sign * b for a, b in pairwise(values)) and sign * values[0] > 0
        yield Text(en=f"decay over the rings of distance: {listed}", zh=f"随距离圈层衰减：{listed}"), falls


def placebo_p(fit: SpatialFit, design: SpatialDesign, seed: int) -> tuple[float, int]:
    """Return the two-sided placebo p around the placebo's median, and how many maps could not be computed.

    p = (1 + #) / (1 + permutations); a map that could not be computed counts as at least as far as what is observed.
    """
    generator = as_generator(seed)
    parts = fit.impact_parts()
    found: list[float] = []
    for _ in range(design.permutations):
        try:
            theta = permuted_theta(fit, generator.permutation(len(parts.ids)))
        except ConvergenceError:
            continue
        found.append(float(_quantity(parts, theta[None, :], design.effect)[0]))
    lost = design.permutations - len(found)
    if not found:
        raise ConvergenceError(f"none of {design.permutations} permuted maps could be computed")
    draws = np.array(found)
    middle = float(np.median(draws))
    observed = abs(float(_quantity(parts, parts.theta[None, :], design.effect)[0]) - middle)
    far = int((np.abs(draws - middle) >= observed).sum())
    return (1 + lost + far) / (1 + design.permutations), lost


def ring_coefficients(spec: Specification, sample: SpatialSample, design: SpatialDesign) -> list[float]:
    """Return the coefficients of the treatment's mean in rings of distance, least squares with the same effects.

    `design.rings` are the inner and outer limits in km; a province without anybody in a ring has zero there.
    """
    ids = list(sample.ids)
    y, x = sample.y, sample.X
    columns = [x]
    for inner, outer in zip((0, *design.rings), (*design.rings, None), strict=True):
        ring = provincial.distance_band(inner, outer, provinces=ids).aligned(ids).matrix
        counts = np.maximum(np.asarray(ring.sum(axis=1)).ravel(), 1.0)
        columns.append((ring @ x[:, :, 0] / counts[:, None])[..., None])
    from panelkit.models.spatial.likelihood import sweep

    swept = sweep(np.concatenate(columns, axis=2), spec.effects)  # type: ignore[arg-type]
    target = sweep(y, spec.effects).reshape(-1)  # type: ignore[arg-type]
    b = np.linalg.lstsq(swept.reshape(-1, swept.shape[2]), target, rcond=None)[0]
    return [float(value) for value in b[x.shape[2] :]]


def _sign_conditions(grid: GridResult) -> Iterator[tuple[Text, bool]]:
    share = grid.share_same_sign
    yield (
        Text(
            en=f"the claimed sign in {share:.0%} of {grid.declared} specifications",
            zh=f"{grid.declared}个设定中{share:.0%}与所称符号一致",
        ),
        share >= MOST_OF_THE_GRID,
    )


def _grid(
    claim: Claim, design: SpatialDesign, specs: list[Specification], loader: Loader
) -> Iterator[dict[str, Any]]:
    """Yield one row a specification: every combination of the claim's axes and the design's weights."""
    axes = [axis.id for axis in claim.grid.axis]
    for spec in specs:
        for w in design.weights:
            row: dict[str, Any] = dict(zip(axes, spec.choices, strict=True))
            row |= {"weights": w, "formula": spec.formula}
            try:
                fit = _fit(design, spec, w, loader)
                parts = fit.impact_parts()
                value, error = _delta(parts, design.effect)
                if not (np.isfinite(value) and 0.0 < error < np.inf):
                    raise DataError(f"estimate {value:.3g} with standard error {error:.3g} is no result")
                half = float(t_quantile(0.95, parts.df)) * error
                row |= {
                    "estimate": value,
                    "std_error": error,
                    "conf_low": value - half,
                    "conf_high": value + half,
                    "p_value": float(t_survival(np.array(value / error), parts.df)),
                    "nobs": fit.nobs,
                    "period": fit.facts["years"],
                    "failed": "",
                }
            except NOT_COMPUTED as problem:
                row |= {"estimate": float("nan"), "failed": reason_of(problem)}
            yield row


def _delta(parts: ImpactParts, effect: str) -> tuple[float, float]:
    from panelkit.kernels.derivatives import numerical_jacobian

    def value(theta: FloatArray) -> FloatArray:
        return _quantity(parts, theta[None, :], effect)

    slope = numerical_jacobian(value, parts.theta)[0]
    return float(value(parts.theta)[0]), float(np.sqrt(slope @ parts.covariance @ slope))


class Loader:
    """The figures of a design's specifications, loaded once for every choice of vintages and cut to each.

    `real_gdp` in a formula is the chained growth index, 1 in the first year of the specification.
    """

    def __init__(self, specs: Iterable[Specification]) -> None:
        self._wanted: dict[Any, tuple[set[str], int, int]] = {}
        known = catalogue.facts()
        for spec in specs:
            if not known.keys() >= set(_indicators(spec)):
                continue  # the specification fails when it is fitted, and alone
            columns, first, last = self._wanted.get(spec.vintage, (set(), *spec.years))
            first, last = min(first, spec.span[0]), max(last, spec.span[1])
            self._wanted[spec.vintage] = (columns | set(_indicators(spec)), first, last)
        self._whole: dict[Any, pd.DataFrame] = {}
        self._samples: dict[Any, SpatialSample] = {}
        self._weights: dict[Any, Weights] = {}

    def exact(self, spec: Specification) -> pd.DataFrame:
        """Return the panel of one specification loaded alone, with what its figures say of themselves."""
        return _chained(_load(_indicators(spec), *spec.span, spec.vintage, spec.provinces), spec)

    def sample(self, design: SpatialDesign, spec: Specification) -> SpatialSample:
        """Return the balanced sample of a specification."""
        if _sample_key(spec) not in self._samples:
            self.keep(design, spec, _chained(self._cut(spec), spec))
        return self._samples[_sample_key(spec)]

    def keep(self, design: SpatialDesign, spec: Specification, data: pd.DataFrame) -> None:
        """Read the sample of a specification from these data; they must say of themselves what a table prints."""
        self._samples[_sample_key(spec)] = _sample(design, spec, data)

    def weights(self, name: str, sample: SpatialSample) -> Weights:
        """Return the weights of that name in the sample's order."""
        key = (name, sample.ids)
        if key not in self._weights:
            self._weights[key] = align_weights(weights_named(name, sample), sample)
        return self._weights[key]

    def _cut(self, spec: Specification) -> pd.DataFrame:
        catalogue.require(_indicators(spec))
        if spec.vintage not in self._whole:
            columns, first, last = self._wanted[spec.vintage]
            whole = _load(sorted(columns), first, last, spec.vintage, "all")
            whole.attrs = {}  # pandas copies them with every slice
            self._whole[spec.vintage] = whole
        frame = self._whole[spec.vintage]
        years = frame.index.get_level_values(1)
        keep = (years >= spec.span[0]) & (years <= spec.span[1])
        if spec.provinces != "all":
            asked = list(spec.provinces) if isinstance(spec.provinces, tuple) else spec.provinces
            names = provincial.contiguity(asked, normalisation="none").ids
            keep &= frame.index.get_level_values(0).isin(names)
        return frame.loc[keep]


def _sample_key(spec: Specification) -> tuple[Any, ...]:
    return (spec.formula, spec.years, spec.provinces, spec.vintage)


def _indicators(spec: Specification) -> list[str]:
    named = parse_formula(spec.formula).columns
    return sorted({"gdp_index_prev_year" if name == "real_gdp" else name for name in named})


def _load(
    columns: list[str], first: int, last: int, vintage: tuple[tuple[str, str], ...], provinces: Any
) -> pd.DataFrame:
    from panelkit.data.panels import load_provinces

    chosen = {name: version for name, version in vintage if name in columns}
    asked = list(provinces) if isinstance(provinces, tuple) else provinces
    return load_provinces(columns, range(first, last + 1), vintage=chosen or None, provinces=asked)


def _chained(frame: pd.DataFrame, spec: Specification) -> pd.DataFrame:
    return _with_real_gdp(frame) if "real_gdp" in parse_formula(spec.formula).columns else frame


def _with_real_gdp(frame: pd.DataFrame) -> pd.DataFrame:
    index = frame["gdp_index_prev_year"].unstack().sort_index(axis=1) / 100.0
    index.iloc[:, 0] = 1.0
    level = index.cumprod(axis=1)
    codes = [
        level.index.get_indexer(frame.index.get_level_values(0)),
        level.columns.get_indexer(frame.index.get_level_values(1)),
    ]
    return frame.assign(real_gdp=level.to_numpy(float)[codes[0], codes[1]])


def _tightening(claim: Claim, design: TighteningDesign) -> Finding:
    spec = specify(claim, design)  # type: ignore[arg-type]
    data = Loader([spec]).exact(spec)
    series = (
        _moran_series(design, spec, data) if design.measure == "moran" else _rho_series(design, spec, data)
    )
    slope, error, p = newey_west_trend(series.to_numpy(float), design.lags)
    half = float(t_quantile(0.95, float(len(series) - 2))) * error
    years = f"{series.index[0]}-{series.index[-1]}"
    what = (
        Text(en="trend of Moran's I", zh="莫兰指数趋势")
        if design.measure == "moran"
        else Text(en="trend of rho over rolling windows", zh="滚动窗口 rho 趋势")
    )
    numbers = f"{slope:.3g} ({slope - half:.3g}, {slope + half:.3g})"
    return Finding(
        measured=Measured(
            quantity=what,
            value=slope,
            low=slope - half,
            high=slope + half,
            p_value=p,
            by_year={int(year): float(value) for year, value in series.items()},  # type: ignore[call-overload]
            sentence=Text(
                en=f"{what.en[:1].upper()}{what.en[1:]} of {spec.outcome}, {years}: {numbers} a year, Newey-West "
                f"({design.lags} lags), from {series.iloc[0]:.3g} to {series.iloc[-1]:.3g}.",
                zh=f"{spec.outcome}的{what.zh}（{years}）：每年{numbers}，Newey-West 滞后{design.lags}，"
                f"由{series.iloc[0]:.3g}变为{series.iloc[-1]:.3g}。",
            ),
            table=series.rename("value").rename_axis("year").reset_index(),
            facts={"years": years, "lags": design.lags, "measure": design.measure, "n": len(series)},
        ),
        data=data,
    )


def _moran_series(design: TighteningDesign, spec: Specification, data: pd.DataFrame) -> pd.Series:
    sample = build_design(f"{spec.outcome} ~ 1", data)
    values = pd.Series(sample.y, index=sample.labels(), name=spec.outcome)
    whole = values.unstack().dropna(axis=1)
    kept = values[values.index.get_level_values(1).isin(whole.columns)]
    table = moran(kept, provincial.contiguity(list(whole.index)), permutations=99, rng=design.seed)
    series: pd.Series = table["I"]
    return series


def _rho_series(design: TighteningDesign, spec: Specification, data: pd.DataFrame) -> pd.Series:
    model = SpatialPanel(spec.formula, design.model, missing=design.missing)
    sample = read_sample(spec.formula, data, missing=design.missing)
    table = rolling(model, data, provincial.contiguity(list(sample.ids)), design.window)
    return pd.Series(table["rho"].to_numpy(float), index=pd.Index(table["last"], name="year"))


def newey_west_trend(values: FloatArray, lags: int) -> tuple[float, float, float]:
    """Return slope a period, its Newey-West standard error (Bartlett, n/(n-2)) and two-sided p from t(n-2)."""
    n = len(values)
    if n < 5:
        raise SpecError(f"a trend of {n} values says nothing: take five at least")
    from statsmodels.regression.linear_model import OLS

    X = np.column_stack([np.ones(n), np.arange(n, dtype=float)])
    fit = OLS(values, X).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    slope, error = float(fit.params[1]), float(fit.bse[1])
    return slope, error, float(t_survival(np.array(slope / error), float(n - 2)))
