"""What a design names must be there: figures, indices, vintages, provinces, and years that the figures hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.claims.file.document import Claim, Design, Sample, fill_roles
from panelkit.data import catalogue
from panelkit.data.figures import read_figures, spans
from panelkit.data.paths import shipped
from panelkit.data.provinces import NATION
from panelkit.data.selection import choose_vintages, wanted_codes
from panelkit.formula.grammar import parse_expression, parse_terms
from panelkit.formula.tree import columns_of
from panelkit.indices.panels.columns import SIMILARITY, is_derived
from panelkit.indices.panels.designs import load_design
from panelkit.language.errors import DataError, PanelkitError, SpecError

# the fields of designs that hold formulas, and what the kind `spatial` makes itself
_FORMULAS = (
    "outcome",
    "treatment",
    "controls",
    "mediators",
    "regressors",
    "group",
    "figure",
    "against",
    "weight",
    "against_weight",
    "yuan",
)
_MADE = {"real_gdp": "gdp_index_prev_year"}
_REACH = 5  # the longest lag that a field of a design may ask for


def check_names(claim: Claim, design: Design) -> None:
    """Refuse a design that names what is not held, in one message: claim, design, field, what is near.

    Raises
    ------
    SpecError, DataError
        An unknown indicator, index, vintage or province; a figure without a value in the sample's years.
    """
    here = f"claim {claim.id}, design {design.id}"
    sample = design.sample or claim.sample
    if sample is None:
        return
    used: dict[str, str] = {}
    for field, text in _formulas(design):
        with at_place(f"{here}, {field} `{text}`"):
            for column in _columns(claim, field, text):
                _refuse_unknown(column, design.kind)
                used.setdefault(column, field)
    for name in _indices(design):
        with at_place(f"{here}, index"):
            load_design(name)
    with at_place(f"{here}, sample.vintage"):
        known = [key for key in sample.vintage if key not in catalogue.facts()]
        if known:
            catalogue.require(known)
        choose_vintages(sample.vintage, sample.vintage)
    with at_place(f"{here}, sample.provinces"):
        wanted_codes(sample.provinces)
    for column, field in used.items():
        _refuse_years(f"{here}, {field}", _MADE.get(column, column), sample)


def refuse_missing_years(here: str, frame: pd.DataFrame, formulas: dict[str, str]) -> None:
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
            has = f"it has some in {spans(years)}" if years else "it has none in any year of the sample"
            problems.append(f"`{text}` ({name}) has no value in {spans(absent)}; {has}")
    if problems:
        raise DataError(f"{here}: {'; '.join(problems)}: change the years of the sample")


@contextmanager
def at_place(where: str) -> Iterator[None]:
    """Put the place in a claim file before the message of an error."""
    try:
        yield
    except PanelkitError as error:
        raise type(error)(f"{where}: {error}") from error


def _formulas(design: Design) -> Iterator[tuple[str, str]]:
    """Yield the field and the text of every formula of a design."""
    for field in _FORMULAS:
        value: Any = design.__dict__.get(field)
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, dict):
            yield from ((f"{field}.{key}", text) for key, texts in value.items() for text in texts)
        elif value is not None:
            yield from ((f"{field} {number}", text) for number, text in enumerate(value, 1))


def _columns(claim: Claim, field: str, text: str) -> tuple[str, ...]:
    filled = fill_roles(text, dict(claim.quantities))
    if not field.startswith("controls"):
        return columns_of(parse_expression(filled).node)
    factors = (factor for term in parse_terms(filled) for factor in term.factors)
    return tuple(dict.fromkeys(name for factor in factors for name in columns_of(factor.node)))


def _refuse_unknown(column: str, kind: str) -> None:
    if (
        column in catalogue.facts()
        or column == SIMILARITY
        or (kind in ("spatial", "tightening") and column in _MADE)
    ):
        return
    if is_derived(column) and kind in ("panel", "mediation"):
        load_design(column.removeprefix("index_").partition("__")[0])
        return
    catalogue.require([column])
    raise SpecError(f"{column} is the name of an indicator: write its key (`panelkit data list` shows all)")


def _indices(design: Design) -> tuple[str, ...]:
    named_there: Any = design.__dict__.get("index", ())
    return (named_there,) if isinstance(named_there, str) else tuple(named_there)


def _refuse_years(where: str, column: str, sample: Sample) -> None:
    if column not in catalogue.facts():
        return
    vintage = choose_vintages([column], {k: v for k, v in sample.vintage.items() if k == column})[column]
    held = _years(shipped("data"), column, vintage)
    first, last = sample.years
    if not any(first - _REACH <= year <= last for year in held):
        raise DataError(
            f"{where}: the figure {column} ({vintage}) is not held in {spans(range(first, last + 1))}, but in "
            f"{spans(held) or 'no year'}: change the years of the sample, or the figure"
        )


@lru_cache(maxsize=512)
def _years(figures: Path, column: str, vintage: str) -> tuple[int, ...]:
    """Return the years in which some province has a figure, once for each folder of figures."""
    cells = read_figures([column], {column: vintage})
    annual = cells[cells["period"].astype(str).str.fullmatch(r"\d{4}") & (cells["adcode"] != NATION)]
    return tuple(sorted({int(period) for period in annual.dropna(subset=["value"])["period"]}))
