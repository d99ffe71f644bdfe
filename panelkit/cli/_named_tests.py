"""Several statistics of one null hypothesis: on a terminal, as JSON, or as a table in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from panelkit.cli._printing import all_told, narrow_terminal, plain_values, print_json, records
from panelkit.cli._table_options import FrameOptions, refuse_look

if TYPE_CHECKING:
    from panelkit.models.dynamic.named_tests import NamedTests

_WIDEST = 160


def check_look(ctx: typer.Context, table: FrameOptions) -> None:
    """Refuse what is written wrongly of the table, before anything is drawn."""
    refuse_look(ctx, table, printed=table.out is not None or not table.as_json)
    table.chosen()
    table.style()


def put_tests(found: NamedTests, table: FrameOptions) -> None:
    """Print a table of tests, or write it to a file; print its numbers as JSON where that is asked for."""
    from panelkit.show import plain

    language, chosen, style = table.language, table.chosen(), table.style()
    if table.as_json:
        print_json(
            {
                "title": found.title.text(language),
                "null": found.null.text(language),
                "tests": records(found.tidy()),
                "facts": plain_values(dict(found.facts)),
                "notes": all_told(found.notes, language),
            }
        )
    if table.out is not None:
        found._rendered(chosen, table.out, language, style)
        typer.echo(str(table.out), err=table.as_json)
    elif not table.as_json:
        with narrow_terminal(_WIDEST) as width:
            if chosen == "text" and not style:
                typer.echo(plain.folded(found.summary(language=language, width=width)))
            else:
                shown = {"width": width, **style} if chosen == "text" else style
                typer.echo(found._rendered(chosen, None, language, shown))
