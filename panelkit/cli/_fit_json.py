"""What `panelkit fit --json` prints of fits and tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from panelkit.cli._printing import all_told, print_json, records, told
from panelkit.language.message import Language

if TYPE_CHECKING:
    from panelkit.results.fit import FitResult, TestResult


def print_fits(
    fits: list[FitResult], tests: list[tuple[int, TestResult]], language: Language, *, sensitivity: bool
) -> None:
    """Print estimates, facts, tests (with the number of their column) and sensitivity as JSON."""
    print_json(
        {
            "fits": [_of_fit(one, language, sensitivity=sensitivity) for one in fits],
            "tests": [_of_test(test, language) | {"column": at or None} for at, test in tests],
        }
    )


def _of_fit(one: FitResult, language: Language, *, sensitivity: bool) -> dict[str, Any]:
    """Return outcome, estimates, facts and notes of a fit, and its sensitivity where asked for."""
    made: dict[str, Any] = {
        "outcome": one.outcome,
        "estimates": records(one.tidy()),
        "facts": {key: _plain(value) for key, value in one.facts.items()},
        "notes": all_told(one.notes, language),
    }
    if sensitivity:
        from panelkit.inference.sensitivity import sensitivity_table

        made["sensitivity"] = records(sensitivity_table(one).reset_index())
    return made


def _of_test(test: TestResult, language: Language) -> dict[str, Any]:
    """Return a test with its null and notes in the language; what was not computed is null."""
    return {
        "name": told(test.name, language),
        "null": told(test.null, language),
        "statistic": _plain(test.statistic),
        "distribution": told(test.distribution, language),
        "df": [_plain(value) for value in test.df],
        "p_value": _plain(test.p_value),
        "not_applicable": told(test.reason, language) or None,
        "notes": all_told(test.notes, language),
    }


def _plain(value: Any) -> Any:
    """Return a fact as JSON holds it: plain numbers and texts, null for what is not finite."""
    held = value.item() if hasattr(value, "item") else value
    if isinstance(held, float) and not math.isfinite(held):
        return None
    return held
