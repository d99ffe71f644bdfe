"""Claims on old and on new figures: which verdicts, signs and coefficients moved, and which revised cells drove it."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.claims import scales
from panelkit.claims.check import Progress, check
from panelkit.claims.columns import Columns
from panelkit.claims.designs import panel as panel_kind
from panelkit.claims.file.document import PanelDesign
from panelkit.claims.samples import Specification
from panelkit.claims.verdict import Verdict
from panelkit.data.compare import standing
from panelkit.data.paths import figures_from
from panelkit.data.revised import NewFigures, write_new_figures
from panelkit.data.yearbook.store.store import read_store
from panelkit.kernels.moments import GroupMoments, group_moments, regress
from panelkit.kernels.within import check_effects
from panelkit.language.errors import DataError, PanelkitError
from panelkit.results.fit import Language
from panelkit.show.brief import Brief

SAME = 1e-9
"""Relative change below which a figure or a coefficient has not moved: the last bits of a conversion of units."""

DRIVERS = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Moved(Brief):
    """One verdict on the old figures and on the new.

    `drivers` holds one row a revised province-year, the strongest first: `province, year, columns, without`
    (the headline on the new figures with that province-year as it was) and `effect` (headline minus `without`);
    None where the headline is no within regression.
    """

    old: Verdict
    new: Verdict
    drivers: pd.DataFrame | None = None

    @property
    def estimates(self) -> tuple[float, float]:
        """Return the headline on the old and on the new figures; NaN where there is none."""
        return _estimate(self.old), _estimate(self.new)

    @property
    def verdict_moved(self) -> bool:
        """Return whether the word changed from one verdict to another."""
        words = self.old.word, self.new.word
        return None not in words and words[0] != words[1]

    @property
    def status_moved(self) -> bool:
        """Return whether the design can be computed on one of the two figures only: a change of status, no verdict."""
        return (self.old.word is None) != (self.new.word is None)

    @property
    def sign_moved(self) -> bool:
        """Return whether the headline changed its sign."""
        old, new = self.estimates
        return old * new < 0

    @property
    def coefficient_moved(self) -> bool:
        """Return whether the headline changed at all."""
        old, new = self.estimates
        if math.isnan(old) or math.isnan(new):
            return math.isnan(old) != math.isnan(new)
        return abs(new - old) > SAME * max(abs(old), abs(new))

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the object that `--json` prints."""
        old, new = self.estimates
        return {
            "claim": self.new.claim,
            "reading": self.new.reading.id if self.new.reading else None,
            "design": self.new.design.id if self.new.design else None,
            "verdict": {"old": self.old.word, "new": self.new.word, "moved": self.verdict_moved},
            "estimate": {"old": _number(old), "new": _number(new), "moved": self.coefficient_moved},
            "p_value": {"old": _number(_p(self.old)), "new": _number(_p(self.new))},
            "sign_moved": self.sign_moved,
            "computed": {
                "old": self.old.error is None,
                "new": self.new.error is None,
                "moved": self.status_moved,
            },
            "error": self.new.error,
            "reason": {"old": getattr(self.old.reason, language), "new": getattr(self.new.reason, language)},
            "drivers": None if self.drivers is None else _records(self.drivers.head(DRIVERS)),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class FigureComparison(Brief):
    """All verdicts on old and new figures, and what is new in the figures."""

    figures: NewFigures
    verdicts: tuple[Moved, ...]

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """Return the designs that can be computed on the old figures and not on the new."""
        return tuple(one.new for one in self.verdicts if one.new.error is not None and one.old.error is None)

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the object that `--json` prints."""
        counts = self.figures.changes["status"].value_counts()
        return {
            "stands_for": {key: list(pair) for key, pair in self.figures.stands_for.items()},
            "cells": {name: int(counts.get(name, 0)) for name in ("new", "revised", "gone")},
            "not_read_by_claims": list(self.figures.unread),
            "verdicts": [one.to_dict(language) for one in self.verdicts],
        }


def compare_figures(
    what: Sequence[str | Path],
    store: Path,
    *,
    vintages: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> FigureComparison:
    """Check claims on the shipped figures and on a store's, and say what moved and why.

    `vintages` (indicator -> vintage) says which of a store's is to stand where one lacks years of the default.

    Raises
    ------
    SpecError, DataError
        If a claim is unknown, or the store is empty or damaged.
    """
    state = read_store(store)
    if not state.files:
        raise DataError(f"the store {store} is empty: `panelkit ingest FILE...` fills it")
    standing(state, vintages)
    old = check(*what, progress=progress)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "data"
        figures = write_new_figures(state, place, vintages)
        with figures_from(place):
            new = check(*what, progress=progress)
    pairs = tuple(_moved(one, other) for one, other in zip(old, new, strict=True))
    return FigureComparison(figures=figures, verdicts=pairs)


def _moved(old: Verdict, new: Verdict) -> Moved:
    moved = Moved(old=old, new=new)
    if not moved.coefficient_moved:
        return moved
    return Moved(old=old, new=new, drivers=_drivers(old, new))


def _drivers(old: Verdict, new: Verdict) -> pd.DataFrame | None:
    if (
        not isinstance(new.design, PanelDesign)
        or new.reading is None
        or new.design.estimator != "fixed_effects"
    ):
        return None
    if old.tested is None or new.tested is None or old.tested.data is None or new.tested.data is None:
        return None
    spec = panel_kind.specifications(new.registered.claim, new.design)[0]
    try:
        return drivers(spec, old.tested.data, new.tested.data, scales.factor(new.reading.effect))
    except PanelkitError:
        return None


def drivers(spec: Specification, old: pd.DataFrame, new: pd.DataFrame, factor: float = 1.0) -> pd.DataFrame:
    """Put back each revised province-year of the new figures in turn, and say how far the headline moves.

    One batched computation on cross-products by unit: a province-year put back changes its province's moments only.

    Parameters
    ----------
    old, new
        Panels with a (province, year) index and the same columns.
    factor
        What the coefficient is multiplied by in the units of the claim.

    Returns
    -------
    DataFrame
        `province, year, columns, without, effect`, the largest effect first.
    """
    cells = revised_cells(old, new)
    n_units = new.index.get_level_values(0).nunique()
    stacked, owners = _stack(old, new, cells)
    moments, base = _moments(spec, stacked, n_units)
    total = moments[:n_units].sum(axis=0)
    variants = total - moments[owners] + moments[n_units:]
    every = GroupMoments(np.concatenate([total[None], variants]), base.n_dummies, base.effects)
    k = every.n_columns - 1
    coefficients, _ = regress(every.swept(np.eye(len(variants) + 1)), range(k), [k])
    headline, without = factor * coefficients[0, 0, 0], factor * coefficients[1:, 0, 0]
    table = pd.DataFrame(
        {
            "province": [province for province, _, _ in cells],
            "year": [year for _, year, _ in cells],
            "columns": [", ".join(columns) for _, _, columns in cells],
            "without": without,
            "effect": headline - without,
        }
    )
    order = (-table["effect"].abs()).argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def revised_cells(old: pd.DataFrame, new: pd.DataFrame) -> list[tuple[str, int, tuple[str, ...]]]:
    """Return (province, year, revised columns) of every province-year that both panels hold with other values."""
    before = old.reindex(index=new.index, columns=new.columns)
    size = np.maximum(before.abs(), new.abs())
    differs = ((new - before).abs() > SAME * size).to_numpy()
    names = [str(name) for name in new.columns]
    return [
        (str(province), int(year), tuple(name for name, hit in zip(names, row, strict=True) if hit))
        for (province, year), row in zip(new.index, differs, strict=True)
        if row.any()
    ]


def _stack(
    old: pd.DataFrame, new: pd.DataFrame, cells: Sequence[tuple[str, int, tuple[str, ...]]]
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the new panel with one further unit a revised province-year: its province with that year put back."""
    provinces = list(dict.fromkeys(new.index.get_level_values(0)))
    parts = {province: new.loc[[province]] for province in {cell[0] for cell in cells}}
    frames = [new]
    for number, (province, year, columns) in enumerate(cells):
        part = parts[province].copy()
        part.loc[(province, year), list(columns)] = old.loc[(province, year), list(columns)].to_numpy()
        years = part.index.get_level_values(1)
        part.index = pd.MultiIndex.from_arrays(
            [[f"{province} {number}"] * len(part), years], names=new.index.names
        )
        frames.append(part)
    stacked = pd.concat(frames)
    stacked.attrs = new.attrs
    return stacked, np.array([provinces.index(cell[0]) for cell in cells], dtype=np.int64)


def _moments(
    spec: Specification, stacked: pd.DataFrame, n_units: int
) -> tuple[NDArray[np.float64], GroupMoments]:
    """Return the moments of every unit of the stack, those without complete rows as zeros, and their layout."""
    columns = Columns(stacked)
    constant = np.ones((len(stacked), 1 if spec.effects == "none" else 0))
    table = np.column_stack([columns.regressors(spec), constant, columns.column(spec.outcome)])
    rows = columns.rows(spec) & np.isfinite(table).all(axis=1)
    units = pd.factorize(stacked.index.get_level_values(0))[0]
    held, found = np.unique(units[rows], return_inverse=True)[0], columns.layout(rows)
    some = group_moments(table[rows], found, check_effects(spec.effects))
    moments = np.zeros((int(units.max()) + 1, *some.moments.shape[1:]))
    moments[held] = some.moments
    return moments, some


def _estimate(verdict: Verdict) -> float:
    return math.nan if verdict.tested is None else verdict.tested.shown.estimate


def _p(verdict: Verdict) -> float:
    return math.nan if verdict.tested is None else verdict.tested.shown.p_value


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _records(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    return [
        {"province": str(p), "year": int(y), "columns": str(c), "without": _number(w), "effect": _number(e)}
        for p, y, c, w, e in table.itertuples(index=False)
    ]
