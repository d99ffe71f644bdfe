"""Columns whose header says what they are only under the title of their table: 合计 under 国内三种专利申请数."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from panelkit.data.shipped_tables import read_rows
from panelkit.data.yearbook.vocabulary.printed_units import factor, parse_unit

_PLATFORM = re.compile(r"中国(?:(?:19|20)\d{2}年|历年)(?:各地区|分地区)?(.+?)(?:统计)?")
_TOLD_BY_UNIT = {"person", "person-year"}
"""Heads and full-time equivalents stand under the same words: without a printed unit nothing tells them apart."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One row of `indicator_tables.csv`: all of a normalised title and all of a normalised header, as patterns."""

    title: re.Pattern[str]
    label: re.Pattern[str]
    indicator: str
    unit: str

    def names(self, title: str, label: str, unit: str) -> bool:
        """Return whether a column under a title is this one; a printed unit has to be of its kind."""
        if not (self.title.fullmatch(title) and self.label.fullmatch(label)):
            return False
        if unit:
            return factor(unit, self.unit) is not None
        return (parse_unit(self.unit) or ("", 0))[0] not in _TOLD_BY_UNIT


def table_columns(units: dict[str, str]) -> tuple[TableColumn, ...]:
    """Return the columns of `indicator_tables.csv` whose indicator the catalogue holds; `units` are its units."""
    return tuple(
        TableColumn(
            re.compile(row["title"]), re.compile(row["label"]), row["indicator"], units[row["indicator"]]
        )
        for row in read_rows("indicator_tables.csv")
        if row["indicator"] in units
    )


def column_named(columns: Iterable[TableColumn], title: str, label: str, unit: str) -> str | None:
    """Return the indicator of a column by its normalised title and header; None where no row names it.

    A platform that gives single tables of yearbooks puts 中国2020年各地区 before a title and 统计 behind it.
    """
    bare = _PLATFORM.fullmatch(title)
    plain = bare.group(1) if bare else title
    return next((one.indicator for one in columns if one.names(plain, label, unit)), None)
