"""Within regressions of parts of a panel, with what every unit adds: estimates, influences, estimates without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import FloatArray, within
from panelkit.models.dynamic.short.dynamic_rows import DynamicRows, year_columns
from panelkit.models.dynamic.short.unit_errors import UnitChanges, changes_of_moments, lost_terms
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class WithinPart(Brief):
    """A within regression of some rows: `estimates` (k,), the `changes` of all N units, units lost (N, k)."""

    estimates: FloatArray
    changes: UnitChanges
    lost: FloatArray


def within_part(rows: DynamicRows, marked: NDArray[np.bool_]) -> WithinPart:
    """Regress the marked rows (n,) after their own unit (and period) effects; a unit with one row adds nothing.

    Raises
    ------
    SpecError
        If these rows do not identify a term.
    """
    layout = rows.layout.at(marked)
    X = np.asarray(rows.design.X)[marked]
    y = np.asarray(rows.design.y)[marked]
    swept = within(np.column_stack([y, X]), layout, "unit")
    years = year_columns(layout) if rows.effects == "twoway" else np.zeros((len(y), 0))
    whole = swept[:, 1:] - years @ (years.T @ swept[:, 1:])
    refuse_unidentified(X, whole, rows.terms, rows.effects, squares=True)
    size = np.sqrt(np.einsum("ij,ij->j", swept, swept))
    W, k = np.column_stack([swept[:, 1:] / size[1:], years]), X.shape[1]
    target = swept[:, 0] / size[0]
    b = np.linalg.lstsq(W, target, rcond=None)[0]
    e = target - W @ b
    starts = layout.starts
    moments = _of_units(np.add.reduceat(W * e[:, None], starts, axis=0), rows, marked)
    jacobians = _of_units(-np.add.reduceat(W[:, :, None] * W[:, None, :], starts, axis=0), rows, marked)
    scales = size[1:] / size[0]
    changes = changes_of_moments(b, moments, jacobians).of(slice(0, k), scales)
    return WithinPart(b[:k] / scales, changes, lost_terms(jacobians, k))


def _of_units(parts: FloatArray, rows: DynamicRows, marked: NDArray[np.bool_]) -> FloatArray:
    """Return sums by unit of the part as those of all N units, zero for units without a row in it."""
    out = np.zeros((rows.layout.n_units, *parts.shape[1:]))
    out[np.unique(rows.design.unit[marked])] = parts
    return out
