"""R-RANK: an order is judged pair by pair over a cloud of draws.

| word | when |
|---|---|
| SUPPORTED | every pair of neighbours stands as claimed in nine tenths of the draws (of kinds with one pair: in .95) |
| PARTLY | the claimed order is the most frequent one, or every pair stands as claimed in more than half of the draws |
| CONTRADICTED | a pair stands the other way round in .99 of the draws, in every design that decides |
| UNDECIDED | else |

An exact order of four has twenty-four rivals: its own probability is below a half even where every pair is clear, so
that it is printed and decides nothing. Where the sentence is about kinds of units, units are drawn again inside their
kind; how often the words are wrong then is measured in `benchmarks/evidence/verdicts_rank.py`.
"""

from __future__ import annotations

from typing import ClassVar

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Judgement, Sizes, Word, asked, paragraph
from panelkit.claims.orders import Order, Pair
from panelkit.claims.rules.reading import measured_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, listed, message
from panelkit.language.offers import offered
from panelkit.studies.scrutiny.main_test import POWER

FIRM = 0.9
"""Nine tenths of the defensible indices: an order stated without a proviso should hold under nearly all of them."""

FIRM_ALONE = 0.95
"""Of one pair of kinds: with .90 two kinds that do not differ come out in the claimed order in one world of ten."""

FRAGILE = 0.5
"""Half of them: below it, the other order of the pair is the likelier one."""

TURNED = 0.99
"""At which a pair contradicts: .95 contradicts two to seven of a hundred right orders of three or four groups."""


@offered("rule", "R-RANK", can=("measured",))
class RankRule(Rule):
    """No parameter: the order stands in the design."""

    ASKS: ClassVar[str] = "order"
    IDLE: ClassVar[tuple[str, ...]] = ("value", "sign", "smallest")

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the pairs of the order.

        Raises
        ------
        SpecError
            If the design yields no order.
        """
        found = measured_of(tested)
        order = found.order
        if order is None:
            raise SpecError(message("the rule reads an order, which the design does not yield"))
        word, sizes = rank(order), _sizes(order)
        return Judgement(
            word=word,
            sentence=paragraph([found.sentence, _said(word, order, sizes)]),
            conditions=(*_pairs(order), _whole(order), *found.conditions, *tested.printed),
            leans=_leaning(order),
            sizes=sizes,
            flags=found.flags,
        )


def rank(order: Order) -> Word:
    """Return the word for an order."""
    if all(pair.probability >= firm(order) for pair in order.pairs):
        return "SUPPORTED"
    if any(pair.turned_everywhere >= TURNED for pair in order.pairs):
        return "CONTRADICTED"
    return "PARTLY" if _leads(order) else "UNDECIDED"


def firm(order: Order) -> float:
    """Return the share of draws in which every pair must stand as claimed."""
    return FIRM_ALONE if order.kinds and len(order.pairs) == 1 else FIRM


def detectable_gap(pair: Pair, bar: float) -> float:
    """Return the gap of a pair, in the order's unit, that the cloud would call four times in five.

    It calls a pair where its mean gap is so large that `bar` of the draws lie above zero. The true gap lies about the
    mean as the draws do: a gap g is called where g + e reaches that, and e, a draw less the mean, lies above its 20 %
    quantile four times in five.

    Parameters
    ----------
    pair
        The pair, with the spread of its draws.
    bar
        The share of draws in which it must stand as claimed.

    Returns
    -------
    float
        About (1.28 + .84) deviations of the draws at a bar of .90.
    """
    return -pair.more(1.0 - bar) - pair.more(1.0 - POWER)


def _sizes(order: Order) -> Sizes:
    """Return the gap that every pair would have to have: that of the pair which is told worst."""
    return Sizes(
        detectable=max(detectable_gap(pair, firm(order)) for pair in order.pairs),
        detectable_is=message(
            "a gap between neighbours that would be called four times in five, in {unit}", unit=order.unit
        ),
    )


def _leads(order: Order) -> bool:
    return order.claimed_leads or all(pair.probability > FRAGILE for pair in order.pairs)


def _leaning(order: Order) -> int:
    """Return 1 where the claimed order is the likelier one, -1 where a pair is reversed in most draws."""
    if _leads(order):
        return 1
    return -1 if any(pair.turned > FRAGILE for pair in order.pairs) else 0


def _pairs(order: Order) -> list[Condition]:
    bar = firm(order)
    return [
        asked(
            "pair",
            message(
                "{above} above {below} in {share:.0%} of the draws",
                above=pair.above,
                below=pair.below,
                share=bar,
            ),
            pair.probability >= bar,
            message("in {share:.1%}", share=pair.probability),
            probability=pair.probability,
            turned=pair.turned,
            turned_everywhere=pair.turned_everywhere,
            gap=pair.gap,
            detectable=detectable_gap(pair, bar),
        )
        for pair in order.pairs
    ]


def _whole(order: Order) -> Condition:
    """Return what is printed of the whole order."""
    return Condition(
        key="most_frequent",
        asks=message("the most frequent order"),
        outcome="printed",
        found=message(
            "{order}, in {share:.1%}; the claimed one in {claimed:.1%}",
            order=order.most_frequent,
            share=order.its_probability,
            claimed=order.probability,
        ),
        decides=False,
        numbers={"share": order.its_probability, "claimed": order.probability},
    )


def _said(word: Word, order: Order, sizes: Sizes) -> Message:
    if word == "SUPPORTED":
        return message("Every pair stands as claimed in {share:.0%} of the draws or more.", share=firm(order))
    weak = [pair for pair in order.pairs if pair.probability < firm(order)]
    if word == "CONTRADICTED":
        turned = [pair for pair in order.pairs if pair.turned_everywhere >= TURNED]
        return message(
            "In every design that decides the other way round in {share:.0%} of the draws or more: {pairs}.",
            share=TURNED,
            pairs=listed(_named(pair) for pair in turned),
        )
    pairs = listed(_named(pair) for pair in weak)
    if word == "PARTLY":
        return message(
            "It is the likelier order, but fragile: {pairs} below {share:.0%}.",
            pairs=pairs,
            share=firm(order),
        )
    return message(
        "The draws do not tell: {pairs} below {share:.0%}. A gap of {detectable:.2g} between neighbours, in {unit}, "
        "would be called four times in five.",
        pairs=pairs,
        share=firm(order),
        detectable=sizes.detectable,
        unit=order.unit,
    )


def _named(pair: Pair) -> Message:
    return message(
        "{above} above {below} ({share:.0%})", above=pair.above, below=pair.below, share=pair.probability
    )
