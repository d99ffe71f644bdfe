"""What a request names: indicators, vintages, provinces, years, breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.data import catalogue
from panelkit.data.annual import Annual
from panelkit.data.figures import spans
from panelkit.data.provinces import TIBET, labels_of, resolve
from panelkit.language.errors import SpecError
from panelkit.language.message import message, sentences

Years = int | range | tuple[int, int] | Iterable[int]
Vintage = str | Mapping[str, str]
Provinces = Literal["all", "no_tibet"] | Iterable[Any]


class YearsNotHeldError(SpecError):
    """Years in which no figure asked for is held."""


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


def wanted_keys(indicators: str | Iterable[str], held: list[str], folder: Path | None) -> list[str]:
    """Return the indicators asked for, each once; all that are held where none are named.

    Raises
    ------
    SpecError
        An indicator that the table of figures does not hold.
    """
    asked = [indicators] if isinstance(indicators, str) else list(dict.fromkeys(indicators))
    foreign = [key for key in asked if key not in held]
    if foreign:
        catalogue.require(foreign, folder)
    known = {key: catalogue.require(key, folder)[0] for key in foreign}
    absent = [key for key in known.values() if key not in held]
    if absent:
        raise SpecError(message("the table of figures holds no {absent}", absent=list(dict.fromkeys(absent))))
    return list(dict.fromkeys(known.get(key, key) for key in asked))


def vintages_in(
    figures: pd.DataFrame, keys: list[str], vintage: Vintage | None, folder: Path | None
) -> dict[str, str]:
    """Return the vintage of each indicator in a table of figures, by the rules of `choose_vintages`.

    Raises
    ------
    SpecError
        Several vintages of an indicator, none of them the default and none named.
    """
    pairs = figures[["indicator", "vintage"]].drop_duplicates()
    held = {key: tuple(pairs.loc[pairs["indicator"] == key, "vintage"]) for key in keys}
    about = catalogue.facts(folder)
    standard = {key: about[key].default_vintage for key in keys if key in about}
    defaults = {k: standard[k] if standard.get(k) in names else names[0] for k, names in held.items()}
    named = set(vintage) if isinstance(vintage, Mapping) else set()
    unclear = [
        message("{key} ({names})", key=key, names=names)
        for key, names in held.items()
        if len(names) > 1 and key not in named and standard.get(key) not in names and vintage not in names
    ]
    if unclear:
        raise SpecError(
            message(
                "several vintages are held and none is the default, name one: {unclear}",
                unclear=sentences(unclear),
            )
        )
    return _choose(held, defaults, vintage)


def wanted_codes(asked: Provinces) -> list[int]:
    """Return the adcodes asked for, in their own order.

    Raises
    ------
    SpecError, DataError
        An empty list; names that are no province.
    """
    every = list(labels_of("adcode"))
    if isinstance(asked, str):
        if asked == "all":
            return every
        if asked == "no_tibet":
            return [code for code in every if code != TIBET]
    wanted = set(resolve(asked))
    if not wanted:
        raise SpecError(message("provinces: the list is empty; use 'all', 'no_tibet' or names"))
    return [code for code in every if code in wanted]


def wanted_years(years: Years | None, annual: Mapping[str, Annual]) -> list[int]:
    """Return the years asked for, ascending; all that are held where none are named.

    Raises
    ------
    SpecError
        Something that is no year; `YearsNotHeldError` where no indicator holds a year.
    """
    by_key = {key: set(cells.years.tolist()) for key, cells in annual.items()}
    held = sorted(set().union(*by_key.values()))
    wanted = held if years is None else as_years(years)
    absent = [year for year in wanted if year not in held]
    if absent:
        held_in = sentences(
            message("{key}: {names}", key=key, names=spans(by_key[key]))
            for key in sorted(by_key)
            if by_key[key]
        )
        raise YearsNotHeldError(
            message("no figure asked for is held in {absent} ({held})", absent=spans(absent), held=held_in)
        )
    return wanted


def wanted_breaks(allow_breaks: str | Iterable[str], keys: list[str]) -> list[str]:
    """Return the columns whose breaks may be crossed.

    Raises
    ------
    SpecError
        A name that is not among the indicators asked for.
    """
    names = {allow_breaks} if isinstance(allow_breaks, str) else set(allow_breaks)
    stray = sorted(names - set(keys))
    if stray:
        raise SpecError(
            message("allow_breaks names {stray}, not among the indicators asked for", stray=stray)
        )
    return sorted(names)


def named_columns(vintage: Vintage | None, allow_breaks: str | Iterable[str]) -> list[str]:
    """Return the columns asked for by name, whose levels may stand on both sides of a break."""
    allowed = {allow_breaks} if isinstance(allow_breaks, str) else set(allow_breaks)
    return sorted(allowed | (set(vintage) if isinstance(vintage, Mapping) else set()))


def _choose(
    held: Mapping[str, tuple[str, ...]], defaults: Mapping[str, str], vintage: Vintage | None
) -> dict[str, str]:
    if vintage is None:
        return dict(defaults)
    if isinstance(vintage, str):
        if not any(vintage in names for names in held.values()):
            names_of = sentences(message("{key}: {names}", key=k, names=names) for k, names in held.items())
            raise SpecError(
                message(
                    "no indicator asked for is held in a vintage {vintage!r} ({held})",
                    vintage=vintage,
                    held=names_of,
                )
            )
        return {key: vintage if vintage in held[key] else default for key, default in defaults.items()}
    stray = [key for key in vintage if key not in held]
    wrong = {key: name for key, name in vintage.items() if key in held and name not in held[key]}
    problems = (
        [message("vintage names {stray}, not among the indicators asked for", stray=stray)] if stray else []
    )
    problems += [
        message("{key} has no vintage {name!r} (held: {names})", key=key, name=name, names=held[key])
        for key, name in wrong.items()
    ]
    if problems:
        raise SpecError(sentences(problems))
    return {**defaults, **vintage}


def as_years(years: Years) -> list[int]:
    if isinstance(years, (int, np.integer)) and not isinstance(years, bool):
        return [int(years)]
    items: list[Any] = list(years) if isinstance(years, Iterable) else [years]
    if not items or not all(isinstance(y, (int, np.integer)) and not isinstance(y, bool) for y in items):
        raise SpecError(
            message(
                "years={years!r}: give a year, a range, a pair (first, last) or a list of years", years=years
            )
        )
    if isinstance(years, tuple):
        if len(items) != 2 or items[0] > items[1]:
            raise SpecError(
                message(
                    "years={years!r}: a tuple is (first, last), both ends in; give single years as a list",
                    years=years,
                )
            )
        return list(range(int(items[0]), int(items[1]) + 1))
    held = sorted({int(year) for year in items})
    if len(items) == 2 and held[-1] - held[0] > 1 and not isinstance(years, (set, frozenset, range)):
        raise SpecError(
            message(
                "years={years!r} can be read in two ways: write ({first}, {last}) for every year from "
                "{first} to {last}, or {{{first}, {last}}} for these two years only",
                years=years,
                first=held[0],
                last=held[1],
            )
        )
    return held
