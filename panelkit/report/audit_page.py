"""What a reviewer sends: the findings of an audit in balanced words, as plain values for the page and the Word file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import panelkit
from panelkit.audit.convention.of_table import ColumnSearch
from panelkit.audit.entries import Table
from panelkit.audit.findings import Finding, headline_of, said_remark, state_word
from panelkit.audit.misprint_words import reconciling
from panelkit.audit.readings import denied, reading_notes
from panelkit.audit.relations import STATES, State
from panelkit.audit.result import TITLE, Audit
from panelkit.language.message import Language, Message, message
from panelkit.report.filled import filled, with_colon

_STYLES: dict[State, str] = {
    "consistent": "supported",
    "inconsistent": "partly",
    "decision": "contradicted",
}
HEADS: dict[str, Message] = {
    "title": TITLE,
    "reconcile": message("What would reconcile the rows"),
    "failing": message("Rows that cannot all be true as printed"),
    "where": message("Where"),
    "must": message("What must hold"),
    "printed": message("Printed"),
    "recomputed": message("Recomputed"),
    "state": message("State"),
    "held": message("What was checked and holds"),
    "unchecked": message("What could not be checked, and why"),
    "unread": message("Cells that were not understood"),
    "limits": message("What this audit does not show"),
    "between": message("Between the tables"),
}
LIMITS: tuple[Message, ...] = (
    message(
        "It asks whether printed numbers can be true together. It does not say which of them differs from what was "
        "computed, nor why, and numbers that agree with each other may all differ from the data."
    ),
    message(
        "A number is taken for every number that rounds to it. Where the table does not say how many degrees of "
        "freedom a test has, what brackets hold or which levels stars mark, every usual answer is allowed."
    ),
    message(
        "Errors and p-values from a bootstrap, one-sided tests, and effects that are means over simulations need not "
        "obey the formulas to the last digit: say so in the options of the audit where the paper does."
    ),
)


@dataclass(frozen=True)
class Row:
    """A finding that does not come out."""

    where: str
    must: str
    why: str
    printed: str
    recomputed: str
    state: str
    style: str


@dataclass(frozen=True)
class Part:
    """One table of the paper, or what holds between them."""

    title: str
    badge: str
    style: str
    counts: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    held: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Searched:
    """Which convention prints a column: sentences, and the printed numbers beside those of the nearest candidates."""

    title: str
    said: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Page:
    """The whole report in one language."""

    language: Language
    headline: str
    badge: str
    style: str
    misprints: tuple[tuple[str, tuple[str, ...]], ...]
    parts: tuple[Part, ...]
    searches: tuple[Searched, ...]
    left: str
    unchecked: tuple[tuple[str, tuple[str, ...]], ...]
    unread: tuple[str, ...]
    limits: tuple[str, ...]
    version: str


def page_of(found: Audit, language: Language, searches: Sequence[ColumnSearch] = ()) -> Page:
    """Return what the report says."""
    return Page(
        language=language,
        headline=found.headline.text(language),
        badge=state_word(found.state, language),
        style=_STYLES[found.state],
        misprints=tuple(
            (said.text(language), tuple(one.text(language) for one in several))
            for said, several in reconciling(found.misprints, len(found.tried))
        ),
        parts=tuple(_parts(found, language)),
        searches=tuple(_searched(one, language) for one in searches),
        left="" if found.left is None else found.left.text(language),
        unchecked=tuple(_unchecked(found, language)),
        unread=found.unread,
        limits=tuple(one.text(language) for one in LIMITS),
        version=panelkit.__version__,
    )


def html(found: Audit, language: Language, searches: Sequence[ColumnSearch] = ()) -> str:
    """Return the report as one HTML page that needs no other file."""
    return filled(
        "audit.html.j2",
        HEADS,
        language,
        page=page_of(found, language, searches),
        colon=with_colon("", language),
    )


def _unchecked(found: Audit, language: Language) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each reason with what was not checked for it, those of one identity first."""
    groups: dict[str, list[str]] = {}
    for one in found.unchecked:
        formula = one.says.text(language)
        told = f"{one.where}: {formula}" if one.where else formula
        groups.setdefault(one.why.text(language), []).append(told)
    for why, several in sorted(groups.items(), key=lambda group: len(group[1])):
        yield why, tuple(dict.fromkeys(several))


def _searched(one: ColumnSearch, language: Language) -> Searched:
    table = one.found.table(language=language).reset_index()
    return Searched(
        title=message(
            "Which convention prints column {heading}: {formula}", heading=one.heading, formula=one.formula
        ).text(language),
        said=tuple(
            note.text(language) for note in (*one.found.said(), *one.found.ranked(), *one.found.notes)
        ),
        columns=tuple(map(str, table.columns)),
        rows=tuple(tuple(map(str, row)) for row in table.itertuples(index=False)),
    )


def _parts(found: Audit, language: Language) -> Iterator[Part]:
    for place, tried in enumerate(found.tried):
        mine = [one for one in _of_tables(found) if one.table == place]
        table = tried[0].table
        title = _title(table, place).text(language)
        remarks = [said_remark(one) for one in mine if one.state == "consistent" and one.why]
        notes = tuple(
            note.text(language) for note in (*remarks, *filter(None, [denied(tried)]), *reading_notes(tried))
        )
        yield _part(title, mine, notes, language)
    between = found.findings[len(_of_tables(found)) :]
    if between:
        yield _part(HEADS["between"].text(language), list(between), (), language)


def _title(table: Table, place: int) -> Message:
    if table.title:
        return message("Table {n}: {title}", n=place + 1, title=table.title)
    if table.source:
        return message("Table {n} ({source})", n=place + 1, source=table.source)
    return message("Table {n}", n=place + 1)


def _of_tables(found: Audit) -> list[Finding]:
    return list(found.findings[: len(found.findings) - len(found.between)])


def _part(title: str, findings: list[Finding], notes: tuple[str, ...], language: Language) -> Part:
    state: State = max((one.state for one in findings), key=STATES.index, default="consistent")
    held = Counter(one.says.text(language) for one in findings if one.state == "consistent")
    failing = sorted(
        (one for one in findings if one.state != "consistent"), key=lambda one: one.state != "decision"
    )
    counts = headline_of(findings)
    return Part(
        title=title,
        badge=state_word(state, language) if findings else message("not checked").text(language),
        style=_STYLES[state] if findings else "not-testable",
        counts=counts.text(language),
        notes=notes,
        rows=tuple(_row(one, language) for one in failing),
        held=tuple(held.items()),
    )


def _row(one: Finding, language: Language) -> Row:
    return Row(
        where=one.where,
        must=one.says.text(language),
        why=one.why.text(language) if one.why else "",
        printed=one.printed,
        recomputed=one.recomputed,
        state=state_word(one.state, language),
        style=_STYLES[one.state],
    )
