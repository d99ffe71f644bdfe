"""What `panelkit fit --model instrumental` prints below its table: how well the instruments identify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from panelkit.language.message import Language

if TYPE_CHECKING:
    from panelkit.results.fit import FitResult


def print_identification(fits: list[FitResult], language: Language) -> None:
    """Print the table of every fit that has one, each under the number of its column where there are several."""
    from panelkit.cli._printing import narrow_terminal
    from panelkit.show.plain import folded

    with narrow_terminal():
        for at, one in enumerate(fits, 1):
            found = getattr(one, "weak_identification", None)
            if found is not None:
                head = f"({at}) " if len(fits) > 1 else ""
                typer.echo(folded(f"\n{head}{found.summary(language=language)}"))


def identification_record(one: FitResult, language: Language) -> dict[str, Any]:
    """Return the numbers and sentences of a fit's table for `--json`; nothing where it has none."""
    from panelkit.cli._printing import all_told, plain_values

    found = getattr(one, "weak_identification", None)
    if found is None:
        return {}
    return {
        "weak_identification": {
            **plain_values(found.numbers),
            "notes": all_told(found.notes, language),
        }
    }
