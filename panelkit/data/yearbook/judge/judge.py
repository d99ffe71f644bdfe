"""Which vintage a file belongs to, and what it changes: new, unchanged, revised and gone cells, totals, outliers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from panelkit.data import catalogue
from panelkit.data.provinces import provinces
from panelkit.data.yearbook.errors import Problem, Where, YearbookError
from panelkit.data.yearbook.judge.belongs import (
    Belongs,
    ambiguous,
    belonging,
    nameless,
    renamed,
    taken,
    vintages_of,
)
from panelkit.data.yearbook.judge.entries import Entry, FileRead
from panelkit.data.yearbook.judge.guess import ENOUGH
from panelkit.data.yearbook.judge.held import Cell, Held, Match, is_equal, matches, series_digits
from panelkit.data.yearbook.vocabulary.places import known_place
from panelkit.language.message import message
from panelkit.show.brief import Brief

_CENSUS = re.compile(r"第\s*([一二三四五六七八])\s*次(?:全国)?\s*(经济|人口)\s*普查")
_CENSUS_YEARS = {
    ("经济", "一"): 2004, ("经济", "二"): 2008, ("经济", "三"): 2013, ("经济", "四"): 2018, ("经济", "五"): 2023,
    ("人口", "四"): 1990, ("人口", "五"): 2000, ("人口", "六"): 2010, ("人口", "七"): 2020,
}  # fmt: skip
__all__ = ["Change", "Check", "Judgement", "Outlier", "judge", "proposed_name", "vintages_of"]

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
OUTLIER = 8.0
_STEP = math.log(1.5)
_REGIONS = {"东部": "east", "中部": "central", "西部": "west", "东北": "northeast"}


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that the file revises, or that is gone from it."""

    indicator: str
    adcode: int
    period: str
    old: float
    new: float | None
    percent: float | None


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


@dataclass(frozen=True, slots=True)
class Outlier:
    """A cell that leaves its own history by many times the usual yearly change."""

    indicator: str
    adcode: int
    period: str
    value: float
    before: float
    percent: float


