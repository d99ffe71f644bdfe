"""Columns of a decomposition of inequality that do not say their measure: shares of the part left, regions, pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from panelkit.audit.layout.columns import Column
from panelkit.audit.layout.words import Heading
from panelkit.audit.vocabulary.marks import heads_ranks, is_year
from panelkit.audit.vocabulary.measures import Measure
from panelkit.audit.vocabulary.squeezed import squeezed

_SHARE_ALONE = re.compile(r"(?:贡献率?|贡献度|占比|比重)|contribution(?:rate|ratio)?s?|shares?")
_SHARES = {"within": "share_within", "between": "share_between", "transvariation": "share_transvariation"}


def parts_named(columns: Sequence[Column]) -> list[Column]:
    """Return the columns with a mere 贡献率 as the share of the part left of it, and other names as groups of units."""
    found: list[Column] = []
    for column in columns:
        left = found[-1].said.measure if found else None
        measure = None if column.said.measure or column.said.part else _measure(column, left)
        if measure is not None:
            column = replace(column, said=Heading(measure, used=column.pieces), rest=())
        found.append(column)
    return found


def _measure(column: Column, left: Measure | None) -> Measure | None:
    """Return what a column without a measure holds, None where nothing tells."""
    if not column.pieces or heads_ranks(column.own) or is_year(column.own):
        return None
    if _SHARE_ALONE.fullmatch(squeezed(column.own)):
        role = (
            _SHARES.get(left.role.rsplit("_", 1)[-1], "")
            if left and not left.role.startswith("share")
            else ""
        )
        return Measure(role) if role else None
    return Measure("inequality_of_group", column.own)
