"""What names of columns say of each other: changes, shares and ranks beside what they are about."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from panelkit.data.yearbook.vocabulary.printed_units import AMOUNTS, parse_unit

_CHANGE = re.compile(r"[比较]上\s*年|比\s*\d{4}\s*年|同比|增长|增速|增减")
_RANK = re.compile(r"(?:位\s*次|排\s*名|名\s*次|排\s*序|排\s*位)\d?$|^rank(?:ing)?$", re.I)
_RATE = re.compile(
    r"(?:增长|增速|增幅|速度|比重|占比|比例|比率|构成|份额|贡献率|增减|指数|系数|密度|倍数)$|(?<![功效汇])率$|^占.*的?比|^share|growth\s*rate$",
    re.I,
)
_PER_HEAD = re.compile(r"人均|户均|平均每|每[一百千万]?[人户]")
HUNDRED_MILLION = 8
"""Power of ten of 亿: nothing per head stands in it."""
_RATES_BELOW = re.compile(
    r"(?:[比较](?:上年|\d{4}年))?(?:同比)?(?:增长|增速|增幅|增长率|增长速度)|构成|比重|占比|占(?:全国|总[计额量])的?(?:比重|比例|比)"
)
"""Headings of rates alone; 按费用构成分 is one of amounts."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of numbers, as its header names it.

    `own`: the header itself names the unit. `latin`: what stands in the header below a Chinese name in other letters.
    `before`: the header says 上年: the year before the table's.
    """

    index: int
    label: str
    unit: str
    period: str | None
    own: bool = False
    part: bool = False
    latin: str = ""
    before: bool = False


def takes_unit(label: str, unit: str) -> bool:
    """Return whether a column without a unit of its own has the one above the table.

    Growth rates, shares and ranks have none of money or persons, and a rank no per cent either; a unit in brackets that
    is not known (件/万人) stays in the name.
    """
    *groups, last = label.split("：")
    if _RANK.search(last) or any(map(_RANK.search, groups)):
        return False
    inside = re.search(r"[（(\[]([^()（）\[\]]*[/／每][^()（）\[\]]*)[)）\]]$", last)
    if inside and any(parse_unit(piece) for piece in re.split(r"[/／每]", inside.group(1))):
        return False
    known = parse_unit(unit)
    if _PER_HEAD.match(last) and known is not None and known[1] >= HUNDRED_MILLION:
        return False
    rate = _RATE.search(last) or any(map(_RATES_BELOW.fullmatch, groups))
    return not rate or known is None or known[0] not in AMOUNTS


def _of_their_whole(columns: list[SheetColumn]) -> list[SheetColumn]:
    """Return columns such as 位次 and 比上年增长 that share a name, called after the column on their left."""
    shared = Counter((column.label, column.period) for column in columns)
    named: list[SheetColumn] = []
    whole = ""
    for column in columns:
        last = column.label.rpartition("：")[2]
        if not (_RANK.search(last) or _RATE.search(last) or _CHANGE.search(last)):
            whole = column.label
        elif whole and shared[column.label, column.period] > 1:
            column = replace(column, label=f"{whole}：{last}")
        named.append(column)
    return named


def told_apart(columns: list[SheetColumn]) -> list[SheetColumn]:
    """Return the columns of a table with years and names by which they are told from each other."""
    return _of_their_whole(_by_letters(_dated_changes(columns)))


def _dated_changes(columns: list[SheetColumn]) -> list[SheetColumn]:
    """Return columns such as 比上年增长 dated by the last year of those on their left that they are about."""
    dated: list[SheetColumn] = []
    for column in columns:
        whole, _, last = column.label.rpartition("：")
        years = [one.period for one in dated if one.label == whole and one.period]
        change = column.period is None and _CHANGE.search(last) and years
        dated.append(replace(column, period=max(filter(None, years))) if change else column)
    return dated


def _by_letters(columns: list[SheetColumn]) -> list[SheetColumn]:
    """Return columns with SCI, EI and the like behind a Chinese name that several of them share."""
    shared = Counter((column.label, column.period) for column in columns)
    return [
        replace(column, label=f"{column.label}：{column.latin}")
        if shared[column.label, column.period] > 1 and column.latin
        else column
        for column in columns
    ]
