"""Years that roll: which one is the newest for which all figures of a claim are held, and what goes no further."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

from panelkit.claims.file.design import ClaimDesign, FormulaField
from panelkit.claims.file.document import Claim
from panelkit.claims.file.grid import Grid
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.names import reads_of_field
from panelkit.claims.file.parts import NEWEST, Sample
from panelkit.claims.file.window import PlacedYears, Window, Years, rolls, with_years, years_of
from panelkit.data.figures import spans
from panelkit.indices.panels.columns import figures_behind, is_derived
from panelkit.indices.panels.designs import load_design
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import Message, message


class Holder(Protocol):
    """Whoever knows in which years a figure is held."""

    def held(self, column: str, vintage: str | None) -> tuple[int, ...] | None:
        """Return the years in which some unit has a figure; None where there is no such figure."""
        ...


class Read(NamedTuple):
    """A figure that a design reads, its vintage, and the latest year it is read in, seen from a row's (-1: lag 1)."""

    column: str
    vintage: str | None
    at: int


def rolled(registered: RegisteredClaim, holder: Holder) -> RegisteredClaim:
    """Return a claim with the newest year of its figures wherever it says "newest"; any other claim as it is.

    Raises
    ------
    DataError
        If its figures have no year in common, or the newest one lies before the first year of a sample.
    """
    claim = registered.claim
    if not (claim.status == "computed" or claim.waits):
        return registered
    if not rolls(claim):
        return registered
    window = newest(claim, holder)
    where = _where(registered)
    rolling = [placed for placed in years_of(claim) if placed.years[1] == NEWEST]
    if window is None:
        _refuse_unknown(registered, holder)
        raise DataError(
            message(
                "{place}, {field}: its figures have no year in common", place=where, field=rolling[0].field
            )
        )
    for placed in rolling:
        last = window.last_of(placed)
        if placed.years[0] > last:
            ends = window.ends if placed.design is None else window.of(*placed.design).ends
            raise DataError(
                message(
                    "{place}, {field}: the newest year of all figures is {last}, before {first} ({ends}): write an "
                    "earlier first year",
                    place=where,
                    field=placed.field,
                    last=last,
                    first=placed.years[0],
                    ends=list(ends),
                )
            )
    return with_window(registered, window)


def _where(registered: RegisteredClaim) -> Message:
    return message("{file}, claim {claim}", file=registered.path.name, claim=registered.claim.id)


def refuse_years_of_no_figure(registered: RegisteredClaim, holder: Holder) -> None:
    """Refuse a sample in whose stated years none of the figures that its designs read is held.

    Raises
    ------
    DataError
        With the place of the years in the file.
    """
    claim = registered.claim
    if claim.status != "computed":
        return
    bare = claim.model_copy(update={"grid": Grid(), "beside": ()})
    pairs = [((reading.id, item.id), item) for reading in claim.reading for item in reading.design]
    for placed in years_of(claim):
        first, last = placed.years
        if placed.option or not isinstance(last, int):
            continue
        mine = [
            item for key, item in pairs if (key == placed.design if placed.design else item.sample is None)
        ]
        held = sorted({year for item in mine for year in _years_read(bare, item, holder)})
        if held and not any(first <= year <= last for year in held):
            raise DataError(
                message(
                    "{place}, {field}: no figure of its designs is held in {asked}, but in {held}: change the years "
                    '(the last one may be "newest")',
                    place=_where(registered),
                    field=placed.field,
                    asked=spans(range(first, last + 1)),
                    held=spans(held),
                )
            )


def _years_read(claim: Claim, design: ClaimDesign, holder: Holder) -> set[int]:
    """Return the years in which a design has a figure to read; none where it cannot be read: it then fails alone."""
    try:
        reads = [(holder.held(read.column, read.vintage) or (), read.at) for read in _reads(claim, [design])]
    except PanelkitError:
        return set()
    return {year - at for years, at in reads for year in years}


def _refuse_unknown(registered: RegisteredClaim, holder: Holder) -> None:
    """Refuse columns that there are not, by name."""
    named = dict.fromkeys(column for column, _ in figures_of(registered.claim))
    unknown = [f"`{column}`" for column in named if holder.held(column, None) is None]
    if unknown:
        raise DataError(
            message("{place}: the data has no column {names}", place=_where(registered), names=unknown)
        )


