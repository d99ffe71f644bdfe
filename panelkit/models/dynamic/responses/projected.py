"""Local projections of a panel on arrays: every horizon a regression with two-way effects, halves for its bias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray, Layout, within
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief

_SAME = 1e-9  # of a column's length that others leave: below, they hold it


@dataclass(frozen=True, eq=False)
class Projected(Brief):
    """Effects of one unit of the shocks, (H, m, m) [horizon, response, impulse], and what each unit adds to them.

    `parts` (H, N, m, m) sum over the units to the error of the estimate; `rows`, `periods` and `units` (H,) are those
    of each horizon. Horizons that the panel is too short for are not among the H.
    """

    values: FloatArray
    parts: FloatArray
    rows: IntArray
    periods: IntArray
    units: IntArray


def cube_of(values: FloatArray, unit: IntArray, time: IntArray, shape: tuple[int, int]) -> FloatArray:
    """Return rows (n, m) as an array (N, T, m), NaN where none is held; `unit` and `time` are places in it."""
    cube = np.full((*shape, values.shape[1]), np.nan)
    cube[unit, time] = values
    return cube


def project(
    levels: FloatArray,
    controls: FloatArray,
    horizon: int,
    order: Sequence[int],
    *,
    jackknife: bool,
    time_effects: bool,
) -> Projected:
    """Return the effects of orthogonal shocks of size one on every variable, by local projections.

    y_j,t+h on y_k,t, the variables before k in the order at t, and the controls of t, lags among them: what a unit of
    the k-th orthogonal error does (Jorda 2005; Plagborg-Moeller and Wolf 2021). With `jackknife` each coefficient is
    twice that of all periods less the mean of those of the earlier and the later half (Mei, Sheng and Shi 2023; for an
    odd number of periods both ways of halving, as Dhaene and Jochmans 2015).

    Parameters
    ----------
    levels, controls
        (N, T, m) and (N, T, c) over the calendar, NaN where not held; a row with a NaN does not enter.
    horizon
        The farthest.
    order
        Positions of the variables, from the first shock.
    jackknife, time_effects
        As their names say; units have effects always.

    Raises
    ------
    DataError
        If not even the first horizon can be projected.
    """
    held = []
    for h in range(horizon + 1):
        X, Y, unit, time = _sample(levels, controls, h, order)
        if len(np.unique(time)) < least_periods(h, jackknife):
            break
        made = _at(X, Y, (unit, time), len(levels), len(order), jackknife, time_effects)
        if made is None:
            break
        held.append((*made, len(unit), len(np.unique(time)), len(np.unique(unit))))
    if not held:
        raise DataError(
            message(
                "local projections need rows of {least} {periods} at least, and enough of them to tell the variables "
                "and their lags apart: take fewer lags",
                least=least_periods(0, jackknife),
            )
        )
    values, parts, rows, periods, units = (np.array(part) for part in zip(*held, strict=True))
    return _in_place(Projected(values, parts, rows, periods, units), order)


def least_periods(h: int, jackknife: bool) -> int:
    """Return how many periods a horizon needs: a half that hardly reaches past it has another bias than the whole."""
    return max(2 * (h + 2), 3 * h + 1) if jackknife else 2


def _sample(
    levels: FloatArray, controls: FloatArray, h: int, order: Sequence[int]
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Return regressors (controls, then variables in the order), outcomes h periods later, units and times."""
    span = max(levels.shape[1] - h, 0)
    now = levels[:, :span][:, :, list(order)]
    X = np.concatenate([controls[:, :span], now], axis=2)
    Y = levels[:, h : h + span][:, :, list(order)]
    full = np.isfinite(X).all(axis=2) & np.isfinite(Y).all(axis=2)
    unit, time = np.nonzero(full)
    return X[full], Y[full], unit, time


def _at(
    X: FloatArray,
    Y: FloatArray,
    where: tuple[IntArray, IntArray],
    n_units: int,
    m: int,
    jackknife: bool,
    time_effects: bool,
) -> tuple[FloatArray, FloatArray] | None:
    """Return effects (m, m) and what units add (N, m, m) at one horizon; None where they are not identified."""
    whole = _regress(X, Y, where, n_units, m, time_effects)
    if whole is None or not jackknife:
        return whole
    periods = np.unique(where[1])
    middle = len(periods) // 2
    cuts = [middle] if len(periods) % 2 == 0 else [middle, middle + 1]
    value, parts = 2.0 * whole[0], 2.0 * whole[1]
    for cut in cuts:
        early = where[1] < periods[cut]
        for rows in (early, ~early):
            half = _regress(X[rows], Y[rows], (where[0][rows], where[1][rows]), n_units, m, time_effects)
            if half is None:
                return None
            value = value - half[0] / (2 * len(cuts))
            parts = parts - half[1] / (2 * len(cuts))
    return value, parts


def _regress(
    X: FloatArray, Y: FloatArray, where: tuple[IntArray, IntArray], n_units: int, m: int, time_effects: bool
) -> tuple[FloatArray, FloatArray] | None:
    """Return the coefficient of each of the last m regressors given those before it, and the influence of units.

    One factorisation X = QR serves all shocks: what is left of the q-th column given those before it is Q_q R_qq.
    """
    codes = [np.unique(part, return_inverse=True)[1] for part in where]
    layout = Layout(codes[0], codes[1])
    swept = within(np.column_stack([X, Y]), layout, "twoway" if time_effects else "unit")
    k = X.shape[1]
    size = np.linalg.norm(X - X.mean(axis=0), axis=0)
    if len(X) <= k + layout.absorbed("twoway" if time_effects else "unit") or not (size > 0.0).all():
        return None
    Q, R = np.linalg.qr(swept[:, :k] / size)
    if np.abs(np.diag(R)).min() < _SAME:
        return None
    outcomes = swept[:, k:]
    along = Q.T @ outcomes  # (k, m)
    value, parts = np.empty((m, m)), np.zeros((n_units, m, m))
    left = outcomes - Q[:, : k - m] @ along[: k - m]
    for q in range(m):
        at = k - m + q
        left = left - np.outer(Q[:, at], along[at])
        scale = R[at, at] * size[at]
        value[:, q] = along[at] / scale
        np.add.at(parts[:, :, q], where[0], Q[:, at, None] * left / scale)
    return value, parts


def _in_place(made: Projected, order: Sequence[int]) -> Projected:
    """Return effects with variables as they came, and exact where the order fixes them."""
    back = np.argsort(np.asarray(order))
    values, parts = made.values.copy(), made.parts.copy()
    m = len(back)
    fixed = np.triu(
        np.ones((m, m), dtype=bool)
    )  # at horizon zero, in the order: responses up to the impulse itself
    values[0][fixed] = np.eye(m)[fixed]
    parts[0][:, fixed] = 0.0
    return Projected(
        values[:, back[:, None], back], parts[:, :, back[:, None], back], made.rows, made.periods, made.units
    )
