"""Which rows enter an index: what a shipped design says of the shipped figures leaves a panel of one's own alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from panelkit.formula.arithmetic import Cells
from panelkit.formula.condition_grammar import columns_in, parse_condition
from panelkit.formula.conditions import hold
from panelkit.formula.reach import condition_reach
from panelkit.indices.arrays.checks import first_of
from panelkit.indices.panels.designs import load_design, shipped_designs
from panelkit.kernels.index import SHOWN, dimension_names
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, sentences
from panelkit.language.spelt import option
from panelkit.models.reading import namesakes, open_frame
from panelkit.panel.provenance import place_notes, with_place_notes

if TYPE_CHECKING:
    from panelkit.indices.panels.designs import CompositeDesign

Span = tuple[int, int]


def for_own_data(plan: CompositeDesign, changes: Mapping[str, Any]) -> CompositeDesign:
    """Return the design with no year, province or vintage of the shipped figures, but for what the caller asked.

    Raises
    ------
    SpecError
        If a vintage was asked for: the caller's own figures have none.
    """
    for name in ("vintage", "allow_breaks"):
        if changes.get(name):
            raise SpecError(
                message(
                    "{name}= chooses among the shipped figures, and {data} brings its own: leave it out",
                    data=option("data"),
                    name=name,
                )
            )
    settled: dict[str, Any] = {"vintage": {}, "allow_breaks": ()}
    if plan.id in shipped_designs():
        default = load_design(plan.id)
        if "years" not in changes and plan.years == default.years:
            settled["years"] = None
        if "provinces" not in changes and plan.provinces == default.provinces:
            settled["provinces"] = "all"
    return plan.with_(**settled)


def of_years(frame: pd.DataFrame, years: Span | None) -> pd.DataFrame:
    """Return the rows of the years asked for.

    Raises
    ------
    SpecError
        If the panel holds no row of them.
    """
    if years is None:
        return frame
    when = frame.index.get_level_values("year")
    kept = (when >= years[0]) & (when <= years[1])
    if not kept.any():
        raise SpecError(
            message(
                "years {first}-{last}: the data hold no row of these years, only {low}-{high}",
                first=years[0],
                last=years[1],
                low=when.min(),
                high=when.max(),
            )
        )
    return frame[kept]


def rows_where(
    frame: pd.DataFrame,
    where: str | None,
    plan: CompositeDesign | None = None,
    *,
    data: pd.DataFrame | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Return the rows on which a condition holds; its columns are those of `data`, or shipped figures.

    Raises
    ------
    DataError
        If the condition holds on no row, or names what is not held.
    """
    if where is None:
        return frame
    held = _figures_of(where, plan) if data is None and plan is not None else data
    table = Cells(frame if held is None else open_frame(held, unit, time).data, unit, time)
    truth = hold(where, table, dimension_names(table.frame, unit, time), namesakes)
    panel = table.panel
    index = pd.MultiIndex.from_arrays(
        [panel.unit_labels[panel.unit], panel.time_labels[panel.time]], names=["province", "year"]
    )
    kept = frame[frame.index.isin(index[truth.yes])]
    if kept.empty:
        raise DataError(
            message("where `{where}`: it holds on no row of the {n:,} at hand", where=where, n=len(frame))
        )
    kept.attrs = dict(frame.attrs)
    undecided = frame.index[frame.index.isin(index[~(truth.yes | truth.no)])]
    return with_place_notes(kept, (*place_notes(frame), _said(where, len(kept), len(frame), undecided)))


def _said(where: str, kept: int, held: int, undecided: pd.Index) -> Message:
    """Return what a condition left, and which rows it could not judge."""
    said = message("sample: {where} ({kept:,} of {held:,} rows)", where=where, kept=kept, held=held)
    if len(undecided) == 0:
        return said
    named = [f"{unit} {time}" for unit, time in undecided]
    rows = first_of(named[:SHOWN], len(named))
    return sentences([said, message("a cell of it is missing, so that these rows left: {rows}", rows=rows)])


def _figures_of(where: str, plan: CompositeDesign) -> pd.DataFrame:
    """Return the shipped figures that a condition names, with the years around the design's that its lags read."""
    from panelkit.data.panels import load_provinces

    condition = parse_condition(where)
    names = [name for name in columns_in(condition) if name not in ("province", "unit", "year", "time")]
    before, after = condition_reach(condition)
    years = plan.years
    wanted = {name: vintage for name, vintage in plan.vintage.items() if name in names}
    frame = load_provinces(names or ["population"], None, wanted or None, plan.provinces)
    if years is None:
        return frame
    when = frame.index.get_level_values("year")
    return frame[(when >= years[0] - before) & (when <= years[1] + after)]
