"""How a printed effect is judged against what stands behind it."""

from __future__ import annotations

from collections.abc import Callable

from panelkit.audit.entries import Facts
from panelkit.audit.identities.spatial.effects import Effect, stray
from panelkit.audit.relations import Outcome
from panelkit.audit.weighing import Intervals, Numbers, opposite, weigh
from panelkit.kernels.intervals import Interval
from panelkit.language.message import Message


def effect_judge(
    effect: Effect,
    facts: Facts,
    due: Callable[[Intervals, float], Interval | None],
    *,
    decides: Callable[[Numbers], bool],
    why: Message,
    excuse: Message | None,
) -> Callable[[Numbers], Outcome | None]:
    """Return the judge of an effect.

    `due` gives the effect from what is behind it, within the room that a mean over draws takes; an effect of the other
    sign is a decision where `decides`. Where it is not certain which model it is, it comes out or is not judged.
    """

    def judge(numbers: Numbers) -> Outcome | None:
        room = stray(effect, numbers, facts)
        if room is None:
            return None
        outcome = weigh(
            numbers,
            "effect",
            lambda held: due(held, room),
            decides=lambda found: decides(numbers) and opposite(found, numbers["effect"].interval),
            why=why,
            excuse=excuse,
        )
        unsure = not effect.certain and outcome is not None and outcome.state != "consistent"
        return None if unsure else outcome

    return judge
