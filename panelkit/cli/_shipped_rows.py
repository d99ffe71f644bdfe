"""The shipped figures that formulas name, with a store's over them where one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.cli._chosen import Chosen, Span
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    import pandas as pd

_DIMENSIONS = ("province", "unit", "year", "time")


def shipped_rows(asked: Chosen, columns: Sequence[str], span: Span | None) -> pd.DataFrame:
    """Return the shipped figures of the columns, composite indices among them; `span` is cut to the years held.

    Where a store is asked for, its figures stand over the shipped ones.
    """
    from panelkit.indices.panels.columns import is_derived, with_derived

    names = [name for name in columns if name not in _DIMENSIONS]
    derived = [name for name in names if is_derived(name)]
    if derived and asked.store is not None:
        raise SpecError(
            message(
                "{names}: composite indices read the shipped figures alone: leave `--store` out",
                names=derived,
            )
        )
    held = [name for name in names if name not in derived] or ["population"]
    defined = _defined(asked)
    load = _loader(asked, [defined.get(name, name) for name in held])
    if span is not None and asked.years is not None and span != asked.years:
        years = load(None).index.get_level_values(1)
        span = (
            min(max(span[0], int(years.min())), asked.years[0]),
            max(min(span[1], int(years.max())), asked.years[1]),
        )
    frame = _as_written(load(span), held, defined)
    return with_derived(frame, derived) if derived else frame


def _defined(asked: Chosen) -> dict[str, str]:
    """Return name -> key of the indicators that the store defines: a formula may write either."""
    if asked.store is None:
        return {}
    from panelkit.data.yearbook.store.definitions import store_definitions

    return {one.name: one.key for one in store_definitions(asked.store)}


def _loader(asked: Chosen, held: Sequence[str]) -> Callable[[Span | None], pd.DataFrame]:
    """Return what loads these indicators in some years: of the shipped figures, or with a store's over them."""
    from panelkit.data.panels import build_panel, load_provinces

    vintage = asked.vintage or None
    foreign = [name for name in held if _key(name) is None]
    if asked.store is None:
        if foreign:
            _point_to_store(foreign)
        return lambda span: load_provinces(held, span, vintage, asked.wanted)
    from panelkit.data.yearbook.store.definitions import store_figures

    figures = store_figures(asked.store)
    _refuse_unheld(foreign, set(figures["indicator"]), asked.store)
    keys = list(dict.fromkeys(_key(name) or name for name in held))
    mine = figures[figures["indicator"].isin(keys)]
    return lambda span: build_panel(
        mine, indicators=keys, years=span, vintage=vintage, provinces=asked.wanted, check=False
    )


def _key(name: str) -> str | None:
    """Return the catalogue's key of an indicator that is written by its key or its Chinese name; None for another."""
    from panelkit.data import catalogue

    try:
        return catalogue.require([name])[0]
    except SpecError:
        return None


def _point_to_store(names: Sequence[str]) -> None:
    """Refuse indicators that only the store in the user's data folder holds, with the option that reads it."""
    from panelkit.data.yearbook.store.definitions import store_figures
    from panelkit.data.yearbook.store.store import default_store

    folder = default_store()
    held: set[str] = set()
    if folder.is_dir():
        with suppress(DataError):  # `panelkit store check` says what is wrong with it
            held = set(store_figures(folder, shipped=False)["indicator"])
    mine = [name for name in names if name in held]
    if mine:
        raise SpecError(
            message(
                "{names}: held by the store alone: read it too, by `--store {store}`",
                names=mine,
                store=folder,
            )
        )


def _refuse_unheld(names: Sequence[str], held: Set[str], store: Path) -> None:
    from panelkit.data import catalogue

    unknown = [name for name in names if name not in held]
    if unknown:
        raise SpecError(
            message(
                "no indicator of the catalogue or of the store {store} is called {unknown}; the store's own: {own}",
                store=store,
                unknown=unknown,
                own=sorted(held - set(catalogue.facts())) or message("none"),
            )
        )


def _as_written(frame: pd.DataFrame, names: Sequence[str], defined: Mapping[str, str]) -> pd.DataFrame:
    """Return the figures under the names by which the formulas call them: keys, or Chinese names of the catalogue."""
    other = {
        name: key
        for name in names
        if name not in frame.columns and (key := defined.get(name) or _key(name)) in frame.columns
    }
    if not other:
        return frame
    facts = dict(frame.attrs["panelkit"])
    for field, about in facts.items():
        if isinstance(about, dict):
            facts[field] = about | {name: about[key] for name, key in other.items() if key in about}
    unread = [key for key in other.values() if key not in names]
    made = frame.assign(**{name: frame[key] for name, key in other.items()}).drop(columns=unread)
    made.attrs = {**frame.attrs, "panelkit": facts}
    return made
