"""What a page says of a design of the kind `frontier` beside its number."""

from __future__ import annotations

import math
from collections.abc import Iterator

from panelkit.claims.findings import Condition, asked, uncomputed, weighed
from panelkit.claims.rules.reading import written_p
from panelkit.evaluation.efficiency.stage_gap import StageGap
from panelkit.evaluation.efficiency.stage_trials import (
    Stages,
    StageTrial,
    known_frontier,
    label,
    network_ends,
)
from panelkit.evaluation.life_cycle.rows import unit_name
from panelkit.language.message import Message, listed, message


def left_out(names: list[str]) -> Message | None:
    """Return which units have no positive figures in every year; None where all have."""
    if not names:
        return None
    return message(
        "Left out, because a figure is missing or not positive in some {period}: {names}.",
        names=listed(unit_name(name) for name in names),
    )


def condition_of(trial: StageTrial, main: StageGap) -> Condition:
    """Return a trial of the gap as a condition."""
    if trial.found is None:
        return uncomputed(trial.name, label(trial.name), trial.reason)
    return weighed(
        trial.name,
        label(trial.name),
        message("gap {gap:.2f}, p {p}", gap=trial.found.gap, p=written_p(trial.found.p)),
        passes=trial.passes(math.copysign(1.0, main.gap)),
        takes_away=trial.takes_away(main),
        numbers={"gap": trial.found.gap, "p": trial.found.p},
    )


def share_condition(trial: StageTrial, bound: float, above: bool) -> Condition:
    """Return whether the share lies on its side of the bound in a trial, too."""
    if trial.found is None:
        return uncomputed(trial.name, label(trial.name), trial.reason)
    share = trial.found.share
    return asked(
        trial.name,
        label(trial.name),
        share >= bound if above else share < bound,
        message("{share:.0%}", share=share),
        share=share,
    )


def never() -> Condition:
    """Return the condition that no figures of two stages pass: the reason why no word is better than PARTLY."""
    return asked(
        "waste",
        message("what lags is waste"),
        False,
        message("not told from lasting differences of goods, or from errors: PARTLY at most"),
    )


def beside(stages: Stages) -> Iterator[Condition]:
    """Yield what the usual comparison says: a paired test given the frontiers, and the network of all columns."""
    gap, t = known_frontier(stages.ratios)
    yield Condition(
        key="known",
        asks=message(
            "a paired test that takes both frontiers for known, and errs in a quarter of null worlds"
        ),
        outcome="printed",
        found=message("gap {gap:.2f}, t {t:.2f}", gap=gap, t=t),
        decides=False,
        numbers={"gap": gap, "t": t},
    )
    (first_most, second_least), (first_least, second_most) = network_ends(stages)
    yield Condition(
        key="network",
        asks=message(
            "two-stage network with all columns, whose stage with more of them scores higher by that alone"
        ),
        outcome="printed",
        found=message(
            "means {first:.2f} and {second:.2f} where the first stage has priority, {other:.2f} and {last:.2f} where "
            "the second has",
            first=first_most,
            second=second_least,
            other=first_least,
            last=second_most,
        ),
        decides=False,
        numbers={
            "first_most": first_most,
            "second_least": second_least,
            "first_least": first_least,
            "second_most": second_most,
        },
    )
