"""Levels of interactions that effects and other terms already hold: left out by a fixed rule, and named.

A column may leave only if it belongs to an interaction with categories, or to a main effect of such an interaction.
The columns are looked at in this order: all others; those of no base level; those of one; and so on, each as the
formula has them. So what leaves is the base where one level is redundant. Whether a column repeats those before it is
the decision of `kernels/identified.py`, far from rounding on either side.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from panelkit.kernels.identified import ABSORBED_SHARE, absorbed_terms
from panelkit.kernels.index import SHOWN, Array, listed
from panelkit.kernels.interactions import Interactions
from panelkit.kernels.row_weights import rooted
from panelkit.kernels.within import Effects, Layout, within
from panelkit.language.message import Message, counted, message
from panelkit.panel.design import Design


def without_redundant(
    design: Design, effects: Effects, among: Collection[str] | None = None
) -> tuple[Design, tuple[Message, ...]]:
    """Return the design without the redundant levels of its interactions, and notes that name those.

    Parameters
    ----------
    design
        k columns, n rows.
    effects
        What is swept out beside the interactions of the design.
    among
        The terms that are looked at; None is all.

    Returns
    -------
    The design of the columns that stay, and a note for those that the effects alone hold, and one for those that repeat
    other columns beside the effects.
    """
    may = _may_leave(design)
    looked_at = np.array([among is None or term in among for term in design.terms], dtype=bool)
    may &= looked_at
    if not may.any():
        return design, ()
    X = np.asarray(design.X)
    layout = design.layout
    X = rooted(X, layout.weights)
    swept = within(X, layout, effects)
    held = absorbed_terms(X, swept)
    gone = may & held
    order: list[int] = np.flatnonzero(looked_at & ~held & ~may).tolist()
    places: list[int] = np.flatnonzero(may & ~held).tolist()
    order += sorted(places, key=lambda j: design.memory.bases[j])
    repeated = _repeated(swept, order) & may
    alone = _held_alone if effects != "none" else _without_variation
    notes = (*_named(design, gone, alone), *_named(design, repeated, _beside_others))
    return design.without_columns(gone | repeated), notes


def told_without_redundant(design: Design, effects: Effects) -> Design:
    """Return the design without the redundant levels of its interactions, which its notes then name."""
    left, said = without_redundant(design, effects)
    return replace(left, notes=(*left.notes, *said), provenance=(*left.provenance, *said))


def _may_leave(design: Design) -> Array:
    """Mark the columns (k,) of interactions with categories and of their main effects."""
    owners, levels = design.memory.owners, design.memory.levels
    if design.formula is None or len(owners) != len(design.terms):
        return np.zeros(len(design.terms), dtype=bool)
    categories = {
        factor.label
        for term in design.formula.terms
        for factor in term.factors
        if factor.kind == "category" or factor.label in levels
    }
    crossed = [term.key for term in design.formula.terms if len(term.factors) > 1 and term.key & categories]
    return np.array([any(owner and owner <= key for key in crossed) for owner in owners], dtype=bool)


def _repeated(swept: Array, order: list[int]) -> Array:
    """Mark the columns (k,) that are combinations of those before them in the order."""
    n, k = swept.shape
    found = np.zeros(k, dtype=bool)
    basis = np.empty((n, min(n, len(order))))
    rank = 0
    for j in order:
        column = swept[:, j] / np.linalg.norm(swept[:, j])
        for _ in range(2):
            column = column - basis[:, :rank] @ (basis[:, :rank].T @ column)
        size = float(np.linalg.norm(column))
        if size <= ABSORBED_SHARE or rank == basis.shape[1]:
            found[j] = True
        else:
            basis[:, rank] = column / size
            rank += 1
    return found


def _named(design: Design, gone: Array, said: Callable[[int, Message], Message]) -> tuple[Message, ...]:
    names = [f"`{design.terms[j]}`" for j in np.flatnonzero(gone)]
    return (said(len(names), listed(names[:SHOWN], len(names))),) if names else ()


def _held_alone(n: int, names: Message) -> Message:
    return counted(
        "left out: {names}, which the absorbed effects hold",
        "{n} columns left out, which the absorbed effects hold: {names}",
        n=n,
        names=names,
    )


def _without_variation(n: int, names: Message) -> Message:
    return counted(
        "left out: {names}, which does not vary",
        "{n} columns left out, which do not vary: {names}",
        n=n,
        names=names,
    )


def _beside_others(n: int, names: Message) -> Message:
    return counted(
        "left out as the reference: {names}, which the absorbed effects and the other terms hold",
        "{n} columns left out as the reference, which the absorbed effects and the other terms hold: {names}",
        n=n,
        names=names,
    )


def interaction_notes(design: Design, effects: Effects) -> tuple[Message, ...]:
    """Return what a table says of the interactions that are swept out: how many, which are redundant, exact fits."""
    held = design.interactions
    if held is None:
        return ()
    notes: list[Message] = []
    names, before = (design.unit_names[0], design.time_names[0]), design.layout.plain().absorbed(effects)
    for at, name in enumerate(held.slope_names):
        layout = Layout(design.unit, design.time, _first_slopes(held, at + 1))
        blocks, rank = layout.blocks(effects), layout.absorbed(effects)
        varying = np.zeros(0, dtype=np.int64)
        if blocks is not None:
            squares = np.add.reduceat(blocks.coordinates[:, -1] ** 2, blocks.starts)
            varying = np.flatnonzero(squares > 0.5)
        notes.append(_slopes_note(design, name, varying, rank - before))
        before = rank
    for at, name in enumerate(held.cell_names):
        cells = Interactions(
            held.slopes, held.cells[:, : at + 1], held.slope_names, held.cell_names[: at + 1]
        )
        rank = Layout(design.unit, design.time, cells).absorbed(effects)
        notes.append(
            message(
                "`{term}` is absorbed: {count:,} effects, {identified:,} of them identified beside the other effects",
                term=name,
                count=int(held.cells[:, at].max()) + 1,
                identified=rank - before,
            )
        )
        before = rank
    notes += _exact_units(design, effects)
    return tuple(note.spoken(*names) for note in notes)


def _first_slopes(held: Interactions, count: int) -> Interactions:
    return Interactions(held.slopes[:, :count], held.cells[:, :0], held.slope_names[:count])


def _slopes_note(design: Design, term: str, varying: Array, identified: int) -> Message:
    """Say how many slopes are absorbed; where the period effects hold one of them, whose is the reference."""
    facts = {"term": term, "count": len(varying)}
    if identified == len(varying):
        return message("`{term}` is absorbed: a slope of its own in each of {count:,} {units}", **facts)
    if identified == len(varying) - 1:
        return message(
            "`{term}` is absorbed: a slope of its own in each of {count:,} {units}, measured from that of {reference}, "
            "because the other effects hold one common slope",
            reference=str(design.unit_labels[varying[-1]]),
            **facts,
        )
    return message(
        "`{term}` is absorbed: slopes in {count:,} {units}, {identified:,} of them identified beside the other effects",
        identified=identified,
        **facts,
    )


def _exact_units(design: Design, effects: Effects) -> list[Message]:
    """Name the units that have no more rows than intercept and slopes: these fit them exactly."""
    layout = design.layout
    blocks = None if layout.interactions is None else layout.blocks(effects)
    if blocks is None or blocks.width < 2:
        return []
    exact = np.flatnonzero(layout.unit_counts <= blocks.unit_ranks)
    if not len(exact):
        return []
    labels = [str(design.unit_labels[at]) for at in exact[:SHOWN]]
    return [
        message(
            "{names}: no more {periods} than intercept and slopes, which fit them exactly; they add nothing to the "
            "coefficients, and stay in the sample and among the clusters (reghdfe drops a {unit} of one row only)",
            names=listed(labels, len(exact)),
        )
    ]
