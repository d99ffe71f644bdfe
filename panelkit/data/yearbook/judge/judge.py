"""Which vintage a file belongs to, and what it changes: new, unchanged, revised and gone cells, totals, outliers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from panelkit.data import catalogue
from panelkit.data.cities import Level
from panelkit.data.yearbook.errors import CellProblem, Where, YearbookError
from panelkit.data.yearbook.judge.belongs import (
    Belongs,
    ambiguous,
    belonging,
    nameless,
    renamed,
    taken,
    vintages_of,
)
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.guess import ENOUGH
from panelkit.data.yearbook.judge.held import Held, Match, PlacePeriod, is_equal, matches, series_digits
from panelkit.data.yearbook.judge.outliers import Outlier, outliers_of
from panelkit.data.yearbook.judge.totals import Check, check_totals
from panelkit.language.message import message
from panelkit.show.brief import Brief

_CENSUS = re.compile(r"第\s*([一二三四五六七八])\s*次(?:全国)?\s*(经济|人口)\s*普查")
_CENSUS_YEARS = {
    ("经济", "一"): 2004, ("经济", "二"): 2008, ("经济", "三"): 2013, ("经济", "四"): 2018, ("经济", "五"): 2023,
    ("人口", "四"): 1990, ("人口", "五"): 2000, ("人口", "六"): 2010, ("人口", "七"): 2020,
}  # fmt: skip
__all__ = ["Change", "Check", "FileJudgement", "Outlier", "judge", "proposed_name", "vintages_of"]

FIRST_VINTAGE = "as_published"
"""The vintage of an indicator of which nothing is held and that the catalogue does not know."""

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that the file revises, or that is gone from it."""

    indicator: str
    adcode: int
    period: str
    old: float
    new: float | None
    percent: float | None


@dataclass(frozen=True)
class FileJudgement(Brief):
    """What a file is and does.

    Attributes
    ----------
    vintages : indicator -> the vintage its figures belong to.
    why : indicator -> how that was found: "equal" to held figures, "named" by the caller, "recorded" in the store,
        "beside" series of the same file that are equal, "footnote" on a census, "only" vintage in the store of an
        indicator outside the catalogue, "new" where nothing is held of it.
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
    read: FileRead,
    held: Held,
    name: str | None = None,
    recorded: Mapping[str, str] | None = None,
    *,
    unrivalled: bool = True,
) -> FileJudgement:
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
    vintages, why = _assign(read, belongs, evidence, name, recorded or {}, unrivalled=unrivalled)
    compared = {key: compared_with(vintages[key], evidence[key]) for key in series}
    changes = _Changes()
    for indicator, cells in series.items():
        _compare(indicator, cells, compared[indicator], held, changes)
    return FileJudgement(
        vintages=vintages,
        why=why,
        compared=compared,
        evidence=tuple(m for group in evidence.values() for m in group),
        new=changes.new,
        unchanged=changes.unchanged,
        revised=tuple(sorted(changes.revised, key=lambda c: -abs(c.percent or 0.0))),
        gone=tuple(changes.gone),
        checks=tuple(check_totals(read)),
        outliers=tuple(outliers_of(read, compared, held)),
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
    *,
    unrivalled: bool,
) -> tuple[dict[str, str], dict[str, str]]:
    """Return (vintages, reasons); raise with every series that has none."""
    where = Where(read.path.name)
    _check_name(where, name)
    vintages: dict[str, str] = {}
    why: dict[str, str] = {}
    problems: list[CellProblem] = []
    census = proposed_name(read.footnotes)
    foreign = {entry.indicator for entry in read.entries if not entry.known}
    rest = {one.names[0] for one in belongs.values() if len(one.names) == 1}
    for indicator, one in belongs.items():
        group = evidence[indicator]
        reason, vintage = _reason(one, name, recorded.get(indicator), rest, census, held=bool(group))
        if vintage is None and unrivalled:
            reason, vintage = _unrivalled(
                indicator, group, foreign=indicator in foreign, level=read.told.level
            )
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


def _unrivalled(indicator: str, group: list[Match], *, foreign: bool, level: Level) -> tuple[str, str | None]:
    """Return the vintage of a series that no held figures can contradict: the first of its indicator, or its only one.

    Nothing is held of a new indicator: its figures are as published, or what the catalogue waits for. Of one outside
    the catalogue the store may hold one vintage, of other cells: they go on with it. The catalogue waits for figures
    of provinces; those of cities are as published.
    """
    if not group:
        about = catalogue.facts().get(indicator) if level == "province" else None
        return "new", about.default_vintage if about is not None else FIRST_VINTAGE
    if foreign and len(group) == 1 and not group[0].shared:
        return "only", group[0].vintage
    return "", None


def _differs(vintage: str, one: Belongs, group: list[Match]) -> bool:
    """Return whether a held vintage of that name has other figures."""
    return vintage not in one.names and any(
        m.vintage == vintage and m.shared and m.share < ENOUGH for m in group
    )


def _check_name(where: Where, name: str | None) -> None:
    if name is not None and not NAME.fullmatch(name):
        raise YearbookError(
            [
                CellProblem(
                    where,
                    message(
                        "the vintage name {name!r} must be 2 to 40 small letters, digits and underscores, a "
                        "letter first",
                        name=name,
                    ),
                )
            ]
        )


def compared_with(vintage: str | None, group: list[Match]) -> str | None:
    """Return the held vintage that a series is compared with: its own, or the nearest one that shares a cell."""
    if any(m.vintage == vintage for m in group):
        return vintage
    return group[0].vintage if group and group[0].shared else None


def _compare(
    indicator: str, cells: Mapping[PlacePeriod, Decimal], vintage: str | None, held: Held, out: _Changes
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
