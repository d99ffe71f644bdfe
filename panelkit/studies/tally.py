"""What of many fits could not be computed, and why: it counts in every share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.language.errors import PanelkitError
from panelkit.language.message import Joined, Message, message, sentences, verbatim

NOT_COMPUTED = (PanelkitError, np.linalg.LinAlgError, ArithmeticError)
"""What one specification of a grid may raise: it counts as not computed, and the others go on."""

_REASONS_SAID = 3


def reason_of(error: Exception) -> Message:
    """Return why a specification could not be computed, on one line."""
    if not isinstance(error, PanelkitError):
        return verbatim(" ".join(f"{type(error).__name__}: {error}".split()))
    return error.said


@dataclass(frozen=True)
class Tally:
    """How many specifications (fits, years) of a design were computed, and (which, why) of those that were not."""

    computed: int
    failed: tuple[tuple[str, Message], ...] = ()

    @property
    def declared(self) -> int:
        """Return how many were declared, the denominator of every share."""
        return self.computed + len(self.failed)

    @property
    def reasons(self) -> dict[Message, int]:
        """Return how many were not computed for each reason, the most frequent first.

        Reasons that differ in their numbers only are one message with other values: one reason, its numbers left open.
        """
        alike: dict[Message, list[Message]] = {}
        for _, reason in self.failed:
            alike.setdefault(with_open_numbers(reason), []).append(reason)
        said = {(together if len(set(same)) > 1 else same[0]): len(same) for together, same in alike.items()}
        return dict(sorted(said.items(), key=lambda item: -item[1]))

    def facts(self) -> dict[str, Any]:
        """Return what JSON says of the failures; nothing where there is none."""
        if not self.failed:
            return {}
        return {"declared": self.declared, "failed": len(self.failed), "reasons": self.reasons}

    def sentence(self) -> Message | None:
        """Return how many could not be computed, and why, or None where all were."""
        if not self.failed:
            return None
        why = list(self.reasons.items())
        said = [
            message("{times} x {reason}", times=times, reason=reason) for reason, times in why[:_REASONS_SAID]
        ]
        rest = sum(times for _, times in why[_REASONS_SAID:])
        if rest:
            said.append(message("{n} for other reasons", n=rest))
        return message(
            "{failed} of {declared} specifications could not be computed and count as disagreeing: {reasons}.",
            failed=len(self.failed),
            declared=self.declared,
            reasons=sentences(said),
        )


class _Open(str):
    """Stands in a sentence for a number that differs from case to case."""

    def __format__(self, format_spec: str) -> str:
        return str(self)


_OPEN = _Open("…")


def with_open_numbers(said: Message) -> Message:
    """Return a message with `…` in the place of its numbers, those of messages inside it included."""
    if isinstance(said, Joined):
        return Joined((_opened(part) for part in said.parts), said.between)
    if not said.values:
        return said
    values: Mapping[str, Any] = {name: _opened(value) for name, value in said.values.items()}
    return Message(said.id, values, context=said.context, many=said.many, levels=said.levels)


def _opened(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | np.number):
        return _OPEN
    if isinstance(value, list | tuple):
        return type(value)(_opened(part) for part in value)
    return with_open_numbers(value) if isinstance(value, Message) else value
