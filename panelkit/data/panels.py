"""From figures to a panel: `load_provinces` and `build_panel`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from panelkit.data import catalogue
from panelkit.data.annual import Annual, by_indicator, grid_of
from panelkit.data.facts import Facts
from panelkit.data.figure_notes import with_sentences
from panelkit.data.figures import annual_figures
from panelkit.data.metadata import facts_of, flags_and_breaks
from panelkit.data.provinces import NATION, Labels, labels_of, place_name
from panelkit.data.reads import note_years
from panelkit.data.selection import (
    Provinces,
    Vintage,
    Years,
    choose_vintages,
    named_columns,
    vintages_in,
    wanted_breaks,
    wanted_codes,
    wanted_keys,
    wanted_years,
)
from panelkit.data.units import Units, check_units, harmonised
from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import counted, listed, message
from panelkit.language.offers import offered


@offered("data", family="panels", result="DataFrame", public=True)
def load_provinces(
    indicators: str | Iterable[str],
    years: Years | None = None,
    vintage: Vintage | None = None,
    provinces: Provinces = "all",
    labels: Labels = "en",
    units: Units = "harmonised",
    *,
    allow_breaks: str | Iterable[str] = (),
    folder: Path | None = None,
) -> pd.DataFrame:
    """Load official figures as a balanced panel with a (province, year) MultiIndex, one column an indicator.

    Parameters
    ----------
    indicators
        Keys of the catalogue (`panelkit data list`).
    years
        One year, a range, a tuple (first, last) with both ends in, or a list or set of single years (two years that
        do not follow each other only as a set); None: every year held. This cuts the data: a lag does not see the
        years outside. To lend them, load them too and choose the sample by an estimator's `where="year >= 2011"`.
    vintage
        None: the default of the catalogue. A mapping names the vintage of single indicators; a string is used for
        every indicator that holds it, the others keep their default. Only a mapping asks for a series by name.
    provinces
        "all" (31), "no_tibet" (30) or a list in any spelling that `provinces.resolve` understands.
    labels
        Provinces as English names, short Chinese names or adcodes.
    units
        "harmonised": money in 亿元 (美元: 亿美元), persons in 万人, full-time equivalents in 万人年; intensities and
        all other units as printed. "yearbook": everything as printed.
    allow_breaks
        Indicators whose changes across their own break are wanted all the same, by name.
    folder
        Folder of figures; None: those that ship.

    Returns
    -------
    DataFrame
        float64, missing cells NaN (nothing is interpolated). `frame.attrs["panelkit"]` is plain JSON: `vintages`,
        `units`, `sources`, `names`, `missing`, `flags`, `breaks` (column -> years in which a new base starts),
        `breaks_named` and `breaks_allowed`; docs/figures.md describes them. Levels across a break are returned and
        flagged. A regression on them is refused unless the `vintage` mapping or `allow_breaks` names the column; a
        lag or difference that crosses one, unless `allow_breaks` does.

    Raises
    ------
    SpecError
        An unknown indicator or vintage, years that no indicator holds, options outside the lists above.
    DataError
        An unknown province, or figures that fail their checks.

    Examples
    --------
    >>> frame = pk.load_provinces(["gdp", "population"], (2018, 2020), provinces="no_tibet")
    >>> frame.shape
    (90, 2)
    """
    keys = catalogue.require(indicators, folder)
    chosen = choose_vintages(keys, vintage, folder=folder)
    check_units(units)
    return _assembled(
        annual_figures(chosen, folder=folder),
        keys,
        chosen,
        years,
        provinces,
        labels,
        units,
        breaks={
            "breaks_allowed": wanted_breaks(allow_breaks, keys),
            "breaks_named": named_columns(vintage, allow_breaks),
        },
        folder=folder,
    )


@offered("data", family="panels", result="DataFrame", public=True)
def build_panel(
    figures: pd.DataFrame,
    *,
    indicators: str | Iterable[str] | None = None,
    years: Years | None = None,
    vintage: Vintage | None = None,
    provinces: Provinces = "all",
    labels: Labels = "en",
    units: Units = "harmonised",
    allow_breaks: str | Iterable[str] = (),
    check: bool = True,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Build a panel from a long table (`adcode, period, indicator, vintage, value, unit`, `source` if held).

    As `load_provinces`, on any figures: indicators need not be in the catalogue (their vintage is then the only one
    in the table, or is named). Annual rows of the 31 provinces are used; national rows, quarters and months are not.

    Parameters
    ----------
    figures
        Long table `adcode, period, indicator, vintage, value, unit`, `source` if held: one row a figure.
    indicators
        Keys to take; None: all that the table holds.
    years
        As in `load_provinces`.
    vintage
        As in `load_provinces`.
    provinces
        As in `load_provinces`.
    labels
        As in `load_provinces`.
    units
        As in `load_provinces`.
    allow_breaks
        As in `load_provinces`.
    check
        Hold the figures against the sums and bounds of the catalogue.
    folder
        Folder of the catalogue; None: the one that ships.

    Returns
    -------
    DataFrame
        As of `load_provinces`.

    Raises
    ------
    SpecError
        An unknown indicator or vintage, or an option outside the lists.
    DataError
        An unknown province, or figures that fail their checks (one figure with two values among them).

    Examples
    --------
    >>> figures = pd.DataFrame({
    ...     "adcode": [110000, 310000], "period": ["2020", "2020"], "indicator": ["gdp", "gdp"],
    ...     "vintage": ["own", "own"], "value": [36000.0, 38000.0], "unit": ["亿元", "亿元"],
    ... })
    >>> frame = pk.build_panel(figures, provinces=["北京", "上海"], vintage={"gdp": "own"}, check=False)
    >>> frame.shape
    (2, 1)
    """
    check_units(units)
    figures = as_pandas(figures, "the figures")
    if "adcode" not in figures and "code" in figures:
        raise DataError(
            message("these are figures of cities, and no panel of provinces holds them: `pk.build_cities`")
        )
    if check:
        from panelkit.data.checks import check_figures

        check_figures(figures, folder=folder, strict=False)
    held = list(dict.fromkeys(figures["indicator"]))
    keys = held if indicators is None else wanted_keys(indicators, held, folder)
    chosen = vintages_in(figures, keys, vintage, folder)
    cells = _annual(figures, chosen)
    refuse_twice(cells)
    return _assembled(
        by_indicator(cells),
        keys,
        chosen,
        years,
        provinces,
        labels,
        units,
        breaks={
            "breaks_allowed": wanted_breaks(allow_breaks, keys),
            "breaks_named": named_columns(vintage, allow_breaks),
        },
        folder=folder,
    )


