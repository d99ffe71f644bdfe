"""Numbers as a reader sees them.

Their sign is "-", as in the sentences beside them: "−" is the mark of a condition that cannot be computed.
"""

from __future__ import annotations

import math

from panelkit.language.message import Language, message
from panelkit.show.digits import pair, written


def number(value: float | None) -> str:
    """Return three significant digits, without an exponent where it can be helped."""
    return signed(written(math.nan if value is None else value))


def moved(old: float, new: float) -> str:
    """Return `old → new` with enough digits to show that they differ."""
    before, after = pair(old, new)
    return signed(f"{before} → {after}")


def signed(text: str) -> str:
    """Return a written number with the sign of sentences."""
    return text.replace("−", "-")


def span(low: float, high: float, language: Language) -> str:
    """Return an interval, or nothing where there is none."""
    if math.isnan(low) and math.isnan(high):
        return ""
    return message("{low} to {high}", low=number(low), high=number(high)).text(language)


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100.0 * share:.0f}%"


def p_value(p: float) -> str:
    """Return a p-value with three decimals, never as zero; nothing where there is none."""
    if math.isnan(p):
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"
