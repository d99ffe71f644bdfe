"""Which entries of a table belong to one another: those of one column, or of one row where columns are statistics."""

from __future__ import annotations

import re

from panelkit.audit.entries import Entry, Table
from panelkit.audit.vocabulary.spatial import is_lagged_outcome

_WORD = r"(?<![a-z])(?:{})(?![a-z])"
_NAMED = {
    "sar": re.compile(
        _WORD.format("SAR|SLM|SPLAG|SAC|SARAR") + r"|spatial (?:lag|autoregress)|空间(?:滞后|自回归)",
        re.IGNORECASE,
    ),
    "sdm": re.compile(_WORD.format("D?SPDM|D?SDM|GNSM?") + r"|durbin|杜宾", re.IGNORECASE),
    "slx": re.compile(_WORD.format("SLX|SDEM") + r"|durbin error|杜宾误差", re.IGNORECASE),
}
_SHORT = re.compile(r"(?<![a-z])short(?![a-z])|short[-_ ]?(?:run|term)|短期", re.IGNORECASE)
_LONG = re.compile(r"(?<![a-z])long(?![a-z])|long[-_ ]?(?:run|term)|长期", re.IGNORECASE)


def beside(table: Table, entry: Entry, role: str, subject: str | None = None) -> Entry | None:
    """Return the entry of a role that belongs to another, None where none or several may.

    It stands in the same column (of several, in the same section); else in the same row, at the same place among
    those of its role; else it is the only one of the table.
    """
    found = [one for one in table.of(role, subject=subject) if is_long_run(one) == is_long_run(entry)]
    in_column = _narrowed([one for one in found if one.column == entry.column], entry)
    if in_column:
        return in_column[0] if len(in_column) == 1 else None
    in_row = [one for one in found if one.row == entry.row and one.table == entry.table]
    peers = [
        one
        for one in table.of(entry.role)
        if one.row == entry.row and one.table == entry.table and is_long_run(one) == is_long_run(entry)
    ]
    if in_row:
        return in_row[peers.index(entry)] if len(in_row) == len(peers) else None
    return found[0] if len(found) == len(peers) == 1 else None


def _narrowed(found: list[Entry], entry: Entry) -> list[Entry]:
    """Return those of the same section where there are several and some are."""
    same = [one for one in found if one.panel == entry.panel]
    return same if len(found) > 1 and same else found


def is_long_run(entry: Entry) -> bool:
    """Return whether headings call an entry a long-run effect."""
    return any(_LONG.search(said) for said in (entry.label, entry.heading, entry.panel, entry.other))


def of_either_run(table: Table, effect: Entry) -> bool:
    """Return whether an effect may be of the short or the long run: its model has a lagged outcome, no heading says."""
    said = (effect.label, effect.heading, effect.panel, effect.other)
    if is_long_run(effect) or any(_SHORT.search(one) for one in said):
        return False
    held = table.of("coefficient", "spatial_lag_x", column=effect.column)
    return any(is_lagged_outcome(one.subject) for one in held)


def subject_behind(table: Table, effect: Entry) -> str:
    """Return the variable that an effect is of: where it is laid to the lagged outcome, the only other regressor."""
    if not is_lagged_outcome(effect.subject):
        return effect.subject
    held = {one.subject for one in table.of("coefficient") if not is_lagged_outcome(one.subject)}
    return held.pop() if len(held) == 1 else ""


def model_named(table: Table, entry: Entry) -> str:
    """Return which spatial model ("sar", "sdm", "slx") headings name for an entry, "" where they do not.

    The heading of its column goes before its section, that before the title of the table.
    """
    for said in (entry.heading, entry.panel, table.title):
        for model in ("slx", "sdm", "sar"):
            if _NAMED[model].search(said):
                return model
    return ""