def with_window(registered: RegisteredClaim, window: Window | None) -> RegisteredClaim:
    """Return a claim with the years of a window that it was given before; None: it does not roll."""
    if window is None:
        return registered

    def moved(placed: PlacedYears) -> Years:
        first, last = placed.years
        return first, window.last_of(placed) if last == NEWEST else last

    return replace(registered, claim=with_years(registered.claim, moved), window=window)


def newest(claim: Claim, holder: Holder) -> Window | None:
    """Return the newest year for which all figures of a claim are held, and which go no further; None where none is.

    A figure that is read with a lag need not be held in that year itself. The year is that of the claim's own sample;
    of each design with a sample of its own it is that of the figures which this design reads. Of a claim that waits it
    is that of the figures which are held.
    """
    pairs = [((reading.id, item.id), item) for reading in claim.reading for item in reading.design]
    own = [(key, item) for key, item in pairs if item.sample is not None]
    shared = [item for _, item in pairs if item.sample is None]
    window = _window(claim, shared or [item for _, item in pairs], claim.sample, holder)
    if window is None:
        return None
    each = [(key, _window(claim, [item], item.sample, holder)) for key, item in own]
    if any(found is None for _, found in each):
        return None
    return replace(window, designs=tuple((key, found) for key, found in each if found is not None))


def _window(
    claim: Claim, designs: Iterable[ClaimDesign], sample: Sample | None, holder: Holder
) -> Window | None:
    held: dict[Read, set[int]] = {}
    for read in dict.fromkeys(_reads(claim, designs)):
        years = holder.held(read.column, read.vintage)
        if years is not None and not (claim.waits and not years):
            held[read] = {year - read.at for year in years}
    common = set.intersection(*held.values()) if held else set()
    if not common:
        return None
    last = max(common)
    ends = dict.fromkeys(read.column for read, years in held.items() if max(years) == last)
    first = sample.years[0] if sample is not None and sample.years[1] == NEWEST else None
    return Window(last, tuple(ends), first)


def lacking_in(claim: Claim, holder: Holder, year: int) -> tuple[str, ...]:
    """Return the figures for which a claim whose years roll cannot read a year, each once."""
    designs = [
        item
        for reading in claim.reading
        for item in reading.design
        if (sample := claim.sample_of(item)) is None or sample.years[1] == NEWEST
    ]
    found: dict[str, None] = {}
    for read in _reads(claim, designs):
        years = holder.held(read.column, read.vintage)
        if years is not None and year + read.at not in years:
            found[read.column] = None
    return tuple(found)


def figures_of(claim: Claim) -> Iterator[tuple[str, str | None]]:
    """Yield every figure that a claim names, in its designs, its grid and beside, with the vintage of the sample."""
    designs = (design for reading in claim.reading for design in reading.design)
    for read in _reads(claim, designs):
        yield read.column, read.vintage


def _reads(claim: Claim, designs: Iterable[ClaimDesign]) -> Iterator[Read]:
    """Yield every figure that designs of a claim name, in their formulas, the grid and beside."""
    options = [option for axis in claim.grid.axis for option in axis.option]
    roles = [claim.quantities, *({**claim.quantities, **(item.quantities or {})} for item in options)]
    beside = [FormulaField("beside", item.figure) for item in claim.beside]
    more = [FormulaField("controls", text, terms=True) for item in options for text in item.controls or ()]
    for design in designs:
        lags = [getattr(design, "lag", 0), *(item.lag for item in options if item.lag is not None)]
        vintages = claim.sample_of(design).vintage
        for field in (*design.formulas(), *beside, *more):
            back = min(lags) if field.lagged else 0
            for quantities in roles:
                for column, at in reads_of_field(field, quantities).items():
                    for figure in _figures(design, column):
                        yield Read(figure, vintages.get(figure), at - back)
        for name in design.indices:
            for figure in load_design(name).columns():
                yield Read(figure, vintages.get(figure), 0)


def _figures(design: ClaimDesign, column: str) -> Iterable[str]:
    """Return the figures behind a column of a design's formula."""
    if design.DERIVED and is_derived(column):
        return figures_behind(column)
    return (design.MADE.get(column, column),)
