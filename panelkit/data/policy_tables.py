"""The tables of policy pilots as they ship: policies, adoptions, their sources, doubtful controls."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from panelkit.data.once import read_once
from panelkit.data.paths import shipped
from panelkit.data.provinces import labels_of, place_name
from panelkit.data.shipped_tables import read_rows
from panelkit.data.wording import first_of
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, Told, listed, message, sentences

PILOTS = "policy_pilots.csv"
WHOLE = "whole province"
COVERAGES = (WHOLE, "city inside", "zone inside")
_SHOWN = 12

_TWICE = message("a province takes part in a policy once")
_NO_PROVINCE = message("the code is one of the provinces")
_NO_POLICY = message("the policy stands in policies.csv")
_NO_YEAR = message("the year lies between 1980 and 2100")
_NO_MONTH = message("the month lies between 1 and 12, or is not known")
_NO_COVERAGE = message("the coverage is a whole province, a city inside or a zone inside")
_NO_SOURCE = message("every source stands in policy_sources.csv")
_UNCHECKED = message("no more pages agree than are named, and one at least")


@dataclass(frozen=True)
class Pilots:
    """One policy: its names, whether its list of provinces is complete, and what is to be known of its dates.

    `refused` says why an incomplete list is no design. `starts` are year and month of every start (`2015-04`; `2012`
    where the month is not known), `until` the last year that the list holds where later batches are not in it.
    """

    key: str
    name: Told
    complete: bool
    starts: tuple[str, ...]
    until: int | None
    about: Told
    refused: Told


@dataclass(frozen=True)
class Doubt:
    """A province that may have been treated from `year` on without being in the list: no control from then on."""

    adcode: int
    year: int
    why: Told


def policies(folder: Path | None = None) -> Mapping[str, Pilots]:
    """Return the policies by their key, complete and incomplete ones."""
    return _policies((folder or shipped("data")) / "policies.csv")


@read_once
def _policies(path: Path) -> Mapping[str, Pilots]:
    found = {
        row["policy"]: Pilots(
            key=row["policy"],
            name=Told(row["name_en"], row["name_zh"]),
            complete=row["complete"] == "yes",
            starts=tuple(row["starts"].split()),
            until=int(row["until"]) if row["until"] else None,
            about=Told(row["about_en"], row["about_zh"]),
            refused=Told(row["refused_en"], row["refused_zh"]),
        )
        for row in read_rows(path.name, path.parent)
    }
    return MappingProxyType(found)


def policy_named(name: str, folder: Path | None = None) -> Pilots:
    """Return a policy with a complete list of provinces, by its key or by its name in either language.

    Raises
    ------
    SpecError
        If there is no such policy, or its list is not complete: the reason is given.
    """
    known = policies(folder)
    names = {
        spelled: key for key, one in known.items() for spelled in (key, str(one.name), one.name.text("zh"))
    }
    if not isinstance(name, str) or name not in names:
        usable = [key for key, one in known.items() if one.complete]
        near = difflib.get_close_matches(str(name), usable, n=1, cutoff=0.6)
        raise SpecError(
            message("no policy `{name}`: did you mean `{near}`?", name=name, near=near[0])
            if near
            else message("no policy `{name}`: there are {known}", name=name, known=usable)
        )
    found = known[names[name]]
    if not found.complete:
        raise SpecError(
            message(
                "policy `{key}` ({name}) is no design: {why}",
                key=found.key,
                name=found.name,
                why=found.refused,
            )
        )
    return found


def doubts(policy: str, folder: Path | None = None) -> tuple[Doubt, ...]:
    """Return the doubtful controls of a policy."""
    rows = read_rows("policy_doubts.csv", folder)
    return tuple(
        Doubt(int(row["adcode"]), int(row["year"]), Told(row["why_en"], row["why_zh"]))
        for row in rows
        if row["policy"] == policy
    )


def pilots(folder: Path | None = None) -> pd.DataFrame:
    """Return the recorded adoptions, checked: one row a policy and province.

    Columns `policy, adcode, year, month, batch` (whole numbers, 0 where not known), `coverage, inside, source` (keys
    of `policy_sources.csv`) and `checked`, how many independent pages agree on province and year.

    Raises
    ------
    DataError
        If the table fails its checks: every failure is named.
    """
    return _pilots((folder or shipped("data")) / PILOTS).copy()


@read_once
def _pilots(path: Path) -> pd.DataFrame:
    table = pd.DataFrame(read_rows(path.name, path.parent))
    for name in ("adcode", "year", "month", "batch", "checked"):
        table[name] = pd.to_numeric(table[name].replace("", "0")).astype("int64")
    check_pilots(table, folder=path.parent)
    return table


def check_pilots(table: pd.DataFrame, *, folder: Path | None = None) -> None:
    """Check recorded adoptions: known policies, provinces and sources, each adoption once, believable dates.

    Raises
    ------
    DataError
        One message that names policy and province of every failure (the first dozen of a kind).
    """
    problems = [*_problems(table.reset_index(drop=True), folder)]
    if problems:
        raise DataError(
            message("{file} fails its checks: {problems}", file=PILOTS, problems=sentences(problems))
        )


def _rules(table: pd.DataFrame, folder: Path | None) -> Iterator[tuple[Message, pd.Series[bool]]]:
    """Yield what must be, each with the rows of which it is true."""
    known = {row["source"] for row in read_rows("policy_sources.csv", folder)}
    pages = table["source"].fillna("").str.split()
    yield _TWICE, ~table.duplicated(["policy", "adcode"], keep=False)
    yield _NO_PROVINCE, table["adcode"].isin([*labels_of("adcode")])
    yield _NO_POLICY, table["policy"].isin([*policies(folder)])
    yield _NO_YEAR, table["year"].between(1980, 2100)
    yield _NO_MONTH, table["month"].between(0, 12)
    yield _NO_COVERAGE, table["coverage"].isin(COVERAGES)
    yield _NO_SOURCE, pages.map(lambda keys: bool(keys) and known.issuperset(keys))
    yield _UNCHECKED, (table["checked"] >= 1) & (table["checked"] <= pages.map(len))


def _problems(table: pd.DataFrame, folder: Path | None) -> Iterator[Message]:
    for rule, held in _rules(table, folder):
        rows = table[~held.astype(bool)]
        cells = [
            message("{policy} {province}", policy=policy, province=place_name(int(code)))
            for policy, code in zip(rows["policy"], rows["adcode"], strict=True)
        ]
        if cells:
            yield message("not: {rule} ({cells})", rule=rule, cells=first_of(cells, _SHOWN))


def sources_of(keys: Iterable[str], folder: Path | None = None) -> Message:
    """Return the pages of keys of `policy_sources.csv`, as they were noted."""
    held = {row["source"]: row["publication"] for row in read_rows("policy_sources.csv", folder)}
    return listed(held[key] for key in dict.fromkeys(keys))
