"""A measured difference, trend or effect is judged by its interval, and by what else a rule asks for."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import Condition, Finding, Judgement, Measured, Sizes, Word, paragraph
from panelkit.claims.rules.detectable import detectable_of
from panelkit.claims.rules.reading import measured_of
from panelkit.claims.rules.regression import undecided
from panelkit.claims.rules.six_words import leaning, word_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, listed, message

SILENT = message("none is declared")

Reading = Callable[..., Word]
"""From direction, interval, inner interval, smallest effect and conditions to a word, as `six_words.word_of`."""


class IntervalRule(Rule):
    """The claimed direction is `sign`. The level of the interval is the design's."""

    NEEDS: ClassVar[tuple[str, ...]] = ("sign",)

    def judge(self, tested: Finding) -> Judgement:
        """Return the word for the interval and the conditions beside it."""
        return by_interval(self, tested)


def by_interval(
    rule: Rule, tested: Finding, silent: Message = SILENT, *, reading: Reading = word_of
) -> Judgement:
    """Return the word for a measured quantity whose sign is claimed.

    Parameters
    ----------
    rule
        The claimed direction, and the smallest effect of interest where it declares one.
    tested
        What the design measured.
    silent
        Where the smallest effect is from if neither the rule nor the design says it.
    reading
        Gives the word.

    Returns
    -------
    Judgement

    Raises
    ------
    SpecError
        If what was measured has no interval.
    """
    found = measured_of(tested)
    if math.isnan(found.low) or math.isnan(found.high):
        raise SpecError(message("rule {rule} reads an interval, and the design yields none", rule=rule.name))
    smallest, why = rule.smallest_effect(found.why or silent, found.smallest)
    sizes = _sizes(found, smallest, why)
    word = reading(
        rule.direction,
        (found.low, found.high),
        (found.inner_low, found.inner_high),
        smallest,
        found.conditions,
    )
    conditions = (_interval(found, rule.direction), *found.conditions, *tested.printed)
    return Judgement(
        word=word,
        sentence=paragraph([found.sentence, _said(word, rule.direction, found, sizes)]),
        conditions=conditions,
        leans=leaning(rule.direction, found.value),
        sizes=sizes,
        flags=found.flags,
    )


def _sizes(found: Measured, smallest: float, why: Message) -> Sizes:
    size, kind = detectable_of(found, (found.low, found.high))
    return Sizes(
        smallest=smallest,
        why=why,
        detectable=size,
        detectable_is=kind,
        excluded=max(abs(found.inner_low), abs(found.inner_high)),
    )


def _interval(found: Measured, direction: float) -> Condition:
    """Return the main interval as the first condition."""
    excludes = found.low > 0.0 if direction > 0.0 else found.high < 0.0
    return Condition(
        key="main",
        asks=message("the main interval excludes zero on the claimed side"),
        outcome="passes" if excludes else "fails",
        found=message(
            "{value:.3g} ({low:.3g} to {high:.3g})", value=found.value, low=found.low, high=found.high
        ),
        numbers={"value": found.value, "low": found.low, "high": found.high, "p": found.p_value},
    )


def _said(word: Word, direction: float, found: Measured, sizes: Sizes) -> Message:
    failed = [item.asks for item in found.conditions if not item.passes]
    if not (found.low > 0.0 or found.high < 0.0):
        if word == "NOT SUPPORTED":
            return message(
                "The interval holds zero and is narrow: an effect of {smallest:.3g} is excluded.",
                smallest=sizes.smallest,
            )
        return undecided(sizes)
    if (found.low > 0.0) != (direction > 0.0):
        if word == "CONTRADICTED":
            return message("The interval lies on the other side of zero, and every condition holds there.")
        return message("It leans the other way, but not: {failed}.", failed=listed(failed))
    if word == "SUPPORTED":
        return message("The interval excludes zero on the claimed side, and every condition holds.")
    return message(
        "The interval excludes zero on the claimed side, but not: {failed}.", failed=listed(failed)
    )
