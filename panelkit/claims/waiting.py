"""Pending claims with designs: which figures they wait for, and their run once a store of the user's holds them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from panelkit.claims.file.document import Claim
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.windows import figures_of
from panelkit.data import catalogue
from panelkit.data.paths import figures_from
from panelkit.data.provinces import NATION
from panelkit.language.errors import DataError
from panelkit.language.message import Message, Told, listed, message

if TYPE_CHECKING:
    from panelkit.data.yearbook.store.store import StoreState

OWN_STORE = "own_store"
"""The flag of a verdict on figures that the user has taken in: other users may hold others."""


def lacking(claim: Claim) -> tuple[str, ...]:
    """Return the figures of a claim that the catalogue names and does not hold."""
    about = catalogue.facts()
    named = dict.fromkeys(column for column, _ in figures_of(claim))
    return tuple(name for name in named if name in about and not about[name].vintages)


@contextmanager
def supplied(claim: Claim, store: Path | None) -> Iterator[tuple[str, ...]]:
    """Yield the figures that a claim still waits for; none: inside the block all of them are held.

    Parameters
    ----------
    claim
        A pending claim with designs.
    store
        A store that may hold what the shipped figures lack; None: nothing but these.

    Yields
    ------
    tuple of str
        Keys of the catalogue. Figures of the store stand for these keys only: all others are the shipped ones.
    """
    wanted = lacking(claim)
    state = _state(store) if wanted else None
    held = set() if state is None else _held(state)
    missing = tuple(name for name in wanted if name not in held)
    if state is None or missing:
        yield missing
        return
    from panelkit.data.revised import write_new_figures

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "data"
        write_new_figures(_only(state, wanted), place)
        with figures_from(place):
            yield ()


def as_computed(registered: RegisteredClaim, *, own: bool) -> RegisteredClaim:
    """Return a pending claim as one that is computed; `own`: on figures that the user has taken in."""
    claim = registered.claim
    flags = (*claim.flags, OWN_STORE) if own else claim.flags
    return replace(registered, claim=claim.model_copy(update={"status": "computed", "flags": flags}))


def waits_for(claim: str, missing: Sequence[str]) -> Message:
    """Return which figures a claim waits for, and what computes it."""
    return message(
        "It waits for {figures}. Its designs are declared: once `panelkit ingest FILE --vintage NAME` has taken the "
        "table in, `panelkit check {claim}` computes it.",
        figures=listed(missing_names(missing)),
        claim=claim,
    )


def missing_names(keys: Sequence[str]) -> list[Message]:
    """Return what indicators are called, each with its key."""
    about = catalogue.facts()
    return [
        message("{name} ({key})", name=Told(about[key].name_en, about[key].name_zh), key=key) for key in keys
    ]


def _state(store: Path | None) -> StoreState | None:
    """Return what a store holds; None where there is none, or none that can be read."""
    if store is None or not store.is_dir():
        return None
    from panelkit.data.yearbook.store.store import read_store

    try:
        return read_store(store)
    except DataError:  # `panelkit store` says what is wrong with it; a claim that waits goes on waiting
        return None


def held_keys(store: Path) -> set[str]:
    """Return the indicators of which a store holds yearly figures of provinces; none of a store that is not there."""
    state = _state(store)
    return set() if state is None else _held(state)


def _held(state: StoreState) -> set[str]:
    figures = state.figures
    annual = figures["period"].str.fullmatch(r"\d{4}") & (figures["adcode"] != NATION)
    return set(figures.loc[annual, "indicator"])


def _only(state: StoreState, keys: Sequence[str]) -> StoreState:
    """Return a store as if it held these indicators and no other."""
    files = tuple(
        replace(file, vintages={key: name for key, name in file.vintages.items() if key in keys})
        for file in state.files
    )
    return replace(state, files=files, figures=state.figures[state.figures["indicator"].isin(keys)])
