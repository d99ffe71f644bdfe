"""Tables typed by hand in toml: the printed layout, and what the reader of the paper knows of it.

One table stands at the top of the file, several each under `[[tables]]`:

    title = "Table 5. Spatial effects of digital finance"
    columns = ["", "SAR", "SEM", "SDM"]
    rows = [
        ["lnPFI", "0.078***", "0.077***", "0.071***"],
        ["", "(0.005)", "(0.012)", "(0.011)"],
        ["N", 248, 248, 248],
    ]
    notes = ["Standard errors in parentheses."]
    brackets = "se"             # se, t, z or p
    stars = [0.1, 0.05, 0.01]   # levels of one, two, three stars
    provinces = 31
    years = 8
    lags = 0
    row_standardised = true
    simulated = true
    draws = 500

In place of `rows`, `table` holds the table as text, as it would be pasted: tabs, bars, or columns aligned by blanks.
Numbers need no quotation marks: 0.380 is kept with its zero. What is not known is left out. Keys at the top that tell
what is known hold for every table under `[[tables]]` that does not say otherwise.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from panelkit.audit.entries import BracketMeaning, Facts
from panelkit.audit.reading.pasted import sheets_of_text
from panelkit.audit.reading.raw import Raw, count_cells
from panelkit.audit.reading.sheet import Sheet, sheet_of
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered

_WHOLE = ("provinces", "years", "lags", "clusters", "draws")
_TRUTHS = ("row_standardised", "simulated", "one_sided", "bootstrap", "normal")
_KNOWN = ("stars", "brackets", *_WHOLE, *_TRUTHS)
_LAYOUT = ("title", "columns", "rows", "table", "notes")
_MEANINGS = get_args(BracketMeaning)


@offered("table_file", "toml", family="typed", source="TOML 1.0")
def read_typed(raw: Raw) -> list[Sheet]:
    """Return the tables of a toml file, with what it states of them as facts.

    Raises
    ------
    SpecError
        If the file is no toml, a key is unknown (with the nearest that is), or a value is of the wrong kind.
    """
    try:
        said: Mapping[str, Any] = tomllib.loads(raw.text(), parse_float=str)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SpecError(message("{name} is no toml: {error}", name=raw.name, error=str(error))) from error
    tables = said.get("tables")
    if tables is None:
        return _tables(said, raw.name, Facts())
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise _wrong(raw.name, "tables", message("sections [[tables]]"))
    top = {key: value for key, value in said.items() if key != "tables"}
    _refuse_unknown(top, (*_KNOWN, "tables"), raw.name)
    shared = _facts(top, raw.name)
    return [
        sheet
        for at, one in enumerate(tables)
        for sheet in _tables(one, f"{raw.name}, table {at + 1}", shared)
    ]


def _tables(said: Mapping[str, Any], name: str, shared: Facts) -> list[Sheet]:
    """Return the table of a section; text may hold several."""
    _refuse_unknown(said, (*_LAYOUT, *_KNOWN), name)
    facts = _facts(said, name).over(shared)
    title = _text(said, "title", name)
    notes = _texts(said, "notes", name)
    if ("rows" in said) == ("table" in said):
        raise SpecError(
            message("{name}: give `rows` (a list of rows) or `table` (text), one of the two", name=name)
        )
    if "table" in said:
        if "columns" in said:
            raise SpecError(
                message("{name}: `columns` goes with `rows`; the text of `table` holds its own", name=name)
            )
        return [
            replace(sheet, title=title or sheet.title, notes=(*sheet.notes, *notes), facts=facts)
            for sheet in sheets_of_text(_text(said, "table", name), name)
        ]
    rows = _rows(said, name)
    return [sheet_of(rows, source=name, title=title, notes=notes, facts=facts)]


def _rows(said: Mapping[str, Any], name: str) -> list[list[str]]:
    """Return headings and rows, headings without one for the labels set above the numbers."""
    rows = said["rows"]
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise _wrong(name, "rows", message("a list of rows, each a list of cells"))
    lines = [[_cell(cell, name) for cell in row] for row in rows]
    width = max(map(len, lines))
    count_cells(name, width * len(lines), width)
    heads = _texts(said, "columns", name)
    if not heads:
        return lines
    if len(heads) not in (width, width - 1):
        raise SpecError(
            message(
                "{name}: {heads} headings in `columns` for rows of {width} cells: give one a column, the labels' too",
                name=name,
                heads=len(heads),
                width=width,
            )
        )
    return [[""] * (width - len(heads)) + heads, *lines]


def _facts(said: Mapping[str, Any], name: str) -> Facts:
    """Return what a section states."""
    held: dict[str, Any] = {}
    for key in _WHOLE:
        if key in said:
            if not isinstance(said[key], int) or isinstance(said[key], bool) or said[key] < 0:
                raise _wrong(name, key, message("a whole number, 0 or more"))
            held[key] = said[key]
    for key in _TRUTHS:
        if key in said:
            if not isinstance(said[key], bool):
                raise _wrong(name, key, message("true or false"))
            held[key] = said[key]
    if "brackets" in said:
        if said["brackets"] not in _MEANINGS:
            raise _wrong(name, "brackets", message("one of {choices}", choices=_MEANINGS))
        held["brackets"] = said["brackets"]
    if "stars" in said:
        held["star_levels"] = _levels(said["stars"], name)
    return Facts(**held)


def _levels(said: Any, name: str) -> tuple[float, ...]:
    """Return the levels of stars, those of one star first."""
    try:
        levels = tuple(sorted((float(one) for one in said), reverse=True))
    except (TypeError, ValueError):
        levels = ()
    if not levels or not all(0.0 < one < 1.0 for one in levels) or len(set(levels)) < len(levels):
        raise _wrong(name, "stars", message("the levels of one, two, three stars, such as [0.1, 0.05, 0.01]"))
    return levels


def _refuse_unknown(said: Mapping[str, Any], known: Sequence[str], name: str) -> None:
    for key in said:
        if key in known:
            continue
        near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
        if near:
            raise SpecError(
                message("{name}: unknown key {key!r}; is {near!r} meant?", name=name, key=key, near=near[0])
            )
        raise SpecError(
            message("{name}: unknown key {key!r}; there are {known}", name=name, key=key, known=list(known))
        )


def _text(said: Mapping[str, Any], key: str, name: str) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        raise _wrong(name, key, message("a text"))
    return value


def _texts(said: Mapping[str, Any], key: str, name: str) -> list[str]:
    value = said.get(key, [])
    held = [value] if isinstance(value, str) else value
    if not isinstance(held, list):
        raise _wrong(name, key, message("a list of texts"))
    return [_cell(one, name) for one in held]


def _cell(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise SpecError(
        message(
            "{name}: {value!r} is no cell of a table: write it in quotation marks", name=name, value=value
        )
    )


def _wrong(name: str, key: str, wanted: Message) -> SpecError:
    return SpecError(message("{name}: `{key}` is {wanted}", name=name, key=key, wanted=wanted))
