"""What a number is in a table whose rows are subjects: measures in columns, in rows, or named by the title alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from panelkit.audit.layout.columns import Column
from panelkit.audit.layout.subjects import Subject
from panelkit.audit.layout.words import measure_of
from panelkit.audit.vocabulary.kinds import Kind
from panelkit.audit.vocabulary.marks import heads_horizons, heads_ranks, is_numbered, is_summary
from panelkit.audit.vocabulary.spatial import name_of
from panelkit.audit.vocabulary.squeezed import squeezed

_ORDER = re.compile(r"\s*[(（\[]?(\d{1,2})[)）\].、]?\s*")
_ORDERED = re.compile(r"\s*[(（\[]?(\d{1,2})[)）\].、]\s*(.+)")
_BY_TITLE: dict[Kind, str] = {
    "weights": "weight",
    "coupling": "coordination_d",
    "fevd": "fevd",
    "correlation": "correlation",
}


def tabular_of(
    label: str, above: Sequence[str], column: Column, kind: Kind, numbered: dict[str, str], measured: bool
) -> Subject:
    """Return what the number of a row and a column is.

    `numbered` holds the subjects of a correlation matrix by the numbers that head its columns; `measured`: some
    column of the table says its measure, so that the title does not speak of those that do not.
    """
    name = name_of(unordered(label))
    if kind == "fevd":
        return _of_variance(label, above, column)
    said = column.said.measure
    if kind == "coupling" and any(map(is_summary, (label, *column.rest))):
        return Subject("unknown", name, name_of(column.own))
    if said is not None:
        return Subject(said.role, name, said.other)
    if kind in ("correlation", "descriptive"):
        return _correlated(name, label, column, kind, numbered)
    across = measure_of(label, kind, above[-1] if above else "")
    if across is not None:
        return Subject(across.role, name_of(column.own), across.other)
    role = "unknown" if measured or heads_ranks(column.own) else _BY_TITLE.get(kind, "unknown")
    return Subject(role, name, name_of(column.own))


def unordered(label: str) -> str:
    """Return a label without the number before it: "1. lnGDP", "(2) lnX"."""
    found = _ORDERED.fullmatch(label)
    return found[2] if found else label


def order_of(text: str) -> str:
    """Return the number of a heading that only counts: "(3)" is "3"; "" for others."""
    found = _ORDER.fullmatch(text)
    return found[1] if found else ""


def numbered_subjects(labels: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """Return the names of rows by their numbers: printed before them, else counted."""
    found: dict[str, str] = {}
    for count, (label, above) in enumerate(labels, 1):
        ordered = _ORDERED.fullmatch(label)
        beside = order_of(above[-1]) if above else ""
        found[ordered[1] if ordered else beside or str(count)] = name_of(unordered(label))
    return found


def _correlated(name: str, label: str, column: Column, kind: Kind, numbered: dict[str, str]) -> Subject:
    """Return a correlation, or a descriptive measure named by the row."""
    across = measure_of(label, "descriptive")
    if across is not None:
        return Subject(across.role, name_of(column.own), across.other)
    number = next((order_of(piece) for piece in reversed(column.pieces) if order_of(piece)), "")
    heading = name_of(unordered(column.own))
    other = heading if heading in numbered.values() else numbered.get(number, "")
    if not other and kind == "correlation":
        other = heading
    return Subject("correlation" if other else "unknown", name, other)


def _of_variance(label: str, above: Sequence[str], column: Column) -> Subject:
    """Return a share of the forecast error variance: horizon, impulse, and the response as "panel"."""
    own = column.own
    horizon = _horizon(own)
    if horizon or is_numbered(own):
        return Subject("fevd", horizon or own, name_of(label))
    if column.said.part or squeezed(own) in ("se", "s.e", "标准误"):
        return Subject("unknown", label)
    row = _horizon(label)
    if not row and above and _horizon(above[-1]):
        row = _horizon(above[-1])
    return Subject("fevd", row or label, name_of(own))


def response_of(label: str, above: Sequence[str], column: Column, section: str, title: str) -> str:
    """Return the variable whose forecast errors are decomposed: the other label, the heading above, section, title."""
    others = [one for one in (*above, label) if not _horizon(one)]
    if _horizon(column.own):
        others = list(above)
    if others:
        return others[0]
    upper = [piece for piece in column.pieces if piece != column.own and not heads_horizons(piece)]
    named = (upper[-1:] or [section or title])[0]
    found = re.search(
        r"(?:decomposition of|decomposition for|分解[:：])\s*([^\s:：]+)"
        r"|([A-Za-z_][A-Za-z0-9_.]*|\S+?)的?(?:预测)?(?:误差)?方差分解",
        named,
        re.I,
    )
    return next((one for one in found.groups() if one), named).strip(":：") if found else named


def _horizon(text: str) -> str:
    """Return the number of a horizon: "5", "第5期"; "" for others."""
    found = re.fullmatch(r"\s*第?\s*(\d{1,3})\s*期?(?:末|years?|periods?)?\s*", text)
    return found[1] if found else ""
