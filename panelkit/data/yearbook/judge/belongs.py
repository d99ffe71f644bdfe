"""Which held vintage a series belongs to: by how many of the cells that both hold are equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from panelkit.data.wording import alternatives
from panelkit.data.yearbook.errors import CellProblem, Where
from panelkit.data.yearbook.judge.entries import FileRead
from panelkit.data.yearbook.judge.guess import CELLS, ENOUGH
from panelkit.data.yearbook.judge.held import Held, Match, PlacePeriod, matches
from panelkit.language.message import Message, message, sentences

ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class Belongs:
    """The vintages that a series may belong to, the one on most equal cells first.

    `names` holds one, several where the cells do not tell them apart, or none. `strong` says whether that rests on
    `CELLS` shared cells or more; fewer give way to a name that the caller gives.
    """

    names: tuple[str, ...] = ()
    strong: bool = False


def belonging(series: Mapping[str, Mapping[PlacePeriod, Decimal]], held: Held) -> dict[str, Belongs]:
    """Return what each series of a file belongs to.

    A series belongs to a vintage that it equals on all shared cells, however few, or on at least 99 % of at least 62;
    of several, to the one with most equal cells. Series with fewer shared cells are also taken together, those left
    out that differ in more than a tenth of their cells: they belong to another vintage, whatever stands beside them.
    """
    found: dict[str, Belongs] = {}
    short: dict[str, list[Match]] = {}
    for indicator, cells in series.items():
        all_matches = matches(indicator, cells, held)
        found[indicator] = _alone(all_matches)
        if not any(m.shared >= CELLS for m in all_matches):
            short[indicator] = all_matches
    for vintage in sorted({m.vintage for group in short.values() for m in group}):
        mine = {key: m for key, group in short.items() for m in group if m.vintage == vintage and m.shared}
        mine = {key: m for key, m in mine.items() if m.share >= ALIKE}
        mine = {key: m for key, m in mine.items() if not found[key].names or vintage in found[key].names}
        shared, equal = sum(m.shared for m in mine.values()), sum(m.equal for m in mine.values())
        if shared >= CELLS and equal >= ENOUGH * shared:
            for key in mine:
                found[key] = Belongs(found[key].names or (vintage,), strong=True)
    return found


def vintages_of(read: FileRead, held: Held, name: str | None = None) -> dict[str, str | None]:
    """Return the held vintage that each series of a file belongs to, None where the figures do not say.

    Where the figures do not tell several vintages apart, it is the one called `name`, or the one that the rest of the
    file belongs to.
    """
    found = belonging(read.series(), held)
    rest = {one.names[0] for one in found.values() if len(one.names) == 1}
    return {key: chosen(one, name, rest) for key, one in found.items()}


def chosen(one: Belongs, name: str | None, rest: set[str]) -> str | None:
    """Return the vintage of a series: by its figures, else by the caller's name, else by the rest of the file."""
    if len(one.names) < 2:
        return next(iter(one.names), None)
    if name in one.names:
        return name
    beside = rest.intersection(one.names)
    return beside.pop() if len(beside) == 1 else None


def _alone(all_matches: list[Match]) -> Belongs:
    fitting = [m for m in all_matches if _fits(m)]
    if not fitting:
        return Belongs()
    best = max((m.equal, m.share) for m in fitting)
    names = tuple(m.vintage for m in fitting if (m.equal, m.share) == best)
    strong = any(m.shared >= CELLS for m in fitting if m.vintage in names)
    if not strong and any(m.share >= ALIKE and m.equal > best[0] for m in all_matches):
        return Belongs()  # a few equal cells here say less than many nearly equal ones there
    return Belongs(names, strong)


def _fits(one: Match) -> bool:
    return one.shared > 0 and (one.equal == one.shared or (one.shared >= CELLS and one.share >= ENOUGH))


def distances(group: list[Match]) -> Message:
    """Say how far a series is from every held vintage."""
    if not any(m.shared for m in group):
        return message("no held vintage shares a cell with it")
    return sentences(
        message(
            "{vintage}: {equal} of {shared} shared cells equal, median distance {distance:.3g} %",
            vintage=m.vintage,
            equal=m.equal,
            shared=m.shared,
            distance=100 * m.distance,
        )
        for m in group
        if m.shared
    )


def nameless(where: Where, indicator: str, group: list[Match]) -> CellProblem:
    """Return the problem of a series that belongs to no held vintage."""
    if not any(m.shared for m in group):
        said = message(
            "{indicator} belongs to no held vintage ({distances}, and only equal cells tell whose it is; held: "
            "{names}): name its vintage with `--vintage NAME`, a held one where these figures go on with it",
            indicator=indicator,
            distances=distances(group),
            names=[m.vintage for m in group],
        )
        return CellProblem(where, said)
    said = message(
        "{indicator} belongs to no held vintage ({distances}; it would if all shared cells were equal to the decimals "
        "that both print, or {percent} % of at least {cells}): name its vintage with `--vintage NAME`",
        indicator=indicator,
        distances=distances(group),
        percent=round(100 * ENOUGH),
        cells=CELLS,
    )
    return CellProblem(where, said)


def ambiguous(where: Where, indicator: str, names: tuple[str, ...], group: list[Match]) -> CellProblem:
    """Return the problem of a series whose cells do not tell held vintages apart."""
    asked = [message("`--vintage {name}`", name=name) for name in names]
    said = message(
        "{indicator} equals {count} held vintages alike ({distances}): say which it belongs to, {asked}",
        indicator=indicator,
        count=len(names),
        distances=distances([m for m in group if m.vintage in names]),
        asked=alternatives(asked),
    )
    return CellProblem(where, said)


def taken(where: Where, indicator: str, name: str, group: list[Match]) -> CellProblem:
    """Return the problem of a series named after a held vintage from which it differs."""
    said = message(
        "{indicator}: the vintage {name!r} is held and differs ({distances}); a vintage never overwrites another, "
        "choose a new name with `--vintage NAME`",
        indicator=indicator,
        name=name,
        distances=distances(group),
    )
    return CellProblem(where, said)


def renamed(where: Where, indicator: str, vintage: str, name: str, group: list[Match]) -> CellProblem:
    """Return the problem of a series that belongs to a held vintage under another name."""
    said = message(
        "{indicator} belongs to the held vintage {vintage!r} ({distances}), not to {name!r}: leave `--vintage` out",
        indicator=indicator,
        vintage=vintage,
        distances=distances(group),
        name=name,
    )
    return CellProblem(where, said)
