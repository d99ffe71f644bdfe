"""The catalogue: which indicators are held, in which vintages, from which sources, and what is flagged."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from panelkit.core.errors import SpecError
from panelkit.data.tables import read_rows

ALL_PROVINCES = 0
BREAK_FLAGS = ("mixed_vintage", "price_base_change", "rebased")


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


def facts(folder: Path | None = None) -> dict[str, Indicator]:
    """Return the catalogue as indicator -> `Indicator`."""
    return {
        row["indicator"]: Indicator(
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            unit=row["unit"],
            stock_or_flow=row["stock_or_flow"],
            scale_or_intensity=row["scale_or_intensity"],
            vintages=tuple(row["vintages"].split()),
            default_vintage=row["default_vintage"],
        )
        for row in read_rows("indicators.csv", folder)
    }


def sources(folder: Path | None = None) -> pd.DataFrame:
    """Return the sources, indexed by key.

    Columns: `publisher, publication, through` (the compiler's repository), `licence_of_compilation, checks`.
    """
    return _read("sources.csv", folder).set_index("source")


def flags(
    indicators: Iterable[str] | None = None,
    vintages: dict[str, str] | None = None,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Return the flagged cells and series; adcode 0 stands for every province.

    Columns: `adcode, year, indicator, vintage, flag, why, old_base_until, new_base_from`; the last two are
    years and are held by the flags that mark a break (`BREAK_FLAGS`): a change from year s to year t is across
    the break where s < new_base_from and t > old_base_until.
    `vintages` (indicator -> vintage) keeps the flags of those vintages only.
    """
    table = _read("flags.csv", folder)
    table[["adcode", "year"]] = table[["adcode", "year"]].astype("int64")
    for bound in ("old_base_until", "new_base_from"):
        table[bound] = pd.to_numeric(table[bound].replace("", None)).astype("Int64")
    if indicators is not None:
        table = table[table["indicator"].isin(list(indicators))]
    if vintages is not None:
        held = table["indicator"].map(vintages)
        table = table[held.isna() | (held == table["vintage"])]
    return table.reset_index(drop=True)


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
        SumRule(r["total"], tuple(r["parts"].split()), r["relation"], float(r["rtol"]), r["why"])
        for r in read_rows("sums.csv", folder)
    ]


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
        raise SpecError("name at least one indicator: `panelkit data list` shows all")
    unknown = [str(key) for key in asked if key not in about and key not in by_name]
    if unknown:
        listed = "; ".join(_unknown(key, about) for key in unknown)
        raise SpecError(f"{listed}. `panelkit data list` shows all")
    return list(dict.fromkeys(key if key in about else by_name[key] for key in asked))


def _unknown(key: str, about: Mapping[str, Indicator]) -> str:
    names = {name.lower(): k for k, row in about.items() for name in (k, row.name_en, row.name_zh)}
    lowered = key.lower()
    close = [names[n] for n in difflib.get_close_matches(lowered, list(names), n=3, cutoff=0.5)]
    inside = [k for n, k in names.items() if len(lowered) > 1 and lowered in n]
    best = list(dict.fromkeys([*close, *inside]))[:4]
    hint = f" (did you mean {', '.join(best)}?)" if best else ""
    return f"no indicator is called {key!r}{hint}"


def _read(name: str, folder: Path | None) -> pd.DataFrame:
    return pd.DataFrame(read_rows(name, folder))
