"""What R-SIGN, R-MAG and R-MOD share: the word of an estimate with its interval, its conditions and its sizes."""

from __future__ import annotations

from panelkit.claims.findings import Condition, Finding, Judgement, Sizes, paragraph
from panelkit.claims.rules.interval import Reading
from panelkit.claims.rules.reading import headline_of, percent_of, shape
from panelkit.claims.rules.regression import plain
from panelkit.claims.rules.six_words import leaning, word_of
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.language.message import message

FIFTH = message("one within deviation of the treatment moves the outcome by a fifth of its own")


def by_headline(
    direction: float,
    tested: Finding,
    conditions: tuple[Condition, ...],
    sizes: Sizes,
    *,
    number: float | None = None,
    inside: bool | None = None,
    reading: Reading = word_of,
) -> Judgement:
    """Return the word of an estimate, as `reading` gives it; `number` and `inside` are those of `word_of`."""
    head = headline_of(tested)
    stated = {} if number is None else {"number": number, "inside": inside}
    word = reading(
        direction,
        head.ends,
        (head.inner_low, head.inner_high),
        sizes.smallest,
        [item for item in conditions if item.key != "main"],
        **stated,
    )
    estimate = message(
        "Estimate {estimate:.3g}, {level} % interval {low:.3g} to {high:.3g}.",
        estimate=head.estimate,
        level=percent_of(1.0 - SIGNIFICANT),
        low=head.ends[0],
        high=head.ends[1],
    )
    said, flags = shape(head)
    return Judgement(
        word=word,
        sentence=paragraph([plain(word, direction, head, conditions, sizes), estimate, *said]),
        conditions=conditions,
        leans=leaning(direction, head.estimate),
        sizes=sizes,
        flags=flags,
    )
