"""Levels of a system far from zero, centred where its fit does not move with them.

A constant takes what is subtracted from outcome, regressors and iv(). What is subtracted from gmm() adds columns of
ones where its lags are held, S'Z beside e with S = [D; I] of the transformation and the levels: where those of the
other instruments make up S'(ones), the moments of every unit, and their weight SS' (h = 3), are those of the columns as
they stand, turned. Period effects and a constant do so on panels without gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from panelkit.formula.moment_nodes import GmmNode, MomentFormula
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import DynamicRows
from panelkit.models.dynamic.gmm.weights import Weighting

_FAR = 100.0
"""A mean so many standard deviations from zero is subtracted; nearer ones cost no digit of ten."""
_SPANNED = 1e-9
"""Columns of ones leave so much, or less, outside the span of others that make them up."""


def far_centre(values: FloatArray) -> float:
    """Return the mean of what is held of an array, zero where it lies near zero or nothing varies."""
    held = values[np.isfinite(values)]
    if not len(held):
        return 0.0
    centre, spread = float(held.mean()), float(held.std())
    return centre if spread > 0.0 and abs(centre) > _FAR * spread else 0.0


def centred_rows(rows: DynamicRows) -> DynamicRows:
    """Return the rows of a system with a constant, columns far from zero as distances to their means."""
    y, X = far_centre(rows.y), np.array([far_centre(column) for column in rows.X.T])
    if not (y or X.any()) and not any(
        far_centre(column) for part in rows.instruments.values() for column in part.T
    ):
        return rows
    return replace(
        rows,
        y=rows.y - y,
        X=rows.X - X,
        instruments={
            label: part - np.array([far_centre(column) for column in part.T])
            for label, part in rows.instruments.items()
        },
        centres=np.append(X, y),
    )


def moved_back(
    rows: DynamicRows, params: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return parameters (K,) and covariance (K, K) of the columns as they stand: the constant, the last, moves."""
    if rows.centres is None:
        return params, covariance
    turn = np.eye(len(params))
    turn[-1, :-1] = -rows.centres[:-1]
    back = turn @ params
    back[-1] += rows.centres[-1]
    return back, turn @ covariance @ turn.T


def centred_instruments(
    build: Callable[[Mapping[str, float]], Instruments],
    values_of: Callable[[GmmNode], FloatArray],
    asked: MomentFormula,
    rows: DynamicRows,
    h: Weighting,
) -> Instruments:
    """Build the instruments of a system, lags of levels far from zero centred where that changes nothing.

    `build` takes what is subtracted by node; nodes whose levels the fit moves with stand as they are, in `far`.
    """
    nodes = [node for node in asked.gmm if node.equation != "level"]
    centres = {node.label: centre for node in nodes if (centre := far_centre(values_of(node)))}
    if not centres:
        return build({})
    if h == 3 and rows.transform == "fod" and not _to_the_end(rows):
        return replace(
            build({}), far=tuple(centres)
        )  # the weight is not SS', and may be singular where S'Z is not
    made = build(centres)
    spanned, turn = _spanned(made, {node.label for node in asked.gmm}, rows, h)
    far = tuple(name for name in centres if not spanned[[group == name for group in made.groups]].all())
    if not far:
        return replace(made, turn=turn, offset=None)
    made = build({name: centre for name, centre in centres.items() if name not in far})
    if made.offset is None:
        return replace(made, far=far)
    turn = _spanned(made, {node.label for node in asked.gmm}, rows, h)[1]
    return replace(made, turn=turn, offset=None, far=far)


def _spanned(made: Instruments, lagged: set[str], rows: DynamicRows, h: Weighting) -> tuple[Any, FloatArray]:
    """Tell which offsets instruments other than gmm() make up, (M,), and the map (M, M) to columns as they stand."""
    assert made.offset is not None
    assert made.level is not None
    fixed = np.array([group not in lagged for group in made.groups])
    nothing = np.zeros((len(made.level), len(fixed)))
    weighed = _weighed(made.moved[:, fixed], made.level[:, fixed], rows, h)
    shares, held = _made_up(weighed, _weighed(made.offset, nothing, rows, h))
    turn = np.eye(len(fixed))
    turn[fixed] += shares
    return held & _made_up(made.moved[:, fixed], made.offset)[1], turn


def _made_up(columns: FloatArray, targets: FloatArray) -> tuple[FloatArray, Any]:
    """Return least-squares shares (F, M) of columns (r, F) in targets (r, M), and which leave nothing, (M,)."""
    size = np.linalg.norm(columns, axis=0)
    size = np.where(size > 0.0, size, 1.0)
    shares = np.linalg.lstsq(columns / size, targets, rcond=None)[0]
    left = np.linalg.norm(targets - columns / size @ shares, axis=0)
    return shares / size[:, None], left <= _SPANNED * np.linalg.norm(targets, axis=0)


def _weighed(moved: FloatArray, level: FloatArray, rows: DynamicRows, h: Weighting) -> FloatArray:
    """Return what of columns meets the errors: S'Z (n, j) where the first weight is SS', else both parts."""
    if h != 3:
        return np.concatenate([moved, level])
    return level + folded(moved, rows)


def _to_the_end(rows: DynamicRows) -> bool:
    """Tell whether every unit holds all periods from each of its rows to the end of the calendar."""
    return bool((_rows_after(rows) == rows.calendar.span - 1 - rows.when).all())


def _rows_after(rows: DynamicRows) -> FloatArray:
    counts = np.bincount(rows.unit)
    ends = np.cumsum(counts)[rows.unit]
    return np.asarray(ends - 1 - np.arange(len(rows.unit)))


def folded(moved: FloatArray, rows: DynamicRows) -> FloatArray:
    """Return D'V (n, j) of columns V (m, j) on the transformed rows."""
    at = np.flatnonzero(rows.moved)
    out = np.zeros((len(rows.unit), moved.shape[1]))
    if rows.transform == "differences":
        out[at] = moved
        out[at - 1] -= moved
        return out
    left = _rows_after(rows)[at, None].astype(float)
    out[at] = np.sqrt(left / (left + 1.0)) * moved
    share = np.zeros_like(out)
    share[at] = out[at] / left
    before = np.cumsum(share, axis=0) - share
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows.unit))[:-1]])
    return np.asarray(out - (before - before[starts][rows.unit]))
