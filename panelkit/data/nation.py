"""Figures of the nation: totals that the yearbooks print beside the provinces, and the output of products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.annual import by_indicator
from panelkit.data.facts import Facts
from panelkit.data.figure_notes import with_sentences
from panelkit.data.figures import LONG_COLUMNS, read_figures
from panelkit.data.metadata import facts_of, flags_and_breaks
from panelkit.data.provinces import NATION
from panelkit.data.reads import note_years
from panelkit.data.selection import Vintage, Years, choose_vintages, wanted_years
from panelkit.data.shipped_tables import read_rows
from panelkit.data.units import Units, check_units, harmonised
from panelkit.language.errors import SpecError
from panelkit.language.message import Told, message, sentences
from panelkit.language.offers import offered

_PRINTED = "as_published"


@offered("data", family="panels", result="DataFrame", public=True)
def load_nation(
    series: str | Iterable[str],
    years: Years | None = None,
    vintage: Vintage | None = None,
    units: Units = "harmonised",
    *,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Load figures of the nation, one row a year, one column a series.

    Parameters
    ----------
    series
        Keys or names of indicators whose printed national total is held, and of products (`data/products.csv`:
        integrated_circuits, mobile_phones, ...), whose output is held for the nation only.
    years
        As in `load_provinces`.
    vintage
        As in `load_provinces`, for indicators.
    units
        As in `load_provinces`; the output of products stays in the unit printed ("" where none is known).
    folder
        Folder of figures; None: those that ship.

    Returns
    -------
    DataFrame
        float64, indexed by `year`, missing cells NaN. `frame.attrs["panelkit"]` as of `load_provinces`.

    Raises
    ------
    SpecError
        An unknown name, an indicator whose national total is not held, or years that no series holds.

    Examples
    --------
    >>> frame = pk.load_nation(["papers_sci", "integrated_circuits"], (2020, 2022))
    >>> frame.shape
    (3, 2)
    """
    check_units(units)
    products = {row["product"]: row for row in read_rows("products.csv", folder)}
    keys = _keys(series, products, folder)
    mine = [key for key in keys if key not in products]
    chosen = choose_vintages(mine, vintage, folder=folder)
    cells = pd.concat(
        [part for part in (_totals(mine, chosen, folder), _products(keys, folder)) if len(part)],
        ignore_index=True,
    )
    cells["year"] = cells["period"].astype(int)
    annual = by_indicator(cells)
    span = wanted_years(years, annual)
    vintages = {key: chosen.get(key, _PRINTED) for key in keys}
    note_years(vintages, span)
    grid = cells.pivot(index="year", columns="indicator", values="value").reindex(index=span, columns=keys)
    about = catalogue.facts(folder)
    shown = {key: _unit(key, products, about, units) for key in keys}
    for key, (_, divisor) in shown.items():
        grid[key] /= divisor
    grid.columns.name = None
    facts = facts_of(annual, grid, span, vintages, {key: unit for key, (unit, _) in shown.items()}, folder)
    facts["names"] |= {
        key: {"en": products[key]["name_en"], "zh": products[key]["name_zh"]}
        for key in keys
        if key in products
    }
    facts |= flags_and_breaks(chosen, [], span, "en", folder)
    grid.attrs["panelkit"] = Facts(
        {**with_sentences(facts), "units_as": units, "years": span, "provinces": 1}
    )
    return grid


def product_years(product: str, folder: Path | None = None) -> tuple[int, ...]:
    """Return the years in which the output of a product is held, none where there is no such product."""
    rows = read_rows("national_products.csv", folder)
    return tuple(sorted(int(row["year"]) for row in rows if row["product"] == product))


def product_names(folder: Path | None = None) -> dict[str, Told]:
    """Return products by key: the key itself in English, what they are called in Chinese."""
    return {row["product"]: Told(row["product"], row["name_zh"]) for row in read_rows("products.csv", folder)}


def _keys(
    series: str | Iterable[str], products: Mapping[str, Mapping[str, str]], folder: Path | None
) -> list[str]:
    asked = [series] if isinstance(series, str) else list(series)
    found = {name: key for key, row in products.items() for name in (key, row["name_en"], row["name_zh"])}
    others = [name for name in asked if name not in found]
    if others or not asked:
        catalogue.require(others, folder)
    found |= {name: catalogue.require(name, folder)[0] for name in others}
    return list(dict.fromkeys(found[name] for name in asked))


def _totals(keys: list[str], chosen: Mapping[str, str], folder: Path | None) -> pd.DataFrame:
    if not keys:
        return pd.DataFrame(columns=list(LONG_COLUMNS))
    figures = read_figures(keys, chosen, folder=folder)
    cells = figures[figures["adcode"] == NATION]
    absent = [key for key in keys if key not in set(cells["indicator"])]
    if absent:
        raise SpecError(
            sentences(
                message(
                    "no printed national total of {key} is held; the sum of the provinces is "
                    '`load_provinces("{key}").groupby("year").sum(min_count=31)`',
                    key=key,
                )
                for key in absent
            )
        )
    return cells


def _products(keys: list[str], folder: Path | None) -> pd.DataFrame:
    rows = [
        (NATION, row["year"], row["product"], _PRINTED, float(row["output"]), row["unit"], row["source"])
        for row in read_rows("national_products.csv", folder)
        if row["product"] in keys
    ]
    return pd.DataFrame.from_records(rows, columns=list(LONG_COLUMNS))


def _unit(
    key: str,
    products: Mapping[str, Mapping[str, str]],
    about: Mapping[str, catalogue.Indicator],
    units: Units,
) -> tuple[str, float]:
    if key in products:
        return products[key]["unit"], 1.0
    if units == "yearbook":
        return about[key].unit, 1.0
    return harmonised(about[key].unit, intensity=about[key].scale_or_intensity == "intensity")
