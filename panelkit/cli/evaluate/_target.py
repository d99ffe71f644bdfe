"""What a forecast is of: a composite index, or columns and expressions of a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from panelkit.cli._chosen import chosen, refuse
from panelkit.cli._data import own_rows, rows_of
from panelkit.cli._options import ShippedSample
from panelkit.language.message import message

if TYPE_CHECKING:
    import pandas as pd

_SHIPPED_YEARS = (2011, 2022)


def index_panel(ctx: typer.Context, target: str, sample: ShippedSample) -> Any:
    """Return a shipped index, or that of a design on a file."""
    from panelkit.indices.panels.composite import composite_index

    for name in ("lags", "vintage", "store"):
        refuse(
            ctx,
            name,
            message(
                "--{option} is about figures, and {target} is an index, which reads its own: leave it out",
                option=name,
                target=target,
            ),
        )
    asked = chosen(ctx, sample)
    frame = None if sample.data is None else own_rows(asked)
    changes: Any = {} if asked.years is None else {"years": asked.years}
    if sample.provinces != "all" and frame is None:
        changes["provinces"] = asked.wanted
    return composite_index(target, frame, where=sample.where, **changes)


def column_panel(ctx: typer.Context, names: list[str], sample: ShippedSample) -> pd.DataFrame:
    """Return columns and expressions, under their text, on the rows of the sample."""
    import pandas as pd

    from panelkit.formula.formula import parse_formula
    from panelkit.indices.panels.sample import rows_where
    from panelkit.inference.descriptives import columns_of

    held = rows_of(
        ctx, sample, [parse_formula(f"{name} ~ 1") for name in names], shipped_years=_SHIPPED_YEARS
    )
    table = pd.DataFrame(columns_of(held.frame, names), index=held.frame.index)
    table.attrs = dict(held.frame.attrs)
    return rows_where(table, held.where, data=held.frame)
