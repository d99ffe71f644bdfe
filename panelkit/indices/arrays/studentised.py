"""Bootstrap-t: resamples of units, each studentised by its own delete-one jackknife. Arrays only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from panelkit.results.fit import FloatArray

_CELLS = 2_000_000  # counts held at once: 16 MB

Statistic = Callable[[FloatArray], FloatArray]


def jackknife_errors(statistic: Statistic, counts: FloatArray) -> FloatArray:
    """Return delete-one jackknife standard errors (B, q) of a statistic under resampling counts (B, n).

    `statistic` maps counts (R, n) to values (R, q). Each of the n drawn copies is left out once (Efron 1982).
    """
    n = counts.shape[1]
    step = max(1, _CELLS // n**2)
    parts = [_errors(statistic, counts[at : at + step]) for at in range(0, len(counts), step)]
    return np.concatenate(parts)


def pivots(estimate: FloatArray, error: FloatArray, draws: FloatArray, draw_errors: FloatArray) -> FloatArray:
    """Return draws (B, q) whose percentile interval is the bootstrap-t interval of an estimate (q,).

    estimate - error (draw - estimate) / draw_error (Efron 1982); a draw without a finite positive error gives NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (draws - estimate) / draw_errors
        found: FloatArray = np.where(np.isfinite(t), estimate - error * t, np.nan)
    return found


def errors_of(without: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the jackknife errors (B, q) of values (B, n, q), each with one copy of one unit left out.

    Values of units that a resample (B, n) does not hold are passed over.
    """
    drawn = counts[:, :, None] > 0
    times = counts[:, :, None]
    total = counts.sum(axis=1)[:, None]
    found = np.where(drawn, without, 0.0)
    gap = np.where(drawn, found - (found * times).sum(axis=1)[:, None] / total[:, None], 0.0)
    return np.sqrt((total - 1.0) / total * (times * gap**2).sum(axis=1))


def _errors(statistic: Statistic, counts: FloatArray) -> FloatArray:
    b, n = counts.shape
    drawn = counts[:, :, None] > 0
    less = np.where(drawn, counts[:, None, :] - np.eye(n), counts[:, None, :]).reshape(b * n, n)
    return errors_of(statistic(less).reshape(b, n, -1), counts)
