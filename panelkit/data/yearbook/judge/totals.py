"""Printed totals beside the sums of the provinces that they cover."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from panelkit.data import catalogue
from panelkit.data.cities import PROVINCES
from panelkit.data.provinces import provinces
from panelkit.data.yearbook.judge.entries import FileRead, JudgedEntry
from panelkit.data.yearbook.vocabulary.place_labels import known_place
from panelkit.data.yearbook.vocabulary.printed_units import AMOUNTS, parse_unit

_REGIONS = {"东部": "east", "中部": "central", "西部": "west", "东北": "northeast"}


@dataclass(frozen=True, slots=True)
class Check:
    """A printed total beside the sum of its parts; `gap` is relative."""

    indicator: str
    period: str
    region: str
    printed: float
    parts: float
    gap: float
    agrees: bool


def check_totals(read: FileRead) -> list[Check]:
    """Compare printed totals of quantities with the sum of their provinces, where all are there; of cities none."""
    if not read.totals or read.told.level == "city":
        return []
    about = catalogue.facts()
    regions = _regions()
    series = read.series()
    checks = []
    for total in read.totals:
        entry = total.entry
        if entry.indicator in about and about[entry.indicator].scale_or_intensity == "intensity":
            continue
        members = _members(total.region, regions)
        cells = series.get(entry.indicator, {})
        parts = [cells[code, entry.period] for code in members if (code, entry.period) in cells]
        if not members or len(parts) < len(members) or _is_mean(entry, parts):
            continue
        checks.append(_check(total.region, entry, parts))
    return checks


@lru_cache(maxsize=1)
def _regions() -> Mapping[int, str]:
    """Return adcode -> region of the four, read once."""
    return {int(str(code)): str(row["region4"]) for code, row in provinces().iterrows()}


def _members(region: str, regions: Mapping[int, str]) -> list[int]:
    place = known_place(region, PROVINCES)
    if place is not None and place.kind == "nation":
        return list(regions)
    plain = re.sub(r"[\s\u3000]+|地区", "", region)
    wanted = next(
        (name for zh, name in _REGIONS.items() if plain.startswith(zh)), plain.split()[0].casefold()[:4]
    )
    return [
        code
        for code, name in regions.items()
        if name == wanted or (len(wanted) == 4 and name.startswith(wanted))
    ]


def _is_mean(entry: JudgedEntry, parts: list[Decimal]) -> bool:
    """Return whether a total in no unit of amounts lies amid its parts: of intensities and shares it is no sum."""
    unit = parse_unit(entry.unit)
    amount = unit is not None and unit[0] in AMOUNTS
    return not amount and len(parts) > 2 and min(parts) < entry.value < max(parts)


def _check(region: str, entry: JudgedEntry, parts: list[Decimal]) -> Check:
    total = sum(parts, Decimal(0))
    gap = float((entry.value - total) / abs(total)) if total else float(entry.value != 0)
    exponent = min(
        v.as_tuple().exponent for v in [entry.value, *parts] if isinstance(v.as_tuple().exponent, int)
    )
    deviation = math.sqrt((len(parts) + 1) / 12)  # of a sum of rounded numbers, in units of the last decimal
    rounding = Decimal(4 * deviation) * Decimal(1).scaleb(int(exponent))
    agrees = abs(entry.value - total) <= rounding
    return Check(entry.indicator, entry.period, region, float(entry.value), float(total), gap, agrees)
