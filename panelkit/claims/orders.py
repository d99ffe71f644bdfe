"""An order as a cloud of draws shows it: how often each pair stands as claimed, and which order comes most often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.indices.arrays.uncertainty import pair_probabilities, probability_of_order, rank
from panelkit.kernels.within import IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Joined, Message, message
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

_MOST = 15  # 16^15 is the largest such power that 64 bits hold


@dataclass(frozen=True, kw_only=True)
class Pair(Brief):
    """Two neighbours of a claimed order: in which share of the draws they stand so, and in which the other way round.

    `turned_everywhere` is the smallest share, over the designs that decide, in which they stand the other way round.
    `gap` is the mean by which the first stands above the second, in the order's `unit`, and `spread` the percentiles
    (1 to 99) of what the draws' gaps have more than that.
    """

    above: Message
    below: Message
    probability: float
    turned: float
    turned_everywhere: float
    gap: float
    spread: tuple[float, ...]

    def more(self, share: float) -> float:
        """Return what a share of the draws' gaps lies below, less the mean gap; a share between .01 and .99."""
        return float(np.interp(100.0 * share, np.arange(1, 100), self.spread))


@dataclass(frozen=True, kw_only=True)
class Order(Brief):
    """A claimed order in a cloud of draws.

    `probability` is that of exactly this order, `most_frequent` the order that most draws give and `its_probability`
    theirs; `claimed_leads` says that it is the claimed one. `kinds`: units were drawn again, so that the order is of
    kinds of units and not of these. `unit` is what gaps are measured in.
    """

    pairs: tuple[Pair, ...]
    probability: float
    most_frequent: Message
    its_probability: float
    claimed_leads: bool
    unit: Message
    kinds: bool = False


def order_of(
    draws: FloatArray,
    names: Sequence[Message],
    *,
    kinds: bool,
    unit: Message,
    deviation: FloatArray | float = 1.0,
    everywhere: FloatArray | None = None,
    leading: bool = False,
) -> Order:
    """Return what a cloud shows of a claimed order.

    Parameters
    ----------
    draws
        Shape (B, G): scores, columns in the claimed order.
    names
        Names of the columns.
    kinds
        Whether units were drawn again.
    unit, deviation
        What gaps are measured in, and how much of a score that is: one number, or one of every draw (B,).
    everywhere
        Shape (pairs,): the smallest share, over the designs that decide, in which each pair is reversed; None: this
        one's.
    leading
        The claim is that the first column leads: it is paired with each of the others, whose order does not matter.
    """
    shares = shares_of_pairs(draws, leading=leading)
    turned = shares[:, 1] if everywhere is None else everywhere
    gaps = gaps_of_pairs(draws, leading=leading) / np.reshape(deviation, (-1, 1))
    mean = gaps.mean(axis=0)
    spread = np.percentile(gaps - mean, np.arange(1, 100), axis=0)
    best, share = modal_order(draws)
    claimed = tuple(range(len(names)))
    first = draws[:, 0] > draws[:, 1:].max(axis=1)
    return Order(
        pairs=tuple(
            Pair(
                above=names[0 if leading else i],
                below=names[i + 1],
                probability=float(stands),
                turned=float(other),
                turned_everywhere=float(turned[i]),
                gap=float(mean[i]),
                spread=tuple(spread[:, i].tolist()),
            )
            for i, (stands, other) in enumerate(shares)
        ),
        probability=float(first.mean()) if leading else probability_of_order(draws, claimed),
        most_frequent=in_order([names[at] for at in best]),
        its_probability=share,
        claimed_leads=bool(first.mean() > 0.5) if leading else best == claimed,
        unit=unit,
        kinds=kinds,
    )


def shares_of_pairs(draws: FloatArray, *, leading: bool = False) -> FloatArray:
    """Return how often each pair of a claimed order stands as claimed, and the other way round: (G - 1, 2).

    Pairs are neighbours, or with `leading` the first column and each of the others.
    """
    shares = pair_probabilities(draws)
    above, below = _pairs(draws.shape[1], leading)
    return np.column_stack([shares[above, below], shares[below, above]])


def gaps_of_pairs(draws: FloatArray, *, leading: bool = False) -> FloatArray:
    """Return by how much the first of each pair stands above the second in every draw: (B, G - 1), in scores."""
    above, below = _pairs(draws.shape[1], leading)
    return np.asarray(draws[:, above] - draws[:, below])


def _pairs(places: int, leading: bool) -> tuple[IntArray, IntArray]:
    """Return the columns of the first and of the second of every pair."""
    below = np.arange(1, places)
    return np.zeros_like(below) if leading else below - 1, below


def modal_order(draws: FloatArray) -> tuple[tuple[int, ...], float]:
    """Return the order of columns that most draws (B, G) give, best first, and the share of them that does."""
    ranks = rank(draws)
    _, first, same = np.unique(ranks @ _digits(ranks.shape[1]), return_index=True, return_inverse=True)
    count = np.bincount(same)
    best = int(np.argmax(count))
    return tuple(int(at) for at in np.argsort(ranks[first[best]], kind="stable")), float(
        count[best] / len(draws)
    )


def _digits(places: int) -> IntArray:
    """Return the powers that make one number of ranks.

    Raises
    ------
    SpecError
        If there are so many places that their orders have no numbers.
    """
    if places > _MOST:
        raise SpecError(
            message("an order is of {most} places at most, not {places}", most=_MOST, places=places)
        )
    return np.asarray((places + 1) ** np.arange(places, dtype=np.int64))


def in_order(names: Sequence[Message]) -> Message:
    """Return names from the first to the last."""
    return Joined(names, {"en": " > ", "zh": "＞"})
