"""Three sentences on a claim for a reader who knows no statistics: what is claimed, what is shown, what it means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from panelkit.claims.checked import CheckResult
from panelkit.claims.findings import Condition, Headline, Word, paragraph
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, Message, message, sentences, verbatim
from panelkit.report.conditions import levels_of
from panelkit.report.numbers import number
from panelkit.report.words import say

_TAKEN: Mapping[str, Message] = {
    "trends": message(
        "each {unit} was on a course of its own over these {periods}, and beyond these courses nothing is left"
    ),
    "path": message("the {units} moved along a path that they share, and beyond it nothing is left"),
    "regions": message("it comes from shocks that whole regions share"),
    "leads": message("the following {period}'s figure goes with it just as well, which no cause can do"),
    "additionality": message("what moves is mostly one and the same money, counted on both sides"),
}
_FAILED: Mapping[str, Message] = {
    "path": message("a slow development that the {units} share would look the same"),
    "differences": message("from one {period} to the next they hardly do"),
    "number": message("not in the stated size"),
    "additionality": message("it is hardly more than the money that is counted on both sides"),
}
_MEANS: Mapping[Word, Message] = {
    "SUPPORTED": message(
        "That is what one would expect if the sentence were true, and no proof of it: two series that wander in step "
        "by chance look the same to every test of these two alone."
    ),
    "PARTLY": message(
        "That fits the sentence as far as it goes; whether the one brings about the other, these figures cannot tell."
    ),
    "UNDECIDED": message("That is evidence neither for the sentence nor against it."),
    "NOT SUPPORTED": message(
        "That does not make the sentence false: these figures are no evidence for it, and other figures may be."
    ),
    "CONTRADICTED": message(
        "That speaks against the sentence on these figures; it is no judgement of its authors, whose own may differ."
    ),
    "NOT TESTABLE": message("No verdict can be drawn from these figures."),
}
_DESCRIBES: Mapping[Word, Message] = {
    "SUPPORTED": message(
        "That is what the sentence says, for these {units} and these figures; why it is so, they do not say."
    ),
    "PARTLY": message("That fits the sentence in part, for these {units} and these figures."),
}
_DESCRIPTIVE = ("R-DESC", "R-RANK", "R-INEQ")
"""Rules of sentences that say how things are, and not what brings about what."""

_STANDS: Mapping[Word, Message] = {
    "SUPPORTED": message("this is what is claimed, and every check holds"),
    "PARTLY": message("this is on the claimed side, but not every check holds"),
    "UNDECIDED": message("this is too uncertain to tell"),
    "NOT SUPPORTED": message("this does not show what is claimed"),
    "CONTRADICTED": message("this is the opposite of what is claimed, and every check holds"),
    "NOT TESTABLE": message("this cannot be judged"),
}
_CAVEATS: Mapping[str, Message] = {
    "provincial_analogue": message(
        "They are figures of provinces, not of the firms that the sentence speaks of."
    ),
    "far_proxy": message(
        "They measure something else than the sentence names, so that no firm word is given."
    ),
    "proxy_only": message("They are stand-ins for what the sentence names."),
    "province_for_city": message(
        "They are figures of provinces, not of the cities that the sentence speaks of."
    ),
}


def three_sentences(result: CheckResult, name: str, language: Language) -> list[tuple[str, str]]:
    """Return what is claimed, what the figures show and what that means, each with its heading."""
    claim, word = result.of(name)[0].registered.claim, result.word_of(name)
    deciding = result.round_of(name).deciding
    flags = dict.fromkeys(flag for item in deciding for flag in item.flags)
    caveats = [_CAVEATS[flag] for flag in flags if flag in _CAVEATS]
    means = _meaning(word, deciding)
    return [
        (say(message("What is claimed"), language), say(claim.says, language)),
        (say(message("What these figures show"), language), say(_shown_by(deciding), language)),
        (say(message("What that means"), language), say(paragraph([means, *caveats]), language)),
    ]


def _meaning(word: Word | None, deciding: tuple[Verdict, ...]) -> Message:
    """Return what a word means, of a description or of an effect."""
    if word is None:
        return message("No verdict: a design could not be computed.")
    if word in _DESCRIBES and all(item.family in _DESCRIPTIVE for item in deciding):
        return _DESCRIBES[word].spoken(*levels_of(deciding[0]))
    return _MEANS[word]


def _shown_by(deciding: tuple[Verdict, ...]) -> Message:
    """Return what the deciding designs show, each by its name where there are parts."""
    if len(deciding) == 1:
        return shown(deciding[0])
    return paragraph(
        message("{label}: {said}", label=item.design.label.said, said=shown(item))
        if item.design is not None and item.tested is not None and item.tested.headline is not None
        else shown(item)
        for item in deciding
    )


def shown(verdict: Verdict) -> Message:
    """Return in plain words what one design shows."""
    tested = verdict.tested
    if verdict.word is None or tested is None:
        return verdict.reason
    if tested.measured is not None:
        return _of_a_measure(verdict, verdict.word, tested.measured.quantity)
    if tested.headline is None:
        return verdict.reason
    if verdict.family == "R-MOD":
        return _of_a_measure(verdict, verdict.word, message("the slope changes with the moderator by"))
    return _of_a_regression(verdict, verdict.word, tested.headline).spoken(*levels_of(verdict))


def _of_a_measure(verdict: Verdict, word: Word, quantity: Message) -> Message:
    """Return the one number of a design, and how that stands to the sentence."""
    assert verdict.design is not None  # it was run
    assert verdict.tested is not None
    found = verdict.tested.shown
    value, low, high = number(found.estimate), number(found.low), number(found.high)
    bare = (
        "formula" in quantity.values
    )  # which says nothing to this reader; the design's own name stands before it
    said = verbatim(value) if bare else message("{quantity} {value}", quantity=quantity, value=value)
    if math.isfinite(found.low) and math.isfinite(found.high) and not low == value == high:
        said = message("{said}, likely between {low} and {high}", said=said, low=low, high=high)
    return message(
        "{design}: {said}; {stands}.", design=verdict.design.label.said, said=said, stands=_STANDS[word]
    ).spoken(*levels_of(verdict))


def _of_a_regression(verdict: Verdict, word: Word, head: Headline) -> Message:
    assert verdict.reading is not None  # a regression is a design of a reading
    assert verdict.design is not None
    direction = verdict.design.rule_under(verdict.reading.rule).direction
    where = {"n": head.n_units, "years": head.years, "estimate": number(head.estimate)}
    if head.ends[0] <= 0.0 <= head.ends[1]:
        return _of_none(verdict, word, where)
    if (head.estimate > 0.0) != (direction > 0.0):
        return _of_the_other_side(word, where)
    taken = [_TAKEN[item.key] for item in verdict.conditions if item.takes_away and item.key in _TAKEN]
    if taken:
        return message(
            "In {n} {units}, {years}, the two go together at first sight (slope {estimate}), but {why}.",
            why=sentences(taken),
            **where,
        )
    failed = list(_failed(verdict.conditions))
    if word == "SUPPORTED" or not failed:
        return message(
            "In {n} {units}, {years}, the two go together as claimed (slope {estimate}), and still do when each "
            "{unit}'s own course, movements that they share, shocks of regions and the order in time are allowed for.",
            **where,
        )
    return message(
        "In {n} {units}, {years}, the two go together as claimed (slope {estimate}), and nothing takes that away, but "
        "{why}.",
        why=sentences(failed),
        **where,
    )


def _of_none(verdict: Verdict, word: Word, where: Mapping[str, object]) -> Message:
    sizes = verdict.sizes
    if word == "NOT SUPPORTED" and sizes is not None and sizes.excluded < sizes.smallest:
        return message(
            "In {n} {units}, {years}, no link is to be seen, and one of {smallest} or more, the least that would "
            "matter, is ruled out.",
            smallest=number(sizes.smallest),
            **where,
        )
    if word == "NOT SUPPORTED":
        return message(
            "In {n} {units}, {years}, no link can be told from chance, and one of the stated size is ruled out.",
            **where,
        )
    if sizes is None or math.isinf(sizes.detectable):
        return message(
            "In {n} {units}, {years}, the figures vary too much to show a link or its absence.", **where
        )
    return message(
        "In {n} {units}, {years}, the figures vary too much to show a link or its absence: it would have to be "
        "{detectable} or more to be found four times in five.",
        detectable=number(sizes.detectable),
        **where,
    )


def _of_the_other_side(word: Word, where: Mapping[str, object]) -> Message:
    if word == "CONTRADICTED":
        return message(
            "In {n} {units}, {years}, the two go against each other (slope {estimate}), not as claimed, and still do "
            "when each {unit}'s own course, movements that they share, shocks of regions and the order in time are "
            "allowed for.",
            **where,
        )
    return message(
        "In {n} {units}, {years}, the two lean the other way (slope {estimate}), too weakly to contradict the sentence."
        "",
        **where,
    )


def _failed(conditions: tuple[Condition, ...]) -> Iterator[Message]:
    """Yield why conditions that were not passed leave it open; those that could not be computed once together."""
    open_ones = [item for item in conditions if item.key != "main" and not item.passes]
    for item in open_ones:
        if item.outcome == "fails":
            yield _FAILED.get(item.key) or message("not: {asks}", asks=item.asks)
    if any(item.outcome == "not computed" for item in open_ones):
        yield message("not every check can be made on so few figures")
