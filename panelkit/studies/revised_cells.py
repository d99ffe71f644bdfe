"""Which revised cells drive a coefficient: each revised unit-year put back as it was, in one batched computation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.kernels.moments import GroupMoments, group_moments, regress
from panelkit.kernels.within import check_effects
from panelkit.studies.columns import PanelColumns
from panelkit.studies.specification import Specification

SAME = 1e-9
"""Relative change below which a figure or a coefficient has not moved: the last bits of a conversion of units."""


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
    columns = PanelColumns(stacked)
    constant = np.ones((len(stacked), 1 if spec.effects == "none" else 0))
    table = np.column_stack([columns.regressors(spec), constant, columns.column(spec.left)])
    rows = columns.rows(spec) & np.isfinite(table).all(axis=1)
    units = pd.factorize(stacked.index.get_level_values(0))[0]
    held, found = np.unique(units[rows], return_inverse=True)[0], columns.layout(rows, spec)
    some = group_moments(table[rows], found, check_effects(spec.effects))
    moments = np.zeros((int(units.max()) + 1, *some.moments.shape[1:]))
    moments[held] = some.moments
    return moments, some
