"""The catalogue: which indicators are held, in which vintages, from which sources, and what is flagged."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from panelkit.core.errors import SpecError
from panelkit.core.paths import shipped

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
    rows: list[dict[str, str]] = _read("sums.csv", folder).astype(str).to_dict("records")
    return [
        SumRule(r["total"], tuple(r["parts"].split()), r["relation"], float(r["rtol"]), r["why"])
        for r in rows
    ]


def require(keys: Iterable[str], folder: Path | None = None) -> list[str]:
    """Return the keys as a list, each once; Chinese and English names of indicators are understood too.

    Raises
    ------
    SpecError
        One message with every key that the catalogue does not hold, and the nearest ones.
    """
    table = indicators(folder)
    by_name = {**{n: k for k, n in table["name_zh"].items()}, **{n: k for k, n in table["name_en"].items()}}
    asked = [keys] if isinstance(keys, str) else list(keys)
    found: dict[str, None] = {}
    unknown: list[str] = []
    for key in asked:
        if key in table.index:
            found[str(key)] = None
        elif key in by_name:
            found[str(by_name[key])] = None
        else:
            unknown.append(str(key))
    if unknown:
        raise SpecError(
            "; ".join(_unknown(key, table) for key in unknown) + ". `panelkit data list` shows all"
        )
    return list(found)


def _unknown(key: str, table: pd.DataFrame) -> str:
    names: dict[str, str] = {str(k).lower(): str(k) for k in table.index}
    for column in ("name_en", "name_zh"):
        names.update({str(name).lower(): str(k) for k, name in table[column].items()})
    lowered = key.lower()
    close = [names[n] for n in difflib.get_close_matches(lowered, list(names), n=3, cutoff=0.5)]
    inside = [k for n, k in names.items() if len(lowered) > 2 and lowered in n]
    best = list(dict.fromkeys([*close, *inside]))[:4]
    hint = f" (did you mean {', '.join(best)}?)" if best else ""
    return f"no indicator is called {key!r}{hint}"


def _read(name: str, folder: Path | None) -> pd.DataFrame:
    table: pd.DataFrame = pd.read_csv(
        (folder or shipped("data")) / name, keep_default_na=False, encoding="utf-8"
    )
    return table


def _texts(table: pd.DataFrame) -> list[list[str]]:
    return [[str(value) for value in table[column]] for column in table.columns]
