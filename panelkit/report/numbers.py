"""Numbers as a reader sees them."""

from __future__ import annotations

import math

from panelkit.core.results import Language


def number(value: float | None) -> str:
    """Return three significant digits, without an exponent where it can be helped."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.0f}"
    elif size >= 1e-4:
        text = f"{value:.{max(0, 2 - math.floor(math.log10(size)))}f}"
    else:
        text = f"{value:.2e}"
    return text.replace("-", "−", 1) if value < 0 else text


def span(low: float, high: float, language: Language) -> str:
    """Return an interval, or nothing where there is none."""
    if math.isnan(low) and math.isnan(high):
        return ""
    return f"{number(low)} {'至' if language == 'zh' else 'to'} {number(high)}"


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100.0 * share:.0f}%"


def p_value(p: float) -> str:
    """Return a p-value with three decimals, never as zero; nothing where there is none."""
    if math.isnan(p):
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"
