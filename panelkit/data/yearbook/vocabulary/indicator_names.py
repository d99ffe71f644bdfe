"""Printed names of indicators, and which entry of the catalogue each one is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from panelkit.data.catalogue import facts
from panelkit.data.cities import Level
from panelkit.data.shipped_tables import read_rows
from panelkit.data.yearbook.vocabulary.printed_units import factor
from panelkit.data.yearbook.vocabulary.table_names import TableColumn, column_named, table_columns
from panelkit.show.brief import Brief

_MARKS = re.compile(r"[①-⑳⑴-⑽*＊※†‡¹²³⁴⁵⁶⁷⁸⁹⁰]+$")
_TOTALS = {"合计", "总计", "总额", "小计", "全部", "total", "总量", ""}
_SCOPES = re.compile(
    r"企业|机构|高等学校|高校|高技术|工业|农村|城镇|城市|国有|私营|外商|港澳台|上市|女性|平均|指数|比重|占|"
    r"不变价|可比价|增长|增速|构成|人均|少数民族|省会|市辖区|县|大中型|小型|微型|限额|三资|外资|民营"
)
_BESIDE = re.compile(r"[和及与](?:指数|增长速度|增长|增速|构成)")
_LEADING = re.compile(r"^(?:各地区|分地区|各省份|各省|分省|按地区分|主要年份)+")
_OF_CITIES = re.compile(
    r"^(?:我国|全国)?(?:(?:各|分|按|\d+个?|主要|重点|部分|省会|副省级|地级(?:及?以上)?|计划单列|直辖|大中)+(?:城市|市)分?[和与及、]*)+"
)
"""What opens the title of a table of cities; 城市 alone means towns."""
_SAME = (
    (re.compile(r"规模以上工业企业|规模以上工业|规上工业(?!企业)"), "规上工业企业"),
    (re.compile(r"研究与试验发展(?:\(r&d\))?"), "r&d"),
    (re.compile(r"高技术产业\(制造业\)|高技术制造业"), "高技术产业"),
    (re.compile(r"[:、,，·\s]"), ""),
)


@dataclass(frozen=True, slots=True)
class Names(Brief):
    """Normalised names -> keys of the catalogue, each key's unit, and columns that their table's title names.

    `own` holds the indicators outside the catalogue, each with the unit in which a store holds it. At the level of
    cities a title that says 主要城市 narrows nothing.
    """

    keys: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    printed: Mapping[str, str]
    tables: tuple[TableColumn, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    level: Level = "province"

    def unit_fits(self, key: str, unit: str) -> bool:
        """Return whether a printed unit can be converted to the catalogue's; an absent one can."""
        return not unit or factor(unit, self.units[key]) is not None

    def find(self, label: str, context: str, unit: str) -> tuple[str, ...]:
        """Return the keys that a label may be, best reading first tried; several only where nothing tells them apart.

        `label` may have parts joined by a full-width colon; `context` is the title of its table.
        """
        if self.level == "city":
            context = _OF_CITIES.sub("", context)
        joined = normalised("".join(label.split("：")))
        known = column_named(self.tables, normalised(context), joined, unit) if context else None
        if known is not None:
            return (known,)
        for name in _candidates(label, context):
            keys = [key for key in self.keys.get(name, ()) if self._in_scope(key, name, label, context)]
            fitting = tuple(key for key in keys if self.unit_fits(key, unit))
            if fitting or keys:
                return fitting or tuple(keys)
        return ()

    def _in_scope(self, key: str, name: str, label: str, context: str) -> bool:
        """Return whether what narrows the title or a header above the label stands in the indicator's name too."""
        about = _BESIDE.sub("", normalised(context)) + normalised(label)
        printed = normalised(self.printed[key])
        return all(word in name or word in printed for word in _SCOPES.findall(about))


def known_names(own: Mapping[str, str] | None = None) -> Names:
    """Return the names of the catalogue, the aliases beside it, and what a store holds besides (name -> unit)."""
    about = facts()
    keys: dict[str, list[str]] = {}
    for key, one in about.items():
        for name in (key, one.name_zh, one.name_en):
            keys.setdefault(normalised(name), []).append(key)
    for row in read_rows("indicator_aliases.csv"):
        if row["indicator"] in about:
            keys.setdefault(normalised(row["alias"]), []).append(row["indicator"])
    units = {key: one.unit for key, one in about.items()}
    return Names(
        {name: tuple(dict.fromkeys(found)) for name, found in keys.items()},
        units,
        {key: one.name_zh for key, one in about.items()},
        table_columns(units),
        {key: unit for key, unit in (own or {}).items() if key not in about},
    )


def own_units(figures: pd.DataFrame) -> dict[str, str]:
    """Return the unit of every indicator of a long table, the first that it stands in."""
    pairs = figures[["indicator", "unit"]].drop_duplicates("indicator")
    return dict(zip(map(str, pairs["indicator"]), map(str, pairs["unit"]), strict=True))


def normalised(text: str) -> str:
    """Return a name without blanks, width, case, footnote markers and the usual variants of spelling."""
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", text.strip())).casefold()
    plain = re.sub(r"\s+", "", plain).lstrip("#")
    plain = re.sub(r"^其中:?", "", plain)
    plain = _LEADING.sub("", plain)
    for pattern, name in _SAME:
        plain = pattern.sub(name, plain)
    return plain


def _candidates(label: str, context: str) -> list[str]:
    """Return the normalised names a label may stand for, the fullest first."""
    parts = [part for part in label.split("：") if part]
    leaf = parts[-1] if parts else ""
    title = normalised(context)
    names: list[str] = []
    if title:
        if normalised(leaf) in _TOTALS or title.endswith(normalised(leaf)):
            names.append(title)
        names += [title + normalised(part) for part in ("".join(parts), leaf) if part]
        scope = re.match(r"规上工业企业|高技术产业", title)
        if scope and leaf:
            names += [scope.group() + normalised("".join(parts)), scope.group() + normalised(leaf)]
    names += [normalised("".join(parts)), normalised(leaf)]
    if normalised(leaf) in _TOTALS and len(parts) > 1:
        names.append(normalised("".join(parts[:-1])))
    return list(dict.fromkeys(name for name in names if name))
