"""`audit`: read printed tables, check every identity, name the misprint that would explain most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from panelkit.audit.entries import BracketMeaning, Document, Facts, Table
from panelkit.audit.layout.read import read_table
from panelkit.audit.reading.door import read_sheets
from panelkit.audit.repair import misprints
from panelkit.audit.result import Audit
from panelkit.audit.run import across, under_all
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered


@offered(
    "audit",
    family="tables",
    result="Audit",
    source="Nuijten et al. 2016; Moore, Kearfott and Cloud 2009",
    public=True,
)
def audit(
    *tables: Any,
    provinces: int | None = None,
    years: int | None = None,
    lags: int | None = None,
    clusters: int | None = None,
    brackets: BracketMeaning | None = None,
    stars: Sequence[float] | None = None,
    row_standardised: bool | None = None,
    simulated: bool | None = None,
    draws: int | None = None,
    one_sided: bool | None = None,
    bootstrap: bool | None = None,
    normal: bool | None = None,
) -> Audit:
    """Check the numbers of printed tables against each other, without data.

    Parameters
    ----------
    tables
        Each a file (.toml, .csv, .tsv, .xlsx, .xls, .docx, .tex, .html), a pasted text, a frame or a list of rows of
        texts; several are taken for tables of one paper.
    provinces, years, lags
        The panel that the paper states: units, periods, periods lost to lags.
    clusters
        Groups of clustered errors; the provinces where they are stated.
    brackets
        What brackets hold: "se", "t", "z" or "p"; absent, what the notes say, else every meaning is tried.
    stars
        Levels of one, two, three stars, such as (.1, .05, .01); absent, what the notes say, else both usual ones.
    row_standardised
        Whether rows of W sum to one.
    simulated, draws
        Whether effects are means over simulations, and over how many.
    one_sided, bootstrap, normal
        Whether stars are of one-sided tests; whether errors are resampled; whether statistics are z.

    Returns
    -------
    Audit
        Findings in three states, the readings, the misprints that would reconcile them, what could not be checked.

    Raises
    ------
    DataError
        If a file cannot be read, is a picture, or holds no table.
    SpecError
        If a fact is out of its range.

    Notes
    -----
    A number is taken for every number that rounds to it. *Inconsistent*: no such numbers satisfy the identity;
    *decision* inconsistent: what a reader concludes changes too.

    Examples
    --------
    >>> found = pk.audit("variable,(1)\\nx,0.12*** (0.08)", brackets="se")
    >>> found.state
    'decision'
    """
    if not tables:
        raise SpecError(message("name at least one table: a file, a pasted text or a frame"))
    facts = _facts(
        provinces=provinces,
        years=years,
        lags=lags,
        clusters=clusters,
        row_standardised=row_standardised,
        simulated=simulated,
        draws=draws,
        star_levels=None if stars is None else _levels(stars),
        brackets=_brackets(brackets),
        one_sided=one_sided,
        bootstrap=bootstrap,
        normal=normal,
    )
    return audit_document(_document(tables, facts))


def audit_document(document: Document) -> Audit:
    """Return the audit of tables that are read already."""
    tried = tuple(tuple(under_all(table)) for table in document)
    between = across(document, [one[0].reading for one in tried])
    judged = [item for one in tried for item in one[0].judged]
    return Audit(tried=tried, between=between, misprints=misprints([*judged, *between]))


def _document(given: Sequence[Any], facts: Facts) -> Document:
    sheets = [sheet for one in given for sheet in read_sheets(one)]
    read = [_placed(read_table(sheet, facts=facts), place) for place, sheet in enumerate(sheets)]
    if not any(table.entries for table in read):
        raise DataError(
            message(
                "no printed numbers found in {tables}: a table has numbers in rows and columns, with headings",
                tables=[sheet.source for sheet in sheets],
            )
        )
    return Document(tuple(read))


def _placed(table: Table, place: int) -> Table:
    return replace(table, entries=tuple(replace(one, table=place) for one in table.entries))


_COUNTS = ("provinces", "years", "clusters", "draws")


def _facts(**stated: Any) -> Facts:
    for name, value in stated.items():
        least = 1 if name in _COUNTS else 0
        if name in (*_COUNTS, "lags") and value is not None and (isinstance(value, bool) or value < least):
            raise SpecError(
                message(
                    "{name}={value}: a whole number of at least {least}", name=name, value=value, least=least
                )
            )
    return Facts(**stated)


def _levels(stars: Sequence[float]) -> tuple[float, ...]:
    levels = tuple(float(level) for level in stars)
    if (
        not levels
        or any(not 0.0 < level < 1.0 for level in levels)
        or list(levels) != sorted(levels, reverse=True)
    ):
        raise SpecError(
            message(
                "stars={levels}: levels between 0 and 1, that of one star first: (0.1, 0.05, 0.01)",
                levels=levels,
            )
        )
    return levels


def _brackets(given: str | None) -> BracketMeaning | None:
    if given is None or given in ("se", "t", "z", "p"):
        return given  # type: ignore[return-value]
    raise SpecError(message("brackets={given!r}: se, t, z or p", given=given))
