"""What a design names must be there: figures, indices, vintages, provinces, and years that the figures hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd

from panelkit.claims.file.design import ClaimDesign, FormulaField
from panelkit.claims.file.document import Claim
from panelkit.claims.file.parts import NEWEST, Sample, fill_roles
from panelkit.data import catalogue
from panelkit.data.figures import read_figures, spans
from panelkit.data.paths import shipped
from panelkit.data.provinces import NATION
from panelkit.data.selection import choose_vintages, wanted_codes
from panelkit.formula.grammar import parse_expression, parse_terms
from panelkit.formula.tree import Node, latest_reads
from panelkit.indices.panels.columns import check_derived, is_derived
from panelkit.indices.panels.designs import load_design
from panelkit.language.errors import DataError, PanelkitError, SpecError
from panelkit.language.message import Message, message, sentences

_REACH = 5  # the longest lag that a field of a design may ask for


def check_names(claim: Claim, design: ClaimDesign) -> None:
    """Refuse a design that names what is not held, in one message: claim, design, field, what is near.

    Raises
    ------
    SpecError, DataError
        An unknown indicator, index, vintage or province; a figure without a value in the sample's years.
    """
    for _, error in name_problems(claim, design):
        raise error


def name_problems(claim: Claim, design: ClaimDesign) -> Iterator[tuple[str, PanelkitError]]:
    """Yield what a design names and is not held, each with the field of the file in which it stands."""
    here = claim.place_of(design)
    sample = design.sample or claim.sample
    if sample is None:
        return
    used: dict[str, str] = {}
    for field in design.formulas():
        where = message("{place}, {field} `{formula}`", place=here, field=field.name, formula=field.formula)
        try:
            with at_place(where):
                columns = columns_of_field(field, claim.quantities)
        except PanelkitError as error:
            yield field.name, error
            continue
        for column in columns:
            try:
                with at_place(where):
                    _refuse_unknown(column, design)
            except PanelkitError as error:
                yield field.name, error
            else:
                used.setdefault(column, field.name)
    yield from _raised("index", (partial(_load_index, here, name) for name in design.indices))
    yield from _raised("sample.vintage", [partial(_check_vintage, here, sample)])
    yield from _raised("sample.provinces", [partial(_check_provinces, here, sample)])
    if sample.years[1] == NEWEST:  # which year that is has been asked before, or cannot be
        return
    for column, name in used.items():
        figure = design.MADE.get(column, column)
        where = message("{place}, {field}", place=here, field=name)
        yield from _raised("sample.years", [partial(_refuse_years, where, figure, sample)])


def _raised(field: str, checks: Iterable[Callable[[], None]]) -> Iterator[tuple[str, PanelkitError]]:
    """Yield the errors of checks, with the field to which they belong."""
    for check in checks:
        try:
            check()
        except PanelkitError as error:
            yield field, error


def _load_index(here: Message, name: str) -> None:
    with at_field(here, "index"):
        load_design(name)


def refuse_missing_years(here: Message, frame: pd.DataFrame, formulas: Mapping[str, str]) -> None:
    """Refuse a panel in which a column has no value in some year, naming the column's formula and the years held.

    Raises
    ------
    DataError
        One message with every such column.
    """
    problems = []
    for name, text in formulas.items():
        held = frame[name].notna().groupby(level="year").any()
        absent = [int(year) for year in held.index[~held.to_numpy()]]
        if absent:
            years = [int(year) for year in held.index[held.to_numpy()]]
            problems.append(_lacking(name, text, absent, years))
    if problems:
        raise DataError(
            message(
                "{place}: {problems}: change the {periods} of the sample",
                place=here,
                problems=sentences(problems),
            )
        )


def _lacking(name: str, text: str, absent: list[int], years: list[int]) -> Message:
    if not years:
        return message(
            "`{formula}` ({name}) has no value in {absent}; it has none in any {period} of the sample",
            formula=text,
            name=name,
            absent=spans(absent),
        )
    return message(
        "`{formula}` ({name}) has no value in {absent}; it has some in {held}",
        formula=text,
        name=name,
        absent=spans(absent),
        held=spans(years),
    )


@contextmanager
def at_place(where: Message) -> Iterator[None]:
    """Put the place in a claim file before the message of an error."""
    try:
        yield
    except PanelkitError as error:
        raise type(error)(message("{place}: {problem}", place=where, problem=error.said)) from error


def at_field(here: Message, field: str) -> AbstractContextManager[None]:
    """Put a place and a field before the message of an error."""
    return at_place(message("{place}, {field}", place=here, field=field))


def _check_vintage(here: Message, sample: Sample) -> None:
    with at_field(here, "sample.vintage"):
        known = [key for key in sample.vintage if key not in catalogue.facts()]
        if known:
            catalogue.require(known)
        choose_vintages(sample.vintage, sample.vintage)


def _check_provinces(here: Message, sample: Sample) -> None:
    with at_field(here, "sample.provinces"):
        wanted_codes(sample.provinces)


def columns_of_field(field: FormulaField, quantities: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that a formula of a design reads, with these figures in the place of its roles.

    Raises
    ------
    SpecError
        If it is no formula.
    """
    return tuple(reads_of_field(field, quantities))


def reads_of_field(field: FormulaField, quantities: Mapping[str, str]) -> dict[str, int]:
    """Return the columns of a formula as `columns_of_field`, with the latest year in which each is read (0: its own).

    Raises
    ------
    SpecError
        If it is no formula.
    """
    found: dict[str, int] = {}
    for node in _nodes(fill_roles(field.formula, quantities), several=field.terms):
        for name, at in latest_reads(node).items():
            found[name] = max(at, found.get(name, at))
    return found


def _nodes(formula: str, *, several: bool) -> list[Node]:
    if not several:
        return [parse_expression(formula).node]
    return [factor.node for term in parse_terms(formula) for factor in term.factors]


def _refuse_unknown(column: str, design: ClaimDesign) -> None:
    if column in catalogue.facts() or design.makes(column):
        return
    if is_derived(column) and design.DERIVED:
        check_derived(column)
        return
    catalogue.require([column])
    raise SpecError(
        message(
            "{column} is the name of an indicator: write its key (`panelkit data list` shows all)",
            column=column,
        )
    )


def _refuse_years(where: Message, column: str, sample: Sample) -> None:
    if column not in catalogue.facts():
        return
    vintage = choose_vintages([column], {k: v for k, v in sample.vintage.items() if k == column})[column]
    held = years_held(column, vintage)
    first, last = sample.window
    if not any(first - _REACH <= year <= last for year in held):
        raise DataError(
            message(
                "{place}: the figure {figure} ({vintage}) is not held in {asked}, but in {held}: change the years of "
                "the sample, or the figure",
                place=where,
                figure=column,
                vintage=vintage,
                asked=spans(range(first, last + 1)),
                held=spans(held) if held else message("no year"),
            )
        )


def years_held(column: str, vintage: str) -> tuple[int, ...]:
    """Return the years in which some province has a figure."""
    return _years(shipped("data"), column, vintage)


@lru_cache(maxsize=512)
def _years(figures: Path, column: str, vintage: str) -> tuple[int, ...]:
    """Return the years in which some province has a figure, once for each folder of figures."""
    cells = read_figures([column], {column: vintage}, check=False)  # what loads the panel checks its figures
    annual = cells[cells["period"].astype(str).str.fullmatch(r"\d{4}") & (cells["adcode"] != NATION)]
    return tuple(sorted({int(period) for period in annual.dropna(subset=["value"])["period"]}))
