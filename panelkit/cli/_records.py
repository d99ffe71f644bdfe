"""Tests as JSON holds them."""

from __future__ import annotations

from typing import Any

from panelkit.cli._printing import plain_values


def test_record(test: Any) -> dict[str, Any]:
    """Return a test as a JSON-ready mapping."""
    return {
        "name": test.name,
        "null": test.null,
        "statistic": test.statistic if test.applicable else None,
        "df": list(test.df),
        "p_value": test.p_value if test.applicable else None,
        "reason": test.reason,
        "facts": plain_values(dict(test.facts)),
        "notes": list(test.notes),
    }
