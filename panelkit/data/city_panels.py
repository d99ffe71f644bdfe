"""From figures of cities to a panel of cities: `load_cities` and `build_cities`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from panelkit.data import catalogue
from panelkit.data.annual import by_indicator, grid_of
from panelkit.data.cities import CityLabels, city_labels
from panelkit.data.city_figures import CITY_COLUMNS
from panelkit.data.facts import Facts
from panelkit.data.figure_notes import with_sentences
from panelkit.data.metadata import facts_of
from panelkit.data.panels import printed_unit, refuse_twice
from panelkit.data.selection import Vintage, Years, vintages_in, wanted_keys, wanted_years
from panelkit.data.units import Units, check_units
from panelkit.data.yearbook.store.definitions import store_figures
from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered


@offered("data", family="panels", result="DataFrame", public=True)
def load_cities(
    indicators: str | Iterable[str] | None = None,
    years: Years | None = None,
    vintage: Vintage | None = None,
    *,
    store: str | Path | None = None,
    labels: CityLabels = "en",
    units: Units = "harmonised",
) -> pd.DataFrame:
    """Load a store's figures of cities as a panel with a (city, year) MultiIndex, one column an indicator.

    Figures come into the store by `pk.ingest(files, level="city")`; none is shipped, and none of a province is among
    them.

    Parameters
    ----------
    indicators
        Keys of the catalogue, or names that the store holds; None: all.
    years
        As in `load_provinces`.
    vintage
        As in `load_provinces`; needed where an indicator is held in several.
    store
        The store's folder; by default the one in the user's data folder.
    labels
        Cities as English names, Chinese names or six-digit codes. A city that is not among the 36 of the yearbooks is
        called as its table prints it.
    units
        As in `load_provinces`.

    Returns
    -------
    DataFrame
        Every held city in every held year, missing cells NaN; the column `code` holds the six-digit code.

    Raises
    ------
    SpecError
        An indicator, a year or a vintage that is not held.
    DataError
        A store without figures of cities.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "城市,年份,gdp\\n石家庄,2020,5935\\n太原,2020,4153\\n大连,2020,7030\\n"
    >>> size = Path("cities.csv").write_text(text, encoding="utf-8")
    >>> report = pk.ingest(["cities.csv"], store="store", level="city")
    >>> pk.load_cities("gdp", store="store")["gdp"].tolist()
    [5935.0, 4153.0, 7030.0]
    """
    figures = store_figures(store, level="city")
    if figures.empty:
        raise DataError(
            message("the store holds no figures of cities: `panelkit ingest FILE --level city` takes some in")
        )
    return build_cities(
        figures, indicators=indicators, years=years, vintage=vintage, labels=labels, units=units
    )


@offered("data", family="panels", result="DataFrame", public=True)
def build_cities(
    figures: pd.DataFrame,
    *,
    indicators: str | Iterable[str] | None = None,
    years: Years | None = None,
    vintage: Vintage | None = None,
    labels: CityLabels = "en",
    units: Units = "harmonised",
) -> pd.DataFrame:
    """Build a panel of cities from a long table of theirs, as `read_yearbook(..., level="city")` returns it.

    Parameters
    ----------
    figures
        Long table `code, city, period, indicator, vintage, value, unit, level`: one row a figure.
    indicators
        Indicators to take; None: all that the table holds.
    years, vintage, labels, units
        As in `load_cities`.

    Returns
    -------
    DataFrame
        As of `load_cities`.

    Raises
    ------
    SpecError
        An indicator, a year or a vintage that is not held.
    DataError
        A table that is not one of cities, or one figure with two values.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "城市,年份,gdp\\n石家庄,2020,5935\\n太原,2020,4153\\n大连,2020,7030\\n"
    >>> size = Path("cities.csv").write_text(text, encoding="utf-8")
    >>> panel = pk.build_cities(pk.read_yearbook("cities.csv", level="city"), labels="zh")
    >>> list(panel.index.get_level_values("city"))
    ['石家庄', '太原', '大连']
    """
    check_units(units)
    cells = _annual(as_pandas(figures, "the figures"))
    held = list(dict.fromkeys(cells["indicator"]))
    keys = held if indicators is None else wanted_keys(indicators, held, None)
    chosen = vintages_in(cells, keys, vintage, None)
    cells = cells[cells["vintage"] == cells["indicator"].map(chosen)]
    refuse_twice(cells)
    annual = by_indicator(cells)
    span = wanted_years(years, annual)
    cells = cells[cells["year"].isin(span)]
    names = dict(zip(cells["adcode"].tolist(), cells["city"].tolist(), strict=True))
    codes = sorted(names)
    about = catalogue.facts()
    shown = {key: printed_unit(key, annual, about, units) for key in keys}
    values = grid_of(annual, keys, codes, span) / [divisor for _, divisor in shown.values()]
    grid = pd.DataFrame(values, index=_index(codes, names, span, labels), columns=keys)
    facts = facts_of(annual, grid, span, chosen, {key: unit for key, (unit, _) in shown.items()}, None)
    facts |= {"flags": [], "breaks": {}, "breaks_allowed": [], "breaks_named": []}
    known = {"units_as": units, "years": span, "provinces": len(codes), "level": "city"}
    grid.insert(0, "code", np.repeat(codes, len(span)))
    grid.attrs["panelkit"] = Facts({**with_sentences(facts), **known})
    return grid


def _annual(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the annual cells of a long table of cities as those of provinces are held.

    Raises
    ------
    DataError
        A table without the columns of one.
    """
    missing = [name for name in CITY_COLUMNS if name not in figures and name != "source"]
    if missing:
        raise DataError(
            message(
                "the table has no column {missing}: figures of cities come from `pk.read_yearbook(path, "
                'level="city")` or `pk.store_figures(store, level="city")`, those of provinces go to `pk.build_panel`',
                missing=missing,
            )
        )
    rows = figures[figures["period"].astype(str).str.fullmatch(r"\d{4}")]
    return rows.assign(adcode=rows["code"].astype("int64"), year=rows["period"].astype(int))


def _index(codes: list[int], names: dict[int, str], span: list[int], labels: CityLabels) -> pd.MultiIndex:
    if labels not in ("en", "zh", "code"):
        raise SpecError(message("labels={labels!r}: choose 'en', 'zh' or 'code'", labels=labels))
    known = city_labels(labels)
    shown = [code if labels == "code" else known.get(code, names[code]) for code in codes]
    twice = sorted({str(name) for name in shown if shown.count(name) > 1})
    if twice:
        raise DataError(
            message(
                'two cities are called {twice} here: take `labels="code"`, which are theirs alone',
                twice=twice,
            )
        )
    n, t = len(codes), len(span)
    return pd.MultiIndex(
        levels=[shown, span],
        codes=[np.repeat(np.arange(n), t).tolist(), np.tile(np.arange(t), n).tolist()],
        names=["city", "year"],
    )
