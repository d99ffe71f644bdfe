"""The conditions of a policy's effect as a rule reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from panelkit.claims.designs.policy_test import assignments, drawn_of
from panelkit.claims.findings import Condition, uncomputed, weighed
from panelkit.claims.rules.reading import written_p
from panelkit.language.message import Message, message
from panelkit.models.policy.effects.result import PolicyEffects
from panelkit.studies.adoption.conditions import AdoptionTrial, label


def conditions_of(trials: Iterable[AdoptionTrial]) -> Iterator[Condition]:
    """Yield every condition of the first world, in units of the effect."""
    for trial in trials:
        if trial.reason is not None:
            yield uncomputed(trial.name, label(trial.name), trial.reason)
            continue
        yield weighed(
            trial.name,
            label(trial.name),
            _found(trial),
            passes=bool(trial.passes[0]),
            takes_away=bool(trial.takes_away[0]),
            numbers=_numbers(trial),
        )


def dealt_beside(dealt: PolicyEffects) -> Condition:
    """Return what dealing dates of adoption to other units finds, where it does not decide."""
    low, high = (float(end) for end in dealt.conf_int(0.95).iloc[0])
    p = float(dealt.p_values.iloc[0])
    return Condition(
        key="dealt",
        asks=message("dates of adoption dealt to other {units}"),
        outcome="printed",
        found=message(
            "p {p}, 95 % interval {low:.3g} to {high:.3g} ({assignments})",
            p=written_p(p),
            low=low,
            high=high,
            assignments=assignments(drawn_of(dealt)),
        ),
        decides=False,
        numbers={"p": p, "low": low, "high": high, "n": drawn_of(dealt).reps},
    )


def _found(trial: AdoptionTrial) -> Message:
    effect, p, statistic = (float(each[0]) for each in (trial.effect, trial.p, trial.statistic))
    match trial.name:
        case "leads":
            return message("jointly p {p}, F {f:.2f}", p=written_p(p), f=statistic)
        case "jump":
            return message("{effect:.3g}, {share:.0%} of the effect", effect=effect, share=statistic)
        case _:
            said = message(
                "{effect:.3g}, p {p}; smaller than the effect by t = {t:.2f}",
                effect=effect,
                p=written_p(p),
                t=statistic,
            )
    if trial.covered < 1.0:
        return message("{said}; {share:.0%} of the treated rows", said=said, share=trial.covered)
    return said


def _numbers(trial: AdoptionTrial) -> dict[str, float]:
    held = {"effect": trial.effect, "error": trial.error, "p": trial.p, "statistic": trial.statistic}
    numbers = {name: float(each[0]) for name, each in held.items() if np.isfinite(each[0])}
    return {**numbers, "covered": trial.covered}
