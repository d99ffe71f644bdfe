"""What was found for every course, printed beside the word."""

from __future__ import annotations

from collections.abc import Mapping

from panelkit.claims.findings import Condition
from panelkit.data.nation import product_names
from panelkit.data.provinces import lookup, place_name
from panelkit.evaluation.life_cycle.second_leap import Leap
from panelkit.evaluation.life_cycle.wording import STAGES
from panelkit.language.message import Joined, Message, listed, message, verbatim


def called(course: str) -> Message:
    """Return what a course is called: a product or a province by its name in the language, any other as it stands."""
    product = product_names().get(course)
    if product is not None:
        return product
    province = lookup(course)
    return verbatim(course) if province is None else place_name(province.adcode)


def seen_in(seen: Mapping[str, tuple[str, ...]]) -> Condition:
    """Return the stages of every course, which decide nothing by themselves."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, stages in seen.items():
        groups.setdefault(stages, []).append(name)
    parts = [
        message(
            "{stages}: {names}",
            stages=Joined([STAGES[stage] for stage in stages], {"en": " → ", "zh": "→"})
            if stages
            else message("none"),
            names=listed([called(name) for name in names]),
        )
        for stages, names in sorted(groups.items(), key=lambda item: (-len(item[0]), item[0]))
    ]
    return Condition(
        key="courses",
        asks=message("the stages that every course is seen in"),
        outcome="printed",
        found=Joined(parts, {"en": "; ", "zh": "；"}),
        decides=False,
        numbers={name: " ".join(stages) for name, stages in seen.items()},
    )


def told(fell: Mapping[str, Leap]) -> Condition:
    """Return what speaks for a second wave in every course that fell."""
    parts = [
        message(
            "{name} fell {share:.0%} to {trough:.0f}, AICc gains {gain:.1f}, Holm's p {p:.2g}",
            name=called(name),
            share=one.fall.share,
            trough=one.fall.trough,
            gain=one.gain,
            p=one.adjusted,
        )
        for name, one in sorted(fell.items(), key=lambda item: (item[1].adjusted, -item[1].gain))
    ]
    return Condition(
        key="courses",
        asks=message("what speaks for a second wave"),
        outcome="printed",
        found=Joined(parts, {"en": "; ", "zh": "；"}),
        decides=False,
        numbers={name: one.adjusted for name, one in fell.items()},
    )
