"""From a fit to its conditions: the sample as a cube, what is known of its units, every condition, the word."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.data.geography import capitals
from panelkit.data.geography import regions as nbs_regions
from panelkit.data.provinces import lookup_many, place_name
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, verbatim
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Cube, cube
from panelkit.studies.scrutiny.main_test import MainTest
from panelkit.studies.scrutiny.printed import income as income_trial
from panelkit.studies.scrutiny.printed import provinces, space
from panelkit.studies.scrutiny.scrutiny import scrutinise_worlds
from panelkit.studies.scrutiny.trial import Condition, label
from panelkit.studies.scrutiny.wild import Lots

_NO_LOTS = Lots()


@dataclass(frozen=True, eq=False)
class Scrutinised(Brief):
    """The word of one regression with the conditions that earned it.

    `mirrored` says that the main test lies on the other side and the conditions were read there. `inside` says whether
    the number that the claim states lies in the interval of the main slope and in that beside unit trends, None where
    it states none. `detectable_beside` is the effect that the path condition finds with 80 % power. `units` are the
    labels that `worst` of a condition counts.
    """

    word: str
    term: str
    main: MainTest
    conditions: tuple[Condition, ...]
    mirrored: bool
    units: tuple[Any, ...]
    inside: bool | None = None
    detectable_beside: float = math.nan

    def table(self, language: Language = "en") -> pd.DataFrame:
        """Return one row a condition: what it found, what it does, and why one could not be computed."""
        rows = [
            {
                "condition": label(found.name).text(language),
                "slope": found.slope,
                "p": found.p,
                "statistic": found.statistic,
                "passes": found.passes if found.computable else None,
                "takes_away": found.takes_away if found.computable else None,
                "decides": found.decides,
                "rows": found.rows,
                "note": self._note(found, language),
            }
            for found in self.conditions
        ]
        return pd.DataFrame(rows)

    def _note(self, found: Condition, language: Language) -> str:
        said: Message | None = None
        if found.reason is not None:
            said = message("cannot be computed: {why}", why=found.reason)
        elif found.worst is not None:
            said = message("worst without {name}", name=name_of(self.units[found.worst]))
        return "" if said is None else said.text(language)


def scrutinise(
    fit: FitResult,
    term: str,
    *,
    sign: float = 1.0,
    number: float | None = None,
    smallest: float | None = None,
    lots: Lots = _NO_LOTS,
    income: Mapping[Hashable, float] | None = None,
    regions: Mapping[Hashable, Hashable] | None = None,
    lead: pd.Series | None = None,
) -> Scrutinised:
    """Run every condition of a verdict on one term of a two-way fixed-effects fit.

    Parameters
    ----------
    fit
        A least-squares fit with unit and year effects.
    term
        The regressor that the claim is about.
    sign
        The claimed direction, 1 or -1.
    number
        The number that the claim states, in units of the coefficient.
    smallest
        The smallest effect of interest, in units of the coefficient; None: half of the number, or the slope that moves
        y by a fifth of its within deviation for one of x.
    lots
        The draws of every bootstrap.
    income, regions
        Income at the start, and region, by unit. Provinces have the four regions of the statistical bureau.
    lead
        The regressor of the next year by (unit, year); None takes it from the sample, a year shorter.

    Returns
    -------
    Scrutinised

    Raises
    ------
    SpecError
        If the fit keeps no design, has no such term or not both effects.
    """
    design = _checked(fit, term)
    panel = cube_of(design, term, income=income, regions=regions, lead=lead)
    bar = None if smallest is None else np.full(1, smallest)
    found = scrutinise_worlds(panel, lots, sign=sign, number=number, smallest=bar)
    shown = (
        income_trial(panel, found.direction, lots),
        space(panel, found.main, found.direction),
        provinces(panel, found.main, found.direction, lots),
    )
    claimed = np.sign(sign if number is None else number)
    return Scrutinised(
        str(found.word[0]),
        term,
        found.main,
        tuple(trial.at() for trial in (*found.trials.values(), *shown)),
        bool(found.direction[0] != claimed),
        tuple(design.unit_labels.tolist()),
        None if found.inside is None else bool(found.inside[0]),
        float(found.trials["path"].detectable[0]),
    )


def cube_of(
    design: Design,
    term: str,
    *,
    income: Mapping[Hashable, float] | None = None,
    regions: Mapping[Hashable, Hashable] | None = None,
    lead: pd.Series | None = None,
) -> Cube:
    """Return the sample of a design as a cube of one world, over its years without a gap."""
    years = design.time_labels.astype(int)
    shape = (len(design.unit_labels), int(years[-1] - years[0]) + 1)
    when = years[design.time] - int(years[0])

    def filled(values: NDArray[Any]) -> FloatArray:
        made = np.full(shape, np.nan)
        made[design.unit, when] = values
        return made

    columns = {name: design.X[:, at] for at, name in enumerate(design.terms) if name != "Intercept"}
    controls = [filled(values) for name, values in columns.items() if name != term]
    ahead = None if lead is None else filled(lead.reindex(design.labels()).to_numpy(dtype=float))[None]
    units = list(design.unit_labels)
    known, places = _of_provinces(units)
    return cube(
        filled(design.y),
        filled(columns[term]),
        np.stack(controls) if controls else None,
        lead=ahead,
        regions=known if regions is None else pd.factorize(np.array([regions[u] for u in units]))[0],
        income=None if income is None else np.array([income[u] for u in units], dtype=float),
        places=places,
    )


def _checked(fit: FitResult, term: str) -> Design:
    if fit.linear is None or fit.design is None or fit.linear.effects != "twoway":
        raise SpecError(
            message(
                "{title}: the conditions of a verdict are for least squares with {unit} and {period} effects",
                title=fit.title,
            )
        )
    if term not in fit.terms:
        raise SpecError(message("no term {term} in this fit: it has {terms}", term=term, terms=fit.terms))
    return fit.design


def name_of(unit: Any) -> Message:
    """Return what a unit is called: a province in both languages."""
    place = lookup_many([unit])[0]
    return verbatim(str(unit)) if place is None or place.kind != "province" else place_name(place.adcode)


def _of_provinces(units: list[Any]) -> tuple[NDArray[Any] | None, FloatArray | None]:
    """Return region codes (N,) and coordinates (N, 2) where every unit is a province, else nothing."""
    found = lookup_many(units)
    if any(place is None or place.kind != "province" for place in found):
        return None, None
    codes = [place.adcode for place in found if place is not None]
    region = nbs_regions()["region"].loc[codes]
    return pd.factorize(region)[0], capitals().loc[codes, ["lat", "lon"]].to_numpy(dtype=float)
