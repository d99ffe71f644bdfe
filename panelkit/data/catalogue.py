"""The catalogue: which indicators are held, in which vintages, from which sources, and what is flagged."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from panelkit.data.once import read_once
from panelkit.data.paths import shipped
from panelkit.data.shipped_tables import read_rows
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, sentences


def indicators(folder: Path | None = None) -> pd.DataFrame:
    """Return the indicators, indexed by their key.

    Columns: `name_zh, name_en, unit, stock_or_flow, scale_or_intensity, vintages` (a tuple of str),
    `default_vintage`, and `lowest, highest`, the values between which a cell is believed (NaN: no bound).
    """
    table = _read("indicators.csv", folder).set_index("indicator")
    table["vintages"] = table["vintages"].str.split().map(tuple)
    for bound in ("lowest", "highest"):
        table[bound] = pd.to_numeric(table[bound].replace("", None))
    return table


@dataclass(frozen=True)
class Indicator:
    """One row of the catalogue."""

    name_zh: str
    name_en: str
    unit: str
    stock_or_flow: str
    scale_or_intensity: str
    vintages: tuple[str, ...]
    default_vintage: str


def facts(folder: Path | None = None) -> Mapping[str, Indicator]:
    """Return the catalogue as indicator -> `Indicator`."""
    return _facts((folder or shipped("data")) / "indicators.csv")


@read_once
def _facts(path: Path) -> Mapping[str, Indicator]:
    found = {
        row["indicator"]: Indicator(
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            unit=row["unit"],
            stock_or_flow=row["stock_or_flow"],
            scale_or_intensity=row["scale_or_intensity"],
            vintages=tuple(row["vintages"].split()),
            default_vintage=row["default_vintage"],
        )
        for row in read_rows(path.name, path.parent)
    }
    return MappingProxyType(found)


def sources(folder: Path | None = None) -> pd.DataFrame:
    """Return the sources, indexed by key.

    Columns: `publisher, publisher_en, publication, publication_zh, publication_en, through` (the repository of the
    compiler), `licence_of_compilation, checks`.
    """
    return _read("sources.csv", folder).set_index("source")


def vintages(folder: Path | None = None) -> pd.DataFrame:
    """Return what each vintage is, by its name: `name_en, name_zh, about_en, about_zh`."""
    return _read("vintages.csv", folder).set_index("vintage")


@dataclass(frozen=True)
class Flag:
    """One warning of `flags.csv`; adcode 0 stands for every province, `until` is the last year that it touches.

    A break holds the last year of the old base and the first of the new one (0 in every other flag). A change from
    year s to year t is across it where s < new_base_from and t > old_base_until.
    """

    adcode: int
    year: int
    indicator: str
    vintage: str
    flag: str
    why: str
    why_zh: str = ""
    old_base_until: int = 0
    new_base_from: int = 0
    until: int = 0

    @property
    def years(self) -> range:
        """The years that the flag touches."""
        return range(self.year, max(self.year, self.until) + 1)

    @property
    def is_break(self) -> bool:
        """Whether the series changes its base here."""
        return self.new_base_from > 0

    def as_dict(self) -> dict[str, int | str]:
        """Return what a reader needs, as plain JSON."""
        named = ("indicator", "vintage", "adcode", "year", "flag", "why", "why_zh")
        return {**{name: getattr(self, name) for name in named}, "until": self.years[-1]}


def flag_rows(vintages: Mapping[str, str] | None = None, folder: Path | None = None) -> list[Flag]:
    """Return the flags, all or those of the given indicators in the given vintages."""
    rows = [
        Flag(
            adcode=int(row["adcode"]),
            year=int(row["year"]),
            indicator=row["indicator"],
            vintage=row["vintage"],
            flag=row["flag"],
            why=row["why"],
            why_zh=row["why_zh"],
            old_base_until=int(row["old_base_until"] or 0),
            new_base_from=int(row["new_base_from"] or 0),
            until=int(row["until"] or 0),
        )
        for row in read_rows("flags.csv", folder)
    ]
    return rows if vintages is None else [r for r in rows if vintages.get(r.indicator) == r.vintage]


def flags(indicators: Iterable[str] | None = None, folder: Path | None = None) -> pd.DataFrame:
    """Return the flagged cells and series as a table, one row a `Flag`."""
    wanted = None if indicators is None else set(indicators)
    rows = [row for row in flag_rows(folder=folder) if wanted is None or row.indicator in wanted]
    return pd.DataFrame([astuple(row) for row in rows], columns=[field.name for field in fields(Flag)])


@dataclass(frozen=True)
class SumRule:
    """The parts add to the total (`relation` "equal") or to no more than it ("at_most"), up to `rtol`."""

    total: str
    parts: tuple[str, ...]
    relation: str
    rtol: float
    why: str


def sums(folder: Path | None = None) -> list[SumRule]:
    """Return the sums that must hold within one vintage."""
    return [
        SumRule(r["total"], tuple(r["parts"].split()), *_bound("sums.csv", r), r["why"])
        for r in read_rows("sums.csv", folder)
    ]


@dataclass(frozen=True)
class NationalSum:
    """The provinces add to the printed national total (`relation` "equal") or to no more ("at_most"), up to `rtol`."""

    indicator: str
    relation: str
    rtol: float
    why: str


def national_sums(folder: Path | None = None) -> list[NationalSum]:
    """Return how the provinces add up to the printed national total, by indicator."""
    return [
        NationalSum(r["indicator"], *_bound("national_sums.csv", r), r["why"])
        for r in read_rows("national_sums.csv", folder)
    ]


def _bound(name: str, row: Mapping[str, str]) -> tuple[str, float]:
    """Return the relation of a sum and how far it may be missed; a word of another kind would check nothing."""
    try:
        rtol = float(row["rtol"])
    except ValueError:
        rtol = math.nan
    if row["relation"] not in ("equal", "at_most") or not 0.0 <= rtol < 1.0:
        raise DataError(
            message(
                "{name}: relation {relation!r} with rtol {rtol!r} is no sum to check: equal or at_most, and a number "
                "from 0 to 1",
                name=name,
                relation=row["relation"],
                rtol=row["rtol"],
            )
        )
    return row["relation"], rtol


def require(keys: Iterable[str], folder: Path | None = None) -> list[str]:
    """Return the keys as a list, each once; Chinese and English names of indicators are understood too.

    Raises
    ------
    SpecError
        One message with every key that the catalogue does not hold, and the nearest ones.
    """
    about = facts(folder)
    by_name = {name: key for key, row in about.items() for name in (row.name_zh, row.name_en)}
    asked = [keys] if isinstance(keys, str) else list(keys)
    if not asked:
        raise SpecError(message("name at least one indicator: `panelkit data list` shows all"))
    unknown = [str(key) for key in asked if key not in about and key not in by_name]
    if unknown:
        said = sentences(_unknown(key, about) for key in unknown)
        raise SpecError(message("{unknown}. `panelkit data list` shows all", unknown=said))
    return list(dict.fromkeys(key if key in about else by_name[key] for key in asked))


def _unknown(key: str, about: Mapping[str, Indicator]) -> Message:
    names = {name.lower(): k for k, row in about.items() for name in (k, row.name_en, row.name_zh)}
    lowered = key.lower()
    close = [names[n] for n in difflib.get_close_matches(lowered, list(names), n=3, cutoff=0.5)]
    inside = [k for n, k in names.items() if len(lowered) > 1 and lowered in n]
    best = list(dict.fromkeys([*close, *inside]))[:4]
    if best:
        return message("no indicator is called {key!r} (did you mean {best}?)", key=key, best=best)
    return message("no indicator is called {key!r}", key=key)


def _read(name: str, folder: Path | None) -> pd.DataFrame:
    return pd.DataFrame(read_rows(name, folder))
