"""What would change a verdict: the conditions that would have to pass, the slope that it would take, the bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.rule import Rule
from panelkit.claims.findings import WORD_TEXTS, Condition, Word
from panelkit.claims.rounds import FALLS_TO, Round
from panelkit.claims.rules.interval import IntervalRule, Reading
from panelkit.claims.rules.judge import CAPS, FAR, worse
from panelkit.claims.rules.magnitude import MagnitudeRule
from panelkit.claims.rules.mediation import MediationRule, word_of_a_channel
from panelkit.claims.rules.moderation import ModerationRule, word_of_an_interaction
from panelkit.claims.rules.sign import SignRule
from panelkit.claims.rules.six_words import Ends, word_of
from panelkit.claims.rules.thresholds import SIGNIFICANT
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Message, listed, message
from panelkit.report.conditions import levels_of
from panelkit.report.numbers import number


@dataclass(frozen=True)
class Read:
    """What a rule of intervals read: enough to read it again with something changed."""

    rule: Rule
    estimate: float
    interval: Ends
    inner: Ends
    smallest: float
    conditions: tuple[Condition, ...]
    far: bool

    @property
    def beside(self) -> list[Condition]:
        """Return the conditions beside the main interval, the number and what caps the word."""
        return [item for item in self.conditions if item.key not in ("main", "number", *CAPS)]

    @property
    def open(self) -> list[Condition]:
        """Return those among them that were not passed."""
        return [item for item in self.beside if not item.passes]

    @property
    def inside(self) -> bool | None:
        """Return whether a stated number lies where it must; None where none is stated."""
        held = [item.outcome == "passes" for item in self.conditions if item.key == "number"]
        return held[0] if held else None

    def word(self, passed: Sequence[Condition] = (), *, inside: bool | None = None) -> Word:
        """Return the word if these conditions were passed, or if the number lay where it must."""
        left = [item for item in self.beside if item not in passed]
        fits = self.inside if inside is None or self.inside is None else inside
        stated = {} if fits is None else {"number": self.rule.claimed, "inside": fits}
        found = _reading_of(self.rule)(
            self.rule.direction, self.interval, self.inner, self.smallest, left, **stated
        )
        capped = FAR.get(found, found) if self.far else found
        return capped if self.rule.at_most is None else worse(capped, self.rule.at_most)


def _reading_of(rule: Rule) -> Reading:
    """Return how a rule comes from intervals and conditions to a word."""
    if isinstance(rule, MediationRule):
        return word_of_a_channel
    return word_of_an_interaction if isinstance(rule, ModerationRule) else word_of


def would_change(result: CheckResult, name: str) -> list[Message]:
    """Return what would change the verdict of a claim, in sentences."""
    found = result.round_of(name)
    said: list[Message] = []
    for item in found.deciding:
        mine = [line.spoken(*levels_of(item)) for line in of_design(item)]
        if found.parts and item.design is not None:
            mine = [message("{label}: {said}", label=item.design.label.said, said=line) for line in mine]
        said += mine
    return [*said, *_of_alternatives(found)]


def of_design(verdict: Verdict) -> Iterator[Message]:
    """Yield what would change the word of one design; a rule of its own says it by a condition `turns`."""
    read = reading_of(verdict)
    if read is not None and verdict.word is not None and read.word() == verdict.word:
        yield from _of_interval(read, verdict.word)
        yield from _of_one_left_out(verdict)
    else:
        yield from _in_the_way(verdict)
    yield from (item.found for item in verdict.conditions if item.key == "turns")


def _in_the_way(verdict: Verdict) -> Iterator[Message]:
    """Yield the conditions that were not passed, where a rule of its own reads them."""
    open_ones = [item.asks for item in verdict.conditions if not item.passes]
    if open_ones:
        yield message("What stands in the way of more: {asks}.", asks=listed(open_ones))


def reading_of(verdict: Verdict) -> Read | None:
    """Return what the rule of a design read, None where it is no rule of intervals or nothing was computed."""
    tested, reading, design = verdict.tested, verdict.reading, verdict.design
    if tested is None or reading is None or design is None or verdict.sizes is None:
        return None
    rule = design.rule_under(reading.rule)
    source = tested.headline or tested.measured
    if source is None or not isinstance(rule, SignRule | MagnitudeRule | ModerationRule | IntervalRule):
        return None
    shown = tested.shown
    return Read(
        rule=rule,
        estimate=shown.estimate,
        interval=(shown.low, shown.high) if tested.headline is None else tested.headline.ends,
        inner=(source.inner_low, source.inner_high),
        smallest=verdict.sizes.smallest,
        conditions=verdict.conditions,
        far="far_proxy" in verdict.flags,
    )


def _of_interval(read: Read, word: Word) -> Iterator[Message]:
    low, high = read.interval
    if not (math.isfinite(low) and math.isfinite(high)):
        return
    if low <= 0.0 <= high:
        yield from _of_zero(read, word)
    else:
        yield from _of_conditions(read, word)


def _of_zero(read: Read, word: Word) -> Iterator[Message]:
    """Yield the estimate that would be significant, and the bound at which small and undecided change places."""
    low, high = read.interval
    up = read.rule.direction > 0.0
    needed = read.estimate - low if up else -(high - read.estimate)
    yield message(
        "A main interval that excludes zero: at this precision an estimate of about {needed}, where {estimate} was "
        "found.",
        needed=number(needed),
        estimate=number(read.estimate),
    )
    excluded = max(abs(read.inner[0]), abs(read.inner[1]))
    if not math.isfinite(excluded):
        return
    if word == "UNDECIDED":
        yield message(
            "If only effects larger than {excluded} mattered (now {smallest}): {word}.",
            excluded=number(excluded),
            smallest=number(read.smallest),
            word=WORD_TEXTS["NOT SUPPORTED"],
        )
    elif excluded < read.smallest:
        yield message(
            "If effects of {excluded} or less mattered (now {smallest}): {word}.",
            excluded=number(excluded),
            smallest=number(read.smallest),
            word=WORD_TEXTS["UNDECIDED"],
        )


def _of_conditions(read: Read, word: Word) -> Iterator[Message]:
    """Yield the words that conditions would earn if they were passed: each alone, then all."""
    for item in read.open:
        alone = read.word([item])
        if alone != word and len(read.open) > 1:
            yield message(
                "If this alone were passed: {asks}: {word}.", asks=item.asks, word=WORD_TEXTS[alone]
            )
    whole, fits = read.word(read.open), read.word(read.open, inside=True)
    if read.open and whole != word:
        asks = listed(item.asks for item in read.open)
        yield message("If all of this were passed: {asks}: {word}.", asks=asks, word=WORD_TEXTS[whole])
    if read.inside is False and fits not in (word, whole):
        yield message(
            "If every condition were passed and the number lay in the main interval and in that beside {unit} trends: "
            "{word}.",
            word=WORD_TEXTS[fits],
        )
    if not read.open and word in FALLS_TO:
        yield message(
            "If one of the conditions above were not passed: {word}.", word=WORD_TEXTS[FALLS_TO[word]]
        )


def _of_one_left_out(verdict: Verdict) -> Iterator[Message]:
    """Yield the unit without which the main test is no longer significant."""
    held = {item.key: item for item in verdict.conditions}
    main, without = held.get("main"), held.get("provinces")
    if main is None or without is None or not without.numbers:
        return
    if main.numbers.get("p", 1.0) < SIGNIFICANT <= without.numbers["p"]:
        yield message("One {unit} less: {found}.", found=without.found)


def _of_alternatives(found: Round) -> Iterator[Message]:
    """Yield how many alternatives would have to point the other way."""
    if found.word not in FALLS_TO or not found.alternatives or found.turned:
        return
    yield message(
        "If {n} of {all} alternatives pointed the other way: {word}.",
        n=math.ceil(len(found.alternatives) / 2),
        all=len(found.alternatives),
        word=WORD_TEXTS[FALLS_TO[found.word]],
    )
