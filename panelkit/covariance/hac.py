"""Covariances for errors correlated over time and over space: Driscoll and Kraay, Conley."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.covariance.cluster import Vcov, clusters_of, refuse_mending, residual_df, small_sample_factor
from panelkit.covariance.cluster import periods_of as period_clusters
from panelkit.covariance.conventions import Convention
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.sandwich import nearest_positive, sum_by
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import offered
from panelkit.panel.design import Design
from panelkit.panel.provenance import Note

EARTH_RADIUS_KM = 6371.0088  # mean radius of the Earth (IUGG)
LATITUDE, LONGITUDE = "__latitude", "__longitude"


def default_lags(periods: int) -> int:
    """Return floor(4 (T/100)^(2/9)), Newey and West's (1994) rule of thumb: 2 for T from 5 to 27."""
    return int(np.floor(4.0 * (periods / 100.0) ** (2.0 / 9.0)))


def periods_of(design: Design) -> tuple[IntArray, int]:
    """Return the calendar position of each row (n,) and the number of positions between first and last.

    Labels that are whole numbers keep their gaps (a year without rows counts), in steps of their greatest
    common difference; other labels count in order.
    """
    labels = np.asarray(design.time_labels)
    if len(labels) > 1 and np.issubdtype(labels.dtype, np.integer):
        step = int(np.gcd.reduce(np.diff(labels.astype(np.int64))))
        where = (labels.astype(np.int64) - int(labels[0])) // step
    else:
        where = np.arange(len(labels))
    return where[design.time], int(where[-1]) + 1


def bartlett(lags: int) -> FloatArray:
    """Return the weights 1 - l/(lags+1) of lags 0..lags."""
    return 1.0 - np.arange(lags + 1) / (lags + 1.0)


@offered("covariance", public=True)
@dataclass(frozen=True)
class DriscollKraay:
    """Errors correlated over space in any way and over time up to `lags` (Driscoll and Kraay 1998).

    The Bartlett kernel on the sums of the scores by year; `lags=None` is floor(4 (T/100)^(2/9)). It rests on many
    years: with 10 to 15 the standard errors are too small (docs/evidence/panel_size.csv).
    The factor follows the convention: T/(T-1) (n-1)/(n-K) with t(T-1) as fixest, n/(n-K) with t(n-K) as
    linearmodels, none as plm.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.DriscollKraay(lags=2))
    >>> fit = spec.fit(panel)
    """

    lags: int | None = None

    def columns(self) -> tuple[str, ...]:
        return ()

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        where, count = periods_of(design) if convention.calendar else (design.time, len(design.time_labels))
        lags = default_lags(count) if self.lags is None else self.lags
        if not 0 <= lags < count:
            raise SpecError(f"DriscollKraay(lags={lags}): lags lie from 0 to T-1, and T is {count}")
        meat = kernel_meat(_by_period(fit.basis_scores, where, count), bartlett(lags))
        years = period_clusters(design)
        factor = _time_factor(fit, years.count, convention)
        matrix, notes = nearest_positive(fit, fit.root @ meat @ fit.root.T * factor, meat, "Driscoll-Kraay")
        df = (
            float(years.count - 1)
            if convention.cluster_df == "groups"
            else float(residual_df(fit, convention))
        )
        return Vcov(matrix, df, f"Driscoll-Kraay, {lags} lags", {"lags": lags}, (*_few(years.count), *notes))


def _few(periods: int) -> tuple[str, ...]:
    if periods >= 20:
        return ()
    return (
        Note(
            f"Driscoll-Kraay standard errors rest on many periods; with {periods} they are too small",
            f"Driscoll-Kraay 标准误要求时期较多；仅 {periods} 期时偏小",
        ),
    )


def _time_factor(fit: LinearFit, periods: int, convention: Convention) -> float:
    """Return the factor on a variance that sums over periods; every effect counts, as in fixest."""
    if not convention.small_sample:
        return 1.0
    left = fit.n - fit.k if convention.nested_effects == "none" else residual_df(fit, convention)
    if convention.group_factor:
        return periods / (periods - 1) * (fit.n - 1) / left
    return fit.n / left


def _by_period(scores: FloatArray, where: IntArray, count: int) -> FloatArray:
    """Return sums by calendar position, (count, k); a period without rows is a row of zeros."""
    sums = np.zeros((count, scores.shape[1]))
    np.add.at(sums, where, scores)
    return sums


def kernel_meat(sums: FloatArray, weights: FloatArray) -> FloatArray:
    """Return sum_l w_l (G_l + G_l') of the period sums (T, k), G_0 once; `weights` by lag from 0."""
    meat = weights[0] * (sums.T @ sums)
    for lag in range(1, len(weights)):
        cross = sums[lag:].T @ sums[:-lag]
        meat += weights[lag] * (cross + cross.T)
    return meat


