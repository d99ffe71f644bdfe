"""What every least-squares estimator shares: from a swept problem to a result, and from one covariance to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.cluster import Vcov, VcovSpec
from panelkit.covariance.conventions import Convention, convention_named
from panelkit.covariance.hac import LATITUDE, LONGITUDE, Conley
from panelkit.kernels.frames import as_floats, as_pandas
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.outcome import is_exact, refuse_absorbed, refuse_constant
from panelkit.kernels.within import Effects
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import offered
from panelkit.panel.design import Design
from panelkit.panel.provenance import Note
from panelkit.results.fit import FitResult

Coordinates = pd.DataFrame | Mapping[Any, tuple[float, float]]

# With fewer treated units than this neither CRV3 nor the wild bootstrap holds its level
# (MacKinnon and Webb 2017; docs/evidence/panel_size.csv).
FEW_TREATED = 5


def finish(
    spec: Any,
    design: Design,
    linear: LinearFit,
    *,
    title: str,
    moved: Design | None = None,
    facts: Mapping[str, Any] | None = None,
    notes: tuple[str, ...] = (),
) -> FitResult:
    """Return the result of a least-squares problem.

    `design` holds the rows of `linear` as the user knows them; `moved`, where given, the same rows as they
    entered the regression (quasi-demeaned), on which covariances that refit stand.
    """
    convention = convention_named(spec.convention)
    refuse_constant(design.y, design.outcome)
    refuse_absorbed(design.y, linear.y, design.outcome, linear.effects)
    vcov = spec.vcov.compute(linear, design if moved is None else moved, convention)
    return FitResult(
        title=title,
        terms=linear.terms,
        estimates=linear.beta,
        covariance=vcov.matrix,
        df=vcov.df,
        facts={**linear_facts(design, linear, vcov, spec.convention), **(facts or {})},
        notes=(
            *design.notes,
            convention_sentence(convention, linear.effects),
            *notes,
            *few_treated(design, linear),
            *_exact(design, linear),
            *vcov.notes,
        ),
        outcome=design.outcome,
        spec=spec,
        design=design if moved is None else moved,
        linear=linear,
        residuals=linear.residuals,
        dropped=design.dropped,
    )


def _exact(design: Design, linear: LinearFit) -> tuple[Note, ...]:
    """Say that a fit leaves no residuals, so that its standard errors are rounding."""
    if not is_exact(linear.residuals, linear.y):
        return ()
    return (
        Note(
            f"the regressors and effects reproduce `{design.outcome}` exactly: there are no residuals, and standard "
            "errors and tests are rounding",
            f"解释变量与固定效应完全复现 `{design.outcome}`：没有残差，标准误与检验只是舍入误差",
        ),
    )


def linear_facts(design: Design, linear: LinearFit, vcov: Vcov, convention: str) -> dict[str, Any]:
    """Return the facts that every linear fit reports."""
    deviations = design.y - design.y.mean()
    years = design.time_labels
    facts: dict[str, Any] = {
        "nobs": linear.n,
        "n_units": linear.layout.n_units,
        "n_periods": linear.layout.n_times,
        "years": f"{years[0]}-{years[-1]}",
        "balanced": linear.layout.balanced,
        **vcov.facts,
    }
    if linear.effects != "none":
        facts["r2_within"] = 1.0 - linear.rss / linear.tss if linear.tss > 0.0 else float("nan")
    total = float(deviations @ deviations)
    facts["r2"] = 1.0 - linear.rss / total if total > 0.0 else float("nan")
    facts["sigma"] = float(np.sqrt(linear.rss / linear.df_resid))
    facts["df_resid"] = linear.df_resid
    facts["effects"] = linear.effects
    facts["vcov"] = vcov.name
    facts["convention"] = convention
    return facts


def convention_sentence(convention: Convention, effects: Effects) -> Note:
    """Return what a table says of the convention; singletons and nested effects matter with effects only."""
    if effects != "none":
        return Note(convention.sentence, convention.sentence_zh)
    factor = "no small-sample factor" if not convention.small_sample else "n/(n-k)"
    if convention.small_sample and convention.group_factor:
        factor = "G/(G-1) (n-1)/(n-k)"
    tail = "t(G-1)" if convention.cluster_df == "groups" else "t(n-k)"
    factor_zh = "不作小样本修正" if not convention.small_sample else f"乘以 {factor}"
    return Note(
        f"{convention.name}: clustered variances with {factor}, {tail}",
        f"{convention.name}：聚类方差{factor_zh}，{tail}",
    )


def few_treated(design: Design, linear: LinearFit) -> tuple[str, ...]:
    """Return a note for each 0/1 regressor that fewer than five units, or all but fewer than five, ever have.

    Its first difference, -1, 0 or 1, counts like it.
    """
    notes = []
    n_units = len(design.unit_labels)
    for j, term in enumerate(design.terms):
        column = design.X[:, j]
        if term == "Intercept" or term not in linear.terms or not np.isin(column, (-1.0, 0.0, 1.0)).all():
            continue
        treated = np.flatnonzero(np.bincount(design.unit, np.abs(column), n_units) > 0.0)
        fewer = min(len(treated), n_units - len(treated))
        if 0 < fewer < FEW_TREATED and n_units >= 2 * FEW_TREATED:
            side = "have" if len(treated) == fewer else "lack"
            side_zh = "曾具有" if side == "have" else "不具有"
            notes.append(
                Note(
                    f"`{term}`: only {fewer} of {n_units} units ever {side} it; clustered errors, CRV3 and the wild "
                    "bootstrap do not hold their level there: use randomisation_inference",
                    f"`{term}`：{n_units} 个个体中仅 {fewer} 个{side_zh}该处理；聚类标准误、CRV3 与"
                    "野聚类自助法在此均不能保持检验水平：请用 randomisation_inference",
                )
            )
    return tuple(notes)


@offered("inference", family="covariance", result="FitResult", public=True)
def with_vcov(fit: FitResult, vcov: VcovSpec, coords: Coordinates | None = None) -> FitResult:
    """Return the same fit under another covariance, without fitting again.

    Raises
    ------
    SpecError
        If the fit is not least squares on a design, or the covariance needs a column that the fit did not carry.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> clustered = pk.with_vcov(fit, pk.Cluster())
    >>> bool((clustered.params == fit.params).all())
    True
    """
    if fit.linear is None or fit.design is None:
        raise SpecError(f"{fit.title}: covariances are recomputed for least-squares fits only")
    known = (*fit.design.extra, *fit.design.unit_names, *fit.design.time_names)
    missing = [name for name in vcov.columns() if name not in known]
    if missing:
        raise SpecError(f"the fit did not carry `{', '.join(missing)}`: fit again with vcov={vcov}")
    design = with_coordinates(fit.design, vcov, coords)
    convention = convention_named(fit.spec.convention)
    made = vcov.compute(fit.linear, design, convention)
    gone = set(fit.spec.vcov.compute(fit.linear, fit.design, convention).notes) - set(made.notes)
    kept = tuple(note for note in fit.notes if note not in gone)
    stale = {"n_clusters", "df_satterthwaite", "lags", "pairs_within_cutoff"}
    facts = {key: value for key, value in fit.facts.items() if key not in stale}
    return replace(
        fit,
        covariance=made.matrix,
        df=made.df,
        facts={**facts, **made.facts, "vcov": made.name},
        notes=(*kept, *(note for note in made.notes if note not in kept)),
        spec=replace(fit.spec, vcov=vcov),
        design=design,
    )


def without_intercept(design: Design) -> Design:
    """Return the design without its intercept column."""
    if not design.has_intercept:
        return design
    keep = [j for j, term in enumerate(design.terms) if term != "Intercept"]
    terms = tuple(design.terms[j] for j in keep)
    return replace(design, X=np.asfortranarray(design.X[:, keep]), terms=terms, has_intercept=False)


def require_terms(design: Design, formula: str) -> None:
    """Refuse a design without a regressor."""
    if not [term for term in design.terms if term != "Intercept"]:
        raise SpecError(f"`{formula}` has no regressor: name at least one")


def with_coordinates(design: Design, vcov: VcovSpec, coords: Coordinates | None) -> Design:
    """Return the design with latitude and longitude by row where the covariance is Conley's.

    Parameters
    ----------
    coords
        A frame indexed by unit with columns `lat` and `lon`, or unit -> (lat, lon). None: the provincial capitals.

    Raises
    ------
    DataError
        If a unit has no coordinates; the message names every such unit.
    """
    if not isinstance(vcov, Conley) or (coords is None and LATITUDE in design.extra):
        return design
    table = _capitals(design) if coords is None else _table(coords)
    missing = [str(label) for label in design.unit_labels if label not in table]
    if missing:
        raise DataError(f"no coordinates for {', '.join(missing)}: add them to `coords`, indexed by unit")
    places = np.array([table[label] for label in design.unit_labels], dtype=np.float64)
    extra = {
        **design.extra,
        LATITUDE: places[design.unit, 0],
        LONGITUDE: places[design.unit, 1],
    }
    return replace(design, extra=MappingProxyType(extra))


def _table(coords: Coordinates) -> dict[Any, tuple[float, float]]:
    if isinstance(coords, Mapping):
        return dict(coords)
    coords = as_pandas(coords, "coords")
    others = [name for name in coords.columns if name not in ("lat", "lon")]
    if isinstance(coords.index, pd.RangeIndex) and len(others) == 1:
        coords = coords.set_index(others[0])  # frames of polars and Arrow have no index
    absent = [name for name in ("lat", "lon") if name not in coords.columns]
    if absent:
        raise DataError(
            f"coords has no column `{'`, `'.join(absent)}`: name latitude `lat` and longitude `lon`"
        )
    twice = coords.index[coords.index.duplicated()].unique()
    if len(twice):
        raise DataError(f"coords lists {', '.join(map(str, twice))} more than once")
    latitude, longitude = (as_floats(coords[name], f"coords: column {name}") for name in ("lat", "lon"))
    return dict(zip(coords.index, zip(latitude, longitude, strict=True), strict=True))


def _capitals(design: Design) -> dict[Any, tuple[float, float]]:
    from panelkit.data.geography import capitals
    from panelkit.data.provinces import lookup_many

    table = capitals()
    found = lookup_many(list(design.unit_labels))
    unknown = [str(label) for label, place in zip(design.unit_labels, found, strict=True) if place is None]
    if unknown:
        raise DataError(
            f"Conley() without `coords` uses the provincial capitals, and these units are no provinces: "
            f"{', '.join(unknown)}: pass coords=, a frame with `lat` and `lon` indexed by unit"
        )
    places = dict(
        zip(
            table.index, zip(table["lat"].astype(float), table["lon"].astype(float), strict=True), strict=True
        )
    )
    return {
        label: places[place.adcode]
        for label, place in zip(design.unit_labels, found, strict=True)
        if place is not None
    }
