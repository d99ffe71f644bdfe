"""The outcome's gap between affected and other groups inside every place and period, one row each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.formula.formula import parse_formula
from panelkit.kernels.index import SHOWN, Array, listed, read_panel_index
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.policy.triple.triple_rows import Asked, TripleRows
from panelkit.models.reading import read_design


def gaps(spec: Asked, rows: TripleRows, time: str) -> pd.DataFrame:
    """Return the outcome's gap between both kinds of groups by place and period.

    Raises
    ------
    DataError
        If a place lacks a kind of group, or holds other groups in one period than in the next; cells are named.
    """
    design = read_design(spec.formula, rows.frame, unit=rows.cell, time=time, where=spec.where)
    panel = read_panel_index(rows.frame.data, rows.cell, time)
    of_cell = {label: (rows.place[i], rows.affected[i]) for i, label in _first_rows(panel)}
    place = np.array([of_cell[label][0] for label in design.unit_labels], dtype=np.int64)[design.unit]
    kind = np.array([of_cell[label][1] for label in design.unit_labels])[design.unit] > 0.0
    shape = (len(rows.places), len(design.time_labels))
    held, sums = np.zeros((2, *shape)), np.zeros((2, *shape))
    np.add.at(held, (kind.astype(int), place, design.time), 1.0)
    np.add.at(sums, (kind.astype(int), place, design.time), design.y)
    there = held.sum(axis=0) > 0.0
    cells = np.zeros((2, len(rows.places)))
    np.add.at(
        cells, tuple(np.array([(a > 0.0, p) for p, a in map(of_cell.__getitem__, design.unit_labels)]).T), 1.0
    )
    _refuse_changing_groups(held, cells, there, rows, design.time_labels)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = sums[1] / held[1] - sums[0] / held[0]
    at = np.argwhere(there)
    first = np.where(np.isfinite(rows.first), rows.first, 0.0)
    index = pd.MultiIndex.from_arrays(
        [rows.places[at[:, 0]], design.time_labels[at[:, 1]]], names=[spec.place, time]
    )
    made = {"gap": gap[there], "first_treated": first[at[:, 0]]}
    frame = pd.DataFrame(made, index=index)
    frame.attrs["outcome"] = parse_formula(spec.formula).outcome
    return frame


def _first_rows(panel: Any) -> list[tuple[int, Any]]:
    """Return a row of each unit, and its label."""
    _, at = np.unique(panel.unit, return_index=True)
    return [(int(i), panel.unit_labels[panel.unit[i]]) for i in at]


def _refuse_changing_groups(
    held: FloatArray, cells: FloatArray, there: Array, rows: TripleRows, periods: Array
) -> None:
    wrong = there & ((held == 0.0).any(axis=0) | (held != cells[:, :, None]).any(axis=0))
    if not wrong.any():
        return
    named = [f"{rows.places[i]} {periods[t]}" for i, t in np.argwhere(wrong)[:SHOWN]]
    raise DataError(
        message(
            "the gap inside a place needs the same groups of both kinds in every period, and groups are "
            "missing in {cells}: complete them, leave these places or periods out ({where}), or take "
            "{estimator}",
            where=option("where"),
            estimator=option("estimator", "three-way"),
            cells=listed(named, int(wrong.sum())),
        )
    )
