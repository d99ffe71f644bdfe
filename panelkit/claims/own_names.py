"""What a design says must apply to a panel of the user's own: a field that cannot is refused, none passed over."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from panelkit.claims.file.design import ClaimDesign, FormulaField
from panelkit.claims.file.document import Claim
from panelkit.claims.file.grid import GridOption
from panelkit.claims.file.names import columns_of_field
from panelkit.claims.file.parts import Sample
from panelkit.claims.file.window import years_of
from panelkit.claims.own_panel import OwnPanel
from panelkit.data.figures import spans
from panelkit.data.selection import wanted_codes
from panelkit.kernels.index import dimension_names
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, message, sentences

Placed = tuple[str, Message]
"""A field of the claim file (empty: the design), and what is wrong there."""


def check_own(claim: Claim, design: ClaimDesign, panel: OwnPanel) -> None:
    """Refuse a design with fields that do not apply to the panel, all in one message, each with its place.

    Raises
    ------
    SpecError
        A kind that reads shipped figures, a column that the panel lacks, years that it does not hold, a vintage,
        provinces among units that are none, weights or rings of provinces likewise.
    """
    problems = list(dict.fromkeys(said for _, said in own_problems(claim, design, panel)))
    if problems:
        said = message("{place}: {problems}", place=claim.place_of(design), problems=sentences(problems))
        raise SpecError(said.spoken(*panel.levels))


def own_problems(claim: Claim, design: ClaimDesign, panel: OwnPanel) -> Iterator[Placed]:
    """Yield what of a design does not apply to the panel, each with the field of the file in which it stands."""
    for said in design.inapplicable(provincial=panel.provincial, weights=len(panel.weights)):
        yield "", said
    yield from _samples(claim, design, panel)
    yield from _years(claim, panel)
    yield from _grid(claim, panel)
    yield from _columns(claim, design, panel)


def _samples(claim: Claim, design: ClaimDesign, panel: OwnPanel) -> Iterator[Placed]:
    sample = design.sample or claim.sample
    if sample is not None:
        yield from _chosen("sample", sample, panel)


def _grid(claim: Claim, panel: OwnPanel) -> Iterator[Placed]:
    for axis in claim.grid.axis:
        for option in axis.option:
            yield from _chosen(f"grid.axis {axis.id}.option {option.id}", option, panel)
    if claim.grid.leave_one_out == "province" and not panel.provincial:
        said = message(
            'grid.leave_one_out: the {units} of {data} are no provinces: write "unit"', data=panel.name
        )
        yield "grid.leave_one_out", said


def _chosen(field: str, chosen: Sample | GridOption, panel: OwnPanel) -> Iterator[Placed]:
    """Yield what a sample or an option of the grid chooses that only the shipped figures, or provinces, have."""
    if chosen.vintage:
        said = message("{field}.vintage: {data} has no vintages: leave it out", field=field, data=panel.name)
        yield f"{field}.vintage", said
    if chosen.provinces is None or chosen.provinces == "all":
        return
    if not panel.provincial:
        said = message(
            "{field}.provinces: the {units} of {data} are no provinces: leave it out",
            field=field,
            data=panel.name,
        )
        yield f"{field}.provinces", said
        return
    try:
        wanted_codes(chosen.provinces)
    except PanelkitError as error:
        yield f"{field}.provinces", message("{field}.provinces: {problem}", field=field, problem=error.said)


def _years(claim: Claim, panel: OwnPanel) -> Iterator[Placed]:
    held = panel.years
    for field, (first, last), *_ in years_of(claim):
        ends = first if isinstance(last, str) else last
        if first < held[0] or ends > held[-1]:
            said = message(
                '{field}: {data} holds {held}, not {asked}: change the years (the last one may be "newest")',
                field=field,
                data=panel.name,
                held=spans(held),
                asked=_outside(first, ends, held[0], held[-1]),
            )
            yield field, said


def _outside(first: int, last: int, held_first: int, held_last: int) -> str:
    """Write the years of one span that lie before or after another; a claim file may name any whole numbers."""
    before, after = (first, min(last, held_first - 1)), (max(first, held_last + 1), last)
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in (before, after) if a <= b)


def _columns(claim: Claim, design: ClaimDesign, panel: OwnPanel) -> Iterator[Placed]:
    """Yield the columns that the panel lacks, of the design's formulas, the grid's and the ratios beside."""
    names = dimension_names(panel.frame, None, None)
    held = {*map(str, panel.frame.columns), *names[0], *names[1]}
    for quantities, where in _quantities(claim):
        for field in _fields(claim, design):
            try:
                columns = columns_of_field(field, quantities)
            except PanelkitError as error:
                said = message(
                    "{field} `{formula}`: {problem}",
                    field=field.name,
                    formula=field.formula,
                    problem=error.said,
                )
                yield field.name, said
                continue
            at = where or field.name
            yield from ((at, _lacks(name, at, held, panel)) for name in columns if name not in held)


def _quantities(claim: Claim) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield the figures by role of the main design, then those of each option with its place in the file."""
    yield claim.quantities, ""
    for axis in claim.grid.axis:
        for option in axis.option:
            if option.quantities:
                place = f"grid.axis {axis.id}.option {option.id}.quantities"
                yield {**claim.quantities, **option.quantities}, place


def _fields(claim: Claim, design: ClaimDesign) -> Iterator[FormulaField]:
    yield from design.formulas()
    for item in claim.beside:
        yield FormulaField(f"beside {item.id}.figure", item.figure)
    for axis in claim.grid.axis:
        for option in axis.option:
            for text in option.controls or ():
                yield FormulaField(f"grid.axis {axis.id}.option {option.id}.controls", text, terms=True)


def _lacks(name: str, field: str, held: set[str], panel: OwnPanel) -> Message:
    near = difflib.get_close_matches(name, sorted(held), n=3, cutoff=0.6)
    if near:
        return message(
            "{field}: {data} has no column `{column}` (near: {near})",
            field=field,
            data=panel.name,
            column=name,
            near=near,
        )
    return message("{field}: {data} has no column `{column}`", field=field, data=panel.name, column=name)
