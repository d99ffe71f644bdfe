"""Errors correlated between places up to a distance, and over time within a place (Conley)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from panelkit.covariance.base import Covariance, Vcov, check_lags, least_squares
from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import Convention
from panelkit.covariance.lags import bartlett, periods_of
from panelkit.covariance.small_sample import cluster_df, refuse_mending, small_sample_factor
from panelkit.kernels.capabilities import SCORES
from panelkit.kernels.sandwich import nearest_positive, sum_by
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, term, verbatim
from panelkit.language.offers import offered
from panelkit.language.options import is_real
from panelkit.panel.design import Design

EARTH_RADIUS_KM = 6371.0088  # mean radius of the Earth (IUGG)
LATITUDE, LONGITUDE = "__latitude", "__longitude"
_CONLEY = verbatim("Conley")
_KERNELS: dict[str, Message] = {
    name: name for name in (term("kernel", "bartlett"), term("kernel", "uniform"))
}


@offered("covariance", can=(SCORES,), source="Conley 1999; Hsiang 2010", public=True)
@dataclass(frozen=True)
class Conley(Covariance):
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

    needs_coordinates: ClassVar[bool] = True
    spellings: ClassVar[tuple[str, ...]] = ("Conley(km)", "Conley(km, lags)", "Conley(km, lags, uniform)")

    cutoff_km: float
    lags: int | None = None
    kernel: Literal["bartlett", "uniform"] = "bartlett"

    def __post_init__(self) -> None:
        near = is_real(self.cutoff_km) and self.cutoff_km > 0.0
        if not near or self.kernel not in ("bartlett", "uniform"):
            raise SpecError(
                message("{vcov}: cutoff_km is positive and kernel is bartlett or uniform", vcov=str(self))
            )
        check_lags(self, self.lags)

    @classmethod
    def from_text(cls, arguments: Sequence[str]) -> Conley:
        """Return the spec with the distance, the lags and the kernel that a text gives."""
        return cls(*(_value_of(argument) for argument in arguments))  # type: ignore[arg-type]

    def compute(self, problem: Any, design: Design, convention: Convention | None) -> Vcov:
        """Return the covariance of a least-squares fit whose design carries coordinates."""
        fit, convention = least_squares(problem, convention)
        latitude, longitude = unit_coordinates(design)
        weights = spatial_weights(great_circle_km(latitude, longitude), self.cutoff_km, self.kernel)
        where, count = periods_of(design)
        meat = spatial_meat(fit.basis_scores, design.unit, where, count, weights)
        meat += serial_meat(fit.basis_scores, design.unit, where, count, self.lags)
        units = clusters_of(design, None)
        factor = small_sample_factor(fit, (units,), convention)
        matrix, notes = nearest_positive(fit, fit.root @ meat @ fit.root.T * factor, meat, _CONLEY)
        if notes:
            refuse_mending(fit, _CONLEY)
        df = cluster_df(fit, units.count, convention)
        pairs = int((weights > 0.0).sum() - len(weights)) // 2
        return Vcov(
            matrix, df, self._name(), {"n_clusters": units.count, "pairs_within_cutoff": pairs}, notes
        )

    def _name(self) -> Message:
        if self.lags is None:
            time = message("any lag within a unit")
        else:
            time = message("{lags} lags within a unit", lags=self.lags)
        return message(
            "Conley, {kernel} to {cutoff:g} km, {time}",
            kernel=_KERNELS[self.kernel],
            cutoff=self.cutoff_km,
            time=time,
        )


def _value_of(text: str) -> float | int | str:
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[0-9]*\.[0-9]+", text):
        return float(text)
    return text


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
        raise SpecError(
            message("Conley() needs coordinates: fit(data, coords=frame with `lat` and `lon` by unit)")
        )
    first = np.searchsorted(design.unit, np.arange(len(design.unit_labels)))
    latitude, longitude = design.extra[LATITUDE][first], design.extra[LONGITUDE][first]
    bad = ~((np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 360.0))
    if bad.any():
        raise DataError(
            message(
                "no usable coordinates for {names}: latitude lies within 90 and longitude within 360 degrees; "
                "add them to `coords`",
                names=[str(label) for label in design.unit_labels[bad]],
            )
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
