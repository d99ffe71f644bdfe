"""How many provinces hold each indicator in each year: the table behind the picture of what there is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.cities import Level, check_level
from panelkit.data.provinces import NATION
from panelkit.data.selection import Years, as_years
from panelkit.data.yearbook.store.definitions import store_figures
from panelkit.data.yearbook.store.store import figures_with_store
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered


@offered("data", family="panels", result="DataFrame", public=True)
def held_counts(
    indicators: str | Iterable[str] | None = None,
    years: Years | None = None,
    *,
    store: str | Path | None = None,
    level: Level = "province",
) -> pd.DataFrame:
    """Count the provinces that hold a figure, by indicator and vintage and year.

    Parameters
    ----------
    indicators
        Keys of the catalogue, or names of indicators that a store holds; None: all.
    years
        As in `load_provinces`; None: from the first year held to the last.
    store
        A store whose figures lie over the shipped ones; None: these alone.
    level
        "city": count the cities of a store (None: the default one) instead.

    Returns
    -------
    DataFrame
        Integers, of provinces 0 to 31, rows (indicator, vintage) in the order of the catalogue, the default vintage
        first, then indicators outside it; columns years, each once without a gap.

    Raises
    ------
    SpecError
        An indicator of which nothing is held.

    Examples
    --------
    >>> pk.held_counts("gdp", (2022, 2023)).loc[("gdp", "census2023")].tolist()
    [31, 31]
    """
    check_level(level)
    figures = _figures(store, level)
    annual = figures["period"].str.fullmatch(r"\d{4}") & (figures["adcode"] != NATION)
    cells = figures[annual].assign(year=lambda table: table["period"].astype(int))
    asked = [indicators] if isinstance(indicators, str) else indicators
    if asked is not None:
        wanted = list(asked)
        absent = [key for key in wanted if key not in set(cells["indicator"])]
        if absent:
            catalogue.require([key for key in absent if key in catalogue.facts()] or absent)
            raise SpecError(message("no figure of {absent} is held", absent=absent))
        cells = cells[cells["indicator"].isin(wanted)]
    if cells.empty:
        raise SpecError(
            message("no annual figure of a city is held: `panelkit ingest FILE --level city` takes some in")
        )
    table = cells.groupby(["indicator", "vintage", "year"])["adcode"].nunique().unstack("year")
    span = range(int(table.columns.min()), int(table.columns.max()) + 1) if years is None else as_years(years)
    return table.reindex(index=_ordered(table.index.to_list()), columns=list(span)).fillna(0).astype(int)


def _figures(store: str | Path | None, level: Level) -> pd.DataFrame:
    if level == "city":
        return store_figures(store, level="city").rename(columns={"code": "adcode"})
    return figures_with_store(None if store is None else Path(store))


def _ordered(held: list[tuple[str, str]]) -> list[tuple[str, str]]:
    about = catalogue.facts()
    place = {key: number for number, key in enumerate(about)}

    def rank(pair: tuple[str, str]) -> tuple[int, str, bool, str]:
        key, vintage = pair
        default = key in about and about[key].default_vintage == vintage
        return place.get(key, len(place)), key, not default, vintage

    return sorted(held, key=rank)
