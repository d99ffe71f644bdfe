"""The word of a test without a sign: nothing contradicts, what is found stands or is taken away."""

from __future__ import annotations

from panelkit.claims.findings import Measured, Word
from panelkit.claims.rules.thresholds import SIGNIFICANT


def unsigned_word(found: Measured, *, little: bool) -> Word:
    """Return the word, top down; `little`: what is not found is at most little, so that it cannot be undecided."""
    if found.p_value < SIGNIFICANT:
        if any(item.takes_away for item in found.conditions):
            return "NOT SUPPORTED"
        return "SUPPORTED" if all(item.passes for item in found.conditions) else "PARTLY"
    return "NOT SUPPORTED" if little else "UNDECIDED"
