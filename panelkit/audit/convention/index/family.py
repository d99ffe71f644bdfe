"""The families of indices: entropy weights with their scores, and coupling of systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.candidate import Candidate, Option, Predicted
from panelkit.audit.convention.index.asked import cells_of
from panelkit.audit.convention.index.computed import Maker
from panelkit.audit.convention.index.figures import Figures, figures_of, stated_of
from panelkit.audit.convention.index.recipes import Recipe, recipes
from panelkit.audit.convention.problem import Problem
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.offers import offered

_DEPTH = 2
AS_STATED = Option("index", "as stated", message("as stated"))


class Candidates(Sequence[Candidate]):
    """Recipes as candidates."""

    def __init__(self, made: Sequence[Recipe]) -> None:
        """Keep the recipes."""
        self.made = made

    def __len__(self) -> int:
        return len(self.made)

    def __getitem__(self, at: int) -> Candidate:  # type: ignore[override]
        return Candidate(self.made[at].options or (AS_STATED,))

    @cached_property
    def departures(self) -> NDArray[np.int64]:
        """Return how many steps each lies from what is stated, (C,)."""
        return np.array([one.departures for one in self.made], dtype=np.int64)

    @cached_property
    def mistakes(self) -> NDArray[np.bool_]:
        """Return which are mistakes, (C,)."""
        return np.array([one.mistaken for one in self.made], dtype=bool)


@offered("convention_family", "coupling", family="conventions", source="docs/conventions.md")
def coupling_candidates(problem: Problem) -> Predicted:
    """Return what coupling degrees, developments and coordination of the stated systems would print.

    Raises
    ------
    SpecError
        If no systems are stated, or a printed name is none of a coupling.
    DataError
        If the figures hold no complete rows.
    """
    return _candidates(problem, several=True)


@offered("convention_family", "entropy", family="conventions", source="docs/conventions.md")
def entropy_candidates(problem: Problem) -> Predicted:
    """Return what weights, entropies and scores of the stated indicators would print.

    Raises
    ------
    SpecError
        If no indicators are stated, or a printed name is none of an index.
    DataError
        If the figures hold no complete rows.
    """
    return _candidates(problem, several=False)


def _candidates(problem: Problem, *, several: bool) -> Predicted:
    stated = stated_of(problem, several=several)
    figures = figures_of(problem, stated.indicators)
    cells = cells_of(problem.target.slots, figures, stated.indicators, stated.systems)
    maker = Maker(figures, stated, cells)
    depth = _DEPTH if problem.depth is None else problem.depth
    every = list(recipes(figures, stated, depth))
    matrix = np.array([maker.numbers(one) for one in every])
    at = _distinct(matrix, every)
    if not len(at):
        raise DataError(
            message(
                "no index of these figures has the printed numbers: an indicator may not vary, or a row be incomplete"
            )
        )
    kept = [every[j] for j in at]

    def dealt(at: int, rng: np.random.Generator, draws: int) -> FloatArray:
        return np.array([Maker(_drawn(figures, rng), stated, cells).numbers(kept[at]) for _ in range(draws)])

    return Predicted(
        Candidates(kept), problem.target.slots, matrix[at], dealt, notes=figures.notes, fits=len(kept)
    )


def _distinct(matrix: FloatArray, made: Sequence[Recipe]) -> NDArray[np.int64]:
    """Return the places of whole rows (C, S), those whose numbers a nearer recipe prints too left out."""
    order = sorted(range(len(made)), key=lambda at: (made[at].departures, made[at].mistaken, at))
    seen: dict[tuple[str, ...], int] = {}
    for at in order:
        if np.isfinite(matrix[at]).all():
            seen.setdefault(tuple(f"{value:.11e}" for value in matrix[at]), at)
    return np.array(sorted(seen.values()), dtype=np.int64)


def _drawn(figures: Figures, rng: np.random.Generator) -> Figures:
    """Return figures of like units: every unit's place is taken by one drawn with replacement, its periods kept."""
    codes = np.unique(figures.unit)
    source = dict(zip(codes.tolist(), rng.choice(codes, len(codes)).tolist(), strict=True))
    place = {
        (u, t): at for at, (u, t) in enumerate(zip(figures.unit.tolist(), figures.time.tolist(), strict=True))
    }
    rows = [
        place.get((source[u], t), at)
        for at, (u, t) in enumerate(zip(figures.unit.tolist(), figures.time.tolist(), strict=True))
    ]
    return replace(figures, values=figures.values[rows])
