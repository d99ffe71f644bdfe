"""What `describe` and `correlate` share: the columns that they are about, and where their table goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._data import rows_of
from panelkit.cli._options import ShippedSample
from panelkit.cli._printing import all_told, print_json, records, terminal_width
from panelkit.cli._table_options import FrameOptions
from panelkit.language.message import Message
from panelkit.show.formats import Format

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.inference.correlation_table import CorrelationTable
    from panelkit.inference.summary_table import SummaryTable
    from panelkit.models.dynamic.unit_roots.result import UnitRootTable

_SHIPPED_YEARS = (2011, 2022)


def columns_of(
    ctx: typer.Context, sample: ShippedSample, variables: Sequence[str]
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return each variable on the rows of the sample that hold it, and what there is to say of the rows."""
    import pandas as pd

    from panelkit.formula.formula import parse_formula
    from panelkit.models.reading import read_design

    texts = {name: f"{name} ~ 1" for name in dict.fromkeys(variables)}
    held = rows_of(
        ctx, sample, [parse_formula(text) for text in texts.values()], shipped_years=_SHIPPED_YEARS
    )
    designs = {
        name: read_design(text, held.frame, where=held.where, varies=False) for name, text in texts.items()
    }
    columns = {name: pd.Series(one.y, index=one.labels()) for name, one in designs.items()}
    notes = dict.fromkeys(note for one in designs.values() for note in one.notes)
    frame = pd.DataFrame(columns)
    frame.index.names = held.frame.index.names
    return frame, tuple(notes)


def put(
    found: SummaryTable | CorrelationTable | UnitRootTable,
    table: FrameOptions,
    chosen: Format,
    style: dict[str, Any],
    notes: Sequence[Message],
) -> None:
    """Print the table or write it to a file; print its numbers as JSON where that is asked for."""
    language = table.language
    if table.as_json:
        told = all_told([*found.notes, *notes], language)
        print_json({"rows": records(found.tidy()), "notes": told})
    style = {**style, "notes": [*all_told(notes, language), *style.get("notes", ())]}
    if table.out is not None:
        found._rendered(chosen, table.out, language, style)
        typer.echo(str(table.out), err=table.as_json)
    elif not table.as_json:
        shown = {"width": terminal_width(), **style} if chosen == "text" else style
        typer.echo(found._rendered(chosen, None, language, shown))
