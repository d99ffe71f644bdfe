"""Names of effects and numbers as the sentences of a mediation print them."""

from __future__ import annotations

from panelkit.language.message import Message, message, term

TOTAL = term("effect", "total")
DIRECT = term("effect", "direct")
INDIRECT = term("effect", "indirect")


def via(route: str) -> Message:
    """Return the name of a route from treatment to outcome."""
    return message("via {route}", route=route)


def number(value: float) -> str:
    """Return a number as sentences print it."""
    return f"{value:.4g}".replace("-", "−")


def p_text(value: float) -> str:
    """Return `p = ...` as sentences print it."""
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.4f}"
