"""The story of a claim whose outcome contains its treatment: gross, arithmetic, net, trends, differences, next year."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from panelkit.claims.checked import CheckResult
from panelkit.claims.findings import Condition
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language, Message, message
from panelkit.report.conditions import levels_of
from panelkit.report.numbers import number, p_value
from panelkit.report.words import say


@dataclass(frozen=True)
class Step:
    """One line of the story: what was asked, the slope, its p (NaN: none)."""

    asks: Message
    slope: float
    p: float = math.nan


@dataclass(frozen=True)
class Story:
    """The design whose outcome contains the treatment, and the principal one that takes it out."""

    gross: Verdict
    net: Verdict

    def steps(self) -> Iterator[Step]:
        """Yield the lines in the order in which they are told."""
        gross, net = _held(self.gross), _held(self.net)
        arithmetic = gross["additionality"].numbers
        yield _step(_label(self.gross), gross["main"])
        yield Step(message("of this the money itself, at every {unit}'s own share"), arithmetic["alone"])
        yield Step(message("beyond it"), arithmetic["excess"], arithmetic["p"])
        yield _step(
            message("{design}, in first differences", design=_label(self.gross)), gross["differences"]
        )
        yield from self._ratios()
        yield _step(_label(self.net), net["main"])
        for key, asks in (
            ("trends", message("{design}, beside a trend in every {unit}", design=_label(self.net))),
            ("differences", message("{design}, in first differences", design=_label(self.net))),
            ("placebo", message("{design}, on the money of the next {period}", design=_label(self.net))),
        ):
            if key in net:
                yield _step(asks, net[key])

    def _ratios(self) -> Iterator[Step]:
        """Yield the ratios that the claim declares beside its estimates, of the whole sample."""
        assert self.net.tested is not None  # its main test was run
        for item in self.net.tested.beside:
            if item.why is not None:
                yield Step(message("beside: {label}", label=item.label), item.aggregate)

    def sentence(self) -> Message:
        """Return what the lines say together."""
        found = {item.key: item for item in self.gross.conditions}["additionality"]
        if found.outcome == "passes":
            return message("Together: more is there than the money that is counted on both sides.")
        return message(
            "Together: the slope is to a large part arithmetic, one and the same money counted on both sides; that "
            "anything comes on top, these figures do not show."
        )


def story_of(result: CheckResult, name: str) -> Story | None:
    """Return the story of a claim's main reading; None where no design asks what is beyond the treatment itself."""
    found = result.round_of(name)
    gross = [item for item in (*found.alternatives, *found.parts) if "additionality" in _held(item)]
    if not gross or "main" not in _held(found.principal) or "additionality" in _held(found.principal):
        return None
    told = gross[0]
    return Story(told, found.principal) if _held(told)["additionality"].numbers else None


def story_rows(story: Story, language: Language) -> list[dict[str, str]]:
    """Return the lines of a story as a page prints them."""
    spoken = levels_of(story.net)
    return [
        {
            "asks": say(step.asks.spoken(*spoken), language),
            "slope": number(step.slope),
            "p": p_value(step.p),
        }
        for step in story.steps()
    ]


def _held(verdict: Verdict) -> dict[str, Condition]:
    return {item.key: item for item in verdict.conditions}


def _label(verdict: Verdict) -> Message:
    assert verdict.design is not None  # it has conditions
    return verdict.design.label.said


def _step(asks: Message, found: Condition) -> Step:
    return Step(asks, float(found.numbers.get("slope", math.nan)), float(found.numbers.get("p", math.nan)))