@dataclass(frozen=True)
class Judgement(Brief):
    """What a file is and does.

    Attributes
    ----------
    vintages : indicator -> the vintage its figures belong to.
    why : indicator -> how that was found: "equal" to held figures, "named" by the caller, "recorded" in the store,
        "beside" series of the same file that are equal, "footnote" on a census.
    compared : indicator -> the held vintage its cells were compared with, or None.
    evidence : every comparison with a held vintage.
    """

    vintages: Mapping[str, str]
    why: Mapping[str, str]
    compared: Mapping[str, str | None]
    evidence: tuple[Match, ...]
    new: int
    unchanged: int
    revised: tuple[Change, ...]
    gone: tuple[Change, ...]
    checks: tuple[Check, ...]
    outliers: tuple[Outlier, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the judgement as JSON holds it."""
        return {
            "vintages": dict(self.vintages),
            "why": dict(self.why),
            "compared_with": dict(self.compared),
            "evidence": [
                asdict(m) | {"distance": None if m.distance != m.distance else m.distance}
                for m in self.evidence
            ],
            "new": self.new,
            "unchanged": self.unchanged,
            "revised": [asdict(change) for change in self.revised],
            "gone": [asdict(change) for change in self.gone],
            "totals": [asdict(check) for check in self.checks],
            "outliers": [asdict(outlier) for outlier in self.outliers],
        }


def proposed_name(footnotes: tuple[str, ...]) -> str | None:
    """Return the vintage's name that a footnote on a census proposes: `census2023` for the fifth economic one."""
    named = {
        _CENSUS_YEARS.get((kind, number)) for note in footnotes for number, kind in _CENSUS.findall(note)
    } - {None}
    return f"census{max(year for year in named if year)}" if named else None


def judge(
    read: FileRead, held: Held, name: str | None = None, recorded: Mapping[str, str] | None = None
) -> Judgement:
    """Compare a file with the held figures and say which vintage it belongs to.

    `name` is the vintage the caller names for series that equal no held vintage; `recorded`, the vintages under
    which a store holds the same file already.

    Raises
    ------
    YearbookError
        Where the vintage must be named (the distance to every held one is shown), or where the name is that of a
        held vintage which the figures do not equal: a vintage never overwrites another.
    """
    series = read.series()
    belongs = belonging(series, held)
    evidence = {indicator: matches(indicator, cells, held) for indicator, cells in series.items()}
    vintages, why = _assign(read, belongs, evidence, name, recorded or {})
    compared = {key: _compared(vintages[key], evidence[key]) for key in series}
    changes = _Changes()
    for indicator, cells in series.items():
        _compare(indicator, cells, compared[indicator], held, changes)
    return Judgement(
        vintages=vintages,
        why=why,
        compared=compared,
        evidence=tuple(m for group in evidence.values() for m in group),
        new=changes.new,
        unchanged=changes.unchanged,
        revised=tuple(sorted(changes.revised, key=lambda c: -abs(c.percent or 0.0))),
        gone=tuple(changes.gone),
        checks=tuple(_totals(read)),
        outliers=tuple(_outliers(read, compared, held)),
    )


class _Changes:
    """Counts and lists of cells as they are compared."""

    def __init__(self) -> None:
        self.new = self.unchanged = 0
        self.revised: list[Change] = []
        self.gone: list[Change] = []


def _assign(
    read: FileRead,
    belongs: Mapping[str, Belongs],
    evidence: Mapping[str, list[Match]],
    name: str | None,
    recorded: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Return (vintages, reasons); raise with every series that has none."""
    where = Where(read.path.name)
    _check_name(where, name)
    vintages: dict[str, str] = {}
    why: dict[str, str] = {}
    problems: list[Problem] = []
    census = proposed_name(read.footnotes)
    rest = {one.names[0] for one in belongs.values() if len(one.names) == 1}
    for indicator, one in belongs.items():
        group = evidence[indicator]
        reason, vintage = _reason(one, name, recorded.get(indicator), rest, census, held=bool(group))
        if vintage is None and len(one.names) > 1:
            problems.append(ambiguous(where, indicator, one.names, group))
        elif vintage is None:
            problems.append(nameless(where, indicator, group))
        elif reason != "equal" and _differs(vintage, one, group):
            problems.append(taken(where, indicator, vintage, group))
        else:
            vintages[indicator], why[indicator] = vintage, reason
    if name is not None and name not in vintages.values() and not problems:
        problems = [renamed(where, key, vintage, name, evidence[key]) for key, vintage in vintages.items()]
    if problems:
        raise YearbookError(problems)
    return vintages, why


def _reason(
    one: Belongs, name: str | None, recorded: str | None, rest: set[str], census: str | None, *, held: bool
) -> tuple[str, str | None]:
    """Return why a series belongs to a vintage, and to which.

    Equal figures come first; on few cells, and where they fit several vintages, the caller's name decides, then what
    the store has recorded of the same file, then the rest of the file, then a footnote on a census.
    """
    if one.names and name is not None and name not in one.names and not one.strong:
        return "named", name
    if len(one.names) == 1 or name in one.names:
        return "equal", name if name in one.names else one.names[0]
    options = [("named", name), ("recorded", recorded)]
    beside = rest.intersection(one.names) if one.names else rest if not held else set()
    if len(rest) == 1 or one.names:
        options.append(("beside", next(iter(beside)) if len(beside) == 1 else None))
    options.append(("footnote", census))
    fitting = [(why, it) for why, it in options if it is not None and (not one.names or it in one.names)]
    return next(iter(fitting), ("", None))


def _differs(vintage: str, one: Belongs, group: list[Match]) -> bool:
    """Return whether a held vintage of that name has other figures."""
    return vintage not in one.names and any(
        m.vintage == vintage and m.shared and m.share < ENOUGH for m in group
    )


def _check_name(where: Where, name: str | None) -> None:
    if name is not None and not NAME.fullmatch(name):
        raise YearbookError(
            [
                Problem(
                    where,
                    message(
                        "the vintage name {name!r} must be small letters, digits and underscores, a letter first",
                        name=name,
                    ),
                )
            ]
        )


def _compared(vintage: str, group: list[Match]) -> str | None:
    if any(m.vintage == vintage for m in group):
        return vintage
    return group[0].vintage if group and group[0].shared else None


def _compare(
    indicator: str, cells: Mapping[Cell, Decimal], vintage: str | None, held: Held, out: _Changes
) -> None:
    if vintage is None:
        out.new += len(cells)
        return
    old = held.values[indicator, vintage]
    printed, mine = held.digits[indicator, vintage], series_digits(cells)
    for (adcode, period), value in cells.items():
        was, now = old.get((adcode, period)), float(value)
        if was is None:
            out.new += 1
        elif is_equal(value, was, min(mine[period], printed[period])):
            out.unchanged += 1
        else:
            percent = 100 * (now - was) / abs(was) if was else None
            out.revised.append(Change(indicator, adcode, period, was, now, percent))
    periods, places = {period for _, period in cells}, {adcode for adcode, _ in cells}
    for (adcode, period), was in old.items():
        if period in periods and adcode in places and (adcode, period) not in cells:
            out.gone.append(Change(indicator, adcode, period, was, None, None))


def _totals(read: FileRead) -> list[Check]:
    """Compare printed totals of quantities with the sum of the provinces they cover, where all of them are there."""
    if not read.totals:
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
        if not members or len(parts) < len(members):
            continue
        checks.append(_check(total.region, entry, parts))
    return checks


@lru_cache(maxsize=1)
def _regions() -> Mapping[int, str]:
    """Return adcode -> region of the four, read once."""
    return {int(str(code)): str(row["region4"]) for code, row in provinces().iterrows()}


def _members(region: str, regions: Mapping[int, str]) -> list[int]:
    place = known_place(region)
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


def _check(region: str, entry: Entry, parts: list[Decimal]) -> Check:
    total = sum(parts, Decimal(0))
    gap = float((entry.value - total) / abs(total)) if total else float(entry.value != 0)
    exponent = min(
        v.as_tuple().exponent for v in [entry.value, *parts] if isinstance(v.as_tuple().exponent, int)
    )
    deviation = math.sqrt((len(parts) + 1) / 12)  # of a sum of rounded numbers, in units of the last decimal
    rounding = Decimal(4 * deviation) * Decimal(1).scaleb(int(exponent))
    agrees = abs(entry.value - total) <= rounding
    return Check(entry.indicator, entry.period, region, float(entry.value), float(total), gap, agrees)


def _outliers(read: FileRead, compared: Mapping[str, str | None], held: Held) -> list[Outlier]:
    """List new annual cells whose change from the year before is far outside the series' own yearly changes."""
    found = []
    for indicator, cells in read.series().items():
        vintage = compared[indicator]
        known = dict(held.values.get((indicator, vintage), {})) if vintage else {}
        history = {**known, **{cell: float(value) for cell, value in cells.items()}}
        steps = _steps(history)
        if len(steps) < 30:
            continue
        ordered = sorted(steps.values())
        middle = ordered[len(ordered) // 2]
        spread = sorted(abs(step - middle) for step in ordered)[len(ordered) // 2] * 1.4826
        for (adcode, period), value in cells.items():
            step = steps.get((adcode, period))
            if step is None or abs(step - middle) < max(OUTLIER * spread, _STEP):
                continue
            before = history[adcode, str(int(period) - 1)]
            found.append(
                Outlier(
                    indicator, adcode, period, float(value), before, 100 * (float(value) - before) / before
                )
            )
    return found


def _steps(history: Mapping[Cell, float]) -> dict[Cell, float]:
    steps = {}
    for (adcode, period), value in history.items():
        before = history.get((adcode, str(int(period) - 1))) if len(period) == 4 else None
        if before is not None and before > 0 and value > 0:
            steps[adcode, period] = math.log(value / before)
    return steps
