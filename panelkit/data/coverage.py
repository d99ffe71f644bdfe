"""What is held of an indicator: years, cells, sources, flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panelkit.data import catalogue
from panelkit.data.figures import read_figures, spans
from panelkit.data.provinces import NATION, labels_of


@dataclass(frozen=True)
class YearHeld:
    """One year of one vintage: its sources, how many provinces are held, which are not (adcodes), the nation or not."""

    year: int
    sources: tuple[str, ...]
    held: int
    absent: tuple[int, ...]
    nation: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the year as plain JSON."""
        return {**vars(self), "sources": list(self.sources), "absent": list(self.absent)}


@dataclass(frozen=True)
class VintageHeld:
    """One vintage of an indicator, year by year."""

    vintage: str
    default: bool
    years: tuple[YearHeld, ...]

    @property
    def span(self) -> str:
        """The years as runs: `2010-2013, 2015`."""
        return spans(row.year for row in self.years)

    @property
    def cells(self) -> int:
        """How many cells are held."""
        return sum(row.held for row in self.years)


@dataclass(frozen=True)
class Coverage:
    """Everything that a reader asks of one indicator."""

    key: str
    about: catalogue.Indicator
    vintages: tuple[VintageHeld, ...]
    flags: tuple[catalogue.Flag, ...]

    @property
    def sources(self) -> list[str]:
        """The keys of all sources, sorted."""
        return sorted({source for one in self.vintages for row in one.years for source in row.sources})

    def as_dict(self) -> dict[str, Any]:
        """Return the coverage as plain JSON."""
        return {
            "indicator": self.key,
            "name_en": self.about.name_en,
            "name_zh": self.about.name_zh,
            "unit": self.about.unit,
            "stock_or_flow": self.about.stock_or_flow,
            "scale_or_intensity": self.about.scale_or_intensity,
            "default_vintage": self.about.default_vintage,
            "vintages": [
                {
                    "vintage": one.vintage,
                    "span": one.span,
                    "cells": one.cells,
                    "years": [row.as_dict() for row in one.years],
                }
                for one in self.vintages
            ],
            "sources": self.sources,
            "flags": [flag.as_dict() for flag in self.flags],
        }


def coverage(indicators: Iterable[str] | None = None, folder: Path | None = None) -> list[Coverage]:
    """Return what is held of the named indicators, or of all.

    Raises
    ------
    SpecError
        An unknown indicator, with suggestions.
    """
    about = catalogue.facts(folder)
    keys = list(about) if indicators is None else catalogue.require(indicators, folder)
    held = _held(keys, folder)
    flags = catalogue.flag_rows(folder=folder)
    return [
        Coverage(
            key=key,
            about=about[key],
            vintages=tuple(
                VintageHeld(name, name == about[key].default_vintage, held[key, name])
                for name in about[key].vintages
            ),
            flags=tuple(flag for flag in flags if flag.indicator == key),
        )
        for key in keys
    ]


def _held(keys: list[str], folder: Path | None) -> dict[tuple[str, str], tuple[YearHeld, ...]]:
    every = set(labels_of("adcode"))
    found: dict[tuple[str, str], list[YearHeld]] = {}
    figures = read_figures(keys, folder=folder, check=False)
    for (key, name, period), cells in figures.groupby(["indicator", "vintage", "period"], sort=True):
        codes = {int(code) for code in cells["adcode"]}
        sources = tuple(dict.fromkeys(map(str, cells["source"])))
        absent = tuple(sorted(every - codes))
        row = YearHeld(int(str(period)), sources, len(codes & every), absent, NATION in codes)
        found.setdefault((str(key), str(name)), []).append(row)
    return {pair: tuple(rows) for pair, rows in found.items()}
