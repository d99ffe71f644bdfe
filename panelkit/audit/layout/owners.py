"""To which number in a row a cell further right belongs: its error, its statistic, the ends of its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from panelkit.audit.entries import Meaning
from panelkit.audit.layout.columns import Column
from panelkit.audit.layout.drafts import Draft, Shapes
from panelkit.audit.layout.grid import Cell

_OWNERS = {"p": "f", "ci": "threshold", "low": "threshold", "high": "threshold"}
"""In a table of thresholds the p-value belongs to the F statistic, the interval to the threshold."""

BARE = frozenset(
    (
        *(
            "df",
            "moran_expected",
            "nobs",
            "count",
            "draws",
            "critical",
            "units",
            "periods",
            "clusters",
            "instruments",
        ),
        *(
            "r2",
            "r2_adjusted",
            "r2_within",
            "r2_between",
            "r2_overall",
            "r2_pseudo",
            "loglik",
            "aic",
            "bic",
            "rss",
        ),
    )
)
"""Roles without an error or a p-value of their own."""


def owner_of(column: Column, cell: Cell, lefts: Sequence[tuple[Column, Draft]]) -> Draft | None:
    """Return the number further left to which a cell belongs, None where it stands for itself."""
    own = [(one, draft) for one, draft in lefts if one.group == column.group and draft.role not in BARE]
    if not own:
        return None
    part = column.said.part
    if part in ("", "value"):
        beside = column.joined and (cell.shape == "bracket" or not column.starred)
        return own[-1][1] if beside else None
    fitting = [draft for _, draft in own if draft.role == _OWNERS.get(part)]
    if fitting:
        return fitting[-1]
    near = [(one, draft) for one, draft in own if column.said.measure in (None, one.said.measure)]
    return (near or own)[-1][1]


def give(owner: Draft, column: Column, cell: Cell, shapes: Shapes) -> None:
    """Attach a cell to a number as its column says."""
    part = column.said.part
    if part == "ci":
        _give_interval(owner, cell)
        return
    owner.attach(cell, meaning_of(part if part not in ("", "value") else "bracket"), shapes)


def _give_interval(owner: Draft, cell: Cell) -> None:
    """Attach the end of an interval whose ends stand in two columns, or in one."""
    if cell.held.number is not None:
        kind: Meaning = "high" if any(one.kind == "low" for one in owner.attached) else "low"
        owner.attach(cell, kind, {})
    else:
        owner.attach_brackets(cell.held.brackets, "bracket", {})


def meaning_of(part: str) -> Meaning:
    return cast(Meaning, part) if part in ("se", "t", "z", "p", "low", "high") else "bracket"
