"""Augmented Dickey-Fuller regressions of all units of many panels at once.

d y_t = terms + rho y_{t-1} + sum_{j <= p} theta_j d y_{t-j} + e_t, unit by unit (Dickey and Fuller 1979; Said and
Dickey 1984). Rows of a unit are those whose y_t, ..., y_{t-p-1} are held: a gap takes the rows that read across it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.sweeping import along, basis_of, deterministic, swept, terms_in
from panelkit.show.brief import Brief

_LOST = 1e-9  # of the norm before: rounding
Beside = Callable[[int, Array], Sequence[FloatArray]]


@dataclass(frozen=True, eq=False)
class Regressions(Brief):
    """Results by panel and unit, (R, N): lag order, rows, degrees of freedom, t of the level.

    `change` and `level` (R, N, T) are d y_t and y_{t-1} less all other terms, zero in rows that do not count.
    """

    lags: Array
    rows: Array
    df: Array
    t: FloatArray
    change: FloatArray
    level: FloatArray


def rows_with(held: Array, lags: int) -> Array:
    """Mark the periods (N, T) whose own value and `lags` + 1 before it are held."""
    counted = held.copy()
    for back in range(1, lags + 2):
        counted[:, back:] &= held[:, :-back] if back < held.shape[1] else False
        counted[:, :back] = False
    return counted


def regressions(
    values: FloatArray, held: Array, setting: Setting, beside: Beside | None = None
) -> Regressions:
    """Return the regressions of panels (R, N, T) whose units hold the periods `held` (N, T).

    Parameters
    ----------
    values
        The series; what is not held is not read.
    held
        Which periods each unit holds.
    setting
        Deterministic terms and lags.
    beside
        Further columns for a number of lags and the rows that count (cross-section means).
    """
    orders = _orders(setting, held.shape[0])
    if not setting.chosen_by_criterion and len(set(orders.tolist())) == 1:
        return _of_order(values, held, int(orders[0]), setting.trend, beside)
    tried = range(setting.most + 1) if setting.chosen_by_criterion else sorted(set(orders.tolist()))
    if setting.chosen_by_criterion:
        wanted = _by_criterion(values, held, setting, beside)
    else:
        wanted = np.broadcast_to(orders, values.shape[:2])
    found = _of_order(values, held, tried[0], setting.trend, beside)
    for order in tried[1:]:
        found = _where(wanted == order, _of_order(values, held, order, setting.trend, beside), found)
    return found


def _orders(setting: Setting, units: int) -> Array:
    if isinstance(setting.lags, str):
        return np.zeros(units, int)
    return np.broadcast_to(np.asarray(setting.lags, int), (units,))


def _where(chosen: Array, new: Regressions, old: Regressions) -> Regressions:
    flat = {
        name: np.where(chosen, getattr(new, name), getattr(old, name)) for name in ("lags", "rows", "df", "t")
    }
    deep = {
        name: np.where(chosen[..., None], getattr(new, name), getattr(old, name))
        for name in ("change", "level")
    }
    return Regressions(**flat, **deep)


def _of_order(
    values: FloatArray, held: Array, lags: int, trend: str, beside: Beside | None, rows: Array | None = None
) -> Regressions:
    """Return the regressions with one number of lags; `rows` (N, T) overrides which rows count."""
    counted = rows_with(held, lags) if rows is None else rows
    others = [*_lagged_changes(values, counted, lags), *(beside(lags, counted) if beside else ())]
    basis = basis_of([*deterministic(trend, counted), *others])
    marked = counted.astype(float)
    change = np.diff(values, prepend=values[..., :1], axis=-1) * marked
    level = _back(values, 1) * marked
    left_change, left_level = swept(change, basis), swept(level, basis)
    count = counted.sum(axis=1)
    df = np.broadcast_to(count - terms_in(trend) - len(others) - 1, values.shape[:2])
    return Regressions(
        lags=np.full(values.shape[:2], lags),
        rows=np.broadcast_to(count, values.shape[:2]),
        df=df,
        t=_t_of_level(left_change, left_level, (change, level), df),
        change=left_change,
        level=left_level,
    )


def _t_of_level(
    change: FloatArray, level: FloatArray, whole: tuple[FloatArray, FloatArray], df: Array
) -> FloatArray:
    """Return t of the level (R, N); missing where the level or the residual is rounding, or nothing is left."""
    square = along(level, level)[..., 0]
    lost = square <= _LOST**2 * along(whole[1], whole[1])[..., 0]
    slope = along(change, level)[..., 0] / np.where(lost, 1.0, square)
    error = change - slope[..., None] * level
    ssr = along(error, error)[..., 0]
    lost |= (ssr <= _LOST**2 * along(whole[0], whole[0])[..., 0]) | (df < 1)
    safe = np.where(lost, 1.0, ssr / np.maximum(df, 1))
    return np.where(lost, np.nan, slope * np.sqrt(square / safe))


def residuals(found: Regressions) -> FloatArray:
    """Return the residuals (R, N, T), zero in rows that do not count."""
    square = along(found.level, found.level)
    slope = along(found.change, found.level) / np.where(square > 0.0, square, 1.0)
    return found.change - slope * found.level


def restricted_t(found: Regressions) -> FloatArray:
    """Return t of the level with the variance of the changes under the null, (R, N), of regressions without lags.

    Its variance is that of d y less the terms, over one row less than there are (Im, Pesaran and Shin 2003, eq. 3.5).
    """
    square = along(found.level, found.level)[..., 0]
    variance = along(found.change, found.change)[..., 0] / np.maximum(found.rows - 1, 1)
    return along(found.change, found.level)[..., 0] / np.sqrt(square * variance)


def residual_squares(found: Regressions) -> FloatArray:
    """Return the sums of squared residuals (R, N)."""
    error = residuals(found)
    return along(error, error)[..., 0]


def _by_criterion(values: FloatArray, held: Array, setting: Setting, beside: Beside | None) -> Array:
    """Return the order (R, N) of the lowest criterion on the rows that all orders have."""
    rows = rows_with(held, setting.most)
    count = rows.sum(axis=1).astype(float)
    best, wanted = np.full(values.shape[:2], np.inf), np.zeros(values.shape[:2], int)
    for order in range(setting.most + 1):
        found = _of_order(values, held, order, setting.trend, beside, rows)
        terms = count - found.df
        with np.errstate(divide="ignore", invalid="ignore"):  # no rows: the order is not chosen
            price = {"aic": 2.0, "bic": np.log(count), "hqic": 2.0 * np.log(np.log(count))}[str(setting.lags)]
            criterion = count * np.log(residual_squares(found) / count) + price * terms
        better = criterion < best
        best, wanted = np.where(better, criterion, best), np.where(better, order, wanted)
    return wanted


def _lagged_changes(values: FloatArray, counted: Array, lags: int) -> list[FloatArray]:
    changes = np.diff(values, prepend=values[..., :1], axis=-1)
    return [_back(changes, back) * counted for back in range(1, lags + 1)]


def _back(values: FloatArray, steps: int) -> FloatArray:
    """Return values so many periods earlier, zeros before the first."""
    moved = np.zeros_like(values)
    moved[..., steps:] = values[..., :-steps]
    return moved
