"""Errors planted in a printout: a slip at a number of something that holds, until no rounding can explain it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.synthetic.corners import Truth
from benchmarks.synthetic.style import Place, Printout
from benchmarks.synthetic.truths import truths

_TRIES = 40


@dataclass(frozen=True)
class Planted:
    """A printout with one error: what no longer holds, where, what was and is printed there, and the slip."""

    printout: Printout
    truth: Truth
    place: Place
    before: str
    after: str
    slip: str


def plant(printout: Printout, rng: np.random.Generator, name: str | None = None) -> Planted | None:
    """Return the printout with an error in something that holds (`name`, or any); None where none can be made."""
    by_name: dict[str, list[Truth]] = {}
    for truth in truths(printout):
        by_name.setdefault(truth.name, []).append(truth)
    names = sorted(by_name) if name is None else [name] if name in by_name else []
    if not names:
        return None
    chosen = by_name[names[int(rng.integers(len(names)))]]
    for _ in range(_TRIES):
        truth = chosen[int(rng.integers(len(chosen)))]
        if not truth.holds(printout):
            raise AssertionError(
                f"{truth.name} does not hold in a true table: {[printout.pieces[p] for p in truth.places]}"
            )
        place = truth.places[int(rng.integers(len(truth.places)))]
        before = printout.pieces[place]
        slip = (
            "star"
            if place[2] == "stars"
            else ("digit", "swap", "sign", "point", "column")[int(rng.integers(5))]
        )
        after = SLIPS[slip](printout, place, rng)
        if after is None or after == before:
            continue
        changed = printout.with_piece(place, after)
        if not truth.holds(changed):
            return Planted(changed, truth, place, before, after, slip)
    return None


def _digits(text: str) -> list[int]:
    return [at for at, sign in enumerate(text) if sign.isdigit()]


def _digit(printout: Printout, place: Place, rng: np.random.Generator) -> str:
    text = printout.pieces[place]
    at = int(rng.choice(_digits(text)))
    return text[:at] + str(rng.integers(10)) + text[at + 1 :]


def _swap(printout: Printout, place: Place, rng: np.random.Generator) -> str | None:
    text = printout.pieces[place]
    places = _digits(text)
    if len(places) < 2:
        return None
    k = int(rng.integers(len(places) - 1))
    one, two = places[k], places[k + 1]
    return text[:one] + text[two] + text[one + 1 : two] + text[one] + text[two + 1 :]


def _sign(printout: Printout, place: Place, rng: np.random.Generator) -> str:
    text = printout.pieces[place]
    return text[1:] if text[0] in "-−–" else printout.style.minus + text


def _point(printout: Printout, place: Place, rng: np.random.Generator) -> str | None:
    text = printout.pieces[place]
    whole, point, part = text.partition(".")
    if not point or not part or not whole.strip("-−–"):
        return None
    sign = whole[:1] if whole[0] in "-−–" else ""
    figures = (whole[len(sign) :] + part[0]).lstrip("0") or "0"
    return f"{sign}{figures}.{part[1:]}" if len(part) > 1 else f"{sign}{figures}"


def _column(printout: Printout, place: Place, rng: np.random.Generator) -> str | None:
    """Return what stands in the same line of another column."""
    row, column, part = place
    others = [
        text
        for (r, c, p), text in printout.pieces.items()
        if r == row and c != column and p == part and not printout.true.roles
    ]
    return others[int(rng.integers(len(others)))] if others else None


def _star(printout: Printout, place: Place, rng: np.random.Generator) -> str:
    count = len(printout.pieces[place])
    others = [k for k in range(4) if k != count]
    return printout.style.star * int(rng.choice(others))


SLIPS: dict[str, Callable[[Printout, Place, np.random.Generator], str | None]] = {
    "digit": _digit, "swap": _swap, "sign": _sign, "point": _point, "column": _column, "star": _star,
}  # fmt: skip
