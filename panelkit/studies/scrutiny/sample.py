"""The sample of a fit as a cube of one world, and what is known of its units: region, income, next year's treatment."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.data.geography import capitals
from panelkit.data.geography import regions as nbs_regions
from panelkit.data.provinces import lookup_many, place_name
from panelkit.inference.panel_tests.fits import NOT_WEIGHTED
from panelkit.kernels.capabilities import LEAST_SQUARES, WEIGHTS
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.panel.design import Design
from panelkit.studies.scrutiny.cube import Cube, cube

# residuals that carry no more than this share of what the effects leave of the outcome are rounding
_EXACT = 1e-24
_NAMED = 5
# dates written as one number (20230101) leap from year to year; months so written (202301) have twelve in a hundred
_LONG = 1_000
_THINNEST = 10


def checked(fit: Any, term: str) -> Design:
    """Return the design of a fit whose conditions can be asked.

    Raises
    ------
    SpecError
        Which says what stands against it.
    """
    linear, design = getattr(fit, "linear", None), getattr(fit, "design", None)
    if linear is not None and WEIGHTS in linear.can:
        raise SpecError(message("{title}: {reason}", title=fit.title, reason=NOT_WEIGHTED))
    if design is None or linear is None or linear.effects != "twoway" or not linear.can >= LEAST_SQUARES:
        said = message(
            "{title}: the conditions of a verdict are for least squares with {unit} and {period} effects",
            title=getattr(fit, "title", None) or verbatim(type(fit).__name__),
        )
        raise SpecError(said if design is None else design.spoken(said))
    if term not in fit.terms:
        raise SpecError(message("no term {term} in this fit: it has {terms}", term=term, terms=fit.terms))
    if design.interactions is not None:
        raise SpecError(
            message(
                "{title} sweeps {interactions} out beside the effects, and the conditions put trends, a common path "
                "and region-years of their own there: leave it out of the formula",
                title=fit.title,
                interactions=[f"`{name}`" for name in design.interactions.names],
            )
        )
    by = getattr(fit.spec.vcov, "by", None)
    if by is not None and by not in design.unit_names:
        raise SpecError(
            design.spoken(
                message(
                    "the conditions of a verdict resample {units}, and this fit clusters by {by}: take another "
                    "covariance",
                    by=by,
                )
            )
        )
    if linear.rss <= _EXACT * linear.tss:
        raise SpecError(
            message(
                "{title} fits the outcome exactly: there is nothing to resample",
                title=fit.title,
            )
        )
    return design


def cube_of(
    design: Design,
    term: str,
    *,
    income: Mapping[Hashable, float] | pd.Series | None = None,
    regions: Mapping[Hashable, Hashable] | pd.Series | None = None,
    lead: pd.Series | None = None,
) -> Cube:
    """Return the sample of a design as a cube of one world, over its years without a gap.

    Raises
    ------
    SpecError
        If income or region lacks for a unit, `lead` is no series by unit and year, or the years leap.
    """
    years = design.time_labels.astype(int)
    shape = (len(design.unit_labels), int(years[-1] - years[0]) + 1)
    if shape[1] > max(_LONG, _THINNEST * len(years)):
        raise SpecError(
            design.spoken(
                message(
                    "{period} {first} to {last} hold rows in {held} of {all:,}, and the conditions of a verdict follow "
                    "them one by one: count {periods} without gaps (1, 2, 3, ...)",
                    first=int(years[0]),
                    last=int(years[-1]),
                    held=len(years),
                    all=shape[1],
                )
            )
        )
    when = years[design.time] - int(years[0])

    def filled(values: NDArray[Any]) -> FloatArray:
        made = np.full(shape, np.nan)
        made[design.unit, when] = values
        return made

    columns = {name: design.X[:, at] for at, name in enumerate(design.terms) if name != "Intercept"}
    controls = [filled(values) for name, values in columns.items() if name != term]
    units = list(design.unit_labels)
    known, places = _of_provinces(units)
    if regions is not None:
        known = pd.factorize(pd.Series(_by_unit(design, regions, "regions"), dtype=object))[0]
    held = None if income is None else np.array(_by_unit(design, income, "income"), dtype=float)
    return cube(
        filled(design.y),
        filled(columns[term]),
        np.stack(controls) if controls else None,
        lead=None if lead is None else filled(_ahead(design, lead))[None],
        regions=known,
        income=held,
        places=places,
    )


def name_of(unit: Any) -> Message:
    """Return what a unit is called: a province in both languages."""
    place = lookup_many([unit])[0]
    return verbatim(str(unit)) if place is None or place.kind != "province" else place_name(place.adcode)


def _by_unit(design: Design, told: Mapping[Hashable, Any] | pd.Series, name: str) -> list[Any]:
    """Return what is told of every unit."""
    given: dict[Hashable, Any] = dict(told.items())
    absent = [str(unit) for unit in design.unit_labels if pd.isna(given.get(unit))]
    if absent:
        raise SpecError(
            design.spoken(
                message(
                    "{name} says nothing of {count} {units}: {absent}",
                    name=name,
                    count=len(absent),
                    absent=[*absent[:_NAMED], *(["..."] if len(absent) > _NAMED else [])],
                )
            )
        )
    return [given[unit] for unit in design.unit_labels]


def _ahead(design: Design, lead: pd.Series) -> FloatArray:
    """Return next year's treatment on the rows of a design, missing where it is not held."""
    index = getattr(lead, "index", None)
    if not isinstance(index, pd.MultiIndex) or index.nlevels != 2 or not index.is_unique:
        raise SpecError(
            design.spoken(
                message("lead is a series by {unit} and {period}, with one value for each pair of them")
            )
        )
    return np.asarray(lead.reindex(design.labels()), dtype=np.float64)


def _of_provinces(units: list[Any]) -> tuple[NDArray[Any] | None, FloatArray | None]:
    """Return region codes (N,) and coordinates (N, 2) where every unit is a province, else nothing."""
    found = lookup_many(units)
    if any(place is None or place.kind != "province" for place in found):
        return None, None
    codes = [place.adcode for place in found if place is not None]
    region = nbs_regions()["region"].loc[codes]
    return pd.factorize(region)[0], capitals().loc[codes, ["lat", "lon"]].to_numpy(dtype=float)
