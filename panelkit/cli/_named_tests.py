"""Several statistics of one null hypothesis on a terminal, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from panelkit.cli._options import Printed
from panelkit.cli._printing import all_told, narrow_terminal, plain_values, print_json, records

if TYPE_CHECKING:
    from panelkit.models.dynamic.named_tests import NamedTests


def print_tests(found: NamedTests, printed: Printed) -> None:
    """Print a table of tests."""
    from panelkit.show import plain

    language = printed.language
    if printed.as_json:
        print_json(
            {
                "title": found.title.text(language),
                "null": found.null.text(language),
                "tests": records(found.tidy()),
                "facts": plain_values(dict(found.facts)),
                "notes": all_told(found.notes, language),
            }
        )
        return
    with narrow_terminal() as width:
        typer.echo(plain.folded(found.summary(language=language, width=width)))
