"""From figures to a panel: `load_provinces` and `build_panel`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.core.errors import DataError, SpecError
from panelkit.data import catalogue
from panelkit.data.figures import read_figures, spans
from panelkit.data.provinces import NATION, TIBET, Labels, labels_of, resolve
from panelkit.data.tables import read_rows
from panelkit.data.units import Units, check_units, harmonised

Years = int | range | tuple[int, int] | Iterable[int]
Vintage = str | Mapping[str, str]
Provinces = Literal["all", "no_tibet"] | Iterable[Any]


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
        One year, a range, a pair (first, last) with both ends in, or a list; None: every year held.
    vintage
        None: the default of the catalogue. A mapping names the vintage of single indicators; a string is used for
        every indicator that holds it, the others keep their default.
    provinces
        "all" (31), "no_tibet" (30) or a list in any spelling that `provinces.resolve` understands.
    labels
        Provinces as English names, short Chinese names or adcodes.
    units
        "harmonised": money in 亿元 (美元: 亿美元), persons in 万人, full-time equivalents in 万人年; intensities and
        all other units as printed. "yearbook": everything as printed.
    allow_breaks
        Indicators whose changes across their own break are wanted all the same, by name.

    Returns
    -------
    DataFrame
        float64, missing cells NaN (nothing is interpolated). `frame.attrs["panelkit"]` is plain JSON: `vintages`,
        `units`, `sources`, `names`, `missing`, `flags`, `breaks` (column -> years in which a new base starts) and
        `breaks_allowed`; docs/figures.md describes them. Levels across a break are returned and flagged; a lag or
        difference in a formula that crosses one is refused unless `allow_breaks` names the column.

    Raises
    ------
    SpecError
        An unknown indicator or vintage, years that no indicator holds, options outside the lists above.
    DataError
        An unknown province, or figures that fail their checks.
    """
    keys = catalogue.require(indicators, folder)
    chosen = choose_vintages(keys, vintage, folder=folder)
    figures = read_figures(keys, chosen, folder=folder)
    return build_panel(
        figures,
        indicators=keys,
        years=years,
        vintage=chosen,
        provinces=provinces,
        labels=labels,
        units=units,
        allow_breaks=allow_breaks,
        check=False,
        folder=folder,
    )


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
    """
    check_units(units)
    if check:
        from panelkit.data.checks import check_figures

        check_figures(figures, folder=folder, strict=False)
    held = list(dict.fromkeys(figures["indicator"]))
    keys = held if indicators is None else _keys(indicators, held, folder)
    chosen = _vintages_in(figures, keys, vintage, folder)
    codes = _codes(provinces)
    cells = _annual(figures, chosen)
    span = _years(years, cells)
    grid = _grid(cells, keys, codes, span)
    about = catalogue.facts(folder)
    shown = {key: _unit(key, cells, about, units) for key in keys}
    for key, (_, divisor) in shown.items():
        grid[key] /= divisor
    grid.index = _index(codes, span, labels)
    facts = _facts(cells, grid, span, chosen, {key: unit for key, (unit, _) in shown.items()}, folder)
    facts |= _warnings(chosen, codes, span, folder) | {"breaks_allowed": _names(allow_breaks, keys)}
    grid.attrs["panelkit"] = {**facts, "units_as": units, "years": span, "provinces": len(codes)}
    return grid


def choose_vintages(
    keys: Iterable[str], vintage: Vintage | None = None, *, folder: Path | None = None
) -> dict[str, str]:
    """Return the vintage that each indicator of the catalogue is read in.

    Raises
    ------
    SpecError
        A vintage that is not held, or a name in the mapping that is not among `keys`.
    """
    about = catalogue.facts(folder)
    held = {key: about[key].vintages for key in keys}
    defaults = {key: about[key].default_vintage for key in held}
    return _choose(held, defaults, vintage)


def _choose(
    held: Mapping[str, tuple[str, ...]], defaults: Mapping[str, str], vintage: Vintage | None
) -> dict[str, str]:
    if vintage is None:
        return dict(defaults)
    if isinstance(vintage, str):
        if not any(vintage in names for names in held.values()):
            listed = "; ".join(f"{key}: {', '.join(names)}" for key, names in held.items())
            raise SpecError(f"no indicator asked for is held in a vintage {vintage!r} ({listed})")
        return {key: vintage if vintage in held[key] else default for key, default in defaults.items()}
    stray = [key for key in vintage if key not in held]
    wrong = {key: name for key, name in vintage.items() if key in held and name not in held[key]}
    problems = [f"vintage names {', '.join(stray)}, not among the indicators asked for"] if stray else []
    problems += [f"{k} has no vintage {n!r} (held: {', '.join(held[k])})" for k, n in wrong.items()]
    if problems:
        raise SpecError("; ".join(problems))
    return {**defaults, **vintage}


def _keys(indicators: str | Iterable[str], held: list[str], folder: Path | None) -> list[str]:
    asked = [indicators] if isinstance(indicators, str) else list(dict.fromkeys(indicators))
    foreign = [key for key in asked if key not in held]
    if foreign:
        known = catalogue.require(foreign, folder)
        absent = [key for key in known if key not in held]
        if absent:
            raise SpecError(f"the table of figures holds no {', '.join(absent)}")
        return list(dict.fromkeys(known[foreign.index(k)] if k in foreign else k for k in asked))
    return asked


def _vintages_in(
    figures: pd.DataFrame, keys: list[str], vintage: Vintage | None, folder: Path | None
) -> dict[str, str]:
    pairs = figures[["indicator", "vintage"]].drop_duplicates()
    held = {key: tuple(pairs.loc[pairs["indicator"] == key, "vintage"]) for key in keys}
    about = catalogue.facts(folder)
    standard = {key: about[key].default_vintage for key in keys if key in about}
    defaults = {k: standard[k] if standard.get(k) in names else names[0] for k, names in held.items()}
    named = set(vintage) if isinstance(vintage, Mapping) else set()
    unclear = [
        f"{key} ({', '.join(names)})"
        for key, names in held.items()
        if len(names) > 1 and key not in named and standard.get(key) not in names and vintage not in names
    ]
    if unclear:
        raise SpecError(f"several vintages are held and none is the default, name one: {'; '.join(unclear)}")
    return _choose(held, defaults, vintage)


def _codes(asked: Provinces) -> list[int]:
    every = list(labels_of("adcode"))
    if isinstance(asked, str):
        if asked == "all":
            return every
        if asked == "no_tibet":
            return [code for code in every if code != TIBET]
    wanted = set(resolve(asked))
    if not wanted:
        raise SpecError("provinces: the list is empty; use 'all', 'no_tibet' or names")
    return [code for code in every if code in wanted]


def _annual(figures: pd.DataFrame, chosen: Mapping[str, str]) -> pd.DataFrame:
    rows = figures[figures["period"].astype(str).str.fullmatch(r"\d{4}") & (figures["adcode"] != NATION)]
    rows = rows[rows["vintage"] == rows["indicator"].map(chosen)]
    return rows.assign(year=rows["period"].astype(int))


def _years(years: Years | None, cells: pd.DataFrame) -> list[int]:
    held = sorted({int(year) for year in cells["year"]})
    wanted = held if years is None else _wanted_years(years)
    absent = [year for year in wanted if year not in held]
    if absent:
        coverage = cells.groupby("indicator")["year"].agg(lambda s: spans(int(y) for y in s))
        listed = "; ".join(f"{key}: {text}" for key, text in coverage.items())
        raise SpecError(f"no figure asked for is held in {spans(absent)} ({listed})")
    return wanted


def _wanted_years(years: Years) -> list[int]:
    if isinstance(years, (int, np.integer)) and not isinstance(years, bool):
        return [int(years)]
    items: list[Any] = list(years) if isinstance(years, Iterable) else [years]
    if not items or not all(isinstance(y, (int, np.integer)) and not isinstance(y, bool) for y in items):
        raise SpecError(f"years={years!r}: give a year, a range, a pair (first, last) or a list of years")
    if isinstance(years, tuple):
        if len(items) != 2 or items[0] > items[1]:
            raise SpecError(
                f"years={years!r}: a tuple is (first, last), both ends in; give single years as a list"
            )
        return list(range(int(items[0]), int(items[1]) + 1))
    return sorted({int(year) for year in items})


def _grid(cells: pd.DataFrame, keys: list[str], codes: list[int], span: list[int]) -> pd.DataFrame:
    row = {code: i for i, code in enumerate(codes)}
    column = {year: j for j, year in enumerate(span)}
    values = np.full((len(codes), len(span), len(keys)), np.nan)
    inside = cells[cells["adcode"].isin(codes) & cells["year"].isin(span)]
    values[
        inside["adcode"].map(row).to_numpy(int),
        inside["year"].map(column).to_numpy(int),
        inside["indicator"].map({key: k for k, key in enumerate(keys)}).to_numpy(int),
    ] = inside["value"].to_numpy(float)
    return pd.DataFrame(values.reshape(-1, len(keys)), columns=keys)


def _index(codes: list[int], span: list[int], labels: Labels) -> pd.MultiIndex:
    if labels not in ("en", "zh", "adcode"):
        raise SpecError(f"labels={labels!r}: choose 'en', 'zh' or 'adcode'")
    names = labels_of(labels)
    n, t = len(codes), len(span)
    return pd.MultiIndex(
        levels=[[names[code] for code in codes], span],
        codes=[np.repeat(np.arange(n), t).tolist(), np.tile(np.arange(t), n).tolist()],
        names=["province", "year"],
    )


def _unit(
    key: str, cells: pd.DataFrame, about: Mapping[str, catalogue.Indicator], units: Units
) -> tuple[str, float]:
    printed = list(dict.fromkeys(cells.loc[cells["indicator"] == key, "unit"]))
    if len(printed) != 1:
        raise DataError(
            f"{key} stands in several units: {', '.join(printed) or 'none, it has no annual figures'}"
        )
    if units == "yearbook":
        return printed[0], 1.0
    intensity = key in about and about[key].scale_or_intensity == "intensity"
    return harmonised(printed[0], intensity=intensity)


def _facts(
    cells: pd.DataFrame,
    grid: pd.DataFrame,
    span: list[int],
    chosen: Mapping[str, str],
    units: Mapping[str, str],
    folder: Path | None,
) -> dict[str, Any]:
    about = catalogue.facts(folder)
    return {
        "vintages": dict(chosen),
        "units": dict(units),
        "names": {k: {"en": about[k].name_en, "zh": about[k].name_zh} for k in chosen if k in about},
        "sources": _sources(cells, span, folder),
        "missing": {key: int(grid[key].isna().sum()) for key in chosen},
    }


def _sources(cells: pd.DataFrame, span: list[int], folder: Path | None) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    if "source" not in cells:
        return found
    named = ("publisher", "publisher_en", "publication_zh", "publication_en", "through")
    about = {row["source"]: {name: row[name] for name in named} for row in read_rows("sources.csv", folder)}
    inside = cells[cells["year"].isin(span)]
    for (key, source), years in inside.groupby(["indicator", "source"], sort=True)["year"]:
        entry = {"source": str(source), "years": spans(int(y) for y in years)}
        found.setdefault(str(key), []).append(entry | about.get(str(source), {}))
    return found


def _warnings(
    chosen: Mapping[str, str], codes: list[int], span: list[int], folder: Path | None
) -> dict[str, Any]:
    names = labels_of("en")
    flags: list[dict[str, Any]] = []
    breaks: dict[str, list[int]] = {}
    for row in catalogue.flag_rows(chosen, folder):
        if row.is_break:
            if not (span[0] < row.new_base_from and span[-1] > row.old_base_until):
                continue
            breaks.setdefault(row.indicator, []).extend(range(row.old_base_until + 1, row.new_base_from + 1))
        elif (row.adcode and row.adcode not in codes) or row.year not in span:
            continue
        flags.append({**row.as_dict(), "province": names.get(row.adcode, "all")})
    flags += [{**row.as_dict(), "province": "all"} for row in _mixed(chosen, span[0], folder)]
    return {"flags": flags, "breaks": breaks}


def _mixed(chosen: Mapping[str, str], year: int, folder: Path | None) -> list[catalogue.Flag]:
    """Flag a part that stands in another vintage than its total."""
    pairs = [(rule.total, part) for rule in catalogue.sums(folder) for part in rule.parts]
    return [
        catalogue.Flag(
            adcode=0,
            year=year,
            indicator=part,
            vintage=chosen[part],
            flag="vintages_differ",
            why=f"{part} is {chosen[part]}, {total} is {chosen[total]}: a share of one in the other mixes two bases",
            why_zh=f"{part} 为 {chosen[part]}，{total} 为 {chosen[total]}：两者之比混合了两种口径",
        )
        for total, part in pairs
        if total in chosen and part in chosen and chosen[total] != chosen[part]
    ]


def _names(allow_breaks: str | Iterable[str], keys: list[str]) -> list[str]:
    names = {allow_breaks} if isinstance(allow_breaks, str) else set(allow_breaks)
    stray = sorted(names - set(keys))
    if stray:
        raise SpecError(f"allow_breaks names {', '.join(stray)}, not among the indicators asked for")
    return sorted(names)
