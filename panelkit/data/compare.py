"""Sides of a comparison by name: the shipped figures, a store, a file, or one vintage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from panelkit.core.errors import SpecError
from panelkit.data import catalogue
from panelkit.data.figures import read_figures
from panelkit.data.yearbook.read import read_yearbook
from panelkit.data.yearbook.store import figures_with_store, overlay, read_store

SHIPPED = "shipped"


def figures_of(side: str, store: Path, indicators: Sequence[str] = ()) -> pd.DataFrame:
    """Return one side of a comparison as a long table with one vintage an indicator.

    `side` is `shipped` (every indicator in its default vintage), a store's folder (its newest vintages, the default
    where it adds none), a file that `read_yearbook` reads, or the name of a vintage, shipped or in `store`.

    Raises
    ------
    SpecError
        If the side is none of these, or an indicator is not held on it.
    """
    keys = list(indicators)
    if side == SHIPPED:
        return _chosen(read_figures(check=False), {}, keys)
    path = Path(side)
    if path.is_dir():
        state = read_store(path)
        return _chosen(overlay(read_figures(check=False), state.figures), state.newest(), keys)
    if path.is_file():
        return _only(read_yearbook(path), keys)
    table = figures_with_store(store if store.is_dir() else None)
    held = table[table["vintage"] == side]
    if held.empty:
        names = ", ".join(sorted(set(table["vintage"])))
        raise SpecError(
            f"{side!r} is neither `shipped`, nor a store's folder, a file, or a vintage ({names})"
        )
    return _only(held, keys)


def supersedes(vintage: str, held: catalogue.Indicator) -> bool:
    """Return whether a store's vintage stands for newer figures than the shipped default.

    A name that ships is no new one, and an older census (`census2018` beside `census2023`) is not newer.
    """
    if vintage in held.vintages:
        return False
    new, old = (re.fullmatch(r"census(\d{4})", name) for name in (vintage, held.default_vintage))
    return not (new and old and int(new[1]) < int(old[1]))


def shared_cells(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables without the indicators that only one of them holds.

    Raises
    ------
    SpecError
        If they have none in common.
    """
    common = set(old["indicator"]) & set(new["indicator"])
    if not common:
        raise SpecError("the two sides have no indicator in common: nothing can be compared")
    return old[old["indicator"].isin(common)], new[new["indicator"].isin(common)]


def _chosen(table: pd.DataFrame, newest: dict[str, str], keys: list[str]) -> pd.DataFrame:
    about = catalogue.facts()
    wanted = {key: one.default_vintage for key, one in about.items()}
    wanted |= {key: name for key, name in newest.items() if key not in about or supersedes(name, about[key])}
    vintage = table["indicator"].map(wanted)
    return _only(table[table["vintage"] == vintage], keys)


def _only(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    absent = [key for key in keys if key not in set(table["indicator"])]
    if absent:
        raise SpecError(f"one side of the comparison holds no {', '.join(absent)}")
    return table[table["indicator"].isin(keys)] if keys else table