def _assembled(
    annual: Mapping[str, Annual],
    keys: list[str],
    chosen: Mapping[str, str],
    years: Years | None,
    provinces: Provinces,
    labels: Labels,
    units: Units,
    *,
    breaks: dict[str, list[str]],
    folder: Path | None,
) -> pd.DataFrame:
    """Return the panel of annual cells by indicator, with its facts."""
    codes = wanted_codes(provinces)
    span = wanted_years(years, annual)
    note_years(chosen, span)
    about = catalogue.facts(folder)
    shown = {key: printed_unit(key, annual, about, units) for key in keys}
    values = grid_of(annual, keys, codes, span) / [divisor for _, divisor in shown.values()]
    grid = pd.DataFrame(values, index=_index(codes, span, labels), columns=keys)
    facts = facts_of(annual, grid, span, chosen, {key: unit for key, (unit, _) in shown.items()}, folder)
    facts = with_sentences(facts | flags_and_breaks(chosen, codes, span, labels, folder) | breaks)
    grid.attrs["panelkit"] = Facts({**facts, "units_as": units, "years": span, "provinces": len(codes)})
    return grid


def refuse_twice(cells: pd.DataFrame) -> None:
    """Refuse two values of one figure, whichever checks were asked for: a panel holds one."""
    key = ["adcode", "year", "indicator"]
    different = cells.drop_duplicates([*key, "value"])
    twice = different[different.duplicated(key, keep=False)]
    if twice.empty:
        return
    first = twice.iloc[0]
    same = twice[(twice[key] == first[key]).all(axis=1)]
    raise DataError(
        counted(
            "{n} figure has more than one value: {indicator} of {place} in {year}, vintage {vintage}, stands as "
            "{values}; keep one row of it",
            "{n} figures have more than one value, the first {indicator} of {place} in {year}, vintage {vintage}: "
            "{values}; keep one row of each",
            n=int((~twice.duplicated(key)).sum()),
            indicator=first["indicator"],
            place=place_name(int(first["adcode"])),
            year=first["year"],
            vintage=first["vintage"],
            values=[f"{value:g}" for value in same["value"]],
        )
    )


def _annual(figures: pd.DataFrame, chosen: Mapping[str, str]) -> pd.DataFrame:
    rows = figures[figures["period"].astype(str).str.fullmatch(r"\d{4}") & (figures["adcode"] != NATION)]
    rows = rows[rows["vintage"] == rows["indicator"].map(chosen)]
    return rows.assign(year=rows["period"].astype(int))


def _index(codes: list[int], span: list[int], labels: Labels) -> pd.MultiIndex:
    if labels not in ("en", "zh", "adcode"):
        raise SpecError(message("labels={labels!r}: choose 'en', 'zh' or 'adcode'", labels=labels))
    names = labels_of(labels)
    n, t = len(codes), len(span)
    return pd.MultiIndex(
        levels=[[names[code] for code in codes], span],
        codes=[np.repeat(np.arange(n), t).tolist(), np.tile(np.arange(t), n).tolist()],
        names=["province", "year"],
    )


def printed_unit(
    key: str, annual: Mapping[str, Annual], about: Mapping[str, catalogue.Indicator], units: Units
) -> tuple[str, float]:
    """Return the unit in which a column is shown, and by what its printed figures are divided."""
    printed = annual[key].units if key in annual else ()
    if len(printed) != 1:
        held = listed(printed) if printed else message("none, it has no annual figures")
        raise DataError(message("{key} stands in several units: {held}", key=key, held=held))
    if units == "yearbook":
        return printed[0], 1.0
    intensity = key in about and about[key].scale_or_intensity == "intensity"
    return harmonised(printed[0], intensity=intensity)
