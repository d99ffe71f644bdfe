"""Sides of a comparison by name: the shipped figures, a store, a file, or one vintage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.data import catalogue
from panelkit.data.figures import read_figures, spans
from panelkit.data.file_side import file_figures
from panelkit.data.provinces import place_name
from panelkit.data.yearbook.store.levels import level_folder
from panelkit.data.yearbook.store.store import StoreState, figures_with_store, overlay, read_store
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, listed, message, sentences, verbatim

SHIPPED = "shipped"


def figures_of(
    side: str, store: Path, indicators: Sequence[str] = (), said: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Return one side of a comparison as a long table with one vintage an indicator.

    `side` is `shipped` (every indicator in its default vintage), a store's folder (its newest vintages, the default
    where it adds none), a file that `ingest` reads, or the name of a vintage, shipped or in `store`. `said` is what the
    caller says of a file, as the arguments of `ingest`.

    Raises
    ------
    SpecError
        If the side is none of these, or an indicator is not held on it.
    """
    keys = list(indicators)
    if (said or {}).get("level") == "city":
        return _of_cities(side, store, keys, said or {})
    if side == SHIPPED:
        return _chosen(read_figures(check=False), {}, keys)
    path = Path(side)
    if path.is_dir():
        state = read_store(path)
        return _chosen(overlay(read_figures(check=False), state.figures), newest(state), keys)
    if path.is_file():
        return only(file_figures(path, store, said or {}), keys)
    return only(_of_vintage(side, figures_with_store(store if store.is_dir() else None)), keys)


def _of_cities(side: str, store: Path, keys: list[str], said: Mapping[str, Any]) -> pd.DataFrame:
    """Return one side of a comparison of cities: a store's last vintages, a file, or a vintage in `store`.

    Raises
    ------
    SpecError
        For the shipped figures, none of which is a city's.
    """
    if side == SHIPPED:
        raise SpecError(message("no figures of cities are shipped: name a store, a file or a vintage"))
    path = Path(side)
    if path.is_dir():
        state = read_store(level_folder(path, "city"), "city")
        last = {key: name for file in state.files for key, name in file.vintages.items()}
        vintage = state.figures["indicator"].map(last)
        return only(state.figures[state.figures["vintage"] == vintage], keys)
    if path.is_file():
        return only(file_figures(path, store, said), keys)
    return only(_of_vintage(side, read_store(level_folder(store, "city"), "city").figures), keys)


def _of_vintage(side: str, table: pd.DataFrame) -> pd.DataFrame:
    held = table[table["vintage"] == side]
    if held.empty:
        names = sorted(set(table["vintage"]))
        raise SpecError(
            message(
                "{side!r} is neither `shipped`, nor a store's folder, a file, or a vintage ({names})",
                side=side,
                names=names,
            )
        )
    return held


def supersedes(vintage: str, held: catalogue.Indicator) -> bool:
    """Return whether a store's vintage stands for newer figures than the shipped default.

    A name that ships is no new one, and an older census (`census2018` beside `census2023`) is not newer.
    """
    return vintage not in held.vintages and not _is_older(vintage, held.default_vintage)


def _is_older(vintage: str, than: str) -> bool:
    new, old = (re.fullmatch(r"census(\d{4})", name) for name in (vintage, than))
    return bool(new and old and int(new[1]) < int(old[1]))


def newest(state: StoreState) -> dict[str, str]:
    """Return indicator -> the store's vintage that is newer than the shipped default, where there is one.

    Of several it is the one that was ingested last, unless it is an older census.
    """
    about = catalogue.facts()
    found: dict[str, str] = {}
    for file in state.files:
        for key, name in file.vintages.items():
            new = key not in about or supersedes(name, about[key])
            if new and not _is_older(name, found.get(key, name)):
                found[key] = name
    return found


