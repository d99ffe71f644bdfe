"""Industrial structure of the provinces as a `Measure`: upgrading, rationalisation, change, from sectors and jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.indices.arrays import structure
from panelkit.indices.panels.composite_notes import flag_note
from panelkit.indices.panels.panel_frame import earlier, panel_frame
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import refuse_idle
from panelkit.language.spelt import option
from panelkit.panel.provenance import place_notes, with_place_notes
from panelkit.results.fit import FloatArray, Measure

SECTORS = ("va_primary", "va_secondary", "va_tertiary")
JOBS = ("employment_primary", "employment_secondary", "employment_tertiary")


@offered(
    "index",
    family="structure",
    result="Measure",
    source="干春晖等 2011; 徐敏、姜勇 2015; 付凌晖 2010; Moore 1978",
    public=True,
)
def structural_upgrading(
    data: pd.DataFrame | None = None,
    *,
    value_added: Sequence[str] = SECTORS,
    employment: Sequence[str] | None = JOBS,
    unit: str | None = None,
    time: str | None = None,
    years: Any = None,
    vintage: Any = None,
    provinces: Any = "all",
) -> Measure:
    """Return structure indices by province and year, from the shipped sectors and jobs or the caller's columns.

    Columns: `advancement` (tertiary / secondary), `hierarchy`, `cosine_angle`, `rationalisation` (Theil form,
    HIGHER IS WORSE), `deviation` (higher is worse) and `moore` (angle to the year before, in radians; NaN where
    the year before is not held or stands on the other side of a break of the series). Sectors run from low to
    high. Missing figures give missing indices.

    Notes on breaks (value added across the 2018 census, employment across the 2020 population census) stand in `notes`.

    Parameters
    ----------
    data
        A panel with the columns named below; None loads the shipped figures.
    value_added
        Columns of value added from low to high, in one unit.
    employment
        Columns of employed persons in the same order; None: without the measures that need them.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.
    years
        Years to keep, of the shipped figures.
    vintage
        Vintage of the shipped figures, as in `load_provinces`.
    provinces
        Provinces of the shipped figures.

    Returns
    -------
    Measure
        The six indices by unit and year.

    Raises
    ------
    SpecError
        If `data` is given with what chooses among shipped figures, or `unit` and `time` without it.
    DataError
        If a column is missing or negative.

    Examples
    --------
    >>> found = pk.structural_upgrading(years=(2019, 2021))
    """
    names = [*value_added, *(employment or ())]
    shipped = {
        "years": years is not None,
        "vintage": vintage is not None,
        "provinces": not _everyone(provinces),
    }
    own = {"unit": unit is not None, "time": time is not None}
    if data is None:
        refuse_idle(
            own,
            message(
                "would change nothing: columns of {data} are named, and none were given", data=option("data")
            ),
        )
    else:
        refuse_idle(
            shipped,
            message(
                "would change nothing: the shipped figures are chosen by them, not {data}",
                data=option("data"),
            ),
        )
    if data is None:
        from panelkit.data.panels import load_provinces

        frame = load_provinces(names, years=years, vintage=vintage, provinces=provinces)
    else:
        frame = panel_frame(data, names, unit=unit, time=time)
    sectors = frame[list(value_added)].to_numpy()
    if sectors.shape[1] != 3:
        raise DataError(
            message("three sectors are needed, primary, secondary, tertiary, not {k}", k=sectors.shape[1])
        )
    columns = {
        "advancement": structure.advancement(sectors),
        "hierarchy": structure.hierarchy(sectors),
        "cosine_angle": structure.cosine_angle(sectors),
    }
    if employment is not None:
        jobs = frame[list(employment)].to_numpy()
        columns["rationalisation"] = structure.rationalisation(sectors, jobs)
        columns["deviation"] = structure.deviation(sectors, jobs)
    facts = frame.attrs.get("panelkit", {})
    columns["moore"] = _moore(frame[list(value_added)], facts)
    values = pd.DataFrame(columns, index=frame.index)
    return Measure(
        name=message("Industrial structure"),
        values=values,
        method={
            message("value added"): ", ".join(value_added),
            message("employment"): ", ".join(employment or ()) or term("columns", "none"),
            "vintages": ", ".join(f"{k}: {v}" for k, v in facts.get("vintages", {}).items()),
        },
        notes=(*place_notes(frame), *_notes(facts, with_jobs=employment is not None)),
    )


def _everyone(provinces: Any) -> bool:
    return isinstance(provinces, str) and provinces == "all"


def specialisation(
    data: pd.DataFrame,
    columns: Sequence[str],
    *,
    reference: structure.KrugmanReference = "rest",
    unit: str | None = None,
    time: str | None = None,
) -> Measure:
    """Return Krugman, Herfindahl and location quotients of industries (columns) by province and year.

    `krugman` is held against the rest of the country or the pooled country, as named; location quotients are the
    columns `lq_<industry>`. Provinces with a missing industry are left out of that year's country, and have NaN.
    """
    frame = panel_frame(data, columns, unit=unit, time=time)
    out = pd.DataFrame(
        index=frame.index, columns=["krugman", "herfindahl", *(f"lq_{c}" for c in columns)], dtype=float
    )
    for year, rows in frame.groupby(level="year", sort=True):
        held = rows.dropna()
        if len(held) < 2:
            raise DataError(message("{year}: fewer than two {units} hold every industry", year=year))
        levels = held.to_numpy()
        out.loc[held.index, "krugman"] = structure.krugman(levels, reference=reference)
        out.loc[held.index, "herfindahl"] = structure.herfindahl(levels)
        out.loc[held.index, [f"lq_{c}" for c in columns]] = structure.location_quotient(levels)
    lost = int(out["krugman"].isna().sum())
    lacking = message("{lost} {unit}-{periods} with a missing industry have no index", lost=lost)
    return Measure(
        name=message("Specialisation"),
        values=out,
        method={message("Krugman reference"): reference},
        notes=(*place_notes(frame), *([lacking] if lost else [])),
    )


def neighbour_similarity(
    data: pd.DataFrame,
    columns: Sequence[str],
    pairs: Sequence[tuple[Any, Any]],
    *,
    year: int,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return UNIDO similarity and Krugman distance of named pairs of provinces in one year, one row a pair."""
    panel = panel_frame(data, columns, unit=unit, time=time)
    frame = panel.xs(year, level="year")
    absent = sorted({str(name) for pair in pairs for name in pair if name not in frame.index})
    if absent:
        raise DataError(message("no row for {names} in {year}", names=absent[:8], year=year))
    held = frame.dropna()
    alike = pd.DataFrame(structure.similarity(held.to_numpy()), index=held.index, columns=held.index)
    apart = pd.DataFrame(structure.krugman_pairs(held.to_numpy()), index=held.index, columns=held.index)
    rows = [
        (a, b, alike.loc[a, b], apart.loc[a, b])
        if a in held.index and b in held.index
        else (a, b, np.nan, np.nan)
        for a, b in pairs
    ]
    out = pd.DataFrame(rows, columns=["first", "second", "similarity", "krugman"])
    return with_place_notes(out, place_notes(panel))


def _moore(sectors: pd.DataFrame, facts: dict[str, Any]) -> FloatArray:
    angle = structure.moore(earlier(sectors).to_numpy(), sectors.to_numpy())
    allowed = facts.get("breaks_allowed", [])
    held = facts.get("breaks", {})
    broken = {year for column in sectors.columns if column not in allowed for year in held.get(column, [])}
    return np.where(sectors.index.get_level_values("year").isin(broken), np.nan, angle)


def _notes(facts: dict[str, Any], *, with_jobs: bool) -> tuple[Message, ...]:
    notes = [
        message("nominal shares mix price and volume, and advancement also rises where industry shrinks")
    ]
    if with_jobs:
        notes.append(message("rationalisation and deviation: higher is worse"))
    seen = dict.fromkeys(flag_note(flag) for flag in facts.get("flags", []) if flag["adcode"] == 0)
    return (*notes, *seen)