@offered("covariance", public=True)
@dataclass(frozen=True)
class Conley:
    """Errors correlated between places within `cutoff_km` in one year, and over time within a place.

    Parameters
    ----------
    cutoff_km
        Great-circle distance beyond which the errors of one year are uncorrelated.
    lags
        Lags within a place (Bartlett weights); None leaves the correlation over time within a place free, as
        clustering by province does.
    kernel
        In space: "bartlett" (1 - d/cutoff) or "uniform" (1 up to the cutoff, as most programs). On a map neither is
        sure to give a positive definite matrix; the result says where negative eigenvalues were set to zero.

    Notes
    -----
    Within a year the spatial kernel, within a place the time kernel; pairs that differ in both carry no weight
    (Hsiang 2010). The model's `fit(..., coords=)` brings latitude and longitude by unit; a provincial panel
    has the capitals. No small-sample factor beyond the convention's n/(n-K) part, and t(G-1) by units.

    Examples
    --------
    >>> spec = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)", vcov=pk.Conley(800.0))
    >>> fit = spec.fit(panel)
    """

    cutoff_km: float
    lags: int | None = None
    kernel: Literal["bartlett", "uniform"] = "bartlett"

    def columns(self) -> tuple[str, ...]:
        return ()

    def compute(self, fit: LinearFit, design: Design, convention: Convention) -> Vcov:
        if not self.cutoff_km > 0.0 or self.kernel not in ("bartlett", "uniform"):
            raise SpecError(f"{self}: cutoff_km is positive and kernel is bartlett or uniform")
        if self.lags is not None and self.lags < 0:
            raise SpecError(f"{self}: lags is None or at least 0")
        latitude, longitude = unit_coordinates(design)
        weights = spatial_weights(great_circle_km(latitude, longitude), self.cutoff_km, self.kernel)
        where, count = periods_of(design)
        meat = spatial_meat(fit.basis_scores, design.unit, where, count, weights)
        meat += serial_meat(fit.basis_scores, design.unit, where, count, self.lags)
        units = clusters_of(design, None)
        factor = small_sample_factor(fit, (units,), convention)
        matrix, notes = nearest_positive(fit, fit.root @ meat @ fit.root.T * factor, meat, "Conley")
        if notes:
            refuse_mending(fit, "Conley")
        df = (
            float(units.count - 1)
            if convention.cluster_df == "groups"
            else float(residual_df(fit, convention))
        )
        time = "any lag within a unit" if self.lags is None else f"{self.lags} lags within a unit"
        name = f"Conley, {self.kernel} to {self.cutoff_km:g} km, {time}"
        pairs = int((weights > 0.0).sum() - len(weights)) // 2
        return Vcov(matrix, df, name, {"n_clusters": units.count, "pairs_within_cutoff": pairs}, notes)


def unit_coordinates(design: Design) -> tuple[FloatArray, FloatArray]:
    """Return latitude and longitude by unit, (N,) each, in degrees.

    Raises
    ------
    SpecError
        If the design carries none.
    DataError
        If a unit has none or they lie off the globe; the message names every such unit.
    """
    if LATITUDE not in design.extra:
        raise SpecError("Conley() needs coordinates: fit(data, coords=frame with `lat` and `lon` by unit)")
    first = np.searchsorted(design.unit, np.arange(len(design.unit_labels)))
    latitude, longitude = design.extra[LATITUDE][first], design.extra[LONGITUDE][first]
    bad = ~((np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 360.0))
    if bad.any():
        names = ", ".join(str(label) for label in design.unit_labels[bad])
        raise DataError(
            f"no usable coordinates for {names}: latitude lies within 90 and longitude within 360 degrees; "
            "add them to `coords`"
        )
    return latitude, longitude


def great_circle_km(latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Return great-circle distances in km (N, N) from degrees (haversine)."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    half_lat = np.sin((lat[:, None] - lat) / 2.0) ** 2
    half_lon = np.sin((lon[:, None] - lon) / 2.0) ** 2
    chord = half_lat + np.cos(lat)[:, None] * np.cos(lat) * half_lon
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))


def spatial_weights(distance: FloatArray, cutoff: float, kernel: str) -> FloatArray:
    """Return the spatial kernel (N, N), one on the diagonal."""
    if kernel == "uniform":
        return (distance <= cutoff).astype(np.float64)
    return np.maximum(0.0, 1.0 - distance / cutoff)


def spatial_meat(
    scores: FloatArray, unit: IntArray, where: IntArray, count: int, weights: FloatArray
) -> FloatArray:
    """Return sum_t sum_ij w_ij s_it s_jt', (k, k), the own products included."""
    k = scores.shape[1]
    cube = np.zeros((len(weights), count, k))
    cube[unit, where] = scores
    flat = cube.reshape(len(weights), count * k)
    return np.einsum("itk,itl->kl", cube, (weights @ flat).reshape(cube.shape))


def serial_meat(
    scores: FloatArray, unit: IntArray, where: IntArray, count: int, lags: int | None
) -> FloatArray:
    """Return the products of different periods within a unit, (k, k); `lags=None` takes all with weight one."""
    own = scores.T @ scores
    if lags is None:
        sums = sum_by(scores, unit)
        return sums.T @ sums - own
    k = scores.shape[1]
    cube = np.zeros((int(unit.max()) + 1, count, k))
    cube[unit, where] = scores
    meat = np.zeros((k, k))
    for lag, weight in enumerate(bartlett(lags)[1:count], start=1):
        cross = np.einsum("itk,itl->kl", cube[:, lag:], cube[:, :-lag])
        meat += weight * (cross + cross.T)
    return meat