def standing(state: StoreState, asked: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return catalogued indicator -> the store's vintage that takes the default's place altogether.

    Two vintages are never mixed in one series, so one that lacks years or provinces of the figures in whose place it
    would stand takes it only where `asked` (indicator -> vintage) names it.

    Raises
    ------
    SpecError
        Naming every vintage that lacks years or provinces, and how to ask for it; or a name that is not held.
    """
    about = catalogue.facts()
    asked = {catalogue.require([key])[0]: name for key, name in (asked or {}).items()}
    wanted = {key: name for key, name in newest(state).items() if key in about}
    held = overlay(read_figures(check=False), state.figures) if wanted or asked else state.figures
    _require_held(asked, held)
    problems = []
    for key, name in wanted.items():
        if key in asked:
            continue
        mine = held[held["indicator"] == key]
        stored = (file.vintages.get(key, name) for file in state.files)
        others = [about[key].default_vintage, *(one for one in stored if supersedes(one, about[key]))]
        for other in dict.fromkeys(one for one in others if one != name):
            lacking = _lacking(mine[mine["vintage"] == name], mine[mine["vintage"] == other])
            if lacking:
                problems.append(_gap(key, name, other, lacking))
                break
    if problems:
        raise SpecError(sentences(problems))
    wanted |= {key: name for key, name in asked.items() if name not in about[key].vintages}
    return {key: name for key, name in wanted.items() if asked.get(key, name) == name}


def _require_held(asked: Mapping[str, str], held: pd.DataFrame) -> None:
    for key, name in asked.items():
        names = sorted(set(held.loc[held["indicator"] == key, "vintage"]))
        if name not in names:
            raise SpecError(
                message("{key} has no vintage {name!r} (held: {names})", key=key, name=name, names=names)
            )
        if name in catalogue.facts()[key].vintages and name != catalogue.facts()[key].default_vintage:
            raise SpecError(
                message(
                    "{key}: {name!r} ships beside the default {default!r}; claims name the shipped vintages "
                    "that they read themselves",
                    key=key,
                    name=name,
                    default=catalogue.facts()[key].default_vintage,
                )
            )


def _lacking(new: pd.DataFrame, old: pd.DataFrame) -> Message | None:
    """Say which years (most of their cells) or provinces (all of theirs) a vintage lacks of another; None if none."""
    cells = {(int(code), str(period)) for code, period in zip(new["adcode"], new["period"], strict=True)}
    annual = old[old["period"].str.fullmatch(r"\d{4}")]
    there = [
        (int(code), str(period)) in cells
        for code, period in zip(annual["adcode"], annual["period"], strict=True)
    ]
    kept = pd.Series(there, index=annual.index, dtype=bool)
    by_year = kept.groupby(annual["period"]).mean()
    years = [int(str(year)) for year, share in by_year.items() if share < 0.5]
    if years:
        return verbatim(spans(years))
    by_place = kept.groupby(annual["adcode"]).any()
    absent = [place_name(int(str(code))) for code, any_ in by_place.items() if not any_]
    return listed(absent) if absent else None


def _gap(key: str, name: str, other: str, lacking: Message) -> Message:
    return message(
        "{key}: the vintage {name!r} of the store lacks {lacking} of {other!r}, and two vintages are never mixed in "
        "one series: ingest what is missing, or say which is to stand, `--vintage {key}={name}` (on what it holds) or "
        "`--vintage {key}={other}`",
        key=key,
        name=name,
        lacking=lacking,
        other=other,
    )


def shared_cells(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables without the indicators that only one of them holds.

    Raises
    ------
    SpecError
        If they have none in common.
    """
    common = set(old["indicator"]) & set(new["indicator"])
    if not common:
        raise SpecError(message("the two sides have no indicator in common: nothing can be compared"))
    return old[old["indicator"].isin(common)], new[new["indicator"].isin(common)]


def _chosen(table: pd.DataFrame, new: dict[str, str], keys: list[str]) -> pd.DataFrame:
    wanted = {key: one.default_vintage for key, one in catalogue.facts().items()} | new
    vintage = table["indicator"].map(wanted)
    return only(table[table["vintage"] == vintage], keys)


def only(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the rows of these indicators, all where none is named.

    Raises
    ------
    SpecError
        If one of them has no row.
    """
    absent = [key for key in keys if key not in set(table["indicator"])]
    if absent:
        raise SpecError(message("one side of the comparison holds no {absent}", absent=absent))
    return table[table["indicator"].isin(keys)] if keys else table
