"""Corrections as data: what a cell is known to get wrong, and the value that is expected to stand there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from panelkit.data import catalogue
from panelkit.data.cities import PROVINCES, Level
from panelkit.data.paths import shipped
from panelkit.data.provinces import resolve
from panelkit.data.yearbook.errors import CellProblem, ToldError, Where, YearbookError
from panelkit.data.yearbook.judge.entries import JudgedEntry
from panelkit.data.yearbook.judge.held import decimals, is_equal
from panelkit.data.yearbook.vocabulary.place_labels import known_place
from panelkit.language.errors import DataError
from panelkit.language.message import message, sentences


class Correction(BaseModel):
    """One correction: `drop` the cell, `replace` it by `value`, or `flag` it in the report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: str
    province: str
    year: int
    vintage: str
    action: Literal["drop", "replace", "flag"]
    expects: str
    value: str | None = None
    reason: str
    reason_zh: str = ""

    @model_validator(mode="after")
    def _is_complete(self) -> Correction:
        for name in ("expects", "value"):
            text = getattr(self, name)
            if text is not None:
                try:
                    Decimal(text)
                except ArithmeticError:
                    raise ValueError(f"{name} = {text!r} is no number") from None
        if (self.action == "replace") != (self.value is not None):
            raise ValueError("`value` belongs to the action replace, and to no other")
        return self


@dataclass(frozen=True, slots=True)
class Applied:
    """A correction that found what it expected."""

    correction: Correction
    adcode: int


def load_corrections(path: Path | None = None) -> tuple[Correction, ...]:
    """Return the corrections of a file; the shipped ones by default.

    Raises
    ------
    DataError
        If the file is absent or damaged, or names an indicator or province that is not known.
    """
    file = path or shipped("data") / "corrections.toml"
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("correction", [])
        found = tuple(Correction.model_validate(entry) for entry in entries)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(
            message("{file}: the corrections cannot be read: {error}", file=file, error=str(error))
        ) from error
    except ValidationError as error:
        raise DataError(
            message("{file}: a correction is wrong: {error}", file=file, error=str(error))
        ) from error
    catalogue.require([one.indicator for one in found])
    resolve([one.province for one in found])
    cells = [_cell_of(one) for one in found]
    doubled = sorted({str(one) for cell, one in zip(cells, found, strict=True) if cells.count(cell) > 1})
    if doubled:
        raise DataError(
            message("{file}: two corrections of one cell: {doubled}", file=file, doubled=sentences(doubled))
        )
    return found


def apply_corrections(
    entries: Sequence[JudgedEntry], vintages: Mapping[str, str], corrections: Sequence[Correction]
) -> tuple[list[JudgedEntry], list[Applied]]:
    """Return the entries with the corrections that concern them, and which those were.

    Raises
    ------
    YearbookError
        Where a correction finds another value than it expects: the source was mended, or the correction is wrong.
    """
    wanted = {_cell_of(c): c for c in corrections}
    kept: list[JudgedEntry] = []
    applied: list[Applied] = []
    problems: list[CellProblem] = []
    for entry in entries:
        one = wanted.get((entry.indicator, entry.adcode, entry.period, vintages[entry.indicator]))
        if one is None:
            kept.append(entry)
            continue
        expected = Decimal(one.expects)
        digits = min(decimals(expected), decimals(entry.value))
        if not is_equal(entry.value, expected, digits):
            problems.append(_stale(entry, one))
            continue
        applied.append(Applied(one, entry.adcode))
        if one.action != "drop":
            kept.append(entry if one.value is None else replace(entry, value=Decimal(one.value)))
    problems += [
        _vanished(*found) for found in _unmet(entries, vintages, wanted, [a.correction for a in applied])
    ]
    if problems:
        raise YearbookError(problems)
    return kept, applied


def corrections_for(level: Level, path: str | Path | None) -> tuple[Correction, ...]:
    """Return the corrections of a run: those of a file, else the shipped ones; of cities there are none.

    Raises
    ------
    ToldError
        A file of corrections, which name provinces, for a run over cities.
    DataError
        As `load_corrections`.
    """
    if level == "province":
        return load_corrections(None if path is None else Path(path))
    if path is not None:
        raise ToldError(
            message("corrections are of provinces: leave out `--corrections` beside `--level city`")
        )
    return ()


def _cell_of(one: Correction) -> tuple[str, int, str, str]:
    place = known_place(one.province, PROVINCES)
    return one.indicator, place.adcode if place else 0, str(one.year), one.vintage


def _unmet(
    entries: Sequence[JudgedEntry],
    vintages: Mapping[str, str],
    wanted: Mapping[tuple[str, int, str, str], Correction],
    met: Sequence[Correction],
) -> list[tuple[JudgedEntry, Correction]]:
    """Return corrections of cells that are blank where the series has their province and their year."""
    held: dict[str, list[JudgedEntry]] = {}
    concerned = {cell[0] for cell in wanted}
    for entry in entries:
        if entry.indicator in concerned:
            held.setdefault(entry.indicator, []).append(entry)
    found = []
    for (indicator, adcode, year, vintage), one in wanted.items():
        series = held.get(indicator, [])
        cells = {(entry.adcode, entry.period) for entry in series}
        known = any(place == adcode for place, _ in cells) and any(period == year for _, period in cells)
        if one not in met and known and vintages[indicator] == vintage and (adcode, year) not in cells:
            found.append((series[0], one))
    return found


def _vanished(entry: JudgedEntry, one: Correction) -> CellProblem:
    return CellProblem(
        Where(entry.where.file, entry.where.sheet),
        message(
            "the correction of {indicator}, {province} {year} expects {expects} and finds no figure: "
            "it no longer matches the source; remove or renew it (`--corrections FILE` takes your "
            "own list)",
            indicator=one.indicator,
            province=one.province,
            year=one.year,
            expects=one.expects,
        ),
    )


def _stale(entry: JudgedEntry, one: Correction) -> CellProblem:
    return CellProblem(
        entry.where,
        message(
            "the correction of {indicator}, {province} {year} expects {expects} and finds {value}: "
            "it no longer matches the source; remove or renew it (`--corrections FILE` takes your "
            "own list)",
            indicator=one.indicator,
            province=one.province,
            year=one.year,
            expects=one.expects,
            value=entry.value,
        ),
    )
