"""Years that roll: which one is the newest that all figures of a claim hold, and what ends with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from panelkit.claims.file.design import ClaimDesign, FormulaField
from panelkit.claims.file.document import Claim
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.names import columns_of_field
from panelkit.claims.file.parts import NEWEST
from panelkit.claims.file.window import Window, of_claim, rolls, with_last, years_of
from panelkit.indices.panels.columns import figures_behind, is_derived
from panelkit.indices.panels.designs import load_design
from panelkit.language.errors import DataError
from panelkit.language.message import message


class Holder(Protocol):
    """Whoever knows in which years a figure is held."""

    def held(self, column: str, vintage: str | None) -> tuple[int, ...] | None:
        """Return the years in which some unit has a figure; None where there is no such figure."""
        ...


def rolled(registered: RegisteredClaim, holder: Holder) -> RegisteredClaim:
    """Return a claim with the newest year of its figures wherever it says "newest"; any other claim as it is.

    Raises
    ------
    DataError
        If its figures have no year in common, or the newest one lies before the first year of a sample.
    """
    claim = registered.claim
    if not (claim.status == "computed" or claim.waits) or not rolls(claim):
        return registered
    window = newest(claim, holder)
    where = message("{file}, claim {claim}", file=registered.path.name, claim=claim.id)
    early = [(field, years) for field, years in years_of(claim) if years[1] == NEWEST]
    if window is None:
        raise DataError(
            message("{place}, {field}: its figures have no year in common", place=where, field=early[0][0])
        )
    for field, (first, _) in early:
        if first > window.last:
            raise DataError(
                message(
                    "{place}, {field}: the newest year of all figures is {last}, before {first} ({ends}): write an "
                    "earlier first year",
                    place=where,
                    field=field,
                    last=window.last,
                    first=first,
                    ends=list(window.ends),
                )
            )
    return with_window(registered, of_claim(window, claim))


def with_window(registered: RegisteredClaim, window: Window | None) -> RegisteredClaim:
    """Return a claim with the years of a window that it was given before; None: it does not roll."""
    if window is None:
        return registered
    return replace(registered, claim=with_last(registered.claim, window.last), window=window)


def newest(claim: Claim, holder: Holder) -> Window | None:
    """Return the newest year that all figures of a claim hold, and which of them end then; None where none is.

    Of a claim that waits it is that of the figures which are held.
    """
    held: dict[str, tuple[int, ...]] = {}
    for column, vintage in dict.fromkeys(figures_of(claim)):
        years = holder.held(column, vintage)
        if years is not None and not (claim.waits and not years):
            held[column] = years
    if not held:
        return None
    common = set.intersection(*(set(years) for years in held.values()))
    if not common:
        return None
    last = max(common)
    ends = tuple(name for name, years in held.items() if max(years) == last)
    return Window(last, ends)


def figures_of(claim: Claim) -> Iterator[tuple[str, str | None]]:
    """Yield every figure that a claim names, in its designs, its grid and beside, with the vintage of the sample."""
    options = [option for axis in claim.grid.axis for option in axis.option]
    roles = [claim.quantities, *({**claim.quantities, **(item.quantities or {})} for item in options)]
    beside = [FormulaField("beside", item.figure) for item in claim.beside]
    more = [FormulaField("controls", text, terms=True) for item in options for text in item.controls or ()]
    for reading in claim.reading:
        for design in reading.design:
            fields = [*design.formulas(), *beside, *more]
            vintages = claim.sample_of(design).vintage
            for column in _columns(design, fields, roles):
                yield column, vintages.get(column)


def _columns(
    design: ClaimDesign, fields: Iterable[FormulaField], roles: Iterable[Mapping[str, str]]
) -> Iterator[str]:
    for quantities in roles:
        for field in fields:
            for column in columns_of_field(field, quantities):
                yield from (
                    figures_behind(column)
                    if design.DERIVED and is_derived(column)
                    else (design.MADE.get(column, column),)
                )
    for name in design.indices:
        yield from load_design(name).columns()
