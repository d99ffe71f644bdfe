"""The search for conventions on columns of a printed table that has been read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from panelkit.audit.convention.naming import term_named
from panelkit.audit.convention.result import ConventionSearch
from panelkit.audit.convention.search import find_convention
from panelkit.audit.convention.target import (
    ADJUSTED_R2,
    ERROR,
    ESTIMATE,
    NOBS,
    PERIODS,
    R2,
    UNITS,
    WITHIN_R2,
    P,
    T,
    Target,
    Wanted,
)
from panelkit.audit.entries import Attached, Entry, Table
from panelkit.formula.formula import parse_formula
from panelkit.formula.grammar import spelled_term
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

_WHOLE: Mapping[str, tuple[str, ...]] = {
    "nobs": (NOBS,),
    "units": (UNITS,),
    "periods": (PERIODS,),
    "r2": R2,
    "r2_within": WITHIN_R2,
    "r2_adjusted": ADJUSTED_R2,
    "rho": ("rho",),
    "lambda": ("lambda",),
    "sigma2": ("sigma2",),
    "loglik": ("loglik",),
}
_OF_TERM = {
    "coefficient": ("", ESTIMATE),
    "spatial_lag_x": ("W*", ESTIMATE),
    "direct": ("", "direct"),
    "indirect": ("", "indirect"),
    "total": ("", "total"),
}
_BESIDE = {"se": (ERROR,), "t": (T,), "z": (T,), "p": (P,), "bracket": (ERROR, T)}


@dataclass(frozen=True, eq=False)
class ColumnSearch(Brief):
    """What was found for one column of a table: where it stands (from 0), its heading, its regression, the search."""

    column: int
    heading: str
    formula: str
    found: ConventionSearch


def search_table(
    table: Table,
    data: Any,
    *,
    formula: str,
    column: str | int | None = None,
    names: Mapping[str, str] | None = None,
    **options: Any,
) -> tuple[ColumnSearch, ...]:
    """Search for the convention of one column of a table, or of every column with coefficients.

    Terms of the formula that other columns print and this one does not are taken out of it.

    Parameters
    ----------
    formula
        The fullest regression that the table states.
    column
        A heading, or a number from 1; None: all.
    options
        As in `find_convention`.

    Raises
    ------
    SpecError
        If there is no such column, or a printed name is no term.
    """
    given = dict(names or {})
    wanted = _columns(table, column)
    terms = list(parse_formula(formula).rhs_terms)
    printed = {at: _terms_printed(table, at) for at in table.columns_of("coefficient")}
    found = []
    for at in wanted:
        own = {term_named(name, terms, given) for name in printed[at]}
        elsewhere = {
            term_named(name, terms, given) for other, held in printed.items() for name in held if other != at
        }
        gone = [term for term in terms if term in elsewhere - own]
        stated = _without(formula, gone)
        target = target_of(table, at)
        search = find_convention(target, data, formula=stated, names=given, **options)
        found.append(ColumnSearch(at, _heading(table, at), stated, search))
    return tuple(found)


def _without(formula: str, gone: list[str]) -> str:
    """Return a formula without terms, spelled out where something of it is left."""
    if not gone:
        return formula
    left = parse_formula(formula).dropping(" + ".join(gone))
    outcome = left.text.partition("~")[0].strip()
    return f"{outcome} ~ {' + '.join(map(spelled_term, left.terms))}" if left.terms else str(left)


def target_of(table: Table, column: int) -> Target:
    """Return the numbers of a column as the target of a search."""
    stated = table.facts.brackets
    return Target(
        tuple(one for entry in table.entries if entry.column == column for one in _wanted(entry, stated))
    )


def _wanted(entry: Entry, stated: str | None) -> Iterator[Wanted]:
    number = entry.number
    if entry.role in _WHOLE:
        kinds = _WHOLE[entry.role]
        group = kinds[-1] if len(kinds) > 1 else ""
        yield Wanted("", number.text, number.low, number.high, kinds, group)
    elif entry.role in _OF_TERM:
        before, kind = _OF_TERM[entry.role]
        term = f"{before}{entry.subject}"
        yield Wanted(term, number.text, number.low, number.high, (kind,))
        for attached in entry.attached:
            yield from _beside(term, "" if kind == ESTIMATE else f"{kind} ", attached, stated)


def _beside(term: str, prefix: str, attached: Attached, stated: str | None) -> Iterator[Wanted]:
    meaning = stated if attached.kind == "bracket" and stated is not None else attached.kind
    if meaning in _BESIDE:
        kinds = tuple(f"{prefix}{kind}" for kind in _BESIDE[meaning])
        number = attached.number
        group = f"{prefix}bracket" if len(kinds) > 1 else ""
        yield Wanted(term, number.text, number.low, number.high, kinds, group)


def _terms_printed(table: Table, column: int) -> list[str]:
    return [entry.subject for entry in table.of("coefficient", column=column)]


def _columns(table: Table, column: str | int | None) -> tuple[int, ...]:
    held = table.columns_of("coefficient")
    if column is None:
        if not held:
            raise SpecError(message("the table holds no column of coefficients to search for"))
        return held
    headings = [_heading(table, at) for at in held]
    text = str(column).strip()
    if text in headings:
        return (held[headings.index(text)],)
    bare = [heading.strip("()（） ") for heading in headings]
    if text.strip("()（） ") in bare:
        return (held[bare.index(text.strip("()（） "))],)
    if text.isdigit() and 0 < int(text) <= len(held):
        return (held[int(text) - 1],)
    raise SpecError(message("no column {column!r}: the table has {headings}", column=text, headings=headings))


def _heading(table: Table, column: int) -> str:
    return next((entry.heading for entry in table.of("coefficient", column=column)), str(column))
