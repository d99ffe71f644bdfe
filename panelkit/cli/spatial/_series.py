"""One variable of a sample and the weights between its units, as Moran statistics take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from panelkit.cli._options import ShippedSample
from panelkit.cli.spatial._options import rows_of_formula
from panelkit.cli.spatial._order import ordered_units
from panelkit.cli.spatial._weights import weights_of
from panelkit.language.message import Message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.spatial.weights import Weights


def series_of(
    ctx: typer.Context, variable: str, sample: ShippedSample
) -> tuple[pd.Series, tuple[Message, ...], pd.DataFrame]:
    """Return an expression by (unit, time), what is to be said of its rows, and the frame that it was read from."""
    import pandas as pd

    from panelkit.models.reading import read_design

    held = rows_of_formula(ctx, sample, f"{variable} ~ 1")
    design = read_design(f"{variable} ~ 1", held.frame, where=held.where)
    return pd.Series(design.y, index=design.labels(), name=variable), tuple(design.notes), held.frame


def series_and_weights(
    ctx: typer.Context, variable: str, sample: ShippedSample, w: str, w_order: str | None, islands: str
) -> tuple[pd.Series, Weights, tuple[Message, ...]]:
    """Return the series of a variable, the weights that `--w` names between its units, and the notes of its rows."""
    series, notes, frame = series_of(ctx, variable, sample)
    units = list(series.index.get_level_values(0).unique())
    ids = ordered_units(w_order, frame, sample, [w])
    return series, weights_of(w, units, ids=ids, islands=islands), notes
