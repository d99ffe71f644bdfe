"""What a search tries: a choice on every axis, and the numbers that each choice would print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.audit.convention.target import Slot
from panelkit.kernels.within import FloatArray
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
    """

    candidates: Sequence[Candidate]
    slots: tuple[Slot, ...]
    matrix: FloatArray
    dealt: Callable[[int, np.random.Generator, int], FloatArray] | None = None
