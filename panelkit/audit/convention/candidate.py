"""What a search tries: a choice on every axis, and the numbers that each choice would print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.target import Slot
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.message import Message, listed
from panelkit.show.brief import Brief

Kind = Literal["convention", "mistake"]


@dataclass(frozen=True)
class Option:
    """One choice on one axis.

    Parameters
    ----------
    axis
        Its name, such as "covariance", "window", "units", "lag", "controls", "logs", "vintage", "mistake".
    key
        The choice, for programs.
    said
        The choice in words.
    departure
        How many steps it is away from what the user stated: 0 for what was stated and for conventions that no table
        states (the program), 1 for another window, 2 for a mistake.
    mistake
        Whether nobody would choose it knowingly.
    """

    axis: str
    key: str
    said: Message
    departure: int = 0
    mistake: bool = False


@dataclass(frozen=True)
class Candidate:
    """One choice on every axis that was varied."""

    options: tuple[Option, ...]

    @property
    def kind(self) -> Kind:
        """Tell a convention from a known mistake."""
        return "mistake" if any(one.mistake for one in self.options) else "convention"

    @property
    def departures(self) -> int:
        """Return how many steps lie between it and what was stated."""
        return sum(one.departure for one in self.options)

    @property
    def axes(self) -> tuple[tuple[str, str], ...]:
        """Return axes and choices as text."""
        return tuple((one.axis, one.key) for one in self.options)

    @property
    def label(self) -> Message:
        """Return all choices in words."""
        return listed([one.said for one in self.options])


@dataclass(frozen=True, eq=False)
class Predicted(Brief):
    """What C candidates would print.

    Parameters
    ----------
    candidates
        C of them.
    slots
        The S numbers, `Target.slots`.
    matrix
        Shape (C, S); NaN where a candidate has no such number.
    dealt
        Where a family has it: from a candidate's place, a generator and a number of draws B to what this candidate
        would print on as many panels in which chance was dealt anew between units, (B, S). It tells how often another
        candidate matches by chance (`chance.py`).
    notes
        What a reader of the result should know.
    fits
        How many models were estimated: many candidates share one. 0: one each.
    ruled_out
        How many models were not estimated because a number that needs no estimate, as the number of rows, is not the
        printed one.
    """

    candidates: Sequence[Candidate]
    slots: tuple[Slot, ...]
    matrix: FloatArray
    dealt: Callable[[int, np.random.Generator, int], FloatArray] | None = None
    notes: tuple[Message, ...] = ()
    fits: int = 0
    ruled_out: int = 0

    @property
    def departures(self) -> IntArray:
        """Return how many steps each candidate lies from what is stated, (C,)."""
        held = getattr(self.candidates, "departures", None)
        return np.array([one.departures for one in self.candidates]) if held is None else np.asarray(held)

    @property
    def rank(self) -> IntArray:
        """Return what decides between candidates that are equally far from the printed numbers, (C,): least first.

        Steps from what is stated, a convention before a mistake, and what a family finds more plausible (`plausible`).
        """
        held = getattr(self.candidates, "plausible", None)
        plausible = np.zeros(len(self.candidates), dtype=np.int64) if held is None else np.asarray(held)
        return np.asarray((2 * self.departures + self.mistakes) * (1 + plausible.max(initial=0)) + plausible)

    @property
    def mistakes(self) -> NDArray[np.bool_]:
        """Return which candidates are known mistakes, (C,)."""
        held = getattr(self.candidates, "mistakes", None)
        marked = [one.kind == "mistake" for one in self.candidates] if held is None else held
        return np.asarray(marked, dtype=bool)
