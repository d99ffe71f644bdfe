"""What every table of figures must satisfy before a number of it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from panelkit.data import catalogue
from panelkit.data.once import State, state_of
from panelkit.data.provinces import NATION, labels_of, place_name
from panelkit.data.wording import first_of
from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message, sentences

_KEY = ["adcode", "period", "indicator", "vintage"]
_SHOWN = 12
_NUMBERS = {"adcode": "int64", "value": "float64"}
_TEXTS = ("period", "indicator", "vintage", "unit")
_PERIOD = r"^(19|20)\d\d(-Q[1-4]|-(0[1-9]|1[0-2]))?$"
_TWICE = message("has more than one value")
_NO_PROVINCE = message("is not one of the provinces")
_NO_PERIOD = message("has a period that is no year, quarter or month")
_NOT_FINITE = message("is not a finite number")
_OTHER_UNIT = message("is not in the unit of the catalogue")
_OUTSIDE = message("lies outside the bounds of the catalogue")
_NO_INDICATOR = message("is no indicator of the catalogue")
_OTHER_VINTAGE = message("has a vintage that the catalogue does not list")
_UNKNOWN_SOURCE = message("has an unknown source")

_AGAINST = ("indicators.csv", "sources.csv", "sums.csv", "national_sums.csv", "flags.csv")
"""The tables that figures are held against."""
_passed: dict[Path, tuple[State, ...]] = {}
"""Files whose cells and national totals passed, in the state in which they did."""
_added_up: set[tuple[catalogue.SumRule, frozenset[tuple[Path, tuple[State, ...]]]]] = set()
"""Sums that hold, with the files between which they do."""

_EXEMPT = ("checked", "absent", "suspect")
_EVERYWHERE = 0
"""The code of a flag on every province."""


def check_figures(figures: pd.DataFrame, *, folder: Path | None = None, strict: bool = True) -> None:
    """Check a long table: one value a cell, known places, units and sources, believable values, sums.

    `strict=False` lets indicators, vintages and sources through that the catalogue does not hold (a user's own
    figures); what the catalogue does hold is checked all the same. Sums are checked where the total and every part
    are in the table, in one vintage; cells flagged as checked, absent or suspect are exempt.

    Raises
    ------
    DataError
        One message that names province, year and column of every failure (the first dozen of a kind).
    """
    figures = as_pandas(figures, "the figures")
    _refuse([*_schema_problems(figures, folder, strict=strict)])
    _refuse_sums(figures, folder, strict=strict)


FileStates = Mapping[Path, tuple[State, ...]]
"""Files of figures, each with its state and those of the tables that it is held against."""


def states_of(paths: Iterable[Path], folder: Path) -> FileStates:
    """Return the states of files of figures, to be taken before they are read; missing files have none."""
    tables = tuple(state_of(folder / name) for name in _AGAINST if (folder / name).exists())
    return {path: (state_of(path), *tables) for path in paths if path.exists()}


def check_files(
    figures: Callable[[], pd.DataFrame], states: FileStates, *, folder: Path | None = None
) -> None:
    """Check figures as `check_figures`, reading them only if a file, or a sum between files, has not passed yet.

    Raises
    ------
    DataError
        As `check_figures`.
    """
    fresh = any(_passed.get(path) != state for path, state in states.items())
    between = _between(states, folder)
    open_rules = [rule for rule, files in between.items() if (rule, files) not in _added_up]
    if not fresh and not open_rules:
        return
    table = figures()
    if fresh:
        _refuse([*_schema_problems(table, folder, strict=True)])
    problems = sum_problems(table, folder=folder, rules=open_rules)
    _refuse(problems + (national_problems(table, folder=folder) if fresh else []))
    _passed.update(states)
    _added_up.update((rule, between[rule]) for rule in open_rules)


def _between(
    states: FileStates, folder: Path | None
) -> dict[catalogue.SumRule, frozenset[tuple[Path, tuple[State, ...]]]]:
    """Return the sums whose total and parts are all among the files, each with its files."""
    files: dict[str, set[tuple[Path, tuple[State, ...]]]] = {}
    for path, state in states.items():
        files.setdefault(path.name.partition(".")[0], set()).add((path, state))
    rules = ((rule, {rule.total, *rule.parts}) for rule in catalogue.sums(folder))
    return {
        rule: frozenset(file for name in names for file in files[name])
        for rule, names in rules
        if names <= files.keys()
    }


def _refuse_sums(figures: pd.DataFrame, folder: Path | None, *, strict: bool) -> None:
    problems = [*sum_problems(figures, folder=folder)]
    _refuse(problems + (national_problems(figures, folder=folder) if strict else []))


def _refuse(problems: list[Message]) -> None:
    if problems:
        raise DataError(message("the figures fail their checks: {problems}", problems=sentences(problems)))


def sum_problems(
    figures: pd.DataFrame, *, folder: Path | None = None, rules: Iterable[catalogue.SumRule] | None = None
) -> list[Message]:
    """Return a sentence for every sum of `data/sums.csv`, or of `rules`, that does not hold in the table."""
    held = set(figures["indicator"])
    asked = catalogue.sums(folder) if rules is None else rules
    rules = [r for r in asked if {r.total, *r.parts} <= held]
    if not rules:
        return []
    wide = figures.pivot(index=["vintage", "adcode", "period"], columns="indicator", values="value")
    exempt = _exempt_cells(folder)
    found: list[Message] = []
    for rule in rules:
        total, parts = wide[rule.total], wide[list(rule.parts)].sum(axis=1, skipna=False)
        gap = (parts - total) / total.where(total != 0)
        bad = (gap.abs() if rule.relation == "equal" else gap) > rule.rtol
        cells = [key for key in wide.index[bad.to_numpy()] if not _is_exempt(key, rule, exempt)]
        sign = "+".join(rule.parts) + (" = " if rule.relation == "equal" else " <= ") + rule.total
        gaps = [
            message(
                "{cell} ({vintage}) by {percent:.3g} %",
                cell=_cell(c[1], c[2]),
                vintage=c[0],
                percent=100 * float(gap[c]),
            )
            for c in cells
        ]
        if gaps:
            found.append(message("{sum} fails in {cells}", sum=sign, cells=first_of(gaps, _SHOWN)))
    return found


def national_problems(figures: pd.DataFrame, *, folder: Path | None = None) -> list[Message]:
    """Return a sentence for every printed national total that the provinces do not add up to.

    A province without a figure counts as none: blank cells of a table that adds up are no figures.
    """
    nation = figures[figures["adcode"] == NATION]
    if nation.empty:
        return []
    key = ["indicator", "vintage", "period"]
    total = nation.set_index(key)["value"]
    parts = figures[figures["adcode"] != NATION].groupby(key)["value"].sum()
    gaps = (parts / total - 1).dropna()
    held = set(gaps.index.get_level_values("indicator"))
    found: list[Message] = []
    for rule in (one for one in catalogue.national_sums(folder) if one.indicator in held):
        mine = gaps[gaps.index.get_level_values("indicator") == rule.indicator]
        bad = mine[(mine.abs() if rule.relation == "equal" else mine) > rule.rtol]
        cells = [
            message(
                "{when} ({vintage}) by {percent:.3g} %", when=key[2], vintage=key[1], percent=100 * float(gap)
            )
            for key, gap in zip(bad.index, bad, strict=True)
        ]
        if cells:
            found.append(
                message(
                    "the provinces miss the national total of {indicator} in {cells}",
                    indicator=rule.indicator,
                    cells=first_of(cells, _SHOWN),
                )
            )
    return found


def _cell_rules(
    rows: pd.DataFrame, folder: Path | None, *, strict: bool
) -> Iterator[tuple[Message, pd.Series[bool]]]:
    """Yield what must not be, each with the rows of which it is true."""
    table = catalogue.indicators(folder)
    unit, low, high = (rows["indicator"].map(table[c].to_dict()) for c in ("unit", "lowest", "highest"))
    yield _TWICE, rows.duplicated(_KEY, keep=False)
    yield _NO_PROVINCE, ~rows["adcode"].isin([*labels_of("adcode"), NATION])
    yield _NO_PERIOD, ~rows["period"].astype(str).str.match(_PERIOD)
    yield _NOT_FINITE, ~np.isfinite(rows["value"])
    yield _OTHER_UNIT, rows["unit"] != unit.fillna(rows["unit"])
    yield _OUTSIDE, (rows["value"] < low) | (rows["value"] > high)
    if strict:
        pairs = {(str(key), str(name)) for key, names in table["vintages"].items() for name in names}
        yield _NO_INDICATOR, ~rows["indicator"].isin(table.index)
        yield _OTHER_VINTAGE, ~_pairs_in(rows, pairs)
        yield _UNKNOWN_SOURCE, ~rows["source"].isin(catalogue.sources(folder).index)


def _schema_problems(figures: pd.DataFrame, folder: Path | None, *, strict: bool) -> Iterable[Message]:
    """Return what is wrong with the columns; with the cells only where the columns are all right."""
    rows = figures.reset_index(drop=True)
    needed = [*_NUMBERS, *_TEXTS, *(["source"] if strict else [])]
    whole = [message("column {column} is missing", column=name) for name in needed if name not in rows] + [
        message(
            "column {column} holds {found}, not {wanted}",
            column=name,
            found=str(rows[name].dtype),
            wanted=wanted,
        )
        for name, wanted in _NUMBERS.items()
        if name in rows and rows[name].dtype != np.dtype(wanted)
    ]
    if whole:
        return whole
    empty = [(message("column {column} is empty", column=name), rows[name].isna()) for name in needed]
    found = [*_broken(rows, empty)]
    return found or _broken(rows, _cell_rules(rows, folder, strict=strict))


def _broken(rows: pd.DataFrame, rules: Iterable[tuple[Message, pd.Series[bool]]]) -> Iterator[Message]:
    for rule, broken in rules:
        if broken.any():
            index = rows[broken].sort_values(_KEY, kind="stable").index
            yield message(
                "{rule}: {cells}", rule=rule, cells=first_of([_row(rows, i) for i in index], _SHOWN)
            )


def _row(rows: pd.DataFrame, i: int) -> Message:
    row = {name: str(value) for name, value in rows.loc[i].items()}
    return message(
        "{cell} {indicator} ({vintage}) = {value} {printed}",
        cell=_cell(row["adcode"], row["period"]),
        indicator=row["indicator"],
        vintage=row["vintage"],
        value=row["value"],
        printed=row["unit"],
    )


def _cell(adcode: object, period: object) -> Message:
    code = int(str(adcode))
    place = message("the nation") if code == NATION else place_name(code)
    return message("{place} {when}", place=place, when=str(period))


def _pairs_in(figures: pd.DataFrame, pairs: set[tuple[str, str]]) -> pd.Series[bool]:
    found = figures[["indicator", "vintage"]].drop_duplicates()
    strange = [pair for pair in found.itertuples(index=False, name=None) if pair not in pairs]
    out = pd.Series(True, index=figures.index)
    for indicator, vintage in strange:
        out &= (figures["indicator"] != indicator) | (figures["vintage"] != vintage)
    return out


def _exempt_cells(folder: Path | None) -> set[tuple[int, str, str, str]]:
    rows = [row for row in catalogue.flag_rows(folder=folder) if row.flag in _exempting(row.adcode)]
    return {(row.adcode, str(year), row.indicator, row.vintage) for row in rows for year in row.years}


def _exempting(adcode: int) -> tuple[str, ...]:
    """Return the flags that exempt a cell; where a whole year lacks cells, those that are held must add up."""
    return _EXEMPT if adcode else tuple(kind for kind in _EXEMPT if kind != "absent")


def _is_exempt(
    key: tuple[str, int, str], rule: catalogue.SumRule, exempt: set[tuple[int, str, str, str]]
) -> bool:
    vintage, adcode, period = key
    names = (rule.total, *rule.parts)
    return any((code, period, name, vintage) in exempt for name in names for code in (adcode, _EVERYWHERE))
