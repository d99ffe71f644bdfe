"""Keys, labels and units that a user gives to indicators outside the catalogue: dated lines of the mark of a store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.cities import Level
from panelkit.data.city_figures import with_cities
from panelkit.data.yearbook.errors import ToldError
from panelkit.data.yearbook.store.levels import city_names, level_folder
from panelkit.data.yearbook.store.mark import Journal, is_marked, kind_of, opened
from panelkit.data.yearbook.store.store import default_store, figures_with_store, read_store
from panelkit.data.yearbook.vocabulary.indicator_names import own_units
from panelkit.data.yearbook.vocabulary.printed_units import factor
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.show.brief import Brief

_KEY = re.compile(r"[a-z][a-z0-9_]{1,59}")
_FIELDS = ("key", "name", "unit", "label", "date")


@dataclass(frozen=True)
class Definition(Brief):
    """What an indicator outside the catalogue is called.

    Attributes
    ----------
    key : what formulas and tables call it.
    name : the name under which the store holds it.
    unit : the unit in which it is read; empty for the one in which it is stored.
    label : what it is, in words.
    date : the day on which it was defined, as 2026-11-30.
    """

    key: str
    name: str
    unit: str
    label: str
    date: str

    def record(self) -> dict[str, str]:
        """Return the definition as JSON holds it."""
        return {field: getattr(self, field) for field in _FIELDS}


@offered("data", family="yearbook", result="list", public=True)
def store_definitions(store: str | Path | None = None) -> list[Definition]:
    """Return the definitions of a store, the oldest first.

    Raises
    ------
    DataError
        If the folder is not a store.

    Examples
    --------
    >>> pk.store_definitions("no store yet")
    []
    """
    folder = Path(store) if store is not None else default_store()
    kind_of(folder)
    if not is_marked(folder):
        return []
    found: dict[str, Definition] = {}
    for entry in Journal(folder).entries():
        said = entry.get("define")
        if not isinstance(said, dict) or not isinstance(said.get("key"), str):
            continue
        found.pop(said["key"], None)
        if all(isinstance(said.get(field), str) for field in _FIELDS):
            found[said["key"]] = Definition(**{field: said[field] for field in _FIELDS})
    return list(found.values())


@offered("data", family="yearbook", result="Definition", public=True)
def define_indicator(
    key: str, name: str, *, unit: str = "", label: str = "", store: str | Path | None = None
) -> Definition:
    """Give an indicator outside the catalogue a key, a unit and a label; what the store holds is read by them.

    The stored figures stay as they are: `pk.undefine_indicator` takes the definition back.

    Parameters
    ----------
    key
        What formulas call it: small letters, digits and underscores.
    name
        The name under which the store holds it, or is to hold it.
    unit
        The unit in which it is read: one of the kind in which it is stored. Empty: that one.
    label
        What it is, in words.
    store
        The store's folder; by default the one in the user's data folder.

    Returns
    -------
    Definition
        As the store holds it from today on.

    Raises
    ------
    ToldError
        A `SpecError`: a key that is none or is taken, a name of the catalogue, a unit of another kind.

    Examples
    --------
    >>> from pathlib import Path
    >>> text = "地区,年份,人员(万人)\\n北京,2020,900\\n上海,2020,1000\\n"
    >>> size = Path("figures.csv").write_text(text, encoding="utf-8")
    >>> report = pk.ingest(["figures.csv"], store="store", indicator={"人员": "城镇就业人员"})
    >>> pk.define_indicator("urban_employment", "城镇就业人员", unit="人", store="store").key
    'urban_employment'
    """
    folder = Path(store) if store is not None else default_store()
    _require_free(key, name, store_definitions(folder))
    held = own_units(read_store(folder).figures).get(name)
    if unit and held and factor(held, unit) is None:
        raise ToldError(
            message(
                "{name} is held in {held}, which does not convert to {unit}", name=name, held=held, unit=unit
            )
        )
    made = Definition(key, name, unit.strip(), label.strip(), date.today().isoformat())
    with opened(folder) as journal:
        journal.add([{"define": made.record()}])
    return made


@offered("data", family="yearbook", result="Definition", public=True)
def undefine_indicator(key: str, store: str | Path | None = None) -> Definition:
    """Take a definition back; the figures are read under their stored name and unit again. Returns what is gone.

    Raises
    ------
    ToldError
        A `SpecError`, if the store defines no such key.

    Examples
    --------
    >>> made = pk.define_indicator("urban_employment", "城镇就业人员", store="store")
    >>> pk.undefine_indicator("urban_employment", "store").name
    '城镇就业人员'
    """
    folder = Path(store) if store is not None else default_store()
    known = next((one for one in store_definitions(folder) if one.key == key), None)
    if known is None:
        raise ToldError(message("the store {store} defines no indicator {key!r}", store=folder, key=key))
    with opened(folder) as journal:
        journal.add([{"define": {"key": key, "date": date.today().isoformat()}}])
    return known


def _require_free(key: str, name: str, known: Iterable[Definition]) -> None:
    about = catalogue.facts()
    if not _KEY.fullmatch(key):
        raise ToldError(
            message(
                "the key {key!r} must be 2 to 60 small letters, digits and underscores, a letter first",
                key=key,
            )
        )
    if not name.strip():
        raise ToldError(message("name the indicator as the store holds it"))
    taken = [word for word in (key, name) if word in about or any(word == a.name_zh for a in about.values())]
    if taken:
        raise ToldError(
            message("{name!r} is an indicator of the catalogue: choose another key or name", name=taken[0])
        )
    other = next((one for one in known if (one.key == key) != (one.name == name)), None)
    if other is not None:
        raise ToldError(
            message(
                "{other} is defined as {name!r} already: `panelkit data define {other} --undo` takes it back",
                other=other.key,
                name=other.name,
            )
        )


def stored_names(
    indicator: str | Mapping[str, str] | None, known: Iterable[Definition]
) -> str | Mapping[str, str] | None:
    """Return what the caller calls series, with the stored name in place of every key that the store defines."""
    names = {one.key: one.name for one in known}
    if indicator is None or isinstance(indicator, str):
        return names.get(indicator, indicator) if indicator is not None else None
    return {label: names.get(key, key) for label, key in indicator.items()}


def as_defined(figures: pd.DataFrame, known: Iterable[Definition]) -> pd.DataFrame:
    """Return a long table in which defined indicators stand under their keys, in the units of their definitions."""
    table = figures.copy() if known else figures
    for one in known:
        mine = table["indicator"] == one.name
        for unit in dict.fromkeys(table.loc[mine, "unit"]):
            rate = Decimal(1) if not unit else factor(unit, one.unit or unit)
            rows = mine & (table["unit"] == unit)
            if rate is None:
                raise ToldError(
                    message(
                        "{name} is held in {held}, which does not convert to {unit}",
                        name=one.name,
                        held=unit,
                        unit=one.unit,
                    )
                )
            if rate != 1:
                table.loc[rows, "value"] = [
                    float(Decimal(repr(float(value))) * rate) for value in table.loc[rows, "value"]
                ]
            table.loc[rows, "unit"] = one.unit or unit
        table.loc[mine, "indicator"] = one.key
    return table


@offered("data", family="yearbook", result="DataFrame", public=True)
def store_figures(
    store: str | Path | None = None, *, shipped: bool = True, level: Level = "province"
) -> pd.DataFrame:
    """Return the figures of a store over the shipped ones as one long table, defined indicators under their keys.

    Parameters
    ----------
    store
        The store's folder; by default the one in the user's data folder.
    shipped
        With the shipped figures; otherwise the store's alone.
    level
        "city": the store's figures of cities alone, none of which is shipped.

    Returns
    -------
    DataFrame
        `adcode, period, indicator, vintage, value, unit, source`, as `pk.build_panel` takes it; of cities `code, city,
        period, indicator, vintage, value, unit, source, level`, as `pk.build_cities` takes it.

    Examples
    --------
    >>> figures = pk.store_figures("no store yet", shipped=False)
    >>> len(figures)
    0
    """
    folder = level_folder(store, level)
    if level == "city":
        table = as_defined(read_store(folder, level).figures, store_definitions(store))
        return with_cities(table, city_names(folder))
    table = figures_with_store(folder) if shipped else read_store(folder).figures
    return as_defined(table, store_definitions(folder))
